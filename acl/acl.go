// Package acl holds POSIX.1e access control lists as Linux keeps them (draft 17
// of IEEE 1003.1e; acl(5)): their validity, mask and effective rights, their text
// and extended-attribute forms, and the changes of setfacl.
package acl

import "ward/mode"

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
