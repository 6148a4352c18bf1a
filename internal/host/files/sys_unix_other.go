//go:build darwin || freebsd || netbsd || openbsd || dragonfly || solaris || aix

package files

import (
	"io/fs"
	"syscall"

	"ward/entry"
	"ward/ident"
)

// setSys adds what only the system's own form of stat has.
func setSys(e *entry.Entry, info fs.FileInfo) {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return
	}
	e.UID, e.GID = ident.UID(st.Uid), ident.GID(st.Gid)
	e.ID.Device, e.ID.Inode = uint64(st.Dev), uint64(st.Ino)
	e.Links, e.Rdev = uint32(st.Nlink), uint64(st.Rdev)
}
