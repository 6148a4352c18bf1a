package lexed

import (
	"strconv"
	"strings"
)

// prefixedNumber is an integer as nearly every language writes it: 0x, 0o, 0b and, where
// leading is true, 0 before octal digits.
func prefixedNumber(s string, leading bool) (uint64, int, bool) {
	base, digits := 10, s
	if len(s) > 1 && s[0] == '0' {
		switch s[1] | 0x20 {
		case 'x':
			base, digits = 16, s[2:]
		case 'o':
			base, digits = 8, s[2:]
		case 'b':
			base, digits = 2, s[2:]
		default:
			if leading {
				base, digits = 8, s[1:]
			}
		}
	}
	v, err := strconv.ParseUint(digits, base, 64)
	return v, base, err == nil
}

// escapes is what backslashes mean in the strings of a language, besides octal digits,
// x, u and U.
type escapes struct {
	letters, stand string // what stands for what
	unknown        string // what means something that only the language knows
	runes          bool   // digits are of characters, not of bytes
}

// unescape is a string whose backslashes are gone. It is false if one of them means what
// is not known here; that one is left as it is written.
func unescape(s string, e escapes) (string, bool) {
	if strings.IndexByte(s, '\\') < 0 {
		return s, true
	}
	var b strings.Builder
	sure := true
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		if n := strings.IndexByte(e.letters, s[i]); n >= 0 {
			b.WriteByte(e.stand[n])
			continue
		}
		used, known := e.digits(&b, s[i:])
		sure = sure && (known || strings.IndexByte(e.unknown, s[i]) < 0)
		i += used - 1
	}
	return b.String(), sure
}

// digits writes what an escape with digits stands for, and tells how long it is.
func (e *escapes) digits(b *strings.Builder, s string) (used int, known bool) {
	first, last, base := 1, 1, 16
	switch c := s[0]; {
	case c == '\n':
		return 1, true
	case c >= '0' && c <= '7':
		first, last, base = 0, 0, 8
		for last < 3 && last < len(s) && s[last] >= '0' && s[last] <= '7' {
			last++
		}
	case c == 'x':
		last = 3
	case c == 'u':
		last = 5
	case c == 'U':
		last = 9
	}
	n, err := strconv.ParseUint(s[first:min(last, len(s))], base, 32)
	switch {
	case last == first || last > len(s) || err != nil:
		b.WriteByte('\\')
		b.WriteByte(s[0])
		return 1, false
	case !e.runes && (base == 8 || s[0] == 'x'):
		b.WriteByte(byte(n))
	default:
		b.WriteRune(rune(n))
	}
	return last, true
}

// permissionBits is the names of stat.h for the bits of a mode (POSIX, <sys/stat.h>).
func permissionBits() map[string]uint64 {
	return map[string]uint64{
		"S_ISUID": 0o4000, "S_ISGID": 0o2000, "S_ISVTX": 0o1000,
		"S_IRWXU": 0o700, "S_IRUSR": 0o400, "S_IWUSR": 0o200, "S_IXUSR": 0o100,
		"S_IRWXG": 0o070, "S_IRGRP": 0o040, "S_IWGRP": 0o020, "S_IXGRP": 0o010,
		"S_IRWXO": 0o007, "S_IROTH": 0o004, "S_IWOTH": 0o002, "S_IXOTH": 0o001,
		"S_IREAD": 0o400, "S_IWRITE": 0o200, "S_IEXEC": 0o100,
		"S_IFMT": 0o170000, "S_IFREG": 0o100000, "S_IFDIR": 0o040000, "S_IFLNK": 0o120000,
		"S_IFIFO": 0o010000, "S_IFSOCK": 0o140000, "S_IFBLK": 0o060000, "S_IFCHR": 0o020000,
	}
}
