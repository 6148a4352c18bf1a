// Package hpux holds the access control lists of HP-UX's HFS: entries for a user in a
// group, a user, a group and anybody, of which the most specific decide.
//
// They are read and written as lsacl and chacl do (Parse, ParseChange, ACL.Format), and
// decide as acl(5) says (ACL.Decide). The three entries for the owner, the owning group
// and anybody are the mode's.
package hpux

import (
	"cmp"
	"fmt"
	"slices"

	"ward/ident"
	"ward/mode"
)

// MaxEntries is how many entries a list has at most: three are the mode's (NACLENTRIES
// in sys/acl.h).
const MaxEntries = 16

// Sort is how an ID says whom it means.
type Sort uint8

// The sorts.
const (
	Anybody  Sort = iota // "%": no specific user, or group
	Own                  // "@": the owner of the file, or its group
	Numbered             // by number
	Named                // by a name that has not been looked up
)

// ID is one half of whom an entry speaks of: a user or a group.
type ID struct {
	Sort   Sort
	Number uint32 // of Numbered
	Name   string // of Named
}

// Number is the ID of a user or group by number.
func Number(n uint32) ID { return ID{Sort: Numbered, Number: n} }

// Name is the ID of a user or group by name.
func Name(name string) ID { return ID{Sort: Named, Name: name} }

// String is the ID as lists write it.
func (i ID) String() string {
	switch i.Sort {
	case Anybody:
		return "%"
	case Own:
		return "@"
	case Named:
		return i.Name
	}
	return fmt.Sprint(i.Number)
}

// Entry says what a user in a group may do.
type Entry struct {
	User, Group ID
	Rights      mode.Rights
}

// Specificity is how specific an entry is; the most specific that fit decide.
type Specificity uint8

// The levels (acl(5), Access Check Algorithm).
const (
	UserInGroup Specificity = iota // u.g
	UserAlone                      // u.%
	GroupAlone                     // %.g
	Anyone                         // %.%
	NoEntry                        // none fits; a list that HP-UX made has always one
)

// String is the level as lists write it.
func (s Specificity) String() string {
	if s > NoEntry {
		return fmt.Sprintf("level %d", uint8(s))
	}
	return [...]string{"user.group", "user.%", "%.group", "%.%", "no entry"}[s]
}

// Specificity is the entry's level.
func (e Entry) Specificity() Specificity {
	switch {
	case e.User.Sort != Anybody && e.Group.Sort != Anybody:
		return UserInGroup
	case e.User.Sort != Anybody:
		return UserAlone
	case e.Group.Sort != Anybody:
		return GroupAlone
	}
	return Anyone
}

// ACL is a whole list. It is an immutable value: functions return new lists. The order of
// entries means nothing, and no two speak of the same user and group.
type ACL []Entry

// Object is whom a file belongs to, and what it is.
type Object struct {
	Owner ident.UID
	Group ident.GID
	Kind  mode.Kind
}

// FromMode is the list of a file that has no entries of its own: the mode's three.
func FromMode(m mode.Mode, o Object) ACL {
	return ACL{
		{User: Number(uint32(o.Owner)), Rights: m.Owner()},
		{Group: Number(uint32(o.Group)), Rights: m.Group()},
		{Rights: m.Other()},
	}
}

// Mode is the nine bits that stat(2) shows: the entries for the owner, the owning group
// and anybody. Those that are missing are none.
func (a ACL) Mode(o Object) mode.Mode {
	var m mode.Mode
	base, entries := FromMode(0, o), a.With(o)
	for i, shift := range []int{6, 3, 0} {
		if at := entries.find(base[i]); at >= 0 {
			m |= mode.Mode(entries[at].Rights) << shift
		}
	}
	return m
}

// Optional reports whether the list says more than the mode.
func (a ACL) Optional(o Object) bool {
	base := FromMode(0, o)
	return slices.ContainsFunc(a.With(o), func(e Entry) bool { return base.find(e) < 0 })
}

