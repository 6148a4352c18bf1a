package models

import (
	"encoding/binary"
	"errors"
	"syscall"

	"ward/internal/host/sys"
	"ward/legacy/dos"
	"ward/mode"
)

// attributeReader reads extended attributes by their names.
func attributeReader(h *sys.Held) func(string) ([]byte, error) {
	return func(name string) ([]byte, error) {
		raw, err := h.Attribute(name)
		if absent(err) {
			return nil, nil
		}
		return raw, err
	}
}

// absent: a file system answers so for an attribute that the object has not, or that
// it does not know at all. EPERM and EINVAL are those of user. attributes of objects
// that have none, and of file systems that know no such name.
func absent(err error) bool {
	for _, no := range []syscall.Errno{syscall.ENODATA, syscall.ENOTSUP, syscall.EINVAL, syscall.EPERM} {
		if errors.Is(err, no) {
			return true
		}
	}
	return false
}

// addFAT adds the attributes of FAT, where the file system has such. A file that may
// not be opened does not tell them; its mode shows whether it is read-only.
func (o *Object) addFAT(h *sys.Held) {
	if o.Kind != mode.Regular && o.Kind != mode.Directory {
		return
	}
	a, err := h.FATAttributes()
	if err != nil {
		return
	}
	o.Found = append(o.Found, Found{
		Carrier: "FAT_IOCTL_GET_ATTRIBUTES", Value: dos.Attributes(a), Raw: binary.LittleEndian.AppendUint32(nil, a),
	})
}
