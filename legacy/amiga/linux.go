package amiga

import (
	"encoding/binary"
	"fmt"

	"ward/mode"
)

// Mode is the mode that Linux's affs shows (affs_prot_to_mode): the rights of each class
// but to delete; on directories who may read may search too. The mount option mode= takes
// its place, and the root of a volume without protection is 0755.
func (p Protection) Mode(k mode.Kind) mode.Mode {
	m := mode.Mode(p.Owner().unix())<<6 | mode.Mode(p.Group().unix())<<3 | mode.Mode(p.Other().unix())
	if k == mode.Directory {
		m |= m >> 2 & 0o111
	}
	return m
}

// unix is r, w and x of read, write and execute: they have the same order.
func (r Rights) unix() mode.Rights { return mode.Rights(r >> 1 & 7) }

// Chmod is the protection after chmod(2) on Linux's affs (affs_mode_to_prot). The owner
// may always delete; group and others may where they may anything. The letters h, s, p
// and a stay; setuid, setgid and sticky have no place.
func (p Protection) Chmod(m mode.Mode) Protection {
	const rights = denials | Protection(storable)<<groupShift | Protection(storable)<<otherShift
	p &^= rights
	p |= Protection(m.Owner())<<1 ^ (denials &^ DenyDelete)
	p |= classOf(m.Group())<<groupShift | classOf(m.Other())<<otherShift
	return p
}

func classOf(r mode.Rights) Protection {
	if r == 0 {
		return 0
	}
	return Protection(r)<<1 | Protection(Delete)
}

// blockTail is how far before its end the header block of a file or directory has its
// protection (struct affs_tail in fs/affs/amigaffs.h).
const blockTail = 192

// DecodeBlock reads the protection of a file or directory from its header block, which
// is whole: 512 bytes on floppies. Errors are of type *FormError.
func DecodeBlock(block []byte) (Protection, error) {
	if len(block) < 512 {
		return 0, &FormError{Form: "header block", Offset: len(block), Problem: fmt.Sprintf("a block has at least 512 bytes, this has %d", len(block))}
	}
	return Protection(binary.BigEndian.Uint32(block[len(block)-blockTail:])), nil
}

// Encode is the four bytes of the protection in a block, the greatest first.
func (p Protection) Encode() []byte { return binary.BigEndian.AppendUint32(nil, uint32(p)) }
