package mode

import (
	"fmt"
	"io/fs"
	"strconv"
	"strings"
)

// ParseSpelling reads everything that Parse reads, and numbers with a type in
// them: an st_mode (0100644, 33188) and an fs.FileMode of Go (2147484141). It
// tells in which notation the text is, the type that it names, and what somebody
// else would take it for: the digits 755 without a zero before them are a decimal
// number to C, Python and Go. Errors are of type *SyntaxError.
func ParseSpelling(s string) (Spelling, error) {
	switch {
	case isNumber(s):
		return parseNumber(s)
	case looksLikeConstants(s):
		return parseConstantSpelling(s)
	case len(s) == 9:
		if m, err := parseRights(s, 0); err == nil {
			return Spelling{Mode: m, Notation: AsRights}, nil
		}
	}
	if m, k, suffix, err := ParseListing(s); err == nil {
		return Spelling{Mode: m, Kind: k, Notation: AsListing, Suffix: suffix, Others: otherLetters(s)}, nil
	}
	if m, k, err := ParseGo(s); err == nil {
		return Spelling{Mode: m, Kind: k, Notation: AsGoString}, nil
	}
	m, err := Parse(s)
	if err != nil {
		return Spelling{}, err
	}
	return Spelling{Mode: m, Notation: AsExpression}, nil
}

func looksLikeConstants(s string) bool {
	return strings.Contains(s, "S_I") || strings.Contains(s, "|") || strings.Contains(s, ".Mode") || strings.HasSuffix(s, "PERMS") || s == "DEFFILEMODE"
}

func parseConstantSpelling(s string) (Spelling, error) {
	m, err := parseConstants(s)
	if err != nil {
		return Spelling{}, err
	}
	k := Unknown
	for _, word := range strings.Split(s, "|") {
		if t, ok := typeConstant(strings.Trim(word, " \t()")); ok {
			k = t
		}
	}
	return Spelling{Mode: m, Kind: k, Notation: AsConstants}, nil
}

// typeConstant is the kind of S_IFREG, of Go's ModeDir and their like.
func typeConstant(name string) (Kind, bool) {
	k, ok := map[string]Kind{
		"S_IFREG": Regular, "S_IFDIR": Directory, "S_IFLNK": Symlink, "S_IFIFO": FIFO,
		"S_IFSOCK": Socket, "S_IFCHR": CharDevice, "S_IFBLK": BlockDevice,
		"ModeDir": Directory, "ModeSymlink": Symlink, "ModeNamedPipe": FIFO, "ModeSocket": Socket,
	}[unqualified(name)]
	return k, ok
}

// otherLetters: the D of Solaris' doors is what Go writes for devices.
func otherLetters(s string) []Reading {
	if s[0] != 'D' {
		return nil
	}
	m, k, err := ParseGo(s[:10])
	if err != nil {
		return nil
	}
	return []Reading{{By: "Go", Mode: m, Kind: k}}
}

// isNumber tells whether s is digits with or without the sign of a base.
func isNumber(s string) bool {
	digits := s
	for _, prefix := range [...]string{"0o", "0O", "0x", "0X"} {
		digits = strings.TrimPrefix(digits, prefix)
	}
	hex := strings.HasPrefix(s, "0x") || strings.HasPrefix(s, "0X")
	for _, c := range []byte(digits) {
		if !digit(c) && !(hex && strings.IndexByte("abcdefABCDEF", c) >= 0) {
			return false
		}
	}
	return digits != ""
}

func parseNumber(s string) (Spelling, error) {
	if rest, ok := strings.CutPrefix(strings.ToLower(s), "0x"); ok {
		return parseBase(s, rest, 16)
	}
	rest := strings.TrimPrefix(strings.ToLower(s), "0o")
	if !strings.ContainsAny(rest, "89") {
		x, err := parseOctalNumber(s, rest)
		if err == nil || rest != s || s[0] == '0' {
			return x, err
		}
		return orDecimal(s, err)
	}
	return onlyDecimal(s)
}

// orDecimal reads digits that are octal ones and no octal mode: as a whole st_mode
// or fs.FileMode in decimal, unless a slip is as likely.
func orDecimal(s string, refused error) (Spelling, error) {
	octal, err := strconv.ParseUint(s, 8, 32)
	slip := err == nil && octal <= typeMask|uint64(All) && kindOf(uint32(octal)) != Unknown
	x, err := ParseDecimal(s)
	if err != nil || slip || x.Notation == AsDecimal || x.Notation == AsStMode && x.Kind != Regular && x.Kind != Directory && x.Kind != Symlink {
		return Spelling{}, refused
	}
	return x, nil
}

func kindOf(rawStMode uint32) Kind {
	_, k := FromStat(rawStMode)
	return k
}

