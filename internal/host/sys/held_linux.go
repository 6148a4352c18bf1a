package sys

import (
	"strings"

	"golang.org/x/sys/unix"
)

// Held is one object, whatever becomes of its name. It is held without being
// opened (O_PATH): no fifo waits and no device notices.
type Held struct {
	fd    int
	calls Calls
	proc  *Proc // opened when a call has no other way
}

// HoldPath holds the object at path. A symbolic link at the end is itself held
// unless follow is set; magic links of procfs are refused in a path that does not
// itself start in /proc. With a root, path must lie beneath it, no symbolic link
// on the way is followed, and follow is not obeyed.
func HoldPath(root, path string, follow bool) (*Held, error) {
	calls := Probe()
	fd, err := holdPath(&calls, root, path, follow)
	if err != nil {
		return nil, err
	}
	return &Held{fd: fd, calls: calls}, nil
}

func holdPath(calls *Calls, root, path string, follow bool) (int, error) {
	if root != "" {
		return holdBeneath(calls, root, path)
	}
	how := Hold
	if follow {
		how &^= unix.O_NOFOLLOW
	}
	if calls.Openat2 != There || strings.HasPrefix(path, "/proc/") {
		return Open(AtCWD, path, how)
	}
	name, err := unix.BytePtrFromString(path)
	if err != nil {
		return -1, err
	}
	return OpenNameBeneath(AtCWD, name, &OpenHow{Flags: uint64(how), Resolve: unix.RESOLVE_NO_MAGICLINKS})
}

func holdBeneath(calls *Calls, root, path string) (int, error) {
	dir, err := Open(AtCWD, root, HoldDirectory&^unix.O_NOFOLLOW)
	if err != nil {
		return -1, err
	}
	defer Close(dir)
	return calls.OpenBeneath(dir, path, Hold, 0)
}

// HoldIn holds the object of that name in a directory, itself if it is a symbolic
// link.
func HoldIn(dir int, name string) (*Held, error) {
	fd, err := Open(dir, name, Hold)
	if err != nil {
		return nil, err
	}
	return &Held{fd: fd, calls: Probe()}, nil
}

// FD is the descriptor, which lives as long as h. It serves to name things in a
// held directory.
func (h *Held) FD() int { return h.fd }

// Close lets the object go.
func (h *Held) Close() {
	Close(h.fd)
	if h.proc != nil {
		h.proc.Close()
	}
}

// Status looks at the object.
func (h *Held) Status() (Status, error) {
	var st Stat
	if err := StatHeld(h.fd, &st); err != nil {
		return Status{}, err
	}
	return status(&st), nil
}

func status(st *Stat) Status {
	return Status{
		Mode: uint32(st.Mode), UID: st.Uid, GID: st.Gid, Links: uint64(st.Nlink),
		Device: uint64(st.Dev_major)<<32 | uint64(st.Dev_minor), Inode: st.Ino,
	}
}

// Chmod sets the twelve bits.
func (h *Held) Chmod(bits uint32) error {
	if h.calls.Fchmodat2 != There {
		if err := h.needProc(); err != nil {
			return err
		}
	}
	return h.calls.ChmodHeld(h.proc, h.fd, bits)
}

func (h *Held) needProc() (err error) {
	if h.proc == nil {
		h.proc, err = OpenProc()
	}
	return err
}

// Chown sets owner and group; NoID leaves one as it is.
func (h *Held) Chown(uid, gid uint32) error { return ChownHeld(h.fd, uid, gid) }

// Attributes are the extended attributes that the caller may see, access lists
// and capabilities among them. A file system without any has none.
func (h *Held) Attributes() ([]Xattr, error) {
	if err := h.needProc(); err != nil {
		return nil, err
	}
	path := h.proc.path(h.fd)
	names, err := attributeOf(func(buf []byte) (int, error) { return unix.Listxattr(path, buf) })
	if err == unix.ENOTSUP { //nolint:errorlint // calls answer bare numbers
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var all []Xattr
	for _, name := range strings.FieldsFunc(string(names), func(r rune) bool { return r == 0 }) {
		value, err := h.proc.AttributeHeld(h.fd, name)
		if err == NoAttribute { //nolint:errorlint // calls answer bare numbers
			continue
		}
		if err != nil {
			return nil, err
		}
		all = append(all, Xattr{Name: name, Value: value})
	}
	return all, nil
}
