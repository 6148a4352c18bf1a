// Package acl holds POSIX.1e access control lists as Linux keeps them (draft 17
// of IEEE 1003.1e; acl(5)): their validity, mask and effective rights, their text
// and extended-attribute forms, and the changes of setfacl.
//
// A List is kept in the order of its storage. The kernel accepts named entries
// that are unsorted or given twice, so a List may have them, and they are kept as
// they are: the first that matches decides.
//
// Beside the notations of getfacl and setfacl there is Spec, the `acl:` line of a
// policy. It differs from setfacl in one thing: it never raises the mask over
// entries that it does not name.
package acl

import (
	"fmt"

	"ward/mode"
)

// Tag says to whom an entry speaks.
type Tag uint16

// The tags, with their values in the extended attribute
// (include/uapi/linux/posix_acl.h).
const (
	UserObj  Tag = 0x01 // the owner
	User     Tag = 0x02 // a named user
	GroupObj Tag = 0x04 // the owning group
	Group    Tag = 0x08 // a named group
	Mask     Tag = 0x10 // the most that named entries and the owning group get
	Other    Tag = 0x20 // everybody else
)

// String is the word that getfacl writes for the tag: "user" for the owner and
// for named users alike.
func (t Tag) String() string {
	switch t {
	case UserObj, User:
		return "user"
	case GroupObj, Group:
		return "group"
	case Mask:
		return "mask"
	case Other:
		return "other"
	}
	return fmt.Sprintf("tag(0x%x)", uint16(t))
}

// Named reports whether entries with this tag carry an id.
func (t Tag) Named() bool { return t == User || t == Group }

// masked reports whether the mask limits entries with this tag.
func (t Tag) masked() bool { return t == User || t == GroupObj || t == Group }

// Entry is one line of a list. ID is a user or group id for User and Group, and
// NoID for the rest.
type Entry struct {
	Tag    Tag
	ID     uint32
	Rights mode.Rights
}

// NoID is the id of entries that name nobody.
const NoID uint32 = 1<<32 - 1

// List is a whole list in the order of its storage. It is an immutable value:
// functions return new lists. The nil list means "none beyond the mode".
type List []Entry
