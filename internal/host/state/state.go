// Package state keeps what ward must remember between runs: for each run a journal
// with its whole plan, written and synced before the first change, and the locks
// that keep two runs off one tree.
//
// The state directory belongs to the runner alone. Nothing is ever kept on the
// tree: its owner could hold a lock there for ever, or write a journal of his own.
package state

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Dir is the state directory. It may be used by several goroutines.
type Dir struct{ path string }

// Default is where the state of the present user lies: /var/lib/ward for root,
// else $XDG_STATE_HOME/ward or ~/.local/state/ward.
func Default() (string, error) {
	if os.Geteuid() == 0 {
		return "/var/lib/ward", nil
	}
	// The XDG Base Directory Specification ignores paths that are not absolute.
	if dir := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "ward"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("find the state directory: %w", err)
	}
	return filepath.Join(home, ".local", "state", "ward"), nil
}

// Open opens the state directory at path, or the default one for "", and makes it
// with mode 0700 if it is not there. A directory that is somebody else's, or that
// others may write, is refused with an *UnsafeError.
func Open(path string) (*Dir, error) {
	if path == "" {
		var err error
		if path, err = Default(); err != nil {
			return nil, err
		}
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("find the state directory: %w", err)
	}
	d := &Dir{path}
	for _, dir := range []string{path, d.runs(), d.locks()} {
		if err := private(dir); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// Path is the absolute path of the directory.
func (d *Dir) Path() string { return d.path }

func (d *Dir) runs() string  { return filepath.Join(d.path, "runs") }
func (d *Dir) locks() string { return filepath.Join(d.path, "locks") }

// UnsafeError is a state directory that somebody else could write to.
type UnsafeError struct {
	Path    string
	Problem string
}

func (e *UnsafeError) Error() string {
	return fmt.Sprintf("the state directory %q cannot be trusted: %s", e.Path, e.Problem)
}

// private makes the directory if need be, and checks that it is the runner's.
func private(dir string) error {
	if err := makeLasting(dir); err != nil {
		return fmt.Errorf("make the state directory: %w", err)
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return fmt.Errorf("look at the state directory: %w", err)
	}
	switch {
	case !info.IsDir():
		return &UnsafeError{dir, "it is no directory"}
	case !mine(info):
		return &UnsafeError{dir, "it belongs to somebody else"}
	case checksModes && info.Mode().Perm()&0o022 != 0:
		return &UnsafeError{dir, fmt.Sprintf("others may write to it (mode %04o): chmod go-w it", info.Mode().Perm())}
	}
	return nil
}

// makeLasting is os.MkdirAll with mode 0700, and syncs each directory in which it
// made a name: a journal lasts no longer than the way to it.
func makeLasting(dir string) error {
	err := os.Mkdir(dir, 0o700)
	switch {
	case errors.Is(err, fs.ErrExist):
		return nil // private looks at what it is
	case errors.Is(err, fs.ErrNotExist) && dir != filepath.Dir(dir):
		if err := makeLasting(filepath.Dir(dir)); err != nil {
			return err
		}
		return makeLasting(dir)
	case err != nil:
		return err
	}
	return syncDir(filepath.Dir(dir))
}

// Temporary makes a file in the state directory that is gone once it is closed.
func (d *Dir) Temporary() (*os.File, error) {
	f, err := os.CreateTemp(d.path, "temporary-")
	if err != nil {
		return nil, fmt.Errorf("make a temporary file: %w", err)
	}
	if removable {
		if err := os.Remove(f.Name()); err != nil {
			f.Close()
			return nil, fmt.Errorf("make a temporary file: %w", err)
		}
	}
	return f, nil
}

// syncDir makes the names in a directory last.
func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("sync %q: %w", dir, err)
	}
	defer f.Close()
	if err := f.Sync(); err != nil && syncsDirectories {
		return fmt.Errorf("sync %q: %w", dir, err)
	}
	return nil
}
