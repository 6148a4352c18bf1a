package nfs4

import "fmt"

// SyntaxError says where and why a text is no list in its notation.
type SyntaxError struct {
	Input   string // the whole text
	Offset  int    // the byte at which the problem starts
	Problem string // what is wrong there
	Hint    string // what to write instead; "" when nothing is likely
}

func (e *SyntaxError) Error() string {
	s := fmt.Sprintf("NFSv4 ACL %q: %s", e.Input, e.Problem)
	if e.Hint != "" {
		s += "; " + e.Hint
	}
	return s
}

// FormatError says why a list, or one of its entries, cannot be written in a form.
type FormatError struct {
	Index   int // of the entry, from 0; -1 for the list itself
	Problem string
}

func (e *FormatError) Error() string {
	if e.Index < 0 {
		return "NFSv4 ACL: " + e.Problem
	}
	return fmt.Sprintf("NFSv4 ACL, entry %d: %s", e.Index, e.Problem)
}
