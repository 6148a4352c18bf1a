package app

import (
	"context"
	"path/filepath"
	"strings"

	"ward/acl"
	"ward/internal/host/accounts"
	"ward/internal/host/files"
	"ward/mode"
)

// LsRequest asks for a listing.
type LsRequest struct {
	Paths       []string // the current directory where there are none
	All         bool     // names that begin with a dot too
	Directories bool     // directories themselves, not what is in them
	Recursive   bool     // directories in directories too
	Follow      bool     // symbolic links among Paths stand for what they point at
}

// Listing is one directory, or the paths that were named and are none.
type Listing struct {
	Dir     string // its path; "" for what was named
	Entries []Looked
	Names   acl.Names
}

// Ls lists: first what was named and is not a directory, then each directory. emit
// is called for one listing after the other and may end it with an error. What
// could not be looked at is returned.
func Ls(ctx context.Context, q LsRequest, emit func(*Listing) error) (*Unseen, error) {
	db, err := accounts.Load()
	if err != nil {
		return nil, err
	}
	l := &lister{ctx: ctx, q: q, names: db, emit: emit}
	if len(q.Paths) == 0 {
		q.Paths = []string{"."}
	}
	named := &Listing{Names: db}
	var dirs []string
	for _, path := range q.Paths {
		seen := Looked{Path: path}
		l.note(path, hold(path, q.Follow, func(o *files.Object) error { return glance(&seen, o, false) }))
		switch {
		case seen.Entry.Known == 0:
		case seen.Entry.Kind == mode.Directory && !q.Directories:
			dirs = append(dirs, path)
		default:
			named.Entries = append(named.Entries, seen)
		}
	}
	if len(named.Entries) > 0 {
		if err := emit(named); err != nil {
			return nil, err
		}
	}
	for _, dir := range dirs {
		if err := l.tree(dir); err != nil {
			return nil, err
		}
	}
	return &l.unseen, nil
}

type lister struct {
	ctx    context.Context
	q      LsRequest
	names  acl.Names
	emit   func(*Listing) error
	unseen Unseen
}

func (l *lister) note(path string, err error) {
	if err != nil {
		l.unseen.add(path, err)
	}
}

// tree lists a directory that was named, and with Recursive what is below it.
func (l *lister) tree(dir string) error {
	root, err := files.Open(dir)
	if err != nil {
		l.note(dir, err)
		return nil
	}
	defer root.Close()
	waiting := []string{"."}
	for len(waiting) > 0 {
		rel := waiting[len(waiting)-1]
		waiting = waiting[:len(waiting)-1]
		below, err := l.directory(root, dir, rel)
		if err != nil {
			return err
		}
		for i := len(below) - 1; i >= 0 && l.q.Recursive; i-- {
			waiting = append(waiting, below[i])
		}
	}
	return nil
}

// directory lists one directory and tells which directories are in it.
func (l *lister) directory(root *files.Root, dir, rel string) ([]string, error) {
	shown := dir
	if rel != "." {
		shown = strings.TrimSuffix(dir, "/") + "/" + rel
	}
	names, err := root.Names(rel)
	l.note(shown, err)
	listing := &Listing{Dir: shown, Names: l.names}
	var below []string
	for _, name := range names {
		if err := l.ctx.Err(); err != nil {
			return nil, err
		}
		if !l.q.All && strings.HasPrefix(name, ".") {
			continue
		}
		seen := Looked{Path: name}
		path := strings.TrimPrefix(rel+"/"+name, "./")
		l.note(filepath.Join(shown, name), glanceIn(root, path, &seen))
		if seen.Entry.Known == 0 {
			continue
		}
		listing.Entries = append(listing.Entries, seen)
		if seen.Entry.Kind == mode.Directory {
			below = append(below, path)
		}
	}
	return below, l.emit(listing)
}

func glanceIn(root *files.Root, rel string, seen *Looked) error {
	o, err := root.Object(rel)
	if err != nil {
		return err
	}
	defer o.Close()
	return glance(seen, o, false)
}
