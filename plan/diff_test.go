package plan_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"ward/account"
	"ward/entry"
	"ward/ident"
	"ward/mode"
	"ward/plan"
	"ward/policy"
)

// differ is a differ under the rules of a policy, written one a line in flow style.
func differ(t testing.TB, o plan.Options, rules ...string) (*policy.Worker, *plan.Differ) {
	t.Helper()
	text := "version: 1\nrules:\n"
	for _, r := range rules {
		text += "  - " + r + "\n"
	}
	p, problems := policy.Parse("test.yaml", []byte(text))
	if p == nil {
		t.Fatalf("%v", problems)
	}
	db := account.New(
		[]account.User{{Name: "root"}, {Name: "alice", UID: 1000, GID: 1000}, {Name: "bob", UID: 1001, GID: 1001}},
		[]account.Group{{Name: "root"}, {Name: "alice", GID: 1000}, {Name: "dev", GID: 50}},
	)
	j, problems := p.Bind(policy.Binding{Accounts: db, Now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)})
	if j == nil {
		t.Fatalf("%v", problems)
	}
	w := j.Worker()
	return w, plan.NewDiffer("/srv/app", w, j.Rules(), o)
}

// allKnown is every fact of a file or directory.
const allKnown = entry.Stat | entry.AccessACL | entry.DefaultACL | entry.Caps | entry.Attributes | entry.NFS4

func file(name string, s entry.State) *entry.Entry {
	return &entry.Entry{
		Dir: &entry.Dir{Path: "."}, Name: name, Kind: mode.Regular, Known: allKnown, State: s,
		ID: entry.Identity{Device: 1, Inode: 2, Birth: 3}, Links: 1,
	}
}

func dir(name string, s entry.State) *entry.Entry {
	e := file(name, s)
	e.Kind = mode.Directory
	return e
}

// diff is the answer in a line.
func diff(w *policy.Worker, d *plan.Differ, e *entry.Entry) string {
	o, need := w.Judge(e)
	if need != 0 {
		return fmt.Sprintf("judge needs %b", need)
	}
	c, r, need := d.Diff(e, &o)
	switch {
	case need != 0:
		return fmt.Sprintf("needs %b", need)
	case r != nil:
		return "refused: " + r.Text
	case c == nil:
		return "nothing"
	}
	return words(plan.Steps(c)) + fmt.Sprintf(" by %v", c.Rules)
}

