package access

import (
	"strings"

	"ward/entry"
	"ward/ident"
	"ward/mode"
)

// Reach is what somebody may do to an object of a tree.
type Reach uint8

// The parts. For a directory they are to list its names, to create in it, to use
// names in it, and to delete it once it is empty.
const (
	MayRead Reach = 1 << iota
	MayWrite
	MayExecute
	MayDelete
)

// EveryReach is all of them.
const EveryReach = MayRead | MayWrite | MayExecute | MayDelete

// String is four letters, "rwxd", with dashes for what is missing.
func (r Reach) String() string {
	b := []byte("rwxd")
	for i := range b {
		if r&(1<<i) == 0 {
			b[i] = '-'
		}
	}
	return string(b)
}

// Words are the parts as people call them: "read", "write", "execute", "delete".
func (r Reach) Words() []string {
	var words []string
	for i, word := range [...]string{"read", "write", "execute", "delete"} {
		if r&(1<<i) != 0 {
			words = append(words, word)
		}
	}
	return words
}

// ParseReach reads one of the words.
func ParseReach(s string) (Reach, bool) {
	for r := MayRead; r <= MayDelete; r <<= 1 {
		if strings.EqualFold(s, r.Words()[0]) {
			return r, true
		}
	}
	return 0, false
}

// Within is what a caller may do to an object, granted that he may search its
// directory, whose step is parent; parent is nil for the top of a tree, which then
// cannot be deleted. doubt are the parts that could not be decided. What runs a
// program is not looked at, only whether it may be started itself.
func Within(c *Caller, h *Host, parent, object *Step) (may, doubt Reach) {
	ask := func(part Reach, v Verdict) {
		switch v.Answer {
		case Allowed:
			may |= part
		case Unknown:
			doubt |= part
		}
	}
	switch object.Entry.Kind {
	case mode.Directory:
		ask(MayRead, DecideAt(c, h, Listing, With{}, parent, object))
		ask(MayWrite, DecideAt(c, h, MakingDir, With{}, object, nil))
		ask(MayExecute, DecideAt(c, h, Searching, With{}, parent, object))
	case mode.Symlink:
	case mode.Regular:
		ask(MayExecute, DecideAt(c, h, Executing, With{}, parent, object))
		fallthrough
	default:
		ask(MayRead, DecideAt(c, h, Reading, With{}, parent, object))
		ask(MayWrite, DecideAt(c, h, Writing, With{}, parent, object))
	}
	if parent != nil {
		ask(MayDelete, DecideAt(c, h, Deleting, With{}, parent, object))
	}
	return may, doubt
}

// ListMatters reports whether an access list that is not known could change what the
// caller may do to an object: not where the kernel would not look at it, and not
// where the caller's capabilities have the last word.
func ListMatters(c *Caller, s *Step) bool {
	e := &s.Entry
	switch {
	case e.Known&entry.AccessACL != 0, e.Kind == mode.Symlink, e.Mode&0o070 == 0:
		return false
	case c.UID == e.UID && !s.UnmappedUser && s.User == Plain:
		return false
	}
	return !(c.Has(ident.CapDACOverride) && c.Namespace.MapsUser(e.UID) && c.Namespace.MapsGroup(e.GID) &&
		!s.UnmappedUser && !s.UnmappedGroup && s.User == Plain && s.Group == Plain)
}
