package apply_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"ward/acl"
	"ward/entry"
	"ward/ident"
	"ward/internal/apply"
	"ward/internal/host/files"
	"ward/internal/host/target"
	"ward/internal/requires"
	"ward/internal/testfs"
	"ward/mode"
	"ward/plan"
)

// netBind is cap_net_bind_service in the permitted and effective sets (models
// 12.9: revision 2).
const netBind = "\x01\x00\x00\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"

// drawState is a state that Linux accepts for the kind.
func drawState(t *rapid.T, k mode.Kind, flags bool) entry.State {
	s := entry.State{
		Mode: mode.Mode(rapid.IntRange(0, 0o7777).Draw(t, "mode")),
		UID:  ident.UID(rapid.SampledFrom([]uint32{0, 4001, 4002}).Draw(t, "uid")),
		GID:  ident.GID(rapid.SampledFrom([]uint32{0, 4001}).Draw(t, "gid")),
	}
	if k == mode.Symlink {
		s.Mode = 0o777
		return s
	}
	if rapid.IntRange(0, 3).Draw(t, "list") == 0 {
		s.ACL = drawList(t)
		s.Mode = s.ACL.Mode(s.Mode)
	}
	if k == mode.Directory && rapid.IntRange(0, 3).Draw(t, "default") == 0 {
		s.Default = drawList(t)
	}
	if k == mode.Regular && rapid.IntRange(0, 3).Draw(t, "caps") == 0 {
		s.Caps = netBind
	}
	if flags && rapid.IntRange(0, 4).Draw(t, "flags") == 0 {
		s.Flags = rapid.SampledFrom([]entry.Flags{entry.Immutable, entry.AppendOnly, entry.NoDump, entry.Immutable | entry.NoAtime}).Draw(t, "flag")
	}
	return s
}

func drawList(t *rapid.T) acl.List {
	r := func() mode.Rights { return mode.Rights(rapid.IntRange(0, 7).Draw(t, "rights")) }
	return list(r(), r(), r(), r(), r())
}

// put brings an object into a state by plain calls in the one order that works.
func put(t testing.TB, r *files.Root, rel string, s entry.State) {
	t.Helper()
	o, err := r.Object(rel)
	must(t, err)
	defer o.Close()
	e, err := o.Look(entry.Stat)
	must(t, err)
	if e.Kind == mode.Regular || e.Kind == mode.Directory {
		must(t, o.SetFlags(0))
	}
	must(t, o.Chown(s.UID, s.GID))
	if e.Kind == mode.Symlink {
		return
	}
	must(t, o.SetACL(s.ACL))
	if e.Kind == mode.Directory {
		must(t, o.SetDefaultACL(s.Default))
	}
	must(t, o.Chmod(s.Mode))
	if e.Kind == mode.Regular {
		must(t, o.SetCaps(s.Caps))
	}
	if e.Kind == mode.Regular || e.Kind == mode.Directory {
		must(t, o.SetFlags(s.Flags))
	}
}

// free lets everything below be removed again.
func free(t testing.TB, dir string) {
	t.Helper()
	r, err := files.Open(dir)
	must(t, err)
	defer r.Close()
	for _, p := range paths(t, dir) {
		o, err := r.Object(p)
		must(t, err)
		_ = o.SetFlags(0) // symlinks have none
		o.Close()
	}
}

var treeShape = []struct {
	path string
	kind mode.Kind
}{
	{"a", mode.Directory},
	{"a/b", mode.Directory},
	{"a/b/f", mode.Regular},
	{"a/g", mode.Regular},
	{"h", mode.Regular},
	{"l", mode.Symlink},
	{"p", mode.FIFO},
}

func makeTree(t testing.TB, dir string) {
	t.Helper()
	for _, n := range treeShape {
		name := filepath.Join(dir, n.path)
		switch n.kind {
		case mode.Directory:
			must(t, os.Mkdir(name, 0o755))
		case mode.Symlink:
			must(t, os.Symlink("/etc/passwd", name))
		case mode.FIFO:
			must(t, mkfifo(name))
		default:
			write(t, name, 0o644)
		}
	}
}

