package plan

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math"
	"slices"

	"ward/acl"
	"ward/entry"
	"ward/ident"
	"ward/mode"
)

// A block is a run of records, written and checked as one:
//
//	u32 length of the payload    u32 records    u8 phase    u16 level
//	u32 CRC-32C of all the other bytes of the block
//	payload
//
// all little-endian. A record holds what differs from the one before it in the
// block: the path shares a prefix, inode and times are differences, and kind,
// device, rules and owners are left out where they repeat. A change of mode takes
// about 30 bytes.

// blockVersion is part of every checksum, so that a later form is not misread.
const blockVersion = 1

// BlockHeaderSize is the length of what precedes a block's payload.
const BlockHeaderSize = 15

// What a record holds beside path, inode, times and modes.
const (
	hasCommon  = 1 << iota // kind, known, device, links, rules, handle type
	hasOwner               // owner and group before
	hasChown               // owner and group after
	hasLists               // the four access lists
	hasExtras              // capabilities and flags
	hasHandle              // file handle
	hasChanged             // time of change
	hasStored              // list of NFS 4 and DOS attributes
)

// castagnoli is made when the first sum is wanted, not before main.
func castagnoli() *crc32.Table { return crc32.MakeTable(crc32.Castagnoli) }

// BlockWriter gathers changes into blocks. The zero value is ready; it belongs to
// one goroutine.
type BlockWriter struct {
	buf   []byte
	count uint32
	prev  Change
	path  []byte
}

// Add appends a change. It keeps nothing of c but its Rules.
func (w *BlockWriter) Add(c *Change) {
	if w.count == 0 {
		w.buf = append(w.buf[:0], make([]byte, BlockHeaderSize)...)
		w.prev, w.path = Change{}, w.path[:0]
	}
	w.addPath(c.Path)
	w.addRecord(c)
	w.count++
	w.keep(c)
}

// keep remembers what the next record is compared with.
func (w *BlockWriter) keep(c *Change) {
	p := &w.prev
	p.Kind, p.Known, p.Links, p.Rules = c.Kind, c.Known, c.Links, c.Rules
	p.ID.Device, p.ID.Inode, p.ID.Birth, p.ID.HandleType = c.ID.Device, c.ID.Inode, c.ID.Birth, c.ID.HandleType
	p.Before.UID, p.Before.GID = c.Before.UID, c.Before.GID
}

func (w *BlockWriter) addPath(path string) {
	shared := 0
	for shared < len(path) && shared < len(w.path) && path[shared] == w.path[shared] {
		shared++
	}
	w.uint(uint64(shared))
	w.text(path[shared:])
	w.path = append(w.path[:shared], path[shared:]...)
}

func (w *BlockWriter) addRecord(c *Change) {
	parts := w.parts(c)
	w.buf = append(w.buf, parts)
	if parts&hasCommon != 0 {
		w.addCommon(c)
	}
	w.int(int64(c.ID.Inode - w.prev.ID.Inode))
	w.int(c.ID.Birth - w.prev.ID.Birth)
	if parts&hasChanged != 0 {
		w.int(c.Changed - c.ID.Birth)
	}
	if parts&hasHandle != 0 {
		w.text(c.ID.Handle)
	}
	w.uint(uint64(c.Before.Mode))
	w.uint(uint64(c.Before.Mode ^ c.After.Mode))
	w.addRest(c, parts)
}

func (w *BlockWriter) addRest(c *Change, parts byte) {
	if parts&hasOwner != 0 {
		w.uint(uint64(c.Before.UID))
		w.uint(uint64(c.Before.GID))
	}
	if parts&hasChown != 0 {
		w.uint(uint64(c.After.UID))
		w.uint(uint64(c.After.GID))
	}
	if parts&hasLists != 0 {
		for _, l := range []acl.List{c.Before.ACL, c.After.ACL, c.Before.Default, c.After.Default} {
			w.list(l)
		}
	}
	if parts&hasExtras != 0 {
		w.text(c.Before.Caps)
		w.text(c.After.Caps)
		w.uint(uint64(c.Before.Flags))
		w.uint(uint64(c.After.Flags))
	}
	if parts&hasStored != 0 {
		for _, s := range []entry.Stored{c.Before.NFS4, c.After.NFS4, c.Before.DOS, c.After.DOS} {
			w.text(string(s))
		}
	}
}

func (w *BlockWriter) parts(c *Change) (parts byte) {
	p := &w.prev
	set := func(bit byte, on bool) {
		if on {
			parts |= bit
		}
	}
	set(hasCommon, w.count == 0 || c.Kind != p.Kind || c.Known != p.Known || c.Links != p.Links ||
		c.ID.Device != p.ID.Device || c.ID.HandleType != p.ID.HandleType || !slices.Equal(c.Rules, p.Rules))
	set(hasOwner, c.Before.UID != p.Before.UID || c.Before.GID != p.Before.GID)
	set(hasChown, c.Before.UID != c.After.UID || c.Before.GID != c.After.GID)
	set(hasLists, len(c.Before.ACL)+len(c.After.ACL)+len(c.Before.Default)+len(c.After.Default) > 0)
	set(hasExtras, c.Before.Caps != "" || c.After.Caps != "" || c.Before.Flags|c.After.Flags != 0)
	set(hasHandle, c.ID.Handle != "")
	set(hasChanged, c.Changed != 0)
	set(hasStored, len(c.Before.NFS4)+len(c.After.NFS4)+len(c.Before.DOS)+len(c.After.DOS) > 0)
	return parts
}

