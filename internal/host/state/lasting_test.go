package state_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"ward/internal/host/state"
)

// A run that died before its plan was whole leaves a draft. The next run that is
// alone removes it; one beside another leaves it, for it may be the other's.
func TestDraftsOfDeadRunsAreRemoved(t *testing.T) {
	d := open(t)
	done := begin(t, d, 3)
	must(t, done.Commit())
	must(t, done.Close())
	must(t, begin(t, d, 3).Close())
	must(t, os.WriteFile(filepath.Join(d.Path(), "runs", "20261122T120000Z-blank.journal"), nil, 0o600))

	other, err := d.Lock(context.Background(), state.Holder{PID: 1, Place: place("/srv/b", 2, 1)}, state.LockOptions{})
	must(t, err)
	wantRuns(t, d, 1) // it was alone
	draft := begin(t, d, 3)
	l, err := d.Lock(context.Background(), state.Holder{PID: 1, Place: place("/srv/a", 3, 1)}, state.LockOptions{})
	must(t, err)
	wantRuns(t, d, 2)
	must(t, draft.Commit())
	must(t, draft.Close())
	must(t, l.Unlock())
	must(t, other.Unlock())
	l, err = d.Lock(context.Background(), state.Holder{PID: 1, Place: place("/srv/a", 3, 1)}, state.LockOptions{})
	must(t, err)
	must(t, l.Unlock())
	wantRuns(t, d, 2)
}

func wantRuns(t *testing.T, d *state.Dir, n int) {
	t.Helper()
	runs, err := d.Runs()
	must(t, err)
	if len(runs) != n {
		t.Fatalf("%d runs are listed, want %d: %+v", len(runs), n, runs)
	}
}

func TestStateDirectoryIsMadeWithItsParents(t *testing.T) {
	base := t.TempDir()
	if _, err := state.Open(filepath.Join(base, "a", "b", "ward")); err != nil {
		t.Fatal(err)
	}
	for _, p := range []string{"a", "a/b", "a/b/ward", "a/b/ward/runs", "a/b/ward/locks"} {
		info, err := os.Stat(filepath.Join(base, p))
		must(t, err)
		if info.Mode().Perm() != 0o700 {
			t.Errorf("%s has mode %o", p, info.Mode().Perm())
		}
	}
	if _, err := state.Open(filepath.Join(base, "a", "b", "ward")); err != nil {
		t.Errorf("the second time: %v", err)
	}
	must(t, os.WriteFile(filepath.Join(base, "file"), nil, 0o600))
	for _, p := range []string{"file", "file/ward"} {
		if _, err := state.Open(filepath.Join(base, p)); err == nil {
			t.Errorf("%s was taken for a directory", p)
		}
	}
}
