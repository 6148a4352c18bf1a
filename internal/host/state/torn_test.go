package state_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"ward/internal/host/state"
	"ward/plan"
)

// What a power cut leaves of a journal that was not committed is a run that changed
// nothing, and stands in no other run's way. It is what ext4 and xfs leave: a name
// without the data that was not synced.
func TestAJournalWithoutItsDataIsADraft(t *testing.T) {
	for _, c := range []struct {
		name string
		left func(whole []byte) []byte
	}{
		{"empty", func([]byte) []byte { return nil }},
		{"zeros", func(whole []byte) []byte { return make([]byte, len(whole)) }},
		{"fewer zeros than a preamble", func([]byte) []byte { return make([]byte, 10) }},
		{"the preamble alone", func(whole []byte) []byte { return whole[:64] }},
		{"zeros after the preamble", func(whole []byte) []byte { return append(whole[:64:64], make([]byte, 100)...) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			d, err := state.Open(dir)
			if err != nil {
				t.Fatal(err)
			}
			now := time.Date(2026, 11, 22, 3, 15, 0, 0, time.UTC)
			j, err := d.Begin(state.Run{Command: "apply"}, plan.Header{Root: "/srv"}, now)
			if err != nil {
				t.Fatal(err)
			}
			id := j.Run().ID
			if err := j.Close(); err != nil {
				t.Fatal(err)
			}
			name := filepath.Join(dir, "runs", id+".journal")
			whole, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(name, c.left(whole), 0o600); err != nil {
				t.Fatal(err)
			}
			runs, err := d.Runs()
			if err != nil || len(runs) != 1 {
				t.Fatalf("%v, %v", runs, err)
			}
			if r := runs[0]; r.ID != id || r.Stage != state.Drafted || !r.Started.Equal(now) {
				t.Errorf("got %+v", r)
			}
			if open, err := d.Unfinished(); err != nil || len(open) != 0 {
				t.Errorf("unfinished: %v, %v", open, err)
			}
		})
	}
}

// What was once committed and is damaged is said, and never taken for a draft.
func TestADamagedJournalIsNoDraft(t *testing.T) {
	dir := t.TempDir()
	d, err := state.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	j, err := d.Begin(state.Run{Command: "apply"}, plan.Header{Root: "/srv"}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if err := j.Commit(); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, "runs", j.Run().ID+".journal")
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{1, 9, 63, 64, 100} {
		if err := os.WriteFile(name, whole[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		if runs, err := d.Runs(); err == nil {
			t.Errorf("cut off after %d bytes: %v", n, runs)
		}
	}
}
