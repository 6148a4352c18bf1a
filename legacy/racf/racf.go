// Package racf holds the permissions of z/OS: profiles of RACF for data sets and general
// resources, with access lists and levels from NONE to ALTER, and the access lists of
// z/OS UNIX files.
//
// Profiles are read from the records of IRRDBU00 (ReadUnload) and from commands
// (ParseCommand). Pattern.Matches and System.Select find the profile that protects a
// name; System.Decide answers in the order in which RACROUTE REQUEST=AUTH looks, and
// Unix.Decide as ck_access does. Security levels, categories and labels are not judged:
// a verdict on a profile with a label says so.
package racf

import "fmt"

// SyntaxError says where and why a text is not in one of the notations of z/OS.
type SyntaxError struct {
	Input   string // the whole text
	Offset  int    // the byte at which the problem starts
	Problem string // what is wrong there
	Hint    string // what to write instead; "" when nothing is likely
}

func (e *SyntaxError) Error() string {
	s := fmt.Sprintf("RACF text %q: %s", e.Input, e.Problem)
	if e.Hint != "" {
		s += "; " + e.Hint
	}
	return s
}
