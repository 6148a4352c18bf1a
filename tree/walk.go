package tree

// How the work is shared. Each worker keeps the directories that it has found and
// not yet read on a stack of its own, newest on top, so that it goes deep and the
// stack stays short. A worker without work waits at the shared pool; workers that
// have some look at one atomic counter after each batch, and if somebody waits
// give the older half of their stack (the directories nearest the root) to the
// pool. Nothing else is shared: no lock is taken and nothing is allocated for an
// entry. The pool's mutex is the only lock, and no call of a visitor or reader is
// made under it.

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"

	"ward/entry"
	"ward/mode"
)

// Walk visits every entry of a host's tree; it is what a Source's Walk does for
// live trees. A panic of a visitor ends the walk and continues in the caller, as
// a *Panic.
func Walk(ctx context.Context, host Host, o Options, newVisitor func() Visitor) error {
	root, err := host.Root()
	if err != nil {
		return err
	}
	w := &walk{root: root, cross: o.CrossMounts}
	w.pool.wake.L = &w.pool.mu
	workers := w.workers(host, o.Workers, newVisitor)
	defer context.AfterFunc(ctx, w.end)()
	w.start(workers)
	if w.panicked != nil {
		panic(w.panicked)
	}
	if w.rootErr != nil {
		return w.rootErr
	}
	if w.quit.Load() {
		return nil
	}
	return context.Cause(ctx)
}

// Panic is a panic of a visitor with the stack of the worker that ran it.
type Panic struct {
	Value any
	Stack []byte
}

func (p *Panic) Error() string { return fmt.Sprintf("%v\n\n%s", p.Value, p.Stack) }

// walk is what the workers of one walk share.
type walk struct {
	root  entry.Entry
	cross bool

	ended atomic.Bool // nobody begins with anything more
	quit  atomic.Bool // a visitor said so
	pool  pool

	once     sync.Once
	panicked *Panic
	rootErr  error
}

// pending is a directory that waits to be read.
type pending struct {
	dir   *entry.Dir
	id    entry.Identity // device and inode only
	place int64          // where to read on; 0 for the beginning
}

// worker has everything that one goroutine of a walk needs.
type worker struct {
	walk    *walk
	reader  Reader
	visitor Visitor
	skips   SkipVisitor // nil if the visitor is none
	stack   []pending
}

func (w *walk) workers(host Host, n int, newVisitor func() Visitor) []*worker {
	if n <= 0 {
		n = runtime.GOMAXPROCS(0)
	}
	workers := make([]*worker, n)
	for i := range workers {
		v := newVisitor()
		skips, _ := v.(SkipVisitor)
		workers[i] = &worker{walk: w, reader: host.Reader(), visitor: v, skips: skips}
	}
	w.pool.workers = n
	return workers
}

// start runs all workers and waits for them. The first begins with the root.
func (w *walk) start(workers []*worker) {
	var all sync.WaitGroup
	for i, worker := range workers {
		all.Go(func() { worker.run(i == 0) })
	}
	all.Wait()
}

func (w *walk) end() {
	w.ended.Store(true)
	w.pool.close()
}

// run works until there is nothing more to do. Whatever way a visitor leaves it,
// the other workers are told.
func (w *worker) run(first bool) {
	finished := false
	defer func() {
		if p := recover(); p != nil {
			stack := debug.Stack()
			w.walk.once.Do(func() { w.walk.panicked = &Panic{Value: p, Stack: stack} })
		}
		if !finished {
			w.walk.end()
		}
		w.reader.Close()
	}()
	if first {
		w.beginAtRoot()
	}
	for next, ok := w.next(); ok; next, ok = w.next() {
		w.directory(next)
	}
	finished = true
}

// beginAtRoot visits the root itself, which lies in no directory.
func (w *worker) beginAtRoot() {
	root := w.walk.root
	if !w.visit(&root) || root.Kind != mode.Directory {
		return
	}
	w.stack = append(w.stack, pending{dir: &entry.Dir{Path: ".", ID: root.ID, UID: root.UID, Mode: root.Mode}, id: root.ID})
}

// next is the newest directory of one's own, or one of the pool.
func (w *worker) next() (pending, bool) {
	if w.walk.ended.Load() {
		return pending{}, false
	}
	if n := len(w.stack); n > 0 {
		next := w.stack[n-1]
		w.stack[n-1] = pending{}
		w.stack = w.stack[:n-1]
		return next, true
	}
	return w.walk.pool.take()
}

