package nfs4

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// EscapeName makes a name safe to stand in a list: bytes that would end it, and
// those that are no printable text, become backslash and three octal digits. A
// backslash itself ("DOMAIN\bob") stays, unless digits follow that would make it
// look like one of those.
func EscapeName(name string) string {
	if !strings.ContainsFunc(name, needsEscape) {
		return name
	}
	var b strings.Builder
	for i := 0; i < len(name); {
		r, n := utf8.DecodeRuneInString(name[i:])
		if escaped(r, n, name[i+n:]) {
			for _, c := range []byte(name[i : i+n]) {
				fmt.Fprintf(&b, `\%03o`, c)
			}
		} else {
			b.WriteString(name[i : i+n])
		}
		i += n
	}
	return b.String()
}

func escaped(r rune, size int, after string) bool {
	if r == '\\' {
		return octal(after)
	}
	return needsEscape(r) && (r != utf8.RuneError || size == 1)
}

// needsEscape reports whether a character may have to be escaped. Beside the marks
// of the notations these are blanks, controls and what reorders text on a terminal.
func needsEscape(r rune) bool {
	switch {
	case r <= ' ', r >= 0x7f && r <= 0xa0, r == utf8.RuneError, r == 0x2028, r == 0x2029, r == 0xfeff:
		return true
	case r >= 0x200b && r <= 0x200f, r >= 0x202a && r <= 0x202e, r >= 0x2060 && r <= 0x206f:
		return true
	}
	return r == ':' || r == ',' || r == '\\'
}

// octal reports whether s starts with three octal digits that are a byte.
func octal(s string) bool {
	return len(s) >= 3 && s[0] >= '0' && s[0] <= '3' && s[1] >= '0' && s[1] <= '7' && s[2] >= '0' && s[2] <= '7'
}

// UnescapeName is the reverse of EscapeName.
func UnescapeName(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && octal(s[i+1:]) {
			b.WriteByte((s[i+1]-'0')<<6 | (s[i+2]-'0')<<3 | (s[i+3] - '0'))
			i += 3
			continue
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
