package nt

import (
	"fmt"
	"slices"
)

// rank is where the canonical order puts an entry: what is stated denies, then
// allows; then comes what is inherited, which keeps its order, since nearer
// directories come first there and nothing tells where one ends.
func (a ACE) rank() int {
	switch {
	case a.Flags&Inherited != 0:
		return 2
	case a.Type.denies():
		return 0
	}
	return 1
}

// Disorder is the index of the first entry that the canonical order would have
// earlier; -1 where the list is in order.
func (a *ACL) Disorder() int {
	if a == nil {
		return -1
	}
	for i := 1; i < len(a.Entries); i++ {
		if a.Entries[i].rank() < a.Entries[i-1].rank() {
			return i
		}
	}
	return -1
}

// Canonical is the list in canonical order: what Windows' own tools write. It may
// decide otherwise than the list as it stands.
func (a *ACL) Canonical() *ACL {
	if a == nil {
		return nil
	}
	b := *a
	b.Entries = slices.Clone(a.Entries)
	slices.SortStableFunc(b.Entries, func(x, y ACE) int { return x.rank() - y.rank() })
	return &b
}

// Problem is something odd about a descriptor that Windows would not write.
type Problem struct {
	Index  int  // of the entry, from 0; -1 for the descriptor
	InSACL bool // the entry is one of the SACL
	Text   string
}

func (p Problem) String() string {
	switch {
	case p.Index < 0:
		return p.Text
	case p.InSACL:
		return fmt.Sprintf("SACL, entry %d: %s", p.Index, p.Text)
	}
	return fmt.Sprintf("DACL, entry %d: %s", p.Index, p.Text)
}

// Problems are what is odd about the descriptor: missing owner or group, no list,
// lists that are out of order, entries in the wrong list, of unknown types, with bits
// or data that nothing speaks for.
func (d Descriptor) Problems() []Problem {
	var ps []Problem
	about := func(odd bool, text string) {
		if odd {
			ps = append(ps, Problem{-1, false, text})
		}
	}
	about(d.Owner.IsZero(), "there is no owner")
	about(d.Group.IsZero(), "there is no group")
	about(d.Control&DACLPresent == 0, "there is no DACL: everybody may do everything")
	about(d.Control&DACLPresent != 0 && d.DACL == nil, "the DACL is NULL: everybody may do everything")
	if i := d.DACL.Disorder(); i >= 0 {
		ps = append(ps, Problem{i, false, "the list is not in canonical order here: what it allows before hides what it denies after"})
	}
	return append(append(ps, d.DACL.problems(false)...), d.SACL.problems(true)...)
}

func (a *ACL) problems(system bool) []Problem {
	if a == nil {
		return nil
	}
	var ps []Problem
	for i, e := range a.Entries {
		for _, text := range e.problems(system) {
			ps = append(ps, Problem{i, system, text})
		}
	}
	return ps
}

func (a ACE) problems(system bool) (ps []string) {
	if a.Type.opaque() {
		return []string{fmt.Sprintf("entries of the %s are not understood", a.Type)}
	}
	if a.Type.inSACL() != system {
		ps = append(ps, fmt.Sprintf("entries of the type %s do not belong here", a.Type))
	}
	if a.ObjectFlags&^(HasObject|HasInheritedObject) != 0 {
		ps = append(ps, fmt.Sprintf("unknown object flags 0x%x", uint32(a.ObjectFlags)))
	}
	if _, problem := (SDDLOptions{}).extra(a); problem != "" {
		ps = append(ps, problem)
	}
	return ps
}
