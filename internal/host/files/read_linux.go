package files

// How directories are opened on a walk. Each reader keeps the directories above
// the present one open, as far as they have directories in them: usually the next
// directory is thus opened by one component. When another worker's directory is
// taken over, or the chain has lost a part (it is bounded, and shrinks when
// descriptors run out), the path from the nearest directory still open is resolved,
// beneath the root and in pieces that one call takes. So a walk needs a fixed
// number of descriptors, and any depth works.

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"
	"time"
	"unsafe"

	"ward/entry"
	"ward/internal/host/sys"
	"ward/tree"
)

const (
	mostHeld = 16 // directories above the present one that a reader keeps open

	batchSize = 1024
	// Room for a batch of the longest names, and for one read more.
	namesSize = batchSize*280 + readSize
	readSize  = 64 << 10
)

// reader reads directories for one worker.
type reader struct {
	root    *Root
	slow    slowPlaces
	noBirth bool
	pace    sys.Pace // of the open directory
	fd      int      // the open directory; −1 for none
	dir     *entry.Dir
	holds   bool // the open directory has directories in it
	chain   []held
	ahead   *ahead
	custom  custom

	names  []byte // what getdents64 gave; entries' names lie here
	used   int
	at     int
	ended  bool  // the kernel has no more names
	closed bool  // names may be read and nothing looked at: no x
	place  int64 // after the last entry of the batch

	batch []entry.Entry
	st    sys.Stat
	how   sys.OpenHow
	path  []byte
}

// held is an open directory above the present one.
type held struct {
	dir *entry.Dir
	fd  int
}

func newReader(r *Root, slow slowPlaces, noBirth bool) *reader {
	return &reader{
		root: r, slow: slow, noBirth: noBirth, fd: -1, ahead: newAhead(),
		names: make([]byte, namesSize),
		batch: make([]entry.Entry, batchSize),
	}
}

// Open implements tree.Reader.
func (r *reader) Open(d *entry.Dir, id entry.Identity, place int64) error {
	r.leave()
	r.pace = r.slow.pace(d.Path, id)
	fd, err := r.openDirectory(d, &id)
	if err != nil {
		return err
	}
	r.dir, r.fd, r.holds = d, fd, false
	r.used, r.at, r.ended, r.closed = 0, 0, false, false
	if place != 0 {
		if err := sys.SeekNames(fd, place); err != nil {
			return err
		}
	}
	if err := r.fill(); err != nil {
		return fmt.Errorf("read its names: %w", err)
	}
	return r.same(id)
}

// leave puts the open directory aside, for those in it.
func (r *reader) leave() {
	if r.fd < 0 {
		return
	}
	limit := int(r.root.held.Load())
	if r.holds && limit > 0 {
		for len(r.chain) >= limit {
			sys.ClosePaced(r.chain[0].fd, r.pace)
			r.chain = append(r.chain[:0], r.chain[1:]...)
		}
		r.chain = append(r.chain, held{r.dir, r.fd})
	} else {
		sys.ClosePaced(r.fd, r.pace)
	}
	r.fd = -1
}

// openDirectory opens a directory of the tree.
func (r *reader) openDirectory(d *entry.Dir, id *entry.Identity) (int, error) {
	r.keepAbove(d)
	if r.root.held.Load() == 0 {
		r.release()
	}
	if fd := r.ahead.take(id); fd >= 0 {
		return fd, nil
	}
	fd, err := r.patiently(func() (int, error) { return r.openFromNearest(d) })
	return fd, swapped(err)
}

// patiently opens something. If there are no descriptors left it gives up those
// that are kept for convenience, for the rest of the walk, and waits a second in
// all for others to give theirs back.
func (r *reader) patiently(open func() (int, error)) (int, error) {
	for try := 0; ; try++ {
		fd, err := open()
		if !outOfDescriptors(err) || try > 20 {
			return fd, err
		}
		r.root.held.Store(0)
		r.release()
		time.Sleep(time.Millisecond << min(try, 6))
	}
}

func outOfDescriptors(err error) bool {
	return errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE)
}

// swapped tells a directory that has become something else from one that could
// not be opened.
func swapped(err error) error {
	if errors.Is(err, syscall.ENOTDIR) || errors.Is(err, syscall.ELOOP) || errors.Is(err, syscall.EXDEV) {
		return tree.ErrChanged
	}
	return err
}

// keepAbove closes what is open and not above d.
func (r *reader) keepAbove(d *entry.Dir) {
	above := d.Parent
	for n := len(r.chain); n > 0; n-- {
		top := r.chain[n-1]
		for above != nil && above.Depth > top.dir.Depth {
			above = above.Parent
		}
		if above == top.dir {
			return
		}
		sys.ClosePaced(top.fd, r.pace)
		r.chain[n-1] = held{}
		r.chain = r.chain[:n-1]
	}
}

// release closes every directory that is kept open for convenience.
func (r *reader) release() {
	for _, h := range r.chain {
		sys.ClosePaced(h.fd, r.pace)
	}
	clear(r.chain)
	r.chain = r.chain[:0]
	r.ahead.close()
}

func (r *reader) openFromNearest(d *entry.Dir) (int, error) {
	if d.Parent == nil {
		return sys.Open(r.root.fd, ".", sys.List)
	}
	if n := len(r.chain); n > 0 {
		top := r.chain[n-1]
		if top.dir.Parent == nil {
			return r.open(top.fd, d.Path)
		}
		return r.open(top.fd, d.Path[len(top.dir.Path)+1:])
	}
	return r.open(r.root.fd, d.Path)
}

