package inorder

import (
	"context"
	"errors"
	"io"
	"runtime"
	"sync"
	"syscall"

	"ward/internal/host/sys"
)

// Place is where a worker has met a name.
type Place struct {
	Dir  int    // the open directory
	Name []byte // ending in NUL
	Path []byte // of the directory, with a slash behind it
	Type byte   // what the directory says of the object's type: DT_… of readdir(3)
	Pace sys.Pace
}

// AppendPath appends the whole path.
func (p *Place) AppendPath(b []byte) []byte {
	return append(append(b, p.Path...), p.Name[:len(p.Name)-1]...)
}

// String is the whole path.
func (p *Place) String() string { return string(p.AppendPath(nil)) }

// Descent is whether the walk goes into an object.
type Descent struct {
	Into   bool
	Follow bool // also if it is a symbolic link
	FD     int  // where the directory is open for reading already, else 0; the walk closes it
}

// Visitor handles objects. A walk makes one for each worker.
type Visitor interface {
	// Visit handles one object. The place is valid until it returns.
	Visit(p *Place, out *Output) Descent

	// Fail tells that a directory could not be read.
	Fail(path []byte, err error, out *Output)
}

// Options of a walk.
type Options struct {
	Workers       int // 0: one for each processor
	Out, Messages io.Writer
	Visitor       func() Visitor
	Context       context.Context // ends the walk when it is done; nil never does
	Pending       int             // the most bytes of output that wait for their turn, roughly; 0: 64 MiB
}

// Walk visits everything below a directory, which it closes. path is what is put
// before the names, with a slash at its end. The error is that of writing, or of the
// context.
func Walk(fd int, path string, o Options) error {
	w := &walk{options: o, pieces: newPieces(), nodes: newNodes()}
	w.wake.L = &w.lock
	if w.options.Pending == 0 {
		w.options.Pending = 64 << 20
	}
	root := &node{path: []byte(path), fd: fd, tasks: 2, pace: w.pace(fd)} // one task is never done
	w.pieces.add(&piece{dir: root}, nil)
	workers := o.Workers
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	if o.Context != nil {
		defer context.AfterFunc(o.Context, func() { w.stop(o.Context.Err()) })()
	}
	var all sync.WaitGroup
	for range workers {
		v := o.Visitor()
		all.Go(func() { (&worker{walk: w, visitor: v, names: make([]byte, namesSize)}).run() })
	}
	all.Wait()
	w.nodes.closeAll()
	sys.Close(fd)
	return w.failed
}

// namesSize holds some two thousand names.
const namesSize = 64 << 10

type walk struct {
	options Options

	lock    sync.Mutex
	wake    sync.Cond // something may be taken, or all is done
	pieces  *pieces
	nodes   *nodes
	writing bool
	failed  error // of writing, or of the context
}

// stop ends the walk before its time.
func (w *walk) stop(why error) {
	w.lock.Lock()
	defer w.lock.Unlock()
	if w.failed == nil {
		w.failed = why
	}
	w.wake.Broadcast()
}

// pace is patient where an answer may come from elsewhere.
func (w *walk) pace(fd int) sys.Pace {
	fs, err := sys.FileSystemHeld(fd)
	if err != nil {
		return sys.Patient
	}
	switch fs.Magic {
	case 0xef53, 0x58465342, 0x9123683e, 0x01021994: // ext4, xfs, btrfs, tmpfs
		return sys.Prompt
	}
	return sys.Patient
}

// take waits for a piece to work on; nil when all is done.
func (w *walk) take() *piece {
	w.lock.Lock()
	defer w.lock.Unlock()
	for {
		if w.failed != nil || w.pieces.idle() {
			w.wake.Broadcast()
			return nil
		}
		p := w.pieces.first()
		if p != nil && (w.pieces.size < w.options.Pending || p == w.pieces.head) {
			p.taken = true
			return p
		}
		w.wake.Wait()
	}
}

// finish ends a piece, and writes what is complete unless another worker does.
func (w *walk) finish(p *piece) {
	w.lock.Lock()
	defer w.lock.Unlock()
	w.pieces.finish(p)
	w.write()
	w.wake.Broadcast()
}

