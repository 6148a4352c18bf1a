package access

import (
	"fmt"
	"strconv"
	"strings"

	"ward/acl"
	"ward/ident"
)

// String is the reason in words, with numbers for names.
func (r Reason) String() string { return r.Format(nil) }

// Format is the reason in words: "the bits of its owner ann say r--".
func (r Reason) Format(n acl.Names) string {
	switch r.Rule {
	case ImmutableFlag:
		return "the immutable flag forbids writing"
	case OwnerBits:
		return fmt.Sprintf("the bits of its owner %s say %s", userName(n, r.ID), r.Rights)
	case NamedUser:
		return r.says("the entry for user "+userName(n, r.ID), "says")
	case OwningGroup:
		return r.says("the bits of its group "+groupName(n, r.ID), "say")
	case NamedGroup:
		return r.says("the entry for group "+groupName(n, r.ID), "says")
	case Groups:
		return "several groups match, and none has all of it"
	case OtherBits:
		return fmt.Sprintf("the bits of others say %s", r.Rights)
	case DACReadSearch:
		return "CAP_DAC_READ_SEARCH allows it"
	case DACOverride:
		return "CAP_DAC_OVERRIDE allows it"
	}
	if s := r.beyond(n); s != "" {
		return s
	}
	return "no rule decided"
}

// beyond is the reason in words where the rule is one beyond the bits.
func (r Reason) beyond(n acl.Names) string {
	switch r.Rule {
	case Ownership:
		return "the owner " + userName(n, r.ID) + " may"
	case NotOwner:
		return "only its owner " + userName(n, r.ID) + ", or CAP_FOWNER, may"
	case NotMember:
		return "its owner may give it only to his own groups, and " + groupName(n, r.ID) + " is none of them"
	case Privilege:
		return capabilityName(r.ID) + " allows it"
	case NoPrivilege:
		return "it needs " + capabilityName(r.ID)
	case StickyDirectory:
		return "the directory is sticky: only " + userName(n, r.ID) + ", the directory's owner, or CAP_FOWNER may"
	case PrivateMount:
		return "the FUSE mount lets in only " + userName(n, r.ID) + ", not even root (no allow_other)"
	case ProtectedSymlink:
		return "fs.protected_symlinks: a link of " + userName(n, r.ID) + " in a sticky directory that everybody may write to is followed only by him"
	case ProtectedHardlink:
		return "fs.protected_hardlinks: only " + userName(n, r.ID) + ", or who may read and write it, may link it"
	case ProtectedFIFO:
		return "fs.protected_fifos: O_CREAT does not open a fifo of " + userName(n, r.ID) + " in a sticky directory of another owner"
	case ProtectedRegular:
		return "fs.protected_regular: O_CREAT does not open a file of " + userName(n, r.ID) + " in a sticky directory of another owner"
	}
	if int(r.Rule) < len(ruleWords) {
		return ruleWords[r.Rule]
	}
	return ""
}

func capabilityName(id uint32) string {
	return strings.ToUpper(ident.Capability(id).String())
}

// ruleWords are the rules that need no more than their name.
var ruleWords = [...]string{
	NothingAsked:        "no right is needed for it",
	NotSeen:             "it could not be looked at",
	ReadOnlyFileSystem:  "the file system is read-only",
	ReadOnlyMount:       "the mount is read-only",
	NoExecMount:         "the mount forbids programs (noexec)",
	NoDevMount:          "the mount forbids devices (nodev)",
	NoSymlinkMount:      "the mount forbids following symbolic links (nosymfollow)",
	UnmappedOwner:       "its owner or group has no id here, so that capabilities do not reach it and nobody may change it",
	UnmappedCaller:      "the mount has no id for who would own it",
	UnmappedWanted:      "the wanted owner or group has no id here",
	AppendOnlyFlag:      "the append-only flag forbids it",
	SetIDKept:           "a new owner would clear its set-id bits, which only its owner, or CAP_FOWNER, may",
	NoSuchName:          "there is no such name",
	NameTooLong:         "the name is too long",
	NotDirectory:        "it is not a directory",
	IsDirectory:         "it is a directory",
	IsSymlink:           "it is a symbolic link that is not followed",
	TooManyLinks:        "there are more than forty symbolic links",
	Exists:              "the name is taken",
	DifferentMount:      "it is on another mount",
	IntoItself:          "a directory cannot be moved below itself",
	MountPoint:          "something is mounted there",
	WrongKind:           "it is the wrong kind of object for that",
	WrongName:           "that is no name for it",
	NoFormat:            "it is neither a program nor a script that names its interpreter",
	TooManyInterpreters: "its interpreters are scripts again, too many of them",
	FileCapabilities:    "its file capabilities include one that the caller can never have",
	NoSUIDMount:         "the mount takes set-id bits and file capabilities for none (nosuid)",
	NewPrivileges:       "the process gave up new privileges (no_new_privs)",
	IsScript:            "set-id bits and file capabilities of a script change nothing",
	ServerDecides:       "its file system decides by itself; owner and bits do not tell",
}

func (r Reason) says(what, verb string) string {
	if r.Masked {
		return fmt.Sprintf("the mask leaves %s only %s", what, r.Rights)
	}
	return fmt.Sprintf("%s %s %s", what, verb, r.Rights)
}

func userName(n acl.Names, id uint32) string {
	if n == nil {
		return strconv.FormatUint(uint64(id), 10)
	}
	return n.UserName(ident.UID(id))
}

func groupName(n acl.Names, id uint32) string {
	if n == nil {
		return strconv.FormatUint(uint64(id), 10)
	}
	return n.GroupName(ident.GID(id))
}
