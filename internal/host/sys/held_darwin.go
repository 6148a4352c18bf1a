package sys

import (
	"os"
	"path/filepath"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Held is one object, whatever becomes of its name. macOS has no way to hold
// without opening, so that only regular files and directories that the caller may
// read or write can be held for a change; other things are held by their look.
type Held struct{ fd int }

func holdPath(root, path string, follow bool) (int, error) {
	if root != "" {
		return holdSteps(root, path, holdName)
	}
	if follow {
		real, err := filepath.EvalSymlinks(path)
		if err != nil {
			return -1, err
		}
		path = real
	}
	return holdName(AtWorkingDirectory, path, 0)
}

// HoldIn holds the object of that name in a directory, itself if it is a symbolic
// link.
func HoldIn(dir int, name string) (*Held, error) {
	fd, err := holdName(dir, name, 0)
	if err != nil {
		return nil, err
	}
	return &Held{fd: fd}, nil
}

// holdName opens without waiting, and nothing that an open would wake: the look
// before and the look after must be at the same thing. O_SYMLINK opens a symbolic
// link itself.
func holdName(dir int, name string, flags int) (int, error) {
	before, err := StatusIn(dir, name)
	if err != nil {
		return -1, err
	}
	flags |= unix.O_NONBLOCK | unix.O_NOCTTY | unix.O_CLOEXEC
	switch before.Mode & unix.S_IFMT {
	case unix.S_IFREG, unix.S_IFDIR:
		flags |= unix.O_NOFOLLOW
	case unix.S_IFLNK:
		flags |= unix.O_SYMLINK
	default:
		return -1, unix.ENOTSUP
	}
	fd, err := open(dir, name, flags|unix.O_RDONLY, 0)
	if err == unix.EACCES { //nolint:errorlint // calls answer bare numbers
		fd, err = open(dir, name, flags|unix.O_WRONLY, 0)
	}
	if err != nil {
		return -1, err
	}
	if now, err := StatusOf(fd); err != nil || !now.Same(before) {
		CloseOf(fd)
		return -1, unix.EAGAIN
	}
	return fd, nil
}

// Chmod sets the twelve bits.
func (h *Held) Chmod(bits uint32) error { return ChmodOf(h.fd, bits) }

// Chown sets owner and group; NoID leaves one as it is.
func (h *Held) Chown(uid, gid uint32) error { return ChownOf(h.fd, uid, gid) }

// OpenHeld opens a held directory so that its names can be changed and synced.
func (h *Held) OpenHeld() (int, error) {
	return open(h.fd, ".", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
}

// Attributes are the extended attributes; access lists are none here.
func (h *Held) Attributes() ([]Xattr, error) { return AttributesOf(h.fd) }

// CopyACL refuses a file with an access list, which only the C library can copy.
func (h *Held) CopyACL(int) error { return refuseACL(h.fd) }

// DropACL refuses a new file that got an access list from its directory.
func DropACL(fd int) error { return refuseACL(fd) }

// attrlist of getattrlist(2).
type attrlist struct {
	count    uint16
	_        uint16
	common   uint32
	volume   uint32
	dir      uint32
	file     uint32
	forkAttr uint32
}

const extendedSecurity = 0x00400000 // ATTR_CMN_EXTENDED_SECURITY

// refuseACL answers ENOTSUP for a file with an access list. The reply is its
// whole length and a reference: where the list starts, and its length.
func refuseACL(fd int) error {
	ask := attrlist{count: 5, common: extendedSecurity}
	var reply struct {
		size   uint32
		offset int32
		length uint32
		rest   [8 << 10]byte
	}
	_, _, e := unix.Syscall6(unix.SYS_FGETATTRLIST, uintptr(fd), uintptr(unsafe.Pointer(&ask)),
		uintptr(unsafe.Pointer(&reply)), unsafe.Sizeof(reply), 0, 0)
	if e != 0 {
		return e
	}
	if reply.length > 0 {
		return unix.ENOTSUP
	}
	return nil
}

func statusOf(st *unix.Stat_t) Status {
	return Status{Mode: uint32(st.Mode), UID: st.Uid, GID: st.Gid, Links: uint64(st.Nlink), Device: uint64(uint32(st.Dev)), Inode: st.Ino}
}

// Umask is the calling process's umask. macOS tells it to nobody, and setting it
// to read it would race with other threads; so a file is created with all
// permissions in a directory that only the caller may enter, looked at, and
// removed.
func Umask() (uint32, error) {
	dir, err := os.MkdirTemp("", "umask-")
	if err != nil {
		return 0, err
	}
	defer os.Remove(dir)
	name := filepath.Join(dir, "probe")
	fd, err := unix.Open(name, unix.O_RDWR|unix.O_CREAT|unix.O_EXCL|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0o777)
	if err != nil {
		return 0, err
	}
	defer CloseOf(fd)
	defer os.Remove(name)
	st, err := StatusOf(fd)
	return ^st.Mode & 0o777, err
}
