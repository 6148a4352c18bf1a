package acl

import (
	"fmt"
	"slices"

	"ward/mode"
)

// InvalidError says why the kernel would refuse a list.
type InvalidError struct {
	Index   int // of the entry, from 0; the length of the list when one is missing at its end
	Problem string
}

func (e *InvalidError) Error() string {
	return fmt.Sprintf("access list is not valid: entry %d: %s", e.Index+1, e.Problem)
}

// FromMode is the list of three entries that says the same as the mode's bits.
func FromMode(m mode.Mode) List {
	return List{
		{UserObj, NoID, mode.Rights(m >> 6 & 7)},
		{GroupObj, NoID, mode.Rights(m >> 3 & 7)},
		{Other, NoID, mode.Rights(m & 7)},
	}
}

// Validate returns an *InvalidError unless the kernel would accept the list
// (posix_acl_valid in fs/posix_acl.c): owner, named users, owning group, named
// groups, mask, others, in this order; the mask is there if anybody is named.
// Unsorted and repeated names are accepted. The nil list is valid.
func (l List) Validate() error {
	if len(l) == 0 {
		return nil
	}
	named, masked, next := false, false, UserObj
	for i, e := range l {
		var problem string
		if next, problem = follow(next, e.Tag); problem == "" {
			problem = e.problem()
		}
		if problem != "" {
			return &InvalidError{i, problem}
		}
		named = named || e.Tag.Named()
		masked = masked || e.Tag == Mask
		if named && !masked && e.Tag == Other {
			return &InvalidError{i, "a list that names users or groups needs a mask"}
		}
	}
	if next != 0 {
		return &InvalidError{len(l), "the entries of owner, owning group and others must all be there"}
	}
	return nil
}

// follow is one step through the order of entries: the least tag that may come
// after t, or what is wrong with t where next was the least allowed.
func follow(next, t Tag) (Tag, string) {
	switch {
	case t == UserObj && next == UserObj:
		return User, ""
	case t == User && next == User:
		return User, ""
	case t == GroupObj && next == User:
		return Group, ""
	case t == Group && next == Group:
		return Group, ""
	case t == Mask && next == Group:
		return Other, ""
	case t == Other && (next == Group || next == Other):
		return 0, ""
	}
	return next, t.String() + " is out of place (the order is owner, users, owning group, groups, mask, others)"
}

func (e Entry) problem() string {
	switch {
	case e.Rights > 7:
		return fmt.Sprintf("rights %d are more than rwx", e.Rights)
	case e.Tag.Named() && e.ID == NoID:
		return "an entry for a named user or group needs an id below 4294967295"
	}
	return ""
}

// Minimal reports whether the list says no more than nine mode bits can: nobody
// is named and there is no mask. The kernel folds such an access list into the
// mode and stores nothing; a default list is stored nevertheless.
func (l List) Minimal() bool {
	for _, e := range l {
		if e.Tag.Named() || e.Tag == Mask {
			return false
		}
	}
	return true
}

// Fold is what the kernel stores when the list becomes the access list of an
// object with the mode m: the mode it gets, and the list, which is nil when the
// mode says it all.
func (l List) Fold(m mode.Mode) (List, mode.Mode) {
	m = l.Mode(m)
	if l.Minimal() {
		return nil, m
	}
	return l, m
}

// Mode is m with its nine permission bits as stat(2) shows them under the list:
// the group bits are the mask where there is one. m's special bits are kept; the
// nil list changes nothing.
func (l List) Mode(m mode.Mode) mode.Mode {
	for _, e := range l {
		if shift, ok := l.class(e.Tag); ok {
			m = m&^(7<<shift) | mode.Mode(e.Rights&7)<<shift
		}
	}
	return m
}

// WithMode is the list after chmod(m): the owner's and others' entries become
// those bits, and the group bits go to the mask, or to the owning group's entry
// where there is no mask (__posix_acl_chmod_masq). The nil list stays nil.
func (l List) WithMode(m mode.Mode) List {
	changed := slices.Clone(l)
	for i, e := range l {
		if shift, ok := l.class(e.Tag); ok {
			changed[i].Rights = mode.Rights(m >> shift & 7)
		}
	}
	return changed
}

// class is where in a mode the rights of a tag are shown, if they are.
func (l List) class(t Tag) (shift int, ok bool) {
	switch t {
	case UserObj:
		return 6, true
	case Other:
		return 0, true
	case Mask:
		return 3, true
	case GroupObj:
		_, masked := l.MaskRights()
		return 3, !masked
	}
	return 0, false
}

// MaskRights is the mask, and whether there is one.
func (l List) MaskRights() (mode.Rights, bool) { return l.Find(Mask, NoID) }

// Find is the rights of the first entry with the tag and, for named ones, the id.
func (l List) Find(t Tag, id uint32) (mode.Rights, bool) {
	if i := l.index(t, id); i >= 0 {
		return l[i].Rights, true
	}
	return 0, false
}

func (l List) index(t Tag, id uint32) int {
	return slices.IndexFunc(l, func(e Entry) bool { return e.matches(t, id) })
}

func (e Entry) matches(t Tag, id uint32) bool {
	return e.Tag == t && (e.ID == id || !t.Named())
}

// Effective is what the mask leaves of the entry's rights. The mask limits named
// entries and the owning group; owner and others it never touches.
//
// It is what getfacl shows. Where the mask is empty the kernel does not look at
// the list at all, and named users get the rights of others: package access knows.
func (l List) Effective(e Entry) mode.Rights {
	if mask, ok := l.MaskRights(); ok && e.Tag.masked() {
		return e.Rights & mask
	}
	return e.Rights
}

// Equal reports whether two lists are the same entries in the same order.
func (l List) Equal(o List) bool { return slices.Equal(l, o) }

// union is all that named entries and the owning group have: the mask that
// setfacl computes (acl_calc_mask(3)).
func (l List) union() (all mode.Rights) {
	for _, e := range l {
		if e.Tag.masked() {
			all |= e.Rights
		}
	}
	return all
}

// with is the list with the entry put in place of the first one for the same
// principal, or added in the order that libacl keeps. Later entries for the same
// principal are dropped.
func (l List) with(e Entry) List {
	changed := make(List, 0, len(l)+1)
	done := false
	for _, old := range l {
		switch {
		case old.matches(e.Tag, e.ID):
			if !done {
				changed = append(changed, e)
			}
			done = true
			continue
		case !done && old.after(e) && l.index(e.Tag, e.ID) < 0:
			changed = append(changed, e)
			done = true
		}
		changed = append(changed, old)
	}
	if !done {
		changed = append(changed, e)
	}
	return changed
}

// after reports whether the entry belongs behind o in a sorted list.
func (e Entry) after(o Entry) bool {
	return e.Tag > o.Tag || e.Tag == o.Tag && e.Tag.Named() && e.ID > o.ID
}
