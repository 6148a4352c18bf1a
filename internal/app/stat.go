package app

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"ward/access"
	"ward/acl"
	"ward/entry"
	"ward/internal/host/accounts"
	"ward/internal/host/files"
	"ward/internal/host/mounts"
	"ward/mode"
)

// StatRequest asks for everything that bears on the permissions of objects.
type StatRequest struct {
	Paths  []string
	Follow bool // a symbolic link stands for what it points at
}

// Looked is one object with all that bears on its permissions.
type Looked struct {
	Path    string // as it was asked for; in a listing the name
	Entry   entry.Entry
	Details files.Details
	Mount   *access.Mount // nil where it is not known, and in listings
}

// Stats is the objects that were asked for.
type Stats struct {
	Objects []Looked
	Names   acl.Names
}

// listedFacts are what is looked at; inode flags are among the details.
const listedFacts = entry.Stat | entry.AccessACL | entry.DefaultACL | entry.Caps | entry.NFS4

// Stat looks at objects. Those that could be looked at come with the errors about
// the rest; an object of which only some facts are known is in both.
func Stat(q StatRequest) (*Stats, error) {
	db, err := accounts.Load()
	if err != nil {
		return nil, err
	}
	table, err := mounts.Load()
	if err != nil && !errors.Is(err, fs.ErrNotExist) { // only Linux has one, and only with /proc
		return nil, err
	}
	s := &Stats{Names: db}
	var wrong []error
	for _, path := range q.Paths {
		l := Looked{Path: path}
		err := hold(path, q.Follow, func(o *files.Object) error { return glance(&l, o, true) })
		if err != nil {
			wrong = append(wrong, err)
		}
		if l.Entry.Known&entry.Stat != 0 {
			if table != nil {
				l.Mount, _ = table.ByID(l.Entry.Mount)
			}
			s.Objects = append(s.Objects, l)
		}
	}
	return s, errors.Join(wrong...)
}

// glance looks at what is shown of an object, thoroughly for one that was asked for
// by itself.
func glance(l *Looked, o *files.Object, thorough bool) error {
	facts := listedFacts
	if thorough {
		facts |= entry.Handle
	}
	var err, more error
	l.Entry, err = o.Look(facts)
	if l.Entry.Known&entry.Stat == 0 {
		return err
	}
	if errors.Is(err, errors.ErrUnsupported) {
		err = nil // this system has no lists of this kind
	}
	// Whether there are DOS attributes cannot be asked of what one may not read; nearly
	// all file systems have none.
	if also, lacking := o.Look(entry.DOS); lacking == nil {
		l.Entry.DOS = also.DOS
	}
	l.Details, more = o.Details(thorough)
	if err == nil {
		err = more
	}
	return err
}

// hold holds the object at a path while it is looked at. A symbolic link at its end
// is itself held, unless follow is set or the path ends in a slash, which asks for a
// directory. path is not empty.
func hold(path string, follow bool, look func(*files.Object) error) error {
	dir, name := filepath.Split(filepath.Clean(path))
	slash := os.IsPathSeparator(path[len(path)-1])
	if follow || slash || name == "" || name == "." || name == ".." {
		dir, name = path, "."
	}
	root, err := files.Open(filepath.Clean(dir))
	if err != nil {
		return err
	}
	defer root.Close()
	o, err := root.Object(name)
	if err != nil {
		return err
	}
	defer o.Close()
	if slash {
		if e, err := o.Look(0); err != nil || e.Kind != mode.Directory {
			return errors.Join(err, &files.Error{Op: "open", Path: path, Err: syscall.ENOTDIR})
		}
	}
	return look(o)
}
