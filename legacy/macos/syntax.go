package macos

import "fmt"

// SyntaxError says where and why a text is no flags.
type SyntaxError struct {
	Input   string // the whole text
	Offset  int    // the byte at which the problem starts
	Problem string // what is wrong there
	Hint    string // what to write instead; "" when nothing is likely
}

func (e *SyntaxError) Error() string {
	s := fmt.Sprintf("flags %q: %s", e.Input, e.Problem)
	if e.Hint != "" {
		s += "; " + e.Hint
	}
	return s
}

// FormError says why bytes are not what they should be.
type FormError struct {
	Form    string // what the bytes should be: "AppleDouble"
	Offset  int    // the byte at which the problem starts
	Problem string
}

func (e *FormError) Error() string {
	return fmt.Sprintf("%s: byte %d: %s", e.Form, e.Offset, e.Problem)
}
