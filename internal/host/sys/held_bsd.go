//go:build freebsd || darwin

package sys

import (
	"strings"

	"golang.org/x/sys/unix"
)

// HoldPath holds the object at path. A symbolic link at the end is itself held
// unless follow is set. With a root, path must lie beneath it, no symbolic link
// on the way is followed, and follow is not obeyed.
func HoldPath(root, path string, follow bool) (*Held, error) {
	fd, err := holdPath(root, path, follow)
	if err != nil {
		return nil, err
	}
	return &Held{fd: fd}, nil
}

// FD is the descriptor, which lives as long as h. It serves to name things in a
// held directory.
func (h *Held) FD() int { return h.fd }

// Close lets the object go.
func (h *Held) Close() { _ = unix.Close(h.fd) }

// Status looks at the object.
func (h *Held) Status() (Status, error) { return StatusOf(h.fd) }

// AttributesOf are the extended attributes of a real descriptor.
func AttributesOf(fd int) ([]Xattr, error) {
	names, err := attributeOf(func(buf []byte) (int, error) { return unix.Flistxattr(fd, buf) })
	if err == unix.ENOTSUP || err == unix.EOPNOTSUPP { //nolint:errorlint // calls answer bare numbers
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var all []Xattr
	for _, name := range strings.FieldsFunc(string(names), func(r rune) bool { return r == 0 }) {
		value, err := attributeOf(func(buf []byte) (int, error) { return unix.Fgetxattr(fd, name, buf) })
		if err != nil {
			return nil, err
		}
		all = append(all, Xattr{Name: name, Value: value})
	}
	return all, nil
}

// attributeOf asks for the size first, since resource forks may be large.
func attributeOf(get func([]byte) (int, error)) ([]byte, error) {
	for range 64 {
		size, err := get(nil)
		if err != nil || size == 0 {
			return nil, err
		}
		buf := make([]byte, size)
		n, err := get(buf)
		if err == unix.ERANGE { //nolint:errorlint // it grew meanwhile
			continue
		}
		if err != nil {
			return nil, err
		}
		return buf[:n], nil
	}
	return nil, unix.ERANGE
}

// SetAttribute sets an attribute through a real descriptor.
func SetAttribute(fd int, attribute string, value []byte) error {
	return unix.Fsetxattr(fd, attribute, value, 0)
}

// holdSteps holds path beneath root, one component at a time, none of which may
// be a symbolic link.
func holdSteps(root, path string, hold func(dir int, name string, flags int) (int, error)) (int, error) {
	at, err := open(AtWorkingDirectory, root, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return -1, err
	}
	for {
		name, rest, more := strings.Cut(path, "/")
		if name == ".." || name == "" {
			CloseOf(at)
			return -1, unix.EXDEV
		}
		flags := 0
		if more {
			flags = unix.O_DIRECTORY
		}
		fd, err := hold(at, name, flags)
		CloseOf(at)
		if err != nil || !more {
			return fd, err
		}
		at, path = fd, rest
	}
}
