package apply_test

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ward/access"
	"ward/acl"
	"ward/entry"
	"ward/ident"
	"ward/internal/apply"
	"ward/internal/host/target"
	"ward/internal/requires"
	"ward/mode"
	"ward/plan"
)

// failing is a target whose nth change, counted from 0, is refused and not made.
type failing struct {
	apply.Target
	nth *int
}

func (f failing) Object(rel string, e *entry.Entry) (apply.Object, error) {
	o, err := f.Target.Object(rel, e)
	return failingObject{o, f.nth}, err
}

func (f failing) Directory(rel string, e *entry.Entry) (apply.Directory, error) {
	d, err := f.Target.Directory(rel, e)
	return failingDirectory{d, f.nth}, err
}

type failingDirectory struct {
	apply.Directory
	nth *int
}

func (f failingDirectory) Object(name string, e *entry.Entry) (apply.Object, error) {
	o, err := f.Directory.Object(name, e)
	return failingObject{o, f.nth}, err
}

type failingObject struct {
	apply.Object
	nth *int
}

func (f failingObject) or(do func() error) error {
	*f.nth--
	if *f.nth == -1 {
		return syscall.EIO
	}
	return do()
}

func (f failingObject) Chmod(m mode.Mode) error {
	return f.or(func() error { return f.Object.Chmod(m) })
}

func (f failingObject) Chown(u ident.UID, g ident.GID) error {
	return f.or(func() error { return f.Object.Chown(u, g) })
}

func (f failingObject) SetACL(l acl.List) error {
	return f.or(func() error { return f.Object.SetACL(l) })
}

func (f failingObject) SetDefaultACL(l acl.List) error {
	return f.or(func() error { return f.Object.SetDefaultACL(l) })
}

func (f failingObject) SetCaps(s string) error {
	return f.or(func() error { return f.Object.SetCaps(s) })
}

func (f failingObject) SetFlags(s entry.Flags) error {
	return f.or(func() error { return f.Object.SetFlags(s) })
}

func (f failingObject) SetStored(s entry.Stored) error {
	return f.or(func() error { return f.Object.SetStored(s) })
}

// A change of several steps that fails at any of them leaves nobody with rights
// that he has neither before nor after, and can be finished.
func TestFailedStepLeavesNothingWider(t *testing.T) {
	requires.Root(t)
	const rwx, rx, rw, r, none = mode.Rights(7), mode.Rights(5), mode.Rights(6), mode.Rights(4), mode.Rights(0)
	cases := []struct {
		name          string
		directory     bool
		before, after entry.State
	}{
		{"owner of a setuid program", false, entry.State{Mode: 0o4755, UID: 1000, GID: 1000}, entry.State{Mode: 0o4755}},
		{"owner and narrower mode", false, entry.State{Mode: 0o2777, UID: 1000, GID: 1001}, entry.State{Mode: 0o2750, UID: 1001, GID: 1000}},
		{"owner and wider mode", false, entry.State{Mode: 0o600, UID: 1000, GID: 1000}, entry.State{Mode: 0o664, UID: 0, GID: 1001}},
		{"owner and list goes", false, entry.State{Mode: 0o674, UID: 1000, GID: 1000, ACL: list(rw, rwx, r, rwx, r)}, entry.State{Mode: 0o640, GID: 1001}},
		{"list denies one person", false, entry.State{Mode: 0o664, GID: 1001}, entry.State{Mode: 0o4644, GID: 1001, ACL: list(rw, none, r, r, r)}},
		{"one person was denied", false, entry.State{Mode: 0o644, GID: 1001, ACL: list(rw, none, r, r, r)}, entry.State{Mode: 0o604, UID: 1001, GID: 1001}},
		{"list and owner", false, entry.State{Mode: 0o664, UID: 1001, GID: 1001, ACL: list(rw, rw, r, rw, r)}, entry.State{Mode: 0o4750, ACL: list(rwx, rx, rx, rx, none)}},
		{"capabilities and owner", false, entry.State{Mode: 0o755, UID: 1000, GID: 1000, Caps: netBind}, entry.State{Mode: 0o750, GID: 1000, Caps: netBind}},
		{"immutable", false, entry.State{Mode: 0o644, UID: 1000, GID: 1000, Flags: entry.Immutable}, entry.State{Mode: 0o600, Flags: entry.Immutable}},
		{"directory with default list", true, entry.State{Mode: 0o777, UID: 1000, GID: 1000, Default: list(rwx, rwx, rx, rwx, rx)}, entry.State{Mode: 0o2770, GID: 1001, Default: list(rwx, rx, rx, rx, none)}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			steps := 0
			for failAt := 0; failAt <= steps; failAt++ {
				failStep(t, c.directory, c.before, c.after, failAt, true)
				steps = failStep(t, c.directory, c.before, c.after, failAt, false)
			}
			if steps < 2 {
				t.Errorf("%d steps: nothing can stop between", steps)
			}
		})
	}
}

