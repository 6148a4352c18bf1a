package vms

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
)

// UIC is a user identification code: the group in the upper half, the member in the
// lower. Groups reach to octal 37776 and members to octal 177776; one more is the
// wildcard.
type UIC uint32

const (
	maxGroup, maxMember     = 0o37776, 0o177776
	anyGroup, anyMember     = 0o37777, 0o177777
	bitsOfGeneral       UIC = 1 << 31 // set in identifiers that are no UIC
)

// NewUIC is [group,member].
func NewUIC(group, member uint16) UIC { return UIC(group)<<16 | UIC(member) }

// Group is the number of the group.
func (u UIC) Group() uint16 { return uint16(u >> 16) }

// Member is the number within the group.
func (u UIC) Member() uint16 { return uint16(u) }

// String is the code in octal: [10,5]; %X80010001 for a number that is no UIC.
func (u UIC) String() string {
	if u&bitsOfGeneral != 0 || u.Group() > anyGroup {
		return fmt.Sprintf("%%X%08X", uint32(u))
	}
	return "[" + octalOr(u.Group(), anyGroup) + "," + octalOr(u.Member(), anyMember) + "]"
}

func octalOr(n, wildcard uint16) string {
	if n == wildcard {
		return "*"
	}
	return strconv.FormatUint(uint64(n), 8)
}

// Encode is the code as archives hold it: the member first, little-endian.
func (u UIC) Encode() []byte { return binary.LittleEndian.AppendUint32(nil, uint32(u)) }

// DecodeUIC reads the four bytes that Encode writes.
func DecodeUIC(b []byte) (UIC, error) {
	if len(b) != 4 {
		return 0, &DecodeError{Offset: min(len(b), 4), Problem: "a UIC is four bytes"}
	}
	return UIC(binary.LittleEndian.Uint32(b)), nil
}

// ParseUIC reads a numeric code: [10,5] in octal, <10,5>, %X00080005, with wildcards.
// For codes by name see ParseIdentifier.
func ParseUIC(s string) (UIC, error) {
	id, err := ParseIdentifier(s)
	if err != nil {
		return 0, err
	}
	if id.Name != "" {
		return 0, syntaxError(s, 0, "is no UIC in numbers", "write the octal numbers, [10,5]")
	}
	return id.UIC, nil
}

// Identifier is what an entry names and an object is owned by: a UIC, or a name.
type Identifier struct {
	Name string // upper case, as it is written: ACCOUNTING, [ACCT,MARTIN], [MARTIN], [ACCT,*]; "" for a number
	UIC  UIC    // of one without a name
}

func (i Identifier) String() string {
	if i.Name != "" {
		return i.Name
	}
	return i.UIC.String()
}

// ParseIdentifier reads an identifier: [10,5], [ACCT,MARTIN], [MARTIN], [ACCT,*],
// ACCOUNTING, BATCH, %X80010001. Names are up to 31 letters, digits, "$" and "_", with
// at least one that is no digit; case does not matter.
func ParseIdentifier(s string) (Identifier, error) {
	switch {
	case strings.HasPrefix(strings.ToUpper(s), "%X"):
		n, err := strconv.ParseUint(s[2:], 16, 32)
		if err != nil {
			return Identifier{}, syntaxError(s, 2, "is no hexadecimal number of 32 bits", "")
		}
		return Identifier{UIC: UIC(n)}, nil
	case len(s) > 1 && (s[0] == '[' && s[len(s)-1] == ']' || s[0] == '<' && s[len(s)-1] == '>'):
		return bracketed(s)
	case !isName(s):
		return Identifier{}, syntaxError(s, 0, "is no identifier", "an identifier is a name, or a UIC in brackets")
	}
	return Identifier{Name: strings.ToUpper(s)}, nil
}

func bracketed(s string) (Identifier, error) {
	group, member, both := strings.Cut(s[1:len(s)-1], ",")
	if !both {
		if !isName(group) {
			return Identifier{}, syntaxError(s, 1, "is no user's name", "")
		}
		return Identifier{Name: "[" + strings.ToUpper(group) + "]"}, nil
	}
	g, gok := octal(group, maxGroup, anyGroup)
	m, mok := octal(member, maxMember, anyMember)
	switch {
	case gok && mok:
		return Identifier{UIC: NewUIC(g, m)}, nil
	case !gok && !isName(group):
		return Identifier{}, syntaxError(s, 1, fmt.Sprintf("%q is no group", group), "groups are octal, to 37776, or names")
	case !mok && !isName(member):
		return Identifier{}, syntaxError(s, 2+len(group), fmt.Sprintf("%q is no member", member), "members are octal, to 177776, or names")
	}
	return Identifier{Name: "[" + part(group) + "," + part(member) + "]"}, nil
}

// part is one half of a UIC of which at least the other half is a name.
func part(s string) string {
	if n, err := strconv.ParseUint(s, 8, 16); err == nil {
		return strconv.FormatUint(n, 8)
	}
	return strings.ToUpper(s)
}

func octal(s string, most, wildcard uint16) (uint16, bool) {
	if s == "*" {
		return wildcard, true
	}
	n, err := strconv.ParseUint(s, 8, 16)
	return uint16(n), err == nil && n <= uint64(most) && s[0] != '+'
}

func isName(s string) bool {
	letters := 0
	for i := range len(s) {
		switch b := upper(s[i]); {
		case 'A' <= b && b <= 'Z', b == '$', b == '_':
			letters++
		case b < '0' || b > '9':
			return false
		}
	}
	return len(s) <= 31 && letters > 0
}
