package account

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// LongestName is how many bytes of a name all tools take: utmp(5) and the shadow
// suite end there.
const LongestName = 32

// NameProblem says why nothing can find somebody of that name; "" if it can. Its
// length is not looked at.
func NameProblem(name string) string {
	switch {
	case name == "":
		return "it is empty"
	case strings.Trim(name, "0123456789") == "":
		return "it is taken for an id"
	case name == "." || name == "..":
		return "it is a directory"
	case name[0] == '-':
		return "it is taken for an option"
	case name[0] == '+' || name[0] == '~':
		return "its first character means something else"
	case !utf8.ValidString(name):
		return "it is no UTF-8"
	}
	if i := strings.IndexFunc(name, func(c rune) bool {
		return unicode.IsSpace(c) || !unicode.IsPrint(c) || strings.ContainsRune(",:/", c)
	}); i >= 0 {
		_, size := utf8.DecodeRuneInString(name[i:])
		return fmt.Sprintf("%q ends it", name[i:i+size])
	}
	return ""
}
