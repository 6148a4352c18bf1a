package amiga

import (
	"fmt"
	"strconv"
	"strings"
)

const letters = "hsparwed"

// Format is the eight letters of list, each a hyphen where it is not set, and after
// commas what more there is, for which no program has a text: the rights of group and
// others, and a number for bits without a name: "----rwed,group=r-e-,0x10000". Parse
// reads it back.
func (p Protection) Format() string {
	s := []byte(p.Flags().Format())
	for _, class := range classes {
		if r := Rights(p>>class.shift) & storable; r != 0 {
			s = append(append(append(s, ','), class.name...), '=')
			s = append(s, Flags(r).Format()[4:]...)
		}
	}
	if rest := p &^ 0xffff; rest != 0 {
		s = fmt.Appendf(s, ",0x%x", uint32(rest))
	}
	return string(s)
}

var classes = [...]struct {
	name  string
	shift int
}{{"group", groupShift}, {"other", otherShift}}

// String is Format.
func (p Protection) String() string { return p.Format() }

// Format is the eight letters, each a hyphen where it is not set.
func (f Flags) Format() string {
	s := []byte(letters)
	for i := range s {
		if f>>(7-i)&1 == 0 {
			s[i] = '-'
		}
	}
	return string(s)
}

// Parse reads a protection: the columns hsparwed of list, or arwed or rwed of older
// versions, or letters without hyphens in any order, as protect takes them ("rwed",
// "sre"); then what Format adds. Letters that are missing are off: "" lets nobody do
// anything. Errors are of type *SyntaxError.
func Parse(s string) (Protection, error) {
	parts := strings.Split(s, ",")
	flags, err := parseFlags(s, 0, parts[0])
	if err != nil {
		return 0, err
	}
	p, at := Protection(0).WithFlags(flags), len(parts[0])+1
	for _, part := range parts[1:] {
		more, err := parseMore(s, at, part)
		if err != nil {
			return 0, err
		}
		p |= more
		at += len(part) + 1
	}
	return p, nil
}

// ParseFlags reads the letters alone, as Parse does.
func ParseFlags(s string) (Flags, error) { return parseFlags(s, 0, s) }

// parseFlags reads word, which stands at an offset of the input.
func parseFlags(input string, at int, word string) (Flags, error) {
	if strings.Contains(word, "-") {
		return parseColumns(input, at, word, letters)
	}
	var f Flags
	for i := range len(word) {
		column := strings.IndexByte(letters, word[i]|0x20)
		if column < 0 {
			return 0, syntaxError(input, at+i, fmt.Sprintf("%q is no protection", word[i:i+1]), "the letters are h, s, p, a, r, w, e and d")
		}
		bit := Flags(0x80) >> column
		if f&bit != 0 {
			return 0, syntaxError(input, at+i, fmt.Sprintf("%q stands here twice", word[i:i+1]), "")
		}
		f |= bit
	}
	return f, nil
}

// parseColumns reads columns that end with those of the names: eight, five or four.
func parseColumns(input string, at int, word, names string) (Flags, error) {
	if n := len(word); n != 4 && n != 5 && n != len(names) {
		return 0, syntaxError(input, at, fmt.Sprintf("%q has %d columns", word, n), fmt.Sprintf("write all of %q, with hyphens for what is not set", names))
	}
	var f Flags
	names = names[len(names)-len(word):]
	for i := range len(word) {
		f <<= 1
		switch c := word[i]; {
		case c|0x20 == names[i]:
			f |= 1
		case c != '-':
			return 0, syntaxError(input, at+i, fmt.Sprintf("%q stands where %c or a hyphen should", word[i:i+1], names[i]), "")
		}
	}
	return f, nil
}

// parseMore reads "group=rwed", "other=rwed" and numbers.
func parseMore(input string, at int, part string) (Protection, error) {
	for _, class := range classes {
		rest, ok := strings.CutPrefix(part, class.name+"=")
		if !ok {
			continue
		}
		f, err := parseFlags(input, at+len(class.name)+1, rest)
		if err == nil && f&^0xf != 0 {
			err = syntaxError(input, at+len(class.name)+1, "group and others have only r, w, e and d", "")
		}
		return Protection(f) << class.shift, err
	}
	digits, ok := strings.CutPrefix(part, "0x")
	n, err := strconv.ParseUint(digits, 16, 32)
	if !ok || err != nil || n&0xffff != 0 {
		return 0, syntaxError(input, at, fmt.Sprintf("%q says nothing of group, others or bits without a name", part), "write group=rwed, other=rwed or 0x10000")
	}
	return Protection(n), nil
}