func TestDiff(t *testing.T) {
	const (
		private = `{name: private, match: {type: file}, require: {mode: "0600"}}`
		roots   = `{name: roots, match: {type: file}, require: {owner: root}}`
		asked   = `{name: asked, match: {type: file}, require: {mode: "o-r"}, fix: ask}`
		never   = `{name: never, match: {type: file}, require: {mode: "o-r"}, fix: never}`
		setuid  = `{name: setuid, match: {type: file}, require: {mode: "u+s"}}`
	)
	withAnswer := plan.Options{Answered: []int{0}}
	allowed := plan.Options{Rails: plan.Rails{Allowed: []string{"/srv/app/tmp"}}}
	for _, c := range []struct {
		name  string
		o     plan.Options
		rules []string
		e     *entry.Entry
		want  string
	}{
		{"a mode", plan.Options{}, []string{private}, file("f", state(0o644, 0, 0)), "chmod 0600 by [0]"},
		{"as wanted", plan.Options{}, []string{private}, file("f", state(0o600, 0, 0)), "nothing"},
		{"only asked for when answered", plan.Options{}, []string{asked}, file("f", state(0o644, 0, 0)), "nothing"},
		{"answered", withAnswer, []string{asked}, file("f", state(0o644, 0, 0)), "chmod 0640 by [0]"},
		{"never", withAnswer, []string{never}, file("f", state(0o644, 0, 0)), "nothing"},
		{"only the bits of those that are taken", plan.Options{}, []string{asked, `{name: w, match: {type: file}, require: {mode: "g-w"}}`}, file("f", state(0o664, 0, 0)), "chmod 0644 by [1]"},
		{"a planted setuid file", plan.Options{}, []string{roots}, file("f", state(0o4755, 1000, 1000)), "chmod 0755, chown 0:-1 by [0]"},
		{"setuid that a rule decided", plan.Options{}, []string{roots, setuid}, file("f", state(0o4755, 1000, 1000)), "chown 0:-1, chmod 4755 by [0]"},
		{"setuid of root's", plan.Options{}, []string{`{name: a, match: {type: file}, require: {owner: alice}}`}, file("f", state(0o4755, 0, 0)), "chown 1000:-1, chmod 4755 by [0]"},
		{"planted capabilities", plan.Options{}, []string{roots}, file("f", withCaps(state(0o755, 1000, 1000), "c")), "chown 0:-1 by [0]"},
		{"setuid kept by an exception is not decided", plan.Options{}, []string{roots, `{name: s, match: {type: file}, require: {mode: "u+s"}, except: [{match: {path: f}, reason: why}]}`}, file("f", state(0o4755, 1000, 1000)), "chmod 0755, chown 0:-1 by [0]"},
		{
			"two rules that chase each other",
			plan.Options{},
			[]string{
				`{name: one, match: {type: file, mode: {none: "0100"}}, require: {mode: "u+x"}}`,
				`{name: two, match: {type: file, mode: {all: "0100"}}, require: {mode: "u-x"}}`,
			},
			file("f", state(0o644, 0, 0)), "refused: it does not settle: one would make it -rwxr--r-- 0:0, and two then -rw-r--r-- 0:0",
		},
		{"a shared directory", plan.Options{}, []string{`{name: d, match: {type: dir}, require: {mode: "0755"}}`}, dir("tmp", state(0o1777, 0, 0)), "refused: it is a shared directory with the sticky bit, which others rely on"},
		{"a shared directory that is meant", allowed, []string{`{name: d, match: {type: dir}, require: {mode: "0755"}}`}, dir("tmp", state(0o1777, 0, 0)), "chmod 0755 by [0]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, d := differ(t, c.o, c.rules...)
			if got := diff(w, d, c.e); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestDiffAsksForWhatAChangeNeeds(t *testing.T) {
	w, d := differ(t, plan.Options{}, `{name: r, match: {type: file}, require: {owner: root}}`)
	e := file("f", state(0o755, 1000, 1000))
	e.Known = entry.Stat | entry.AccessACL
	e.ID.Birth = 0
	if got, want := diff(w, d, e), fmt.Sprintf("needs %b", entry.Caps|entry.Handle); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// Diff of what is already as wanted is nothing, and a second plan is empty.
func TestSecondPlanIsEmpty(t *testing.T) {
	w, d := differ(t, plan.Options{}, `{name: a, match: {type: file}, require: {mode: "u=rwX,go=rX,u-s", owner: alice, group: dev}}`)
	for m := range mode.All + 1 {
		e := file("f", state(m, 1001, 1001))
		o, _ := w.Judge(e)
		c, r, need := d.Diff(e, &o)
		if r != nil || need != 0 {
			t.Fatalf("%s: %v %b", m.Octal(), r, need)
		}
		if c == nil {
			continue
		}
		again := file("f", c.After)
		if got := diff(w, d, again); got != "nothing" {
			t.Fatalf("%s: the second plan is %s", m.Octal(), got)
		}
	}
}

func TestRails(t *testing.T) {
	r := plan.Rails{Allowed: []string{"/etc"}, Homes: []string{"/export/home"}}
	for path, guarded := range map[string]bool{
		"/": true, "/tmp": true, "/tmp/": true, "/proc/1": true, "/sys": true, "/home": true, "/usr/bin": true, "/var/tmp/": true,
		"/etc": false, "/srv": false, "/home/alice": false, "/export/home": true, "/dev/shm": true, "/dev/shm/x": false, "/tmp/x": false,
	} {
		if got := r.Root(path); (got != "") != guarded {
			t.Errorf("%s as a root: %q", path, got)
		}
	}
	if r.Object("/srv/up", mode.Directory, 0o1777) == "" || r.Object("/srv/up", mode.Directory, 0o777) != "" {
		t.Error("sticky and writable is a rail, writable alone is a finding")
	}
}

func TestLinks(t *testing.T) {
	roots := &entry.Dir{Path: ".", ID: entry.Identity{Device: 1, Inode: 1}, Mode: 0o755}
	team := &entry.Dir{Path: "team", ID: entry.Identity{Device: 1, Inode: 5}, Mode: 0o2775}
	hers := &entry.Dir{Path: "hers", ID: entry.Identity{Device: 1, Inode: 6}, Mode: 0o755, UID: 1000}
	by := func(uid ident.UID, c *plan.Change) *plan.Change {
		c.Before.UID, c.After.UID = uid, uid
		return c
	}
	in := func(d *entry.Dir, c *plan.Change) *plan.Change { c.In = d; return c }
	at := func(path string, want mode.Mode, links uint32) *plan.Change {
		return &plan.Change{
			In: roots, Path: path, Kind: mode.Regular, Links: links, ID: entry.Identity{Device: 1, Inode: 9},
			Before: state(0o644, 0, 0), After: state(want, 0, 0),
		}
	}
	content := func(name string, links uint32) *entry.Entry {
		e := file(name, state(0o644, 0, 0))
		e.ID, e.Links, e.Dir = entry.Identity{Device: 1, Inode: 9}, links, roots
		return e
	}
	for _, c := range []struct {
		name    string
		o       plan.LinkOptions
		changes []*plan.Change
		content []*entry.Entry
		want    string
	}{
		{"two names, one wish", plan.LinkOptions{}, []*plan.Change{at("b", 0o600, 2), at("a", 0o600, 2)}, nil, "a"},
		{"two names, two wishes", plan.LinkOptions{}, []*plan.Change{at("b", 0o600, 2), at("a", 0o640, 2)}, nil, `refused: this file is also "b"`},
		{"one is fine as it is", plan.LinkOptions{}, []*plan.Change{at("b", 0o600, 2)}, []*entry.Entry{content("a", 2)}, `refused: this file is also "a"`},
		{"all are fine", plan.LinkOptions{}, nil, []*entry.Entry{content("a", 2), content("b", 2)}, ""},
		{"a name outside", plan.LinkOptions{}, []*plan.Change{at("a", 0o600, 2)}, nil, "refused: it has 2 names and only 1"},
		{"a name outside that is meant", plan.LinkOptions{AllowOutside: true}, []*plan.Change{at("a", 0o600, 2)}, nil, "a"},
		{"the same name met twice", plan.LinkOptions{}, []*plan.Change{at("a", 0o600, 2), at("a", 0o600, 2)}, nil, "refused: it has 2 names and only 1"},
		{"where others may write", plan.LinkOptions{}, []*plan.Change{at("a", 0o600, 2), in(team, at("team/a", 0o600, 2))}, nil, "refused: it has 2 names, at least one"},
		{"in the directory of another than its owner", plan.LinkOptions{}, []*plan.Change{at("a", 0o600, 2), in(hers, at("hers/a", 0o600, 2))}, nil, "refused: it has 2 names, at least one"},
		{"in its owner's directory", plan.LinkOptions{}, []*plan.Change{by(1000, at("a", 0o600, 2)), by(1000, in(hers, at("hers/a", 0o600, 2)))}, nil, "a"},
		{"overlayfs", plan.LinkOptions{Overlay: true}, []*plan.Change{at("a", 0o600, 2), at("b", 0o600, 2)}, nil, "refused: it has 2 names, and overlayfs"},
	} {
		t.Run(c.name, func(t *testing.T) {
			// However the names fall to workers, the answer is the same.
			for split := range len(c.changes) + 1 {
				var one, two plan.Links
				for i, ch := range c.changes {
					if i < split {
						one.Change(ch)
					} else {
						two.Change(ch)
					}
				}
				for _, e := range c.content {
					two.Content(e)
				}
				one.Merge(&two)
				changes, refusals := one.Resolve(c.o)
				got := ""
				for i := range changes {
					got += changes[i].Path
				}
				for i := range refusals {
					got += "refused: " + refusals[i].Text
				}
				if !strings.HasPrefix(got, c.want) || c.want == "" && got != "" {
					t.Errorf("split %d: got %q, want %q", split, got, c.want)
				}
			}
		})
	}
}
