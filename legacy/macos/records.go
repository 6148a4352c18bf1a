package macos

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"ward/ident"
	"ward/mode"
)

// HFSFile is what a file's record in the catalog of HFS says (filFlags and FInfo).
type HFSFile struct {
	Flags  byte // see Locked
	Finder Finder
}

// Finder is the first half of the Finder's information.
type Finder struct {
	Type, Creator [4]byte
	Flags         FinderFlags
}

const (
	hfsFileRecord = 2 // cdrFilRec
	hfsFinder     = 4 // filUsrWds
	finderSize    = 10
	lockedBit     = 1
)

// Locked reports whether the file is locked.
func (f HFSFile) Locked() bool { return f.Flags&lockedBit != 0 }

// Mode is what Linux's hfs shows of a file: locked takes write away. It is 0666 without
// execute for files, and 0777 for directories, which are never locked (hfs_read_inode).
func (f HFSFile) Mode(umask mode.Mode) mode.Mode {
	m := mode.Mode(0o666) &^ umask
	if f.Locked() {
		m &^= 0o222
	}
	return m
}

// DecodeHFSFile reads a record of the catalog file of HFS, without its key (Inside
// Macintosh: Files, CatDataRec). Errors are of type *FormError; one is for records that
// are no file's.
func DecodeHFSFile(record []byte) (HFSFile, error) {
	if len(record) < hfsFinder+finderSize {
		return HFSFile{}, &FormError{Form: "catalog record of HFS", Offset: len(record), Problem: "the record ends before the Finder's flags"}
	}
	if record[0] != hfsFileRecord {
		return HFSFile{}, &FormError{Form: "catalog record of HFS", Problem: fmt.Sprintf("the record is of type %d, and files' are of type 2", record[0])}
	}
	return HFSFile{Flags: record[2], Finder: decodeFinder(record[hfsFinder:])}, nil
}

// Encode is the record with these flags and the Finder's information in their places; the
// rest of it stays. Errors are those of DecodeHFSFile.
func (f HFSFile) Encode(record []byte) ([]byte, error) {
	if _, err := DecodeHFSFile(record); err != nil {
		return nil, err
	}
	after := bytes.Clone(record)
	after[2] = f.Flags
	copy(after[hfsFinder:], f.Finder.encode())
	return after, nil
}

func decodeFinder(b []byte) Finder {
	return Finder{Type: [4]byte(b), Creator: [4]byte(b[4:]), Flags: FinderFlags(binary.BigEndian.Uint16(b[8:]))}
}

func (f Finder) encode() []byte {
	b := append(f.Type[:len(f.Type):len(f.Type)], f.Creator[:]...)
	return binary.BigEndian.AppendUint16(b, uint16(f.Flags))
}

// Volume is the attributes of an HFS or HFS+ volume (drAtrb).
type Volume uint16

// The locks of a volume.
const (
	HardwareLocked Volume = 1 << 7
	SoftwareLocked Volume = 1 << 15
)

// Locked reports whether nothing on the volume can be changed: EROFS.
func (v Volume) Locked() bool { return v&(HardwareLocked|SoftwareLocked) != 0 }

// BSDInfo is what HFS+ keeps for Mac OS X with each file and directory (TN1150,
// HFSPlusBSDInfo). The mode has the type of the object too, as st_mode.
type BSDInfo struct {
	Owner      ident.UID
	Group      ident.GID
	AdminFlags uint8
	OwnerFlags uint8
	FileMode   uint16
	Special    uint32
}

const bsdInfoSize = 16

// DecodeBSDInfo reads the sixteen bytes. Errors are of type *FormError.
func DecodeBSDInfo(b []byte) (BSDInfo, error) {
	if len(b) != bsdInfoSize {
		return BSDInfo{}, &FormError{Form: "HFSPlusBSDInfo", Offset: min(len(b), bsdInfoSize), Problem: fmt.Sprintf("there should be %d bytes, and are %d", bsdInfoSize, len(b))}
	}
	return BSDInfo{
		Owner: ident.UID(binary.BigEndian.Uint32(b)), Group: ident.GID(binary.BigEndian.Uint32(b[4:])),
		AdminFlags: b[8], OwnerFlags: b[9], FileMode: binary.BigEndian.Uint16(b[10:]), Special: binary.BigEndian.Uint32(b[12:]),
	}, nil
}

// Encode is the sixteen bytes that DecodeBSDInfo reads.
func (i BSDInfo) Encode() []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(i.Owner))
	b = binary.BigEndian.AppendUint32(b, uint32(i.Group))
	b = append(b, i.AdminFlags, i.OwnerFlags)
	b = binary.BigEndian.AppendUint16(b, i.FileMode)
	return binary.BigEndian.AppendUint32(b, i.Special)
}

// Flags is st_flags: the owner's are the lower half, the superuser's the upper.
func (i BSDInfo) Flags() BSDFlags {
	return BSDFlags(i.OwnerFlags) | BSDFlags(i.AdminFlags)<<adminShift
}

// WithFlags is the information with other flags; bits for which it has no place are
// returned.
func (i BSDInfo) WithFlags(f BSDFlags) (info BSDInfo, lost BSDFlags) {
	i.OwnerFlags, i.AdminFlags = uint8(f), uint8(f>>adminShift)
	return i, f &^ i.Flags()
}

// Mode is the twelve bits of the mode.
func (i BSDInfo) Mode() mode.Mode { return mode.Mode(i.FileMode & 0o7777) }

// MacBinary is what the header of a MacBinary file says of the file in it.
type MacBinary struct {
	Protected bool // the file is locked
	Finder    Finder
}

const (
	macBinarySize      = 128
	macBinaryFinder    = 65
	macBinaryProtected = 81
	macBinaryLow       = 101
)

// DecodeMacBinary reads the 128 bytes at the start of a MacBinary file, whatever its
// version: the lower half of the Finder's flags is that of MacBinary II, 0 in I. Errors
// are of type *FormError.
func DecodeMacBinary(header []byte) (MacBinary, error) {
	if len(header) < macBinarySize {
		return MacBinary{}, &FormError{Form: "MacBinary", Offset: len(header), Problem: "a header has 128 bytes"}
	}
	for _, at := range []int{0, 74, 82} {
		if header[at] != 0 {
			return MacBinary{}, &FormError{Form: "MacBinary", Offset: at, Problem: fmt.Sprintf("the byte should be zero, and is %#x", header[at])}
		}
	}
	f := decodeFinder(header[macBinaryFinder:])
	f.Flags = f.Flags&0xff00 | FinderFlags(header[macBinaryLow]) // byte 74 is no flags, but zero
	return MacBinary{Protected: header[macBinaryProtected]&lockedBit != 0, Finder: f}, nil
}
