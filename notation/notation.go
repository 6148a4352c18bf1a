// Package notation says where and why something is not in the notation that it should be
// in: a text (SyntaxError), bytes (FormError), or a value that a notation cannot express
// (FormatError). The packages of the permission models share these errors, each under
// names of its own.
package notation

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// SyntaxError says where and why a text is not in its notation.
type SyntaxError struct {
	Notation string // what the text should be: "mode", "DOS attributes"
	Input    string // the whole text
	Offset   int    // the byte at which the problem starts, from 0 to len(Input)
	Problem  string // what is wrong there
	Hint     string // what was probably meant: "write a+x"; "" when nothing is likely
	Unknown  string // the name that nobody has; "" for other mistakes
}

func (e *SyntaxError) Error() string {
	s := fmt.Sprintf("%s %q: %s", e.Notation, e.Input, e.Problem)
	if e.Hint != "" {
		s += "; " + e.Hint
	}
	return s
}

// Line is the line of Input that the problem is in, safe to print, and the column at
// which it starts there, from 0, in characters. A tab is a blank, and other characters that
// cannot be printed are "?".
func (e *SyntaxError) Line() (line string, column int) {
	at := min(max(e.Offset, 0), len(e.Input))
	from := strings.LastIndexByte(e.Input[:at], '\n') + 1
	to := len(e.Input)
	if end := strings.IndexByte(e.Input[at:], '\n'); end >= 0 {
		to = at + end
	}
	return printable(e.Input[from:to]), utf8.RuneCountInString(e.Input[from:at])
}

// room is how many characters of a line are shown.
const room = 70

// Mark is the line that the problem is in, and below it a caret where it starts. Of a long
// line it has what is near, with "…" for the rest.
func (e *SyntaxError) Mark() string {
	line, column := e.Line()
	shown := []rune(line)
	if column > room-10 {
		cut := column - room/2
		shown = append([]rune("…"), shown[cut:]...)
		column -= cut - 1
	}
	if len(shown) > room {
		shown = append(shown[:room], '…')
	}
	return string(shown) + "\n" + strings.Repeat(" ", column) + "^"
}

func printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case r == utf8.RuneError || !unicode.IsPrint(r):
			return '?'
		}
		return r
	}, s)
}

// FormError says where and why bytes are not what they should be.
type FormError struct {
	Form    string // what the bytes should be: "user.DOSATTRIB", "AppleDouble"
	Offset  int    // the byte at which the problem starts
	Problem string
}

func (e *FormError) Error() string {
	return fmt.Sprintf("%s: byte %d: %s", e.Form, e.Offset, e.Problem)
}

// FormatError says why a list, or one of its entries, cannot be written in a form.
type FormatError struct {
	Form    string // what it cannot be written as: "NFSv4 ACL", "SDDL"
	Index   int    // of the entry, from 0; -1 where it is not about one
	Problem string
}

func (e *FormatError) Error() string {
	if e.Index < 0 {
		return e.Form + ": " + e.Problem
	}
	return fmt.Sprintf("%s, entry %d: %s", e.Form, e.Index, e.Problem)
}
