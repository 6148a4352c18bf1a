package plan_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"ward/acl/nfs4"
	"ward/entry"
	"ward/legacy/dos"
	"ward/mode"
	"ward/plan"
)

// list4 is a list of NFS 4 where the NFS client keeps it.
func list4(t testing.TB, text string) entry.Stored {
	t.Helper()
	list, err := nfs4.Parse(text, nfs4.Linux, mode.Regular)
	if err != nil {
		t.Fatal(err)
	}
	value, err := list.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return entry.Store(nfs4.Xattr, value)
}

// A mode and a list that do not mean the same are not planned.
func TestListsAndModesThatDisagree(t *testing.T) {
	const owner = "A::OWNER@:rwat,A::GROUP@:rt,A::EVERYONE@:t" // 0640
	for _, test := range []struct {
		name, rule, found string
		mode              mode.Mode
		want              string
	}{
		{"they agree", `{name: a, require: {mode: "0640", nfs4: "exactly ` + owner + `"}}`, "A::OWNER@:rwat", 0o644, ""},
		{"another mode", `{name: a, require: {mode: "0600", nfs4: "exactly ` + owner + `"}}`, "A::OWNER@:rwat", 0o644, "its NFSv4 list makes its mode -rw-r-----, and the rules want -rw-------"},
		{"the list is there, and means another mode", `{name: a, require: {mode: "0600", nfs4: "exactly ` + owner + `"}}`, owner, 0o640, "its NFSv4 list makes its mode"},
		{"bits that nobody decided follow", `{name: a, require: {mode: "o-w", nfs4: "exactly ` + owner + `"}}`, "A::OWNER@:rwat", 0o666, ""},
		{"the mask of a Linux server", `{name: a, require: {mode: "0660", nfs4: "exactly ` + owner + `,A::bob@x:rwat"}}`, "A::OWNER@:rwat", 0o644, "its NFSv4 list makes"},
		{"no rule for the mode", `{name: a, require: {nfs4: "exactly ` + owner + `"}}`, "A::OWNER@:rwat", 0o666, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			w, d := differ(t, plan.Options{}, test.rule)
			e := file("f", entry.State{Mode: test.mode, NFS4: list4(t, test.found)})
			e.Known |= entry.NFS4
			got := diff(w, d, e)
			if refused := strings.HasPrefix(got, "refused: "); refused != (test.want != "") || !strings.Contains(got, test.want) {
				t.Errorf("%s", got)
			}
		})
	}
}

// What a server makes of the mode by itself is no reason to say that a change was not
// made, and what it cannot have made of it is.
func TestModesThatFollow(t *testing.T) {
	before := entry.State{Mode: 0o644, NFS4: list4(t, "A::OWNER@:rwat")}
	after := entry.State{Mode: 0o644, NFS4: list4(t, "A::OWNER@:rwat,A::GROUP@:rt")}
	c := plan.Change{Path: "f", Kind: mode.Regular, Known: entry.Stat | entry.NFS4, Before: before, After: after}
	for m, want := range map[mode.Mode]plan.Progress{0o644: plan.Done, 0o640: plan.Done, 0o600: plan.Foreign, 0o4640: plan.Foreign} {
		seen := entry.Entry{Kind: mode.Regular, State: after}
		seen.Mode = m
		if got := plan.Recover(&c, &seen); got != want || plan.Reached(&c, &seen.State, c.Known) != (want == plan.Done) {
			t.Errorf("mode %s: %v, want %v", m.Octal(), got, want)
		}
	}
	c.After.Mode = 0o600 // now a rule wants it
	seen := entry.Entry{Kind: mode.Regular, State: after}
	seen.Mode = 0o640
	if plan.Reached(&c, &seen.State, c.Known) {
		t.Error("a mode that was asked for may not follow")
	}
	fat := func(a dos.Attributes) entry.Stored { return entry.Store(entry.FATPlace, a.Encode()) }
	c = plan.Change{
		Path: "f", Kind: mode.Regular, Known: entry.Stat | entry.DOS,
		Before: entry.State{Mode: 0o644, DOS: fat(dos.Archive)}, After: entry.State{Mode: 0o644, DOS: fat(dos.ReadOnly)},
	}
	for m, want := range map[mode.Mode]bool{0o644: true, 0o444: true, 0o400: false, 0o755: false} {
		seen := c.After
		seen.Mode = m
		if got := plan.Reached(&c, &seen, c.Known); got != want {
			t.Errorf("vfat, mode %s: %t", m.Octal(), got)
		}
	}
}

