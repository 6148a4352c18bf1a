// Package vms holds the permissions of OpenVMS: the protection code with its four
// categories that overlap, access control lists of identifiers, user identification
// codes (UICs), and the privileges that reach past them.
//
// Notations are read and written as DCL does: protection codes (ParseProtection,
// ParseCode), entries (ParseACE), what DIRECTORY/SECURITY and SHOW SECURITY print
// (ParseDirectory, ParseShow), and SET SECURITY commands (ParseCommand). Object.Decide
// answers as $CHKPRO does (HP OpenVMS Guide to System Security, chapter 4). Zip archives
// carry the same facts in extra fields (DecodeAttributes, DecodeBlock).
package vms

import "fmt"

// DecodeError says where and why bytes are no binary form of OpenVMS.
type DecodeError struct {
	Offset  int
	Problem string
}

func (e *DecodeError) Error() string {
	return fmt.Sprintf("OpenVMS bytes, at %d: %s", e.Offset, e.Problem)
}