func (w *BlockWriter) addCommon(c *Change) {
	w.uint(uint64(c.Kind))
	w.uint(uint64(c.Known))
	w.uint(c.ID.Device)
	w.uint(uint64(c.Links))
	w.int(int64(c.ID.HandleType))
	w.uint(uint64(len(c.Rules)))
	for _, r := range c.Rules {
		w.uint(uint64(r))
	}
}

func (w *BlockWriter) uint(v uint64) { w.buf = binary.AppendUvarint(w.buf, v) }
func (w *BlockWriter) int(v int64)   { w.buf = binary.AppendVarint(w.buf, v) }
func (w *BlockWriter) text(s string) {
	w.uint(uint64(len(s)))
	w.buf = append(w.buf, s...)
}

func (w *BlockWriter) list(l acl.List) {
	w.uint(uint64(len(l)))
	for _, e := range l {
		w.buf = append(w.buf, byte(e.Tag), byte(e.Rights))
		w.uint(uint64(e.ID))
	}
}

// Size is the length of the block so far, in bytes; 0 when nothing was added.
func (w *BlockWriter) Size() int {
	if w.count == 0 {
		return 0
	}
	return len(w.buf)
}

// Count is the number of changes added since the last Finish.
func (w *BlockWriter) Count() int { return int(w.count) }

// Finish is the whole block, valid until the next Add, which begins a new one.
// Phase and level are what the reader schedules it by.
func (w *BlockWriter) Finish(p Phase, level uint16) []byte {
	b := w.buf
	binary.LittleEndian.PutUint32(b[0:], uint32(len(b)-BlockHeaderSize))
	binary.LittleEndian.PutUint32(b[4:], w.count)
	b[8] = byte(p)
	binary.LittleEndian.PutUint16(b[9:], level)
	binary.LittleEndian.PutUint32(b[11:], blockSum(b))
	w.count = 0
	return b
}

func blockSum(b []byte) uint32 {
	sum := crc32.Update(blockVersion, castagnoli(), b[:11])
	return crc32.Update(sum, castagnoli(), b[BlockHeaderSize:])
}

// BlockHeader is what is known of a block before it is read.
type BlockHeader struct {
	Size  int // of the whole block in bytes
	Count int // changes in it
	Phase Phase
	Level uint16
}

// DecodeBlockHeader reads the first BlockHeaderSize bytes of a block. Nothing is
// checked yet but that they are there.
func DecodeBlockHeader(b []byte) (BlockHeader, error) {
	if len(b) < BlockHeaderSize {
		return BlockHeader{}, &BlockError{len(b), "the block ends within its header"}
	}
	size := binary.LittleEndian.Uint32(b)
	if size > math.MaxInt32-BlockHeaderSize {
		return BlockHeader{}, &BlockError{0, "the block's length is beyond reason"}
	}
	return BlockHeader{
		Size:  int(size) + BlockHeaderSize,
		Count: int(binary.LittleEndian.Uint32(b[4:])),
		Phase: Phase(b[8]),
		Level: binary.LittleEndian.Uint16(b[9:]),
	}, nil
}

// BlockError says where a block is damaged.
type BlockError struct {
	Offset  int // from the start of the block
	Problem string
}

func (e *BlockError) Error() string {
	return fmt.Sprintf("plan record at byte %d: %s", e.Offset, e.Problem)
}

// BlockReader reads the changes of a block back.
type BlockReader struct {
	Header BlockHeader

	b    []byte
	at   int
	left int
	prev Change
	path []byte
	err  error
}

// OpenBlock checks a whole block against its checksum and begins to read it.
// b must stay as it is until the last Next.
func OpenBlock(b []byte) (*BlockReader, error) {
	r := new(BlockReader)
	return r, r.Open(b)
}

// Open is OpenBlock into a reader that is used again.
func (r *BlockReader) Open(b []byte) error {
	h, err := DecodeBlockHeader(b)
	if err != nil {
		return err
	}
	if h.Size != len(b) {
		return &BlockError{len(b), fmt.Sprintf("the block has %d bytes and should have %d", len(b), h.Size)}
	}
	if binary.LittleEndian.Uint32(b[11:]) != blockSum(b) {
		return &BlockError{0, "the checksum does not match: the block is damaged"}
	}
	*r = BlockReader{Header: h, b: b, at: BlockHeaderSize, left: h.Count, path: r.path[:0]}
	return nil
}

// Next reads the next change into c and reports whether there was one. c's lists
// and rules may be shared with other changes of the block and are not to be
// written to; nothing in it refers to the block's bytes.
func (r *BlockReader) Next(c *Change) bool {
	if r.left == 0 || r.err != nil {
		if r.err == nil && r.at != len(r.b) {
			r.fail("bytes are left after the last record")
		}
		return false
	}
	r.left--
	r.readPath()
	r.readRecord()
	if r.err != nil {
		return false
	}
	*c = r.prev
	c.Path = string(r.path)
	return true
}

