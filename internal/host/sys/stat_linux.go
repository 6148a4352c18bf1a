package sys

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Stat is what statx(2) says of an object.
type Stat = unix.Statx_t

// Parts of Stat.Mask and Stat.Attributes that callers ask about.
const (
	HasBirth     = unix.STATX_BTIME
	HasMount     = unix.STATX_MNT_ID | unix.STATX_MNT_ID_UNIQUE
	IsAutomount  = unix.STATX_ATTR_AUTOMOUNT
	wantedOfStat = wantedAtGlance | unix.STATX_BTIME

	wantedAtGlance = unix.STATX_BASIC_STATS | unix.STATX_MNT_ID | unix.STATX_MNT_ID_UNIQUE
)

// StatName looks at name in dir, itself if it is a symbolic link, and sets off no
// automount. name ends in NUL; nothing is allocated.
func StatName(dir int, name *byte, st *Stat, pace Pace) error {
	return lookAtName(dir, name, st, wantedOfStat, pace)
}

// GlanceName is StatName without the time of birth. That lies in a part of ext4's
// inodes that nothing else needs: leaving it there makes the call a tenth cheaper.
func GlanceName(dir int, name *byte, st *Stat, pace Pace) error {
	return lookAtName(dir, name, st, wantedAtGlance, pace)
}

func lookAtName(dir int, name *byte, st *Stat, want uintptr, pace Pace) error {
	const flags = unix.AT_SYMLINK_NOFOLLOW | unix.AT_NO_AUTOMOUNT
	var e unix.Errno
	for range attempts {
		if pace == Prompt {
			_, _, e = syscall.RawSyscall6(unix.SYS_STATX, uintptr(dir), uintptr(unsafe.Pointer(name)),
				flags, want, uintptr(unsafe.Pointer(st)), 0)
		} else {
			_, _, e = unix.Syscall6(unix.SYS_STATX, uintptr(dir), uintptr(unsafe.Pointer(name)),
				flags, want, uintptr(unsafe.Pointer(st)), 0)
		}
		if e == 0 {
			return nil
		}
		if !again(e) {
			break
		}
	}
	return e
}

var emptyName [1]byte

// StatHeld looks at the object of a descriptor, O_PATH ones too.
func StatHeld(fd int, st *Stat) error { return StatHeldPaced(fd, st, Patient) }

// StatHeldPaced is StatHeld at a pace.
func StatHeldPaced(fd int, st *Stat, pace Pace) error {
	return lookAtHeld(fd, st, wantedOfStat, pace)
}

// GlanceHeld is StatHeldPaced without the time of birth.
func GlanceHeld(fd int, st *Stat, pace Pace) error {
	return lookAtHeld(fd, st, wantedAtGlance, pace)
}

func lookAtHeld(fd int, st *Stat, want uintptr, pace Pace) error {
	const flags = unix.AT_EMPTY_PATH | unix.AT_SYMLINK_NOFOLLOW | unix.AT_NO_AUTOMOUNT
	var e unix.Errno
	if pace == Prompt {
		_, _, e = syscall.RawSyscall6(unix.SYS_STATX, uintptr(fd), uintptr(unsafe.Pointer(&emptyName[0])),
			flags, want, uintptr(unsafe.Pointer(st)), 0)
	} else {
		_, _, e = unix.Syscall6(unix.SYS_STATX, uintptr(fd), uintptr(unsafe.Pointer(&emptyName[0])),
			flags, want, uintptr(unsafe.Pointer(st)), 0)
	}
	return result(e)
}

// SameObject says whether two looks were at one object, as far as device and
// inode tell while one of them is held.
func SameObject(a, b *Stat) bool {
	return a.Ino == b.Ino && a.Dev_major == b.Dev_major && a.Dev_minor == b.Dev_minor && a.Mode&unix.S_IFMT == b.Mode&unix.S_IFMT
}

// The types of objects in Stat.Mode.
const (
	TypeMask    = unix.S_IFMT
	TypeRegular = unix.S_IFREG
	TypeDir     = unix.S_IFDIR
	TypeLink    = unix.S_IFLNK
)
