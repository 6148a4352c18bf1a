// Package entry is one named object of a tree with what is known about it, and
// the state of it that ward can change. Entries come from live file systems,
// archives and manifests alike; nothing here touches a system.
package entry

import (
	"strings"

	"ward/acl"
	"ward/ident"
	"ward/mode"
)

// Facts is a set of facts about an entry. A judge that needs one that is not yet
// known asks for it; the source of the entry fetches it and asks the judge again.
type Facts uint16

// The facts.
const (
	Stat       Facts = 1 << iota // kind, mode, owner, group, size, links, times, device and inode
	AccessACL                    // ACL
	DefaultACL                   // Default, directories only
	Content                      // Content, regular files only
	Caps                         // Caps, regular files only
	Attributes                   // Flags: regular files and directories only
	Handle                       // ID.Handle
	NFS4                         // NFS4: all but symbolic links
	DOS                          // DOS: regular files and directories only
)

// Flags are inode flags that stand outside the mode (chattr(1)).
type Flags uint32

// The inode flags that ward reads and writes, with the values of FS_IOC_GETFLAGS.
const (
	Immutable  Flags = 0x10
	AppendOnly Flags = 0x20
	NoDump     Flags = 0x40
	NoAtime    Flags = 0x80
)

// State is the part of an entry that ward can change.
type State struct {
	Mode    mode.Mode
	UID     ident.UID
	GID     ident.GID
	ACL     acl.List // access list; nil when the mode says it all
	Default acl.List // default list of a directory; nil when there is none
	Caps    string   // raw bytes of security.capability; "" when there is none
	Flags   Flags
	NFS4    Stored // list of NFS 4; "" where the file system keeps none
	DOS     Stored // DOS attributes; "" where the file system keeps none
}

// Identity tells an object from every other one, now and later. Device and inode
// alone are reused; a handle, or the time of birth, makes them last.
type Identity struct {
	Device     uint64 // st_dev as major<<32|minor
	Inode      uint64
	Birth      int64  // nanoseconds since 1970; 0 when the file system keeps none
	HandleType int32  // of name_to_handle_at(2)
	Handle     string // raw bytes; "" when not known or not to be had
}

// Entry is an object as found. Entries that a walk hands out are valid only until
// the visitor returns, Name included: what is kept must be cloned (Clone).
type Entry struct {
	Dir  *Dir   // the directory it lies in; nil for the root of the tree
	Name string // last component; "." for the root of the tree

	Known  Facts // what has been looked at
	Denied Facts // what was asked for and could not be read: "not looked at", never "absent"

	Kind mode.Kind
	State
	ID      Identity
	Mount   uint64 // mount id; 0 when not known
	Links   uint32
	Rdev    uint64 // device number of a device
	Size    int64
	ModTime int64 // nanoseconds since 1970

	// ChangeTime is the time of the inode's last change, in nanoseconds since
	// 1970; 0 when not known. While it stands still no fact has changed.
	ChangeTime int64

	Content ContentKind

	// Guards is which of Immutable and AppendOnly stat saw, where Guarded says that
	// it could tell: what permission checks need of Flags, without another call.
	Guards  Flags
	Guarded bool
}

// Dir is a directory on a walk. It lives as long as anything below it is walked.
type Dir struct {
	Parent *Dir   // nil for the root of the tree
	Path   string // slash-separated, relative to the root of the tree; "." for the root
	Depth  int    // 0 for the root

	// The directory itself, as it was found before it was read. A source that
	// does not tell leaves ID zero.
	ID   Identity
	UID  ident.UID
	Mode mode.Mode

	// Programs counts the regular files with any execute bit among the entries
	// that were read with the present one (at least the first thousand of a
	// directory). It is set before the first of them is visited.
	Programs int

	// Memo belongs to the visitor's factory: what it computed for this
	// directory and wants when it meets children, on whichever worker.
	Memo any
}

// Path is the entry's path relative to the root of the tree, "." for the root
// itself. It allocates; judges that can decide by Name should.
func (e *Entry) Path() string {
	if e.Dir == nil {
		return "."
	}
	return e.Dir.Join(e.Name)
}

// Join is the path of name in d, relative to the root of the tree.
func (d *Dir) Join(name string) string {
	if d.Path == "." {
		return strings.Clone(name)
	}
	return d.Path + "/" + name
}

// ContentKind is what the first bytes of a regular file say it is. Several may hold.
type ContentKind uint16

// The kinds of content.
const (
	Shebang    ContentKind = 1 << iota // starts with "#!"
	ELF                                // an ELF program or library
	PrivateKey                         // holds a private key that no passphrase protects
	LockedKey                          // holds a private key under a passphrase
)
