// Package dos holds the attributes of files of DOS and Windows: those of FAT, of NTFS
// and of SMB shares.
//
// They are read from letters (Parse), from what mtools and Info-ZIP print
// (ParseMattrib, ParseZipinfo), from directory entries, extended attributes and zip
// archives (Decode, DecodeSamba, FromZip), and changed in the language of attrib
// (ParseChange). Attributes.Decide says what they forbid on DOS and Windows, which is
// the same for everybody; Mount.Mode what Linux makes of them.
package dos

// Attributes is the set of attributes of a file (MS-FSCC, section 2.6). Bits without a
// name are kept.
type Attributes uint32

// The attributes. FAT has the first six, in the byte at DirentOffset.
const (
	ReadOnly           Attributes = 1 << 0
	Hidden             Attributes = 1 << 1
	System             Attributes = 1 << 2
	VolumeLabel        Attributes = 1 << 3 // the entry is no file, but the volume's name
	Directory          Attributes = 1 << 4
	Archive            Attributes = 1 << 5 // changed since it was last backed up
	Device             Attributes = 1 << 6
	Normal             Attributes = 1 << 7 // no other; means something only alone
	Temporary          Attributes = 1 << 8
	Sparse             Attributes = 1 << 9
	Reparse            Attributes = 1 << 10
	Compressed         Attributes = 1 << 11
	Offline            Attributes = 1 << 12
	NotContentIndexed  Attributes = 1 << 13
	Encrypted          Attributes = 1 << 14
	Integrity          Attributes = 1 << 15
	Virtual            Attributes = 1 << 16
	NoScrub            Attributes = 1 << 17
	RecallOnOpen       Attributes = 1 << 18
	Pinned             Attributes = 1 << 19
	Unpinned           Attributes = 1 << 20
	RecallOnDataAccess Attributes = 1 << 22

	// LongName marks an entry of a FAT directory that holds a part of a long name: no
	// file, and never shown.
	LongName = ReadOnly | Hidden | System | VolumeLabel

	lettered = ReadOnly | Hidden | System | Archive
)

// DirentOffset is where the attributes stand in the 32 bytes of an entry of a FAT
// directory. They are one byte.
const DirentOffset = 11

// IsLongName reports whether the attributes of a FAT directory's entry say that it is
// a part of a long name (fs/fat, ATTR_EXT).
func (a Attributes) IsLongName() bool { return a&0x3f == LongName }

// Canonical is the attributes as Windows keeps them: Normal goes where there is
// another, and comes where there is none.
func (a Attributes) Canonical() Attributes {
	if a&^Normal == 0 {
		return Normal
	}
	return a &^ Normal
}
