package sys

import "golang.org/x/sys/unix"

// Label is the extended attribute that holds the SELinux label.
const Label = "security.selinux"

// MountHeld is the number, in /proc/self/mountinfo, of the mount that the object
// of a descriptor lies on. ENOTSUP: this kernel does not tell (before Linux 5.8).
func MountHeld(fd int) (uint64, error) {
	var st Stat
	err := repeat(func() error {
		return unix.Statx(fd, "", unix.AT_EMPTY_PATH|unix.AT_SYMLINK_NOFOLLOW|unix.AT_NO_AUTOMOUNT, unix.STATX_MNT_ID, &st)
	})
	if err == nil && st.Mask&unix.STATX_MNT_ID == 0 {
		err = unix.ENOTSUP
	}
	return st.Mnt_id, err
}

// StatFlags are the inode flags that statx(2) tells of an object which need not be
// opened for it: a part of Flags, with the same values.
func StatFlags(st *Stat) uint32 {
	const same = unix.STATX_ATTR_COMPRESSED | unix.STATX_ATTR_IMMUTABLE | unix.STATX_ATTR_APPEND |
		unix.STATX_ATTR_NODUMP | unix.STATX_ATTR_ENCRYPTED | unix.STATX_ATTR_VERITY
	return uint32(st.Attributes & st.Attributes_mask & same)
}
