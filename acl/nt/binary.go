package nt

import (
	"encoding/binary"
	"fmt"
)

// Sizes of the fixed parts (MS-DTYP, sections 2.4.4.1, 2.4.5 and 2.4.6).
const (
	descriptorHeader = 20
	aclHeader        = 8
	aceHeader        = 4
	maxACLSize       = 1<<16 - 1
)

// Decode reads a self-relative descriptor. Parts are found by their offsets, in
// whatever order they lie, and may overlap; bytes that belong to none are ignored.
func Decode(b []byte) (Descriptor, error) {
	return decodeAt(b, 0, 0)
}

// decodeAt reads the descriptor whose header is at start and whose offsets count
// from base.
func decodeAt(b []byte, start, base int) (Descriptor, error) {
	if len(b)-start < descriptorHeader {
		return Descriptor{}, &BinaryError{"security descriptor", len(b), "it ends within its twenty bytes of header"}
	}
	h := b[start:]
	if h[0] != 1 {
		return Descriptor{}, &BinaryError{"security descriptor", start, fmt.Sprintf("its revision is %d, only 1 is known", h[0])}
	}
	d := Descriptor{ResourceManager: h[1], Control: Control(binary.LittleEndian.Uint16(h[2:]))}
	if d.Control&SelfRelative == 0 {
		return Descriptor{}, &BinaryError{"security descriptor", start + 2, "it is not self-relative"}
	}
	r := parts{bytes: b, base: base, header: h}
	d.Owner = r.sid(4, "owner")
	d.Group = r.sid(8, "group")
	d.SACL = r.acl(12, "SACL")
	d.DACL = r.acl(16, "DACL")
	if r.err != nil {
		return Descriptor{}, r.err
	}
	return d, nil
}

// parts reads what the offsets of a descriptor point to, up to the first error.
type parts struct {
	bytes, header []byte
	base          int
	err           error
}

// at is what the offset in the header's byte field points to; nil where it is 0.
func (r *parts) at(field int, what string) (b []byte, offset int) {
	off := binary.LittleEndian.Uint32(r.header[field:])
	if off == 0 || r.err != nil {
		return nil, 0
	}
	offset = r.base + int(off)
	if int64(off) >= int64(len(r.bytes)-r.base) {
		r.err = &BinaryError{"security descriptor", offset, fmt.Sprintf("the %s is outside of it", what)}
		return nil, 0
	}
	return r.bytes[offset:], offset
}

func (r *parts) sid(field int, what string) SID {
	b, offset := r.at(field, what)
	if b == nil {
		return SID{}
	}
	s, _, err := DecodeSID(b)
	r.fail(what, offset, err)
	return s
}

func (r *parts) acl(field int, what string) *ACL {
	b, offset := r.at(field, what)
	if b == nil {
		return nil
	}
	a, err := decodeACL(b)
	r.fail(what, offset, err)
	return a
}

func (r *parts) fail(what string, offset int, err error) {
	if err != nil && r.err == nil {
		r.err = fmt.Errorf("security descriptor: %s at byte %d: %w", what, offset, err)
	}
}

// DecodeACL reads a list alone, as the header and what follows it.
func DecodeACL(b []byte) (*ACL, error) { return decodeACL(b) }

func decodeACL(b []byte) (*ACL, error) {
	if len(b) < aclHeader {
		return nil, &BinaryError{"list", len(b), "it ends within its header"}
	}
	le := binary.LittleEndian
	size, count := int(le.Uint16(b[2:])), int(le.Uint16(b[4:]))
	if size < aclHeader || size > len(b) {
		return nil, &BinaryError{"list", 2, fmt.Sprintf("its size is %d, and there are %d bytes", size, len(b))}
	}
	if b[0] < Revision || b[0] > ObjectRevision {
		return nil, &BinaryError{"list", 0, fmt.Sprintf("its revision is %d, those from 2 to 4 are known", b[0])}
	}
	a := &ACL{Revision: b[0], Sbz1: b[1], Sbz2: le.Uint16(b[6:])}
	for at := aclHeader; len(a.Entries) < count; {
		e, n, err := decodeACE(b[at:size])
		if err != nil {
			return nil, fmt.Errorf("entry %d at byte %d: %w", len(a.Entries), at, err)
		}
		a.Entries = append(a.Entries, e)
		at += n
	}
	return a, nil
}

func decodeACE(b []byte) (ACE, int, error) {
	if len(b) < aceHeader {
		return ACE{}, 0, &BinaryError{"entry", len(b), "the list ends within its header"}
	}
	size := int(binary.LittleEndian.Uint16(b[2:]))
	if size < aceHeader || size > len(b) {
		return ACE{}, 0, &BinaryError{"entry", 2, fmt.Sprintf("its size is %d, and the list has %d bytes left", size, len(b))}
	}
	e := ACE{Type: Type(b[0]), Flags: Flags(b[1])}
	body := b[aceHeader:size]
	if e.Type.opaque() {
		e.Data = string(body)
		return e, size, nil
	}
	err := e.decodeBody(body)
	return e, size, err
}

