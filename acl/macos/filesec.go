package macos

import (
	"encoding/binary"
	"fmt"
)

// FilesecXattr is the extended attribute in which HFS+ and APFS hold a Filesec.
const FilesecXattr = "com.apple.system.Security"

// The binary form (struct kauth_filesec, big-endian on disk).
const (
	filesecMagic = 0x012cc16d
	noACL        = 0xffffffff // KAUTH_FILESEC_NOACL in the place of the number of entries
	headSize     = 44
	entrySize    = 24
	maxEntries   = 128 // KAUTH_ACL_MAX_ENTRIES
)

// Filesec is an object's security as the file system holds it: owner and group, zero
// where they are not given, and a list. An object without a list is not one with an
// empty list.
type Filesec struct {
	Owner, Group GUID
	HasACL       bool
	ACL          ACL
}

// Decode reads a Filesec. Whatever the bits of entries are, they are kept. Errors are
// of type *FormError.
func Decode(b []byte) (Filesec, error) {
	if len(b) < headSize {
		return Filesec{}, &FormError{Form: FilesecXattr, Offset: len(b), Problem: fmt.Sprintf("the value ends; its head has %d bytes", headSize)}
	}
	if magic := binary.BigEndian.Uint32(b); magic != filesecMagic {
		return Filesec{}, &FormError{Form: FilesecXattr, Offset: 0, Problem: fmt.Sprintf("it starts with 0x%08x and not with 0x%08x", magic, filesecMagic)}
	}
	f := Filesec{Owner: GUID(b[4:20]), Group: GUID(b[20:36])}
	count := binary.BigEndian.Uint32(b[36:])
	f.ACL.Flags = ListFlags(binary.BigEndian.Uint32(b[40:]))
	f.HasACL = count != noACL
	if !f.HasACL {
		count = 0
	}
	if count > maxEntries || headSize+int(count)*entrySize != len(b) {
		return Filesec{}, &FormError{Form: FilesecXattr, Offset: 36, Problem: fmt.Sprintf("%d entries are announced, and %d bytes follow the head", count, len(b)-headSize)}
	}
	for at := headSize; at < len(b); at += entrySize {
		f.ACL.Entries = append(f.ACL.Entries, decodeEntry(b[at:]))
	}
	return f, nil
}

func decodeEntry(b []byte) Entry {
	flags := binary.BigEndian.Uint32(b[16:])
	return Entry{
		Kind: Kind(flags & kindMask), Flags: Flags(flags &^ kindMask), Rights: Rights(binary.BigEndian.Uint32(b[20:])),
		Who: Who{GUID: GUID(b)}.canonical(),
	}
}

// Encode writes the Filesec; Decode gives it back, with names and ids only where the
// GUIDs say them. It fails, with a *FormatError, for names without a GUID (see
// ACL.Resolve), and for more entries than the system takes, which is 128.
func (f Filesec) Encode() ([]byte, error) {
	if len(f.ACL.Entries) > maxEntries {
		return nil, &FormatError{Form: inNotation, Index: -1, Problem: fmt.Sprintf("it has %d entries, and the system takes %d", len(f.ACL.Entries), maxEntries)}
	}
	count := uint32(len(f.ACL.Entries))
	if !f.HasACL {
		if count > 0 {
			return nil, &FormatError{Form: inNotation, Index: -1, Problem: "there are entries, and there is no list"}
		}
		count = noACL
	}
	b := binary.BigEndian.AppendUint32(nil, filesecMagic)
	b = append(append(b, f.Owner[:]...), f.Group[:]...)
	b = binary.BigEndian.AppendUint32(b, count)
	b = binary.BigEndian.AppendUint32(b, uint32(f.ACL.Flags))
	for i, e := range f.ACL.Entries {
		if e.Who.GUID == (GUID{}) && e.Who.Name != "" {
			return nil, &FormatError{Form: inNotation, Index: i, Problem: fmt.Sprintf("%q has no GUID", e.Who.Name)}
		}
		b = append(b, e.Who.GUID[:]...)
		b = binary.BigEndian.AppendUint32(b, uint32(e.Flags)|uint32(e.Kind))
		b = binary.BigEndian.AppendUint32(b, uint32(e.Rights))
	}
	return b, nil
}
