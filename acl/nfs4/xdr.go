package nfs4

import (
	"encoding/binary"
	"fmt"
)

// The extended attributes in which Linux shows lists.
const (
	Xattr        = "system.nfs4_acl"     // of the NFS client: Encode and Decode
	DACLXattr    = "system.nfs4_dacl"    // the same with the list's flags, NFS 4.1: EncodeDACL and DecodeDACL
	SACLXattr    = "system.nfs4_sacl"    // audit and alarm entries, in the same form
	TrueNASXattr = "system.nfs4_acl_xdr" // of ZFS and the NFS client of TrueNAS: EncodeTrueNAS and DecodeTrueNAS
)

// Decode reads the value of system.nfs4_acl: the XDR form of fattr4_acl (RFC 7530,
// section 6.2.1), a count and entries of type, flags, mask and name. Whatever the
// bits of an entry are, they are kept. The bytes that fill a name up are not looked
// at. Errors are of type *FormError.
func Decode(xattr []byte) (ACL, error) { return decodeEntries(reader{form: Xattr, b: xattr}, 0) }

// DecodeDACL reads the value of system.nfs4_dacl or system.nfs4_sacl: the flags of
// the list, then what Decode reads (nfsacl41; RFC 8881, section 6.4.2).
func DecodeDACL(xattr []byte) (ACL, error) {
	r := reader{form: DACLXattr, b: xattr}
	flags, err := r.u32("the flags of the list")
	if err != nil {
		return ACL{}, err
	}
	return decodeEntries(r, ListFlags(flags))
}

// reader takes big-endian numbers from bytes.
type reader struct {
	form string
	b    []byte
	at   int
}

func (r *reader) fail(at int, format string, args ...any) error {
	return &FormError{Form: r.form, Offset: at, Problem: fmt.Sprintf(format, args...)}
}

func (r *reader) u32(what string) (uint32, error) {
	if len(r.b)-r.at < 4 {
		return 0, r.fail(r.at, "%s should stand here, and the value ends", what)
	}
	v := binary.BigEndian.Uint32(r.b[r.at:])
	r.at += 4
	return v, nil
}

// words reads as many numbers as dst has.
func (r *reader) words(dst []uint32, what string) error {
	for i := range dst {
		v, err := r.u32(what)
		if err != nil {
			return err
		}
		dst[i] = v
	}
	return nil
}

// opaque reads a length, so many bytes, and those that fill them up to a multiple
// of four (RFC 4506, section 4.10).
func (r *reader) opaque(what string) (string, error) {
	size, err := r.u32("the length of " + what)
	if err != nil {
		return "", err
	}
	if left := len(r.b) - r.at; int64(size) > int64(left) || (int64(size)+3)&^3 > int64(left) {
		return "", r.fail(r.at-4, "%s is said to have %d bytes, and %d are left", what, size, left)
	}
	text := string(r.b[r.at : r.at+int(size)])
	r.at += (int(size) + 3) &^ 3
	return text, nil
}

func decodeEntries(r reader, flags ListFlags) (ACL, error) {
	count, err := r.u32("the number of entries")
	if err != nil {
		return ACL{}, err
	}
	if left := len(r.b) - r.at; int64(count)*16 > int64(left) {
		return ACL{}, r.fail(r.at-4, "%d entries are announced, and %d bytes hold no more than %d", count, left, left/16)
	}
	a := ACL{Flags: flags}
	for i := range int(count) {
		e, err := r.entry(i)
		if err != nil {
			return ACL{}, err
		}
		a.Entries = append(a.Entries, e)
	}
	if r.at != len(r.b) {
		return ACL{}, r.fail(r.at, "%d bytes follow the last entry", len(r.b)-r.at)
	}
	return a, nil
}

func (r *reader) entry(i int) (Entry, error) {
	start := r.at
	what := fmt.Sprintf("entry %d", i)
	var w [3]uint32
	if err := r.words(w[:], what); err != nil {
		return Entry{}, err
	}
	name, err := r.opaque("the name in " + what)
	if err != nil {
		return Entry{}, err
	}
	if name == "" {
		return Entry{}, r.fail(start, "%s names nobody", what)
	}
	return Entry{Type(w[0]), Flags(w[1]), Rights(w[2]), fromProtocol(name)}, nil
}

// Encode writes the value of system.nfs4_acl. Decode(Encode) gives the list back,
// except for its own flags, which have no place there, and for the numbers of those
// who have a name too. It fails, with a *FormatError, where the protocol has no
// name for somebody.
func (a ACL) Encode() ([]byte, error) { return a.appendEntries(nil) }

// EncodeDACL writes the value of system.nfs4_dacl or system.nfs4_sacl.
func (a ACL) EncodeDACL() ([]byte, error) {
	return a.appendEntries(binary.BigEndian.AppendUint32(nil, uint32(a.Flags)))
}

func (a ACL) appendEntries(b []byte) ([]byte, error) {
	b = binary.BigEndian.AppendUint32(b, uint32(len(a.Entries)))
	for i, e := range a.Entries {
		name, ok := e.Who.protocolName()
		if !ok {
			return nil, &FormatError{Form: inNotation, Index: i, Problem: "the protocol cannot name " + e.Who.words()}
		}
		b = appendWords(b, uint32(e.Type), uint32(e.Flags), uint32(e.Rights), uint32(len(name)))
		b = append(b, name...)
		b = append(b, make([]byte, -len(name)&3)...)
	}
	return b, nil
}

func appendWords(b []byte, words ...uint32) []byte {
	for _, w := range words {
		b = binary.BigEndian.AppendUint32(b, w)
	}
	return b
}
