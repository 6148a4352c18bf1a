package ward

import "os"

// CreatePrivate creates the file path for reading and writing, which nobody but
// the caller may open, from its first moment on: mode 0600 under any umask, owned
// by the caller, without the access list that the directory would hand down. It
// must not exist: a symbolic link of that name, dangling or not, is an error that
// matches fs.ErrExist. What the file system made of it is read back before it is
// returned, and a file that is not private is removed and an error. The caller
// closes it.
//
// On Windows its access list names the user, SYSTEM and the Administrators, and
// inherits nothing. On macOS a directory that hands an access list down makes it
// an error that matches errors.ErrUnsupported.
func CreatePrivate(path string) (*os.File, error) {
	f, err := createPrivate(path)
	if err != nil {
		return nil, placed(err, "create private", path)
	}
	return f, nil
}
