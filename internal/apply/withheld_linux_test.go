package apply_test

import (
	"os"
	"path/filepath"
	"testing"

	"ward/entry"
	"ward/internal/apply"
	"ward/internal/host/target"
	"ward/internal/requires"
	"ward/mode"
)

// An undo that was cut off after it gave a file back to its owner is finished
// without what he may have written it for.
func TestResumedUndoFinishesWithoutSetuid(t *testing.T) {
	requires.Root(t)
	dir := t.TempDir()
	name := filepath.Join(dir, "x")
	write(t, name, 0o600)
	r := open(t, dir)
	put(t, r, "x", entry.State{Mode: 0o4755, UID: 1000, GID: 1001, Caps: netBind})
	j := planFor(t, r, func(e *entry.Entry) (entry.State, bool) { return entry.State{Mode: 0o700}, e.Name == "x" })
	if res, got := run(t, j, r, apply.Options{}); !res.Whole() {
		t.Fatal(got)
	}
	undo, left := reverse(t, j), 1
	_, got := runOn(t, undo, failing{target.Of(r), &left}) // the owner is his, the rest is not yet
	if m, uid := modeOf(t, name); m&^mode.Mode(0o755) != 0 || uid != 1000 {
		t.Fatalf("cut off at %s of %d: %v", m.Octal(), uid, got)
	}
	must(t, os.WriteFile(name, []byte("evil"), 0))
	res, got := run(t, undo, r, apply.Options{Resume: true})
	if res.Of(apply.ChangedSince) != 1 || len(got.list) != 1 {
		t.Errorf("%+v %v", res, got)
	}
	seen := snapshot(t, dir)["x"]
	if seen.Mode != 0o755 || seen.UID != 1000 || seen.GID != 1001 || seen.Caps != "" {
		t.Errorf("left with %+v", seen)
	}
}
