package ward

import (
	"crypto/rand"
	"encoding/hex"
	"io"
	"path/filepath"
)

// ReplaceOptions say what Replace may do. The zero value replaces a regular file
// that has one name.
type ReplaceOptions struct {
	// Follow replaces the file that a symbolic link at the end of the path points
	// at, and leaves the link.
	Follow bool

	// OtherNames permits replacing one name of a file that has several (hard
	// links). The others keep the old content.
	OtherNames bool

	// Root, if not "", is a directory that the path starts from and cannot leave:
	// no symbolic link beneath it is followed. Follow is not obeyed with it.
	Root string
}

// Replace puts content in the place of the regular file at path, as one step:
// whoever opens it gets the old content or the new one, whole, also after a crash.
// The new file has the mode, owner and group of the old one, its access list,
// capabilities and other extended attributes; what cannot be kept is an error, and
// then the old file stands as it was. Signatures of the content (security.ima,
// security.evm) are not carried over.
//
// The new content is written to a private file in the same directory, which is
// synced, renamed over the old one, and the directory synced. An *Error whose
// cause is ErrChanged says that somebody put another object there meanwhile.
//
// Root does not carry setuid, setgid or capabilities over in a directory that
// others may write: they could have put a link to a privileged program there.
func Replace(path string, content io.Reader, o ReplaceOptions) error {
	target := path
	if o.Follow && o.Root == "" {
		real, err := filepath.EvalSymlinks(path)
		if err != nil {
			return &Error{Op: "replace", Path: path, Cause: err}
		}
		target = real
	}
	if err := replace(target, content, o); err != nil {
		return placed(err, "replace", path)
	}
	return nil
}

// temporary is a name that nobody guesses.
func temporary() string {
	var random [12]byte
	_, _ = rand.Read(random[:]) // never fails (crypto/rand)
	return ".ward-" + hex.EncodeToString(random[:])
}
