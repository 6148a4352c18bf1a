package sys

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	atHandleFID   = 0x200 // AT_HANDLE_FID: a handle that need not open anything
	maxHandleSize = 128   // MAX_HANDLE_SZ
)

// struct file_handle with the most room that a handle may take.
type fileHandle struct {
	size  uint32
	kind  int32
	bytes [maxHandleSize]byte
}

// HandleHeld is the file handle of the object of a descriptor, O_PATH ones too.
// It names the object for as long as its file system lives, also after a rename.
// EOPNOTSUPP: this file system has none.
func (c *Calls) HandleHeld(fd int) (kind int32, bytes string, err error) {
	if c.HandleFID == There {
		kind, bytes, err = handle(fd, atHandleFID)
		if err == nil {
			return kind, bytes, nil
		}
	}
	return handle(fd, 0)
}

func handle(fd int, flags uintptr) (int32, string, error) {
	h := fileHandle{size: maxHandleSize}
	var mount int32
	_, _, e := unix.Syscall6(unix.SYS_NAME_TO_HANDLE_AT, uintptr(fd), uintptr(unsafe.Pointer(&emptyName[0])),
		uintptr(unsafe.Pointer(&h)), uintptr(unsafe.Pointer(&mount)), flags|unix.AT_EMPTY_PATH, 0)
	if e != 0 {
		return 0, "", e
	}
	return h.kind, string(h.bytes[:min(h.size, maxHandleSize)]), nil
}

// HoldHandle opens the object of a handle (O_PATH) on the mount of a real
// descriptor. It needs CAP_DAC_READ_SEARCH. ESTALE: there is no such object now.
func HoldHandle(mount int, kind int32, bytes string) (int, error) {
	if len(bytes) > maxHandleSize {
		return -1, unix.EINVAL
	}
	h := unix.NewFileHandle(kind, []byte(bytes))
	return unix.OpenByHandleAt(mount, h, unix.O_PATH|unix.O_NOFOLLOW|unix.O_CLOEXEC)
}
