package files

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"

	"ward/entry"
	"ward/ident"
	"ward/internal/host/sys"
	"ward/tree"
)

// Root is an open tree: a directory with all below it, or a single file.
type Root struct {
	fd    int // O_PATH
	path  string
	trail []Ancestor
	stat  sys.Stat
	calls sys.Calls
	proc  *sys.Proc // nil where there is no trustworthy one

	runner ident.UID         // the effective user id of this process
	slow   func() slowPlaces // as they are when it is first asked

	held    atomic.Int32 // the most directories that a reader keeps open
	scarce  sync.Mutex   // held by the reader that waits for descriptors beside its directory's
	opened  atomic.Int64
	crossed atomic.Bool // something on another file system was opened for a change
}

// Open opens a directory, or a single file which is then a tree of its own.
// Symbolic links in the path are resolved now, and never again.
func Open(path string) (*Root, error) { return open(path, sys.Probe()) }

func open(path string, calls sys.Calls) (*Root, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, failed("open", path, err)
	}
	proc, _ := sys.OpenProc()
	found, err := resolve(absolute, proc)
	if err != nil {
		if proc != nil {
			proc.Close()
		}
		return nil, failed("open", path, err)
	}
	r := &Root{fd: found.fd, path: found.path, trail: found.trail, stat: found.stat, calls: calls, proc: proc, runner: ident.UID(os.Geteuid())}
	r.slow = sync.OnceValue(r.slowPlaces)
	r.held.Store(mostHeld)
	return r, nil
}

// Close gives the descriptors back. Objects of the root stay usable, but for what
// needs proc.
func (r *Root) Close() error {
	if r.proc != nil {
		r.proc.Close()
	}
	sys.Close(r.fd)
	return nil
}

// Path is the absolute path, without symbolic links, that the root had when it
// was opened.
func (r *Root) Path() string { return r.path }

// Opened is how many files were opened to read their content.
func (r *Root) Opened() int64 { return r.opened.Load() }

// Entry looks at the root itself. Facts that it cannot have are in Denied.
func (r *Root) Entry(want entry.Facts) (entry.Entry, error) {
	o := &Object{subject: r.subject(), rel: "."}
	return o.Look(want)
}

// Walk visits the tree.
func (r *Root) Walk(ctx context.Context, o tree.Options, newVisitor func() tree.Visitor) error {
	return failed("walk", r.path, tree.Walk(ctx, host{r, r.slowPlaces(), o.NoBirth}, o, newVisitor))
}

// Sync writes what was changed to storage: the file system of the root, and every
// other one if objects of another were opened.
func (r *Root) Sync() error {
	if r.crossed.Load() {
		sys.SyncAll()
		return nil
	}
	s := r.subject()
	fd, err := s.real()
	if err != nil { // not ours to read: the whole machine's file systems will do
		sys.SyncAll()
		return nil
	}
	defer sys.Close(fd)
	return failed("sync", r.path, sys.Sync(fd))
}

// Filesystem tells of the file system that the root lies on.
func (r *Root) Filesystem() Filesystem {
	fs, err := sys.FileSystemHeld(r.fd)
	if err != nil {
		return Filesystem{Name: "unknown"}
	}
	return describe(fs)
}

// below is the path of something in the tree.
func (r *Root) below(rel string) string {
	if rel == "." {
		return r.path
	}
	return strings.TrimSuffix(r.path, "/") + "/" + rel
}

// host is a root as a walk sees it.
type host struct {
	root    *Root
	slow    slowPlaces
	noBirth bool
}

func (h host) Root() (entry.Entry, error) { return h.root.Entry(entry.Stat) }

func (h host) Reader() tree.Reader { return newReader(h.root, h.slow, h.noBirth) }
