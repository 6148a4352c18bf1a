package dos

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"

	"ward/mode"
)

// SambaValid says which fields of a Samba value mean something.
type SambaValid uint32

// The flags (librpc/idl/xattr.idl in Samba).
const (
	ValidAttributes SambaValid = 1 << iota
	ValidEASize
	ValidSize
	ValidAllocSize
	ValidCreateTime
	ValidChangeTime
	ValidInodeTime
)

// Samba is the value of user.DOSATTRIB. Fields that a version does not have are zero.
// Times count 100 nanoseconds from the start of 1601.
type Samba struct {
	Text       string // the number that versions 1 to 3 begin with: "0x22"
	Version    uint16 // 1 to 5; 0 is the value of Samba 3.0, which is the text alone
	Flags      uint32 // of version 2
	Valid      SambaValid
	Stored     Attributes
	EASize     uint32
	Size       uint64
	AllocSize  uint64
	InodeTime  uint64
	CreateTime uint64
	ChangeTime uint64
	WriteTime  uint64 // of version 2
	Name       string // of version 2
	Rest       []byte // what stands behind
}

// Attributes is the attributes that the value says the file has: those of the number, or
// of the text where they are not valid. It fails with a *FormError where there are none.
func (s Samba) Attributes() (Attributes, error) {
	hasValid := s.Version >= 3
	if s.Version != 0 && (!hasValid || s.Valid&ValidAttributes != 0) {
		return s.Stored, nil
	}
	digits, ok := strings.CutPrefix(strings.ToLower(s.Text), "0x")
	n, err := strconv.ParseUint(digits, 16, 32)
	if !ok || err != nil {
		return 0, &FormError{Form: SambaXattr, Problem: fmt.Sprintf("%q is no hexadecimal number, and no attributes follow", s.Text)}
	}
	return Attributes(n), nil
}

// With is the value with other attributes, in its version.
func (s Samba) With(a Attributes) Samba {
	s.Stored = a
	if s.Version >= 3 {
		s.Valid |= ValidAttributes
	}
	if s.Version <= 3 {
		s.Text = fmt.Sprintf("0x%x", uint32(a))
	}
	return s
}

// A field is a number of a version's layout: one of 32 bits or one of 64.
type field struct {
	name  string
	small *uint32
	large *uint64
}

// layout is the numbers of the value's version, in order; nil for an unknown version.
func (s *Samba) layout() []field {
	valid := field{name: "the flags of what is valid", small: (*uint32)(&s.Valid)}
	attributes := field{name: "the attributes", small: (*uint32)(&s.Stored)}
	created := field{name: "the time of creation", large: &s.CreateTime}
	old := []field{
		attributes,
		{name: "the size of the extended attributes", small: &s.EASize},
		{name: "the size", large: &s.Size},
		{name: "the allocated size", large: &s.AllocSize},
		created,
		{name: "the time of change", large: &s.ChangeTime},
	}
	switch s.Version {
	case 1:
		return old
	case 2:
		return append(append([]field{{name: "the flags", small: &s.Flags}}, old...), field{name: "the time of writing", large: &s.WriteTime})
	case 3:
		return append([]field{valid}, old...)
	case 4:
		return []field{valid, attributes, {name: "the time of the inode", large: &s.InodeTime}, created}
	case 5:
		return []field{valid, attributes, created}
	}
	return nil
}

// DecodeSamba reads the value of user.DOSATTRIB: a text that ends with a NUL byte, the
// version twice, and its numbers, each aligned to its size (NDR, the least byte first).
// Errors are of type *FormError.
func DecodeSamba(value []byte) (Samba, error) {
	r := sambaReader{b: value}
	text, _, ended := bytes.Cut(value, []byte{0})
	s := Samba{Text: string(text)}
	r.at = len(text) + 1
	if !ended || len(value) == r.at {
		_, err := s.Attributes()
		return s, err
	}
	s.Version = r.u16("the version")
	if again := r.u16("the version again"); r.err == nil && again != s.Version {
		r.fail(r.at-2, "the version is %d, and then %d", s.Version, again)
	}
	fields := s.layout()
	if fields == nil {
		r.fail(r.at, "version %d is unknown", s.Version)
	}
	for _, f := range fields {
		if f.small != nil {
			*f.small = r.u32(f.name)
		} else {
			*f.large = r.u64(f.name)
		}
	}
	if r.err != nil {
		return Samba{}, r.err
	}
	s.Rest = value[r.at:]
	return s.named(), nil
}

