package sys

import (
	"bytes"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

func statusOf(st *unix.Stat_t) Status {
	return Status{
		Mode: st.Mode, UID: st.Uid, GID: st.Gid, Links: uint64(st.Nlink),
		Device: uint64(unix.Major(st.Dev))<<32 | uint64(unix.Minor(st.Dev)), Inode: st.Ino,
	}
}

// OpenHeld opens a held directory so that its names can be changed and synced.
func (h *Held) OpenHeld() (int, error) { return Open(h.fd, ".", List) }

// AttributesOf are the extended attributes of a real descriptor.
func AttributesOf(fd int) ([]Xattr, error) {
	proc, err := OpenProc()
	if err != nil {
		return nil, err
	}
	h := Held{fd: fd, proc: proc}
	defer proc.Close()
	return h.Attributes()
}

// DropACL takes the access list that a new file got from its directory.
func DropACL(fd int) error {
	err := RemoveAttribute(fd, AccessACL)
	if err == unix.ENODATA || err == unix.ENOTSUP { //nolint:errorlint // calls answer bare numbers
		return nil
	}
	return err
}

// CopyACL does nothing: here a list is an attribute like others.
func (h *Held) CopyACL(int) error { return nil }

// Umask is the calling process's umask, read and not set (Linux 4.7).
func Umask() (uint32, error) {
	// Of the thread, since one may have unshared its umask (CLONE_FS).
	text, err := os.ReadFile("/proc/thread-self/status")
	if err != nil {
		return 0, err
	}
	for line := range bytes.Lines(text) {
		if digits, ok := bytes.CutPrefix(line, []byte("Umask:")); ok {
			n, err := strconv.ParseUint(string(bytes.TrimSpace(digits)), 8, 32)
			return uint32(n), err
		}
	}
	return 0, unix.ENOTSUP
}
