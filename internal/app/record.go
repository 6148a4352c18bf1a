package app

import (
	"bytes"
	"encoding/binary"
	"errors"

	"ward/acl"
	"ward/entry"
	"ward/finding"
	"ward/ident"
	"ward/mode"
)

// A record is a finding while it waits to be sorted. The order of its bytes is the
// order in which findings are reported: gravest first, then by rule, tree and path.
type record struct {
	severity finding.Severity
	rule     uint16 // global number of the rule
	tree     uint16
	path     string
	kind     mode.Kind
	known    entry.Facts
	found    entry.State
	wanted   entry.State
	refused  string // why no change can bring about what is wanted
}

// keySize is the part of a record before its path.
const keySize = 5

func (r *record) append(b []byte) []byte {
	b = append(b, byte(finding.Critical-r.severity))
	b = binary.BigEndian.AppendUint16(b, r.rule)
	b = binary.BigEndian.AppendUint16(b, r.tree)
	b = append(b, r.path...)
	b = append(b, 0, byte(r.kind))
	b = binary.LittleEndian.AppendUint16(b, uint16(r.known))
	b = appendState(b, &r.found)
	b = appendState(b, &r.wanted)
	return append(b, r.refused...)
}

func appendState(b []byte, s *entry.State) []byte {
	b = binary.LittleEndian.AppendUint16(b, uint16(s.Mode))
	b = binary.LittleEndian.AppendUint32(b, uint32(s.UID))
	b = binary.LittleEndian.AppendUint32(b, uint32(s.GID))
	b = binary.LittleEndian.AppendUint32(b, uint32(s.Flags))
	b = appendList(b, s.ACL)
	b = appendList(b, s.Default)
	for _, text := range []string{s.Caps, string(s.NFS4), string(s.DOS)} {
		b = binary.AppendUvarint(b, uint64(len(text)))
		b = append(b, text...)
	}
	return b
}

func appendList(b []byte, l acl.List) []byte {
	b = binary.AppendUvarint(b, uint64(len(l)))
	for _, e := range l {
		b = binary.LittleEndian.AppendUint16(b, uint16(e.Tag))
		b = binary.LittleEndian.AppendUint32(b, e.ID)
		b = append(b, byte(e.Rights))
	}
	return b
}

var errDamaged = errors.New("a temporary file was damaged")

// decodeRecord reads what append wrote. The record shares nothing with b.
func decodeRecord(b []byte) (record, error) {
	end := bytes.IndexByte(b[min(keySize, len(b)):], 0) + keySize
	if len(b) < keySize || end < keySize {
		return record{}, errDamaged
	}
	r := record{
		severity: finding.Critical - finding.Severity(b[0]),
		rule:     binary.BigEndian.Uint16(b[1:]),
		tree:     binary.BigEndian.Uint16(b[3:]),
		path:     string(b[keySize:end]),
	}
	d := decoder{b: b[end+1:]}
	r.kind = mode.Kind(d.byte())
	r.known = entry.Facts(d.uint16())
	r.found = d.state()
	r.wanted = d.state()
	r.refused = string(d.b)
	if d.bad {
		return record{}, errDamaged
	}
	return r, nil
}

// decoder takes values from the front of b; bad tells that b was too short.
type decoder struct {
	b   []byte
	bad bool
}

func (d *decoder) take(n uint64) []byte {
	if n > uint64(len(d.b)) {
		d.b, d.bad = nil, true
		return make([]byte, min(n, 8))
	}
	head := d.b[:n]
	d.b = d.b[n:]
	return head
}

func (d *decoder) byte() byte     { return d.take(1)[0] }
func (d *decoder) uint16() uint16 { return binary.LittleEndian.Uint16(d.take(2)) }
func (d *decoder) uint32() uint32 { return binary.LittleEndian.Uint32(d.take(4)) }

func (d *decoder) length() uint64 {
	n, size := binary.Uvarint(d.b)
	if size <= 0 {
		d.bad = true
		return 0
	}
	d.b = d.b[size:]
	return n
}

func (d *decoder) state() entry.State {
	return entry.State{
		Mode: mode.Mode(d.uint16()), UID: ident.UID(d.uint32()), GID: ident.GID(d.uint32()),
		Flags: entry.Flags(d.uint32()), ACL: d.list(), Default: d.list(), Caps: string(d.take(d.length())),
		NFS4: entry.Stored(d.take(d.length())), DOS: entry.Stored(d.take(d.length())),
	}
}

func (d *decoder) list() acl.List {
	var l acl.List
	for n := d.length(); n > 0 && !d.bad; n-- {
		l = append(l, acl.Entry{Tag: acl.Tag(d.uint16()), ID: d.uint32(), Rights: mode.Rights(d.byte())})
	}
	return l
}
