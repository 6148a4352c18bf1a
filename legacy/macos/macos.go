// Package macos holds what classic Mac OS and HFS+ say of files beside any list: whether
// a file is locked, the Finder's flags, and the flags that Mac OS X took from BSD. Lists
// are those of package acl/macos.
//
// They are read from catalog records of HFS and HFS+, from MacBinary, and from
// AppleSingle and AppleDouble files, "._" files with extended attributes among them.
// File.Decide says what a lock refuses; it knows no identities but the owner and the
// superuser of Mac OS X.
package macos

import (
	"fmt"
	"strconv"
	"strings"
)

// FinderFlags is what the Finder keeps of a file, in FInfo.fdFlags (Inside Macintosh:
// Macintosh Toolbox Essentials, chapter 7). Locked is none of them. Bits without a name
// are kept.
type FinderFlags uint16

// The flags.
const (
	OnDesk      FinderFlags = 1 << 0
	Shared      FinderFlags = 1 << 6 // may be run by several at once
	NoInits     FinderFlags = 1 << 7
	Inited      FinderFlags = 1 << 8
	CustomIcon  FinderFlags = 1 << 10
	Stationery  FinderFlags = 1 << 11
	NameLocked  FinderFlags = 1 << 12
	HasBundle   FinderFlags = 1 << 13
	Invisible   FinderFlags = 1 << 14
	Alias       FinderFlags = 1 << 15
	colourShift             = 1
	colourMask  FinderFlags = 7 << colourShift
)

// Colour is the label of the file, 0 to 7.
func (f FinderFlags) Colour() int { return int(f & colourMask >> colourShift) }

// BSDFlags is the flags that stat(2) of Mac OS X shows in st_flags: the lower half is the
// owner's to change, the upper the superuser's. Bits without a name are kept.
type BSDFlags uint32

// The flags (sys/stat.h). UserImmutable is the Finder's "Locked".
const (
	NoDump          BSDFlags = 1 << 0
	UserImmutable   BSDFlags = 1 << 1
	UserAppend      BSDFlags = 1 << 2
	Opaque          BSDFlags = 1 << 3
	Hidden          BSDFlags = 1 << 15
	Archived        BSDFlags = 1 << 16
	SystemImmutable BSDFlags = 1 << 17
	SystemAppend    BSDFlags = 1 << 18

	adminShift = 16
)

// A word is the name of a flag.
type word[T ~uint16 | ~uint32] struct {
	name string
	bit  T
}

var (
	finderWords = [...]word[FinderFlags]{
		{"ondesk", OnDesk},
		{"shared", Shared},
		{"noinits", NoInits},
		{"inited", Inited},
		{"customicon", CustomIcon},
		{"stationery", Stationery},
		{"namelocked", NameLocked},
		{"bundle", HasBundle},
		{"invisible", Invisible},
		{"alias", Alias},
	}
	// bsdWords are those of chflags(1).
	bsdWords = [...]word[BSDFlags]{
		{"nodump", NoDump},
		{"uchg", UserImmutable},
		{"uappnd", UserAppend},
		{"opaque", Opaque},
		{"hidden", Hidden},
		{"arch", Archived},
		{"schg", SystemImmutable},
		{"sappnd", SystemAppend},
	}
)

// Format is the words of the flags that are set, with commas, and a hexadecimal number
// for what has no word; "-" for none. ParseFinderFlags reads it back.
func (f FinderFlags) Format() string { return format(f, finderWords[:]) }

// String is Format.
func (f FinderFlags) String() string { return f.Format() }

// Format is the words of chflags(1) for the flags that are set, with commas, and a
// hexadecimal number for what has no word; "-" for none, as ls -lO prints it.
// ParseBSDFlags reads it back.
func (f BSDFlags) Format() string { return format(f, bsdWords[:]) }

// String is Format.
func (f BSDFlags) String() string { return f.Format() }

// ParseFinderFlags reads words and hexadecimal numbers, separated by commas. Errors are
// of type *SyntaxError.
func ParseFinderFlags(s string) (FinderFlags, error) { return parse(s, finderWords[:], 16) }

// ParseBSDFlags reads words of chflags(1) and hexadecimal numbers, separated by commas.
// The other words that chflags knows for the same are read too. Errors are of type
// *SyntaxError.
func ParseBSDFlags(s string) (BSDFlags, error) {
	also := []word[BSDFlags]{
		{"uchange", UserImmutable},
		{"uimmutable", UserImmutable},
		{"locked", UserImmutable},
		{"uappend", UserAppend},
		{"archived", Archived},
		{"schange", SystemImmutable},
		{"simmutable", SystemImmutable},
		{"sappend", SystemAppend},
	}
	return parse(s, append(also, bsdWords[:]...), 32)
}

func format[T ~uint16 | ~uint32](flags T, words []word[T]) string {
	var parts []string
	for _, w := range words {
		if flags&w.bit != 0 {
			parts = append(parts, w.name)
			flags &^= w.bit
		}
	}
	if flags != 0 {
		parts = append(parts, fmt.Sprintf("0x%x", uint32(flags)))
	}
	if parts == nil {
		return "-"
	}
	return strings.Join(parts, ",")
}

func parse[T ~uint16 | ~uint32](s string, words []word[T], bits int) (T, error) {
	var flags T
	if s == "" || s == "-" {
		return 0, nil
	}
	at := 0
	for part := range strings.SplitSeq(s, ",") {
		bit, ok := lookUp(part, words, bits)
		if !ok {
			return 0, syntaxError(s, at, fmt.Sprintf("%q is no flag", part), "the flags are "+format(^T(0), words))
		}
		flags |= bit
		at += len(part) + 1
	}
	return flags, nil
}

func lookUp[T ~uint16 | ~uint32](part string, words []word[T], bits int) (T, bool) {
	for _, w := range words {
		if w.name == part {
			return w.bit, true
		}
	}
	digits, ok := strings.CutPrefix(part, "0x")
	n, err := strconv.ParseUint(digits, 16, bits)
	return T(n), ok && err == nil
}
