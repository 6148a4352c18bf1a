package sys

import (
	"bytes"
	"encoding/binary"
	"math"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// ReadNames reads entries of a directory into buf (getdents64(2)); 0 is the end.
// buf must hold at least one entry of the longest name, 280 bytes.
func ReadNames(fd int, buf []byte, pace Pace) (int, error) {
	var e unix.Errno
	for range attempts {
		var n uintptr
		if pace == Prompt {
			n, _, e = syscall.RawSyscall(unix.SYS_GETDENTS64, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(buf))), uintptr(len(buf)))
		} else {
			n, _, e = unix.Syscall(unix.SYS_GETDENTS64, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(buf))), uintptr(len(buf)))
		}
		if e == 0 {
			return int(n), nil
		}
		if !again(e) {
			break
		}
	}
	return 0, e
}

// SeekNames goes on with a directory at the place that a Name's Next says.
func SeekNames(fd int, place int64) error {
	_, err := unix.Seek(fd, place, 0)
	return err
}

// AtEnd says that the last entry in buf is the directory's last, where the file
// system tells so by a place that no entry has, as ext4 does (EXT4_HTREE_EOF_64BIT
// in fs/ext4/dir.c). A piece cut short by a signal or an error does not say it.
// False says nothing.
func AtEnd(buf []byte) bool {
	var next uint64
	for len(buf) >= offName {
		size := int(binary.NativeEndian.Uint16(buf[offLength:]))
		if size < offName || size > len(buf) {
			return false
		}
		next = binary.NativeEndian.Uint64(buf[offNext:])
		buf = buf[size:]
	}
	return next == math.MaxInt64
}

// Name is one entry of a directory as getdents64 gives it.
type Name struct {
	Inode uint64
	Next  int64  // place of the entry after this one
	Type  byte   // DT_… of readdir(3); 0 where the directory does not tell
	Bytes []byte // without the NUL that follows it in the buffer
}

// The Types of directories and of symbolic links.
const (
	DirectoryType = unix.DT_DIR
	LinkType      = unix.DT_LNK
)

// The layout of struct linux_dirent64 (include/linux/dirent.h).
const (
	offInode  = 0
	offNext   = 8
	offLength = 16
	offType   = 18
	offName   = 19
)

// NextName takes the first entry off what ReadNames has read. The result lies in
// buf. A broken record ends the buffer.
func NextName(buf []byte) (n Name, rest []byte, ok bool) {
	if len(buf) < offName+1 {
		return Name{}, nil, false
	}
	size := int(binary.NativeEndian.Uint16(buf[offLength:]))
	if size < offName+1 || size > len(buf) {
		return Name{}, nil, false
	}
	name := buf[offName:size]
	end := bytes.IndexByte(name, 0)
	if end < 1 {
		return Name{}, nil, false
	}
	return Name{
		Inode: binary.NativeEndian.Uint64(buf[offInode:]),
		Next:  int64(binary.NativeEndian.Uint64(buf[offNext:])),
		Type:  buf[offType],
		Bytes: name[:end],
	}, buf[size:], true
}

// Dots says whether a name is "." or "..".
func Dots(name []byte) bool {
	return len(name) > 0 && name[0] == '.' && (len(name) == 1 || len(name) == 2 && name[1] == '.')
}
