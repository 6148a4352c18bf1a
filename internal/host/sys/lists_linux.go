package sys

import (
	"runtime"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// AttributeName is an attribute's name as the calls below take it, ending in NUL.
func AttributeName(attribute string) *byte {
	return unsafe.SliceData([]byte(attribute + "\x00"))
}

// usual is what most lists fit into. The kernel clears as many bytes as it is offered,
// which for 64 KiB costs more than the rest of a call.
const usual = 256

// AttributeAt reads an attribute of name in dir, of itself if it is a symbolic link,
// into buf, which is used again and again, lies on the heap and holds at least 256
// bytes. name ends in NUL. Only where Xattrat is There.
func AttributeAt(dir int, name, attribute *byte, buf []byte, pace Pace) (int, error) {
	n, err := attributeAt(dir, name, attribute, buf[:usual], pace)
	if err == unix.ERANGE { //nolint:errorlint // calls answer bare numbers
		n, err = attributeAt(dir, name, attribute, buf, pace)
	}
	return n, err
}

func attributeAt(dir int, name, attribute *byte, buf []byte, pace Pace) (int, error) {
	var n uintptr
	var e unix.Errno
	args := xattrArgs{value: uint64(uintptr(unsafe.Pointer(&buf[0]))), size: uint32(len(buf))}
	if pace == Prompt {
		n, _, e = unix.RawSyscall6(unix.SYS_GETXATTRAT, uintptr(dir), uintptr(unsafe.Pointer(name)), unix.AT_SYMLINK_NOFOLLOW,
			uintptr(unsafe.Pointer(attribute)), uintptr(unsafe.Pointer(&args)), unsafe.Sizeof(args))
	} else {
		n, _, e = unix.Syscall6(unix.SYS_GETXATTRAT, uintptr(dir), uintptr(unsafe.Pointer(name)), unix.AT_SYMLINK_NOFOLLOW,
			uintptr(unsafe.Pointer(attribute)), uintptr(unsafe.Pointer(&args)), unsafe.Sizeof(args))
	}
	runtime.KeepAlive(buf)
	return int(n), result(e)
}

// AttributeOf reads an attribute through a real descriptor into buf, which holds at
// least 256 bytes.
func AttributeOf(fd int, attribute *byte, buf []byte, pace Pace) (int, error) {
	n, err := attributeInto(fd, attribute, buf[:usual], pace)
	if err == unix.ERANGE { //nolint:errorlint // calls answer bare numbers
		n, err = attributeInto(fd, attribute, buf, pace)
	}
	return n, err
}

func attributeInto(fd int, attribute *byte, buf []byte, pace Pace) (int, error) {
	var n uintptr
	var e unix.Errno
	if pace == Prompt {
		n, _, e = unix.RawSyscall6(unix.SYS_FGETXATTR, uintptr(fd), uintptr(unsafe.Pointer(attribute)),
			uintptr(unsafe.Pointer(&buf[0])), uintptr(len(buf)), 0, 0)
	} else {
		n, _, e = unix.Syscall6(unix.SYS_FGETXATTR, uintptr(fd), uintptr(unsafe.Pointer(attribute)),
			uintptr(unsafe.Pointer(&buf[0])), uintptr(len(buf)), 0, 0)
	}
	return int(n), result(e)
}

// SetAttributeOf sets an attribute through a real descriptor; value must not be empty.
func SetAttributeOf(fd int, attribute *byte, value []byte, pace Pace) error {
	var e unix.Errno
	for range attempts {
		if pace == Prompt {
			_, _, e = unix.RawSyscall6(unix.SYS_FSETXATTR, uintptr(fd), uintptr(unsafe.Pointer(attribute)),
				uintptr(unsafe.Pointer(&value[0])), uintptr(len(value)), 0, 0)
		} else {
			_, _, e = unix.Syscall6(unix.SYS_FSETXATTR, uintptr(fd), uintptr(unsafe.Pointer(attribute)),
				uintptr(unsafe.Pointer(&value[0])), uintptr(len(value)), 0, 0)
		}
		if !again(e) {
			break
		}
	}
	return result(e)
}

// OpenNameAt is OpenName at a pace.
func OpenNameAt(dir int, name *byte, how How, pace Pace) (int, error) {
	if pace == Patient {
		return OpenName(dir, name, how)
	}
	fd, _, e := unix.RawSyscall6(unix.SYS_OPENAT, uintptr(dir), uintptr(unsafe.Pointer(name)), uintptr(how), 0, 0, 0)
	if e != 0 {
		return -1, e
	}
	return int(fd), nil
}

// OpenPhysical opens a path by the ordinary rules, ".." among them, but follows no
// symbolic link in any place: ELOOP. One at the end is held itself if how is Hold.
func (c *Calls) OpenPhysical(dir int, path string, how How) (int, error) {
	if c.Openat2 != There {
		return openPhysicalStepwise(dir, path, how)
	}
	name, err := unix.BytePtrFromString(path)
	if err != nil {
		return -1, err
	}
	return OpenNameBeneath(dir, name, &unix.OpenHow{Flags: uint64(how), Resolve: unix.RESOLVE_NO_SYMLINKS | unix.RESOLVE_NO_MAGICLINKS})
}

// openPhysicalStepwise opens one component after the other.
func openPhysicalStepwise(dir int, path string, how How) (int, error) {
	at := dir
	for {
		piece, rest := firstComponent(path)
		flags := how
		if rest != "" {
			flags = Hold // a symbolic link is held, and the step beyond it is ENOTDIR
		}
		fd, err := Open(at, piece, flags)
		if at != dir {
			Close(at)
		}
		if err != nil || rest == "" {
			return fd, err
		}
		var st Stat
		if err := StatHeld(fd, &st); err != nil {
			Close(fd)
			return -1, err
		}
		if st.Mode&TypeMask == TypeLink {
			Close(fd)
			return -1, unix.ELOOP
		}
		at, path = fd, rest
	}
}

// firstComponent cuts a path behind its first component and the slashes there. A path
// from the root begins with "/", and what ends in a slash leads to a directory.
func firstComponent(path string) (first, rest string) {
	i := strings.IndexByte(path, '/')
	switch {
	case i < 0:
		return path, ""
	case i == 0:
		first = "/"
	default:
		first = path[:i]
	}
	if rest = strings.TrimLeft(path[i:], "/"); rest == "" && i > 0 {
		rest = "."
	}
	return first, rest
}
