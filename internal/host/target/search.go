package target

import (
	"context"
	"sync"

	"ward/entry"
	"ward/plan"
	"ward/tree"
)

// Search implements apply.Target: one walk, other file systems included, as far as
// the plan that lost the objects may have gone.
func (t target) Search(ctx context.Context, ids []entry.Identity) (map[entry.Identity]string, error) {
	s := &search{wanted: map[inode][]entry.Identity{}, found: map[entry.Identity]string{}}
	for _, id := range ids {
		key := inode{id.Device, id.Inode}
		s.wanted[key] = append(s.wanted[key], id)
	}
	err := t.root.Walk(ctx, tree.Options{CrossMounts: true}, func() tree.Visitor { return s })
	return s.found, err
}

type inode struct{ device, number uint64 }

// search is a visitor for all workers: only a hit takes the lock.
type search struct {
	wanted map[inode][]entry.Identity // not written to during the walk

	lock  sync.Mutex
	found map[entry.Identity]string
}

func (s *search) Enter(*entry.Dir) bool { return true }

func (s *search) Visit(e *entry.Entry) (entry.Facts, tree.Action) {
	wanted := s.wanted[inode{e.ID.Device, e.ID.Inode}]
	if len(wanted) == 0 {
		return 0, tree.Continue
	}
	// A handle tells a reused inode apart where there is no time of birth.
	if asks(wanted) && (e.Known|e.Denied)&entry.Handle == 0 {
		return entry.Handle, tree.Continue
	}
	for _, id := range wanted {
		if plan.SameObject(id, e.ID) {
			s.hit(id, e.Path())
		}
	}
	return 0, tree.Continue
}

func asks(wanted []entry.Identity) bool {
	for _, id := range wanted {
		if id.Handle != "" {
			return true
		}
	}
	return false
}

// hit keeps the first path in order, so that several names give the same answer.
func (s *search) hit(id entry.Identity, path string) {
	s.lock.Lock()
	defer s.lock.Unlock()
	if old, ok := s.found[id]; !ok || path < old {
		s.found[id] = path
	}
}

// Fail: what cannot be searched holds nothing that could be found.
func (s *search) Fail(string, error) {}
