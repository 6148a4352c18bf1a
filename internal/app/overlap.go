package app

import (
	"hash/maphash"
	"maps"
	"path/filepath"
)

// overlaps keeps what lies in two trees of one check from being reported twice. The
// trees are judged one after the other, each from its own root, since paths in
// policies count from there; of equal findings the first is kept.
type overlaps struct {
	inner  map[string]bool // roots that lie below another root
	seed   maphash.Seed
	before map[uint64]bool // findings at or below them, of the trees that are done
	now    map[uint64]bool // and of the tree under way
}

// overlapsOf is for trees with the given roots, absolute paths.
func overlapsOf(roots []string) *overlaps {
	all := map[string]bool{}
	for _, root := range roots {
		all[root] = true
	}
	o := &overlaps{inner: map[string]bool{}, seed: maphash.MakeSeed(), before: map[uint64]bool{}}
	for root := range all {
		if parent := filepath.Dir(root); parent != root && among(all, parent) {
			o.inner[root] = true
		}
	}
	return o
}

// among reports whether a path or a directory above it is one of some paths.
func among(all map[string]bool, path string) bool {
	for !all[path] {
		parent := filepath.Dir(path)
		if parent == path {
			return false
		}
		path = parent
	}
	return true
}

// worker is the same overlaps for one goroutine.
func (o *overlaps) worker() *overlaps {
	return &overlaps{inner: o.inner, seed: o.seed, before: o.before, now: map[uint64]bool{}}
}

func (o *overlaps) merge(worker *overlaps) { maps.Copy(o.before, worker.now) }

// repeats reports whether a tree before had the same finding, and notes this one.
func (o *overlaps) repeats(rule, place string) bool {
	if len(o.inner) == 0 || !among(o.inner, place) {
		return false
	}
	var h maphash.Hash
	h.SetSeed(o.seed)
	_, _ = h.WriteString(rule)
	_ = h.WriteByte(0)
	_, _ = h.WriteString(place)
	key := h.Sum64()
	o.now[key] = true
	return o.before[key]
}