// write writes the complete pieces at the head. The lock is given up meanwhile.
func (w *walk) write() {
	if w.writing {
		return
	}
	w.writing = true
	for done := w.pieces.complete(); len(done) > 0; done = w.pieces.complete() {
		w.lock.Unlock()
		var failed error
		for _, p := range done {
			if err := p.out.Write(w.options.Out, w.options.Messages); failed == nil {
				failed = err
			}
		}
		w.lock.Lock()
		if w.failed == nil {
			w.failed = failed
		}
		w.wake.Broadcast()
	}
	w.writing = false
}

// use keeps the descriptor of a directory open until release, and opens it again if
// it was parked.
func (w *walk) use(n *node) (int, error) {
	w.lock.Lock()
	defer w.lock.Unlock()
	if n.fd < 0 {
		if err := w.reopen(n); err != nil {
			return -1, err
		}
	}
	n.users++
	return n.fd, nil
}

// release says that a piece no longer needs the directory, and ends a use of it if
// users is 1.
func (w *walk) release(n *node, users int) {
	w.lock.Lock()
	defer w.lock.Unlock()
	n.users -= users
	n.tasks--
	if n.users == 0 && n.tasks == 0 && n.fd >= 0 {
		w.nodes.remove(n)
		sys.ClosePaced(n.fd, n.pace)
		n.fd = -1
	}
}

// reopen opens a parked directory by the names that lead to it from the closest one
// that is open, and makes sure that it is the same.
func (w *walk) reopen(n *node) error {
	var way []*node
	above := n
	for ; above != nil && above.fd < 0; above = above.parent {
		way = append(way, above)
	}
	if above == nil {
		return errMoved
	}
	above.users++
	defer func() { above.users-- }()
	at := above.fd
	for i := len(way) - 1; i >= 0; i-- {
		fd, err := w.openChild(at, way[i])
		if at != above.fd {
			sys.Close(at)
		}
		if err != nil {
			return err
		}
		at = fd
	}
	var st sys.Stat
	if err := sys.StatHeld(at, &st); err != nil || IdentityOf(&st) != n.id {
		sys.Close(at)
		return errMoved
	}
	n.fd = at
	w.nodes.add(n)
	return sys.SeekNames(at, n.place)
}

// openChild opens a directory by its name, parking others while there are no
// descriptors left. The lock is held.
func (w *walk) openChild(at int, n *node) (int, error) {
	how := sys.List
	if n.follow {
		how = sys.ListTarget
	}
	for {
		fd, err := sys.OpenNameAt(at, &n.name[0], how, n.pace)
		if err == nil || !outOfDescriptors(err) || !w.nodes.park() {
			return fd, err
		}
	}
}

// errNothing stands for a directory that is none, or has gone: nothing is said of it.
var errNothing = errors.New("nothing to read")

// open uses a directory for the first time. Its parent is needed for it no longer.
func (w *walk) open(n *node) error {
	if err := w.reach(n); err != nil {
		return err
	}
	var st sys.Stat
	if err := sys.StatHeldPaced(n.fd, &st, n.pace); err != nil {
		return err
	}
	n.id = IdentityOf(&st)
	if n.loops() {
		return errNothing
	}
	if n.parent != nil && (n.parent.id.Major != n.id.Major || n.parent.id.Minor != n.id.Minor) {
		n.pace = w.pace(n.fd)
	}
	return nil
}

// reach opens the directory in its parent, unless it came open.
func (w *walk) reach(n *node) error {
	w.lock.Lock()
	if n.fd >= 0 {
		n.users++
		w.lock.Unlock()
		if n.parent != nil {
			w.release(n.parent, 0)
		}
		return nil
	}
	w.lock.Unlock()
	at, err := w.use(n.parent)
	if err != nil {
		w.release(n.parent, 0)
		return err
	}
	defer w.release(n.parent, 1)
	return w.openIn(at, n)
}

func (w *walk) openIn(at int, n *node) error {
	how := sys.List
	if n.follow {
		how = sys.ListTarget
	}
	fd, err := sys.OpenNameAt(at, &n.name[0], how, n.pace)
	w.lock.Lock()
	defer w.lock.Unlock()
	if err != nil && outOfDescriptors(err) && w.nodes.park() {
		fd, err = w.openChild(at, n)
	}
	switch {
	case errors.Is(err, syscall.ENOTDIR), errors.Is(err, syscall.ENOENT):
		return errNothing
	case err != nil:
		return err
	}
	n.fd = fd
	n.users++
	w.nodes.add(n)
	return nil
}
