//go:build linux || darwin || freebsd

package ward

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"ward/internal/host/sys"
	"ward/mode"
)

// old is the file to be replaced, with everything that the new one gets from it.
type old struct {
	held       *sys.Held
	look       sys.Status
	state      State
	attributes []sys.Xattr
	dir        int // its directory, open
	name       string
}

func replace(path string, content io.Reader, o ReplaceOptions) error {
	was, err := openOld(path, o)
	if err != nil {
		return err
	}
	defer was.close()
	if err := was.check(o); err != nil {
		return &Error{Found: was.state, Cause: err}
	}
	return was.replaceBy(content, path)
}

func openOld(path string, o ReplaceOptions) (*old, error) {
	dir, name := filepath.Split(path)
	if name == "" || name == "." || name == ".." {
		return nil, fmt.Errorf("it names no file: %w", syscall.EINVAL)
	}
	at, err := openDirectory(o.Root, dir)
	if err != nil {
		return nil, err
	}
	held, err := sys.HoldIn(at, name)
	if err != nil {
		sys.CloseOf(at)
		return nil, err
	}
	was := &old{held: held, dir: at, name: name}
	if was.look, err = held.Status(); err != nil {
		was.close()
		return nil, err
	}
	was.state = stateOf(was.look)
	return was, nil
}

// openDirectory opens the directory part of a path, beneath root if there is one.
func openDirectory(root, dir string) (int, error) {
	switch short := strings.TrimRight(dir, "/"); {
	case root != "" && filepath.IsAbs(dir):
		return -1, syscall.EXDEV // as openat2(2) says of a way out
	case root != "" && short == "":
		root, dir = "", root
	case short == "":
		dir = dir[:min(len(dir), 1)]
	default:
		dir = short
	}
	held, err := hold(orDot(dir), Options{Root: root, Follow: true})
	if err != nil {
		return -1, err
	}
	defer held.Close()
	return held.OpenHeld()
}

func (was *old) close() {
	was.held.Close()
	sys.CloseOf(was.dir)
}

// check refuses what must not be replaced, and reads the attributes.
func (was *old) check(o ReplaceOptions) (err error) {
	switch {
	case was.state.Kind == mode.Symlink:
		return ErrSymlink
	case was.state.Kind != mode.Regular:
		return fmt.Errorf("it is a %s, not a file", was.state.Kind)
	case was.look.Links > 1 && !o.OtherNames:
		return fmt.Errorf("%w: %d in all, which would keep the old content", ErrOtherNames, was.look.Links)
	}
	if was.attributes, err = was.held.Attributes(); err != nil {
		return fmt.Errorf("read extended attributes: %w", err)
	}
	return was.checkPrivileged()
}

// checkPrivileged keeps root from giving privilege to what it writes, where
// somebody else may have chosen the file whose privilege it is.
func (was *old) checkPrivileged() error {
	privileged := was.state.Mode&(mode.SetUID|mode.SetGID) != 0
	for _, a := range was.attributes {
		privileged = privileged || a.Name == capability
	}
	if !privileged || os.Geteuid() != 0 {
		return nil
	}
	dir, err := sys.StatusOf(was.dir)
	if err != nil {
		return err
	}
	if s := stateOf(dir); s.UID != 0 || s.Mode&(mode.GroupWrite|mode.OtherWrite) != 0 {
		return fmt.Errorf("it has setuid, setgid or capabilities, and others may write its directory (%s)", s)
	}
	return nil
}

const capability = "security.capability"

// replaceBy writes the new file beside the old one and renames it over it.
func (was *old) replaceBy(content io.Reader, path string) error {
	name := temporary()
	f, err := createPrivateIn(was.dir, name, path)
	if err != nil {
		return fmt.Errorf("create the new file: %w", err)
	}
	fd := int(f.Fd())
	if err := was.complete(f, content); err != nil {
		removeOwn(was.dir, name, fd)
		return closing(f, err)
	}
	if err := was.install(name, fd); err != nil {
		removeOwn(was.dir, name, fd)
		return closing(f, err)
	}
	return f.Close()
}

