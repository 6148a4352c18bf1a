package models

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"slices"

	"ward/acl/nt"
	legacymac "ward/legacy/macos"
	"ward/legacy/vms"
)

// field is one extra field of a member (APPNOTE.TXT, 4.5; those of Info-ZIP are in its
// proginfo/extrafld.txt).
type field struct {
	id    uint16
	data  []byte
	local bool
}

const (
	fieldPKVMS     = 0x000c
	fieldNT        = 0x4453 // "SD"
	fieldIZVMS     = 0x4d49 // "IM"
	fieldMac       = 0x334d // "M3"
	fieldUX        = 0x5855 // "UX"
	fieldASiUnix   = 0x756e // "nu"
	fieldOldUnix   = 0x7855 // "Ux"
	fieldUnix      = 0x7875 // "ux"
	fieldPKUnix    = 0x000d
	localHeader    = 30
	localSignature = "PK\x03\x04"
)

// allFields are the fields of the central directory, and those of the local header
// that stand only there, or stand there whole.
func allFields(archive io.ReaderAt, f *zip.File) ([]field, error) {
	local, err := localExtra(archive, f)
	if err != nil {
		return splitFields(f.Extra, false), err
	}
	fields := splitFields(local, true)
	for _, central := range splitFields(f.Extra, false) {
		if !slices.ContainsFunc(fields, func(l field) bool { return l.id == central.id && len(l.data) >= len(central.data) }) {
			fields = append(fields, central)
		}
	}
	return fields, nil
}

// splitFields stops at one that is longer than what is left.
func splitFields(extra []byte, local bool) []field {
	var all []field
	for len(extra) >= 4 {
		size := int(binary.LittleEndian.Uint16(extra[2:]))
		if 4+size > len(extra) {
			break
		}
		all = append(all, field{binary.LittleEndian.Uint16(extra), extra[4 : 4+size], local})
		extra = extra[4+size:]
	}
	return all
}

// localExtra reads the extra fields of the local header, which ends where the data
// begin: package zip tells only that place. Most headers are short.
func localExtra(archive io.ReaderAt, f *zip.File) ([]byte, error) {
	end, err := f.DataOffset()
	if err != nil {
		return nil, err
	}
	var extra []byte
	for _, longest := range []int64{localHeader + int64(len(f.Name)) + 512, localHeader + 2*0xffff} {
		start := max(0, end-longest)
		before := make([]byte, end-start)
		if _, err := archive.ReadAt(before, start); err != nil {
			return nil, err
		}
		if extra, err = extraBefore(before); err == nil {
			return extra, nil
		}
	}
	return nil, err
}

var errNoLocalHeader = errors.New("no local header stands before the data")

// extraBefore finds the header that ends with the bytes, by its lengths.
func extraBefore(before []byte) ([]byte, error) {
	for at := len(before) - localHeader; at >= 0; at-- {
		h := before[at:]
		if !bytes.HasPrefix(h, []byte(localSignature)) {
			continue
		}
		name, extra := int(binary.LittleEndian.Uint16(h[26:])), int(binary.LittleEndian.Uint16(h[28:]))
		if localHeader+name+extra == len(h) {
			return h[localHeader+name:], nil
		}
	}
	return nil, errNoLocalHeader
}

// addField adds what an extra field says of permissions; others are passed over.
func (o *Object) addField(f field) {
	carrier := fmt.Sprintf("extra field 0x%04x", f.id)
	switch f.id {
	case fieldPKVMS:
		o.add(carrier, f.data, vmsAttributes)
	case fieldIZVMS:
		if value, err := vmsBlock(f.data); value != nil || err != nil {
			o.Found = append(o.Found, Found{Carrier: carrier, Raw: f.data, Value: value, Err: err})
		}
	case fieldNT:
		if f.local { // the central directory has its length only
			o.add(carrier, f.data, ntField)
		}
	case fieldMac:
		if f.local {
			o.add(carrier, f.data, macField)
		}
	case fieldUX, fieldUnix, fieldOldUnix, fieldASiUnix, fieldPKUnix:
		o.addOwner(f)
	}
}

func vmsAttributes(raw []byte) (any, string, error) {
	a, err := vms.DecodeAttributes(raw)
	if err != nil {
		return nil, "", err
	}
	s := vms.Security{}
	p, ok := a.Protection()
	if !ok {
		return nil, "", errors.New("the attributes of OpenVMS have no protection code among them")
	}
	s.Protection = p
	if owner, ok := a.Owner(); ok {
		s.Owner.UIC = owner
	}
	note := ""
	if slices.ContainsFunc(a.List, func(x vms.Attribute) bool { return x.Tag == tagAddACL || x.Tag == tagReadACL }) {
		note = "there is a list beside it, in a form that is not read"
	}
	return s, note, nil
}

// Attributes that hold a list in its binary form (ATRDEF).
const (
	tagAddACL  = 31 // ATR$C_ADDACLENT
	tagReadACL = 37 // ATR$C_READACL
)

