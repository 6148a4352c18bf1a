package sys

import "golang.org/x/sys/unix"

// FileSystem is what statfs(2) says that ward wants to know.
type FileSystem struct {
	Magic    int64
	ReadOnly bool
}

// FileSystemHeld asks about the file system of a descriptor, O_PATH ones too.
func FileSystemHeld(fd int) (FileSystem, error) {
	var fs unix.Statfs_t
	if err := repeat(func() error { return unix.Fstatfs(fd, &fs) }); err != nil {
		return FileSystem{}, err
	}
	return FileSystem{Magic: int64(fs.Type) & 0xffffffff, ReadOnly: fs.Flags&unix.ST_RDONLY != 0}, nil
}
