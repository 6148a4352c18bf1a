package sys

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// FAT_IOCTL_GET_ATTRIBUTES and FAT_IOCTL_SET_ATTRIBUTES
// (include/uapi/linux/msdos_fs.h): _IOR('r', 0x10, __u32) and _IOW('r', 0x11, __u32).
const (
	getFATAttributes = unix.FS_IOC_GETFLAGS&^0x1fffffff | fatNumber | 0x10
	setFATAttributes = unix.FS_IOC_SETFLAGS&^0x1fffffff | fatNumber | 0x11
	fatNumber        = 4<<16 | 'r'<<8
)

// FATAttributes are the DOS attributes of an open file or directory of vfat or
// msdos; others answer ENOTTY. fd must be a real descriptor.
func FATAttributes(fd int) (uint32, error) {
	var attributes uint32
	err := repeat(func() error {
		_, _, e := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), getFATAttributes, uintptr(unsafe.Pointer(&attributes)))
		return result(e)
	})
	return attributes, err
}

// SetFATAttributes sets them.
func SetFATAttributes(fd int, attributes uint32) error {
	return repeat(func() error {
		_, _, e := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), setFATAttributes, uintptr(unsafe.Pointer(&attributes)))
		return result(e)
	})
}
