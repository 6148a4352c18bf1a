package ward

import (
	"errors"
	"fmt"
	"os/user"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"ward/ident"
	"ward/internal/host/sys"
	"ward/mode"
)

// Ensure makes the object at path have mode m, all twelve bits of it, and the
// owner and group that the options name. What is right already is not touched.
// The result is read back; an error is an *Error. A directory, socket, fifo or
// device is as good as a file.
//
// With another owner the mode is narrowed first and set last, since chown clears
// set-id bits and the file must not be wider in between than before or after.
func Ensure(path string, m mode.Mode, o Options) error {
	return change{op: "ensure", path: path, options: o, mode: func(mode.Mode) mode.Mode { return m & mode.All }}.run()
}

// AddBits sets the bits of add, leaves the others as they are, and is otherwise
// like Ensure.
//
// Reading and writing are two system calls, of which the kernel makes no unit.
// Calls in one process do not disturb each other; when another process has
// changed the mode in between and this is seen on reading back, the change is
// done again on what it left.
func AddBits(path string, add mode.Mode, o Options) error {
	return change{op: "add bits", path: path, options: o, mode: func(m mode.Mode) mode.Mode { return m | add&mode.All }}.run()
}

// RemoveBits clears the bits of remove, leaves the others as they are, and is
// otherwise like AddBits.
func RemoveBits(path string, remove mode.Mode, o Options) error {
	return change{op: "remove bits", path: path, options: o, mode: func(m mode.Mode) mode.Mode { return m &^ remove }}.run()
}

// change is one intention: what the mode is to be, from what it is.
type change struct {
	op      string
	path    string
	options Options
	mode    func(mode.Mode) mode.Mode
}

// serial keeps the changes of one object in this process apart, by inode.
var serial [64]sync.Mutex

func (c change) run() error {
	uid, gid, err := c.options.ids()
	if err != nil {
		return c.problem(State{}, State{}, err)
	}
	held, err := hold(c.path, c.options)
	if err != nil {
		return c.problem(State{}, State{}, err)
	}
	defer held.Close()
	look, err := held.Status()
	if err != nil {
		return c.problem(State{}, State{}, err)
	}
	lock := &serial[look.Inode%uint64(len(serial))]
	lock.Lock()
	defer lock.Unlock()
	return c.settle(held, uid, gid)
}

// The most times that a change is done again because somebody interfered.
const rounds = 8

// settle changes and reads back until the object is as wanted.
func (c change) settle(held *sys.Held, uid ident.UID, gid ident.GID) error {
	var last State
	for range rounds {
		look, err := held.Status()
		if err != nil {
			return c.problem(last, State{}, err)
		}
		found := stateOf(look)
		wanted := c.wanted(found, uid, gid)
		switch {
		case found.Kind == mode.Symlink:
			return c.problem(found, State{}, ErrSymlink)
		case found == wanted:
			return nil
		case found == last:
			return c.problem(found, wanted, ErrNotKept)
		case found.Kind == mode.Regular && look.Links > 1 && !c.options.OtherNames:
			return c.problem(found, wanted, fmt.Errorf("%w: %d in all", ErrOtherNames, look.Links))
		}
		if err := turn(held, found, wanted); err != nil {
			return c.problem(found, wanted, inWords(err, wanted))
		}
		last = found
	}
	look, err := held.Status()
	found := stateOf(look)
	switch wanted := c.wanted(found, uid, gid); {
	case err != nil:
		return c.problem(last, State{}, err)
	case found != wanted:
		return c.problem(found, wanted, ErrNotKept)
	}
	return nil
}

func (c change) wanted(found State, uid ident.UID, gid ident.GID) State {
	wanted := found
	wanted.Mode = c.mode(found.Mode)
	if uid != ident.NoUID {
		wanted.UID = uid
	}
	if gid != ident.NoGID {
		wanted.GID = gid
	}
	return wanted
}

// turn makes the held object from what was found into what is wanted, never
// wider on the way than one of the two.
func turn(held *sys.Held, found, wanted State) error {
	now := found.Mode
	if found.UID != wanted.UID || found.GID != wanted.GID {
		// The new owner or group must not get bits meant for the old one, nor a
		// set-id program appear that neither was asked for.
		narrow := found.Mode & wanted.Mode &^ (mode.SetUID | mode.SetGID)
		if narrow != now {
			if err := held.Chmod(uint32(narrow)); err != nil {
				return err
			}
		}
		if err := held.Chown(changed(uint32(found.UID), uint32(wanted.UID)), changed(uint32(found.GID), uint32(wanted.GID))); err != nil {
			return err
		}
		now = narrow
	}
	if now == wanted.Mode {
		return nil
	}
	return held.Chmod(uint32(wanted.Mode))
}

// changed is the id to set, or NoID where it is right already.
func changed(found, wanted uint32) uint32 {
	if found == wanted {
		return sys.NoID
	}
	return wanted
}

func (c change) problem(found, wanted State, cause error) error {
	return &Error{Op: c.op, Path: c.path, Found: found, Wanted: wanted, Cause: cause}
}

// inWords explains where a system has no expression for a mode.
func inWords(err error, wanted State) error {
	if runtime.GOOS != "windows" || !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	return fmt.Errorf("mode %s cannot be expressed on Windows, where a file is 0666, or 0444 with the read-only attribute, and a directory 0777 (CreatePrivate makes a file with a private access list): %w",
		wanted.Mode.Octal(), err)
}

// hold holds the object at path as the options say.
func hold(path string, o Options) (*sys.Held, error) {
	// A slash at the end would make the kernel follow a link before it.
	trimmed := path
	if runtime.GOOS != "windows" {
		trimmed = strings.TrimRight(path, "/")
	}
	if trimmed == "" && path != "" && o.Root == "" {
		trimmed = "/"
	}
	if o.Root != "" {
		trimmed = filepath.Clean(trimmed) // no link is followed, so ".." is what its letters say
	}
	held, err := sys.HoldPath(o.Root, trimmed, o.Follow)
	if errors.Is(err, syscall.ELOOP) {
		return nil, fmt.Errorf("%w, there or on the way: %w", ErrSymlink, err)
	}
	return held, err
}

func (o Options) ids() (ident.UID, ident.GID, error) {
	uid, err := number(o.Owner, func(name string) (string, error) {
		u, err := user.Lookup(name)
		if err != nil {
			return "", err
		}
		return u.Uid, nil
	})
	if err != nil {
		return 0, 0, fmt.Errorf("owner: %w", err)
	}
	gid, err := number(o.Group, func(name string) (string, error) {
		g, err := user.LookupGroup(name)
		if err != nil {
			return "", err
		}
		return g.Gid, nil
	})
	if err != nil {
		return 0, 0, fmt.Errorf("group: %w", err)
	}
	return ident.UID(uid), ident.GID(gid), nil
}

// number is the id that a name stands for, or the number that it is; NoID for "".
func number(name string, lookup func(string) (string, error)) (uint32, error) {
	if name == "" {
		return sys.NoID, nil
	}
	if runtime.GOOS == "windows" {
		return 0, fmt.Errorf("%q: owners have no numbers on Windows: %w", name, errors.ErrUnsupported)
	}
	digits := name
	if _, err := strconv.ParseUint(name, 10, 32); err != nil {
		if digits, err = lookup(name); err != nil {
			return 0, err
		}
	}
	n, err := strconv.ParseUint(digits, 10, 32)
	if err == nil && n == sys.NoID {
		return 0, fmt.Errorf("%s is the number that no object can have", name)
	}
	return uint32(n), err
}
