//go:build linux || darwin || freebsd

package sys

import (
	"golang.org/x/sys/unix"
)

// The names in one directory, that of descriptor dir. None follows a symbolic link.

// OpenDirectory opens a directory so that its names can be changed and it can be
// synced; symbolic links on the way are followed.
func OpenDirectory(path string) (int, error) {
	return open(AtWorkingDirectory, path, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
}

// AtWorkingDirectory stands for the working directory in place of a descriptor.
const AtWorkingDirectory = unix.AT_FDCWD

// CreateIn creates a regular file that nobody else can open; an object of that
// name, be it a dangling symbolic link, is EEXIST.
func CreateIn(dir int, name string) (int, error) {
	return open(dir, name, unix.O_RDWR|unix.O_CREAT|unix.O_EXCL|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0o600)
}

func open(dir int, name string, flags int, perm uint32) (int, error) {
	for range 64 {
		fd, err := unix.Openat(dir, name, flags, perm)
		if err != unix.EINTR {
			return fd, err
		}
	}
	return -1, unix.EINTR
}

// StatusIn looks at a name.
func StatusIn(dir int, name string) (Status, error) {
	var st unix.Stat_t
	if err := unix.Fstatat(dir, name, &st, unix.AT_SYMLINK_NOFOLLOW); err != nil {
		return Status{}, err
	}
	return statusOf(&st), nil
}

// StatusOf looks at the object of a real descriptor.
func StatusOf(fd int) (Status, error) {
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return Status{}, err
	}
	return statusOf(&st), nil
}

// RenameIn gives a file another name in the same directory, in the place of what
// has that name now.
func RenameIn(dir int, from, to string) error { return unix.Renameat(dir, from, dir, to) }

// RemoveIn removes a name that is no directory's.
func RemoveIn(dir int, name string) error { return unix.Unlinkat(dir, name, 0) }

// SyncOf writes a file or a directory's names to storage.
func SyncOf(fd int) error { return unix.Fsync(fd) }

// ChmodOf sets the twelve bits through a real descriptor.
func ChmodOf(fd int, bits uint32) error { return unix.Fchmod(fd, bits) }

// ChownOf sets owner and group through a real descriptor; NoID leaves one.
func ChownOf(fd int, uid, gid uint32) error {
	return unix.Fchown(fd, int(int32(uid)), int(int32(gid)))
}

// CloseOf closes a descriptor.
func CloseOf(fd int) { _ = unix.Close(fd) }
