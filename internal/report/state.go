package report

import (
	"encoding/hex"
	"strings"

	"ward/acl"
	"ward/entry"
	"ward/ident"
	"ward/mode"
)

// Difference is one attribute that is not what it should be, or that changes.
type Difference struct {
	Attribute string // mode, owner, group, acl, default acl, capabilities, flags, nfs4, dos
	From, To  string
}

// Differences lists what tells one state from another, in words.
func Differences(from, to *entry.State, k mode.Kind, names acl.Names) []Difference {
	var all []Difference
	add := func(attribute, a, b string) {
		if a != b {
			all = append(all, Difference{attribute, a, b})
		}
	}
	if k != mode.Symlink {
		add("mode", Mode(from.Mode, k), Mode(to.Mode, k))
	}
	add("owner", User(from.UID, names), User(to.UID, names))
	add("group", Group(from.GID, names), Group(to.GID, names))
	add("acl", List(from.ACL, names), List(to.ACL, names))
	add("default acl", List(from.Default, names), List(to.Default, names))
	add("capabilities", Capabilities(from.Caps), Capabilities(to.Caps))
	add("flags", FlagWords(from.Flags), FlagWords(to.Flags))
	add("nfs4", NFS4List(from.NFS4, k), followingList(from.NFS4, to.NFS4, k))
	add("dos", DOSAttributes(from.DOS), DOSAttributes(to.DOS))
	return all
}

// followingList is the list afterwards; where none is told, the server makes it of the
// mode, and the one before is kept for undo.
func followingList(from, to entry.Stored, k mode.Kind) string {
	if from != "" && to == "" {
		return "as the server makes it of the mode"
	}
	return NFS4List(to, k)
}

// Mode writes a mode both ways: "0644 -rw-r--r--".
func Mode(m mode.Mode, k mode.Kind) string { return m.Octal() + " " + m.Format(k) }

// User is a user's name, or the number of one that is not known.
func User(id ident.UID, names acl.Names) string {
	if names == nil {
		return number(uint32(id))
	}
	return Path(names.UserName(id))
}

// Group is a group's name, or the number of one that is not known.
func Group(id ident.GID, names acl.Names) string {
	if names == nil {
		return number(uint32(id))
	}
	return Path(names.GroupName(id))
}

// List is an access list in one line, or "none".
func List(l acl.List, names acl.Names) string {
	if len(l) == 0 {
		return "none"
	}
	return l.Format(names)
}

// Capabilities is the extended attribute of a program's capabilities as getcap
// shows it, or "none"; one that is damaged is in hexadecimal.
func Capabilities(raw string) string {
	if raw == "" {
		return "none"
	}
	if c, err := ident.DecodeFileCapabilities([]byte(raw)); err == nil {
		return c.String()
	}
	return "0x" + hex.EncodeToString([]byte(raw))
}

var flagWords = [...]struct {
	flag entry.Flags
	word string
}{
	{entry.Immutable, "immutable"},
	{entry.AppendOnly, "append-only"},
	{entry.NoDump, "no-dump"},
	{entry.NoAtime, "no-atime"},
}

// FlagWords names the flags that are set, or is "none".
func FlagWords(f entry.Flags) string {
	words := flagList(f)
	if len(words) == 0 {
		return "none"
	}
	return strings.Join(words, ",")
}

func flagList(f entry.Flags) []string {
	words := []string{}
	for _, w := range flagWords {
		if f&w.flag != 0 {
			words = append(words, w.word)
		}
	}
	return words
}
