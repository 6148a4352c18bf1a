package vms

import (
	"fmt"
	"strings"
)

// Security is the profile of an object.
type Security struct {
	Name       string // DBA1:[SADAMS]IMAGES.DIR;1
	Class      Class
	Owner      Identifier
	Protection Protection
	ACL        ACL
}

// Equal reports whether the profiles are the same.
func (s Security) Equal(o Security) bool {
	return s.Name == o.Name && s.Class == o.Class && s.Owner == o.Owner && s.Protection == o.Protection && s.ACL.Equal(o.ACL)
}

const (
	directoryWord = "Directory "
	objectOfClass = " object of class "
)

// FormatDirectory is the listing of DIRECTORY/SECURITY: a heading for each directory, a
// line for each file, and its entries below it.
func FormatDirectory(files []Security) string {
	var b strings.Builder
	last := ""
	for i, f := range files {
		dir, name := splitName(f.Name)
		if i == 0 || dir != last {
			if i > 0 {
				b.WriteString("\n")
			}
			fmt.Fprintf(&b, "%s%s\n\n", directoryWord, dir)
		}
		last = dir
		fmt.Fprintf(&b, "%-20s %-32s %s\n", name, f.Owner, f.Protection.FormatListing(f.Class))
		for _, e := range f.ACL {
			fmt.Fprintf(&b, "          %s\n", e.Format(f.Class))
		}
	}
	plural := "s"
	if len(files) == 1 {
		plural = ""
	}
	fmt.Fprintf(&b, "\nTotal of %d file%s.\n", len(files), plural)
	return b.String()
}

// splitName cuts a file specification after its directory.
func splitName(s string) (dir, name string) {
	i := strings.LastIndexAny(s, "]>:")
	return s[:i+1], s[i+1:]
}

// ParseDirectory reads the listing of DIRECTORY/SECURITY, or of DIRECTORY with /OWNER,
// /PROTECTION and /ACL. A long name stands on a line of its own, and a long entry goes on
// for several lines. Names come with their directory.
func ParseDirectory(text string) ([]Security, error) {
	p := listingParser{input: text}
	for p.next() {
		if err := p.directoryLine(); err != nil {
			return nil, err
		}
	}
	if p.pending != "" {
		return nil, p.fault("the listing ends after a name", "")
	}
	return p.files, nil
}

type listingParser struct {
	input    string
	from, to int // the line
	after    int // where the next one starts
	dir      string
	pending  string // a name that stood alone
	files    []Security
}

func (p *listingParser) next() bool {
	if p.after >= len(p.input) {
		p.from, p.to = len(p.input), len(p.input)
		return false
	}
	p.from = p.after
	end := strings.IndexByte(p.input[p.from:], '\n')
	if end < 0 {
		end = len(p.input) - p.from
	}
	p.after = p.from + end + 1
	p.to = p.from + len(strings.TrimRight(p.input[p.from:p.from+end], " \t\r"))
	return true
}

func (p *listingParser) line() string { return p.input[p.from:p.to] }

func (p *listingParser) fault(problem, hint string) error {
	return syntaxError(p.input, p.from, problem, hint)
}

func (p *listingParser) directoryLine() error {
	line := p.line()
	text := strings.TrimLeft(line, " \t")
	switch {
	case p.pending == "" && (text == "" || strings.HasPrefix(line, "Total of ") || strings.HasPrefix(line, "Grand total of ")):
		return nil
	case p.pending == "" && strings.HasPrefix(line, directoryWord):
		p.dir = strings.TrimSpace(line[len(directoryWord):])
		return nil
	case p.pending == "" && text != line && text[0] == '(' && len(p.files) > 0:
		return p.entry(&p.files[len(p.files)-1].ACL, File)
	}
	return p.file()
}

// file reads NAME OWNER (PROTECTION), of which the name may stand on the line before.
func (p *listingParser) file() error {
	fields := strings.Fields(p.line())
	if p.pending == "" && len(fields) == 1 {
		p.pending = fields[0]
		return nil
	}
	if p.pending != "" {
		fields = append([]string{p.pending}, fields...)
		p.pending = ""
	}
	if len(fields) != 3 {
		return p.fault("the line is not a name, an owner and a protection code", "list with DIRECTORY/SECURITY")
	}
	owner, err := ParseIdentifier(fields[1])
	if err != nil {
		return p.fault(fmt.Sprintf("%q is no owner", fields[1]), "")
	}
	code, ok := columns(fields[2], File)
	if !ok {
		return p.fault(fmt.Sprintf("%q is no protection code", fields[2]), "")
	}
	p.files = append(p.files, Security{Name: p.dir + fields[0], Owner: owner, Protection: code})
	return nil
}

