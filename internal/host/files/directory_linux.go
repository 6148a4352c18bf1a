package files

import (
	"strings"
	"syscall"

	"ward/entry"
	"ward/internal/host/sys"
)

// Directory is an open directory of a tree, through which many objects in it are
// held one after the other for the price of one look-up each. For one goroutine.
type Directory struct {
	root *Root
	fd   int
	pace sys.Pace
	rel  string
	name []byte // of the present object, with its NUL
	held Object // the present object
}

// Directory opens the directory at a path relative to the root ("." for the root
// itself), strictly beneath it and without following symbolic links: ELOOP or
// ENOTDIR says that one is on the way. It is looked at: Stat, without its place.
// The caller closes it.
func (r *Root) Directory(rel string, e *entry.Entry) (*Directory, error) {
	fd, err := r.directory(rel)
	if err != nil {
		return nil, failed("open", r.below(rel), err)
	}
	var st sys.Stat
	if err := sys.StatHeld(fd, &st); err != nil {
		sys.Close(fd)
		return nil, failed("look at", r.below(rel), err)
	}
	setStat(e, &st)
	slow := r.slow()
	d := &Directory{root: r, fd: fd, rel: rel, pace: slow.pace(rel, e.ID)}
	d.held.byName = func(how sys.How) (int, error) { return sys.OpenName(d.fd, &d.name[0], how) }
	return d, nil
}

func (r *Root) directory(rel string) (int, error) {
	switch {
	case rel == "." && r.isDirectory():
		return sys.Dup(r.fd)
	case rel == ".":
		return -1, syscall.ENOTDIR
	case !beneath(rel):
		return -1, syscall.EINVAL
	}
	return r.calls.OpenBeneath(r.fd, rel, sys.HoldDirectory, 0)
}

// Hold holds the object of a name and looks at it: Stat, without its place. It is
// valid until it is closed or the next one is held.
func (d *Directory) Hold(name string, e *entry.Entry) (*Object, error) {
	o := &d.held
	o.root, o.rel = d.root, "" // its path is put together only when it is asked for
	if !beneath(name) || strings.Contains(name, "/") {
		return nil, failed("open", d.below(name), syscall.EINVAL)
	}
	d.name = append(append(d.name[:0], name...), 0)
	fd, err := sys.HoldName(d.fd, &d.name[0], d.pace)
	if err != nil {
		return nil, failed("open", d.below(name), err)
	}
	if err := sys.StatHeldPaced(fd, &o.st, d.pace); err != nil {
		sys.Close(fd)
		return nil, failed("look at", d.below(name), err)
	}
	o.held, o.dir = fd, d
	if o.st.Dev_major != d.root.stat.Dev_major || o.st.Dev_minor != d.root.stat.Dev_minor {
		d.root.crossed.Store(true)
	}
	setStat(e, &o.st)
	return o, nil
}

func (d *Directory) below(name string) string {
	if d.rel == "." {
		return d.root.below(name)
	}
	return d.root.below(d.rel + "/" + name)
}

// Close gives the descriptor back.
func (d *Directory) Close() error {
	sys.Close(d.fd)
	return nil
}

// pace is that of the directory through which the object was opened.
func (o *Object) pace() sys.Pace {
	if o.dir == nil {
		return sys.Patient
	}
	return o.dir.pace
}

// LookInto is Look into an entry that is used again, whose place it does not set.
func (o *Object) LookInto(e *entry.Entry, want entry.Facts) error {
	var st sys.Stat
	if err := sys.StatHeldPaced(o.held, &st, o.pace()); err != nil {
		e.Known, e.Denied = 0, want|entry.Stat
		return o.failed("look at", err)
	}
	setStat(e, &st)
	if want &^= entry.Stat; want == 0 {
		return nil
	}
	return o.failed("examine", o.fetch(e, want))
}