// Apply brings a tree to any state, and undo restores every fact of it.
func TestApplyThenUndoRestoresEveryFact(t *testing.T) {
	requires.Root(t)
	requires.Feature(t, requires.ACLs, requires.FileCapabilities, requires.InodeFlags)
	dir := t.TempDir()
	makeTree(t, dir)
	t.Cleanup(func() { free(t, dir) })
	r := open(t, dir)
	rapid.Check(t, func(rt *rapid.T) {
		wanted := map[string]entry.State{}
		for _, n := range treeShape {
			flags := n.kind == mode.Regular
			put(t, r, n.path, drawState(rt, n.kind, flags))
			after := drawState(rt, n.kind, flags)
			wanted[n.path] = after
		}
		before := snapshot(t, dir)
		clear := map[string]entry.State{} // what rule 5 leaves of a state on the way back
		j := planFor(t, r, func(e *entry.Entry) (entry.State, bool) {
			after, ok := wanted[e.Path()]
			c := plan.Change{Kind: e.Kind, Before: e.State, After: after}
			back := plan.Inverse(&c)
			clear[e.Path()] = back.After
			return after, ok
		})
		res, got := run(t, j, r, apply.Options{Patience: []time.Duration{}})
		if !res.Whole() {
			rt.Fatalf("applied: %+v\n%v", res, got)
		}
		wanted["."] = before["."]
		if d := cmp.Diff(wanted, snapshot(t, dir)); d != "" {
			rt.Fatalf("applied (-want +got):\n%s", d)
		}
		for p, s := range clear {
			before[p] = s
		}
		before["."] = wanted["."]
		back := reverse(t, j)
		res, got = run(t, back, r, apply.Options{Patience: []time.Duration{}})
		if !res.Whole() {
			rt.Fatalf("undone: %+v\n%v", res, got)
		}
		if d := cmp.Diff(before, snapshot(t, dir)); d != "" {
			rt.Fatalf("undone (-want +got):\n%s", d)
		}
	})
}

// The states that plan.Intermediate foresees are those in which the kernel leaves
// an object after each step; from each of them the way leads to the end.
func TestIntermediateStatesAreTheKernels(t *testing.T) {
	requires.Root(t)
	requires.Feature(t, requires.ACLs, requires.FileCapabilities, requires.InodeFlags)
	dir := t.TempDir()
	write(t, filepath.Join(dir, "f"), 0o644)
	must(t, os.Mkdir(filepath.Join(dir, "d"), 0o755))
	t.Cleanup(func() { free(t, dir) })
	r := open(t, dir)
	tr := target.Of(r)
	rapid.Check(t, func(rt *rapid.T) {
		name, kind := "f", mode.Regular
		if rapid.Bool().Draw(rt, "directory") {
			name, kind = "d", mode.Directory
		}
		before, after := drawState(rt, kind, true), drawState(rt, kind, true)
		put(t, r, name, before)
		e, err := look(r, name, facts)
		must(t, err)
		c := plan.Change{Path: name, Kind: kind, ID: e.ID, Links: e.Links, Known: facts, Before: e.State, After: after}
		if d := cmp.Diff(before, e.State); d != "" {
			rt.Fatalf("the start is not as drawn:\n%s", d)
		}
		steps := plan.Steps(&c)
		stop := rapid.IntRange(0, len(steps)).Draw(rt, "stop")
		o, err := tr.Object(name, &e)
		must(t, err)
		defer o.Close()
		states := []entry.State{before}
		for _, s := range steps[:stop] {
			must(t, apply.Do(o, &s))
			states = after1(states, s, kind)
		}
		must(t, o.Look(facts, &e))
		if !contains(states, e.State) {
			rt.Fatalf("after %v the kernel has %+v; foreseen were %+v", steps[:stop], e.State, states)
		}
		if got := plan.Recover(&c, &e); got == plan.Foreign || got == plan.Done && stop < len(steps) && !plan.Same(&e.State, &after) {
			rt.Fatalf("after %v: %v", steps[:stop], got)
		}
		m := &memory{}
		var w plan.BlockWriter
		w.Add(&c)
		must(t, m.AddBlock(w.Finish(plan.Middle, 0)))
		res, got := run(t, m, r, apply.Options{Resume: true, Patience: []time.Duration{}})
		if !res.Whole() {
			rt.Fatalf("resumed: %v", got)
		}
		must(t, o.Look(facts, &e))
		if d := cmp.Diff(after, e.State); d != "" {
			rt.Fatalf("resumed (-want +got):\n%s", d)
		}
	})
}