// named takes the name of version 2 off the rest.
func (s Samba) named() Samba {
	if name, rest, ok := bytes.Cut(s.Rest, []byte{0}); ok && s.Version == 2 {
		s.Name, s.Rest = string(name), rest
	}
	if len(s.Rest) == 0 {
		s.Rest = nil
	}
	return s
}

// Encode is the value of user.DOSATTRIB. DecodeSamba reads it back. It fails, with a
// *FormError, for a version that is unknown.
func (s Samba) Encode() ([]byte, error) {
	b := append([]byte(s.Text), 0)
	if s.Version == 0 {
		return b, nil
	}
	fields := s.layout()
	if fields == nil {
		return nil, &FormError{Form: SambaXattr, Problem: fmt.Sprintf("version %d is unknown", s.Version)}
	}
	b = align(b, 2)
	b = binary.LittleEndian.AppendUint16(b, s.Version)
	b = binary.LittleEndian.AppendUint16(b, s.Version)
	for _, f := range fields {
		if f.small != nil {
			b = binary.LittleEndian.AppendUint32(align(b, 4), *f.small)
		} else {
			b = binary.LittleEndian.AppendUint64(align(b, 8), *f.large)
		}
	}
	if s.Version == 2 && (s.Name != "" || len(s.Rest) > 0) {
		b = append(append(b, s.Name...), 0)
	}
	return append(b, s.Rest...), nil
}

func align(b []byte, to int) []byte {
	for len(b)%to != 0 {
		b = append(b, 0)
	}
	return b
}

// sambaReader takes aligned numbers from bytes; after an error it takes zeros.
type sambaReader struct {
	b   []byte
	at  int
	err error
}

func (r *sambaReader) fail(at int, format string, args ...any) {
	if r.err == nil {
		r.err = &FormError{Form: SambaXattr, Offset: at, Problem: fmt.Sprintf(format, args...)}
	}
}

// take is the next n bytes, at an offset that n divides.
func (r *sambaReader) take(n int, what string) []byte {
	at := (r.at + n - 1) / n * n
	if r.err != nil || len(r.b)-at < n {
		r.fail(at, "%s should stand here, and the value ends", what)
		return make([]byte, n)
	}
	r.at = at + n
	return r.b[at:r.at]
}

func (r *sambaReader) u16(what string) uint16 { return binary.LittleEndian.Uint16(r.take(2, what)) }
func (r *sambaReader) u32(what string) uint32 { return binary.LittleEndian.Uint32(r.take(4, what)) }
func (r *sambaReader) u64(what string) uint64 { return binary.LittleEndian.Uint64(r.take(8, what)) }

// SambaMap is which attributes Samba keeps in the execute bits of files where it has no
// user.DOSATTRIB ("store dos attributes = no").
type SambaMap struct {
	Archive bool // "map archive", the owner's x; the default
	System  bool // "map system", the group's
	Hidden  bool // "map hidden", others'
}

// FromMode is the attributes that Samba shows of a file with the mode.
func (s SambaMap) FromMode(m mode.Mode) Attributes {
	var a Attributes
	for _, e := range s.entries() {
		if e.on && m&e.x != 0 {
			a |= e.bit
		}
	}
	if m&0o200 == 0 { // "map readonly = yes"
		a |= ReadOnly
	}
	return a
}

// ToMode is the mode m with the attributes in the execute bits that the map uses.
func (s SambaMap) ToMode(a Attributes, m mode.Mode) mode.Mode {
	for _, e := range s.entries() {
		switch {
		case e.on && a&e.bit != 0:
			m |= e.x
		case e.on:
			m &^= e.x
		}
	}
	if a&ReadOnly != 0 {
		m &^= 0o222
	}
	return m
}

type sambaEntry struct {
	on  bool
	bit Attributes
	x   mode.Mode
}

func (s SambaMap) entries() [3]sambaEntry {
	return [3]sambaEntry{{s.Archive, Archive, 0o100}, {s.System, System, 0o010}, {s.Hidden, Hidden, 0o001}}
}
