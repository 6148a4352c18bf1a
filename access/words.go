package access

import (
	"strconv"
	"strings"

	"ward/ident"
	"ward/mode"
)

// Words is what rights to an object of this kind allow: "read, write" for a file,
// "list, enter" for a directory.
func Words(r mode.Rights, k mode.Kind) string {
	return Shift{directory: k == mode.Directory}.words(Power(r & 7))
}

func (s Shift) words(p Power) string {
	words := make([]string, 0, 4)
	for _, w := range [...]struct {
		power           Power
		file, directory string
	}{
		{Read, "read", "list"},
		{Write, "write", "create and delete"},
		{Execute, "execute", "enter"},
		{Control, "change permissions", "change permissions"},
		{Unlink, "", "delete what others own"},
	} {
		switch {
		case p&w.power == 0:
		case s.directory:
			words = append(words, w.directory)
		case s.setID && w.power == Execute:
			words = append(words, "execute with more than their own rights (set-id or capabilities)")
		default:
			words = append(words, w.file)
		}
	}
	return strings.Join(words, ", ")
}

// Gains says who may do more than before, a line for each: "everyone else: write",
// "bob (named user): read". It is empty where nobody gains.
func (s Shift) Gains() []string { return s.lines(func(c Change) Power { return c.Gains }) }

// Loses says who may do less than before, in the same words.
func (s Shift) Loses() []string { return s.lines(func(c Change) Power { return c.Loses }) }

func (s Shift) lines(side func(Change) Power) []string {
	var lines []string
	for _, c := range s.Changes() {
		if p := side(c); p != 0 {
			lines = append(lines, s.who(c)+": "+s.what(c, p))
		}
	}
	return lines
}

// String is the whole shift in a sentence: "everyone else loses write; bob (named
// user) gains read". It is "" for the zero Shift.
func (s Shift) String() string {
	var clauses []string
	for _, c := range s.Changes() {
		if c.Gains != 0 {
			clauses = append(clauses, s.who(c)+" gains "+s.what(c, c.Gains))
		}
		if c.Loses != 0 {
			clauses = append(clauses, s.who(c)+" loses "+s.what(c, c.Loses))
		}
	}
	return strings.Join(clauses, "; ")
}

func (s Shift) who(c Change) string {
	switch c.Who {
	case Owner:
		return s.db.UserName(uidOf(c)) + " (owner)"
	case User:
		return s.db.UserName(uidOf(c)) + " (named user)"
	case Member:
		return s.db.UserName(uidOf(c)) + " (by several groups)"
	case Group:
		return "group " + s.db.GroupName(gidOf(c)) + s.membership(gidOf(c))
	case Others:
		return "everyone else"
	case Writers:
		return "whoever may create in it"
	default:
		return "whoever may execute it"
	}
}

// membership names the members of a group if they are few: " (ann, bob)".
func (s Shift) membership(gid ident.GID) string {
	const few = 3
	members := s.db.MembersOf(gid)
	switch {
	case len(members) > few:
		return " (" + strconv.Itoa(len(members)) + " members)"
	case len(members) == 0 && s.db.Complete():
		return " (nobody is in it)"
	case len(members) == 0:
		return ""
	}
	names := make([]string, len(members))
	for i, m := range members {
		names[i] = m.Name
	}
	return " (" + strings.Join(names, ", ") + ")"
}

func (s Shift) what(c Change, p Power) string {
	switch c.Who {
	case AsUser:
		return "run as user " + s.db.UserName(uidOf(c)) + " (setuid)"
	case AsGroup:
		return "run as group " + s.db.GroupName(gidOf(c)) + " (setgid)"
	case Capable:
		return "run with its file capabilities"
	}
	if c.Inherited {
		return p.rights().String() + " in what is created in it"
	}
	return s.words(p)
}

func (p Power) rights() mode.Rights { return mode.Rights(p & 7) }