// decodeBody reads mask, GUIDs, SID and the rest.
func (a *ACE) decodeBody(b []byte) error {
	r := reader{bytes: b}
	a.Mask = Mask(r.uint32())
	if a.Type.Object() {
		a.ObjectFlags = ObjectFlags(r.uint32())
		if a.ObjectFlags&HasObject != 0 {
			a.Object = GUID(r.take(16))
		}
		if a.ObjectFlags&HasInheritedObject != 0 {
			a.InheritedObject = GUID(r.take(16))
		}
	}
	if r.short {
		return &BinaryError{"entry", aceHeader + len(b), "it ends before its SID"}
	}
	sid, n, err := DecodeSID(r.bytes)
	if err != nil {
		return err
	}
	a.SID, a.Data = sid, string(r.bytes[n:])
	return nil
}

// reader takes fields off bytes; short says that they ran out.
type reader struct {
	bytes []byte
	short bool
}

// take is the next n bytes, or n zeroes.
func (r *reader) take(n int) []byte {
	if len(r.bytes) < n {
		r.short, r.bytes = true, nil
		return make([]byte, n)
	}
	b := r.bytes[:n]
	r.bytes = r.bytes[n:]
	return b
}

func (r *reader) uint16() uint16 { return binary.LittleEndian.Uint16(r.take(2)) }
func (r *reader) uint32() uint32 { return binary.LittleEndian.Uint32(r.take(4)) }
func (r *reader) uint64() uint64 { return binary.LittleEndian.Uint64(r.take(8)) }

// Layout is the order in which the parts of a descriptor lie.
type Layout uint8

// The layouts, by who writes them so.
const (
	SambaLayout   Layout = iota // owner, group, SACL, DACL
	WindowsLayout               // SACL, DACL, owner, group
	NTFS3GLayout                // DACL, SACL, owner, group
)

// Encode is the self-relative form, in the layout of Samba. It fails where a list is
// longer than its 16-bit size can tell.
func (d Descriptor) Encode() ([]byte, error) { return d.EncodeAs(SambaLayout) }

// EncodeAs is the self-relative form in a layout.
func (d Descriptor) EncodeAs(l Layout) ([]byte, error) { return d.encode(l, 0) }

// encode writes offsets that count from base bytes before the header.
func (d Descriptor) encode(l Layout, base int) ([]byte, error) {
	dacl, err := d.DACL.encode("DACL")
	if err != nil {
		return nil, err
	}
	sacl, err := d.SACL.encode("SACL")
	if err != nil {
		return nil, err
	}
	b := make([]byte, descriptorHeader)
	b[0], b[1] = 1, d.ResourceManager
	binary.LittleEndian.PutUint16(b[2:], uint16(d.Control|SelfRelative))
	for _, p := range l.order(d.Owner.Encode(), d.Group.Encode(), sacl, dacl) {
		if len(p.bytes) > 0 {
			binary.LittleEndian.PutUint32(b[p.field:], uint32(base+len(b)))
			b = append(b, p.bytes...)
		}
	}
	return b, nil
}

// part is what the offset in a byte of the header points to.
type part struct {
	field int
	bytes []byte
}

func (l Layout) order(owner, group, sacl, dacl []byte) [4]part {
	o, g, s, d := part{4, owner}, part{8, group}, part{12, sacl}, part{16, dacl}
	switch l {
	case WindowsLayout:
		return [4]part{s, d, o, g}
	case NTFS3GLayout:
		return [4]part{d, s, o, g}
	}
	return [4]part{o, g, s, d}
}

// Encode is the list alone.
func (a *ACL) Encode() ([]byte, error) { return a.encode("list") }

func (a *ACL) encode(what string) ([]byte, error) {
	if a == nil {
		return nil, nil
	}
	b := make([]byte, aclHeader)
	for i, e := range a.Entries {
		if e.SID.IsZero() && !e.Type.opaque() {
			return nil, &FormatError{Form: "self-relative form", Index: i, Problem: "it has no SID"}
		}
		n := len(b)
		b = e.append(b)
		if len(b) > maxACLSize {
			return nil, &FormatError{Form: "self-relative form", Index: i, Problem: fmt.Sprintf("the %s is longer than 65535 bytes", what)}
		}
		binary.LittleEndian.PutUint16(b[n+2:], uint16(len(b)-n))
	}
	b[0], b[1] = a.revision(), a.Sbz1
	binary.LittleEndian.PutUint16(b[2:], uint16(len(b)))
	binary.LittleEndian.PutUint16(b[4:], uint16(len(a.Entries)))
	binary.LittleEndian.PutUint16(b[6:], a.Sbz2)
	return b, nil
}

// append adds the entry, with 0 for its size.
func (a ACE) append(b []byte) []byte {
	b = append(b, byte(a.Type), byte(a.Flags), 0, 0)
	if a.Type.opaque() {
		return append(b, a.Data...)
	}
	le := binary.LittleEndian
	b = le.AppendUint32(b, uint32(a.Mask))
	if a.Type.Object() {
		b = le.AppendUint32(b, uint32(a.ObjectFlags))
		if a.ObjectFlags&HasObject != 0 {
			b = append(b, a.Object[:]...)
		}
		if a.ObjectFlags&HasInheritedObject != 0 {
			b = append(b, a.InheritedObject[:]...)
		}
	}
	b = append(b, a.SID.bytes...)
	return append(b, a.Data...)
}