func after1(states []entry.State, s plan.Step, k mode.Kind) (next []entry.State) {
	for _, st := range states {
		next = append(next, s.Effects(st, k)...)
	}
	return next
}

func contains(states []entry.State, s entry.State) bool {
	for i := range states {
		if plan.Same(&states[i], &s) {
			return true
		}
	}
	return false
}

// What changed since the plan was made is left alone, and said.
func TestWhatChangedSinceIsLeftAlone(t *testing.T) {
	dir := t.TempDir()
	for _, n := range []string{"mode", "gone", "symlink", "other", "linked", "touched", "fine", "done"} {
		write(t, filepath.Join(dir, n), 0o644)
	}
	must(t, os.Mkdir(filepath.Join(dir, "d"), 0o755))
	write(t, filepath.Join(dir, "d", "f"), 0o644)
	r := open(t, dir)
	j := planFor(t, r, toMode(0o600))
	at := func(n string) string { return filepath.Join(dir, n) }
	must(t, os.Chmod(at("mode"), 0o666))
	must(t, os.Remove(at("gone")))
	must(t, os.Remove(at("symlink")))
	must(t, os.Symlink("fine", at("symlink")))
	must(t, os.Remove(at("other")))
	write(t, at("other"), 0o644)
	must(t, os.Link(at("linked"), filepath.Join(t.TempDir(), "x")))
	must(t, os.WriteFile(at("touched"), nil, 0))
	must(t, os.Chmod(at("done"), 0o600))
	must(t, os.Rename(at("d"), at("e")))
	must(t, os.Symlink("e", at("d")))
	res, got := run(t, j, r, apply.Options{})
	want := strings.Join([]string{
		"d/f: changed-since: " + apply.ErrReplaced.Error(),
		"done: already: ",
		"gone: gone: it is gone",
		"linked: changed-since: it has 2 names now and had 1",
		"mode: changed-since: its mode is 0666 now and was 0644",
		"other: changed-since: another file is there now",
		"symlink: changed-since: a symbolic link is there now",
	}, "\n")
	if d := cmp.Diff(want, got.String()); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if res.Of(apply.Verified) != 2 || res.Of(apply.Already) != 1 || res.Whole() {
		t.Errorf("%+v", res)
	}
	if m, _ := modeOf(t, at("e/f")); m != 0o644 {
		t.Errorf("a file behind a symlink was changed to %s", m.Octal())
	}
}

// An undo finds what was moved, and says what is not there.
func TestUndoFindsWhatWasMoved(t *testing.T) {
	dir := t.TempDir()
	at := func(n string) string { return filepath.Join(dir, n) }
	must(t, os.Mkdir(at("d"), 0o755))
	for _, n := range []string{"moved", "replaced", "gone", "d/inside"} {
		write(t, at(n), 0o644)
	}
	must(t, os.Chmod(at("moved"), 0o755|os.ModeSetuid))
	r := open(t, dir)
	j := planFor(t, r, toMode(0o600))
	if res, got := run(t, j, r, apply.Options{}); !res.Whole() {
		t.Fatal(got)
	}
	must(t, os.Rename(at("moved"), at("d/new")))
	must(t, os.Rename(at("d"), at("e")))
	outside := filepath.Join(t.TempDir(), "outside")
	must(t, os.Rename(at("replaced"), outside))
	must(t, os.Symlink(outside, at("replaced")))
	must(t, os.Remove(at("gone")))
	back := reverse(t, j)
	res, got := run(t, back, r, apply.Options{})
	want := "gone: gone: it is neither at its place nor elsewhere in the tree\n" +
		"replaced: changed-since: a symbolic link is there now, and it is nowhere else in the tree"
	if d := cmp.Diff(want, got.String()); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if m, _ := modeOf(t, at("e/new")); m != 0o4755 {
		t.Errorf("04755 came back as %s", m.Octal())
	}
	if m, _ := modeOf(t, at("e/inside")); m != 0o644 {
		t.Errorf("inside is %s", m.Octal())
	}
	if m, _ := modeOf(t, outside); m != 0o600 {
		t.Errorf("outside was changed to %s", m.Octal())
	}
	if res.Of(apply.Verified) != 2 {
		t.Errorf("%+v", res)
	}

	again := reverse(t, back)
	run(t, again, r, apply.Options{})
	if m, _ := modeOf(t, at("e/new")); m != 0o600 {
		t.Errorf("the undo of the undo left %s", m.Octal())
	}
}

