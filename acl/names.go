package acl

import (
	"fmt"
	"strconv"
	"strings"

	"ward/ident"
)

// Names gives ids their names. *account.Database is one. Where a Names is asked
// for, nil writes numbers.
type Names interface {
	UserName(ident.UID) string
	GroupName(ident.GID) string
}

// Resolver gives names their ids; false stands for a name that nobody has.
// account.IDs is one. Where a Resolver is asked for, nil knows no names, so that
// only numbers are accepted.
type Resolver interface {
	User(name string) (uid uint32, ok bool)
	Group(name string) (gid uint32, ok bool)
}

// qualifier is the middle field of the entry's text form.
func (e Entry) qualifier(n Names) string {
	switch {
	case !e.Tag.Named():
		return ""
	case n == nil:
		return strconv.FormatUint(uint64(e.ID), 10)
	case e.Tag == User:
		return quote(n.UserName(ident.UID(e.ID)))
	default:
		return quote(n.GroupName(ident.GID(e.ID)))
	}
}

// quote writes as \ooo what would end or split a name in the text form, and doubles
// backslashes, as getfacl does.
func quote(name string) string {
	if !strings.ContainsFunc(name, needsQuote) {
		return name
	}
	var b strings.Builder
	for i := range len(name) {
		if name[i] == '\\' {
			b.WriteString(`\\`)
		} else if needsQuote(rune(name[i])) {
			fmt.Fprintf(&b, `\%03o`, name[i])
		} else {
			b.WriteByte(name[i])
		}
	}
	return b.String()
}

func needsQuote(r rune) bool { return r <= ' ' || r == 0x7f || strings.ContainsRune(`:,\`, r) }

// unquote undoes quote: \ooo is a byte, and \\ a backslash.
func unquote(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && octalTriple(s[i+1:]):
			b.WriteByte((s[i+1]-'0')<<6 | (s[i+2]-'0')<<3 | (s[i+3] - '0'))
			i += 3
		case strings.HasPrefix(s[i:], `\\`):
			b.WriteByte('\\')
			i++
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

func octalTriple(s string) bool {
	return len(s) >= 3 && '0' <= s[0] && s[0] <= '3' && isOctal(s[1]) && isOctal(s[2])
}

func isOctal(c byte) bool { return '0' <= c && c <= '7' }

// resolve finds the id that a qualifier means. As setfacl does, it takes for a
// number what strtol(3) with base 0 takes for one (01751 is octal, 0x3e9
// hexadecimal, and of a negative number sixteen bits count), and only the rest
// for a name: a user called "1001" cannot be named. Unlike setfacl it refuses
// numbers of more than 32 bits, which setfacl cuts off.
func resolve(tag Tag, name string, r Resolver) (id uint32, ok bool) {
	if n, number := parseID(name); number {
		return uint32(n), 0 <= n && n < int64(NoID)
	}
	switch {
	case r == nil:
		return 0, false
	case tag == User:
		return r.User(name)
	default:
		return r.Group(name)
	}
}

// parseID reads a number as strtol does with base 0; -1 stands for one that no
// id can be.
func parseID(s string) (int64, bool) {
	digits := strings.TrimPrefix(s, "+")
	if len(digits) == len(s) {
		digits = strings.TrimPrefix(s, "-")
	}
	if digits == "" || digits[0] < '0' || digits[0] > '9' {
		return 0, false
	}
	base := 10
	switch {
	case strings.HasPrefix(digits, "0x"), strings.HasPrefix(digits, "0X"):
		base, digits = 16, digits[2:]
	case len(digits) > 1 && digits[0] == '0':
		base = 8
	}
	n, err := strconv.ParseUint(digits, base, 63)
	switch {
	case err != nil && strings.Contains(err.Error(), "range"):
		return -1, true
	case err != nil:
		return 0, false
	case s[0] == '-':
		return -int64(n) & 0xffff, true
	case n >= uint64(NoID):
		return -1, true
	}
	return int64(n), true
}
