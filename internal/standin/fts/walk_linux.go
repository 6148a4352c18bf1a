package fts

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"

	"ward/internal/host/sys"
)

// Visitor is called for each entry, of one worker: a visitor need not be safe for
// concurrent use. To answer true for a Directory skips what it holds, and its
// second visit.
type Visitor interface {
	Visit(e *Entry) (skip bool)
}

// Walk visits the arguments one after another, and with Recurse what lies below
// each. newVisitor is called once for each worker.
func Walk(arguments []string, o Options, newVisitor func() Visitor) {
	w := &walk{options: o}
	w.options.Workers = max(1, o.Workers)
	for range w.options.Workers {
		w.workers = append(w.workers, &worker{walk: w, visitor: newVisitor()})
	}
	w.ring.prev, w.ring.succ = &w.ring, &w.ring
	top := &directory{fd: sys.AtCWD}
	for _, argument := range arguments {
		w.argument(top, argument)
	}
}

type walk struct {
	options Options
	workers []*worker
	pool    pool

	lock sync.Mutex
	ring directory // of those that are open
}

// worker visits for one goroutine.
type worker struct {
	walk    *walk
	visitor Visitor
	entry   Entry
	buffer  []byte
	local   []*directory // found and not yet read, the last first
}

// argument visits one argument and all below it.
func (w *walk) argument(top *directory, argument string) {
	first := w.workers[0]
	name := append([]byte(trimmed(argument)), 0)
	below := first.look(top, name, 0, 0)
	switch {
	case below == nil:
	case w.options.Workers == 1:
		first.descend(below)
		w.close(below)
	default:
		w.spread(below)
	}
}

// trimmed leaves one slash at the end of a path at most, as fts does.
func trimmed(argument string) string {
	bare := strings.TrimRight(argument, "/")
	switch slashes := len(argument) - len(bare); {
	case slashes < 2, bare == "" && slashes == 2:
		return argument
	}
	return bare + "/"
}

// look looks at a name, which its directory lists with a type, and visits it. The result
// is the directory that is to be gone through, or nil.
func (w *worker) look(d *directory, name []byte, level int, listed byte) *directory {
	e := &w.entry
	e.walk, e.at, e.name, e.Level, e.Err, e.place = w.walk, d, name, level, 0, d.place
	e.Listed = listed
	follow := w.walk.options.Links == Logical || level == 0 && w.walk.options.Links == Arguments
	e.Followed = follow
	e.What = e.look(follow, d.pace())
	if e.What == Directory && w.walk.options.Links == Logical && d.holds(&e.Stat) {
		e.What = Cycle
	}
	if w.visitor.Visit(e) || e.What != Directory || !w.walk.options.Recurse {
		return nil
	}
	return &directory{
		parent: d, name: append([]byte(nil), name...), level: level + 1,
		fd: -1, stat: e.Stat, links: follow, left: 1,
	}
}

func (d *directory) pace() sys.Pace {
	if d.place == nil {
		return sys.Patient
	}
	return d.place.pace
}

// look fills in Stat and says what the entry is (fts_stat).
func (e *Entry) look(follow bool, pace sys.Pace) What {
	var err error
	if follow {
		err = sys.StatTarget(e.at.fd, &e.name[0], &e.Stat)
		if err == syscall.ENOENT && sys.StatName(e.at.fd, &e.name[0], &e.Stat, pace) == nil { //nolint:errorlint // bare numbers
			return Dangling
		}
	} else {
		err = sys.StatName(e.at.fd, &e.name[0], &e.Stat, pace)
	}
	if err != nil {
		e.Stat, e.Err = sys.Stat{}, errno(err)
		return Missing
	}
	switch e.Stat.Mode & sys.TypeMask {
	case sys.TypeDir:
		return Directory
	case sys.TypeLink:
		return Link
	}
	return Other
}

// descend goes through a directory in the order of fts, and visits it again. The
// caller closes it.
func (w *worker) descend(d *directory) {
	if err := w.inOrder(d); err != nil {
		d.err = errno(err)
	}
	w.again(d)
}

func (w *worker) inOrder(d *directory) error {
	if err := w.walk.open(d); err != nil {
		return err
	}
	for {
		names, more, failed := w.names(d)
		if err := w.each(d, names, more); err != nil {
			return err
		}
		if !more {
			w.walk.release(d)
			return failed
		}
	}
}