// Directories that open do so before what lies in them; those that close, after.
func TestDirectoriesOpenFirstAndCloseLast(t *testing.T) {
	for _, workers := range []int{1, 4} {
		body := func(t *testing.T) {
			dir := testfs.ReachableDir(t)
			if os.Geteuid() == 0 {
				t.Fatal("not as root")
			}
			at := func(n string) string { return filepath.Join(dir, n) }
			must(t, os.MkdirAll(at("closed/deep/deeper"), 0o755))
			must(t, os.MkdirAll(at("open/deep/deeper"), 0o755))
			write(t, at("closed/deep/deeper/f"), 0o644)
			write(t, at("open/deep/deeper/f"), 0o644)
			r := open(t, dir)
			j := planFor(t, r, func(e *entry.Entry) (entry.State, bool) {
				s := e.State
				if e.Kind == mode.Regular {
					s.Mode = 0o600
				}
				if strings.HasPrefix(e.Path(), "open") && e.Kind == mode.Directory {
					s.Mode = 0
				}
				return s, true
			})
			j.blocks = forget(t, j.blocks, entry.Attributes) // to read them a directory has to be open
			if res, got := run(t, j, r, apply.Options{Workers: workers}); !res.Whole() {
				t.Fatal(got)
			}
			back := reverse(t, j)
			if res, got := run(t, back, r, apply.Options{Workers: workers}); !res.Whole() {
				t.Fatal(got)
			}
			for _, p := range paths(t, dir) {
				want := mode.Mode(0o755)
				if strings.HasSuffix(p, "/f") {
					want = 0o644
				}
				if m, _ := modeOf(t, at(p)); m != want {
					t.Errorf("%s is %s", p, m.Octal())
				}
			}
		}
		t.Run(map[int]string{1: "one worker", 4: "four workers"}[workers], func(t *testing.T) {
			if os.Geteuid() != 0 {
				body(t)
				return
			}
			testfs.As(t, testfs.User{UID: 4001, GID: 4001}, body)
		})
	}
}

// What the system refuses has its cause, and an object is named with what was
// done to it.
func TestRefusalsHaveTheirCause(t *testing.T) {
	requires.Root(t)
	requires.Feature(t, requires.InodeFlags)
	dir := t.TempDir()
	at := func(n string) string { return filepath.Join(dir, n) }
	write(t, at("locked"), 0o644)
	r := open(t, dir)
	o, err := r.Object("locked")
	must(t, err)
	must(t, o.SetFlags(entry.Immutable))
	t.Cleanup(func() {
		must(t, o.SetFlags(0))
		must(t, o.Close())
	})
	j := planFor(t, r, toMode(0o600))
	j.blocks = forget(t, j.blocks, entry.Attributes)
	res, got := run(t, j, r, apply.Options{})
	want := "locked: failed: chmod: operation not permitted: it is immutable or append-only (lsattr shows i or a), and no rule decided that"
	if got.String() != want || res.Of(apply.Failed) != 1 {
		t.Errorf("got  %v\nwant %s", got, want)
	}
}

