package inorder

import (
	"errors"
	"syscall"

	"ward/internal/host/sys"
)

// Identity is device and inode of a directory.
type Identity struct {
	Major, Minor uint32
	Inode        uint64
}

// IdentityOf is that of a look.
func IdentityOf(st *sys.Stat) Identity { return Identity{st.Dev_major, st.Dev_minor, st.Ino} }

// node is a directory of the walk.
type node struct {
	parent *node
	path   []byte // with a slash behind it
	name   []byte // in the parent, ending in NUL
	id     Identity
	depth  int
	follow bool // the name may be a symbolic link
	pace   sys.Pace

	// Guarded by the walk's lock.
	fd    int   // −1 while it is not open
	place int64 // up to where its names have been read
	tasks int   // pieces that need it, its own and those of directories in it
	users int   // workers that use fd now
	prev  *node // among those that are open
	succ  *node
}

// nodes are the open directories.
type nodes struct{ ring node }

func newNodes() *nodes {
	n := &nodes{}
	n.ring.prev, n.ring.succ = &n.ring, &n.ring
	return n
}

func (l *nodes) add(n *node) {
	n.prev, n.succ = l.ring.prev, &l.ring
	n.prev.succ, n.succ.prev = n, n
}

func (l *nodes) remove(n *node) {
	n.prev.succ, n.succ.prev = n.succ, n.prev
	n.prev, n.succ = nil, nil
}

// park closes half of the directories that nobody uses now, those first that were
// opened first: they are needed last. It reports whether there were any.
func (l *nodes) park() bool {
	idle := 0
	for n := l.ring.succ; n != &l.ring; n = n.succ {
		if n.users == 0 {
			idle++
		}
	}
	left := (idle + 1) / 2
	for n := l.ring.succ; n != &l.ring && left > 0; {
		after := n.succ
		if n.users == 0 {
			l.remove(n)
			sys.ClosePaced(n.fd, n.pace)
			n.fd = -1
			left--
		}
		n = after
	}
	return idle > 0
}

// closeAll closes what a walk has left that was cut short.
func (l *nodes) closeAll() {
	for n := l.ring.succ; n != &l.ring; n = n.succ {
		sys.Close(n.fd)
	}
}

// loops reports whether the directory is one of those above it.
func (n *node) loops() bool {
	for up := n.parent; up != nil; up = up.parent {
		if up.id == n.id {
			return true
		}
	}
	return false
}

func outOfDescriptors(err error) bool {
	return errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE)
}

// errMoved says that another directory has taken the place of one in the walk.
const errMoved = syscall.ESTALE