// parseOctalNumber reads octal digits. Five of them that begin with 1 or 2 are
// rather a slip than the st_mode of a FIFO or of a device, which programs write
// with a zero or 0o before it.
func parseOctalNumber(s, digits string) (Spelling, error) {
	x, err := parseBase(s, digits, 8)
	if err != nil {
		return Spelling{}, err
	}
	if x.Notation == AsStMode && digits == s && s[0] != '0' && (x.Kind == FIFO || x.Kind == CharDevice) {
		return Spelling{}, syntaxError(s, 0, "is more than 07777", "")
	}
	x.Others = asDecimal(s)
	return x, nil
}

// parseBase reads digits as a mode, an st_mode or Go's file mode.
func parseBase(s, digits string, base int) (Spelling, error) {
	value, err := strconv.ParseUint(digits, base, 32)
	if err != nil {
		return Spelling{}, syntaxError(s, 0, "is more than 07777", "")
	}
	x, ok := fromValue(value)
	if !ok {
		return Spelling{}, syntaxError(s, 0, "is more than 07777, and neither an st_mode nor an fs.FileMode", "")
	}
	if value <= uint64(All) {
		x.Notation = map[int]Notation{8: AsOctal, 10: AsDecimal, 16: AsHex}[base]
	}
	return x, nil
}

// fromValue takes a number for a mode of twelve bits, or for one with a type.
func fromValue(value uint64) (Spelling, bool) {
	if value <= uint64(All) {
		return Spelling{Mode: Mode(value)}, true
	}
	if value <= typeMask|uint64(All) {
		m, k := FromStat(uint32(value))
		return Spelling{Mode: m, Kind: k, Notation: AsStMode}, k != Unknown
	}
	const known = fs.ModeType | fs.ModePerm | fs.ModeSetuid | fs.ModeSetgid | fs.ModeSticky | fs.ModeAppend | fs.ModeExclusive | fs.ModeTemporary
	f := fs.FileMode(value)
	if value > 1<<32-1 || f&^known != 0 {
		return Spelling{}, false
	}
	m, k := FromFileMode(f)
	return Spelling{Mode: m, Kind: k, Notation: AsGoNumber}, true
}

// onlyDecimal reads digits that are no octal number. As a mode of twelve bits
// they are refused, since nobody can tell a slip from an intention.
func onlyDecimal(s string) (Spelling, error) {
	i := max(strings.IndexAny(s, "89"), 0)
	refused := syntaxError(s, i, "is no octal number", "")
	if digit(s[i]) && !octalDigit(s[i]) {
		refused.Problem = fmt.Sprintf("%c is no octal digit", s[i])
	}
	if s[0] == '0' && len(s) > 1 {
		return Spelling{}, refused
	}
	x, err := ParseDecimal(s)
	if err != nil {
		return Spelling{}, refused
	}
	if x.Notation == AsDecimal {
		refused.Hint = "in decimal it is " + x.Mode.literal()
		return Spelling{}, refused
	}
	return x, nil
}

// ParseDecimal reads a decimal number: twelve bits (420 is 0644), an st_mode
// (33188) or an fs.FileMode of Go (2147484141). Of 4755, which may be a slip or the
// st_mode of a FIFO, it takes the twelve bits that chmod(2) would. Errors are of type *SyntaxError.
func ParseDecimal(s string) (Spelling, error) {
	for i := range len(s) {
		if !digit(s[i]) {
			return Spelling{}, syntaxError(s, i, "is no decimal number", "")
		}
	}
	if s == "" {
		return Spelling{}, syntaxError("", 0, "is empty", "")
	}
	x, err := parseBase(s, s, 10)
	if x.Kind == FIFO && x.Notation == AsStMode && !strings.ContainsAny(s, "89") {
		// 4755: chmod(2) takes the low twelve bits.
		return Spelling{Mode: x.Mode, Notation: AsDecimal, Others: []Reading{{By: "stat", Mode: x.Mode, Kind: x.Kind}}}, nil
	}
	return x, err
}

// asDecimal is what a program does that has these octal digits without a zero
// before them: chmod(2) takes the low twelve bits of the number, Go's os.Chmod
// the low nine, since its special bits lie elsewhere.
func asDecimal(s string) []Reading {
	if s[0] == '0' || len(s) < 3 || len(s) > 4 {
		return nil
	}
	value, err := strconv.ParseUint(s, 10, 16)
	if err != nil {
		return nil
	}
	m := Mode(value) & All
	if m == m&Permissions {
		return []Reading{{By: "C, Python and Go", Mode: m}}
	}
	return []Reading{{By: "C and Python", Mode: m}, {By: "Go", Mode: m & Permissions}}
}
