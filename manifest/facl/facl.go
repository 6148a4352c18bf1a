// Package facl reads what `getfacl -R` prints and `setfacl --restore` reads: for each
// object a paragraph with its path, owner, group, special bits and access lists.
package facl

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"ward/acl"
	"ward/mode"
	"ward/packages"
)

// SyntaxError is a line that cannot be read.
type SyntaxError struct {
	Line    int // from 1
	Problem string
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Problem) }

// Entry is one object.
type Entry struct {
	Path        string // as Clean gives it: getfacl leaves a leading slash out
	User, Group string // names or numbers; "" where the comment is missing
	Mode        mode.Mode
	ACL         acl.List // nil where the mode says it all
	Default     acl.List
}

// Reader reads a dump.
type Reader struct {
	in    *bufio.Scanner
	line  int
	names acl.Resolver
}

// NewReader begins to read; names gives the ids of users and groups in the lists.
func NewReader(in io.Reader, names acl.Resolver) *Reader {
	s := bufio.NewScanner(in)
	s.Buffer(nil, 1<<20)
	return &Reader{in: s, names: names}
}

// Next is the next object, and io.EOF after the last. Other errors are *SyntaxError or
// of the underlying reader.
func (r *Reader) Next() (Entry, error) {
	var e Entry
	var text strings.Builder
	special := mode.Mode(0)
	start := 0
	for r.in.Scan() {
		r.line++
		line := strings.TrimRight(r.in.Text(), "\r")
		if line == "" {
			if e.Path != "" || text.Len() > 0 {
				return r.finish(e, text.String(), special, start)
			}
			continue
		}
		if start == 0 {
			start = r.line
		}
		if err := r.take(&e, &special, &text, line); err != nil {
			return Entry{}, &SyntaxError{r.line, err.Error()}
		}
	}
	if err := r.in.Err(); err != nil {
		return Entry{}, fmt.Errorf("read line %d: %w", r.line+1, err)
	}
	if e.Path != "" || text.Len() > 0 {
		return r.finish(e, text.String(), special, start)
	}
	return Entry{}, io.EOF
}

func (r *Reader) take(e *Entry, special *mode.Mode, text *strings.Builder, line string) (err error) {
	comment, ok := strings.CutPrefix(line, "#")
	if !ok {
		text.WriteString(line + "\n")
		return nil
	}
	key, value, _ := strings.Cut(strings.TrimSpace(comment), ": ")
	switch key {
	case "file":
		return e.setPath(value)
	case "owner":
		e.User, err = unquote(value)
	case "group":
		e.Group, err = unquote(value)
	case "flags":
		*special, err = flags(value)
	}
	return err
}

func (e *Entry) setPath(value string) error {
	name, err := unquote(value)
	if err != nil {
		return err
	}
	path, ok := packages.Clean(name)
	if !ok {
		return fmt.Errorf("%q is no path in the tree", name)
	}
	e.Path = path
	return nil
}

// flags reads "sst": setuid, setgid and sticky, "-" for each that is not set.
func flags(value string) (m mode.Mode, err error) {
	if len(value) != 3 || strings.Trim(value, "st-") != "" {
		return 0, fmt.Errorf("%q are no flags", value)
	}
	for i, bit := range []mode.Mode{mode.SetUID, mode.SetGID, mode.Sticky} {
		if value[i] != '-' {
			m |= bit
		}
	}
	return m, nil
}

func (r *Reader) finish(e Entry, text string, special mode.Mode, line int) (Entry, error) {
	if e.Path == "" {
		return e, &SyntaxError{line, "there is no \"# file:\" before the list"}
	}
	access, def, err := acl.ParseText(text, r.names)
	if err != nil {
		return e, &SyntaxError{line, fmt.Sprintf("%q: %v", e.Path, err)}
	}
	if access == nil {
		return e, &SyntaxError{line, fmt.Sprintf("%q has no access list", e.Path)}
	}
	e.ACL, e.Mode = access.Fold(special)
	e.Default = def
	return e, nil
}

// unquote takes the octal escapes of getfacl away.
func unquote(s string) (string, error) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			b.WriteByte(s[i])
			continue
		}
		if i+1 < len(s) && s[i+1] == '\\' {
			b.WriteByte('\\')
			i++
			continue
		}
		if i+3 >= len(s) {
			return "", errors.New("an escape is cut off")
		}
		n := 0
		for _, c := range []byte(s[i+1 : i+4]) {
			if c < '0' || c > '7' {
				return "", fmt.Errorf("%q is no escape", s[i:i+4])
			}
			n = n<<3 | int(c-'0')
		}
		if n > 255 {
			return "", fmt.Errorf("%q is no byte", s[i:i+4])
		}
		b.WriteByte(byte(n))
		i += 3
	}
	return b.String(), nil
}

// Is reports whether a text begins as such a dump.
func Is(head []byte) bool {
	return strings.HasPrefix(strings.TrimLeft(string(head), "\n\r\t "), "# file: ")
}