// A saved plan is no way to write any attribute whatsoever.
func TestSavedPlansKeepToTheirPlaces(t *testing.T) {
	c := plan.Change{
		Path: "f", Kind: mode.Regular, Known: entry.Stat | entry.DOS,
		Before: entry.State{DOS: entry.Store(dos.NTFSXattr, dos.Archive.Encode())}, After: entry.State{DOS: entry.Store("security.capability", dos.Archive.Encode())},
	}
	var file bytes.Buffer
	w, err := plan.NewWriter(&file, plan.Header{Root: "/srv"})
	if err == nil {
		err = errors.Join(w.Add(&c), w.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
	r, err := plan.NewReader("saved", &file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Next(); err == nil || !strings.Contains(err.Error(), `"security.capability" is none of`) {
		t.Errorf("%v", err)
	}
}

// A change of the mode keeps the list that the server makes anew; whatever that is, the
// change is done, and its inverse sets the list of before again.
func TestAChangeOfTheModeKeepsTheList(t *testing.T) {
	before := state(0o644, 0, 0)
	before.NFS4 = list4(t, "A::OWNER@:rwatTnNcCoy,A::bob@example.org:rw,A::EVERYONE@:rtncy")
	e := &entry.Entry{
		Dir: &entry.Dir{Path: "."}, Name: "f", Kind: mode.Regular, State: before, ID: entry.Identity{Device: 1, Inode: 2, Birth: 3},
		Known: entry.Stat | entry.AccessACL,
	}
	after := before
	after.Mode = 0o600
	if _, need := plan.Direct(e, after, mode.All); need != entry.NFS4 {
		t.Fatalf("it needs %b", need)
	}
	e.Known |= entry.NFS4
	c, need := plan.Direct(e, after, mode.All)
	if need != 0 || c.Before.NFS4 != before.NFS4 || c.After.NFS4 != "" {
		t.Fatalf("%v, needs %b", c, need)
	}
	if steps := plan.Steps(&c); len(steps) != 1 || steps[0].Op != plan.SetMode {
		t.Errorf("the steps are %v", steps)
	}
	inverse := plan.Inverse(&c)
	back := plan.Steps(&inverse)
	if len(back) != 2 || back[0].Op != plan.SetMode || back[1].Op != plan.SetNFS4 || back[1].Other != before.NFS4 {
		t.Errorf("the steps back are %v", back)
	}
	for _, made := range []entry.Stored{before.NFS4, list4(t, "A::OWNER@:rwatTnNcCoy,A:g:GROUP@:tncy,A::EVERYONE@:tncy")} {
		seen := *e
		seen.State = after
		seen.NFS4 = made
		if got := plan.Recover(&c, &seen); got != plan.Done {
			t.Errorf("recover there: %v", got)
		}
		if got := plan.Recover(&inverse, &seen); got != plan.NotDone {
			t.Errorf("recover back: %v", got)
		}
	}
	changed := *e
	changed.NFS4 = list4(t, "A::EVERYONE@:rtncy")
	if got := plan.Recover(&c, &changed); got != plan.Foreign {
		t.Errorf("a list that somebody changed before it began: %v", got)
	}
	e.Known, e.NFS4 = e.Known|entry.NFS4, ""
	after.NFS4 = ""
	if c, _ := plan.Direct(e, after, mode.All); c.Known&entry.NFS4 != 0 {
		t.Error("where no list is kept, none is compared")
	}
}
