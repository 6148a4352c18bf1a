package plan

import "encoding/binary"

// Reseal is a block with its length and checksum made right.
func Reseal(b []byte) []byte {
	n := append([]byte(nil), b...)
	binary.LittleEndian.PutUint32(n, uint32(len(n)-BlockHeaderSize))
	binary.LittleEndian.PutUint32(n[11:], blockSum(n))
	return n
}
