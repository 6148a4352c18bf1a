// Package nfs4 holds the access control lists of NFS version 4 (RFC 8881,
// section 6): those of NFS, of ZFS, of FreeBSD's UFS, and, under other names and
// numbers, of macOS (package acl/macos).
//
// A list is read from the text of nfs4-acl-tools, FreeBSD, Solaris and libarchive
// (Parse) and from the extended attributes of Linux (Decode, DecodeDACL,
// DecodeTrueNAS). It decides who may do what (ACL.Decide, Delete) by the rules of
// the system that keeps it, which differ; Rules says which. The order of entries
// matters and is never changed: the first entry that speaks of a right decides it.
//
// Where a notation has no letter for a bit, the bit stands as a hexadecimal number
// at the end of its field ("rw0x600"): no program reads that, and none takes it for
// something else.
package nfs4

import (
	"fmt"
	"slices"
)

// Type is what an entry does with the rights it names (RFC 8881, section 6.2.1.1).
type Type uint32

// The types. Audit and Alarm never decide about access.
const (
	Allow Type = 0
	Deny  Type = 1
	Audit Type = 2
	Alarm Type = 3
)

// String is the word that FreeBSD and Solaris write; "type0x7" for a type without
// a name.
func (t Type) String() string {
	if t <= Alarm {
		return [...]string{"allow", "deny", "audit", "alarm"}[t]
	}
	return fmt.Sprintf("type0x%x", uint32(t))
}

// decides reports whether entries of the type allow or deny anything.
func (t Type) decides() bool { return t == Allow || t == Deny }

// Flags say how an entry is inherited, when it reports, and whether it names a
// group (RFC 8881, section 6.2.1.4). Bits without a name are kept.
type Flags uint32

// The flags.
const (
	FileInherit      Flags = 0x01 // files made in the directory get the entry
	DirectoryInherit Flags = 0x02 // directories made in it get the entry
	NoPropagate      Flags = 0x04 // what gets it does not hand it on
	InheritOnly      Flags = 0x08 // it says nothing about the object that has it
	SuccessfulAccess Flags = 0x10 // audit, alarm: what was allowed is reported
	FailedAccess     Flags = 0x20 // audit, alarm: what was denied is reported
	IdentifierGroup  Flags = 0x40 // the name or the number is a group's
	Inherited        Flags = 0x80 // it came from the directory above

	inheritance = FileInherit | DirectoryInherit | NoPropagate | InheritOnly
)

// ListFlags are the flags of a whole list (RFC 8881, section 6.4.3; aclflag4). The
// notations in text have no place for them.
type ListFlags uint32

// The flags of a list. Trivial and Directory are told by ZFS in its own attribute.
const (
	AutoInherit ListFlags = 0x1
	Protected   ListFlags = 0x2
	Defaulted   ListFlags = 0x4
	Trivial     ListFlags = 0x10000
	Directory   ListFlags = 0x20000
)

// Entry is one entry of a list.
type Entry struct {
	Type   Type
	Flags  Flags
	Rights Rights
	Who    Who
}

// group reports whether the entry speaks of a group, named or owning.
func (e Entry) group() bool { return e.Flags&IdentifierGroup != 0 }

// ACL is a whole list, in the order in which it decides. It is an immutable value:
// functions return new lists.
type ACL struct {
	Flags   ListFlags
	Entries []Entry
}

// Equal reports whether two lists have the same flags and the same entries in the
// same order.
func (a ACL) Equal(b ACL) bool { return a.Flags == b.Flags && slices.Equal(a.Entries, b.Entries) }

// Canonical is the list as text can say it: entries for GROUP@ carry
// IdentifierGroup, which not everybody sets, names that are numbers are numbers,
// and the list's own flags are gone. What is parsed is canonical.
func (a ACL) Canonical() ACL {
	es := slices.Clone(a.Entries)
	for i, e := range es {
		if e.Who.Class == Group {
			es[i].Flags |= IdentifierGroup
		}
		es[i].Who = e.Who.canonical()
	}
	return ACL{Entries: es}
}
