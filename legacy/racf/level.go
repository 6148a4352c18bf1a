package racf

import (
	"fmt"
	"strings"
)

// Level is an access authority. Each has what those before it have.
type Level uint8

// The levels.
const (
	None Level = iota
	Execute
	Read
	Update
	Control // of VSAM: control intervals; else as Update
	Alter   // everything, deleting and the profile with it
)

func (l Level) String() string {
	if l > Alter {
		return fmt.Sprintf("level %d", uint8(l))
	}
	return levels()[l]
}

func levels() []string { return []string{"NONE", "EXECUTE", "READ", "UPDATE", "CONTROL", "ALTER"} }

// ParseLevel reads a level, spelled in full.
func ParseLevel(s string) (Level, error) {
	i := indexFold(levels(), s)
	if i < 0 {
		return 0, syntaxError(s, 0, fmt.Sprintf("%q is no level", s), "levels are NONE, EXECUTE, READ, UPDATE, CONTROL and ALTER")
	}
	return Level(i), nil
}

// Authority is what a user may do in a group that it is connected to. Each has what
// those before it have.
type Authority uint8

// The authorities.
const (
	Use     Authority = iota // to use what the group may use
	Create                   // to make data sets of the group and their profiles
	Connect                  // to connect users to the group
	Join                     // to define users and subgroups
)

func (a Authority) String() string {
	if a > Join {
		return fmt.Sprintf("authority %d", uint8(a))
	}
	return authorities()[a]
}

func authorities() []string { return []string{"USE", "CREATE", "CONNECT", "JOIN"} }

// ParseAuthority reads an authority, spelled in full.
func ParseAuthority(s string) (Authority, error) {
	i := indexFold(authorities(), s)
	if i < 0 {
		return 0, syntaxError(s, 0, fmt.Sprintf("%q is no group authority", s), "authorities are USE, CREATE, CONNECT and JOIN")
	}
	return Authority(i), nil
}

func indexFold(words []string, s string) int {
	for i, w := range words {
		if strings.EqualFold(w, s) {
			return i
		}
	}
	return -1
}
