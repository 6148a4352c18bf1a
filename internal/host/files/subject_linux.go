package files

import (
	"syscall"

	"ward/internal/host/sys"
	"ward/tree"
)

// subject is an object that a descriptor holds (O_PATH).
type subject struct {
	root *Root
	held int
	st   sys.Stat // when it was first held

	// byName opens it a second time by its name, for where there is no proc. The
	// result is compared with what is held.
	byName func(sys.How) (int, error)
}

// subject is the root itself.
func (r *Root) subject() subject {
	return subject{root: r, held: r.fd, st: r.stat, byName: func(how sys.How) (int, error) {
		if r.isDirectory() {
			return sys.Open(r.fd, ".", how)
		}
		return sys.Open(sys.AtCWD, r.path, how)
	}}
}

func (r *Root) isDirectory() bool { return r.stat.Mode&sys.TypeMask == sys.TypeDir }

// openable: only regular files and directories are ever opened; opening others
// waits for somebody or sets something off.
func (s *subject) openable() bool {
	t := s.st.Mode & sys.TypeMask
	return t == sys.TypeRegular || t == sys.TypeDir
}

// real opens a real descriptor of the object, without changing its time of access
// where that is allowed. The caller closes it.
func (s *subject) real() (int, error) {
	if !s.openable() {
		return -1, syscall.EOPNOTSUPP
	}
	fd, err := s.again(sys.Read | sys.Quietly)
	if err == syscall.EPERM { //nolint:errorlint // calls answer bare numbers
		fd, err = s.again(sys.Read)
	}
	if err != nil {
		return -1, err
	}
	if err := s.check(fd); err != nil {
		sys.Close(fd)
		return -1, err
	}
	return fd, nil
}

func (s *subject) again(how sys.How) (int, error) {
	switch {
	case s.root.proc != nil:
		return s.root.proc.Follow(s.held, how)
	case s.byName != nil:
		return s.byName(how)
	default:
		return -1, syscall.EOPNOTSUPP
	}
}

// check compares a descriptor's object with the one that is held. Both are looked
// at now, since overlayfs changes the numbers of an object that it copies up.
func (s *subject) check(fd int) error {
	var held, opened sys.Stat
	if err := sys.StatHeld(s.held, &held); err != nil {
		return err
	}
	if err := sys.StatHeld(fd, &opened); err != nil {
		return err
	}
	if !sys.SameObject(&held, &opened) {
		return tree.ErrChanged
	}
	return nil
}
