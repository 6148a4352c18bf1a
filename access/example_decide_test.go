package access_test

import (
	"fmt"

	"ward/access"
	"ward/entry"
	"ward/ident"
	"ward/mode"
)

// wayTo is a way of three directories to a file of ann's.
func wayTo(closed mode.Mode) *access.Way {
	disk := &access.Mount{ID: 1, Point: "/", FSType: "ext4"}
	const known = entry.Stat | entry.AccessACL | entry.Attributes
	made := func(path string, parent int, k mode.Kind, st entry.State) access.Step {
		return access.Step{Path: path, Parent: parent, Mount: disk, Entry: entry.Entry{Kind: k, Known: known, State: st}}
	}
	return &access.Way{Steps: []access.Step{
		made("/", -1, mode.Directory, entry.State{Mode: 0o755}),
		made("/srv", 0, mode.Directory, entry.State{Mode: closed, UID: 1001, GID: 2001}),
		made("/srv/report", 1, mode.Regular, entry.State{Mode: 0o644, UID: 1001, GID: 2001}),
	}}
}

func ExampleDecide() {
	bob := &access.Caller{Subject: db.Subject(1002)}
	for _, closed := range []mode.Mode{0o755, 0o750} {
		v := access.Decide(&access.Question{Caller: bob, Host: &access.Host{}, Action: access.Reading, Way: wayTo(closed)})
		fmt.Println(v.Answer, v.Errno, v.Reason.Format(db))
	}
	// Output:
	// allowed  the bits of others say r--
	// denied EACCES the bits of others say ---
}

func ExampleExplain() {
	q := &access.Question{Caller: &access.Caller{Subject: db.Subject(1003)}, Host: &access.Host{}, Action: access.Writing, Way: wayTo(0o750)}
	for _, c := range access.Explain(q) {
		fmt.Println(q.Way.Steps[c.Where.Step].Path, c.Wanted, c.Answer, "-", c.Reason.Format(db))
	}
	// Output:
	// / --x allowed - the bits of others say r-x
	// /srv --x allowed - the bits of its group dev say r-x
	// /srv/report -w- denied - the bits of its group dev say r--
}

func ExampleDecideAt() {
	way := wayTo(0o755)
	dir, file := &way.Steps[1], &way.Steps[2]
	ann := &access.Caller{Subject: ident.Subject{UID: 1001, GID: 1001}}
	v := access.DecideAt(ann, &access.Host{}, access.Deleting, access.With{}, dir, file)
	fmt.Println(v.Answer, v.Reason.Format(db))
	// Output:
	// allowed the bits of its owner ann say rwx
}

func ExampleRunsAs() {
	q := &access.Question{Caller: &access.Caller{Subject: db.Subject(1002)}, Host: &access.Host{}, Action: access.Executing, Way: wayTo(0o755)}
	program := q.Way.Object()
	program.Entry.Mode, program.Entry.UID = 0o4755, 0
	e := access.RunsAs(q)
	fmt.Println(db.UserName(e.UID))

	program.Mount = &access.Mount{ID: 2, NoSUID: true}
	e = access.RunsAs(q)
	fmt.Println(db.UserName(e.UID), e.Ignored)
	// Output:
	// root
	// bob nosuid-mount
}
