package rpm

import "encoding/binary"

// A write-ahead log (4.) holds pages that were committed and not yet put into the
// database: a header of 32 bytes, then frames of 24 bytes and a page. A frame counts
// if its salts are the header's and its checksum, which runs on from frame to frame,
// is right; the last of a commit tells how many pages the database then has.
const (
	walHeader   = 32
	frameHeader = 24
)

type wal struct {
	log  File
	at   map[int64]int64 // where the newest committed form of a page lies
	size int64           // of the database in pages, after the last commit
}

func (w *wal) pages() int64 {
	if w == nil {
		return 0
	}
	return w.size
}

func (w *wal) page(n int64) (int64, bool) {
	if w == nil {
		return 0, false
	}
	at, ok := w.at[n]
	return at, ok
}

// openWAL reads a log through. One that is empty, or none, is nil.
func openWAL(log File, pageSize int64) (*wal, error) {
	if log.ReaderAt == nil || log.Size < walHeader {
		return nil, nil
	}
	head := make([]byte, walHeader)
	if _, err := log.ReadAt(head, 0); err != nil {
		return nil, err
	}
	sum, ok := newChecksum(head)
	if !ok || int64(binary.BigEndian.Uint32(head[8:])) != pageSize {
		return nil, nil // SQLite, too, takes no frame of a log whose header is not right
	}
	return readFrames(log, head, sum, pageSize)
}

func readFrames(log File, head []byte, sum checksum, pageSize int64) (*wal, error) {
	w := &wal{log: log, at: map[int64]int64{}}
	pending := map[int64]int64{}
	frame := make([]byte, frameHeader+pageSize)
	for at := int64(walHeader); at+int64(len(frame)) <= log.Size; at += int64(len(frame)) {
		if _, err := log.ReadAt(frame, at); err != nil {
			return nil, err
		}
		sum.add(frame[:8])
		sum.add(frame[frameHeader:])
		if string(frame[8:16]) != string(head[16:24]) || !sum.is(frame[16:24]) {
			break
		}
		pending[int64(binary.BigEndian.Uint32(frame))] = at + frameHeader
		if size := binary.BigEndian.Uint32(frame[4:]); size != 0 {
			for n, where := range pending {
				w.at[n] = where
			}
			clear(pending)
			w.size = int64(size)
		}
	}
	return w, nil
}

// checksum is that of 4.2.
type checksum struct {
	a, b  uint32
	order binary.ByteOrder
}

// newChecksum begins with a log's header, and says whether that is right.
func newChecksum(head []byte) (checksum, bool) {
	c := checksum{order: binary.LittleEndian}
	switch binary.BigEndian.Uint32(head) {
	case 0x377f0682:
	case 0x377f0683:
		c.order = binary.BigEndian
	default:
		return c, false
	}
	c.add(head[:24])
	return c, c.is(head[24:32])
}

func (c *checksum) add(b []byte) {
	for ; len(b) >= 8; b = b[8:] {
		c.a += c.order.Uint32(b) + c.b
		c.b += c.order.Uint32(b[4:]) + c.a
	}
}

func (c *checksum) is(b []byte) bool {
	return binary.BigEndian.Uint32(b) == c.a && binary.BigEndian.Uint32(b[4:]) == c.b
}
