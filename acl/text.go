package acl

import (
	"fmt"
	"slices"
	"strings"

	"ward/notation"
)

// SyntaxError says where and why a text is no access list. Its Unknown is the name that
// the Resolver does not know.
type SyntaxError = notation.SyntaxError

const inNotation = "access list"

// String is the entry in the long form of getfacl, with a number for a name:
// "user:1001:r-x".
func (e Entry) String() string { return e.Format(nil) }

// Format is the entry in the long form: "user:bob:r-x", "mask::r--".
func (e Entry) Format(n Names) string {
	return e.Tag.String() + ":" + e.qualifier(n) + ":" + e.Rights.String()
}

// Long is the list as getfacl(1) prints it, a line for each entry. Entries that
// the mask limits carry a tab and "#effective:r--".
func (l List) Long(n Names) string { return l.lines("", n) }

// LongDefault is the list as getfacl prints the default list of a directory.
func (l List) LongDefault(n Names) string { return l.lines("default:", n) }

func (l List) lines(prefix string, n Names) string {
	var b strings.Builder
	for _, e := range l {
		b.WriteString(prefix + e.Format(n))
		if effective := l.Effective(e); effective != e.Rights {
			b.WriteString("\t#effective:" + effective.String())
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// Format is the short form, for one line of output and for setfacl -m:
// "u::rw-,u:bob:r--,g::r--,m::r--,o::---". The nil list is "".
func (l List) Format(n Names) string { return l.short("", n) }

// FormatDefault is the short form with "d:" before each entry.
func (l List) FormatDefault(n Names) string { return l.short("d:", n) }

// String is Format with numbers for names.
func (l List) String() string { return l.Format(nil) }

func (l List) short(prefix string, n Names) string {
	fields := make([]string, len(l))
	for i, e := range l {
		fields[i] = prefix + e.Tag.String()[:1] + ":" + e.qualifier(n) + ":" + e.Rights.String()
	}
	return strings.Join(fields, ",")
}

// ParseText reads what getfacl prints for one object, and the short form: entries
// with line breaks or commas between them, the rest of a line after "#" left out,
// "default:" or "d:" before those of the default list. Entries may come in any
// order; the lists are put in the kernel's, named ones as they were given. Errors
// are *SyntaxError, or *InvalidError for entries that make no list.
func ParseText(s string, r Resolver) (access, def List, err error) {
	p := parser{input: s, names: r}
	for p.skipToEntry(); !p.end(); p.skipToEntry() {
		c, err := p.textEntry()
		if err != nil {
			return nil, nil, err
		}
		if c.def {
			def = append(def, c.Entry)
		} else {
			access = append(access, c.Entry)
		}
	}
	if access, err = ordered(access); err != nil {
		return nil, nil, err
	}
	if def, err = ordered(def); err != nil {
		return nil, nil, fmt.Errorf("default list: %w", err)
	}
	return access, def, nil
}

func ordered(l List) (List, error) {
	slices.SortStableFunc(l, func(a, b Entry) int { return int(a.Tag) - int(b.Tag) })
	if err := l.Validate(); err != nil {
		return nil, err
	}
	return l, nil
}

// skipToEntry passes over blanks, separators and comments.
func (p *parser) skipToEntry() {
	for !p.end() {
		switch p.input[p.at] {
		case ' ', '\t', '\r', '\n', ',':
			p.at++
		case '#':
			p.skipLine()
		default:
			return
		}
	}
}

func (p *parser) skipLine() {
	for !p.end() && p.input[p.at] != '\n' {
		p.at++
	}
}

// textEntry is one entry whose rights are letters: no digit and no X.
func (p *parser) textEntry() (change, error) {
	c, err := p.principal()
	if err != nil {
		return c, err
	}
	start := p.at
	c.Rights, c.condX, err = p.rights()
	switch {
	case err != nil:
		return c, err
	case c.condX || strings.ContainsAny(p.input[start:p.at], "01234567"):
		return c, p.fail(start, "rights are the letters r, w, x and -", "")
	}
	return c, nil
}
