package entry

import (
	"bytes"
	"encoding/binary"
)

// SniffSize is how much of a file Classify wants to see at the most: private keys
// may come behind a chain of certificates, and so may the bags of a key store.
const SniffSize = 64 << 10

// Classify says what the first bytes of a regular file show it to be; SniffSize of
// them are enough. The words for a key alone do not make one: a key is a block at
// the start of a line with a body that can be one.
func Classify(head []byte) ContentKind {
	kind := privateKeys(head) | binaryKeys(head)
	if shebang(head) {
		kind |= Shebang
	}
	if elf(head) {
		kind |= ELF
	}
	return kind
}

// shebang: the kernel wants the name of an interpreter after "#!" (fs/binfmt_script.c).
// "#![" opens an attribute of Rust's.
func shebang(head []byte) bool {
	rest, ok := bytes.CutPrefix(head, []byte("#!"))
	rest = bytes.TrimLeft(rest, " \t")
	return ok && len(rest) > 0 && (rest[0] == '/' || rest[0] == '.' || wordByte(rest[0]))
}

func wordByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_'
}

// elf: a program or a shared library (elf(5): e_type ET_EXEC or ET_DYN); object
// files, kernel modules and core dumps are none.
func elf(head []byte) bool {
	const (
		dataAt, bigEndian = 5, 2
		typeAt            = 16
		executable        = 2
		dynamic           = 3
	)
	if len(head) < typeAt+2 || !bytes.HasPrefix(head, []byte("\x7fELF")) {
		return false
	}
	kind := binary.LittleEndian.Uint16(head[typeAt:])
	if head[dataAt] == bigEndian {
		kind = binary.BigEndian.Uint16(head[typeAt:])
	}
	return kind == executable || kind == dynamic
}
