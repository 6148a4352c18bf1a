package amiga

import "ward/mode"

// ZipHost is the host of zip archives that were made on an Amiga.
const ZipHost uint8 = 1

// The type of a member of host ZipHost, in the upper half of its external attributes.
const (
	zipType      = 0o6000
	zipDirectory = 0o4000
	zipFile      = 0o2000
)

// FromZip is the letters and the kind of a member of host ZipHost, as Info-ZIP reads
// them on other systems: in the upper half of its external attributes, where a bit that
// is set is a letter that is there. The kind is Unknown where it is not said.
func FromZip(external uint32) (Flags, mode.Kind) {
	switch external >> 16 & zipType {
	case zipDirectory:
		return Flags(external >> 16), mode.Directory
	case zipFile:
		return Flags(external >> 16), mode.Regular
	}
	return Flags(external >> 16), mode.Unknown
}

// PKAZip reports whether the letters of a member are to be taken the other way round,
// rwed that is: Info-ZIP on Amigas believes so where the read-only bit of DOS attributes
// contradicts w, for an archiver of the Amiga wrote them inverted. On other systems it
// does not ask.
func PKAZip(external uint32) bool { return external&1 == external>>18&1 }

// ToZip is the external attributes of a member with these letters. The attributes for
// DOS agree with them, so that no program takes them for inverted.
func (f Flags) ToZip(k mode.Kind) uint32 {
	external := uint32(f) << 16
	switch k {
	case mode.Directory:
		external |= zipDirectory<<16 | 0x10
	case mode.Regular:
		external |= zipFile << 16
	}
	if f&Flags(Write) == 0 {
		external |= 1
	}
	return external
}

// FormatZipinfo is what zipinfo -s shows: the type, "?" where it is not said, and the
// letters.
func FormatZipinfo(external uint32) string {
	f, k := FromZip(external)
	switch k {
	case mode.Directory:
		return "d" + f.Format()
	case mode.Regular:
		return "-" + f.Format()
	}
	return "?" + f.Format()
}

// Unzipped is the mode that unzip on Unix gives to a member (mapattr in unix/unix.c),
// before it takes the umask off: rwe for everybody.
func Unzipped(external uint32) mode.Mode {
	return mode.Mode(external>>17&7) * 0o111
}
