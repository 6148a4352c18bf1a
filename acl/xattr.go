package acl

import (
	"encoding/binary"
	"errors"
	"fmt"

	"ward/mode"
)

// The names of the extended attributes that hold the lists of an object.
const (
	AccessXattr  = "system.posix_acl_access"
	DefaultXattr = "system.posix_acl_default"
)

// version is POSIX_ACL_XATTR_VERSION of include/uapi/linux/posix_acl_xattr.h.
const version = 2

// Decode reads the value of the extended attribute: a 32-bit version and eight
// bytes for each entry, little-endian. It accepts what the kernel accepts
// (posix_acl_from_xattr, posix_acl_valid): the ids of entries that name nobody
// are ignored, and a value without entries is the nil list. Another version
// matches errors.ErrUnsupported, as the kernel answers EOPNOTSUPP.
func Decode(xattr []byte) (List, error) {
	if len(xattr) == 0 {
		return nil, nil
	}
	if len(xattr) < 4 {
		return nil, fmt.Errorf("decode access list: %d bytes are too few for a header", len(xattr))
	}
	if v := binary.LittleEndian.Uint32(xattr); v != version {
		return nil, fmt.Errorf("decode access list: version %d: %w", v, errors.ErrUnsupported)
	}
	entries := xattr[4:]
	if len(entries)%8 != 0 {
		return nil, fmt.Errorf("decode access list: %d bytes are no whole number of entries", len(entries))
	}
	return decodeEntries(entries)
}

func decodeEntries(b []byte) (List, error) {
	if len(b) == 0 {
		return nil, nil
	}
	list := make(List, 0, len(b)/8)
	for ; len(b) > 0; b = b[8:] {
		e, err := decodeEntry(b)
		if err != nil {
			return nil, fmt.Errorf("decode access list: %w", &InvalidError{len(list), err.Error()})
		}
		list = append(list, e)
	}
	if err := list.Validate(); err != nil {
		return nil, fmt.Errorf("decode access list: %w", err)
	}
	return list, nil
}

func decodeEntry(b []byte) (Entry, error) {
	tag := Tag(binary.LittleEndian.Uint16(b))
	rights := binary.LittleEndian.Uint16(b[2:])
	if rights > 7 {
		return Entry{}, fmt.Errorf("rights %#x are more than rwx", rights)
	}
	e := Entry{Tag: tag, ID: NoID, Rights: mode.Rights(rights)}
	if tag.Named() {
		e.ID = binary.LittleEndian.Uint32(b[4:])
	}
	return e, nil
}

// Encode is the value of the extended attribute that holds the list. It is nil
// for a list without entries: an object has none when the attribute is absent.
func (l List) Encode() []byte {
	if len(l) == 0 {
		return nil
	}
	b := make([]byte, 0, 4+8*len(l))
	b = binary.LittleEndian.AppendUint32(b, version)
	for _, e := range l {
		id := NoID
		if e.Tag.Named() {
			id = e.ID
		}
		b = binary.LittleEndian.AppendUint16(b, uint16(e.Tag))
		b = binary.LittleEndian.AppendUint16(b, uint16(e.Rights))
		b = binary.LittleEndian.AppendUint32(b, id)
	}
	return b
}