// open opens a directory beneath another. One component cannot lead astray: the
// plain call does for it, and has nothing to prove at its end.
func (r *reader) open(dir int, rel string) (int, error) {
	if strings.IndexByte(rel, '/') < 0 {
		return sys.OpenNameAt(dir, r.terminated(rel), sys.List, r.pace)
	}
	if len(rel) > sys.MaxPath || r.root.calls.Openat2 != sys.There {
		return r.root.calls.OpenBeneath(dir, rel, sys.List, 0)
	}
	r.how = sys.OpenHow{Flags: uint64(sys.List), Resolve: uint64(sys.Beneath)}
	return sys.OpenNamePaced(dir, r.terminated(rel), &r.how, r.pace)
}

// terminated is a path with a NUL behind it, valid until the next call.
func (r *reader) terminated(path string) *byte {
	r.path = append(append(r.path[:0], path...), 0)
	return &r.path[0]
}

// same compares the open directory with the one that was looked at. Its own inode
// number stands in its entry "."; where that is not soon found, or differs
// (overlayfs), the directory itself is asked.
func (r *reader) same(id entry.Identity) error {
	if r.ownNumber() == id.Inode {
		return nil
	}
	if err := sys.StatHeld(r.fd, &r.st); err != nil {
		return err
	}
	var now entry.Entry
	setStat(&now, &r.st)
	if now.ID.Inode != id.Inode || now.ID.Device != id.Device {
		return tree.ErrChanged
	}
	return nil
}

// ownNumber is the inode number of the entry ".", or 0.
func (r *reader) ownNumber() uint64 {
	const soon = 64
	rest := r.names[:r.used]
	for range soon {
		n, after, ok := sys.NextName(rest)
		if !ok {
			break
		}
		if len(n.Bytes) == 1 && n.Bytes[0] == '.' {
			return n.Inode
		}
		rest = after
	}
	return 0
}

// fill reads names until a batch is sure to be full, or the directory is at its
// end. One that was removed while it is open reads as ENOENT, and is at its end too.
func (r *reader) fill() error {
	r.used, r.at = 0, 0
	for !r.ended && namesSize-r.used >= readSize {
		n, err := sys.ReadNames(r.fd, r.names[r.used:r.used+readSize], r.pace)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		r.ended = n == 0 || r.pace == sys.Prompt && r.slow.tellsEnd && sys.AtEnd(r.names[r.used:r.used+n])
		r.used += n
	}
	return nil
}

// Place implements tree.Reader.
func (r *reader) Place() int64 { return r.place }

// Next implements tree.Reader.
func (r *reader) Next() ([]entry.Entry, error) {
	for {
		if n := r.look(); n > 0 {
			return r.batch[:n], nil
		}
		if r.closed {
			return nil, fmt.Errorf("look at what lies in it: %w", syscall.EACCES)
		}
		if r.ended {
			return nil, nil
		}
		if err := r.fill(); err != nil {
			return nil, err
		}
	}
}

// look makes a batch of the names that were read.
func (r *reader) look() int {
	n := 0
	ahead := r.custom.wantsDefaults() && r.mayOpenAhead()
	rest := r.names[r.at:r.used]
	for n < len(r.batch) {
		name, after, ok := sys.NextName(rest)
		if !ok {
			r.at = r.used
			return n
		}
		rest, r.place = after, name.Next
		if !sys.Dots(name.Bytes) && (ahead && name.Type == sys.DirectoryType && r.lookInto(&r.batch[n], name.Bytes) || r.lookAt(&r.batch[n], name.Bytes)) {
			n++
		}
	}
	r.at = r.used - len(rest)
	return n
}

// lookAt makes an entry of a name in the open directory; not if it is gone.
func (r *reader) lookAt(e *entry.Entry, name []byte) bool {
	err := r.glance(name)
	if err == syscall.ENOENT || err == syscall.EACCES && r.unsearchable() { //nolint:errorlint // calls answer bare numbers
		return false
	}
	e.Dir = r.dir
	e.Name = unsafe.String(&name[0], len(name))
	if err != nil {
		*e = entry.Entry{Dir: e.Dir, Name: e.Name, Denied: entry.Stat}
		return true
	}
	setStat(e, &r.st)
	if r.st.Mode&sys.TypeMask == sys.TypeDir {
		r.holds = true
		r.custom.met++
	}
	return true
}

func (r *reader) glance(name []byte) error {
	if r.noBirth {
		return sys.GlanceName(r.fd, &name[0], &r.st, r.pace)
	}
	return sys.StatName(r.fd, &name[0], &r.st, r.pace)
}

// unsearchable tells a directory in which nothing may be looked at, which is one
// failure, from a single entry that a security module refuses.
func (r *reader) unsearchable() bool {
	if !r.closed {
		r.closed = sys.StatName(r.fd, &dot[0], &r.st, r.pace) == syscall.EACCES //nolint:errorlint // calls answer bare numbers
	}
	return r.closed
}

var dot = [...]byte{'.', 0}

// Close implements tree.Reader.
func (r *reader) Close() {
	r.holds = false
	r.leave()
	r.release()
}
