package vms

import (
	"encoding/binary"
	"strings"
)

// Category is one of the four columns of a protection code. A user is in all that fit.
type Category uint8

// The categories, from the lowest bits of the word.
const (
	System Category = iota
	Owner
	Group
	World
)

func (c Category) String() string {
	return [...]string{"SYSTEM", "OWNER", "GROUP", "WORLD"}[c&3]
}

// Protection is a protection code as the file header stores it (FH2$W_FILEPROT): four
// bits a category, System lowest; in each R, W, E, D; a bit that is set refuses.
type Protection uint16

// DefaultProtection is what RMS_FILEPROT has when nobody sets it:
// (S:RWED,O:RWED,G:RE,W).
const DefaultProtection Protection = 0xFA00

// Of is what the category is given.
func (p Protection) Of(c Category) Access {
	return Access(^p>>(4*c)) & coded
}

// With is the code with the category given just these rights, out of R, W, E and D.
func (p Protection) With(c Category, a Access) Protection {
	p |= 0xF << (4 * c)
	return p &^ (Protection(a&coded) << (4 * c))
}

// Positive is the word with bits that are set for what is given, as
// LIB$PARSE_ACCESS_CODE has it.
func (p Protection) Positive() uint16 { return uint16(^p) }

// Encode is the word as disks and archives hold it.
func (p Protection) Encode() []byte { return binary.LittleEndian.AppendUint16(nil, uint16(p)) }

// DecodeProtection reads the two bytes that Encode writes.
func DecodeProtection(b []byte) (Protection, error) {
	if len(b) != 2 {
		return 0, &DecodeError{Offset: min(len(b), 2), Problem: "a protection word is two bytes"}
	}
	return Protection(binary.LittleEndian.Uint16(b)), nil
}

// String is the code for files as commands take it: (S:RWED,O:RWED,G:RE,W).
func (p Protection) String() string { return p.Format(File) }

// Format is the code as commands take it, with the letters of the class.
func (p Protection) Format(c Class) string {
	return Code{Word: p, Named: 0xFFFF}.Format(c)
}

// FormatListing is the code as DIRECTORY prints it: (RWED,RWED,RE,).
func (p Protection) FormatListing(c Class) string {
	return "(" + p.columns(c, System) + ")"
}

// FormatZipinfo is the code as the short listing of zipinfo has it, without the system's
// column: RWED,RE,RE.
func (p Protection) FormatZipinfo() string { return p.columns(File, Owner) }

func (p Protection) columns(c Class, from Category) string {
	var cols []string
	for cat := from; cat <= World; cat++ {
		cols = append(cols, p.Of(cat).Format(c))
	}
	return strings.Join(cols, ",")
}

// FormatShow is the code as SHOW SECURITY prints it:
// (System: RWED, Owner: RWED, Group: RE, World).
func (p Protection) FormatShow(c Class) string {
	var cols []string
	for cat := System; cat <= World; cat++ {
		col := cat.String()[:1] + strings.ToLower(cat.String()[1:])
		if a := p.Of(cat); a != 0 {
			col += ": " + a.Format(c)
		}
		cols = append(cols, col)
	}
	return "(" + strings.Join(cols, ", ") + ")"
}

// Code is a protection code that may leave categories out. SET SECURITY leaves those as
// they are; a command that creates takes them from the default.
type Code struct {
	Word  Protection
	Named uint16 // four bits that are set for each category that is named
}

// Names reports whether the category is named.
func (k Code) Names(c Category) bool { return k.Named>>(4*c)&0xF != 0 }

// Complete reports whether all four categories are named.
func (k Code) Complete() bool { return k.Named == 0xFFFF }

// ApplyTo is the protection with the named categories replaced.
func (k Code) ApplyTo(p Protection) Protection {
	return p&^Protection(k.Named) | k.Word&Protection(k.Named)
}

func (k Code) String() string { return k.Format(File) }

// Format is the code as commands take it: (O:R,W).
func (k Code) Format(c Class) string {
	var cols []string
	for cat := System; cat <= World; cat++ {
		if !k.Names(cat) {
			continue
		}
		col := cat.String()[:1]
		if a := k.Word.Of(cat); a != 0 {
			col += ":" + a.Format(c)
		}
		cols = append(cols, col)
	}
	return "(" + strings.Join(cols, ",") + ")"
}
