// Package acltext is the text of getfacl and setfacl of the acl package: quoted
// names, and lists in their long and short forms.
package acltext

import "strings"

// The bytes that are quoted beside the backslash: in a path, in the owner's and
// group's name of a header, in a name within an entry, in a name of a table.
const (
	InPath   = "\n\r"
	InHeader = " \t\n\r"
	InEntry  = ":, \t\n\r"
	InTable  = "\t\n\r"
)

// Quote writes the bytes of chars as \ooo, and doubles backslashes.
func Quote(s, chars string) string {
	if plain(s) {
		return s
	}
	return string(AppendQuoted(nil, s, chars))
}

// plain reports whether no byte could be one that is quoted.
func plain[T ~string | ~[]byte](s T) bool {
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c == '\\' || c == ':' || c == ',' {
			return false
		}
	}
	return true
}

// AppendQuoted appends what Quote makes.
func AppendQuoted[T ~string | ~[]byte](b []byte, s T, chars string) []byte {
	if plain(s) {
		return append(b, s...)
	}
	for i := range len(s) {
		switch c := s[i]; {
		case c == '\\':
			b = append(b, `\\`...)
		case strings.IndexByte(chars, c) >= 0:
			b = append(b, '\\', '0'+c>>6, '0'+c>>3&7, '0'+c&7)
		default:
			b = append(b, c)
		}
	}
	return b
}

// Unquote undoes Quote: \ooo is a byte, of which eight bits count, and \\ a
// backslash. A NUL ends the text, as it does in C.
func Unquote(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c != '\\':
		case i+3 < len(s) && octal(s[i+1]) && octal(s[i+2]) && octal(s[i+3]):
			c = (s[i+1]-'0')<<6 | (s[i+2]-'0')<<3 | (s[i+3] - '0')
			i += 3
		case i+1 < len(s) && s[i+1] == '\\':
			i++
		}
		if c == 0 {
			break
		}
		b = append(b, c)
	}
	return string(b)
}

func octal(c byte) bool { return '0' <= c && c <= '7' }
