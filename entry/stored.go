package entry

import (
	"encoding/binary"
	"strings"

	"ward/acl/nfs4"
	"ward/legacy/dos"
)

// Stored is permissions of another model as a file system keeps them with an
// object: the place where they stand and the bytes there, so that they can be put
// back to the byte. It is comparable; "" is none.
type Stored string

// Places of DOS attributes that legacy/dos has no name for.
const (
	FATPlace    = "vfat"                // by ioctl(2), where the others are extended attributes
	NTFSBEPlace = dos.NTFSXattr + "_be" // ntfs-3g and ntfs3, the most significant byte first
)

// NFS4Places are where a list of NFS 4 may be kept, in the order in which they are
// looked at.
func NFS4Places() []string { return []string{nfs4.Xattr, nfs4.TrueNASXattr} }

// DOSPlaces are where DOS attributes may be kept, in the order in which they are
// looked at.
func DOSPlaces() []string {
	return []string{NTFSBEPlace, dos.NTFSXattr, dos.CIFSXattr, dos.SambaXattr, FATPlace}
}

// Store is what is kept at a place.
func Store(place string, value []byte) Stored { return Stored(place + "\x00" + string(value)) }

// Place is where it is kept; "" of none.
func (s Stored) Place() string {
	place, _, _ := strings.Cut(string(s), "\x00")
	return place
}

// Value is the bytes.
func (s Stored) Value() []byte {
	_, value, _ := strings.Cut(string(s), "\x00")
	return []byte(value)
}

// NFS4ACL reads a list. Errors are those of nfs4.Decode.
func (s Stored) NFS4ACL() (nfs4.ACL, error) {
	if s.Place() == nfs4.TrueNASXattr {
		return nfs4.DecodeTrueNAS(s.Value())
	}
	return nfs4.Decode(s.Value())
}

// WithNFS4ACL is another list at the same place. It fails, with a
// *nfs4.FormatError, where the place cannot hold it.
func (s Stored) WithNFS4ACL(a nfs4.ACL) (Stored, error) {
	encode := a.Encode
	if s.Place() == nfs4.TrueNASXattr {
		encode = a.EncodeTrueNAS
	}
	value, err := encode()
	if err != nil {
		return "", err
	}
	return Store(s.Place(), value), nil
}

// DOSAttributes reads attributes. Errors are those of dos.Decode and
// dos.DecodeSamba.
func (s Stored) DOSAttributes() (dos.Attributes, error) {
	switch value := s.Value(); s.Place() {
	case dos.SambaXattr:
		samba, err := dos.DecodeSamba(value)
		if err != nil {
			return 0, err
		}
		return samba.Attributes()
	case NTFSBEPlace:
		if len(value) != 4 {
			return 0, &dos.FormError{Form: NTFSBEPlace, Offset: min(len(value), 4), Problem: "it has not four bytes"}
		}
		return dos.Attributes(binary.BigEndian.Uint32(value)), nil
	default:
		return dos.Decode(value)
	}
}

// WithDOSAttributes is other attributes at the same place.
func (s Stored) WithDOSAttributes(a dos.Attributes) (Stored, error) {
	value := a.Encode()
	switch s.Place() {
	case dos.SambaXattr:
		samba, err := dos.DecodeSamba(s.Value())
		if err == nil {
			value, err = samba.With(a).Encode()
		}
		if err != nil {
			return "", err
		}
	case NTFSBEPlace:
		value = binary.BigEndian.AppendUint32(nil, uint32(a))
	}
	return Store(s.Place(), value), nil
}
