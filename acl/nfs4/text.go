package nfs4

import (
	"fmt"
	"strconv"
	"strings"

	"ward/mode"
)

// Notation is a way in which lists are written.
type Notation uint8

// The notations. Each is one program's: the same letter means different things in
// them, so that none is ever guessed from a text.
const (
	Linux          Notation = iota + 1 // A:fd:bob@example.org:rxtncy (nfs4_setfacl)
	FreeBSD                            // user:bob:r-x---a-R-c---:fd-----:allow (getfacl, TrueNAS)
	FreeBSDVerbose                     // user:bob:read_data/execute:file_inherit:allow (getfacl -v)
	Solaris                            // user:bob:r-x---a-R-c---:fd-----:allow, with d before D (ls -V, chmod A)
	SolarisVerbose                     // user:bob:read_data/execute:file_inherit:allow (ls -v)
	Solaris2005                        // user:bob:read_data/execute:allow:file_inherit (the first builds of ZFS)
	Libarchive                         // user:bob:rxaRc:fd:allow:1001 (SCHILY.acl.ace in a tar)
)

// String names the notation by its program.
func (n Notation) String() string {
	if n < Linux || n > Libarchive {
		return "no notation"
	}
	return [...]string{"nfs4-acl-tools", "freebsd", "freebsd-verbose", "solaris", "solaris-verbose", "solaris-2005", "libarchive"}[n-1]
}

// verbose reports whether the notation writes words for rights.
func (n Notation) verbose() bool {
	return n == FreeBSDVerbose || n == SolarisVerbose || n == Solaris2005
}

// Parse reads a list. Entries are separated by commas or line breaks; what follows
// a "#" at the start of a line or after a blank is a comment. k is the kind of the
// object: nfs4_setfacl drops what files cannot have, and so does this for Linux.
// Compact and verbose forms are accepted for one another in each of FreeBSD and
// Solaris. There must be an entry. Errors are of type *SyntaxError.
//
// Names stay names; Resolve looks them up.
func Parse(s string, n Notation, k mode.Kind) (ACL, error) {
	p := parser{input: s, n: n, dir: k == mode.Directory}
	var a ACL
	for _, piece := range p.pieces() {
		e, err := p.entry(piece)
		if err != nil {
			return ACL{}, err
		}
		a.Entries = append(a.Entries, e)
	}
	if len(a.Entries) == 0 {
		return ACL{}, p.fail(0, "there is no entry", "for example "+n.example())
	}
	return a, nil
}

// example is an entry in the notation.
func (n Notation) example() string {
	switch n {
	case Linux:
		return "A::OWNER@:rwx"
	case Libarchive:
		return "owner@:rwx::allow"
	}
	return "owner@:rwx:allow"
}

// field is a piece of the input and the place where it starts.
type field struct {
	text string
	at   int
}

// parser reads one text.
type parser struct {
	input string
	n     Notation
	dir   bool
}

func (p *parser) fail(at int, problem, hint string) *SyntaxError {
	return syntaxError(p.input, at, problem, hint)
}

// pieces are the entries, without comments and the blanks around them.
func (p *parser) pieces() []field {
	var list []field
	for at := 0; at <= len(p.input); {
		end := at + p.length(p.input[at:])
		list = append(list, p.split(field{strings.TrimSpace(uncommented(p.input[at:end])), at})...)
		at = end + 1
	}
	return list
}

// length is that of the first line of s, with the lines that continue it: ls -v
// breaks long entries before a slash.
func (p *parser) length(s string) int {
	end := 0
	for {
		i := strings.IndexByte(s[end:], '\n')
		if i < 0 {
			return len(s)
		}
		end += i
		if !strings.HasPrefix(strings.TrimLeft(s[end:], "\n\t "), "/") || p.n == Linux {
			return end
		}
		end++
	}
}

// uncommented is a line up to its comment.
func uncommented(line string) string {
	for i := range len(line) {
		if line[i] == '#' && (i == 0 || line[i-1] == ' ' || line[i-1] == '\t') {
			return line[:i]
		}
	}
	return line
}

// split is the entries of one line, with their places in the input.
func (p *parser) split(line field) []field {
	var list []field
	at := line.at + leading(p.input[line.at:])
	for text := range strings.SplitSeq(line.text, ",") {
		if trimmed := strings.TrimSpace(text); trimmed != "" {
			list = append(list, field{trimmed, at + leading(text)})
		}
		at += len(text) + 1
	}
	return list
}

// leading counts the blanks before s.
func leading(s string) int { return len(s) - len(strings.TrimLeft(s, " \t\r\n")) }

