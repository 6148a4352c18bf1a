package hpux

import "fmt"

// SyntaxError says where and why a text is no list, or no change of one.
type SyntaxError struct {
	Input   string // the whole text
	Offset  int    // the byte at which the problem starts
	Problem string // what is wrong there
	Hint    string // what to write instead; "" when nothing is likely
}

func (e *SyntaxError) Error() string {
	s := fmt.Sprintf("HP-UX ACL %q: %s", e.Input, e.Problem)
	if e.Hint != "" {
		s += "; " + e.Hint
	}
	return s
}
