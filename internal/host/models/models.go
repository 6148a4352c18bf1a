// Package models gathers the permissions of other systems that a path or a member of
// a zip archive carries: extended attributes of NFS, NTFS, SMB and Mac OS X, the
// attributes of FAT, files beside a file (NAME.uaem, ._NAME), and what archivers wrote
// into headers and extra fields. It decodes them and judges nothing.
package models

import (
	"strconv"

	"ward/acl"
	"ward/mode"
)

// Object is one object with all that was found of its permissions.
type Object struct {
	Path   string // as it was asked for
	Member string // of an archive; "" for an object of the live file system
	Host   string // of an archive: the system that made the member, in words
	Kind   mode.Kind
	Mode   mode.Mode
	// HasMode says that there is a Unix mode, HasOwner that there are numbers of owner
	// and group. A live object on Windows has none of them.
	HasMode, HasOwner bool
	UID, GID          uint32
	Found             []Found
}

// Found is one set of permissions, as it was found.
type Found struct {
	Carrier string // the attribute, file or field: "system.nfs4_acl", "extra field 0x000c"
	// Value is one of
	//
	//	POSIX                  lists beside the mode
	//	nfs4.ACL
	//	macos.Filesec          of acl/macos; a list alone has neither owner nor group
	//	nt.Descriptor
	//	dos.Attributes
	//	amiga.Protection
	//	vms.Security
	//	legacymac.File         a lock or flags of Mac OS (package legacy/macos)
	//	legacymac.FinderFlags
	//
	// or nil, where Err says why the bytes are none.
	Value any
	Note  string // what else is to be known of it; "" for nothing
	Raw   []byte
	Err   error
}

// POSIX is the two lists that Linux keeps beside a mode. Access is nil where the mode
// says it all.
type POSIX struct{ Access, Default acl.List }

// Error says what was being done to which path, and why it could not be done.
type Error struct {
	Op, Path string
	Err      error
}

func (e *Error) Error() string { return e.Op + " " + strconv.Quote(e.Path) + ": " + e.Err.Error() }
func (e *Error) Unwrap() error { return e.Err }

// add decodes the bytes of a carrier into a finding.
func (o *Object) add(carrier string, raw []byte, read decoder) {
	f := Found{Carrier: carrier, Raw: raw}
	f.Value, f.Note, f.Err = read(raw)
	o.Found = append(o.Found, f)
}

// A decoder reads the bytes of a carrier, and may have a word to say about them.
type decoder func(raw []byte) (value any, note string, err error)
