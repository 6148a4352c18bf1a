package fts

import (
	"errors"
	"slices"
	"syscall"
	"time"

	"ward/internal/host/sys"
)

// A directory stays open while there is something to be done in it, so that its
// directories are opened and changed in it by their bare names. Where descriptors run
// out, those are closed that nobody uses at the moment, those first that were opened
// first. One of them is opened again through ".." of a directory in it, or else by
// the names that lead to it, and must be the same as before. So any depth works.
//
// Who uses a descriptor says so (use, release): it then stays as it is. The walk's
// lock guards fd, users and the ring; fd may be read without it while one is a user.

// directory is a directory that is being walked.
type directory struct {
	parent *directory // nil: where arguments are
	name   []byte     // in parent, ends in NUL
	level  int        // of its entries
	stat   sys.Stat
	place  *place
	links  bool // it was reached through a symbolic link that may be followed
	err    syscall.Errno

	// left is how many of its directories, and it itself, are not yet done with.
	left int32

	fd         int    // -1 while it is closed
	unread     []byte // what the kernel gave of names beyond those that are visited now
	users      int
	prev, succ *directory // among those that are open
}

// appendPath appends the directory's path with the slash that a name follows; more
// is for how long that will be.
func (d *directory) appendPath(b []byte, more int) []byte {
	if d.parent == nil {
		return slices.Grow(b, more)
	}
	name := d.name[:len(d.name)-1]
	if d.level == 1 { // an argument, which may end in a slash
		b = append(slices.Grow(b, more+len(name)+1), name...)
	} else {
		b = append(d.parent.appendPath(b, more+len(name)+1), name...)
	}
	if b[len(b)-1] != '/' {
		b = append(b, '/')
	}
	return b
}

// holds reports whether an object is the directory, or one that it lies in.
func (d *directory) holds(st *sys.Stat) bool {
	for ; d != nil && d.parent != nil; d = d.parent {
		if sys.SameObject(&d.stat, st) {
			return true
		}
	}
	return false
}

// open begins to read the directory, if it still is the one that was looked at, and
// uses it.
func (w *walk) open(d *directory) error {
	if err := w.use(d.parent, nil); err != nil {
		return err
	}
	defer w.release(d.parent)
	fd, err := w.openName(d, sys.List)
	if err != nil {
		return err
	}
	var now sys.Stat
	if err := sys.StatHeld(fd, &now); err != nil || !sys.SameObject(&now, &d.stat) {
		sys.Close(fd)
		return syscall.ENOENT
	}
	d.stat = now
	if d.place = d.parent.place; d.place == nil || !sys.SameMountOf(&d.place.stat, &now) {
		d.place = placeHeld(fd)
	}
	w.lock.Lock()
	defer w.lock.Unlock()
	d.users++
	w.opened(d, fd)
	return nil
}

// openName opens a directory by its name in its parent, which is in use.
func (w *walk) openName(d *directory, how sys.How) (int, error) {
	if d.links {
		how &^= sys.List &^ sys.ListTarget
	}
	fd, err := sys.OpenName(d.parent.fd, &d.name[0], how)
	if outOfDescriptors(err) {
		return w.patiently(func() (int, error) { return sys.OpenName(d.parent.fd, &d.name[0], how) })
	}
	return fd, err
}

// opened notes that a directory is open. The lock is held.
func (w *walk) opened(d *directory, fd int) {
	d.fd = fd
	d.prev, d.succ = w.ring.prev, &w.ring
	d.prev.succ, d.succ.prev = d, d
}

// use keeps a directory open until release, and opens it again if it was closed:
// through a directory in it that may be open, if there is one, or by name.
func (w *walk) use(d, within *directory) error {
	if d.parent == nil {
		return nil
	}
	fd, err := -1, errOpened
	for errors.Is(err, errOpened) {
		if w.useOpen(d) {
			return nil
		}
		if fd, err = w.above(d, within); err != nil {
			fd, err = w.byNames(d)
		}
	}
	if err != nil {
		return err
	}
	w.lock.Lock()
	defer w.lock.Unlock()
	d.users++
	if d.fd >= 0 { // another worker was faster
		sys.Close(fd)
		return nil
	}
	w.opened(d, fd)
	return nil
}

// errOpened says that another worker opened the directory meanwhile.
var errOpened = errors.New("it was opened meanwhile")

