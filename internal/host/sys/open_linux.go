package sys

import (
	"strings"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// How a thing is opened. Every descriptor is close-on-exec, and none follows a
// symbolic link in the last component.
type How uint64

const (
	// Hold opens anything without looking into it (O_PATH): a name for the very
	// object, that no device or fifo notices.
	Hold How = unix.O_PATH | unix.O_NOFOLLOW | unix.O_CLOEXEC
	// HoldDirectory is Hold for a directory only.
	HoldDirectory How = Hold | unix.O_DIRECTORY
	// List opens a directory for reading its names.
	List How = unix.O_RDONLY | unix.O_DIRECTORY | unix.O_NOFOLLOW | unix.O_CLOEXEC | unix.O_NONBLOCK
	// Read opens a regular file for reading without waiting for anybody.
	Read How = unix.O_RDONLY | unix.O_NOFOLLOW | unix.O_CLOEXEC | unix.O_NONBLOCK | unix.O_NOCTTY
	// Quietly leaves the time of last access alone; only the owner and root may.
	Quietly How = unix.O_NOATIME
)

// MaxPath is the longest path that one call takes, without its final NUL.
const MaxPath = unix.PathMax - 1

// Open opens a path by the ordinary rules, but for the last component which is
// not followed. dir may be AtCWD.
func Open(dir int, path string, how How) (int, error) {
	name, err := unix.BytePtrFromString(path)
	if err != nil {
		return -1, err
	}
	return OpenName(dir, name, how)
}

// AtCWD stands for the working directory in place of a descriptor.
const AtCWD = unix.AT_FDCWD

// OpenName is Open for a path that ends in NUL.
func OpenName(dir int, name *byte, how How) (int, error) {
	for range attempts {
		fd, _, e := unix.Syscall6(unix.SYS_OPENAT, uintptr(dir), uintptr(unsafe.Pointer(name)), uintptr(how), 0, 0, 0)
		if e == 0 {
			return int(fd), nil
		}
		if e != unix.EINTR {
			return -1, e
		}
	}
	return -1, unix.EINTR
}

// HoldName is OpenName for holding, at a pace.
func HoldName(dir int, name *byte, pace Pace) (int, error) {
	return OpenNameAt(dir, name, Hold, pace)
}

// Follow opens the very object that descriptor fd of this process stands for,
// through proc (see Proc), so that an O_PATH descriptor gets a real brother.
func (p *Proc) Follow(fd int, how How) (int, error) {
	return Open(p.fd, p.name(fd), how&^unix.O_NOFOLLOW)
}

// Scope bounds the resolution of a path.
type Scope uint64

const (
	// Beneath stays below the starting directory, and follows no symbolic link
	// and no magic link.
	Beneath Scope = unix.RESOLVE_BENEATH | unix.RESOLVE_NO_SYMLINKS | unix.RESOLVE_NO_MAGICLINKS
	// SameMount does not go into another mount, and sets off no automount.
	SameMount Scope = unix.RESOLVE_NO_XDEV
)

// OpenBeneath opens path, which must lie strictly below dir: symbolic links on
// the way are ELOOP, and the way up is EXDEV. SameMount is obeyed only where
// openat2 is there.
func (c *Calls) OpenBeneath(dir int, path string, how How, scope Scope) (int, error) {
	if c.Openat2 != There || len(path) > MaxPath {
		return c.openStepwise(dir, path, how, scope)
	}
	name, err := unix.BytePtrFromString(path)
	if err != nil {
		return -1, err
	}
	return OpenNameBeneath(dir, name, &unix.OpenHow{Flags: uint64(how), Resolve: uint64(scope | Beneath)})
}

// OpenHow is the argument of openat2(2), for callers that keep one.
type OpenHow = unix.OpenHow

// OpenNameBeneath is openat2(2) for a path that ends in NUL.
func OpenNameBeneath(dir int, name *byte, how *OpenHow) (int, error) {
	return OpenNamePaced(dir, name, how, Patient)
}

// OpenNamePaced is OpenNameBeneath at a pace.
func OpenNamePaced(dir int, name *byte, how *OpenHow, pace Pace) (int, error) {
	var e unix.Errno
	for range attempts {
		var fd uintptr
		if pace == Prompt {
			fd, _, e = syscall.RawSyscall6(unix.SYS_OPENAT2, uintptr(dir), uintptr(unsafe.Pointer(name)),
				uintptr(unsafe.Pointer(how)), unix.SizeofOpenHow, 0, 0)
		} else {
			fd, _, e = unix.Syscall6(unix.SYS_OPENAT2, uintptr(dir), uintptr(unsafe.Pointer(name)),
				uintptr(unsafe.Pointer(how)), unix.SizeofOpenHow, 0, 0)
		}
		if e == 0 {
			return int(fd), nil
		}
		if !again(e) {
			break
		}
	}
	return -1, e
}

// openStepwise opens piece after piece: as much as one openat2 takes, or one
// component where that call is not there. O_NOFOLLOW with O_DIRECTORY refuses
// every symbolic link (ENOTDIR), and ".." is refused here.
func (c *Calls) openStepwise(dir int, path string, how How, scope Scope) (int, error) {
	at := dir
	for {
		piece, rest := c.cut(path)
		flags := how
		if rest != "" {
			flags = HoldDirectory
		}
		fd, err := c.openPiece(at, piece, flags, scope)
		if at != dir {
			Close(at)
		}
		if err != nil || rest == "" {
			return fd, err
		}
		at, path = fd, rest
	}
}

func (c *Calls) openPiece(dir int, piece string, how How, scope Scope) (int, error) {
	if c.Openat2 == There {
		return c.OpenBeneath(dir, piece, how, scope)
	}
	if piece == ".." || piece == "" {
		return -1, unix.EXDEV
	}
	return Open(dir, piece, how)
}

// cut takes the first piece off a path: a component, or with openat2 as many
// whole ones as fit into one call.
func (c *Calls) cut(path string) (piece, rest string) {
	if c.Openat2 != There {
		piece, rest, _ = strings.Cut(path, "/")
		return piece, rest
	}
	if len(path) <= MaxPath {
		return path, ""
	}
	if i := strings.LastIndexByte(path[:MaxPath], '/'); i > 0 {
		return path[:i], path[i+1:]
	}
	return path, ""
}

// Close closes a descriptor. There is nothing to be done about an error: Linux
// has released the descriptor in any case.
func Close(fd int) { _ = unix.Close(fd) }

// ClosePaced is Close, at a pace, for a descriptor that was only read from or held.
func ClosePaced(fd int, pace Pace) {
	if pace == Prompt {
		_, _, _ = syscall.RawSyscall(unix.SYS_CLOSE, uintptr(fd), 0, 0)
		return
	}
	Close(fd)
}

// Pread reads at an offset, all of buf or up to the end of the file.
func Pread(fd int, buf []byte, offset int64) (int, error) {
	read := 0
	for read < len(buf) {
		n := 0
		err := repeat(func() (err error) {
			n, err = unix.Pread(fd, buf[read:], offset+int64(read))
			return err
		})
		if err != nil {
			return read, err
		}
		if n == 0 {
			break
		}
		read += n
	}
	return read, nil
}

// Readlink is the target of the symbolic link that fd holds (O_PATH).
func Readlink(fd int) (string, error) { return readlink(fd, "") }

func readlink(dir int, name string) (string, error) {
	for size := 256; ; size *= 2 {
		buf := make([]byte, size)
		n, err := unix.Readlinkat(dir, name, buf)
		if err != nil {
			return "", err
		}
		if n < size || size > 1<<20 {
			return string(buf[:n]), nil
		}
	}
}

// Dup is another descriptor of the same open object.
func Dup(fd int) (int, error) { return unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 0) }