// fields are the parts of an entry between colons.
func fields(piece field) []field {
	var list []field
	at := piece.at
	for text := range strings.SplitSeq(piece.text, ":") {
		list = append(list, field{text, at})
		at += len(text) + 1
	}
	return list
}

func (p *parser) entry(piece field) (Entry, error) {
	if p.n == Linux {
		return p.linux(piece)
	}
	return p.tagged(piece)
}

// letters reads a field of letters, with a hexadecimal number at its end for bits
// that have none.
func (p *parser) letters(f field, known []letter, what string) (uint32, error) {
	var bits uint32
	for i := range len(f.text) {
		c := f.text[i]
		if rest, ok := strings.CutPrefix(f.text[i:], "0x"); ok {
			more, err := p.hex(field{rest, f.at + i}, what)
			return bits | more, err
		}
		bit := letterBit(known, c)
		if bit == 0 && (c != '-' || p.n == Linux) {
			return 0, p.fail(f.at+i, fmt.Sprintf("%q is no %s", f.text[i:i+1], what), "the letters are "+joinLetters(known))
		}
		bits |= bit
	}
	return bits, nil
}

// hex reads the number at the end of a field.
func (p *parser) hex(f field, what string) (uint32, error) {
	bits, err := strconv.ParseUint(f.text, 16, 32)
	if err != nil {
		return 0, p.fail(f.at, fmt.Sprintf("%q is no %s", "0x"+f.text, what), "after 0x come up to eight hexadecimal digits, and nothing else")
	}
	return uint32(bits), nil
}

func letterBit(known []letter, c byte) uint32 {
	for _, l := range known {
		if l.c == c {
			return l.bit
		}
	}
	return 0
}

func joinLetters(known []letter) string {
	s := make([]byte, len(known))
	for i, l := range known {
		s[i] = l.c
	}
	return string(s)
}

// formatLetters writes bits as letters; fill stands for those that are not set, and
// nothing does when it is 0. Bits without a letter come at the end as a number.
func formatLetters(bits uint32, known []letter, fill byte) string {
	s := make([]byte, 0, len(known)+10)
	for _, l := range known {
		if bits&l.bit != 0 {
			s = append(s, l.c)
			bits &^= l.bit
		} else if fill != 0 {
			s = append(s, fill)
		}
	}
	return string(s) + hexTail(bits)
}

func hexTail(bits uint32) string {
	if bits == 0 {
		return ""
	}
	return fmt.Sprintf("0x%x", bits)
}

// formatWords writes bits as long names with slashes between them; on directories
// Solaris writes both names of a right.
func formatWords(bits uint32, known []word, dir bool) string {
	var list []string
	for _, w := range known {
		if bits&w.bit == 0 {
			continue
		}
		if dir && w.dir != "" {
			list = append(list, w.dir)
		}
		list = append(list, w.text)
		bits &^= w.bit
	}
	if bits != 0 {
		list = append(list, hexTail(bits))
	}
	return strings.Join(list, "/")
}

// Format writes the list on one line, with commas between the entries, so that
// Parse reads it back. The list's own flags are lost. k is the kind of the object:
// Solaris has other words for the rights on directories. It fails, with a
// *FormatError, where the notation has nothing for whom an entry speaks of.
func (a ACL) Format(n Notation, k mode.Kind) (string, error) {
	list, err := a.formatEntries(n, k)
	return strings.Join(list, ","), err
}

func (a ACL) formatEntries(n Notation, k mode.Kind) ([]string, error) {
	list := make([]string, len(a.Entries))
	for i, e := range a.Entries {
		text, problem := e.format(n, k)
		if problem != "" {
			return nil, &FormatError{Form: inNotation, Index: i, Problem: problem}
		}
		list[i] = text
	}
	return list, nil
}

// format writes an entry, or says why it cannot.
func (e Entry) format(n Notation, k mode.Kind) (text, problem string) {
	if n == Linux {
		return e.linux()
	}
	return e.tagged(n, k)
}

// String is the list in the compact notation of Solaris, with commas between the
// entries. It is for people: whom that notation cannot name stands there
// nevertheless.
func (a ACL) String() string {
	list := make([]string, len(a.Entries))
	for i, e := range a.Entries {
		list[i] = e.String()
	}
	return strings.Join(list, ",")
}

// String is the entry in the compact notation of Solaris.
func (e Entry) String() string {
	text, problem := e.format(Solaris, mode.Unknown)
	if problem == "" {
		return text
	}
	tag := "user"
	if e.group() {
		tag = "group"
	}
	return tag + ":" + EscapeName(e.Who.text()) + e.rest(Solaris, mode.Unknown)
}