// useOpen keeps a directory open that is so already, and tells whether it is.
func (w *walk) useOpen(d *directory) bool {
	w.lock.Lock()
	defer w.lock.Unlock()
	if d.fd >= 0 {
		d.users++
	}
	return d.fd >= 0
}

// above opens a directory as the one that another lies in.
func (w *walk) above(d, within *directory) (int, error) {
	if within == nil {
		return -1, syscall.ENOENT
	}
	w.lock.Lock()
	open := within.fd >= 0
	if open {
		within.users++
	}
	w.lock.Unlock()
	if !open {
		return -1, syscall.ENOENT
	}
	defer w.release(within)
	fd, err := w.patiently(func() (int, error) { return sys.OpenName(within.fd, &dotDot[0], sys.HoldDirectory) })
	if err != nil {
		return -1, err
	}
	return d.sameAs(fd)
}

var dotDot = [...]byte{'.', '.', 0}

// byNames opens a directory by its name; the one that it lies in likewise, if need be.
func (w *walk) byNames(d *directory) (int, error) {
	var way []*directory // those to be opened first, d itself the first
	above := d
	for ; above.parent != nil && !w.isOpen(above); above = above.parent {
		way = append(way, above)
	}
	if above == d {
		return -1, errOpened
	}
	held := above
	if err := w.use(held, nil); err != nil {
		return -1, err
	}
	for i := len(way) - 1; i > 0; i-- {
		err := w.step(way[i])
		w.release(held)
		if err != nil {
			return -1, err
		}
		held = way[i]
	}
	defer w.release(held)
	fd, err := w.openName(d, sys.HoldDirectory)
	if err != nil {
		return -1, err
	}
	return d.sameAs(fd)
}

func (w *walk) isOpen(d *directory) bool {
	w.lock.Lock()
	defer w.lock.Unlock()
	return d.fd >= 0
}

// step opens a directory again whose parent is in use, and uses it.
func (w *walk) step(d *directory) error {
	fd, err := w.openName(d, sys.HoldDirectory)
	if err == nil {
		fd, err = d.sameAs(fd)
	}
	if err != nil {
		return err
	}
	w.lock.Lock()
	defer w.lock.Unlock()
	d.users++
	if d.fd >= 0 {
		sys.Close(fd)
		return nil
	}
	w.opened(d, fd)
	return nil
}

// sameAs closes what is not the directory.
func (d *directory) sameAs(fd int) (int, error) {
	var now sys.Stat
	if err := sys.StatHeld(fd, &now); err != nil || !sys.SameObject(&now, &d.stat) {
		sys.Close(fd)
		return -1, syscall.ENOENT
	}
	return fd, nil
}

func (w *walk) release(d *directory) {
	if d.parent == nil {
		return
	}
	w.lock.Lock()
	d.users--
	w.lock.Unlock()
}

// close closes a directory that is done with.
func (w *walk) close(d *directory) {
	w.lock.Lock()
	defer w.lock.Unlock()
	if d.fd >= 0 {
		w.closeOne(d)
	}
}

// closeOne closes an open directory. The lock is held.
func (w *walk) closeOne(d *directory) {
	d.prev.succ, d.succ.prev = d.succ, d.prev
	d.prev, d.succ = nil, nil
	sys.Close(d.fd)
	d.fd = -1
}

// park closes half of the directories that nobody uses, and reports whether there
// were any.
func (w *walk) park() bool {
	w.lock.Lock()
	defer w.lock.Unlock()
	idle := 0
	for d := w.ring.succ; d != &w.ring; d = d.succ {
		if d.users == 0 {
			idle++
		}
	}
	for d, left := w.ring.succ, (idle+1)/2; left > 0; {
		succ := d.succ
		if d.users == 0 {
			w.closeOne(d)
			left--
		}
		d = succ
	}
	return idle > 0
}

// patiently opens something when descriptors have run out: others are closed for
// it, or given a while to be.
func (w *walk) patiently(open func() (int, error)) (int, error) {
	for try := 0; ; {
		fd, err := open()
		if !outOfDescriptors(err) || try > 20 {
			return fd, err
		}
		if !w.park() {
			time.Sleep(time.Millisecond << min(try, 6))
			try++
		}
	}
}

func outOfDescriptors(err error) bool {
	return err == syscall.EMFILE || err == syscall.ENFILE //nolint:errorlint // calls answer bare numbers
}
