package testfs

import "golang.org/x/sys/unix"

// legacyWrites are the calls that younger architectures do not have.
func legacyWrites() map[uint64]shape {
	return map[uint64]shape{
		unix.SYS_CHMOD:     {name: "chmod", named: byPath},
		unix.SYS_CHOWN:     {name: "chown", named: byPath},
		unix.SYS_LCHOWN:    {name: "lchown", named: byPath},
		unix.SYS_RENAME:    {name: "rename", named: byTwoPaths},
		unix.SYS_LINK:      {name: "link", named: []argument{{-1, 1}}},
		unix.SYS_UNLINK:    {name: "unlink", named: byPath},
		unix.SYS_RMDIR:     {name: "rmdir", named: byPath},
		unix.SYS_SYMLINK:   {name: "symlink", named: []argument{{-1, 1}}},
		unix.SYS_MKDIR:     {name: "mkdir", named: byPath},
		unix.SYS_MKNOD:     {name: "mknod", named: byPath},
		unix.SYS_UTIME:     {name: "utime", named: byPath},
		unix.SYS_UTIMES:    {name: "utimes", named: byPath},
		unix.SYS_FUTIMESAT: {name: "futimesat", named: byDir},
		unix.SYS_OPEN:      {name: "open", named: byPath, open: 2},
		unix.SYS_CREAT:     {name: "creat", named: byPath},
	}
}
