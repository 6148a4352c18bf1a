// Package ward changes the permissions of single files so that the result is
// certain: each call says what is wanted, works on the very object that it looked
// at, reads back what came of it, and reports path, found, wanted and cause.
//
//	err := ward.Ensure("/srv/app/server.key", 0o600, ward.Options{Owner: "app"})
//	f, err := ward.CreatePrivate("/run/app/token")
//	err := ward.Replace("/etc/app.conf", content, ward.ReplaceOptions{})
//	err := ward.RemoveBits("/srv/app/upload", 0o002, ward.Options{})
//
// An object is held by descriptor before it is looked at, and only the descriptor
// is changed. Whoever swaps the name meanwhile changes nothing elsewhere.
// Symbolic links at the end of a path are refused unless asked for, fifos and
// devices are never opened, and no call waits for another process. The directories
// on the way are resolved as by any program; where somebody hostile may write one
// of them, name a Root beneath which no symbolic link is followed.
//
// Modes are values of ward/mode, the raw twelve bits: 0o4755 is setuid, unlike in
// an fs.FileMode.
//
// All functions are safe for concurrent use. On Linux, FreeBSD and macOS they do
// the same; on Windows a file is 0666 or, with the read-only attribute, 0444, a
// directory is 0777, and what cannot be expressed is an error that matches
// errors.ErrUnsupported.
package ward

import (
	"errors"
	"fmt"

	"ward/ident"
	"ward/internal/host/sys"
	"ward/mode"
)

// Causes that callers may want to tell apart. They stand in an *Error.
var (
	// ErrSymlink: the path ends in a symbolic link, and following was not asked for.
	ErrSymlink = errors.New("it is a symbolic link")
	// ErrOtherNames: the file has further names (hard links), perhaps where its
	// owner wants it to be changed and nobody else does.
	ErrOtherNames = errors.New("the file has other names (hard links)")
	// ErrNotKept: the call succeeded, and yet the object is not as wanted: the
	// file system or the kernel ignored or altered the change.
	ErrNotKept = errors.New("the system did not keep the change")
	// ErrChanged: somebody else put another object in the place meanwhile.
	ErrChanged = errors.New("somebody else changed it meanwhile")
)

// Options say what else counts. The zero value changes the mode alone, of the
// object that the path itself names.
type Options struct {
	// Owner and Group, as names or decimal numbers, are ensured too; "" leaves
	// them. Changing them takes privilege.
	Owner, Group string

	// Follow goes on to where a symbolic link at the end of the path points.
	// Magic links of procfs are refused on the way even so.
	Follow bool

	// OtherNames permits changing a file that has further names (hard links).
	OtherNames bool

	// Root, if not "", is a directory that the path starts from and cannot leave:
	// no symbolic link beneath it is followed, wherever it stands in the path.
	Root string
}

// State is what an object is, or was wanted to be.
type State struct {
	Kind mode.Kind // Unknown: nothing is known
	Mode mode.Mode
	UID  ident.UID // NoUID on Windows
	GID  ident.GID
}

// String is the state in words: "0644 (-rw-r--r--) owned by 0:0".
func (s State) String() string {
	text := fmt.Sprintf("%s (%s)", s.Mode.Octal(), s.Mode.Format(s.Kind))
	if s.UID == ident.NoUID {
		return text
	}
	return fmt.Sprintf("%s owned by %d:%d", text, s.UID, s.GID)
}

// Error says what was being done to which path, what was found, what was wanted,
// and why it did not come about. It unwraps to the cause.
type Error struct {
	Op     string // "ensure", "create private", "replace", "add bits", "remove bits"
	Path   string
	Found  State // Kind is mode.Unknown where nothing could be found out
	Wanted State // likewise
	Cause  error
}

func (e *Error) Error() string {
	text := fmt.Sprintf("%s %q: ", e.Op, e.Path)
	if e.Found.Kind != mode.Unknown {
		text += "found " + e.Found.String() + ", "
	}
	if e.Wanted.Kind != mode.Unknown {
		text += "wanted " + e.Wanted.String() + ", "
	}
	return text + e.Cause.Error()
}

func (e *Error) Unwrap() error { return e.Cause }

// placed is err as an *Error of that operation and path.
func placed(err error, op, path string) error {
	if e, ok := err.(*Error); ok { //nolint:errorlint // only what was made here, unwrapped
		e.Op, e.Path = op, path
		return e
	}
	return &Error{Op: op, Path: path, Cause: err}
}

func stateOf(s sys.Status) State {
	m, k := mode.FromStat(s.Mode)
	return State{Kind: k, Mode: m, UID: ident.UID(s.UID), GID: ident.GID(s.GID)}
}

// Umask is the umask of this process, read without being set, which no two
// threads could do safely. Linux (4.7 and later) tells it in /proc, FreeBSD by
// sysctl; on macOS a file is created for the look in a directory that only the
// caller may enter. Where there is no way the error matches errors.ErrUnsupported.
func Umask() (mode.Mode, error) {
	bits, err := sys.Umask()
	if err != nil {
		return 0, fmt.Errorf("read umask: %w", err)
	}
	return mode.Mode(bits) & mode.Permissions, nil
}
