//go:build unix

package app

import (
	"os"
	"syscall"

	"ward/entry"
)

// sameInode reports whether fstat(2) told of the object with an identity.
func sameInode(info os.FileInfo, id entry.Identity) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	return ok && uint64(st.Ino) == id.Inode
}
