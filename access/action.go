package access

import (
	"fmt"
	"strings"

	"ward/mode"
)

// Action is what somebody wants to do to a path.
type Action uint8

// The actions.
const (
	Reading          Action = iota + 1 // open(2) for reading
	Writing                            // open(2) for writing
	Updating                           // open(2) for both
	Appending                          // open(2) with O_APPEND
	Executing                          // execve(2)
	Listing                            // open(2) of a directory for getdents(2)
	Searching                          // to use a name in a directory
	Stating                            // stat(2)
	Creating                           // open(2) with O_CREAT|O_EXCL
	MakingDir                          // mkdir(2)
	MakingNode                         // mknod(2)
	Deleting                           // unlink(2), rmdir(2)
	Renaming                           // rename(2)
	Linking                            // link(2)
	Symlinking                         // symlink(2)
	ChangingMode                       // chmod(2)
	ChangingOwner                      // chown(2) of the owner
	ChangingGroup                      // chown(2) of the group
	SettingTimes                       // utimensat(2)
	SettingAttribute                   // setxattr(2)
	SettingACL                         // setxattr(2) of system.posix_acl_access
	Truncating                         // truncate(2)
	ChangingDir                        // chdir(2)
	Connecting                         // connect(2) to a socket
)

// actionNames are what ward calls the actions, in the order of their values.
var actionNames = [...]string{
	Reading: "read", Writing: "write", Updating: "update", Appending: "append", Executing: "execute",
	Listing: "list", Searching: "search", Stating: "stat", Creating: "create", MakingDir: "mkdir",
	MakingNode: "mknod", Deleting: "delete", Renaming: "rename", Linking: "link", Symlinking: "symlink",
	ChangingMode: "chmod", ChangingOwner: "chown", ChangingGroup: "chgrp", SettingTimes: "utime",
	SettingAttribute: "setxattr", SettingACL: "setfacl", Truncating: "truncate", ChangingDir: "chdir",
	Connecting: "connect",
}

// Actions lists every action, in the order of their values.
func Actions() []Action {
	list := make([]Action, 0, len(actionNames)-1)
	for a := Reading; a <= Connecting; a++ {
		list = append(list, a)
	}
	return list
}

// String is the action's name: "read", "mkdir", "chmod".
func (a Action) String() string {
	if int(a) >= len(actionNames) || a == 0 {
		return fmt.Sprintf("action(%d)", uint8(a))
	}
	return actionNames[a]
}

// ParseAction reads what String writes.
func ParseAction(s string) (Action, error) {
	for i, name := range actionNames {
		if name == s && s != "" {
			return Action(i), nil
		}
	}
	return 0, fmt.Errorf("%q is no action: want one of %s", s, strings.Join(actionNames[1:], ", "))
}

// TwoPaths reports whether the action needs a second path, the new name.
func (a Action) TwoPaths() bool { return a == Renaming || a == Linking }

// Follows reports whether the action follows a symbolic link that is the last
// component of its path. A second path is never followed.
func (a Action) Follows(w With) bool {
	switch a {
	case Creating, MakingDir, MakingNode, Deleting, Renaming, Linking, Symlinking:
		return a == Creating && w.Open&OTmpfile != 0
	}
	return w.Open&ONoFollow == 0 && w.Open&(OCreat|OExcl) != OCreat|OExcl
}

// Names reports whether the action may make or remove a name: the kernel then asks
// itself what a slash behind the last component means, and does not follow a symbolic
// link for it. A second path is always such a name.
func (a Action) Names(w With) bool {
	switch a {
	case MakingDir, MakingNode, Deleting, Renaming, Symlinking:
		return true
	case Creating:
		return w.Open&OTmpfile == 0
	}
	return a.opens() && w.Open&OCreat != 0
}

// opens reports whether the action is a form of open(2).
func (a Action) opens() bool {
	switch a {
	case Reading, Writing, Updating, Appending, Listing, Creating:
		return true
	}
	return false
}

// rights is what open(2) asks of the object's bits.
func (a Action) rights() mode.Rights {
	switch a {
	case Reading, Listing:
		return mode.R
	case Writing, Appending, Creating:
		return mode.W
	case Updating:
		return mode.R | mode.W
	case Executing, Searching, ChangingDir:
		return mode.X
	}
	return 0
}
