package ward

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"ward/internal/host/sys"
	"ward/mode"
)

// replace leaves the keeping of access list, attributes and streams to the system
// (ReplaceFileW), which does it in one step.
func replace(path string, content io.Reader, o ReplaceOptions) error {
	if o.Root != "" {
		return fmt.Errorf("a root: %w", errors.ErrUnsupported)
	}
	if err := checkOld(path, o); err != nil {
		return err
	}
	temp := filepath.Join(filepath.Dir(path), temporary())
	f, err := createPrivate(temp)
	if err != nil {
		return fmt.Errorf("create the new file: %w", err)
	}
	_, err = io.Copy(f, content)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = sys.Replace(path, temp)
	}
	if err != nil {
		_ = os.Remove(temp)
	}
	return err
}

func checkOld(path string, o ReplaceOptions) error {
	held, err := sys.HoldPath("", path, false)
	if err != nil {
		return err
	}
	defer held.Close()
	look, err := held.Status()
	if err != nil {
		return err
	}
	found := stateOf(look)
	switch {
	case found.Kind == mode.Symlink:
		return &Error{Found: found, Cause: ErrSymlink}
	case found.Kind != mode.Regular:
		return &Error{Found: found, Cause: fmt.Errorf("it is a %s, not a file", found.Kind)}
	case look.Links > 1 && !o.OtherNames:
		return &Error{Found: found, Cause: fmt.Errorf("%w: %d in all", ErrOtherNames, look.Links)}
	}
	return nil
}
