package policy

import (
	"encoding/binary"
	"slices"
	"strings"

	"ward/entry"
	"ward/mode"
)

// Path patterns run as one automaton over the directories of a tree. An item is a
// pattern of which the first parts have been met and one part is next. Items at
// the start of patterns with a leading "**/" are live in every directory; they are
// kept once, in everywhere. The others make the state of a directory, which is
// carried down from its parent: one step for each directory, none for each entry.
// States are immutable once made, so that any worker may use what another put into
// a directory's memo; each worker knows its own states by their items and makes
// none twice.

type item struct {
	pattern int32
	part    int16 // the part that a name must fit next
	stays   bool  // "**/" stands before it: it is live in all directories below
}

// state is what is known in a directory about the names in it.
type state struct {
	items    []item
	final    *nameIndex // items whose part is the last, by pattern
	inner    *nameIndex // items with more to come, by their place in items
	stays    bool       // every item stays
	excluded bool       // the directory, and so all below it, is left out
}

// automaton is all path patterns of a policy, compiled.
type automaton struct {
	patterns   []*pattern
	everywhere state
	top        *state // of the root of the tree
	atRoot     []int32
	excludes   []bool // by pattern
}

// add gives a pattern its number.
func (a *automaton) add(p *pattern, excludes bool) int32 {
	a.patterns = append(a.patterns, p)
	a.excludes = append(a.excludes, excludes)
	return int32(len(a.patterns) - 1)
}

// compile is called once, after the last add.
func (a *automaton) compile() {
	var everywhere, top []item
	for i, p := range a.patterns {
		switch {
		case p.never:
		case len(p.parts) == 0:
			a.atRoot = append(a.atRoot, int32(i))
		case p.parts[0].anywhere:
			everywhere = append(everywhere, item{int32(i), 0, true})
		default:
			top = append(top, item{int32(i), 0, false})
		}
	}
	a.everywhere = *a.state(everywhere)
	a.top = a.state(top)
}

func (a *automaton) state(items []item) *state {
	s := &state{items: items, stays: true}
	var final, inner []namedGlob
	for i, it := range items {
		p := a.patterns[it.pattern]
		s.stays = s.stays && it.stays
		if int(it.part) == len(p.parts)-1 {
			final = append(final, namedGlob{&p.parts[it.part].name, it.pattern})
		} else {
			inner = append(inner, namedGlob{&p.parts[it.part].name, int32(i)})
		}
	}
	s.final, s.inner = newNameIndex(final), newNameIndex(inner)
	return s
}

// next is the item after one whose part a name has fitted.
func (a *automaton) next(it item) item {
	part := it.part + 1
	return item{it.pattern, part, a.patterns[it.pattern].parts[part].anywhere}
}

// steps is one worker's walk through the automaton.
type steps struct {
	*automaton
	states map[string]*state // by the bytes of their items
	items  []item
	ids    []int32
	bytes  []byte
}

// maxStates bounds what a worker remembers; a policy that makes more states than
// this in one tree pays for making some of them again.
const maxStates = 1 << 14

// hits adds the patterns that a name in a directory fits to ids.
func (w *steps) hits(ids []int32, s *state, k *key, kind mode.Kind) []int32 {
	start := len(ids)
	ids = w.everywhere.final.append(ids, k)
	ids = s.final.append(ids, k)
	if kind == mode.Directory {
		return ids
	}
	kept := ids[:start]
	for _, id := range ids[start:] {
		if !w.patterns[id].dirOnly {
			kept = append(kept, id)
		}
	}
	return kept
}

func (w *steps) excludedBy(ids []int32) bool {
	for _, id := range ids {
		if w.excludes[id] {
			return true
		}
	}
	return false
}

// child is the state of a directory below one in state s.
func (w *steps) child(s *state, name string) *state {
	if s.excluded {
		return s
	}
	k := keyOf(name)
	w.ids = w.hits(w.ids[:0], s, &k, mode.Directory)
	excluded := w.excludedBy(w.ids)
	w.items = w.items[:0]
	w.ids = w.everywhere.inner.append(w.ids[:0], &k)
	for _, i := range w.ids {
		w.items = append(w.items, w.next(w.everywhere.items[i]))
	}
	w.ids = s.inner.append(w.ids[:0], &k)
	for _, i := range w.ids {
		w.items = append(w.items, w.next(s.items[i]))
	}
	if len(w.items) == 0 && s.stays && !excluded {
		return s
	}
	for _, it := range s.items {
		if it.stays {
			w.items = append(w.items, it)
		}
	}
	return w.intern(excluded)
}

// intern is the state of w.items, made once.
func (w *steps) intern(excluded bool) *state {
	slices.SortFunc(w.items, compareItems)
	w.items = slices.Compact(w.items)
	w.bytes = append(w.bytes[:0], 0)
	if excluded {
		w.bytes[0] = 1
	}
	for _, it := range w.items {
		w.bytes = binary.LittleEndian.AppendUint32(w.bytes, uint32(it.pattern))
		w.bytes = binary.LittleEndian.AppendUint16(w.bytes, uint16(it.part))
		if it.stays {
			w.bytes[len(w.bytes)-1] |= 0x80
		}
	}
	if s, ok := w.states[string(w.bytes)]; ok {
		return s
	}
	if w.states == nil || len(w.states) >= maxStates {
		w.states = map[string]*state{}
	}
	s := w.state(slices.Clone(w.items))
	s.excluded = excluded
	w.states[string(w.bytes)] = s
	return s
}

func compareItems(a, b item) int {
	switch {
	case a.pattern != b.pattern:
		return int(a.pattern) - int(b.pattern)
	case a.part != b.part:
		return int(a.part) - int(b.part)
	case a.stays == b.stays:
		return 0
	case b.stays:
		return 1
	}
	return -1
}

// stateOf is the state of a directory, from its memo where there is one.
func (w *steps) stateOf(d *entry.Dir, slot int) *state {
	switch memo := d.Memo.(type) {
	case *state:
		if slot == 0 {
			return memo
		}
	case []*state:
		if slot < len(memo) && memo[slot] != nil {
			return memo[slot]
		}
	}
	if d.Parent != nil {
		return w.child(w.stateOf(d.Parent, slot), base(d.Path))
	}
	s := w.top
	if d.Path == "." || d.Path == "" {
		return s
	}
	for name := range strings.SplitSeq(d.Path, "/") {
		s = w.child(s, name)
	}
	return s
}
