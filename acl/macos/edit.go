package macos

import (
	"errors"
	"slices"
)

// ErrNotCanonical says that an entry has no place of its own in a list that is not in
// canonical order: chmod then wants a number (+a#).
var ErrNotCanonical = errors.New("the list is not in canonical order: say where the entry is to go")

// ErrNoSuchEntry says that a list has no entry that could be removed or replaced.
var ErrNoSuchEntry = errors.New("the list has no such entry")

// score orders entries: denials before permissions, and what is inherited behind both
// (score_acl_entry in chmod_acl.c).
func (e Entry) score() int {
	s := 0
	if e.Kind == Deny {
		s++
	}
	if e.Flags&Inherited != 0 {
		s -= 5
	}
	return s
}

// Canonical reports whether the list is in the order that chmod +a keeps: own
// denials, own permissions, inherited denials, inherited permissions (chmod -C).
func (a ACL) Canonical() bool {
	return slices.IsSortedFunc(a.Entries, func(x, y Entry) int { return y.score() - x.score() })
}

// Add is the list after chmod +a: the rights go to an entry for the same one, of the
// same kind and with the same flags, where there is one, else a new entry goes to its
// place in the canonical order. It fails with ErrNotCanonical.
func (a ACL) Add(e Entry) (ACL, error) {
	if !a.Canonical() {
		return ACL{}, ErrNotCanonical
	}
	es := slices.Clone(a.Entries)
	match := -1
	for i, have := range es {
		if have.Kind == e.Kind && have.Flags == e.Flags && have.Who.same(e.Who) {
			match = i
			if have.Rights == e.Rights {
				break
			}
		}
	}
	if match >= 0 {
		es[match].Rights |= e.Rights
		return ACL{a.Flags, es}, nil
	}
	at := slices.IndexFunc(es, func(have Entry) bool { return have.score() <= e.score() })
	if at < 0 {
		at = len(es)
	}
	return ACL{a.Flags, slices.Insert(es, at, e)}, nil
}

// Insert is the list after chmod +a# at. It fails with ErrNoSuchEntry where the list
// is shorter.
func (a ACL) Insert(at int, e Entry) (ACL, error) {
	if at < 0 || at > len(a.Entries) {
		return ACL{}, ErrNoSuchEntry
	}
	return ACL{a.Flags, slices.Insert(slices.Clone(a.Entries), at, e)}, nil
}

// Replace is the list after chmod =a# at. It fails with ErrNoSuchEntry.
func (a ACL) Replace(at int, e Entry) (ACL, error) {
	if at < 0 || at >= len(a.Entries) {
		return ACL{}, ErrNoSuchEntry
	}
	es := slices.Clone(a.Entries)
	es[at] = e
	return ACL{a.Flags, es}, nil
}

// RemoveAt is the list after chmod -a# at. It fails with ErrNoSuchEntry.
func (a ACL) RemoveAt(at int) (ACL, error) {
	if at < 0 || at >= len(a.Entries) {
		return ACL{}, ErrNoSuchEntry
	}
	return ACL{a.Flags, slices.Delete(slices.Clone(a.Entries), at, at+1)}, nil
}

// Remove is the list after chmod -a: every entry for the same one and of the same kind
// loses the rights and the flags of e, and goes where no rights are left, or where it
// was e itself. It fails with ErrNoSuchEntry where there is none.
func (a ACL) Remove(e Entry) (ACL, error) {
	var es []Entry
	found := false
	for _, have := range a.Entries {
		if have.Kind != e.Kind || !have.Who.same(e.Who) {
			es = append(es, have)
			continue
		}
		found = true
		if have.Rights == e.Rights && have.Flags == e.Flags || have.Rights&^e.Rights == 0 {
			continue
		}
		have.Rights &^= e.Rights
		have.Flags &^= e.Flags
		es = append(es, have)
	}
	if !found {
		return ACL{}, ErrNoSuchEntry
	}
	return ACL{a.Flags, es}, nil
}

// OwnInherited is the list after chmod -i: what is inherited is so no longer, and
// stays.
func (a ACL) OwnInherited() ACL {
	es := slices.Clone(a.Entries)
	for i := range es {
		es[i].Flags &^= Inherited
	}
	return ACL{a.Flags, es}
}

// DropInherited is the list after chmod -I: what is inherited goes.
func (a ACL) DropInherited() ACL {
	es := slices.DeleteFunc(slices.Clone(a.Entries), func(e Entry) bool { return e.Flags&Inherited != 0 })
	return ACL{a.Flags, es}
}