// entry reads one entry, to the line on which its parenthesis is closed.
func (p *listingParser) entry(l *ACL, c Class) error {
	open := p.from + strings.IndexByte(p.line(), '(')
	end := closing(p.input, open)
	if end < 0 {
		return syntaxError(p.input, open, "the parenthesis is not closed", "")
	}
	text, at := unfold(p.input[open : end+1])
	e, err := ParseACE(text, c)
	if err != nil {
		se := err.(*SyntaxError) //nolint:errorlint // ParseACE returns no other
		return syntaxError(p.input, open+at[min(se.Offset, len(at)-1)], se.Problem, se.Hint)
	}
	*l = append(*l, e)
	for p.to <= end && p.next() {
		continue
	}
	if rest := p.input[end+1 : max(p.to, end+1)]; strings.TrimSpace(rest) != "" {
		return syntaxError(p.input, end+1, "text stands after the entry", "")
	}
	return nil
}

// unfold takes out line breaks, with the blanks around them; at are the offsets of what
// is left.
func unfold(s string) (text string, at []int) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		j := i
		for j < len(s) && isBlank(s[j]) {
			j++
		}
		if strings.ContainsAny(s[i:j], "\n\r") {
			i = j - 1
			continue
		}
		b.WriteByte(s[i])
		at = append(at, i)
	}
	return b.String(), append(at, len(s))
}

// FormatShow is what SHOW SECURITY prints of the object.
func (s Security) FormatShow() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s%s%s\n", s.Name, objectOfClass, s.Class.name())
	fmt.Fprintf(&b, "     Owner: %s\n", s.Owner)
	fmt.Fprintf(&b, "     Protection: %s\n", s.Protection.FormatShow(s.Class))
	b.WriteString("     Access Control List:")
	if len(s.ACL) == 0 {
		b.WriteString(" <empty>")
	}
	b.WriteString("\n")
	for _, e := range s.ACL {
		fmt.Fprintf(&b, "          %s\n", e.Format(s.Class))
	}
	return b.String()
}

// ParseShow reads what SHOW SECURITY prints, of one object or of several.
func ParseShow(text string) ([]Security, error) {
	p := listingParser{input: text}
	for p.next() {
		if err := p.showLine(); err != nil {
			return nil, err
		}
	}
	return p.files, nil
}

func (p *listingParser) showLine() error {
	line := strings.TrimSpace(p.line())
	if line == "" {
		return nil
	}
	if i := strings.LastIndex(line, objectOfClass); i >= 0 && line[0] != '(' {
		return p.object(line[:i], line[i+len(objectOfClass):])
	}
	if len(p.files) == 0 {
		return p.fault(`the text does not start with "NAME object of class CLASS"`, "")
	}
	s := &p.files[len(p.files)-1]
	key, value, _ := strings.Cut(line, ":")
	value = strings.TrimSpace(value)
	var err error
	switch {
	case line[0] == '(':
		return p.entry(&s.ACL, s.Class)
	case strings.EqualFold(key, "Owner"):
		s.Owner, err = ParseIdentifier(value)
	case strings.EqualFold(key, "Protection"):
		s.Protection, err = ParseProtection(value, s.Class)
	case strings.EqualFold(key, "Access Control List"):
	default:
		err = p.fault(fmt.Sprintf("%q is not expected", line), "")
	}
	return p.inLine(err, value)
}

// inLine moves the error about a value to its place in the text.
func (p *listingParser) inLine(err error, value string) error {
	se, ok := err.(*SyntaxError) //nolint:errorlint // the parsers return no other
	if !ok || se.Input == p.input {
		return err
	}
	return syntaxError(p.input, p.from+strings.LastIndex(p.line(), value)+se.Offset, se.Problem, se.Hint)
}

func (p *listingParser) object(name, class string) error {
	for c := File; c <= Device; c++ {
		if strings.EqualFold(class, c.name()) {
			p.files = append(p.files, Security{Name: name, Class: c, Protection: 0xFFFF})
			return nil
		}
	}
	return p.fault(fmt.Sprintf("the class %q is not known", class), "known are FILE, VOLUME and DEVICE")
}
