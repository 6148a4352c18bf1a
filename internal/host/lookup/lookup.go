// Package lookup gathers the facts that decide about a path: it goes along the path
// as the kernel would for somebody else, component by component and by descriptor,
// and follows symbolic links itself.
//
// What this process is not let see is marked so (entry.Entry.Denied, Way.Broken) and
// never taken for absent. Magic links of /proc, whose text is not where they lead,
// are not followed: the way is broken there with "EACCES", the errno for "nothing is
// known about what follows".
package lookup

import (
	"fmt"
	"strings"

	"ward/entry"
	"ward/internal/host/mounts"
)

// Options say for whom a path is looked up. The zero value is this very process.
type Options struct {
	Root     string        // the subject's root directory: "/proc/123/root"; "" for this process's own
	Cwd      string        // where its relative paths begin: "/proc/123/cwd"; "" for this process's own
	PID      int           // what /proc/self stands for; 0 for this process
	NoFollow bool          // a symbolic link that is the last component is itself the object, unless a slash follows (access.Action.Follows)
	Name     bool          // a slash behind the last component neither follows a link nor asks for a directory (access.Action.Names)
	Facts    entry.Facts   // of the object, beside Stat, AccessACL and Attributes, which every step has
	Mounts   *mounts.Table // of the subject (mounts.LoadOf); nil: read for every call, of this process
	Sight    *Sight        // how this process sees ids; nil: found out for every call
}

// Error is a way that cannot be begun.
type Error struct {
	Op   string // "open the root directory"
	Path string
	Err  error
}

func (e *Error) Error() string { return fmt.Sprintf("%s %q: %v", e.Op, e.Path, e.Err) }

func (e *Error) Unwrap() error { return e.Err }

// The limits of the kernel: links that a path may lead through (MAXSYMLINKS), and
// the bytes of a path with its final NUL (PATH_MAX).
const (
	maxLinks = 40
	maxPath  = 4096
)

// next takes the first component off a path; whether anything but slashes follows is
// seen by rest, and whether a slash did by directory.
func next(path string) (name, rest string, directory bool) {
	path = strings.TrimLeft(path, "/")
	i := strings.IndexByte(path, '/')
	if i < 0 {
		return path, "", false
	}
	return path[:i], strings.TrimLeft(path[i:], "/"), true
}

func join(dir, name string) string {
	switch name {
	case ".":
		return dir
	case "..":
		if i := strings.LastIndexByte(dir, '/'); i > 0 {
			return dir[:i]
		}
		return "/"
	}
	return strings.TrimSuffix(dir, "/") + "/" + name
}
