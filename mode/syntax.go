package mode

import "fmt"

// SyntaxError says where and why a text is no mode, or no mode expression.
type SyntaxError struct {
	Input   string // the whole text
	Offset  int    // the byte at which the problem starts
	Problem string // what is wrong there
	Hint    string // what was probably meant: "write a+x"; "" when nothing is likely
}

func (e *SyntaxError) Error() string {
	s := fmt.Sprintf("mode %q: %s", e.Input, e.Problem)
	if e.Hint != "" {
		s += "; " + e.Hint
	}
	return s
}
