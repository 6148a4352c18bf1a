// Package template reads templates of groups, in which groups hold groups, and
// compiles them into flat lines of group(5) and gshadow(5), and back.
//
// A template is lines. # starts a comment; a line that ends with a comma or \
// goes on in the next one. Words are separated by white space or commas; a word in
// double quotes is taken as it is.
//
//	own all                        groups that no line names are removed
//	limit line 4096                longest line that may come out; default 65536 bytes
//	include team.groups            another file, from the directory of this one
//	let DEVS = ann bob             words; $DEVS or ${DEVS} stands for them
//	metagroup staff = $DEVS @ops   members that have a name here, and no line in the file
//	group ops 2001 = dora          a group with its id
//	group web = @staff !bob        without an id: the one that it has
//	group adm 4 admins(ann) sorted password(*) = ann dora
//
//	macro project(name, id, lead)  lines with blanks to fill in …
//	  group $name $id = $lead @staff
//	end
//	project(shop, 3000, ann)       … filled in
//
// A member is a user, @ and a group or metagroup whose members are meant, or one of
// these with ! before it: whoever it names is left out, whatever adds him. Members
// stand in the order in which they are first met; sorted says in the order of bytes.
package template

import (
	"cmp"
	"fmt"
	"strings"

	"ward/ident"
)

// Template is groups as somebody wants them.
type Template struct {
	Groups  []Group // in the order of their lines
	OwnsAll bool    // groups that are not here are to go
	Longest int     // bytes of a line; 0: DefaultLongest
	Files   []string
}

// DefaultLongest is the longest line that is compiled where a template says nothing.
const DefaultLongest = 65536

// Group is a group or metagroup of a template.
type Group struct {
	Name    string
	Meta    bool // it gets no line of its own
	GID     ident.GID
	HasGID  bool
	Members []Member
	Sorted  bool

	SharesID    bool     // that another group has its id is meant
	Admins      []string // of gshadow
	HasAdmins   bool     // else they stay as they are
	Password    string   // the field, where one is locked with it; never a hash
	HasPassword bool     // else it stays as it is

	At Position
}

// Member is a word of a list of members.
type Member struct {
	Name  string
	Group bool // @: the members of a group are meant
	Not   bool // !: they are left out
	At    Position
}

// Position is where something stands.
type Position struct {
	File         string
	Line, Column int       // from 1
	Via          *Position // where the macro was used whose line this is; nil: it is no macro's
}

func (p Position) String() string {
	s := fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
	if p.Via != nil {
		s += fmt.Sprintf(" (used at %s:%d)", p.Via.File, p.Via.Line)
	}
	return s
}

// Problem is a mistake in a template or in a file that it is to be compiled into.
type Problem struct {
	At      Position
	Message string
	Hint    string // what to do; "" where that is plain
}

func (p Problem) String() string { return p.At.String() + ": " + p.Message }

// Problems is an error: what stands against an answer, in the order of the files.
type Problems []Problem

func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i := range p {
		lines[i] = p[i].String()
	}
	return strings.Join(lines, "\n")
}

// err is p as an error, nil where there are none.
func (p Problems) err() error {
	if len(p) == 0 {
		return nil
	}
	return p
}

// full reports whether enough mistakes are told of, and says so with the last of them.
func (p *Problems) full(at Position) bool {
	if len(*p) == mostProblems {
		*p = append(*p, Problem{at, "there are more mistakes like these", ""})
	}
	return len(*p) > mostProblems
}

func (t *Template) longest() int { return cmp.Or(t.Longest, DefaultLongest) }

// Find is the group or metagroup of that name.
func (t *Template) Find(name string) *Group {
	for i := range t.Groups {
		if t.Groups[i].Name == name {
			return &t.Groups[i]
		}
	}
	return nil
}
