package fts

import (
	"bytes"
	"strings"
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
	top := &directory{fd: sys.AtCWD}
	for _, argument := range arguments {
		w.argument(top, argument)
	}
}

type walk struct {
	options Options
	workers []*worker
	pool    pool
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
	below := first.look(top, name, 0)
	switch {
	case below == nil:
	case w.options.Workers == 1:
		first.descend(below)
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

// look looks at a name and visits it. The result is the directory that is to be
// gone through, or nil.
func (w *worker) look(d *directory, name []byte, level int) *directory {
	e := &w.entry
	e.at, e.name, e.Level, e.Err, e.place = d, name, level, 0, d.place
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
		parent: d, name: append([]byte(nil), name...), path: e.Path(), level: level + 1,
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

// descend goes through a directory in the order of fts, and visits it again.
func (w *worker) descend(d *directory) {
	names, err := d.names()
	if err != nil {
		d.err = errno(err)
	}
	for len(names) > 0 {
		end := bytes.IndexByte(names, 0) + 1
		if below := w.look(d, names[:end:end], d.level); below != nil {
			w.descend(below)
		}
		names = names[end:]
	}
	d.close()
	w.again(d)
}

// names reads all names of a directory, each with a NUL behind it.
func (d *directory) names() ([]byte, error) {
	if err := d.open(); err != nil {
		return nil, err
	}
	var all []byte
	buffer := make([]byte, bufferSize)
	for {
		n, err := sys.ReadNames(d.fd, buffer, d.pace())
		if err != nil || n == 0 {
			return all, err
		}
		for name, rest, ok := sys.NextName(buffer[:n]); ok; name, rest, ok = sys.NextName(rest) {
			if !sys.Dots(name.Bytes) {
				all = append(append(all, name.Bytes...), 0)
			}
		}
	}
}

const bufferSize = 64 << 10

// again is the second visit of a directory.
func (w *worker) again(d *directory) {
	e := &w.entry
	*e = Entry{What: Done, Level: d.level - 1, Err: d.err, Followed: d.links, Stat: d.stat, at: d.parent, name: d.name, place: d.place}
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
	if err := d.open(); err != nil {
		return err
	}
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
			if below := w.look(d, terminated, d.level); below != nil {
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
		d.close()
		w.again(d)
		d = d.parent
	}
}
