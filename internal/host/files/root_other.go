//go:build !linux

package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync/atomic"

	"ward/acl"
	"ward/entry"
	"ward/ident"
	"ward/mode"
	"ward/tree"
)

// Root is an open tree: a directory with all below it, or a single file.
type Root struct {
	path   string
	info   fs.FileInfo
	dir    *os.Root // nil for a single file
	trail  []Ancestor
	opened atomic.Int64
}

// Open opens a directory, or a single file which is then a tree of its own.
// Symbolic links in the path are resolved now, and never again.
func Open(path string) (*Root, error) {
	absolute, err := filepath.Abs(path)
	if err == nil {
		absolute, err = filepath.EvalSymlinks(absolute)
	}
	if err != nil {
		return nil, failed("open", path, err)
	}
	info, err := os.Lstat(absolute)
	if err != nil {
		return nil, failed("open", path, err)
	}
	r := &Root{path: absolute, info: info}
	if info.IsDir() {
		if r.dir, err = os.OpenRoot(absolute); err != nil {
			return nil, failed("open", path, err)
		}
	}
	return r, nil
}

// Close gives the descriptors back.
func (r *Root) Close() error {
	if r.dir == nil {
		return nil
	}
	return r.dir.Close()
}

// Path is the absolute path, without symbolic links, that the root had when it
// was opened.
func (r *Root) Path() string { return r.path }

// Opened is how many files were opened to read their content.
func (r *Root) Opened() int64 { return r.opened.Load() }

// Filesystem is not known here.
func (r *Root) Filesystem() Filesystem { return Filesystem{Name: "unknown"} }

// Sync has nothing to do, since nothing can be changed.
func (r *Root) Sync() error { return nil }

func (r *Root) owner() ident.UID {
	var e entry.Entry
	setInfo(&e, r.info)
	return e.UID
}

// Entry looks at the root itself. Facts that it cannot have are in Denied.
func (r *Root) Entry(want entry.Facts) (entry.Entry, error) {
	e := entry.Entry{Name: "."}
	setInfo(&e, r.info)
	return e, failed("examine", r.path, r.fetch(&e, ".", want))
}

// Walk visits the tree.
func (r *Root) Walk(ctx context.Context, o tree.Options, newVisitor func() tree.Visitor) error {
	return failed("walk", r.path, tree.Walk(ctx, host{r}, o, newVisitor))
}

// fetch adds facts. Lists, capabilities and flags of these systems are of other
// kinds than those that an entry has room for: they are not looked at.
func (r *Root) fetch(e *entry.Entry, rel string, want entry.Facts) error {
	want &^= e.Known
	absent := entry.Handle
	if e.Kind != mode.Directory {
		absent |= entry.DefaultACL
	}
	if e.Kind != mode.Regular {
		absent |= entry.Content | entry.Caps
	}
	e.Known |= want & absent
	want &^= absent
	var err error
	if want&entry.Content != 0 {
		if e.Content, err = r.sniff(rel); err == nil {
			e.Known |= entry.Content
			want &^= entry.Content
		}
	}
	e.Denied |= want
	if err == nil && want != 0 {
		err = unsupported("this fact")
	}
	return err
}

func (r *Root) sniff(rel string) (entry.ContentKind, error) {
	f, err := r.open(rel)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	r.opened.Add(1)
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return 0, errors.Join(err, tree.ErrChanged)
	}
	head, err := io.ReadAll(io.LimitReader(f, 64<<10))
	return entry.Classify(head), err
}

func (r *Root) open(rel string) (*os.File, error) {
	if r.dir == nil {
		return os.Open(r.path)
	}
	return r.dir.Open(filepath.FromSlash(rel))
}

func setInfo(e *entry.Entry, info fs.FileInfo) {
	e.Known = entry.Stat
	e.Mode, e.Kind = mode.FromFileMode(info.Mode())
	e.Size = info.Size()
	e.ModTime = info.ModTime().UnixNano()
	e.Links = 1
	setSys(e, info)
}

func unsupported(what string) error {
	return fmt.Errorf("%s: not supported on %s (%w)", what, runtime.GOOS, errors.ErrUnsupported)
}

// Object is one object of a tree. Here it can only be looked at.
type Object struct {
	root *Root
	rel  string
}

// Object is the object at a path relative to the root ("." for the root itself).
func (r *Root) Object(rel string) (*Object, error) {
	if rel != "." && (!beneath(rel) || r.dir == nil) {
		return nil, failed("open", rel, fs.ErrInvalid)
	}
	return &Object{r, rel}, nil
}

// ObjectByHandle needs file handles, which only Linux has.
func (r *Root) ObjectByHandle(entry.Identity) (*Object, string, error) {
	return nil, "", failed("find by handle in", r.path, unsupported("file handles"))
}

// Path is the absolute path by which the object was opened.
func (o *Object) Path() string { return filepath.Join(o.root.path, filepath.FromSlash(o.rel)) }

// Close gives the descriptor back.
func (o *Object) Close() error { return nil }

// Look reads facts of the object as it is now.
func (o *Object) Look(want entry.Facts) (entry.Entry, error) {
	if o.rel == "." {
		return o.root.Entry(want)
	}
	var e entry.Entry
	info, err := o.root.dir.Lstat(filepath.FromSlash(o.rel))
	if err != nil {
		e.Denied = want | entry.Stat
		return e, failed("look at", o.Path(), err)
	}
	setInfo(&e, info)
	placed(&e, o.rel)
	return e, failed("examine", o.Path(), o.root.fetch(&e, o.rel, want))
}

func (o *Object) refuse(op string) error {
	return failed(op, o.Path(), unsupported("changes of trees"))
}

// Chmod is not supported here.
func (o *Object) Chmod(mode.Mode) error { return o.refuse("change mode of") }

// Chown is not supported here.
func (o *Object) Chown(ident.UID, ident.GID) error { return o.refuse("change owner of") }

// SetACL is not supported here.
func (o *Object) SetACL(acl.List) error { return o.refuse("change ACL of") }

// SetDefaultACL is not supported here.
func (o *Object) SetDefaultACL(acl.List) error { return o.refuse("change default ACL of") }

// SetCaps is not supported here.
func (o *Object) SetCaps(string) error { return o.refuse("change capabilities of") }

// SetFlags is not supported here.
func (o *Object) SetFlags(entry.Flags) error { return o.refuse("change flags of") }

// SetStored is not supported here.
func (o *Object) SetStored(entry.Stored) error {
	return o.refuse("change what another model keeps with")
}

// PseudoMounts are the directories on which views of the kernel are mounted: none
// that ward knows of on this system.
func (r *Root) PseudoMounts() map[string]bool { return nil }
