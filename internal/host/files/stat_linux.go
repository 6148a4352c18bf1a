package files

import (
	"ward/entry"
	"ward/ident"
	"ward/internal/host/sys"
	"ward/mode"
)

// kinds tells the kind from the type bits of st_mode.
var kinds = [16]mode.Kind{
	0o01: mode.FIFO, 0o02: mode.CharDevice, 0o04: mode.Directory, 0o06: mode.BlockDevice,
	0o10: mode.Regular, 0o12: mode.Symlink, 0o14: mode.Socket,
}

// setStat puts into an entry what statx told, and forgets all other facts. It
// assigns field by field: this runs once for every entry of a walk.
func setStat(e *entry.Entry, st *sys.Stat) {
	e.Known, e.Denied = entry.Stat, 0
	e.Kind = kinds[st.Mode>>12]
	e.Mode = mode.Mode(st.Mode) & mode.All
	e.UID, e.GID = ident.UID(st.Uid), ident.GID(st.Gid)
	e.ACL, e.Default, e.Caps, e.Flags = nil, nil, "", 0
	e.NFS4, e.DOS = "", ""
	e.ID.Device = device(st)
	e.ID.Inode = st.Ino
	e.ID.Birth = birth(st)
	e.ID.HandleType, e.ID.Handle = 0, ""
	e.Mount = mount(st)
	e.Links = st.Nlink
	e.Rdev = uint64(st.Rdev_major)<<32 | uint64(st.Rdev_minor)
	e.Size = int64(st.Size)
	e.ModTime = st.Mtime.Sec*1e9 + int64(st.Mtime.Nsec)
	e.ChangeTime = st.Ctime.Sec*1e9 + int64(st.Ctime.Nsec)
	e.Content = 0
	e.Guards, e.Guarded = entry.Flags(st.Attributes&guards), st.Attributes_mask&guards == guards
}

func device(st *sys.Stat) uint64 { return uint64(st.Dev_major)<<32 | uint64(st.Dev_minor) }

// guards are STATX_ATTR_IMMUTABLE and STATX_ATTR_APPEND, which have the values of
// the flags.
const guards = uint64(entry.Immutable | entry.AppendOnly)

func birth(st *sys.Stat) int64 {
	if st.Mask&sys.HasBirth == 0 {
		return 0
	}
	return st.Btime.Sec*1e9 + int64(st.Btime.Nsec)
}

func mount(st *sys.Stat) uint64 {
	switch {
	case st.Attributes&sys.IsAutomount != 0:
		return entry.NotMounted
	case st.Mask&sys.HasMount == 0:
		return 0
	default:
		return st.Mnt_id
	}
}
