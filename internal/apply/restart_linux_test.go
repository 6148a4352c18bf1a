package apply_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ward/entry"
	"ward/internal/apply"
	"ward/internal/requires"
	"ward/plan"
)

// After a start of the machine file systems may have other device numbers: a plan
// from before it still finds its objects, if the root is the same by what lasts.
func TestAnotherDeviceNumber(t *testing.T) {
	requires.Feature(t, requires.OpenByHandle)
	for _, c := range []struct {
		name string
		root func(id *entry.Identity)
		want apply.Outcome
	}{
		{"the same root", func(*entry.Identity) {}, apply.Verified},
		{"without a handle", func(id *entry.Identity) { id.Handle = "" }, apply.Verified},
		{"without a time of birth and a handle", func(id *entry.Identity) { id.Birth, id.Handle = 0, "" }, apply.ChangedSince},
		{"born at another time", func(id *entry.Identity) { id.Birth++ }, apply.ChangedSince},
		{"another handle", func(id *entry.Identity) { id.Handle += "x" }, apply.ChangedSince},
		{"another inode", func(id *entry.Identity) { id.Inode++ }, apply.ChangedSince},
		{"not known", func(id *entry.Identity) { *id = entry.Identity{} }, apply.ChangedSince},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, filepath.Join(dir, "f"), 0o644)
			r := open(t, dir)
			root, err := r.Entry(entry.Stat | entry.Handle)
			must(t, err)
			const moved = 1 << 40
			m := &memory{header: plan.Header{Root: dir, RootID: root.ID}}
			m.header.RootID.Device += moved
			c.root(&m.header.RootID)
			e, err := look(r, "f", entry.Stat)
			must(t, err)
			ch := plan.Change{Path: "f", Kind: e.Kind, ID: e.ID, Links: e.Links, Known: entry.Stat, Before: e.State, After: e.State}
			ch.ID.Device += moved
			ch.After.Mode = 0o600
			var b plan.BlockWriter
			b.Add(&ch)
			must(t, m.AddBlock(b.Finish(plan.Middle, 0)))
			for _, o := range []apply.Options{{}, {Resume: true}} {
				o.Patience = []time.Duration{}
				res, got := run(t, m, r, o)
				want := c.want
				if o.Resume && want == apply.Verified {
					want = apply.Already
				}
				if res.Of(want) != 1 {
					t.Errorf("%+v, wanted %v: %v", res, want, got)
				}
			}
			is, _ := modeOf(t, filepath.Join(dir, "f"))
			if d := cmp.Diff(c.want == apply.Verified, is == 0o600); d != "" {
				t.Errorf("the mode is %v: %s", is, d)
			}
		})
	}
}
