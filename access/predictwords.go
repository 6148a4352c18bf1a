package access

import (
	"fmt"

	"ward/acl"
	"ward/mode"
)

// Format says in words what the influence did, with names for ids; n may be nil.
func (e Effect) Format(n acl.Names) string {
	if text := e.kernelWords(n); text != "" {
		return text
	}
	return e.programWords(n)
}

func (e Effect) String() string { return e.Format(nil) }

func (e Effect) kernelWords(n acl.Names) string {
	switch e.By {
	case CallersGroup:
		return fmt.Sprintf("the group is the creator's own, %s", groupName(n, e.ID))
	case SetgidDirectory:
		return fmt.Sprintf("the directory is setgid: the group is the directory's, %s", groupName(n, e.ID))
	case GroupMount:
		return fmt.Sprintf("the mount has grpid: the group is the directory's, %s", groupName(n, e.ID))
	case SetgidPassedOn:
		return "a directory in a setgid directory is setgid too"
	case SetgidRefused:
		return fmt.Sprintf("setgid falls: the creator is not in the group %s", groupName(n, e.ID))
	case RequestCut:
		return fmt.Sprintf("mkdir(2) does not take %s of the request; a chmod afterwards does", special(e.Bits))
	case UmaskTook:
		return fmt.Sprintf("the umask takes %s", e.Bits.Octal())
	case DefaultListDecides:
		return "the directory has a default list, and the umask does not count"
	case DefaultListTook:
		return fmt.Sprintf("the default list does not grant %s", e.Bits.Octal())
	case ListInherited:
		return "the default list becomes the access list, limited by the request"
	case DefaultInherited:
		return "the default list is handed down"
	case NoMode:
		return "the mode of a symbolic link means nothing"
	}
	return ""
}

func (e Effect) programWords(n acl.Names) string {
	switch e.By {
	case Kept:
		return "rename(2) gives it another name and changes nothing else: neither the directory's group nor its default list nor the umask counts"
	case ModeOfOld:
		return "the file that is there is written into: its owner, group, mode and list stay"
	case WriteCleared:
		return fmt.Sprintf("%s falls when it is written without CAP_FSETID", special(e.Bits))
	case CapsCleared:
		return "the file capabilities are lost"
	case CapsCopied:
		return "the file capabilities are copied"
	case ModeCopied, ModeSet:
		return fmt.Sprintf("the mode is set to %s afterwards, and the umask does not count", e.Bits.Octal())
	case ListCopied:
		return "the access list is copied"
	case ListRemoved:
		return "the list that it inherited is removed"
	case DefaultCopied:
		return "the default list is copied"
	case DefaultRemoved:
		return "the default list that it inherited is removed"
	case OwnerSet:
		return fmt.Sprintf("it is given to the user %s", userName(n, e.ID))
	case OwnerRefused:
		return fmt.Sprintf("only root could give it to the user %s", userName(n, e.ID))
	case GroupSet:
		return fmt.Sprintf("it is given to the group %s", groupName(n, e.ID))
	case GroupRefused:
		return fmt.Sprintf("it cannot be given to the group %s, which the creator is not in", groupName(n, e.ID))
	case SpecialDropped:
		return fmt.Sprintf("%s is dropped", special(e.Bits))
	case UmaskOfProgram:
		return fmt.Sprintf("the program adds %s by the umask, whatever a default list says", e.Bits.Octal())
	case PrivateTemporary:
		return "it is written beside the old file as a private temporary one, and renamed over it"
	}
	return "nothing is known"
}

// special names the special bits of a mode.
func special(m mode.Mode) string {
	var text string
	for _, b := range [...]struct {
		bit  mode.Mode
		name string
	}{{mode.SetUID, "setuid"}, {mode.SetGID, "setgid"}, {mode.Sticky, "sticky"}} {
		if m&b.bit == 0 {
			continue
		}
		if text != "" {
			text += " and "
		}
		text += b.name
	}
	return text
}

// influences are the names for programs, in the order of the constants.
var influences = [...]string{
	"unknown", "callers-group", "setgid-directory", "group-mount", "setgid-passed-on", "setgid-refused", "request-cut", "umask",
	"default-list-decides", "default-list-took", "list-inherited", "default-inherited", "no-mode",
	"kept", "mode-of-old", "write-cleared", "caps-cleared", "mode-copied", "mode-set", "list-copied", "list-removed",
	"default-copied", "default-removed", "owner-set", "owner-refused", "group-set", "group-refused", "special-dropped",
	"umask-of-program", "caps-copied", "private-temporary",
}

// String is the influence's name for programs: "setgid-directory".
func (i Influence) String() string {
	if int(i) >= len(influences) {
		return influences[0]
	}
	return influences[i]
}
