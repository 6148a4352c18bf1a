// Package confd reads what systemd's *.d files of lines have in common: tmpfiles.d(5)
// and sysusers.d(5). A line is words at blanks; # at its beginning makes it a comment.
package confd

import (
	"fmt"
	"strconv"
	"strings"
)

// LineError is a line that cannot be read.
type LineError struct {
	File    string
	Line    int // from 1
	Problem string
}

func (e *LineError) Error() string { return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Problem) }

// Parse reads the lines of a file by line, which is given the words and the number of
// each and returns false for one that says nothing. Lines that cannot be read are
// reported, as *LineError, and the others kept.
func Parse[T any](name string, text []byte, line func(words []string, n int) (T, bool, error)) (all []T, problems []error) {
	n := 0
	for text := range strings.SplitSeq(string(text), "\n") {
		n++
		if text = strings.TrimSpace(text); text == "" || text[0] == '#' {
			continue
		}
		words, err := Fields(text)
		if err != nil {
			problems = append(problems, &LineError{name, n, err.Error()})
			continue
		}
		one, ok, err := line(words, n)
		if err != nil {
			problems = append(problems, &LineError{name, n, err.Error()})
		}
		if ok {
			all = append(all, one)
		}
	}
	return all, problems
}

// Fields splits a line at blanks, with quotes and backslashes as systemd has them
// (extract_first_word with UNQUOTE and CUNESCAPE, as far as paths need it).
func Fields(line string) ([]string, error) {
	var all []string
	var word strings.Builder
	quote, in := byte(0), false
	for i := 0; i < len(line); i++ {
		c := line[i]
		switch {
		case c == '\\' && quote != '\'' && i+1 < len(line):
			value, used := unescape(line[i+1:])
			word.WriteByte(value)
			in = true
			i += used
		case quote != 0 && c == quote:
			quote = 0
		case quote != 0:
			word.WriteByte(c)
		case c == '"' || c == '\'':
			quote, in = c, true
		case c == ' ' || c == '\t' || c == '\r':
			if in {
				all = append(all, word.String())
				word.Reset()
				in = false
			}
		default:
			word.WriteByte(c)
			in = true
		}
	}
	if quote != 0 {
		return nil, fmt.Errorf("a quote is not closed")
	}
	if in {
		all = append(all, word.String())
	}
	if len(all) > 0 && all[0] == "" {
		return nil, fmt.Errorf("it has no type")
	}
	return all, nil
}

// unescape reads what follows a backslash: \xNN, \NNN, or a letter.
func unescape(s string) (value byte, used int) {
	if len(s) >= 3 && s[0] == 'x' {
		if n, err := strconv.ParseUint(s[1:3], 16, 8); err == nil {
			return byte(n), 3
		}
	}
	if len(s) >= 3 {
		if n, err := strconv.ParseUint(s[:3], 8, 8); err == nil {
			return byte(n), 3
		}
	}
	switch s[0] {
	case 'n':
		return '\n', 1
	case 't':
		return '\t', 1
	case 's':
		return ' ', 1
	}
	return s[0], 1
}
