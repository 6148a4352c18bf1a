// Package files opens a tree of the live file system and holds on to it: it is
// read, walked and changed through descriptors only, never by following a path a
// second time.
//
// A Root is opened once; everything else is reached from its descriptor, strictly
// beneath it and without following symbolic links. What is to be changed is held
// as an Object: the very inode that was looked at, whatever its name has become
// meanwhile. A Root may be used by several goroutines at once, an Object by one at
// a time.
//
// On systems other than Linux trees can be walked and looked at; changes answer
// errors.ErrUnsupported.
package files

import (
	"strconv"
	"strings"

	"ward/entry"
)

// Error says what was being done to which object, and why it could not be done.
type Error struct {
	Op   string // "open", "change mode of", "read ACL of" …
	Path string
	Err  error
}

func (e *Error) Error() string { return e.Op + " " + strconv.Quote(e.Path) + ": " + e.Err.Error() }

func (e *Error) Unwrap() error { return e.Err }

func failed(op, path string, err error) error {
	if err == nil {
		return nil
	}
	return &Error{Op: op, Path: path, Err: err}
}

// Filesystem is what is known about the file system of a root.
type Filesystem struct {
	Name     string // "ext4", "overlay", "nfs"; in hexadecimal where the type has no name here
	ReadOnly bool   // mounted so
	Network  bool   // another machine keeps it
	Overlay  bool   // overlayfs: a change copies an object up, and parts its hard links
	FUSE     bool   // a program of some user serves it
	Pseudo   bool   // the kernel's own view of itself: proc, sysfs, cgroup2 …
}

// beneath says whether a path names something strictly below a root, in the form
// that entries' paths have.
func beneath(rel string) bool {
	if rel == "" || strings.IndexByte(rel, 0) >= 0 {
		return false
	}
	for part := range strings.SplitSeq(rel, "/") {
		if part == "" || part == "." || part == ".." {
			return false
		}
	}
	return true
}

// placed gives an entry its name and a directory of which only the path is known.
func placed(e *entry.Entry, rel string) {
	if rel == "." {
		e.Dir, e.Name = nil, "."
		return
	}
	dir, name := ".", rel
	if i := strings.LastIndexByte(rel, '/'); i >= 0 {
		dir, name = rel[:i], rel[i+1:]
	}
	depth := 0
	if dir != "." {
		depth = strings.Count(dir, "/") + 1
	}
	e.Dir, e.Name = &entry.Dir{Path: dir, Depth: depth}, name
}
