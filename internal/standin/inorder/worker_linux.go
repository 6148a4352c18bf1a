package inorder

import (
	"slices"

	"ward/internal/host/sys"
)

// worker works on one piece after the other.
type worker struct {
	walk    *walk
	visitor Visitor
	names   []byte
	piece   *piece
}

func (w *worker) run() {
	for {
		w.piece = w.walk.take()
		if w.piece == nil {
			return
		}
		w.directory(w.piece.dir, w.piece.more)
		w.walk.finish(w.piece)
	}
}

// directory reads as many names as fit into the buffer and visits them. The rest is
// another piece.
func (w *worker) directory(n *node, more bool) {
	if err := w.begin(n, more); err != nil {
		if err != errNothing { //nolint:errorlint // it is never wrapped
			w.visitor.Fail(n.path[:len(n.path)-1], err, &w.piece.out)
		}
		w.walk.release(n, w.usersOf(n))
		return
	}
	size, end, err := w.read(n)
	if !end && err == nil {
		w.rest(n, w.names[:size])
	}
	w.block(n, w.names[:size])
	if err != nil {
		w.visitor.Fail(n.path[:len(n.path)-1], err, &w.piece.out)
	}
	w.walk.release(n, 1)
}

// begin opens the directory, or takes up one that has been read in part.
func (w *worker) begin(n *node, more bool) error {
	if !more {
		return w.walk.open(n)
	}
	_, err := w.walk.use(n)
	return err
}

// usersOf is 1 if this worker uses the directory: it could be opened.
func (w *worker) usersOf(n *node) int {
	w.walk.lock.Lock()
	defer w.walk.lock.Unlock()
	return min(n.users, 1)
}

// read reads names until the buffer is full or the directory ends.
func (w *worker) read(n *node) (size int, end bool, err error) {
	for len(w.names)-size >= 512 {
		got, err := sys.ReadNames(n.fd, w.names[size:], n.pace)
		if err != nil || got == 0 {
			return size, true, err
		}
		size += got
	}
	return size, false, nil
}

// rest makes a piece behind this one of what has not been read.
func (w *worker) rest(n *node, names []byte) {
	w.walk.lock.Lock()
	defer w.walk.lock.Unlock()
	n.tasks++
	n.place = lastPlace(names)
	w.walk.pieces.add(&piece{dir: n, more: true}, w.piece)
	w.walk.wake.Broadcast()
}

func lastPlace(names []byte) (place int64) {
	for {
		name, rest, ok := sys.NextName(names)
		if !ok {
			return place
		}
		place, names = name.Next, rest
	}
}

// block visits the names of a buffer.
func (w *worker) block(n *node, names []byte) {
	p := Place{Dir: n.fd, Path: n.path, Pace: n.pace}
	for {
		name, rest, ok := sys.NextName(names)
		if !ok {
			return
		}
		names = rest
		if sys.Dots(name.Bytes) {
			continue
		}
		p.Name = name.Bytes[:len(name.Bytes)+1]
		p.Type = name.Type
		if d := w.visitor.Visit(&p, &w.piece.out); d.Into {
			w.descend(n, &p, d)
		}
	}
}

// descend ends the piece, leaves what is below to whoever takes it, and begins the
// piece of what comes after.
func (w *worker) descend(n *node, p *Place, d Descent) {
	name := slices.Clone(p.Name)
	child := &node{parent: n, name: name, depth: n.depth + 1, follow: d.Follow, pace: n.pace, fd: -1, tasks: 1}
	child.path = append(p.AppendPath(make([]byte, 0, len(p.Path)+len(name))), '/')
	below, after := &piece{dir: child}, &piece{taken: true}
	l := w.walk
	l.lock.Lock()
	defer l.lock.Unlock()
	n.tasks++
	if d.FD > 0 {
		child.fd = d.FD
		l.nodes.add(child)
	}
	l.pieces.add(below, w.piece)
	l.pieces.add(after, below)
	l.pieces.finish(w.piece)
	w.piece = after
	l.wake.Broadcast()
}