// complete makes f what the new file is to be, on storage too.
func (was *old) complete(f *os.File, content io.Reader) error {
	if _, err := io.Copy(f, content); err != nil {
		return fmt.Errorf("write the new content: %w", err)
	}
	fd := int(f.Fd())
	if err := was.dress(fd); err != nil {
		return err
	}
	look, err := sys.StatusOf(fd)
	if err != nil {
		return err
	}
	if found := stateOf(look); found != was.state {
		return &Error{Found: found, Wanted: was.state, Cause: ErrNotKept}
	}
	if err := f.Sync(); err != nil {
		return fmt.Errorf("sync the new content: %w", err)
	}
	return nil
}

// dress gives the new file owner, attributes, mode and access list of the old
// one. Owner comes first, since chown clears set-id bits and capabilities; a list
// that is no attribute comes last, since chmod may drop it (ZFS).
func (was *old) dress(fd int) error {
	now, err := sys.StatusOf(fd)
	if err != nil {
		return err
	}
	uid, gid := changed(now.UID, was.look.UID), changed(now.GID, was.look.GID)
	if uid != sys.NoID || gid != sys.NoID {
		if err := sys.ChownOf(fd, uid, gid); err != nil {
			return fmt.Errorf("keep the owner %d:%d: %w", was.look.UID, was.look.GID, err)
		}
	}
	if err := was.giveAttributes(fd); err != nil {
		return err
	}
	if err := sys.ChmodOf(fd, uint32(was.state.Mode)); err != nil {
		return fmt.Errorf("keep the mode %s: %w", was.state.Mode.Octal(), err)
	}
	if err := was.held.CopyACL(fd); err != nil {
		return fmt.Errorf("keep the access list: %w", err)
	}
	return nil
}

// giveAttributes sets those that the new file does not have already, such as the
// label that its directory gave it, and reads them back.
func (was *old) giveAttributes(fd int) error {
	for range 2 {
		there, err := sys.AttributesOf(fd)
		if err != nil {
			return fmt.Errorf("read extended attributes: %w", err)
		}
		missing := without(was.attributes, there)
		if len(missing) == 0 {
			return nil
		}
		for _, a := range missing {
			if err := sys.SetAttribute(fd, a.Name, a.Value); err != nil {
				return fmt.Errorf("keep the attribute %s: %w", a.Name, err)
			}
		}
	}
	return fmt.Errorf("keep the extended attributes: %w", ErrNotKept)
}

// without is the attributes that are not there with the same value. What signs
// the content does not go over to other content.
func without(attributes, there []sys.Xattr) []sys.Xattr {
	has := make(map[string][]byte, len(there))
	for _, a := range there {
		has[a.Name] = a.Value
	}
	var missing []sys.Xattr
	for _, a := range attributes {
		value, ok := has[a.Name]
		if ok && bytes.Equal(value, a.Value) || a.Name == "security.ima" || a.Name == "security.evm" {
			continue
		}
		missing = append(missing, a)
	}
	return missing
}

// install renames the new file over the old one, if that is still in its place,
// and makes sure that what has the name then is the new file.
func (was *old) install(name string, fd int) error {
	own, err := sys.StatusOf(fd)
	if err != nil {
		return err
	}
	there, err := sys.StatusIn(was.dir, was.name)
	if err != nil || !there.Same(was.look) {
		return errors.Join(ErrChanged, err)
	}
	if there, err := sys.StatusIn(was.dir, name); err != nil || !there.Same(own) {
		return errors.Join(ErrChanged, err)
	}
	if err := sys.RenameIn(was.dir, name, was.name); err != nil {
		return fmt.Errorf("put the new file in its place: %w", err)
	}
	if there, err := sys.StatusIn(was.dir, was.name); err != nil || !there.Same(own) {
		return errors.Join(ErrChanged, err)
	}
	if err := sys.SyncOf(was.dir); err != nil {
		return fmt.Errorf("the new file is in its place, sync its directory: %w", err)
	}
	return nil
}