// directory reads one directory, or the rest of one, and visits what lies in it.
func (w *worker) directory(p pending) {
	if p.place == 0 && !w.visitor.Enter(p.dir) {
		return
	}
	if err := w.reader.Open(p.dir, p.id, p.place); err != nil {
		w.unreadable(p.dir, fmt.Errorf("open directory: %w", err))
		return
	}
	base := len(w.stack)
	for first := p.place == 0; !w.walk.ended.Load(); first = false {
		batch, err := w.reader.Next()
		if first {
			p.dir.Programs = programs(batch)
		}
		w.batch(p.dir, batch)
		if err != nil {
			w.unreadable(p.dir, fmt.Errorf("read directory: %w", err))
			return
		}
		if len(batch) == 0 || w.postpone(p, base) {
			return
		}
		base -= w.share()
	}
}

// The most directories of one directory that wait at a time; a directory with
// more is left, and read on when those are done, so that the stack stays short.
const crowd = 1 << 16

// postpone puts the rest of a directory under the directories found in it, if
// these have become many.
func (w *worker) postpone(p pending, base int) bool {
	if len(w.stack)-max(base, 0) < crowd {
		return false
	}
	p.place = w.reader.Place()
	w.stack = slices.Insert(w.stack, max(base, 0), p)
	return true
}

func (w *worker) unreadable(d *entry.Dir, err error) {
	switch {
	case d.Parent == nil:
		w.walk.once.Do(func() { w.walk.rootErr = err })
		w.walk.end()
	case !errors.Is(err, fs.ErrNotExist):
		w.visitor.Fail(d.Path, err)
	}
}

// programs counts the regular files that somebody may execute.
func programs(batch []entry.Entry) int {
	n := 0
	for i := range batch {
		if batch[i].Kind == mode.Regular && batch[i].Mode&mode.Execute != 0 {
			n++
		}
	}
	return n
}

// batch visits entries and takes note of the directories to read.
func (w *worker) batch(d *entry.Dir, batch []entry.Entry) {
	for i := range batch {
		e := &batch[i]
		if e.Denied&entry.Stat != 0 && !w.lookAgain(e) {
			continue
		}
		if w.visit(e) && e.Kind == mode.Directory {
			w.descend(d, e)
		}
		if w.walk.quit.Load() {
			return
		}
	}
}

// lookAgain tries once more to look at an entry, for the reason. What is gone by
// now is no error.
func (w *worker) lookAgain(e *entry.Entry) bool {
	err := w.reader.Fetch(e, entry.Stat)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		w.visitor.Fail(e.Path(), fmt.Errorf("look at it: %w", err))
	}
	return err == nil
}

// visit has an entry judged, with all the facts that the judge asks for, and says
// whether to descend.
func (w *worker) visit(e *entry.Entry) bool {
	need, action := w.visitor.Visit(e)
	for need &^= e.Known | e.Denied; need != 0; need &^= e.Known | e.Denied {
		err := w.reader.Fetch(e, need)
		if errors.Is(err, fs.ErrNotExist) {
			return false
		}
		if err != nil {
			w.visitor.Fail(e.Path(), err)
		}
		e.Denied |= need &^ e.Known
		need, action = w.visitor.Visit(e)
	}
	if action == Quit {
		w.walk.quit.Store(true)
		w.walk.end()
	}
	return action == Continue
}

// descend puts a directory on the stack, unless it belongs to another file system.
func (w *worker) descend(parent *entry.Dir, e *entry.Entry) {
	switch {
	case e.Mount == entry.NotMounted:
		w.skip(e, Automount)
	case !w.walk.cross && !e.SameMount(&w.walk.root):
		w.skip(e, OtherFileSystem)
	default:
		d := &entry.Dir{Parent: parent, Path: parent.Join(e.Name), Depth: parent.Depth + 1, UID: e.UID, Mode: e.Mode}
		id := entry.Identity{Device: e.ID.Device, Inode: e.ID.Inode}
		d.ID = id
		w.stack = append(w.stack, pending{dir: d, id: id})
	}
}

func (w *worker) skip(e *entry.Entry, why Skip) {
	if w.skips != nil {
		w.skips.Skip(e, why)
	}
}

// share gives the older half of the stack away if somebody waits for work, and
// says how many that were.
func (w *worker) share() int {
	n := len(w.stack)
	if n < 2 || w.walk.pool.wanted.Load() <= 0 {
		return 0
	}
	half := n / 2
	w.walk.pool.give(w.stack[:half])
	rest := copy(w.stack, w.stack[half:])
	clear(w.stack[rest:])
	w.stack = w.stack[:rest]
	return half
}
