package sys

import "golang.org/x/sys/unix"

// Label is the extended attribute that holds the SELinux label.
const Label = "security.selinux"

// StatFlags are the inode flags that statx(2) tells of an object which need not be
// opened for it: a part of Flags, with the same values.
func StatFlags(st *Stat) uint32 {
	const same = unix.STATX_ATTR_COMPRESSED | unix.STATX_ATTR_IMMUTABLE | unix.STATX_ATTR_APPEND |
		unix.STATX_ATTR_NODUMP | unix.STATX_ATTR_ENCRYPTED | unix.STATX_ATTR_VERITY
	return uint32(st.Attributes & st.Attributes_mask & same)
}
