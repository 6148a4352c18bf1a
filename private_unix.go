//go:build linux || darwin || freebsd

package ward

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"ward/ident"
	"ward/internal/host/sys"
	"ward/mode"
)

func createPrivate(path string) (*os.File, error) {
	dir, name := filepath.Split(path)
	if name == "" || name == "." || name == ".." {
		return nil, fmt.Errorf("it names no file: %w", syscall.EINVAL)
	}
	parent, err := sys.HoldPath("", orDot(dir), true)
	if err != nil {
		return nil, err
	}
	defer parent.Close()
	return createPrivateIn(parent.FD(), name, path)
}

func orDot(dir string) string {
	if dir == "" {
		return "."
	}
	return dir
}

// createPrivateIn creates name in an open directory. path is for messages.
func createPrivateIn(dir int, name, path string) (*os.File, error) {
	fd, err := sys.CreateIn(dir, name)
	if err != nil {
		return nil, err
	}
	f := os.NewFile(uintptr(fd), path)
	if err := makePrivate(fd); err != nil {
		removeOwn(dir, name, fd)
		return nil, closing(f, err)
	}
	return f, nil
}

// makePrivate takes away what a file system may have added, and gives the owner
// what the umask took.
func makePrivate(fd int) error {
	if err := sys.DropACL(fd); err != nil {
		return fmt.Errorf("drop the access list of its directory: %w", err)
	}
	if err := sys.ChmodOf(fd, 0o600); err != nil {
		return err
	}
	look, err := sys.StatusOf(fd)
	if err != nil {
		return err
	}
	found, wanted := stateOf(look), stateOf(look)
	wanted.Kind, wanted.Mode, wanted.UID = mode.Regular, 0o600, ident.UID(os.Geteuid())
	if found != wanted {
		return &Error{Found: found, Wanted: wanted, Cause: ErrNotKept}
	}
	return nil
}

// removeOwn removes name if it is still the object of fd.
func removeOwn(dir int, name string, fd int) {
	own, err := sys.StatusOf(fd)
	if err != nil {
		return
	}
	if there, err := sys.StatusIn(dir, name); err == nil && there.Same(own) {
		_ = sys.RemoveIn(dir, name)
	}
}

// closing closes f, and answers with the error that made it useless.
func closing(f *os.File, err error) error {
	_ = f.Close()
	return err
}
