package dos

import "ward/mode"

// The hosts of zip archives whose members have DOS attributes as their own (APPNOTE.TXT,
// section 4.4.2). Members of other hosts often have them beside theirs.
const (
	ZipFAT         uint8 = 0
	ZipHPFS        uint8 = 6
	ZipNTFS        uint8 = 10 // PKWARE's number
	ZipNTFSInfoZIP uint8 = 11 // what Info-ZIP takes for NTFS
	ZipVFAT        uint8 = 14
)

// FromZip is the attributes of a member: the low byte of its external attributes.
func FromZip(external uint32) Attributes { return Attributes(external & 0xff) }

// ToZip is the external attributes with these in place of their DOS attributes.
func (a Attributes) ToZip(external uint32) uint32 { return external&^0xff | uint32(a)&0xff }

// Unzipped is the mode that unzip on Unix gives to a member of a DOS or Windows host
// (mapattr in unix/unix.c), before it takes the umask off: 0666, without write where it
// is read-only, with execute where it is a directory. A member of FAT whose upper half is
// a Unix mode that says the same for its owner gets that; PKZIP for Unix writes such.
func Unzipped(external uint32, host uint8, name string) mode.Mode {
	a, bits := FromZip(external), mode.Mode(0o444)
	if a&ReadOnly == 0 {
		bits |= 0o222
	}
	if a&Directory != 0 || name != "" && name[len(name)-1] == '/' {
		bits |= 0o111
	}
	if unix := mode.Mode(external >> 16 & 0o7777); host == ZipFAT && unix&0o700 == bits&0o700 {
		return unix
	}
	return bits
}
