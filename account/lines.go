package account

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Kind says what a line of an account file is.
type Kind uint8

// The kinds.
const (
	Record  Kind = iota // an account, a group, a range
	Blank               // nothing, or white space
	Comment             // starts with #
	Include             // starts with + or -: compat takes accounts of another source in
	Broken              // it says nothing that can be used: Problem says why
)

// Line is one line of an account file.
type Line[T any] struct {
	Number  int    // from 1
	Raw     string // as it stands in the file, with its end of line
	Kind    Kind
	Value   T      // of a Record
	Problem string // of a Broken one: why
}

// Text is the line without its end.
func (l *Line[T]) Text() string { return strings.TrimSuffix(l.Raw, "\n") }

// File is an account file with all that stands in it: its lines put together are
// the file again.
type File[T any] struct {
	Path  string // as people know it: "/etc/group"
	Lines []Line[T]
}

// Records yields the lines that are records, in order.
func (f *File[T]) Records(yield func(*Line[T]) bool) {
	for i := range f.Lines {
		if l := &f.Lines[i]; l.Kind == Record && !yield(l) {
			return
		}
	}
}

// Format is the file's text, byte for byte what it was read from.
func (f *File[T]) Format() string {
	var b strings.Builder
	for i := range f.Lines {
		b.WriteString(f.Lines[i].Raw)
	}
	return b.String()
}

// Entry is a line of passwd(5) with its password field.
type Entry struct {
	User
	Password string
}

// GroupEntry is a line of group(5) with its password field.
type GroupEntry struct {
	Group
	Password string
}

// ShadowEntry is a line of shadow(5). The days are as they stand there: "" is none.
type ShadowEntry struct {
	Name, Password                         string
	Changed, Min, Max, Warn, Idle, Expires string
}

// GroupShadow is a line of gshadow(5).
type GroupShadow struct {
	Name, Password  string
	Admins, Members []string
}

// Range is a line of subuid(5) or subgid(5): ids lent to somebody's containers.
type Range struct {
	Owner        string // a name or a number
	First, Count uint32
}

// End is the id after the last one.
func (r Range) End() uint64 { return uint64(r.First) + uint64(r.Count) }

// ReadPasswd reads passwd(5) line by line. Nothing is left out; path is for messages.
func ReadPasswd(path string, text []byte) File[Entry] { return readLines(path, text, readUser) }

// ReadGroup reads group(5) in the same way. Duplicate members are kept.
func ReadGroup(path string, text []byte) File[GroupEntry] { return readLines(path, text, readGroup) }

// ReadShadow reads shadow(5) in the same way.
func ReadShadow(path string, text []byte) File[ShadowEntry] { return readLines(path, text, readShadow) }

// ReadGroupShadow reads gshadow(5) in the same way.
func ReadGroupShadow(path string, text []byte) File[GroupShadow] {
	return readLines(path, text, readGroupShadow)
}

// ReadRanges reads subuid(5) or subgid(5) in the same way.
func ReadRanges(path string, text []byte) File[Range] { return readLines(path, text, readRange) }

func readLines[T any](path string, text []byte, parse func(line string) (T, error)) File[T] {
	f := File[T]{Path: path}
	for raw := range strings.Lines(string(text)) {
		l := Line[T]{Number: len(f.Lines) + 1, Raw: raw}
		text := l.Text()
		switch trimmed := strings.TrimSpace(text); {
		case trimmed == "":
			l.Kind = Blank
		case trimmed[0] == '#':
			l.Kind = Comment
		case text[0] == '+' || text[0] == '-':
			l.Kind = Include
		default:
			var err error
			if err = printable(text); err == nil {
				l.Value, err = parse(text)
			}
			if err != nil {
				l.Kind, l.Problem = Broken, err.Error()
			}
		}
		f.Lines = append(f.Lines, l)
	}
	return f
}

var (
	errCarriageReturn = errors.New("it ends with a carriage return: the file was saved with the line ends of DOS, and the last field is not what it seems")
	errNotUTF8        = errors.New("it holds bytes that are no UTF-8")
)

// printable refuses what no tool writes and many read wrongly.
func printable(line string) error {
	if strings.HasSuffix(line, "\r") {
		return errCarriageReturn
	}
	for i := range len(line) {
		if c := line[i]; c < ' ' || c == 0x7f {
			return fmt.Errorf("it holds the control character 0x%02x at byte %d", c, i+1)
		}
	}
	if !utf8.ValidString(line) {
		return errNotUTF8
	}
	return nil
}

// exactly is the fields of a line that must have n of them.
func exactly(line string, n int) ([]string, error) {
	f := strings.Split(line, ":")
	switch {
	case len(f) != n:
		return nil, fmt.Errorf("%d fields, want %d", len(f), n)
	case f[0] == "":
		return nil, errors.New("the name is empty")
	}
	return f, nil
}

func readUser(line string) (Entry, error) {
	f, err := exactly(line, 7)
	if err != nil {
		return Entry{}, err
	}
	u, err := parseUser(line)
	return Entry{User: u, Password: f[1]}, err
}

func readGroup(line string) (GroupEntry, error) {
	f, err := exactly(line, 4)
	if err != nil {
		return GroupEntry{}, err
	}
	g, err := parseGroup(line)
	g.Members = Members(f[3])
	return GroupEntry{Group: g, Password: f[1]}, err
}

// Members splits a list of members as libc does: white space before a name is
// passed over, behind it it belongs to the name, and empty names are none.
func Members(list string) []string {
	var names []string
	for name := range strings.SplitSeq(list, ",") {
		if name = strings.TrimLeft(name, " \t"); name != "" {
			names = append(names, name)
		}
	}
	return names
}

func readShadow(line string) (ShadowEntry, error) {
	f, err := exactly(line, 9)
	if err != nil {
		return ShadowEntry{}, err
	}
	return ShadowEntry{f[0], f[1], f[2], f[3], f[4], f[5], f[6], f[7]}, nil
}

func readGroupShadow(line string) (GroupShadow, error) {
	f, err := exactly(line, 4)
	if err != nil {
		return GroupShadow{}, err
	}
	return GroupShadow{f[0], f[1], Members(f[2]), Members(f[3])}, nil
}

func readRange(line string) (Range, error) {
	f, err := exactly(line, 3)
	if err != nil {
		return Range{}, err
	}
	first, err := parseID("first", f[1])
	if err != nil {
		return Range{}, err
	}
	count, err := parseID("number of", f[2])
	return Range{f[0], first, count}, err
}
