package app

import (
	"cmp"
	"slices"
)

// Unseen is what could not be looked at, or not be changed: the first of them, and
// how many there were.
type Unseen struct {
	First []Failure // at most MaxUnseen, in the order of their paths
	Count int64
}

// MaxUnseen bounds how many failures are kept; the rest are counted.
const MaxUnseen = 1000

// Failure is one path and what went wrong with it.
type Failure struct {
	Path string // absolute
	Err  error
}

func (u *Unseen) add(path string, err error) {
	u.Count++
	if len(u.First) < MaxUnseen {
		u.First = append(u.First, Failure{path, err})
	}
}

func (u *Unseen) merge(o *Unseen) {
	u.Count += o.Count
	u.First = append(u.First, o.First...)
	slices.SortStableFunc(u.First, func(a, b Failure) int { return cmp.Compare(a.Path, b.Path) })
	u.First = u.First[:min(len(u.First), MaxUnseen)]
}
