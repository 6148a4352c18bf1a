package dos

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"ward/ident"
	"ward/mode"
)

// The numbers with which ioctl(2) reads and writes attributes on vfat and msdos: an
// unsigned int of 32 bits (include/uapi/linux/msdos_fs.h). Others answer ENOTTY.
const (
	IoctlRead  = 0x80047210 // FAT_IOCTL_GET_ATTRIBUTES
	IoctlWrite = 0x40047211 // FAT_IOCTL_SET_ATTRIBUTES
)

// The extended attributes in which Linux and what runs on it keep attributes. SambaXattr
// is read by DecodeSamba, the others by Decode.
const (
	NTFSXattr  = "system.ntfs_attrib"  // ntfs-3g and ntfs3, 32 bits
	NTFS3Xattr = "system.dos_attrib"   // ntfs3, 8 bits
	CIFSXattr  = "user.cifs.dosattrib" // the client of SMB, 32 bits
	SMB3Xattr  = "smb3.dosattrib"      // the same
	SambaXattr = "user.DOSATTRIB"      // Samba's file server
	Samba4     = "user.DosAttrib"      // that of Samba 4's first domain controllers
)

// Decode reads one byte (of a FAT directory, or system.dos_attrib) or four, the least
// first (ioctl, the other attributes). Errors are of type *FormError.
func Decode(value []byte) (Attributes, error) {
	switch len(value) {
	case 1:
		return Attributes(value[0]), nil
	case 4:
		return Attributes(binary.LittleEndian.Uint32(value)), nil
	}
	return 0, &FormError{Form: "DOS attributes", Offset: min(len(value), 4), Problem: fmt.Sprintf("the value should have one byte or four, and has %d", len(value))}
}

// Encode is the four bytes that Decode reads.
func (a Attributes) Encode() []byte { return binary.LittleEndian.AppendUint32(nil, uint32(a)) }

// ErrRootDirectory says that the root of a FAT file system has no attributes to set. The
// system answers EINVAL.
var ErrRootDirectory = errors.New("the root of a FAT file system has no attributes that can be set")

// ErrNotInAttributes says that FAT has no place for what chmod asks for. The system
// answers EPERM, and with the mount option quiet nothing.
var ErrNotInAttributes = errors.New("FAT keeps no more of a mode than whether it may be written")

// SetOnFAT is what a file with these attributes has after ioctl was asked to give it
// others (fat_ioctl_set_attributes): only a byte of them counts, and what the file is
// stays. It fails with ErrRootDirectory.
func (a Attributes) SetOnFAT(wanted Attributes, isRoot bool) (Attributes, error) {
	const kind = VolumeLabel | Directory
	set := wanted&0xff&^kind | a&Directory
	if isRoot && set != Directory {
		return a, fmt.Errorf("setting DOS attributes: %w", ErrRootDirectory)
	}
	return set, nil
}

// SetOnNTFS is what a file with these attributes has after system.ntfs_attrib was set:
// ntfs-3g lets some be changed, and ignores the others.
func (a Attributes) SetOnNTFS(wanted Attributes) Attributes {
	const settable = ReadOnly | Hidden | System | Archive | Temporary | Offline | NotContentIndexed | Normal
	return (a&^settable | wanted&settable).Canonical()
}

// Mount is what the options of a mounted vfat or msdos say about permissions. FileMask
// and DirMask are the process's umask unless fmask=, dmask= or umask= say otherwise.
type Mount struct {
	UID               ident.UID
	GID               ident.GID
	FileMask, DirMask mode.Mode
	ShowExec          bool // only names that end in .com, .exe or .bat are executable
	ReadOnlyDirs      bool // rodir: read-only counts for directories too
	SysImmutable      bool // sys_immutable: system files cannot be changed
	Quiet             bool // what cannot be kept is no error
}

// Mode is the mode that Linux shows of a file on FAT (fat_make_mode). It is what counts
// for access, with the mount's owner and group; hidden, system and archive do not.
func (m Mount) Mode(a Attributes, name string) mode.Mode {
	shown := mode.Mode(0o777)
	if a&Directory == 0 && m.ShowExec && !showsExec(name) {
		shown = 0o666
	}
	if a&ReadOnly != 0 && (a&Directory == 0 || m.ReadOnlyDirs) {
		shown &^= 0o222
	}
	return shown &^ m.mask(a)
}

// showsExec is is_exec in fs/fat: it is given the extension of the short name.
func showsExec(name string) bool {
	dot := strings.LastIndexByte(name, '.')
	switch strings.ToLower(name[dot+1:]) {
	case "com", "exe", "bat":
		return dot >= 0
	}
	return false
}

// Immutable reports whether nobody may change the file (sys_immutable).
func (m Mount) Immutable(a Attributes) bool { return m.SysImmutable && a&System != 0 }

// Chmod is the attributes after chmod(2) (fat_setattr and fat_sanitize_mode). What the
// masks hide does not count; of the rest, read and execute must be as they are, and
// write must be asked for everybody or nobody: it decides over read-only. It fails with
// ErrNotInAttributes; with Quiet it changes nothing instead.
func (m Mount) Chmod(a Attributes, name string, to mode.Mode) (Attributes, error) {
	const special, write = 0o7000, 0o222
	mask := m.mask(a)
	now, want, all := m.Mode(a, name), to&^mask, mode.Mode(write)&^mask
	switch {
	case to&special != 0, want&^write != now&^write:
	case want&write == all && !m.holdsReadOnly(a):
		return a, nil
	case want&write == all:
		return a &^ ReadOnly, nil
	case want&write == 0 && m.holdsReadOnly(a):
		return a | ReadOnly, nil
	}
	if m.Quiet {
		return a, nil
	}
	return a, fmt.Errorf("mode %s on FAT, where it is %s: %w", to.Octal(), now.Octal(), ErrNotInAttributes)
}

func (m Mount) mask(a Attributes) mode.Mode {
	if a&Directory != 0 {
		return m.DirMask
	}
	return m.FileMask
}

// holdsReadOnly is fat_mode_can_hold_ro: read-only is what the write bits show, unless
// the masks hide them all, or the object is a directory and rodir is not given.
func (m Mount) holdsReadOnly(a Attributes) bool {
	return m.mask(a)&0o222 != 0o222 && (a&Directory == 0 || m.ReadOnlyDirs)
}
