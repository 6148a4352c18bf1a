package app

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"ward/entry"
	"ward/internal/apply"
	"ward/internal/host/state"
	"ward/plan"
)

// A restart of the machine may give a file system another device number. Neither a
// saved plan nor a run that is to be taken back is lost by it.
func TestAnotherDeviceNumberAfterARestart(t *testing.T) {
	root, file, policy := restartTree(t)
	saved := filepath.Join(t.TempDir(), "saved.plan")
	renumberPlan(t, PlanRequest{Judging: Judging{Policies: []string{policy}}, Root: root}, saved)
	p, err := PrepareFile(t.Context(), ApplyFileRequest{File: saved})
	if err != nil {
		t.Fatal(err)
	}
	wantRun(t, p, file, 0o640)

	id := renumberRun(t, p.ID())
	p, err = PrepareUndo(t.Context(), UndoRequest{ID: id})
	if err != nil {
		t.Fatal(err)
	}
	wantRun(t, p, file, 0o666)
}

func restartTree(t *testing.T) (root, file, policy string) {
	t.Helper()
	t.Setenv(StateVariable, filepath.Join(t.TempDir(), "state"))
	root = filepath.Join(t.TempDir(), "tree")
	file, policy = filepath.Join(root, "d", "file"), filepath.Join(t.TempDir(), "ward.yaml")
	must(t, os.MkdirAll(filepath.Dir(file), 0o755))
	must(t, os.WriteFile(file, nil, 0o600))
	must(t, os.Chmod(file, 0o666))
	must(t, os.WriteFile(policy, []byte("version: 1\nrules:\n  - {name: files, match: {type: file}, require: {mode: \"0640\"}}\n"), 0o600))
	return root, file, policy
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// earlier is the identity as it was when the device had another number.
func earlier(id entry.Identity) entry.Identity {
	id.Device ^= 0x7700
	return id
}

func renumberPlan(t *testing.T, q PlanRequest, name string) {
	t.Helper()
	p, err := Plan(t.Context(), q, nil)
	must(t, err)
	defer p.Close()
	each := p.Each
	p.Header.RootID = earlier(p.Header.RootID)
	p.Each = func(yield func(plan.Change, error) bool) {
		for c, err := range each {
			c.ID = earlier(c.ID)
			if !yield(c, err) {
				return
			}
		}
	}
	must(t, SavePlan(name, p))
}

// renumberRun makes of a run one of before the restart.
func renumberRun(t *testing.T, id string) string {
	t.Helper()
	dir, err := openState()
	must(t, err)
	old, err := dir.Journal(id)
	must(t, err)
	defer old.Close()
	h := old.Header()
	h.RootID.Device ^= 0x1100 // again another number
	j, err := dir.Begin(state.Run{Command: "apply"}, h, time.Now())
	must(t, err)
	blocks := apply.NewBlocks(j, h)
	must(t, apply.Each(old, func(c *plan.Change) error {
		c.ID.Device = h.RootID.Device
		return blocks.Add(c)
	}))
	must(t, blocks.Flush())
	must(t, j.Commit())
	must(t, j.Complete(state.Counts{Planned: 1}))
	must(t, j.Close())
	return j.Run().ID
}

func wantRun(t *testing.T, p *Prepared, file string, want os.FileMode) {
	t.Helper()
	a, err := p.Run(t.Context(), nil)
	if err != nil || !a.Whole() || a.Result.Of(apply.Verified) != 1 {
		t.Errorf("%v %+v", err, a)
	}
	info, err := os.Stat(file)
	must(t, err)
	if info.Mode().Perm() != want {
		t.Errorf("the file has mode %v, want %v", info.Mode().Perm(), want)
	}
	must(t, p.Close())
}
