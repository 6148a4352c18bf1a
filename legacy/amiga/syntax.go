package amiga

import "fmt"

// SyntaxError says where and why a text is no protection, or no change of one.
type SyntaxError struct {
	Input   string // the whole text
	Offset  int    // the byte at which the problem starts
	Problem string // what is wrong there
	Hint    string // what to write instead; "" when nothing is likely
}

func (e *SyntaxError) Error() string {
	s := fmt.Sprintf("Amiga protection %q: %s", e.Input, e.Problem)
	if e.Hint != "" {
		s += "; " + e.Hint
	}
	return s
}

// FormError says why bytes are no protection.
type FormError struct {
	Form    string // what the bytes should be: "a .uaem file"
	Offset  int    // the byte at which the problem starts
	Problem string
}

func (e *FormError) Error() string {
	return fmt.Sprintf("%s: byte %d: %s", e.Form, e.Offset, e.Problem)
}
