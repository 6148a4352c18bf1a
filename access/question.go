package access

import (
	"ward/entry"
	"ward/ident"
	"ward/mode"
)

// Question is one thing that somebody wants to do, with every fact that decides
// about it. All ids are those of the user namespace in which the facts were
// gathered: what stat(2) reports there.
type Question struct {
	Caller *Caller
	Host   *Host
	Action Action
	With   With
	Way    *Way // to the object; the old name of a rename, the existing file of a link
	Target *Way // to the new name of a rename or link; nil for other actions
}

// Caller is who asks, with all that decides besides ids and capabilities.
type Caller struct {
	ident.Subject

	Namespace  *ident.Namespace // the user namespace that the capabilities hold in; nil as Namespace says
	Umask      mode.Mode
	NoNewPrivs bool
	Unbounded  ident.Capabilities // those missing from the bounding set: no program can give them
	Confined   []Confinement      // by what stands outside the discretionary check
}

// Confinement is a mechanism that may refuse what the permissions allow, with the
// evidence that it is at work.
type Confinement struct {
	By       string // "SELinux", "AppArmor", "seccomp", "Landlock", "NFS" …
	Evidence string // "the process runs in the profile /usr/sbin/nginx (enforce)"
	Certain  bool   // it is at work for this caller; else it only may be
	Refused  bool   // it has refused this very access, and does so again
}

// Host is what holds for every path of the machine: the settings under
// /proc/sys/fs (proc_sys_fs(5)). A setting of Unread could not be read.
type Host struct {
	ProtectedSymlinks  int8
	ProtectedHardlinks int8
	ProtectedFifos     int8
	ProtectedRegular   int8
	Confined           []Confinement // by what is at work on the whole machine
}

// Unread is the value of a setting that could not be read.
const Unread int8 = -1

// Way is how the kernel comes to an object: every component in the order in which
// it is looked up, the starting directory first, a followed symbolic link before
// what it leads to.
type Way struct {
	Steps []Step

	// Missing is the name that does not exist in the last step's directory: what is
	// to be created, or the reason why there is no object.
	Missing string

	// Broken says why the way ended before its last component: ENOENT (with Rest),
	// ENOTDIR, ELOOP, ENAMETOOLONG; or EACCES where the gatherer itself was not let
	// in, and nothing is known about what follows. "" otherwise.
	Broken Errno
	Rest   string // what was left of the path behind the last step

	Slash bool // the path ended in a slash
}

// Step is one component of a way.
type Step struct {
	Path   string      // absolute, in the view of the caller's root directory
	Parent int         // the step in whose directory it was looked up; -1 for the starting directory
	Entry  entry.Entry // Kind, State, Known and Denied; Dir is nil
	Mount  *Mount
	Link   string // what a symbolic link says
	Follow bool   // the link is followed

	// Trailing: a followed symbolic link was the last component of the path, or of a
	// trailing link before it. fs.protected_symlinks guards no others.
	Trailing bool

	// UnmappedUser and UnmappedGroup: the file's owner or group has no id in the
	// mount's map or its file system's namespace; the entry shows the overflow id.
	UnmappedUser, UnmappedGroup bool

	// UnmappedEntries: the list also names users or groups that have no id in the mount's
	// map. They match nobody here and are not among Entry.ACL, and setfacl(1) cannot write
	// the list back.
	UnmappedEntries bool

	// User and Group say whether the entry's ids are real or the overflow id that
	// the gatherer's own user namespace shows for what it does not map.
	User, Group Sight

	// Confined is what the object carries for others than the discretionary check: a
	// label of SELinux, an NFSv4 list. It is looked up of the last step only.
	Confined []Confinement
}

// Sight is how much an id tells.
type Sight uint8

// The sights. Plain is the zero value.
const (
	Plain    Sight = iota
	Hidden         // the id has no number in the gatherer's namespace, hence none in the caller's
	Doubtful       // it may be the overflow id that stands for hidden ones, or that very id
)

// Mount is what a file system's mount adds to the checks. It is shared by all steps
// on it and never changed.
type Mount struct {
	ID     uint64
	Point  string // where it is mounted, in the view of the caller's root
	FSType string // "ext4", "nfs4"
	Source string

	ReadOnly      bool // the mount
	SuperReadOnly bool // the file system itself
	NoExec        bool
	NoSUID        bool
	NoDev         bool
	NoSymlinks    bool // nosymfollow
	BSDGroups     bool // grpid: what is created takes the directory's group
	Idmapped      bool
	Owner         *ident.Namespace // that mounted the file system; nil where that is not seen
	Confined      []Confinement    // what the file system decides by itself: a server, FUSE, ZFS

	// Users and Groups are the map of an idmapped mount: what the file system keeps
	// (Inside) and what the mount shows (Outside); nil where it could not be read.
	Users, Groups []ident.Range

	// Private: nobody but who runs the FUSE server under PrivateUser and PrivateGroup
	// is let in, not even root (no allow_other).
	Private      bool
	PrivateUser  ident.UID
	PrivateGroup ident.GID

	// ServerDecides: this kernel does not look at owners and bits at all (FUSE
	// without default_permissions, CIFS): what it would say of them is no answer.
	ServerDecides bool
}

// With is what an action brings with it. The zero value asks for the plain action.
type With struct {
	Open OpenFlags
	Mode mode.Mode // of chmod; requested by create, mkdir, mknod
	Kind mode.Kind // of mknod
	UID  ident.UID // of chown; ident.NoUID leaves it
	GID  ident.GID // of chown, chgrp; ident.NoGID leaves it
	Attr string    // of setxattr: "user.comment", "security.capability"
	Now  bool      // of utime: the present time, not an explicit one
	Swap bool      // of rename: RENAME_EXCHANGE
	Keep bool      // of rename: RENAME_NOREPLACE

	// Interpreters are the ways to what runs the program: of a script to its
	// interpreter and on, of an ELF program to its loader; in order. Gathered for Execute only.
	Interpreters []*Way
	NoFormat     bool // execve would answer ENOEXEC: no script, no program
}

// OpenFlags are the flags of open(2) that change the answer.
type OpenFlags uint16

// The flags.
const (
	OCreat OpenFlags = 1 << iota
	OExcl
	OTrunc
	OAppend
	ONoAtime
	OPath
	ODirectory
	ONoFollow
	OTmpfile
)

// Answer is allowed, denied, or that what is known does not decide it.
type Answer uint8

// The answers. Unknown is the zero value.
const (
	Unknown Answer = iota
	Denied
	Allowed
)

// Errno is the symbol of what a system call would answer: "EACCES", "EPERM". ""
// stands for success.
type Errno string

// What can be missing beside the facts of an entry.
const (
	MountFacts   entry.Facts = 1 << 15 // Step.Mount, or a part of it
	HostSettings entry.Facts = 1 << 14 // a setting of Host
)

// Verdict is the answer to a question with the check that gave it. It compares
// with ==.
type Verdict struct {
	Answer  Answer
	Errno   Errno       // what the call would answer; "" unless denied
	Reason  Reason      // the first rule that refused; where allowed, the last that was asked
	Where   Where       // the component at which it was decided
	Missing entry.Facts // of that component, MountFacts and HostSettings: what would have had to be known; where Unknown
}

// Where is a component of a question's ways.
type Where struct {
	Way  int8 // 0 Question.Way, 1 Question.Target, 2+n With.Interpreters[n]
	Step int  // index into the steps; len(Steps) for what is missing
}
