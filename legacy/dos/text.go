package dos

import (
	"fmt"
	"strconv"
	"strings"
)

const letters = "RHSA"

func letterBit(c byte) Attributes {
	switch c | 0x20 {
	case 'r':
		return ReadOnly
	case 'h':
		return Hidden
	case 's':
		return System
	case 'a':
		return Archive
	}
	return 0
}

// words name the attributes that have no letter in every program.
var words = [...]struct {
	name string
	bit  Attributes
}{
	{"label", VolumeLabel},
	{"directory", Directory},
	{"device", Device},
	{"normal", Normal},
	{"temporary", Temporary},
	{"sparse", Sparse},
	{"reparse", Reparse},
	{"compressed", Compressed},
	{"offline", Offline},
	{"notindexed", NotContentIndexed},
	{"encrypted", Encrypted},
	{"integrity", Integrity},
	{"virtual", Virtual},
	{"noscrub", NoScrub},
	{"recallonopen", RecallOnOpen},
	{"pinned", Pinned},
	{"unpinned", Unpinned},
	{"recallondata", RecallOnDataAccess},
}

// Format is the four letters RHSA, each a hyphen where it is not set, and after commas
// the words of what else is set, and a hexadecimal number for what has no word:
// "R--A,compressed,0x80000000". Parse reads it back.
func (a Attributes) Format() string {
	s := []byte(letters)
	for i := range s {
		if a&letterBit(s[i]) == 0 {
			s[i] = '-'
		}
	}
	rest := a &^ lettered
	for _, w := range words {
		if rest&w.bit != 0 {
			s = append(append(s, ','), w.name...)
			rest &^= w.bit
		}
	}
	if rest != 0 {
		s = fmt.Appendf(s, ",0x%x", uint32(rest))
	}
	return string(s)
}

// String is Format.
func (a Attributes) String() string { return a.Format() }

// Parse reads attributes: letters of RHSA in any order and case, with hyphens or blanks
// between them, words and hexadecimal numbers, separated by commas. "" and "-" are
// none. Errors are of type *SyntaxError.
func Parse(s string) (Attributes, error) {
	var a Attributes
	at := 0
	for part := range strings.SplitSeq(s, ",") {
		bits, bad := parsePart(part)
		if bad >= 0 {
			return 0, syntaxError(s, at+bad, fmt.Sprintf("%q is neither letters of RHSA nor the word of an attribute", strings.TrimSpace(part)), `write "RHSA", "R--A,offline" or a number as "0x21"`)
		}
		a |= bits
		at += len(part) + 1
	}
	return a, nil
}

// parsePart reads what stands between two commas; bad is the offset of what it cannot
// read, or -1.
func parsePart(part string) (a Attributes, bad int) {
	word := strings.ToLower(strings.TrimSpace(part))
	for _, w := range words {
		if w.name == word {
			return w.bit, -1
		}
	}
	if digits, ok := strings.CutPrefix(word, "0x"); ok {
		n, err := strconv.ParseUint(digits, 16, 32)
		if err != nil {
			return 0, strings.IndexByte(part, '0')
		}
		return Attributes(n), -1
	}
	for i := range len(part) {
		bit := letterBit(part[i])
		if bit == 0 && part[i] != '-' && part[i] != ' ' {
			return 0, i
		}
		a |= bit
	}
	return a, -1
}
