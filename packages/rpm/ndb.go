package rpm

import (
	"encoding/binary"
	"fmt"
)

// An ndb database (rpmpkg.c) has a header of 32 bytes, then slots of 16 bytes that
// fill some pages of 4096, then the packages in blocks of 16 bytes. Numbers are
// little-endian.
const (
	ndbMagic     = "RpmP"
	slotMagic    = "Slot"
	blobMagic    = "BlbS"
	ndbHeader    = 32
	ndbPage      = 4096
	slotSize     = 16
	blockSize    = 16
	blobHeadSize = 16
	blobTailSize = 12
	maxSlotPages = 1 << 16 // 16 million packages
)

func readNDB(db File, each func([]byte) error) error {
	head := make([]byte, ndbHeader)
	if _, err := db.ReadAt(head, 0); err != nil {
		return badNDB(0, "it is cut off")
	}
	pages := binary.LittleEndian.Uint32(head[12:])
	if version := binary.LittleEndian.Uint32(head[4:]); version != 0 {
		return badNDB(4, fmt.Sprintf("version %d is not known", version))
	}
	if pages == 0 || pages > maxSlotPages || int64(pages)*ndbPage > db.Size {
		return badNDB(12, "its number of pages does not fit")
	}
	slots := make([]byte, int64(pages)*ndbPage-ndbHeader)
	if _, err := db.ReadAt(slots, ndbHeader); err != nil {
		return err
	}
	for i := 0; i+slotSize <= len(slots); i += slotSize {
		s := slots[i : i+slotSize]
		if string(s[:4]) != slotMagic {
			return badNDB(int64(ndbHeader+i), "a slot is damaged")
		}
		number, block := binary.LittleEndian.Uint32(s[4:]), binary.LittleEndian.Uint32(s[8:])
		if number == 0 || block == 0 {
			continue
		}
		b, err := ndbBlob(db, number, int64(block)*blockSize)
		if err == nil {
			err = each(b)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// ndbBlob reads the package of a slot.
func ndbBlob(db File, number uint32, offset int64) ([]byte, error) {
	var head [blobHeadSize]byte
	if _, err := db.ReadAt(head[:], offset); err != nil {
		return nil, badNDB(offset, "a package lies beyond the end")
	}
	size := binary.LittleEndian.Uint32(head[12:])
	switch {
	case string(head[:4]) != blobMagic || binary.LittleEndian.Uint32(head[4:]) != number:
		return nil, badNDB(offset, "another package is there than its slot says")
	case size > maxData || offset+blobHeadSize+int64(size)+blobTailSize > db.Size:
		return nil, badNDB(offset, "a package is longer than the file")
	}
	b := make([]byte, size)
	_, err := db.ReadAt(b, offset+blobHeadSize)
	return b, err
}

func badNDB(offset int64, problem string) error { return &FormatError{"ndb database", offset, problem} }
