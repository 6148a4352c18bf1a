package nt

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// NTACL is the content of the attribute security.NTACL, in which Samba keeps a
// descriptor beside the mode (librpc/idl/xattr.idl). Where its hash is not that of
// what the file system has, smbd leaves it aside.
type NTACL struct {
	Version     int // 1 to 4
	HashType    uint16
	Hash        [64]byte // of version 2 the first sixteen bytes; from 3 on, of the descriptor as the mode gives it
	Description string   // from version 4 on: "acl_xattr"
	Time        uint64   // from version 4 on: in 100 ns since 1601
	SystemHash  [64]byte // from version 4 on: of the POSIX list
	Descriptor  Descriptor
	fromHeader  bool // the offsets of the descriptor count from its own header
}

const (
	ntaclReferent = 0x00020000
	hashSizeV2    = 16
)

// DecodeNTACL reads the attribute. Samba counts the descriptor's offsets from the
// beginning of the attribute; those that count from the descriptor are read as well.
func DecodeNTACL(b []byte) (NTACL, error) {
	r := &ndr{reader: reader{bytes: b}, size: len(b)}
	n := NTACL{Version: int(r.uint16())}
	level := int(r.uint16())
	switch {
	case r.short:
		return NTACL{}, &BinaryError{"security.NTACL", len(b), "it ends within its version"}
	case n.Version < 1 || n.Version > 4 || level != n.Version:
		return NTACL{}, &BinaryError{"security.NTACL", 0, fmt.Sprintf("version %d, level %d: those from 1 to 4 are known", n.Version, level)}
	}
	r.head(&n)
	if r.short {
		return NTACL{}, &BinaryError{"security.NTACL", len(b), "it ends before the descriptor"}
	}
	return n, n.descriptor(b, r.at())
}

func (n *NTACL) descriptor(b []byte, at int) error {
	d, err := decodeAt(b, at, 0)
	if err != nil {
		var err2 error
		if d, err2 = decodeAt(b, at, at); err2 != nil {
			return fmt.Errorf("security.NTACL: %w", errors.Join(err, err2))
		}
		n.fromHeader = true
	}
	n.Descriptor = d
	return nil
}

// ndr reads with the alignment of NDR.
type ndr struct {
	reader
	size int
}

func (r *ndr) at() int { return r.size - len(r.bytes) }

func (r *ndr) align(to int) { r.take(-r.at() & (to - 1)) }

// head reads what stands before the descriptor.
func (r *ndr) head(n *NTACL) {
	r.uint32() // referent of the union
	if n.Version == 1 {
		return
	}
	r.uint32() // referent of the descriptor
	if n.Version == 2 {
		copy(n.Hash[:hashSizeV2], r.take(hashSizeV2))
		return
	}
	n.HashType = r.uint16()
	copy(n.Hash[:], r.take(64))
	if n.Version == 4 {
		for c := r.take(1)[0]; c != 0; c = r.take(1)[0] {
			n.Description += string([]byte{c})
		}
		r.align(8)
		n.Time = r.uint64()
		copy(n.SystemHash[:], r.take(64))
	}
	r.align(4)
}

// Encode is the attribute, with the offsets as they were read, or else as Samba
// writes them.
func (n NTACL) Encode() ([]byte, error) {
	if n.Version < 1 || n.Version > 4 {
		return nil, &FormatError{Form: "security.NTACL", Index: -1, Problem: fmt.Sprintf("there is no version %d", n.Version)}
	}
	le := binary.LittleEndian
	b := le.AppendUint16(nil, uint16(n.Version))
	b = le.AppendUint16(b, uint16(n.Version))
	b = le.AppendUint32(b, ntaclReferent)
	if n.Version > 1 {
		b = le.AppendUint32(b, ntaclReferent+4)
	}
	switch n.Version {
	case 2:
		b = append(b, n.Hash[:hashSizeV2]...)
	case 3, 4:
		b = append(le.AppendUint16(b, n.HashType), n.Hash[:]...)
	}
	if n.Version == 4 {
		b = append(append(b, n.Description...), 0)
		b = append(b, make([]byte, -len(b)&7)...)
		b = append(le.AppendUint64(b, n.Time), n.SystemHash[:]...)
	}
	b = pad4(b)
	base := len(b)
	if n.fromHeader {
		base = 0
	}
	d, err := n.Descriptor.encode(SambaLayout, base)
	return append(b, d...), err
}