// Err is what ended the reading early, or nil.
func (r *BlockReader) Err() error { return r.err }

func (r *BlockReader) fail(problem string) {
	if r.err == nil {
		r.err = &BlockError{r.at, problem}
	}
}

func (r *BlockReader) readPath() {
	shared := r.uint()
	suffix := r.bytes()
	if shared > uint64(len(r.path)) {
		r.fail("the path shares more than there is")
		return
	}
	r.path = append(r.path[:shared], suffix...)
}

// readRecord reads the next record over the one before it.
func (r *BlockReader) readRecord() {
	c := &r.prev
	parts := r.byte()
	if parts&hasCommon != 0 {
		r.readCommon(c)
	}
	c.ID.Inode += uint64(r.int())
	c.ID.Birth += r.int()
	c.Changed, c.ID.Handle = 0, ""
	if parts&hasChanged != 0 {
		c.Changed = c.ID.Birth + r.int()
	}
	if parts&hasHandle != 0 {
		c.ID.Handle = string(r.bytes())
	}
	before := r.mode()
	after := before ^ r.mode()
	uid, gid := c.Before.UID, c.Before.GID
	c.Before = entry.State{Mode: before, UID: uid, GID: gid}
	c.After = entry.State{Mode: after}
	r.readRest(c, parts)
}

func (r *BlockReader) readRest(c *Change, parts byte) {
	if parts&hasOwner != 0 {
		c.Before.UID, c.Before.GID = ident.UID(r.uint32()), ident.GID(r.uint32())
	}
	c.After.UID, c.After.GID = c.Before.UID, c.Before.GID
	if parts&hasChown != 0 {
		c.After.UID, c.After.GID = ident.UID(r.uint32()), ident.GID(r.uint32())
	}
	if parts&hasLists != 0 {
		for _, l := range []*acl.List{&c.Before.ACL, &c.After.ACL, &c.Before.Default, &c.After.Default} {
			*l = r.list()
		}
	}
	if parts&hasExtras != 0 {
		c.Before.Caps, c.After.Caps = string(r.bytes()), string(r.bytes())
		c.Before.Flags, c.After.Flags = entry.Flags(r.uint32()), entry.Flags(r.uint32())
	}
	if parts&hasStored != 0 {
		for _, s := range []*entry.Stored{&c.Before.NFS4, &c.After.NFS4, &c.Before.DOS, &c.After.DOS} {
			*s = entry.Stored(r.bytes())
		}
	}
}

func (r *BlockReader) readCommon(c *Change) {
	c.Kind = mode.Kind(r.byteSized())
	c.Known = entry.Facts(r.below(math.MaxUint16))
	c.ID.Device = r.uint()
	c.Links = r.uint32()
	c.ID.HandleType = int32(r.int())
	n := r.uint()
	if n > uint64(len(r.b)) {
		r.fail("more rules than bytes")
		return
	}
	c.Rules = make([]int, 0, n)
	for range n {
		c.Rules = append(c.Rules, int(r.below(math.MaxInt32)))
	}
}

func (r *BlockReader) list() acl.List {
	n := r.uint()
	if n == 0 || r.err != nil {
		return nil
	}
	if n > uint64(len(r.b)) {
		r.fail("more list entries than bytes")
		return nil
	}
	l := make(acl.List, 0, n)
	for range n {
		tag, rights := r.byte(), r.byte()
		l = append(l, acl.Entry{Tag: acl.Tag(tag), Rights: mode.Rights(rights), ID: r.uint32()})
	}
	return l
}

func (r *BlockReader) byte() byte {
	if r.at >= len(r.b) {
		r.fail("the block ends within a record")
		return 0
	}
	r.at++
	return r.b[r.at-1]
}

func (r *BlockReader) uint() uint64 {
	v, n := binary.Uvarint(r.b[r.at:])
	if n <= 0 {
		r.fail("a number is cut off or too large")
		return 0
	}
	r.at += n
	return v
}

func (r *BlockReader) int() int64 {
	v, n := binary.Varint(r.b[r.at:])
	if n <= 0 {
		r.fail("a number is cut off or too large")
		return 0
	}
	r.at += n
	return v
}

func (r *BlockReader) below(limit uint64) uint64 {
	v := r.uint()
	if v > limit {
		r.fail("a number is too large for its field")
		return 0
	}
	return v
}

func (r *BlockReader) uint32() uint32   { return uint32(r.below(math.MaxUint32)) }
func (r *BlockReader) byteSized() uint8 { return uint8(r.below(math.MaxUint8)) }
func (r *BlockReader) mode() mode.Mode  { return mode.Mode(r.below(uint64(mode.All))) }

func (r *BlockReader) bytes() []byte {
	n := r.uint()
	if n > uint64(len(r.b)-r.at) {
		r.fail("a text is longer than the block")
		return nil
	}
	r.at += int(n)
	return r.b[r.at-int(n) : r.at]
}