// forget takes facts out of every change.
func forget(t testing.TB, blocks [][]byte, facts entry.Facts) [][]byte {
	t.Helper()
	m := &memory{}
	for _, b := range blocks {
		r, err := plan.OpenBlock(b)
		must(t, err)
		var w plan.BlockWriter
		for c := (plan.Change{}); r.Next(&c); {
			c.Known &^= facts
			if facts&entry.Attributes != 0 {
				c.Before.Flags, c.After.Flags = 0, 0
			}
			w.Add(&c)
		}
		must(t, m.AddBlock(w.Finish(r.Header.Phase, r.Header.Level)))
	}
	return m.blocks
}

// A file system that lies is found out.
func TestLyingFileSystems(t *testing.T) {
	requires.Feature(t, requires.FUSE)
	for lie, want := range map[testfs.Lie]apply.Outcome{
		testfs.Honest: apply.Verified, testfs.Ignores: apply.Ignored, testfs.Delays: apply.Delayed, testfs.Alters: apply.Altered,
	} {
		t.Run(want.String(), func(t *testing.T) {
			t.Parallel()
			mount, below := testfs.LyingFS(t, lie)
			write(t, filepath.Join(below, "f"), 0o644)
			r, err := files.Open(mount)
			must(t, err)
			defer r.Close()
			j := planFor(t, r, toMode(0o600))
			res, got := run(t, j, r, apply.Options{})
			if res.Of(want) != 1 || res.Planned != 1 {
				t.Errorf("%+v\n%v", res, got)
			}
		})
	}
}

// A run that is cut off says what it did not reach, and can be resumed.
func TestCutOffAndResumed(t *testing.T) {
	dir := t.TempDir()
	for i := range 50 {
		write(t, filepath.Join(dir, string(rune('A'+i))), 0o644)
	}
	r := open(t, dir)
	j := planFor(t, r, toMode(0o600))
	ctx, cancel := context.WithCancel(t.Context())
	n := 0
	res, err := apply.Run(ctx, j, target.Of(r), apply.Options{Workers: 1, Hook: func(name string) {
		if n++; n == 30 {
			cancel()
		}
	}})
	if err == nil || res.Of(apply.NotReached) == 0 || res.Of(apply.Verified) == 0 {
		t.Fatalf("%+v, %v", res, err)
	}
	first := res.Of(apply.Verified)
	res, got := run(t, j, r, apply.Options{Resume: true})
	if !res.Whole() || res.Of(apply.Already) != first || res.Of(apply.Verified) != 50-first {
		t.Errorf("%+v\n%v", res, got)
	}
}

// On overlayfs an object is another one after its first change. The run notices,
// and its undo knows.
func TestOverlayRenumbersObjects(t *testing.T) {
	requires.Feature(t, requires.Overlay)
	testfs.InMountNamespace(t, func(t *testing.T) {
		base := testfs.Image(t, testfs.Tmpfs, 0)
		must(t, os.Mkdir(filepath.Join(base, "lower"), 0o755))
		for _, n := range []string{"a", "b"} {
			write(t, filepath.Join(base, "lower", n), 0o644)
		}
		m := testfs.OverlayOn(t, base)
		r := open(t, m.Merged)
		j := planFor(t, r, toMode(0o600))
		renumbered := map[string]entry.Identity{}
		res, got := run(t, j, r, apply.Options{Renumbered: func(n apply.Renumbered) { renumbered[n.Path] = n.New }})
		if !res.Whole() {
			t.Fatal(got)
		}
		t.Logf("%d of 2 were renumbered", len(renumbered))
		h := j.Header()
		h.Undo = true
		undo := &memory{header: h}
		must(t, back(j, undo, h, renumbered))
		if res, got := run(t, undo, r, apply.Options{}); !res.Whole() || res.Of(apply.Verified) != 2 {
			t.Fatalf("%+v %v", res, got)
		}
		for _, n := range []string{"a", "b"} {
			if m, _ := modeOf(t, filepath.Join(m.Merged, n)); m != 0o644 {
				t.Errorf("%s is %s", n, m.Octal())
			}
		}
	})
}
