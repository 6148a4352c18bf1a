// Package mtree reads and writes mtree(5) manifests: a line for each object of a tree
// with its type, mode, owners and more. It reads both forms that are about, full paths
// (libarchive, ward) and nested names with ".." (BSD), with /set and /unset, in the
// spellings of FreeBSD, NetBSD and libarchive; it writes full paths.
//
// Sources: mtree(5) of FreeBSD 14 and NetBSD 10; libarchive 3.6,
// archive_write_set_format_mtree.c. Three keywords are ward's own: "acl" and
// "defaultacl", lists in setfacl's short form with numbers, and "caps", file
// capabilities as getcap(8) prints them. Readers that do not know them say so and go on
// (libarchive), or stop (BSD): they stand only where there is something to say.
package mtree

import (
	"fmt"

	"ward/acl"
	"ward/entry"
	"ward/ident"
	"ward/mode"
	"ward/packages"
)

// Known is which fields of an Entry are there.
type Known uint16

// The fields.
const (
	Type Known = 1 << iota
	Mode
	UID
	GID
	User
	Group
	Link
	Flags
	Digest
	ACL
	Default
	Caps
	Size
)

// Entry is one object of a manifest.
type Entry struct {
	Path  string // relative to the root of the tree, "." for the root itself
	Known Known

	// Unread are those of ACL, Default, Caps and Flags that could not be looked at,
	// where a default of the manifest would say otherwise ("acl=unknown").
	Unread Known

	Kind        mode.Kind
	Mode        mode.Mode
	UID         ident.UID
	GID         ident.GID
	User, Group string
	Link        string // target of a symbolic link
	Flags       entry.Flags
	Digest      packages.Digest // the strongest that is given
	ACL         acl.List
	Default     acl.List
	Caps        string // raw bytes of security.capability
	Size        int64

	// Optional objects may be missing (keyword "optional"). Untracked ones are only
	// checked for their presence (keyword "nochange").
	Optional, Untracked bool
	// Ignored directories are left out with all below them (keyword "ignore").
	Ignored bool
}

// SyntaxError is a line that cannot be read.
type SyntaxError struct {
	Line    int // from 1
	Problem string
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Problem) }

// kinds are the words of the keyword "type".
var kinds = []struct {
	word string
	kind mode.Kind
}{
	{"file", mode.Regular},
	{"dir", mode.Directory},
	{"link", mode.Symlink},
	{"fifo", mode.FIFO},
	{"socket", mode.Socket},
	{"char", mode.CharDevice},
	{"block", mode.BlockDevice},
	{"door", mode.Door},
	{"port", mode.EventPort},
}

// flags are the words of the keyword "flags" for those that ward knows, as
// libarchive spells them on Linux; further spellings are read.
var flags = []struct {
	word string
	flag entry.Flags
}{
	{"schg", entry.Immutable},
	{"sappnd", entry.AppendOnly},
	{"nodump", entry.NoDump},
	{"noatime", entry.NoAtime},
	{"simmutable", entry.Immutable},
	{"sappend", entry.AppendOnly},
	{"uchg", entry.Immutable},
	{"uimmutable", entry.Immutable},
	{"uchange", entry.Immutable},
	{"schange", entry.Immutable},
	{"uappnd", entry.AppendOnly},
	{"uappend", entry.AppendOnly},
}

// writtenFlags is how many of flags Format uses.
const writtenFlags = 4

// digests are the keywords of checksums, weakest first. The short ones are written.
var digests = []struct{ word, algorithm string }{
	{"md5", "md5"},
	{"md5digest", "md5"},
	{"sha1", "sha1"},
	{"sha1digest", "sha1"},
	{"sha256", "sha256"},
	{"sha256digest", "sha256"},
	{"sha384", "sha384"},
	{"sha384digest", "sha384"},
	{"sha512", "sha512"},
	{"sha512digest", "sha512"},
}
