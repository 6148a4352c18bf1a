package inorder

// piece is a stretch of the output and the work that makes it.
type piece struct {
	dir   *node // whose names are to be read; nil for the rest of a block
	more  bool  // from where the last reading ended
	taken bool  // by a worker
	done  bool
	out   Output

	next           *piece // in the output
	before, behind *piece // among those that are not done
}

// pieces is the list of the output that has not been written, and within it the list
// of what is not done.
type pieces struct {
	head, tail *piece
	open       piece // the ring of pieces that are not done
	size       int   // of what is done and not written, in bytes
}

func newPieces() *pieces {
	l := &pieces{}
	l.open.before, l.open.behind = &l.open, &l.open
	return l
}

// add puts a piece behind another, or at the end of an empty list.
func (l *pieces) add(p, after *piece) {
	if after == nil {
		l.head, l.tail = p, p
		link(p, l.open.before)
		return
	}
	p.next, after.next = after.next, p
	if l.tail == after {
		l.tail = p
	}
	link(p, after)
}

func link(p, after *piece) {
	p.before, p.behind = after, after.behind
	p.before.behind, p.behind.before = p, p
}

// finish ends the work on a piece.
func (l *pieces) finish(p *piece) {
	p.done = true
	p.before.behind, p.behind.before = p.behind, p.before
	l.size += p.out.size()
}

// first is the first piece that nobody has taken, or nil.
func (l *pieces) first() *piece {
	for p := l.open.behind; p != &l.open; p = p.behind {
		if !p.taken {
			return p
		}
	}
	return nil
}

// idle reports whether all work is done.
func (l *pieces) idle() bool { return l.open.behind == &l.open }

// complete takes the pieces off the head that are done.
func (l *pieces) complete() []*piece {
	var done []*piece
	for l.head != nil && l.head.done {
		done = append(done, l.head)
		l.size -= l.head.out.size()
		l.head = l.head.next
	}
	return done
}
