package sys

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// Opening and looking as commands do that follow symbolic links when their user
// says so.
const (
	// HoldTarget is Hold for what a symbolic link leads to.
	HoldTarget How = unix.O_PATH | unix.O_CLOEXEC
	// ListTarget is List for what a symbolic link leads to.
	ListTarget How = List &^ unix.O_NOFOLLOW
)

// Locked is the attributes of Stat that forbid changes, where Attributes_mask has them.
const Locked = unix.STATX_ATTR_IMMUTABLE | unix.STATX_ATTR_APPEND

// StatTarget looks at what name in dir leads to. name ends in NUL.
func StatTarget(dir int, name *byte, st *Stat) error {
	return repeat(func() error {
		_, _, e := unix.Syscall6(unix.SYS_STATX, uintptr(dir), uintptr(unsafe.Pointer(name)),
			unix.AT_NO_AUTOMOUNT, wantedOfStat, uintptr(unsafe.Pointer(st)), 0)
		return result(e)
	})
}

// SameMountOf says whether two objects were seen through one mount.
func SameMountOf(a, b *Stat) bool { return a.Mnt_id == b.Mnt_id && a.Mask&HasMount != 0 }

// TakeUmask reads the umask by setting it, for where /proc does not tell it.
func TakeUmask() uint32 {
	mask := unix.Umask(0)
	unix.Umask(mask)
	return uint32(mask)
}

// ChmodName sets the twelve bits of name in dir, which is not followed if it is a
// symbolic link: that is EOPNOTSUPP. Only where Fchmodat2 is There. name ends in NUL.
func ChmodName(dir int, name *byte, bits uint32, pace Pace) error {
	if pace == Prompt {
		_, _, e := unix.RawSyscall6(unix.SYS_FCHMODAT2, uintptr(dir), uintptr(unsafe.Pointer(name)),
			uintptr(bits), unix.AT_SYMLINK_NOFOLLOW, 0, 0)
		if !again(e) {
			return result(e)
		}
	}
	return repeat(func() error {
		_, _, e := unix.Syscall6(unix.SYS_FCHMODAT2, uintptr(dir), uintptr(unsafe.Pointer(name)),
			uintptr(bits), unix.AT_SYMLINK_NOFOLLOW, 0, 0)
		return result(e)
	})
}

// ChownName sets owner and group of name in dir, itself if it is a symbolic link. An
// id of all ones leaves that one as it is. name ends in NUL.
func ChownName(dir int, name *byte, uid, gid uint32) error {
	return repeat(func() error {
		_, _, e := unix.Syscall6(unix.SYS_FCHOWNAT, uintptr(dir), uintptr(unsafe.Pointer(name)),
			uintptr(uid), uintptr(gid), unix.AT_SYMLINK_NOFOLLOW, 0)
		return result(e)
	})
}
