// Package macos holds the access control lists of Mac OS X 10.4 and later: lists in
// the manner of NFSv4 (package acl/nfs4) with rights, flags and principals of their
// own, that stand beside the mode. What no entry decides, the mode decides.
//
// A list is read from what chmod +a takes (ParseEntry), what ls -le prints
// (ParseListing), what acl_to_text(3) writes and tar and copyfile keep
// (ParseExternal), and from the binary form in which file systems and AppleDouble
// files hold it (Decode). It decides as the kernel does (ACL.Decide), and is changed
// as chmod changes it (ACL.Add and its kin), which keeps denials before permissions
// and what is inherited behind the rest.
package macos

import (
	"fmt"
	"slices"
)

// Kind is what an entry does with the rights it names (KAUTH_ACE_PERMIT and its kin
// in xnu, bsd/sys/kauth.h).
type Kind uint8

// The kinds. Audit and Alarm are not implemented by the system.
const (
	Allow Kind = 1
	Deny  Kind = 2
	Audit Kind = 3
	Alarm Kind = 4

	kindMask = 0xf
)

// String is the word of chmod and ls; "kind0x0" for a kind without a name.
func (k Kind) String() string {
	if k >= Allow && k <= Alarm {
		return [...]string{"allow", "deny", "audit", "alarm"}[k-1]
	}
	return fmt.Sprintf("kind0x%x", uint8(k))
}

// Flags say how an entry is inherited. Bits without a name are kept; the four lowest
// are the kind's and never set here.
type Flags uint32

// The flags.
const (
	Inherited        Flags = 1 << 4
	FileInherit      Flags = 1 << 5
	DirectoryInherit Flags = 1 << 6
	LimitInherit     Flags = 1 << 7 // what gets it does not hand it on
	OnlyInherit      Flags = 1 << 8 // it says nothing about the object that has it
	Success          Flags = 1 << 9
	Failure          Flags = 1 << 10

	inheritControl = FileInherit | DirectoryInherit | LimitInherit | OnlyInherit
)

// Rights is the set of rights an entry names, with the numbers of KAUTH_VNODE_*. They
// are not those of NFSv4. Bits without a name are kept.
type Rights uint32

// The rights. Three of them have another name on directories.
const (
	ReadData        Rights = 1 << 1
	WriteData       Rights = 1 << 2
	Execute         Rights = 1 << 3
	Delete          Rights = 1 << 4
	AppendData      Rights = 1 << 5
	DeleteChild     Rights = 1 << 6
	ReadAttributes  Rights = 1 << 7
	WriteAttributes Rights = 1 << 8
	ReadExtattr     Rights = 1 << 9
	WriteExtattr    Rights = 1 << 10
	ReadSecurity    Rights = 1 << 11
	WriteSecurity   Rights = 1 << 12
	ChangeOwner     Rights = 1 << 13
	Synchronize     Rights = 1 << 20

	GenericAll     Rights = 1 << 21 // these four stand for others, which Expand writes out
	GenericExecute Rights = 1 << 22
	GenericWrite   Rights = 1 << 23
	GenericRead    Rights = 1 << 24

	ListDirectory   = ReadData
	AddFile         = WriteData
	Search          = Execute
	AddSubdirectory = AppendData
)

// What the generic rights stand for (KAUTH_VNODE_GENERIC_READ_BITS and its kin).
const (
	readBits  = ReadData | ReadAttributes | ReadExtattr | ReadSecurity
	writeBits = WriteData | AppendData | Delete | DeleteChild | WriteAttributes | WriteExtattr | WriteSecurity
	allBits   = readBits | writeBits | Execute
)

// Expand adds what the generic rights of r stand for.
func (r Rights) Expand() Rights {
	for _, g := range []struct{ generic, bits Rights }{
		{GenericAll, allBits}, {GenericRead, readBits}, {GenericWrite, writeBits}, {GenericExecute, Execute},
	} {
		if r&g.generic != 0 {
			r |= g.bits
		}
	}
	return r
}

// ListFlags are the flags of a whole list.
type ListFlags uint32

// The flags of a list: whether an object that is made with it gets entries of its
// directory.
const (
	DeferInherit ListFlags = 1 << 16
	NoInherit    ListFlags = 1 << 17
)

// Entry is one entry of a list.
type Entry struct {
	Kind   Kind
	Flags  Flags
	Rights Rights
	Who    Who
}

// ACL is a whole list, in the order in which it decides. It is an immutable value:
// functions return new lists. An empty list decides as none does.
type ACL struct {
	Flags   ListFlags
	Entries []Entry
}

// Equal reports whether two lists have the same flags and the same entries in the
// same order.
func (a ACL) Equal(b ACL) bool { return a.Flags == b.Flags && slices.Equal(a.Entries, b.Entries) }
