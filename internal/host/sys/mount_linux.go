package sys

import (
	"bytes"
	"encoding/binary"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Flags of an inode in Stat.Attributes; where a bit is set in Stat.Attributes_mask
// the file system says whether the object has the flag.
const (
	IsImmutable  = unix.STATX_ATTR_IMMUTABLE
	IsAppendOnly = unix.STATX_ATTR_APPEND
)

// MountNumber is the number in /proc/PID/mountinfo of the mount on which the object
// of a descriptor lies; Stat has the one that is never used again, where there is
// such a number.
func MountNumber(fd int) (uint64, error) {
	var st Stat
	err := repeat(func() error {
		return unix.Statx(fd, "", unix.AT_EMPTY_PATH|unix.AT_SYMLINK_NOFOLLOW|unix.AT_NO_AUTOMOUNT, unix.STATX_MNT_ID, &st)
	})
	if err == nil && st.Mask&unix.STATX_MNT_ID == 0 {
		err = unix.ENOSYS
	}
	return st.Mnt_id, err
}

// MountStatus is what statmount(2), Linux 6.8, says of a mount beside mountinfo.
type MountStatus struct {
	Number     uint64 // in mountinfo
	Users      string // lines of the id map, since Linux 6.15: "first on the file system, first shown, count"
	Groups     string
	MapIsKnown bool
}

const (
	statmountBasic  = 0x2
	statmountUsers  = 0x2000
	statmountGroups = 0x4000

	statmountFixed = 512 // offset of the strings in struct statmount
)

// struct mnt_id_req, and the offsets in struct statmount that are read here
// (include/uapi/linux/mount.h).
type mountRequest struct {
	size, spare uint32
	id, param   uint64
	namespace   uint64
}

const (
	offsetMask      = 8
	offsetNumber    = 56
	offsetUserCount = 152
)

// StatMount asks about a mount by the number that is never used again.
func StatMount(id uint64) (MountStatus, error) {
	request := mountRequest{id: id, param: statmountBasic | statmountUsers | statmountGroups}
	request.size = uint32(unsafe.Sizeof(request))
	buf := make([]byte, 64<<10)
	_, _, e := unix.Syscall6(unix.SYS_STATMOUNT, uintptr(unsafe.Pointer(&request)), uintptr(unsafe.Pointer(&buf[0])), uintptr(len(buf)), 0, 0, 0)
	if e != 0 {
		return MountStatus{}, e
	}
	return mountStatus(buf), nil
}

func mountStatus(buf []byte) MountStatus {
	native := binary.NativeEndian
	mask := native.Uint64(buf[offsetMask:])
	s := MountStatus{Number: uint64(native.Uint32(buf[offsetNumber:]))}
	if mask&(statmountUsers|statmountGroups) != statmountUsers|statmountGroups {
		return s
	}
	s.MapIsKnown = true
	s.Users = idMap(buf, offsetUserCount)
	s.Groups = idMap(buf, offsetUserCount+8)
	return s
}

// idMap is the strings of a map, a line for each.
func idMap(buf []byte, at int) string {
	count, offset := binary.NativeEndian.Uint32(buf[at:]), binary.NativeEndian.Uint32(buf[at+4:])
	var lines []byte
	rest := buf[statmountFixed+min(int(offset), len(buf)-statmountFixed):]
	for range count {
		line, after, found := bytes.Cut(rest, []byte{0})
		if !found {
			break
		}
		lines = append(append(lines, line...), '\n')
		rest = after
	}
	return string(lines)
}
