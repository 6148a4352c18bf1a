package sys

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The extended attributes that ward reads and writes.
const (
	AccessACL  = "system.posix_acl_access"
	DefaultACL = "system.posix_acl_default"
	Capability = "security.capability"
)

// NoAttribute is the answer for an attribute that is not there.
const NoAttribute = unix.ENODATA

// The most that an extended attribute holds (XATTR_SIZE_MAX).
const maxAttribute = 64 << 10

// struct xattr_args of getxattrat(2).
type xattrArgs struct {
	value uint64
	size  uint32
	flags uint32
}

// HasAttributeAt asks whether name in dir has an attribute, without holding it;
// ENODATA says no. name ends in NUL. Only where Xattrat is There.
func HasAttributeAt(dir int, name *byte, attribute string) error {
	attr, err := unix.BytePtrFromString(attribute)
	if err != nil {
		return err
	}
	return HasAttributeName(dir, name, attr, Patient)
}

// HasAttributeName is HasAttributeAt for an attribute's name that ends in NUL, at a
// pace.
func HasAttributeName(dir int, name, attribute *byte, pace Pace) error {
	var args xattrArgs // size 0: only the length is asked for
	if pace == Prompt {
		_, _, e := syscall.RawSyscall6(unix.SYS_GETXATTRAT, uintptr(dir), uintptr(unsafe.Pointer(name)), unix.AT_SYMLINK_NOFOLLOW,
			uintptr(unsafe.Pointer(attribute)), uintptr(unsafe.Pointer(&args)), unsafe.Sizeof(args))
		return result(e)
	}
	_, _, e := unix.Syscall6(unix.SYS_GETXATTRAT, uintptr(dir), uintptr(unsafe.Pointer(name)), unix.AT_SYMLINK_NOFOLLOW,
		uintptr(unsafe.Pointer(attribute)), uintptr(unsafe.Pointer(&args)), unsafe.Sizeof(args))
	return result(e)
}

// HasAttribute asks a real descriptor, promptly, whether its object has an
// attribute, whose name ends in NUL; ENODATA says no.
func HasAttribute(fd int, attribute *byte) error {
	_, _, e := syscall.RawSyscall6(unix.SYS_FGETXATTR, uintptr(fd), uintptr(unsafe.Pointer(attribute)), 0, 0, 0, 0)
	return result(e)
}

// AttributeHeld reads an attribute of the object of an O_PATH descriptor.
func (p *Proc) AttributeHeld(fd int, attribute string) ([]byte, error) {
	path := p.path(fd)
	return attributeOf(func(buf []byte) (int, error) { return unix.Getxattr(path, attribute, buf) })
}

// Attribute reads an attribute through a real descriptor.
func Attribute(fd int, attribute string) ([]byte, error) {
	return attributeOf(func(buf []byte) (int, error) { return unix.Fgetxattr(fd, attribute, buf) })
}

func attributeOf(get func([]byte) (int, error)) ([]byte, error) {
	for size := 512; ; size = maxAttribute {
		buf := make([]byte, size)
		var n int
		err := repeat(func() (err error) { n, err = get(buf); return err })
		if err == unix.ERANGE && size < maxAttribute { //nolint:errorlint // calls answer bare numbers
			continue
		}
		if err != nil {
			return nil, err
		}
		return buf[:n], nil
	}
}

// SetAttributeHeld sets an attribute of the object of an O_PATH descriptor.
func (p *Proc) SetAttributeHeld(fd int, attribute string, value []byte) error {
	return repeat(func() error { return unix.Setxattr(p.path(fd), attribute, value, 0) })
}

// RemoveAttributeHeld removes an attribute of the object of an O_PATH descriptor.
func (p *Proc) RemoveAttributeHeld(fd int, attribute string) error {
	return repeat(func() error { return unix.Removexattr(p.path(fd), attribute) })
}

// SetAttribute sets an attribute through a real descriptor.
func SetAttribute(fd int, attribute string, value []byte) error {
	return repeat(func() error { return unix.Fsetxattr(fd, attribute, value, 0) })
}

// RemoveAttribute removes an attribute through a real descriptor.
func RemoveAttribute(fd int, attribute string) error {
	return repeat(func() error { return unix.Fremovexattr(fd, attribute) })
}
