package sys

import "golang.org/x/sys/unix"

// Attribute reads one extended attribute by its name, which the list of attributes
// need not have: ntfs-3g, cifs and nfs serve some that they do not list. The length
// is asked for first, since ntfs-3g answers EIO where the buffer is too small.
func (h *Held) Attribute(name string) ([]byte, error) {
	if err := h.needProc(); err != nil {
		return nil, err
	}
	path := h.proc.path(h.fd)
	for range 16 { // it may grow meanwhile
		size, err := unix.Getxattr(path, name, nil)
		if err != nil || size == 0 {
			return nil, err
		}
		buf := make([]byte, size)
		n, err := unix.Getxattr(path, name, buf)
		if err == unix.ERANGE {
			continue
		}
		if err != nil {
			return nil, err
		}
		return buf[:n], nil
	}
	return nil, unix.ERANGE
}

// The file systems that may keep attributes for DOS (statfs(2)).
const (
	magicMSDOS = 0x4d44
	magicExFAT = 0x2011bab0
	magicNTFS3 = 0x7366746e
	magicFUSE  = 0x65735546
)

// FATAttributes asks the file system of the held object for its attributes of DOS:
// vfat, exfat and ntfs3 answer (FAT_IOCTL_GET_ATTRIBUTES), and what FUSE serves may.
// Others are not asked: ENOTTY. The object, which is a regular file or a directory, is
// opened for it.
func (h *Held) FATAttributes() (uint32, error) {
	fs, err := FileSystemHeld(h.fd)
	if err != nil {
		return 0, err
	}
	switch fs.Magic {
	case magicMSDOS, magicExFAT, magicNTFS3, magicFUSE:
	default:
		return 0, unix.ENOTTY
	}
	if err := h.needProc(); err != nil {
		return 0, err
	}
	fd, err := h.proc.Follow(h.fd, Read)
	if err != nil {
		return 0, err
	}
	defer Close(fd)
	const read = 0x80047210 // _IOR('r', 0x10, __u32), include/uapi/linux/msdos_fs.h
	return unix.IoctlGetUint32(fd, read)
}
