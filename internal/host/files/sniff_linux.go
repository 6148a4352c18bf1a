package files

import (
	"bytes"

	"ward/entry"
	"ward/internal/host/sys"
)

const (
	firstLook = 4 << 10
	sniffed   = 64 << 10 // the most of a file that is read
)

// sniff says what an open file of a size holds. The first 4 KiB are enough unless a key may
// come later: in text (a PEM file with certificates before its key).
func sniff(fd int, size int64) (entry.ContentKind, error) {
	var room [firstLook]byte
	head := room[:]
	if 0 < size && size < firstLook { // then the first read is the last; files of /proc say 0
		head = room[:size]
	}
	n, err := sys.Pread(fd, head, 0)
	if err != nil || n < firstLook || !mayHoldKey(room[:n]) {
		return entry.Classify(room[:n]), err
	}
	all := make([]byte, sniffed)
	copy(all, room[:])
	more, err := sys.Pread(fd, all[firstLook:], firstLook)
	return entry.Classify(all[:firstLook+more]), err
}

// mayHoldKey: text may, in which no byte is NUL, and key stores, of PKCS #12 or Java's.
func mayHoldKey(head []byte) bool {
	return bytes.IndexByte(head, 0) < 0 || bytes.HasPrefix(head, []byte("\x30\x82")) || bytes.HasPrefix(head, []byte("\x30\x80")) ||
		bytes.HasPrefix(head, []byte("\xfe\xed\xfe\xed")) || bytes.HasPrefix(head, []byte("\xce\xce\xce\xce"))
}