// failStep makes the change anew, fails its nth call, judges what is left, and
// takes it back or finishes it. It answers how many calls the change takes.
func failStep(t *testing.T, directory bool, before, after entry.State, nth int, undo bool) (calls int) {
	t.Helper()
	dir := t.TempDir()
	name, kind := filepath.Join(dir, "x"), mode.Regular
	if directory {
		kind = mode.Directory
		must(t, os.Mkdir(name, 0o700))
	} else {
		write(t, name, 0o600)
	}
	t.Cleanup(func() { free(t, dir) })
	r := open(t, dir)
	put(t, r, "x", before)
	left := nth
	j := planFor(t, r, func(e *entry.Entry) (entry.State, bool) { return after, e.Name == "x" })
	_, got := runOn(t, j, failing{target.Of(r), &left})
	seen := snapshot(t, dir)["x"]
	if left >= 0 {
		return nth - left // every call was made
	}
	if len(got.list) != 1 || got.list[0].Outcome != apply.Failed {
		t.Errorf("call %d: %v", nth, got)
	}
	if wider := widerThan(seen, before, after, kind); wider != "" {
		t.Errorf("call %d failed, and left %+v: %s", nth, seen, wider)
	}
	want := after
	if undo {
		if want = takenBack(before, after, kind, nth); cmp.Equal(seen, before) {
			want = before // the failure itself left it as it was
		}
		j = reverse(t, j)
	}
	if res, got := run(t, j, r, apply.Options{Resume: true}); !res.Whole() {
		t.Errorf("call %d failed, then undo %v: %v", nth, undo, got)
	}
	if d := cmp.Diff(want, snapshot(t, dir)["x"]); d != "" {
		t.Errorf("call %d failed, then undo %v: (-want +got):\n%s", nth, undo, d)
	}
	return nth + 1
}

// takenBack is what an undo leaves: what was, as far as rule 5 lets it come back.
func takenBack(before, after entry.State, k mode.Kind, nth int) entry.State {
	if nth == 0 {
		return before // nothing was done
	}
	inverse := plan.Inverse(&plan.Change{Kind: k, Before: before, After: after})
	return inverse.After
}

func runOn(t *testing.T, j apply.Journal, to apply.Target) (apply.Result, *items) {
	t.Helper()
	var got items
	res, err := apply.Run(t.Context(), j, to, apply.Options{Workers: 1, Patience: []time.Duration{}, Report: got.add, Stamped: stamping(j)})
	must(t, err)
	return res, &got
}

// widerThan says who may do what neither state lets him do.
func widerThan(seen, before, after entry.State, k mode.Kind) string {
	for _, uid := range []ident.UID{0, 1000, 1001, 1002} {
		for _, gid := range []ident.GID{0, 1000, 1001, 1002} {
			s := ident.Subject{UID: uid, GID: gid}
			if more := access.Rights(s, seen, k) &^ (access.Rights(s, before, k) | access.Rights(s, after, k)); more != 0 {
				return fmt.Sprintf("%d:%d may %v", uid, gid, more)
			}
		}
	}
	for _, of := range []entry.State{before, after} {
		if seen.UID == of.UID && seen.GID == of.GID && (seen.Mode&(mode.SetUID|mode.SetGID))&^of.Mode == 0 && (seen.Caps == "" || seen.Caps == of.Caps) &&
			seen.Flags == of.Flags {
			return ""
		}
	}
	if seen.Mode&(mode.SetUID|mode.SetGID) == 0 && seen.Caps == "" && seen.Flags&before.Flags == before.Flags {
		return ""
	}
	return "its special bits, capabilities or flags are of neither state"
}