// vmsBlock is about permissions only where it is a VPRO block that is stored.
func vmsBlock(raw []byte) (any, error) {
	b, err := vms.DecodeBlock(raw)
	if err != nil {
		return nil, err
	}
	p, owner, ok := b.Protection()
	if !ok {
		return nil, nil
	}
	return vms.Security{Protection: p, Owner: vms.Identifier{UIC: owner}}, nil
}

// ntField reads the field in which Info-ZIP for Windows keeps a descriptor: its size,
// the version 0, how it is compressed, its CRC-32, and the bytes.
func ntField(raw []byte) (any, string, error) {
	const head = 11
	if len(raw) < head {
		return nil, "", fmt.Errorf("the field has %d bytes, and a descriptor begins behind %d", len(raw), head)
	}
	if raw[4] != 0 {
		return nil, "", fmt.Errorf("the field is of version %d, and 0 is known", raw[4])
	}
	sd, err := unpack(raw[head:], binary.LittleEndian.Uint16(raw[5:]), binary.LittleEndian.Uint32(raw))
	if err != nil {
		return nil, "", err
	}
	if crc32.ChecksumIEEE(sd) != binary.LittleEndian.Uint32(raw[7:]) {
		return nil, "", errors.New("the checksum of the descriptor in the field is not that of its bytes")
	}
	return plain(nt.Decode)(sd)
}

// unpack undoes the compression of a field's content.
func unpack(data []byte, method uint16, size uint32) ([]byte, error) {
	const most = 1 << 20 // a list has at most 64 KiB
	switch {
	case size > most:
		return nil, fmt.Errorf("the content of the field would have %d bytes, and %d are read", size, most)
	case method == zip.Store:
		return data, nil
	case method != zip.Deflate:
		return nil, fmt.Errorf("the content of the field is compressed by method %d", method)
	}
	out, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(data)), int64(size)+1))
	if err != nil {
		return nil, fmt.Errorf("unpack the field: %w", err)
	}
	if len(out) != int(size) {
		return nil, fmt.Errorf("the field unpacks to another length than the %d bytes that it promises", size)
	}
	return out, nil
}

// macField reads the field of Info-ZIP for the Macintosh: the Finder's flags are the
// first two bytes of its attributes.
func macField(raw []byte) (any, string, error) {
	const (
		head     = 14 // size, flags, type, creator
		unpacked = 4  // of the flags: the attributes are not compressed
		packing  = 6  // method and CRC-32 of those that are
	)
	if len(raw) < head+2 {
		return nil, "", fmt.Errorf("the field has %d bytes, and the attributes begin behind %d", len(raw), head)
	}
	attributes := raw[head:]
	if binary.LittleEndian.Uint16(raw[4:])&unpacked == 0 {
		if len(attributes) < packing {
			return nil, "", errors.New("the field ends before its attributes")
		}
		var err error
		if attributes, err = unpack(attributes[packing:], binary.LittleEndian.Uint16(attributes), binary.LittleEndian.Uint32(raw)); err != nil {
			return nil, "", err
		}
	}
	if len(attributes) < 2 {
		return nil, "", errors.New("the field ends before the Finder's flags")
	}
	return legacymac.FinderFlags(binary.LittleEndian.Uint16(attributes)), "the Finder's flags protect nothing", nil
}

// addOwner takes owner and group from the fields of Unix, the first that has them.
func (o *Object) addOwner(f field) {
	uid, gid, ok := ownerIn(f)
	if ok && !o.HasOwner {
		o.UID, o.GID, o.HasOwner = uid, gid, true
	}
}

func ownerIn(f field) (uid, gid uint32, ok bool) {
	d := f.data
	switch {
	case f.id == fieldUnix && len(d) > 1 && d[0] == 1:
		return ownerOfSizes(d[1:])
	case f.id == fieldOldUnix && len(d) >= 4: // the central directory has none
		return uint32(binary.LittleEndian.Uint16(d)), uint32(binary.LittleEndian.Uint16(d[2:])), true
	case f.id == fieldASiUnix && len(d) >= 14: // CRC-32, mode, size or device, uid, gid
		return uint32(binary.LittleEndian.Uint16(d[10:])), uint32(binary.LittleEndian.Uint16(d[12:])), true
	case (f.id == fieldPKUnix || f.id == fieldUX) && len(d) >= 12: // two times, uid, gid
		return uint32(binary.LittleEndian.Uint16(d[8:])), uint32(binary.LittleEndian.Uint16(d[10:])), true
	}
	return 0, 0, false
}

// ownerOfSizes reads two numbers, each behind its length in bytes.
func ownerOfSizes(d []byte) (uid, gid uint32, ok bool) {
	var ids [2]uint32
	for i := range ids {
		size := 0
		if len(d) > 0 {
			size = int(d[0])
		}
		if size == 0 || size > 8 || len(d) < 1+size {
			return 0, 0, false
		}
		var wide [8]byte
		copy(wide[:], d[1:1+size])
		n := binary.LittleEndian.Uint64(wide[:])
		if n > 1<<32-1 {
			return 0, 0, false
		}
		ids[i], d = uint32(n), d[1+size:]
	}
	return ids[0], ids[1], true
}