// Chmod is the list after chmod(1). With keep, which is chmod -A, entries that are not
// the mode's stay; chmod without it, and chmod(2), delete them.
func (a ACL) Chmod(m mode.Mode, o Object, keep bool) ACL {
	if !keep {
		return FromMode(m, o)
	}
	after := a.With(o)
	for _, e := range FromMode(m, o) {
		after = after.set(e)
	}
	return after.Sorted()
}

// Chown is the list after the file went from one owner and group to others
// (chownacl(3C)): the entries of the mode follow, unless the new owner or group has one
// already, which then becomes the mode's; the old stays as it was.
func (a ACL) Chown(from, to Object) ACL {
	after := a.With(from)
	old, next := FromMode(0, from), FromMode(0, to)
	for i := range 2 {
		if at := after.find(old[i]); at >= 0 && after.find(next[i]) < 0 {
			after[at].User, after[at].Group = next[i].User, next[i].Group
		}
	}
	return after.Sorted()
}

// With is the list with "@" replaced by the owner and group of a file. What then speaks
// of the same user and group is one entry: the last.
func (a ACL) With(o Object) ACL {
	after := make(ACL, 0, len(a))
	for _, e := range a {
		if e.User.Sort == Own {
			e.User = Number(uint32(o.Owner))
		}
		if e.Group.Sort == Own {
			e.Group = Number(uint32(o.Group))
		}
		after = after.set(e)
	}
	return after
}

// find is the index of the entry for the same user and group; -1 where there is none.
func (a ACL) find(e Entry) int {
	return slices.IndexFunc(a, func(f Entry) bool { return f.User == e.User && f.Group == e.Group })
}

// set is the list with an entry put in the place of the one that speaks of the same; it
// changes the list.
func (a ACL) set(e Entry) ACL {
	if at := a.find(e); at >= 0 {
		a[at] = e
		return a
	}
	return append(a, e)
}

// Sorted is the list in the order in which the system gives it: the most specific first,
// then by numbers, then names.
func (a ACL) Sorted() ACL {
	after := slices.Clone(a)
	slices.SortStableFunc(after, func(e, f Entry) int {
		return cmp.Or(cmp.Compare(e.Specificity(), f.Specificity()), e.User.compare(f.User), e.Group.compare(f.Group))
	})
	return after
}

func (i ID) compare(j ID) int {
	return cmp.Or(cmp.Compare(i.Sort, j.Sort), cmp.Compare(i.Number, j.Number), cmp.Compare(i.Name, j.Name))
}

// Equal reports whether two lists have the same entries, in any order.
func (a ACL) Equal(b ACL) bool { return slices.Equal(a.Sorted(), b.Sorted()) }

// Problems is why HP-UX would not take the list, in words; nil when it would.
func (a ACL) Problems() []string {
	var problems []string
	if len(a) > MaxEntries {
		problems = append(problems, fmt.Sprintf("there are %d entries, and HP-UX keeps %d", len(a), MaxEntries))
	}
	for i, e := range a {
		if a.find(e) < i {
			problems = append(problems, fmt.Sprintf("entry %d speaks of %s.%s again", i+1, e.User, e.Group))
		}
		if e.Rights > 7 {
			problems = append(problems, fmt.Sprintf("entry %d has rights %#o that do not exist", i+1, uint8(e.Rights)))
		}
	}
	return problems
}

// Resolve looks names up. Those that are unknown stay names, and are returned.
func (a ACL) Resolve(user, group func(name string) (uint32, bool)) (resolved ACL, unknown []string) {
	resolved = slices.Clone(a)
	look := func(i *ID, lookup func(string) (uint32, bool)) {
		if i.Sort != Named {
			return
		}
		if n, ok := lookup(i.Name); ok {
			*i = Number(n)
		} else {
			unknown = append(unknown, i.Name)
		}
	}
	for i := range resolved {
		look(&resolved[i].User, user)
		look(&resolved[i].Group, group)
	}
	return resolved, unknown
}
