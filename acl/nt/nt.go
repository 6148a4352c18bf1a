// Package nt holds the security descriptors of Windows: an owner, a group, a
// discretionary list that decides (DACL) and a system list that audits and labels
// (SACL), as MS-DTYP, section 2.4, lays them out.
//
// A descriptor is read from the self-relative binary form (Decode), from SDDL
// (ParseSDDL), from the attributes in which ntfs-3g, the kernel's cifs and Samba keep
// it (DecodeNTACL for the last), and from the texts of icacls and getcifsacl. It
// decides who may do what by the published algorithm (Descriptor.Decide; MS-DTYP,
// section 2.5.3.2). The order of entries matters and is never changed in reading:
// the first entry that speaks of a right decides it.
//
// Nothing is resolved here: identifiers of accounts (SID) stay numbers, except for
// those that are the same on every system.
package nt

import (
	"fmt"

	"ward/notation"
)

// BinaryError says where and why bytes are not what they should be.
type BinaryError struct {
	What    string // "security descriptor", "SID" …
	Offset  int
	Problem string
}

func (e *BinaryError) Error() string {
	return fmt.Sprintf("%s, byte %d: %s", e.What, e.Offset, e.Problem)
}

// SyntaxError says where and why a text is not in its notation: "SDDL", "SID",
// "condition", "icacls", "getcifsacl".
type SyntaxError = notation.SyntaxError

// FormatError says why something cannot be written in a form: "SDDL", "self-relative
// form" …
type FormatError = notation.FormatError
