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

import "fmt"

// SyntaxError says where and why a text is not in its notation.
type SyntaxError struct {
	Notation string // "SDDL", "SID", "condition", "icacls", "getcifsacl"
	Input    string // the whole text
	Offset   int    // the byte at which the problem starts
	Problem  string // what is wrong there
	Hint     string // what to write instead; "" when nothing is likely
}

func (e *SyntaxError) Error() string {
	s := fmt.Sprintf("%s %q, byte %d: %s", e.Notation, e.Input, e.Offset, e.Problem)
	if e.Hint != "" {
		s += "; " + e.Hint
	}
	return s
}

// BinaryError says where and why bytes are not what they should be.
type BinaryError struct {
	What    string // "security descriptor", "SID" …
	Offset  int
	Problem string
}

func (e *BinaryError) Error() string {
	return fmt.Sprintf("%s, byte %d: %s", e.What, e.Offset, e.Problem)
}

// FormatError says why something cannot be written in a form.
type FormatError struct {
	Form    string // "SDDL", "self-relative form" …
	Index   int    // of the entry, from 0; -1 where it is not about one
	Problem string
}

func (e *FormatError) Error() string {
	if e.Index < 0 {
		return fmt.Sprintf("write %s: %s", e.Form, e.Problem)
	}
	return fmt.Sprintf("write %s: entry %d: %s", e.Form, e.Index, e.Problem)
}
