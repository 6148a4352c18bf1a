// Package access decides who may do what to an object, by the rules of the Linux
// kernel (acl_permission_check, posix_acl_permission and generic_permission in
// fs/namei.c and fs/posix_acl.c), and what a change of its permissions gives to
// whom and takes from whom.
//
// Decide answers a whole Question: every directory on the way, every link that is
// followed, the mounts, and the checks of the action's system call. Allows decides
// about one object by its bits, list and capabilities alone.
package access

import (
	"ward/entry"
	"ward/ident"
	"ward/mode"
)

// Rule is what decided.
type Rule uint8

// The rules, in the order in which the kernel comes to them.
const (
	ImmutableFlag Rule = iota + 1 // nobody writes to an immutable object
	OwnerBits                     // the owner's bits: they decide alone, whatever others may
	NamedUser                     // the list's entry for the user
	OwningGroup                   // the group bits, or the list's entry for the owning group
	NamedGroup                    // the list's entry for a group
	Groups                        // several groups match, and none has all that was wanted
	OtherBits                     // the bits of all others
	DACReadSearch                 // CAP_DAC_READ_SEARCH
	DACOverride                   // CAP_DAC_OVERRIDE
)

// The rules beyond the bits of one object.
const (
	NothingAsked        Rule = iota + 32 // no right is needed for this
	NotSeen                              // a fact could not be looked at
	Ownership                            // the owner may
	NotOwner                             // only the owner, or CAP_FOWNER, may; ID is the owner
	NotMember                            // the owner may give it only to groups of his own; ID is the wanted group
	Privilege                            // capability ID allows it
	NoPrivilege                          // capability ID is needed
	ReadOnlyFileSystem                   // the whole file system
	ReadOnlyMount                        // this mount of it
	NoExecMount                          // noexec
	NoDevMount                           // nodev
	NoSymlinkMount                       // nosymfollow
	UnmappedOwner                        // owner or group has no id in the mount's map, or in the caller's namespace
	UnmappedCaller                       // the caller's ids cannot own anything on this mount
	UnmappedWanted                       // the wanted owner or group has no id there
	AppendOnlyFlag                       // the append-only flag
	StickyDirectory                      // only who owns the object or the directory may; ID is the object's owner
	ProtectedSymlink                     // fs.protected_symlinks; ID is the link's owner
	ProtectedHardlink                    // fs.protected_hardlinks; ID is the file's owner
	ProtectedFIFO                        // fs.protected_fifos; ID is the fifo's owner
	ProtectedRegular                     // fs.protected_regular; ID is the file's owner
	SetIDKept                            // a new owner takes set-id bits away, which only the owner may
	NoSuchName                           // ENOENT
	NameTooLong                          // ENAMETOOLONG
	NotDirectory                         // ENOTDIR
	IsDirectory                          // a directory, where none may be
	IsSymlink                            // a symbolic link that is not followed
	TooManyLinks                         // more than forty symbolic links
	Exists                               // EEXIST
	DifferentMount                       // EXDEV
	IntoItself                           // a directory cannot be moved below itself
	MountPoint                           // EBUSY
	WrongKind                            // not for this kind of object
	WrongName                            // ".", "..", "/", or an attribute without a namespace
	NoFormat                             // ENOEXEC: neither a program nor a script
	TooManyInterpreters                  // scripts run by scripts, too deep
	FileCapabilities                     // the program wants capabilities that the caller can never have
	PrivateMount                         // a FUSE mount lets only its owner in; ID is that user
	NoSUIDMount                          // nosuid: set-id bits and file capabilities change nothing
	NewPrivileges                        // no_new_privs: likewise
	IsScript                             // likewise of a script: its interpreter's count
	ServerDecides                        // this kernel does not look at owners and bits here
)

// Reason says which rule decided and what it has to say. It compares with ==.
type Reason struct {
	Rule   Rule
	ID     uint32      // the owner, the owning group, or whom the entry names
	Rights mode.Rights // what the rule grants, the mask already taken off
	Masked bool        // the entry has all that was wanted, and the mask takes some of it
}

// Allows reports whether the subject may do all of want at once to an object of
// this state and kind, and why. The state's mode and list belong together, and its
// list must be known: nil means that there is none.
//
// Two groups of a subject do not add up: with read from one and write from the
// other it may read and may write, but may not open for both.
func Allows(s ident.Subject, st entry.State, k mode.Kind, want mode.Rights) (bool, Reason) {
	if want&mode.W != 0 && st.Flags&entry.Immutable != 0 {
		return false, Reason{Rule: ImmutableFlag, Rights: mode.R | mode.X}
	}
	why := discretionary(&s, &st, want)
	if want&^why.Rights == 0 {
		return true, why
	}
	if by, ok := overrides(s.Caps, st.Mode, k, want); ok {
		return true, by
	}
	return false, why
}

// Rights is every right that the subject has to the object by itself.
func Rights(s ident.Subject, st entry.State, k mode.Kind) (all mode.Rights) {
	for _, r := range [...]mode.Rights{mode.R, mode.W, mode.X} {
		if ok, _ := Allows(s, st, k, r); ok {
			all |= r
		}
	}
	return all
}

// discretionary is acl_permission_check. The list is not looked at where the
// group bits, which are its mask, are all clear: named users and groups then have
// what others have, whatever acl(5) says.
func discretionary(s *ident.Subject, st *entry.State, want mode.Rights) Reason {
	switch {
	case s.UID == st.UID:
		return Reason{Rule: OwnerBits, ID: uint32(st.UID), Rights: st.Mode.Owner()}
	case len(st.ACL) > 0 && st.Mode&0o070 != 0:
		return listed(s, st, want)
	case s.InGroup(st.GID):
		return Reason{Rule: OwningGroup, ID: uint32(st.GID), Rights: st.Mode.Group()}
	}
	return Reason{Rule: OtherBits, Rights: st.Mode.Other()}
}

// overrides is the part of generic_permission that capabilities decide.
func overrides(caps ident.Capabilities, m mode.Mode, k mode.Kind, want mode.Rights) (Reason, bool) {
	reads := want == mode.R || k == mode.Directory && want&mode.W == 0
	executes := want&mode.X != 0 && k != mode.Directory
	switch {
	case reads && caps.Has(ident.CapDACReadSearch):
		return Reason{Rule: DACReadSearch, Rights: want}, true
	case caps.Has(ident.CapDACOverride) && (!executes || m&mode.Execute != 0):
		return Reason{Rule: DACOverride, Rights: want}, true
	}
	return Reason{}, false
}
