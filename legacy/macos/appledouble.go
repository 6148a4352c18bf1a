package macos

import (
	"encoding/binary"
	"fmt"
)

// EntryID is what an entry of an AppleSingle or AppleDouble file holds (RFC 1740,
// appendix A and B).
type EntryID uint32

// The entries.
const (
	DataFork     EntryID = 1
	ResourceFork EntryID = 2
	RealName     EntryID = 3
	Comment      EntryID = 4
	OldFileInfo  EntryID = 7 // of version 1
	Dates        EntryID = 8
	FinderInfo   EntryID = 9
	MacFileInfo  EntryID = 10 // whether the file is locked
	ProDOSInfo   EntryID = 11
	MSDOSInfo    EntryID = 12
	AFPShortName EntryID = 13
	AFPFileInfo  EntryID = 14
	DirectoryID  EntryID = 15
)

const (
	singleMagic = 0x00051600
	doubleMagic = 0x00051607
	entryTable  = 26
	entrySize   = 12
)

// Entry is one entry. Contents is a part of the bytes that were decoded, not a copy.
type Entry struct {
	ID       EntryID
	Offset   uint32 // in the file
	Contents []byte
}

// AppleFile is an AppleSingle or AppleDouble file.
type AppleFile struct {
	Single  bool // the data fork is in it too
	Version uint32
	Filler  [16]byte // in version 1 the name of the file system it came from
	Entries []Entry
}

// DecodeApple reads an AppleSingle or AppleDouble file: a "._" file, or one of .AppleDouble
// or __MACOSX. Entries may overlap; each must lie in the file. Errors are of type
// *FormError.
func DecodeApple(b []byte) (AppleFile, error) {
	fail := func(at int, format string, args ...any) (AppleFile, error) {
		return AppleFile{}, &FormError{Form: "AppleDouble", Offset: at, Problem: fmt.Sprintf(format, args...)}
	}
	if len(b) < entryTable {
		return fail(len(b), "the header has 26 bytes")
	}
	magic := binary.BigEndian.Uint32(b)
	if magic != singleMagic && magic != doubleMagic {
		return fail(0, "%#x begins neither AppleSingle nor AppleDouble", magic)
	}
	f := AppleFile{Single: magic == singleMagic, Version: binary.BigEndian.Uint32(b[4:]), Filler: [16]byte(b[8:])}
	n := int(binary.BigEndian.Uint16(b[24:]))
	if len(b)-entryTable < n*entrySize {
		return fail(len(b), "there should be %d entries, and the file ends", n)
	}
	for i := range n {
		at := entryTable + i*entrySize
		offset, length := uint64(binary.BigEndian.Uint32(b[at+4:])), uint64(binary.BigEndian.Uint32(b[at+8:]))
		if offset+length > uint64(len(b)) {
			return fail(at, "the entry lies at %d with %d bytes, and the file has %d", offset, length, len(b))
		}
		f.Entries = append(f.Entries, Entry{ID: EntryID(binary.BigEndian.Uint32(b[at:])), Offset: uint32(offset), Contents: b[offset : offset+length]})
	}
	return f, nil
}

// Encode is the file, with the contents of its entries one after another, wherever they
// were: offsets are made anew, and what lay between entries is gone. DecodeApple reads it
// back. It fails, with a *FormError, where there is too much for the format.
func (f AppleFile) Encode() ([]byte, error) {
	if len(f.Entries) > 0xffff {
		return nil, &FormError{Form: "AppleDouble", Offset: 24, Problem: fmt.Sprintf("there are %d entries, and 65535 have a place", len(f.Entries))}
	}
	magic := uint32(doubleMagic)
	if f.Single {
		magic = singleMagic
	}
	b := binary.BigEndian.AppendUint32(nil, magic)
	b = append(binary.BigEndian.AppendUint32(b, f.Version), f.Filler[:]...)
	b = binary.BigEndian.AppendUint16(b, uint16(len(f.Entries)))
	at := uint64(entryTable + len(f.Entries)*entrySize)
	for i, e := range f.Entries {
		if at+uint64(len(e.Contents)) > 0xffffffff {
			return nil, &FormError{Form: "AppleDouble", Offset: entryTable + i*entrySize, Problem: "the file would have more than 4 GiB"}
		}
		b = binary.BigEndian.AppendUint32(b, uint32(e.ID))
		b = binary.BigEndian.AppendUint32(b, uint32(at))
		b = binary.BigEndian.AppendUint32(b, uint32(len(e.Contents)))
		at += uint64(len(e.Contents))
	}
	for _, e := range f.Entries {
		b = append(b, e.Contents...)
	}
	return b, nil
}

