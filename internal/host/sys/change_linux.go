package sys

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// ChmodHeld sets the twelve bits of the very object of a descriptor, O_PATH ones
// too. proc may be nil; without it and without fchmodat2 the answer is ENOTSUP.
func (c *Calls) ChmodHeld(proc *Proc, fd int, bits uint32) error {
	if c.Fchmodat2 == There {
		return repeat(func() error {
			_, _, e := unix.Syscall6(unix.SYS_FCHMODAT2, uintptr(fd), uintptr(unsafe.Pointer(&emptyName[0])),
				uintptr(bits), unix.AT_EMPTY_PATH, 0, 0)
			return result(e)
		})
	}
	if proc == nil {
		return unix.ENOTSUP
	}
	return repeat(func() error { return unix.Chmod(proc.path(fd), bits) })
}

// ChownHeld sets owner and group of the very object of a descriptor; an id of all
// ones leaves that one as it is.
func ChownHeld(fd int, uid, gid uint32) error {
	return repeat(func() error {
		return unix.Fchownat(fd, "", int(int32(uid)), int(int32(gid)), unix.AT_EMPTY_PATH|unix.AT_SYMLINK_NOFOLLOW)
	})
}

// Flags are the inode flags of an open regular file or directory
// (FS_IOC_GETFLAGS). fd must be a real descriptor.
func Flags(fd int) (uint32, error) {
	var flags uint32
	err := repeat(func() error {
		_, _, e := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), unix.FS_IOC_GETFLAGS, uintptr(unsafe.Pointer(&flags)))
		return result(e)
	})
	return flags, err
}

// SetFlags sets the inode flags of an open regular file or directory.
func SetFlags(fd int, flags uint32) error {
	return repeat(func() error {
		_, _, e := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), unix.FS_IOC_SETFLAGS, uintptr(unsafe.Pointer(&flags)))
		return result(e)
	})
}

// Sync writes the whole file system of a real descriptor to its storage.
func Sync(fd int) error { return repeat(func() error { return unix.Syncfs(fd) }) }

// SyncAll writes every file system to its storage.
func SyncAll() { unix.Sync() }
