package lookup

import (
	"encoding/binary"
	"fmt"
	"strings"

	"ward/access"
)

// evidentAttributes are extended attributes that say of an object by what else than
// its bits and POSIX list access to it is decided.
var evidentAttributes = []string{"security.selinux", "security.SMACK64", "system.nfs4_acl", "system.nfs4_acl_xdr"}

// Evidence is what an extended attribute says of an object, at most one confinement;
// none for an empty value or another attribute. The lists of NFSv4 are those that
// nfs4_getfacl(1) reads from an NFS client (RFC 7530, 6.2.1) and those of ZFS as
// TrueNAS keeps them.
func Evidence(attribute string, value []byte) []access.Confinement {
	if len(value) == 0 {
		return nil
	}
	var by, what string
	switch attribute {
	case "security.selinux":
		by, what = "SELinux", "it is labelled "+text(value)
	case "security.SMACK64":
		by, what = "Smack", "it is labelled "+text(value)
	case "system.nfs4_acl":
		by, what = "NFSv4 ACL", fmt.Sprintf("it has an NFSv4 access list of %s (system.nfs4_acl), which the server obeys", count(value, 0))
	case "system.nfs4_acl_xdr":
		if trivial(value) {
			return nil
		}
		by, what = "NFSv4 ACL", fmt.Sprintf("it has an NFSv4 access list of %s (system.nfs4_acl_xdr), which decides in the place of its bits", count(value, 4))
	default:
		return nil
	}
	return []access.Confinement{{By: by, Evidence: what, Certain: attribute == "system.nfs4_acl_xdr"}}
}

// trivial: ZFS says that the list holds no more than the mode (ACL_IS_TRIVIAL).
func trivial(value []byte) bool {
	const isTrivial = 0x10000
	return len(value) >= 4 && binary.BigEndian.Uint32(value)&isTrivial != 0
}

// text is a label without its final NUL.
func text(value []byte) string { return strings.TrimRight(string(value), "\x00") }

// count reads the number of entries, a big-endian word at an offset.
func count(value []byte, at int) string {
	if len(value) < at+4 {
		return "an unknown number of entries"
	}
	if n := binary.BigEndian.Uint32(value[at:]); n != 1 {
		return fmt.Sprintf("%d entries", n)
	}
	return "one entry"
}
