package mode

import (
	"strings"
)

// Format is the mode as the first ten letters of ls -l: "-rw-r--r--",
// "drwxrwxrwt". A capital S or T says that the x below it is missing.
func (m Mode) Format(k Kind) string {
	b := make([]byte, 0, 10)
	b = append(b, k.Letter())
	b = append(b, m.Owner().String()...)
	b = append(b, m.Group().String()...)
	b = append(b, m.Other().String()...)
	mark(b, 3, 's', m&SetUID != 0)
	mark(b, 6, 's', m&SetGID != 0)
	mark(b, 9, 't', m&Sticky != 0)
	return string(b)
}

// mark writes a special bit over the x at i, as a capital when there is no x.
func mark(b []byte, i int, letter byte, set bool) {
	switch {
	case !set:
	case b[i] == 'x':
		b[i] = letter
	default:
		b[i] = letter - 'a' + 'A'
	}
}

// ParseListing reads what ls -l shows before the count of links: a type letter,
// nine letters of rights, and perhaps one suffix, of which "+" says that there
// is an access list, "." a security context and "@" extended attributes (macOS).
// suffix is 0 where there is none. In the group's place l and L, the mandatory
// locking of System V, stand for setgid without x. A FIFO is "p" or "=".
func ParseListing(s string) (m Mode, k Kind, suffix byte, err error) {
	if len(s) == 11 && strings.IndexByte("+.@% ", s[10]) >= 0 {
		if suffix = s[10]; suffix == ' ' {
			suffix = 0
		}
		s = s[:10]
	}
	if len(s) != 10 {
		return 0, Unknown, 0, syntaxError(s, 0, "is no line of ls: want a type letter and nine letters of rights", "")
	}
	k, ok := fromLetter(s[0])
	if !ok {
		return 0, Unknown, 0, syntaxError(s, 0, quotedAt(s, 0)+" is no type letter", "")
	}
	m, err = parseRights(s, 1)
	return m, k, suffix, err
}

func fromLetter(c byte) (Kind, bool) {
	for i, n := range kinds {
		if n.letter == c {
			return Kind(i), true
		}
	}
	// m, n and C are types of old systems that have no name here.
	return map[byte]Kind{'=': FIFO, 'm': Unknown, 'n': Unknown, 'C': Unknown}[c], strings.IndexByte("=mnC", c) >= 0
}

// parseRights reads the nine letters of s that start at from.
func parseRights(s string, from int) (Mode, error) {
	var m Mode
	for i := range 9 {
		bits, ok := fromRight(s[from+i], i)
		if !ok {
			return 0, syntaxError(s, from+i, quotedAt(s, from+i)+" cannot stand there", "")
		}
		m |= bits
	}
	return m, nil
}

// fromRight is what letter c says in place i of nine.
func fromRight(c byte, i int) (Mode, bool) {
	bit := OwnerRead >> i
	special := SetUID >> (i / 3)
	switch {
	case c == '-':
		return 0, true
	case c == "rwx"[i%3]:
		return bit, true
	case i%3 != 2:
		return 0, false
	case c == 's' && i < 8, c == 't' && i == 8:
		return special | bit, true
	case c == 'S' && i < 8, c == 'T' && i == 8, (c == 'l' || c == 'L') && i == 5:
		return special, true
	}
	return 0, false
}
