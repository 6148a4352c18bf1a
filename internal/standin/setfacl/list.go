package setfacl

import (
	"fmt"
	"slices"

	"ward/acl"
	"ward/internal/standin/acltext"
	"ward/mode"
)

// find is the index of the first entry with the tag and id, or -1. Without an id the
// first with the tag is found, whomever it names.
func find(l acl.List, tag acl.Tag, id uint32) int {
	return slices.IndexFunc(l, func(e acl.Entry) bool {
		return e.Tag == tag && (id == acl.NoID || e.ID == id)
	})
}

// place puts an entry before the first that is greater. One that should name
// somebody and does not stays at the end (acl_create_entry(3) and what libacl does
// when its tag and qualifier are set). Like the other changes it may be made in place.
func place(l acl.List, e acl.Entry) acl.List {
	if e.Tag.Named() && e.ID == acl.NoID {
		return append(l, e)
	}
	if n := len(l); n > 0 && acltext.Compare(l[n-1], e) <= 0 && !(l[n-1].Tag.Named() && l[n-1].ID == acl.NoID) {
		return append(l, e)
	}
	at := slices.IndexFunc(l, func(o acl.Entry) bool { return acltext.Compare(o, e) > 0 })
	if at < 0 {
		at = len(l)
	}
	return slices.Insert(l, at, e)
}

// with is the list after "put".
func with(l acl.List, e acl.Entry) acl.List {
	at := find(l, e.Tag, e.ID)
	if at < 0 {
		return place(l, e)
	}
	l[at].Rights = e.Rights
	return l
}

// without is the list after "remove".
func without(l acl.List, e acl.Entry) acl.List {
	at := find(l, e.Tag, e.ID)
	if at < 0 {
		return l
	}
	return slices.Delete(l, at, at+1)
}

// base is the list without names and mask; the owning group keeps what the mask
// left it.
func base(l acl.List) acl.List {
	var kept acl.List
	for _, e := range l {
		switch e.Tag {
		case acl.User, acl.Group, acl.Mask:
			continue
		case acl.GroupObj:
			e.Rights = l.Effective(e)
		}
		kept = append(kept, e)
	}
	return kept
}

func mayExecute(l acl.List) bool {
	return slices.ContainsFunc(l, func(e acl.Entry) bool { return e.Rights&mode.X != 0 })
}

// clone adds the entry that from has with one tag, with another.
func clone(l, from acl.List, tag, as acl.Tag) acl.List {
	at := find(from, tag, acl.NoID)
	if at < 0 {
		return l
	}
	return place(l, acl.Entry{Tag: as, ID: from[at].ID, Rights: from[at].Rights})
}

// remask gives a list that has more than the base entries a mask (do_set.c): the
// owning group's rights if there is none and none was given; and then, unless
// another mask was given or wanted, all that it limits.
func remask(l acl.List, given bool, m mask) acl.List {
	if l.Minimal() {
		return l
	}
	if !given && find(l, acl.Mask, acl.NoID) < 0 {
		l = clone(l, l, acl.GroupObj, acl.Mask)
	}
	if m == keepMask || given && m != forceMask {
		return l
	}
	var all mode.Rights
	for _, e := range l {
		if e.Tag.Named() || e.Tag == acl.GroupObj {
			all |= e.Rights
		}
	}
	return with(l, acl.Entry{Tag: acl.Mask, ID: acl.NoID, Rights: all})
}

// mask says whether it is computed anew.
type mask uint8

const (
	usualMask mask = iota // unless it was given
	keepMask              // -n
	forceMask             // --mask
)

// malformedError is a list that an edit would have left, and that is none.
type malformedError struct {
	def     bool
	list    acl.List
	problem string
	entry   int // from 0
}

func (e *malformedError) Error() string {
	return fmt.Sprintf("malformed list: %s at entry %d", e.problem, e.entry+1)
}

// The problems, in libacl's words (acl_error(3)).
const (
	multiple  = "Multiple entries of same type"
	duplicate = "Duplicate entries"
	missing   = "Missing or wrong entry"
)

// check is acl_check(3): owner, users, owning group, groups, mask, others; users and
// groups each by rising id; a mask if anybody is named. It returns what is wrong with
// which entry.
func check(l acl.List) (problem string, entry int) {
	const end = acl.Other + 1
	next, least, named := acl.UserObj, uint64(0), false
	for i, e := range l {
		switch {
		case e.Tag.Named():
			if next != e.Tag {
				return missing, i
			}
			if uint64(e.ID) < least || e.ID == acl.NoID {
				return duplicate, i
			}
			least, named = uint64(e.ID)+1, true
		case e.Tag == acl.Other && (next == acl.Other || next == acl.Group && !named):
			next = end
		case e.Tag == acl.Other:
			return missing, i
		case e.Tag == expected(next):
			next, least = after(e.Tag), 0
		case next > e.Tag:
			return multiple, i
		default:
			return missing, i
		}
	}
	if next != end {
		return missing, len(l)
	}
	return "", 0
}

// expected is the next entry that names nobody, where next is the least that may
// come.
func expected(next acl.Tag) acl.Tag {
	switch next {
	case acl.User:
		return acl.GroupObj
	case acl.Group:
		return acl.Mask
	}
	return next
}

func after(t acl.Tag) acl.Tag {
	switch t {
	case acl.UserObj:
		return acl.User
	case acl.GroupObj:
		return acl.Group
	}
	return acl.Other
}
