package sys

import (
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Of <fcntl.h> of FreeBSD 13.1 and later.
const (
	oPath       = 0x00400000 // O_PATH
	oEmptyPath  = 0x02000000 // O_EMPTY_PATH
	atEmptyPath = 0x4000     // AT_EMPTY_PATH
)

// Held is one object, whatever becomes of its name. It is held without being
// opened (O_PATH): no fifo waits and no device notices.
type Held struct{ fd int }

func holdPath(root, path string, follow bool) (int, error) {
	flags := oPath | unix.O_CLOEXEC
	if root != "" {
		return holdSteps(root, path, func(dir int, name string, more int) (int, error) {
			return open(dir, name, flags|unix.O_NOFOLLOW|more, 0)
		})
	}
	if !follow {
		flags |= unix.O_NOFOLLOW
	}
	return open(AtWorkingDirectory, path, flags, 0)
}

// HoldIn holds the object of that name in a directory, itself if it is a symbolic
// link.
func HoldIn(dir int, name string) (*Held, error) {
	fd, err := open(dir, name, oPath|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	return &Held{fd: fd}, nil
}

// Chmod sets the twelve bits.
func (h *Held) Chmod(bits uint32) error { return unix.Fchmodat(h.fd, "", bits, atEmptyPath) }

// Chown sets owner and group; NoID leaves one as it is.
func (h *Held) Chown(uid, gid uint32) error {
	return unix.Fchownat(h.fd, "", int(int32(uid)), int(int32(gid)), atEmptyPath)
}

// OpenHeld opens a held directory so that its names can be changed and synced.
func (h *Held) OpenHeld() (int, error) {
	return open(h.fd, "", oEmptyPath|unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
}

func (h *Held) read() (int, error) {
	return open(h.fd, "", oEmptyPath|unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
}

// Attributes are the extended attributes that the caller may see.
func (h *Held) Attributes() ([]Xattr, error) {
	fd, err := h.read()
	if err != nil {
		return nil, err
	}
	defer CloseOf(fd)
	return AttributesOf(fd)
}

// accessList is struct acl of <sys/acl.h>, which is copied and not looked into.
type accessList struct {
	most    uint32
	count   uint32
	_       [4]int32
	entries [254][4]uint32
}

// CopyACL gives an open file the access list of the held one: an NFSv4 one on
// ZFS, a POSIX.1e one on UFS.
func (h *Held) CopyACL(to int) error {
	fd, err := h.read()
	if err != nil {
		return err
	}
	defer CloseOf(fd)
	for _, kind := range [...]uintptr{4, 2} { // ACL_TYPE_NFS4, ACL_TYPE_ACCESS
		list := accessList{most: 254}
		_, _, e := unix.Syscall(unix.SYS___ACL_GET_FD, uintptr(fd), kind, uintptr(unsafe.Pointer(&list)))
		if e == unix.EINVAL || e == unix.EOPNOTSUPP {
			continue
		}
		if e == 0 {
			_, _, e = unix.Syscall(unix.SYS___ACL_SET_FD, uintptr(to), kind, uintptr(unsafe.Pointer(&list)))
		}
		if e != 0 {
			return e
		}
		return nil
	}
	return nil
}

// DropACL does nothing: on ZFS the chmod that follows drops what a new file got
// from its directory, and UFS masks it.
func DropACL(int) error { return nil }

func statusOf(st *unix.Stat_t) Status {
	return Status{Mode: uint32(st.Mode), UID: st.Uid, GID: st.Gid, Links: uint64(st.Nlink), Device: uint64(st.Dev), Inode: uint64(st.Ino)}
}

// Umask is the calling process's umask, read and not set.
func Umask() (uint32, error) {
	raw, err := unix.SysctlRaw("kern.proc.umask", os.Getpid())
	if err != nil {
		return 0, err
	}
	if len(raw) < 2 {
		return 0, unix.EINVAL
	}
	return uint32(*(*uint16)(unsafe.Pointer(&raw[0]))), nil
}