// each looks at names of a directory that is in use, and descends. Where all names
// have been read the directory need not stay open meanwhile. After an error it is no
// longer in use.
func (w *worker) each(d *directory, names []byte, keep bool) error {
	for len(names) > 0 {
		end := bytes.IndexByte(names, 0) + 1
		below := w.look(d, names[:end:end], d.level, names[end])
		names = names[end+1:]
		if below == nil {
			continue
		}
		if !keep {
			w.walk.release(d)
		}
		w.descend(below)
		var err error
		if !keep {
			err = w.walk.use(d, below)
		}
		w.walk.close(below)
		if err != nil {
			return err
		}
	}
	return nil
}

// The sizes are gnulib's: so many names are read before the first of them is visited
// (FTS_MAX_READDIR_ENTRIES), and more than so many are visited in the order of
// their inodes (_FTS_INODE_SORT_DIR_ENTRIES_THRESHOLD).
const (
	mostNames  = 100_000
	manyNames  = 10_000
	bufferSize = 64 << 10
)

// names reads names of a directory, each with a NUL and its type behind it. more says
// that there may be others.
func (w *worker) names(d *directory) (all []byte, more bool, err error) {
	if w.buffer == nil {
		w.buffer = make([]byte, bufferSize)
	}
	var inodes []uint64
	for {
		rest := d.unread
		d.unread = nil
		if rest == nil {
			n, err := sys.ReadNames(d.fd, w.buffer, d.pace())
			if err != nil || n == 0 {
				return d.inOrderOfInodes(all, inodes), false, err
			}
			rest = w.buffer[:n]
		}
		for name, after, ok := sys.NextName(rest); ok; name, after, ok = sys.NextName(after) {
			if sys.Dots(name.Bytes) {
				continue
			}
			if len(inodes) == mostNames {
				d.unread = slices.Clone(rest)
				return d.inOrderOfInodes(all, inodes), true, nil
			}
			all = append(append(all, name.Bytes...), 0, name.Type)
			inodes = append(inodes, name.Inode)
			rest = after
		}
	}
}

// inOrderOfInodes sorts names where there are many and the file system is none of
// those to which it makes no difference (dirent_inode_sort_may_be_useful).
func (d *directory) inOrderOfInodes(names []byte, inodes []uint64) []byte {
	if len(inodes) <= manyNames || d.place == nil || d.place.unsorted {
		return names
	}
	type name struct {
		inode uint64
		bytes []byte
	}
	all := make([]name, len(inodes))
	rest := names
	for i, inode := range inodes {
		end := bytes.IndexByte(rest, 0) + 2
		all[i] = name{inode, rest[:end]}
		rest = rest[end:]
	}
	slices.SortStableFunc(all, func(a, b name) int { return cmp.Compare(a.inode, b.inode) })
	sorted := make([]byte, 0, len(names))
	for _, n := range all {
		sorted = append(sorted, n.bytes...)
	}
	return sorted
}

// again is the second visit of a directory.
func (w *worker) again(d *directory) {
	err := w.walk.use(d.parent, d)
	if err == nil {
		defer w.walk.release(d.parent)
	} else if d.err == 0 {
		d.err = errno(err)
	}
	e := &w.entry
	*e = Entry{
		What: Done, Level: d.level - 1, Err: d.err, Followed: d.links, Stat: d.stat,
		walk: w.walk, at: d.parent, name: d.name, place: d.place,
	}
	if d.err != 0 {
		e.What = Unreadable
	}
	w.visitor.Visit(e)
}

// read visits the entries of a directory; the directories among them wait.
func (w *worker) read(d *directory) {
	if err := w.readNames(d); err != nil {
		d.err = errno(err)
	}
	w.leave(d)
}

func (w *worker) readNames(d *directory) error {
	if err := w.walk.open(d); err != nil {
		return err
	}
	defer w.walk.release(d)
	if w.buffer == nil {
		w.buffer = make([]byte, bufferSize)
	}
	for {
		n, err := sys.ReadNames(d.fd, w.buffer, d.pace())
		if err != nil || n == 0 {
			return err
		}
		for name, rest, ok := sys.NextName(w.buffer[:n]); ok; name, rest, ok = sys.NextName(rest) {
			if sys.Dots(name.Bytes) {
				continue
			}
			terminated := name.Bytes[:len(name.Bytes)+1]
			if below := w.look(d, terminated, d.level, name.Type); below != nil {
				atomic.AddInt32(&d.left, 1)
				w.local = append(w.local, below)
			}
		}
		w.share()
	}
}

// leave is done with a directory, and with each that has waited for it only.
func (w *worker) leave(d *directory) {
	for d.parent != nil && atomic.AddInt32(&d.left, -1) == 0 {
		w.again(d)
		w.walk.close(d)
		d = d.parent
	}
}