// Entry is the first entry of that kind.
func (f AppleFile) Entry(id EntryID) (Entry, bool) {
	for _, e := range f.Entries {
		if e.ID == id {
			return e, true
		}
	}
	return Entry{}, false
}

// Locked reports whether the file is locked, and whether that is said: in an entry of
// four bytes with ioFlAttrib last. Others are ignored.
func (f AppleFile) Locked() (locked, said bool) {
	e, ok := f.Entry(MacFileInfo)
	if !ok || len(e.Contents) != 4 {
		return false, false
	}
	return e.Contents[3]&lockedBit != 0, true
}

// Finder is the Finder's information, where there is any.
func (f AppleFile) Finder() (Finder, bool) {
	e, ok := f.Entry(FinderInfo)
	if !ok || len(e.Contents) < finderSize {
		return Finder{}, false
	}
	return decodeFinder(e.Contents), true
}

// MSDOS is the attributes of the entry for MS-DOS, where there is one (package
// legacy/dos).
func (f AppleFile) MSDOS() (attributes uint16, said bool) {
	e, ok := f.Entry(MSDOSInfo)
	if !ok || len(e.Contents) < 2 {
		return 0, false
	}
	return binary.BigEndian.Uint16(e.Contents), true
}

// The extended attributes of Mac OS X that speak of permissions and flags.
const (
	ACLTextXattr    = "com.apple.acl.text"        // the list, as package acl/macos reads it in ParseExternal
	SecurityXattr   = "com.apple.system.Security" // the list, as it reads it in Decode
	FinderInfoXattr = "com.apple.FinderInfo"
	QuarantineXattr = "com.apple.quarantine"
)

// Xattr is an extended attribute in a "._" file.
type Xattr struct {
	Name  string
	Flags uint16
	Value []byte // a part of the bytes that were decoded
}

const (
	attrMagic  = 0x41545452 // "ATTR"
	attrHeader = 84
	attrTable  = 120
)

// DecodeXattrs reads the extended attributes that Mac OS X keeps in a "._" file behind the
// Finder's information (bsd/vfs/vfs_xattr.c in xnu), and none where there are none. Errors
// are of type *FormError.
func DecodeXattrs(b []byte) ([]Xattr, error) {
	f, err := DecodeApple(b)
	if err != nil {
		return nil, err
	}
	finder, ok := f.Entry(FinderInfo)
	if f.Single || !ok || len(b) < attrTable || uint64(finder.Offset)+uint64(len(finder.Contents)) < attrTable ||
		binary.BigEndian.Uint32(b[attrHeader:]) != attrMagic {
		return nil, nil
	}
	r := attrReader{b: b, at: attrTable}
	var xattrs []Xattr
	for range binary.BigEndian.Uint16(b[attrTable-2:]) {
		x, err := r.next()
		if err != nil {
			return nil, err
		}
		xattrs = append(xattrs, x)
	}
	return xattrs, nil
}

// attrReader reads the entries of the table, each aligned to four bytes.
type attrReader struct {
	b  []byte
	at int
}

const attrFixed = 11 // offset, length, flags and the length of the name

func (r *attrReader) next() (Xattr, error) {
	fail := func(format string, args ...any) (Xattr, error) {
		return Xattr{}, &FormError{Form: "attributes in AppleDouble", Offset: r.at, Problem: fmt.Sprintf(format, args...)}
	}
	if len(r.b)-r.at < attrFixed {
		return fail("an entry should stand here, and the file ends")
	}
	e := r.b[r.at:]
	offset, length := uint64(binary.BigEndian.Uint32(e)), uint64(binary.BigEndian.Uint32(e[4:]))
	n := int(e[10])
	switch {
	case n == 0 || len(e) < attrFixed+n:
		return fail("the name has %d bytes, and the file ends", n)
	case e[attrFixed+n-1] != 0:
		return fail("the name does not end with a zero byte")
	case offset+length > uint64(len(r.b)):
		return fail("the value lies at %d with %d bytes, and the file has %d", offset, length, len(r.b))
	}
	r.at += (attrFixed + n + 3) &^ 3
	return Xattr{Name: string(e[attrFixed : attrFixed+n-1]), Flags: binary.BigEndian.Uint16(e[8:]), Value: r.b[offset : offset+length]}, nil
}
