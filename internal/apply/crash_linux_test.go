package apply_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ward/entry"
	"ward/internal/apply"
	"ward/internal/host/files"
	"ward/internal/host/state"
	"ward/internal/host/target"
	"ward/internal/requires"
	"ward/internal/testfs"
	"ward/plan"
)

// crashStates are the states before and after of a run that takes every kind of
// step: each is what the undo must restore, and the resume reach.
var crashStates = map[string][2]entry.State{
	"a":     {{Mode: 0o700, UID: 4001, GID: 4001}, {Mode: 0o755, Default: list(7, 5, 5, 5, 0)}},                       // opens
	"a/b":   {{Mode: 0o2775}, {Mode: 0o700, GID: 4001}},                                                               // closes
	"a/b/f": {{Mode: 0o4755, UID: 4001, GID: 4001, Caps: netBind}, {Mode: 0o4711, Caps: netBind}},                     // chown, caps, mode
	"a/g":   {{Mode: 0o640, Flags: entry.Immutable}, {Mode: 0o604, GID: 4001, Flags: entry.Immutable | entry.NoDump}}, // flags around it
	"h":     {{Mode: 0o674, UID: 4001, ACL: list(6, 7, 5, 7, 4)}, {Mode: 0o640, ACL: list(6, 0, 4, 4, 0)}},            // owner and list
	"l":     {{Mode: 0o777}, {Mode: 0o777, UID: 4001, GID: 4001}},                                                     // a symlink's owner
	"p":     {{Mode: 0o644}, {Mode: 0o600}},                                                                           // never opened
}

func at(which int) map[string]entry.State {
	states := map[string]entry.State{}
	for p, s := range crashStates {
		states[p] = s[which]
	}
	return states
}

// crasher plans and applies, and kills itself at the n-th hook.
// Arguments: the tree, the state directory, n.
func crasher(args []string) error { return crashing(args, at(1), facts) }

