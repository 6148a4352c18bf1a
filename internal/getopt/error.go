package getopt

import "strings"

// Problem is a kind of mistake on a command line.
type Problem uint8

// The mistakes that getopt_long tells.
const (
	Invalid      Problem = iota // a letter that is no option
	Missing                     // an option without the argument that it requires
	Unrecognized                // a name that is no option
	Ambiguous                   // a name that begins several options
	Unwanted                    // an argument for an option that takes none
)

// Error is a mistake on a command line. Its text is that of glibc in the C locale,
// without the program's name that stands before it there.
type Error struct {
	Problem    Problem
	Letter     byte     // of a short option, else 0
	Name       string   // of a long one: as written for Unrecognized and Ambiguous, else its whole name
	Candidates []string // of Ambiguous
}

func (e *Error) Error() string {
	switch e.Problem {
	case Invalid:
		return "invalid option -- '" + string([]byte{e.Letter}) + "'"
	case Missing:
		if e.Letter != 0 {
			return "option requires an argument -- '" + string([]byte{e.Letter}) + "'"
		}
		return "option '--" + e.Name + "' requires an argument"
	case Unrecognized:
		return "unrecognized option '--" + e.Name + "'"
	case Unwanted:
		return "option '--" + e.Name + "' doesn't allow an argument"
	case Ambiguous:
		return "option '--" + e.Name + "' is ambiguous; possibilities: '--" + strings.Join(e.Candidates, "' '--") + "'"
	}
	return "invalid option"
}
