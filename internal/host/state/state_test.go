package state_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ward/entry"
	"ward/internal/host/state"
	"ward/mode"
	"ward/plan"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func open(t *testing.T) *state.Dir {
	t.Helper()
	d, err := state.Open(filepath.Join(t.TempDir(), "ward"))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// blocks is a plan of n changes in blocks of three.
func blocks(n int) (out [][]byte) {
	var w plan.BlockWriter
	for i := range n {
		w.Add(&plan.Change{Path: "f", Kind: mode.Regular, ID: entry.Identity{Inode: uint64(i)}, After: entry.State{Mode: 0o600}})
		if w.Count() == 3 || i == n-1 {
			out = append(out, bytes.Clone(w.Finish(plan.Middle, 0)))
		}
	}
	return out
}

func header() plan.Header {
	return plan.Header{Root: "/srv/caf\xe9", Created: 7, Rules: []plan.RuleRef{{ID: "r"}}}
}

// Of as many runs in a second two have the same random digits but once in 2,000 times.
func TestRunsOfOneSecondHaveIDsOfTheirOwn(t *testing.T) {
	d := open(t)
	ids := map[string]bool{}
	for range 1000 {
		j, err := d.Begin(state.Run{Command: "apply"}, header(), noon)
		if err != nil {
			t.Fatal(err)
		}
		ids[j.Run().ID] = true
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if len(ids) != 1000 {
		t.Errorf("%d ids", len(ids))
	}
}

func begin(t *testing.T, d *state.Dir, n int) *state.Journal {
	t.Helper()
	j, err := d.Begin(state.Run{Command: "apply", Who: state.Who{UID: 5}}, header(), noon)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range blocks(n) {
		if err := j.AddBlock(b); err != nil {
			t.Fatal(err)
		}
	}
	return j
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestJournalIsReadBack(t *testing.T) {
	d := open(t)
	j := begin(t, d, 8)
	must(t, j.Commit())
	j.Done(1)
	j.Note(map[string]string{"path": "a"})
	must(t, j.Close())

	j, err := d.Journal(j.Run().ID[:20])
	must(t, err)
	defer j.Close()
	if j.Run().Stage != state.Planned || j.Blocks() != 3 || j.Through() != 1 {
		t.Errorf("stage %v, %d blocks, %d through", j.Run().Stage, j.Blocks(), j.Through())
	}
	if diff := cmp.Diff(header(), j.Header()); diff != "" {
		t.Error(diff)
	}
	n := 0
	var buf []byte
	for i := range j.Blocks() {
		buf, err = j.Block(i, buf)
		must(t, err)
		r, err := plan.OpenBlock(buf)
		must(t, err)
		for c := (plan.Change{}); r.Next(&c); n++ {
			if c.ID.Inode != uint64(n) {
				t.Errorf("change %d has inode %d", n, c.ID.Inode)
			}
		}
	}
	if n != 8 {
		t.Errorf("%d changes", n)
	}
	j.Note(map[string]string{"path": "b"})
	var notes []string
	must(t, j.Notes(func(b json.RawMessage) error { notes = append(notes, string(b)); return nil }))
	if diff := cmp.Diff([]string{`{"path":"a"}`, `{"path":"b"}`}, notes); diff != "" {
		t.Error(diff)
	}
}

func TestStages(t *testing.T) {
	d := open(t)
	stage := func(want state.Stage) {
		t.Helper()
		runs, err := d.Runs()
		must(t, err)
		if len(runs) != 1 || runs[0].Stage != want {
			t.Fatalf("runs %+v, want one at %v", runs, want)
		}
	}
	j := begin(t, d, 2)
	stage(state.Drafted)
	must(t, j.Commit())
	stage(state.Planned)
	unfinished, err := d.Unfinished()
	if err != nil || len(unfinished) != 1 {
		t.Fatal(unfinished, err)
	}
	want := state.Counts{Planned: 2, Outcomes: map[string]int{"verified": 2}, Took: time.Second, Finished: noon}
	must(t, j.Complete(want))
	must(t, j.Close())
	stage(state.Complete)
	runs, _ := d.Runs()
	if diff := cmp.Diff(want, runs[0].Counts); diff != "" {
		t.Error(diff)
	}
}

func TestRunsAreNamedByTime(t *testing.T) {
	d := open(t)
	j := begin(t, d, 1)
	if id := j.Run().ID; !strings.HasPrefix(id, "20261122T120000Z-") {
		t.Errorf("id %q", id)
	}
	must(t, j.Discard())
	if _, err := d.Journal(j.Run().ID); !errors.Is(err, state.ErrNoRun) {
		t.Errorf("a discarded run is found: %v", err)
	}
	if _, err := d.Journal("../x"); !errors.Is(err, state.ErrNoRun) {
		t.Errorf("a path is taken for an id: %v", err)
	}
}

func TestDamageIsNoticed(t *testing.T) {
	d := open(t)
	j := begin(t, d, 8)
	must(t, j.Commit())
	name := filepath.Join(d.Path(), "runs", j.Run().ID+".journal")
	must(t, j.Close())
	whole, err := os.ReadFile(name)
	must(t, err)
	for at := range whole {
		bad := bytes.Clone(whole)
		bad[at] ^= 0x10
		must(t, os.WriteFile(name, bad, 0o600))
		if at < 64 || readsAll(d, j.Run().ID) == nil {
			continue
		}
		return // somewhere beyond the preamble: enough
	}
	t.Error("no damage was noticed")
}

func readsAll(d *state.Dir, id string) error {
	j, err := d.Journal(id)
	if err != nil {
		return err
	}
	defer j.Close()
	for i := range j.Blocks() {
		b, err := j.Block(i, nil)
		if err != nil {
			return err
		}
		if _, err := plan.OpenBlock(b); err != nil {
			return err
		}
	}
	return nil
}

func TestUnsafeDirectoriesAreRefused(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "ward")
	must(t, os.Mkdir(path, 0o777))
	must(t, os.Chmod(path, 0o777))
	var unsafe *state.UnsafeError
	if _, err := state.Open(path); !errors.As(err, &unsafe) {
		t.Errorf("writable by all: %v", err)
	}
	must(t, os.Remove(path))
	must(t, os.Symlink(t.TempDir(), path))
	if _, err := state.Open(path); !errors.As(err, &unsafe) {
		t.Errorf("a symlink: %v", err)
	}
	if os.Geteuid() == 0 {
		must(t, os.Remove(path))
		must(t, os.Mkdir(path, 0o700))
		must(t, os.Chown(path, 4242, 4242))
		if _, err := state.Open(path); !errors.As(err, &unsafe) {
			t.Errorf("somebody else's: %v", err)
		}
	}
}

func place(root string, inodes ...uint64) state.Place {
	p := state.Place{Root: root}
	for _, i := range inodes {
		p.Chain = append(p.Chain, entry.Identity{Device: 1, Inode: i})
	}
	return p
}

func TestLocks(t *testing.T) {
	held := place("/a/b", 30, 20, 10)
	for _, c := range []struct {
		name string
		p    state.Place
		busy bool
	}{
		{"the same tree", place("/a/b", 30, 20, 10), true},
		{"a tree above", place("/a", 20, 10), true},
		{"a tree below", place("/a/b/c", 40, 30, 20, 10), true},
		{"a tree beside", place("/a/x", 31, 20, 10), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := open(t)
			first, err := d.Lock(t.Context(), state.Holder{PID: 1, Place: held}, state.LockOptions{})
			must(t, err)
			second, err := d.Lock(t.Context(), state.Holder{PID: 2, Place: c.p}, state.LockOptions{})
			var busy *state.BusyError
			if errors.As(err, &busy) != c.busy {
				t.Fatalf("got %v", err)
			}
			if !c.busy {
				must(t, second.Unlock())
			} else if busy.Holder.PID != 1 {
				t.Errorf("held by %+v", busy.Holder)
			}
			must(t, first.Unlock())
			third, err := d.Lock(t.Context(), state.Holder{PID: 3, Place: c.p}, state.LockOptions{})
			must(t, err)
			must(t, third.Unlock())
		})
	}
}

func TestTheSecondRunWaits(t *testing.T) {
	d := open(t)
	p := place("/a", 20, 10)
	first, err := d.Lock(t.Context(), state.Holder{PID: 1, Place: p}, state.LockOptions{})
	must(t, err)
	waiting := make(chan state.Holder, 9)
	done := make(chan error, 1)
	go func() {
		second, err := d.Lock(context.Background(), state.Holder{PID: 2, Place: p},
			state.LockOptions{Wait: -1, Notice: func(h state.Holder) { waiting <- h }})
		if err == nil {
			err = second.Unlock()
		}
		done <- err
	}()
	if h := <-waiting; h.PID != 1 {
		t.Errorf("waits for %+v", h)
	}
	select {
	case err := <-done:
		t.Fatalf("did not wait: %v", err)
	case <-time.After(150 * time.Millisecond):
	}
	must(t, first.Unlock())
	must(t, <-done)
	if len(waiting) != 0 {
		t.Error("noticed more than once")
	}

	first, err = d.Lock(t.Context(), state.Holder{PID: 1, Place: p}, state.LockOptions{})
	must(t, err)
	defer first.Unlock()
	_, err = d.Lock(t.Context(), state.Holder{PID: 2, Place: p}, state.LockOptions{Wait: 50 * time.Millisecond})
	var busy *state.BusyError
	if !errors.As(err, &busy) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("after the wait: %v", err)
	}
}