// crashing applies what is wanted in the tree args[0], with its journal in args[1], and
// kills itself at the hook args[2].
func crashing(args []string, want map[string]entry.State, known entry.Facts) error {
	n, err := strconv.Atoi(args[2])
	if err != nil {
		return err
	}
	hook := func(name string) {
		if n--; n == 0 {
			fmt.Fprintln(os.Stderr, "killed at", name)
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
	}
	r, err := files.Open(args[0])
	if err != nil {
		return err
	}
	defer r.Close()
	d, err := state.Open(args[1])
	if err != nil {
		return err
	}
	return applyWithHooks(r, d, want, known, hook)
}

func applyWithHooks(r *files.Root, d *state.Dir, want map[string]entry.State, known entry.Facts, hook func(string)) error {
	hook("start")
	j, err := d.Begin(state.Run{Command: "apply"}, plan.Header{Root: r.Path()}, time.Now())
	if err != nil {
		return err
	}
	defer j.Close()
	hook("begun")
	a := newAdder(j, j.Header())
	for p, s := range want {
		e, err := look(r, p, known)
		if err != nil {
			return err
		}
		ch := plan.Change{Path: p, Kind: e.Kind, ID: e.ID, Links: e.Links, Known: known, Before: e.State, After: s}
		if err := a.add(&ch); err != nil {
			return err
		}
	}
	hook("added")
	if _, err := a.finish(); err != nil {
		return err
	}
	hook("collected")
	if err := j.Commit(); err != nil {
		return err
	}
	hook("committed")
	if _, err := apply.Run(context.Background(), j, target.Of(r), apply.Options{Workers: 1, Hook: hook, Stamped: stamping(j)}); err != nil {
		return err
	}
	if err := j.Complete(state.Counts{}); err != nil {
		return err
	}
	hook("complete")
	return nil
}

// Wherever a run is killed, resuming ends in exactly what was planned, and undoing
// in exactly what was there.
func TestKilledAtEveryHook(t *testing.T) {
	requires.Root(t)
	requires.Feature(t, requires.ACLs, requires.FileCapabilities, requires.InodeFlags)
	dir := t.TempDir()
	makeTree(t, dir)
	t.Cleanup(func() { free(t, dir) })
	killed := kills{
		actor: "crasher", dir: dir, hooks: 40, before: at(0), after: at(1), put: put,
		expect: func(t *testing.T, _ *files.Root, n int, what string, want map[string]entry.State) {
			t.Helper()
			expect(t, dir, n, what, want)
		},
	}
	killed.atEveryHook(t)
}

// kills is an apply that is killed at each hook in turn, in a process of its own.
type kills struct {
	actor, dir    string
	hooks         int // that there are at the least
	before, after map[string]entry.State
	put           func(t testing.TB, r *files.Root, rel string, s entry.State)
	expect        func(t *testing.T, r *files.Root, n int, what string, want map[string]entry.State)
}

func (k kills) atEveryHook(t *testing.T) {
	t.Helper()
	n, finished := 0, false
	for !finished {
		n++
		for _, way := range []string{"resume", "undo"} {
			finished = k.at(t, n, way)
		}
	}
	if n < k.hooks {
		t.Errorf("only %d hooks were met", n)
	}
	t.Logf("killed at each of %d hooks, resumed and undone", n-1)
}

// at kills the actor at its n-th hook, and goes on from there in one way.
func (k kills) at(t *testing.T, n int, way string) (finished bool) {
	t.Helper()
	r, err := files.Open(k.dir)
	must(t, err)
	defer r.Close()
	for p, s := range k.before {
		k.put(t, r, p, s)
	}
	stateDir := filepath.Join(t.TempDir(), "state")
	finished = testfs.Start(t, testfs.User{}, k.actor, k.dir, stateDir, strconv.Itoa(n)).Wait() == nil
	d, err := state.Open(stateDir)
	must(t, err)
	runs, err := d.Runs()
	if err != nil && len(runs) > 0 {
		t.Fatal(err)
	}
	if len(runs) == 0 || runs[0].Stage == state.Drafted {
		k.expect(t, r, n, "nothing may have changed", k.before)
		return finished
	}
	j, err := d.Journal(runs[0].ID)
	must(t, err)
	defer j.Close()
	if way == "resume" {
		res, got := run(t, j, r, apply.Options{Resume: true, Patience: []time.Duration{}})
		if !res.Whole() {
			t.Errorf("hook %d, resumed: %v", n, got)
		}
		must(t, j.Complete(state.Counts{}))
		k.expect(t, r, n, "resumed", k.after)
		return finished
	}
	res, got := run(t, reverse(t, j), r, apply.Options{Patience: []time.Duration{}})
	if !res.Whole() {
		t.Errorf("hook %d, undone: %v", n, got)
	}
	k.expect(t, r, n, "undone", k.before)
	return finished
}

func expect(t *testing.T, dir string, n int, what string, want map[string]entry.State) {
	t.Helper()
	got := snapshot(t, dir)
	delete(got, ".")
	if d := cmp.Diff(want, got); d != "" {
		t.Fatalf("hook %d, %s (-want +got):\n%s", n, what, d)
	}
}

// A full disk means that nothing was changed, and that is said.
func TestAFullDiskChangesNothing(t *testing.T) {
	requires.Root(t)
	testfs.InMountNamespace(t, func(t *testing.T) {
		stateFS := testfs.Image(t, testfs.Tmpfs, 1<<20)
		dir := t.TempDir()
		for i := range 400 {
			write(t, filepath.Join(dir, fmt.Sprintf("a-long-name-to-fill-the-journal-%d", i)), 0o644)
		}
		before := snapshot(t, dir)
		d, err := state.Open(filepath.Join(stateFS, "ward"))
		must(t, err)
		testfs.Full(t, stateFS)
		r := open(t, dir)
		j, err := d.Begin(state.Run{Command: "apply"}, plan.Header{Root: dir}, time.Now())
		if err == nil {
			m := planFor(t, r, toMode(0o600))
			for _, b := range m.blocks {
				if err == nil {
					err = j.AddBlock(b)
				}
			}
			if err == nil {
				err = j.Commit()
			}
			must(t, j.Discard())
		}
		if err == nil {
			t.Fatal("the journal of a full disk was committed")
		}
		t.Log(err)
		if d := cmp.Diff(before, snapshot(t, dir)); d != "" {
			t.Error(d)
		}
	})
}
