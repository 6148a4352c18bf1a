package vms

import (
	"encoding/binary"
	"fmt"

	"ward/mode"
)

// FromMode is the code that Info-ZIP shows for the mode of an archive member from
// OpenVMS: the owner's, the group's and others' bits in their columns, the system's as
// the owner's; w gives write and delete.
func FromMode(m mode.Mode) Protection {
	p := Protection(0xFFFF)
	for c, r := range []mode.Rights{m.Owner(), m.Owner(), m.Group(), m.Other()} {
		p = p.With(Category(c), fromRights(r))
	}
	return p
}

func fromRights(r mode.Rights) Access {
	var a Access
	if r&4 != 0 {
		a |= Read
	}
	if r&2 != 0 {
		a |= Write | Delete
	}
	if r&1 != 0 {
		a |= Execute
	}
	return a
}

// Mode is the bits in the same columns as stat(2) of the C library of OpenVMS shows
// them. It does not follow who gets what: categories overlap there, and do not in a mode.
func (p Protection) Mode() mode.Mode {
	var m mode.Mode
	for c := Owner; c <= World; c++ {
		a := p.Of(c)
		m = m<<3 | mode.Mode(a&Read)<<2 | mode.Mode(a&Write) | mode.Mode(a&Execute)>>2
	}
	return m
}

// The tags of the attributes that matter here (ATRDEF).
const (
	TagUIC        = 21 // ATR$C_UIC
	TagProtection = 22 // ATR$C_FPRO
)

// Attribute is one file attribute of an archive member: its tag and its bytes.
type Attribute struct {
	Tag  uint16
	Data []byte
}

// Attributes are the extra field 0x000C, which PKWARE gives to members from OpenVMS.
type Attributes struct {
	CRC  uint32 // of what follows, as the field has it
	List []Attribute
}

// DecodeAttributes reads the contents of the field. Bytes are copied; attributes that
// are not known are kept.
func DecodeAttributes(b []byte) (Attributes, error) {
	if len(b) < 4 {
		return Attributes{}, &DecodeError{len(b), "the field is shorter than its checksum"}
	}
	a := Attributes{CRC: binary.LittleEndian.Uint32(b)}
	for at := 4; at < len(b); {
		if len(b)-at < 4 {
			return Attributes{}, &DecodeError{at, "the field ends within a tag"}
		}
		tag, size := binary.LittleEndian.Uint16(b[at:]), int(binary.LittleEndian.Uint16(b[at+2:]))
		at += 4
		if size > len(b)-at {
			return Attributes{}, &DecodeError{at - 2, fmt.Sprintf("attribute %d says %d bytes, and %d are left", tag, size, len(b)-at)}
		}
		a.List = append(a.List, Attribute{tag, append([]byte(nil), b[at:at+size]...)})
		at += size
	}
	return a, nil
}

// Encode is the contents of the field. Data longer than 65535 bytes is refused.
func (a Attributes) Encode() ([]byte, error) {
	b := binary.LittleEndian.AppendUint32(nil, a.CRC)
	for _, x := range a.List {
		if len(x.Data) > 0xFFFF {
			return nil, &DecodeError{len(b), fmt.Sprintf("attribute %d has %d bytes: too many for the field", x.Tag, len(x.Data))}
		}
		b = binary.LittleEndian.AppendUint16(b, x.Tag)
		b = binary.LittleEndian.AppendUint16(b, uint16(len(x.Data)))
		b = append(b, x.Data...)
	}
	return b, nil
}

// Owner is the owner's UIC, when the field has it whole.
func (a Attributes) Owner() (UIC, bool) {
	u, err := DecodeUIC(a.find(TagUIC))
	return u, err == nil
}

// Protection is the protection word, when the field has it whole.
func (a Attributes) Protection() (Protection, bool) {
	p, err := DecodeProtection(a.find(TagProtection))
	return p, err == nil
}

func (a Attributes) find(tag uint16) []byte {
	for _, x := range a.List {
		if x.Tag == tag {
			return x.Data
		}
	}
	return nil
}

// Block is one extra field 0x4D49 ("IM"), in which Info-ZIP keeps a block of RMS.
type Block struct {
	Signature [4]byte // VFAB VALL VFHC VDAT VRDT VPRO VKEY VMSV
	Flags     uint16  // the low bits: the compression, 0 stored
	Size      uint16  // uncompressed
	Reserved  uint32
	Data      []byte // as stored
}

const (
	blockHead       = 12
	compressionMask = 7
)

// DecodeBlock reads the contents of the field. Bytes are copied.
func DecodeBlock(b []byte) (Block, error) {
	if len(b) < blockHead {
		return Block{}, &DecodeError{len(b), fmt.Sprintf("a block has %d bytes before its data", blockHead)}
	}
	le := binary.LittleEndian
	k := Block{Signature: [4]byte(b), Flags: le.Uint16(b[4:]), Size: le.Uint16(b[6:]), Reserved: le.Uint32(b[8:]), Data: append([]byte(nil), b[blockHead:]...)}
	if k.Flags&compressionMask == 0 && int(k.Size) != len(k.Data) {
		return Block{}, &DecodeError{6, fmt.Sprintf("the block says %d bytes, and has %d", k.Size, len(k.Data))}
	}
	return k, nil
}

// Encode is the contents of the field.
func (k Block) Encode() []byte {
	le := binary.LittleEndian
	b := le.AppendUint32(le.AppendUint16(le.AppendUint16(append([]byte(nil), k.Signature[:]...), k.Flags), k.Size), k.Reserved)
	return append(b, k.Data...)
}

// Protection is the protection word and the owner of a stored VPRO block (XABPRO: the
// word at 8, the UIC at 12).
func (k Block) Protection() (Protection, UIC, bool) {
	if string(k.Signature[:]) != "VPRO" || k.Flags&compressionMask != 0 || len(k.Data) < 16 {
		return 0, 0, false
	}
	le := binary.LittleEndian
	return Protection(le.Uint16(k.Data[8:])), UIC(le.Uint32(k.Data[12:])), true
}
