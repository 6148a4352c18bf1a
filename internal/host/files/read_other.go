//go:build !linux

package files

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"ward/entry"
	"ward/tree"
)

// host is a root as a walk sees it.
type host struct{ root *Root }

func (h host) Root() (entry.Entry, error) { return h.root.Entry(entry.Stat) }

func (h host) Reader() tree.Reader { return &reader{root: h.root} }

// reader reads directories for one worker, through an os.Root: strictly beneath.
type reader struct {
	root  *Root
	file  *os.File
	dir   *entry.Dir
	batch []entry.Entry
	place int64 // entries read so far, and one
}

const batchSize = 1024

// Open implements tree.Reader.
func (r *reader) Open(d *entry.Dir, id entry.Identity, place int64) error {
	r.Close()
	file, err := r.root.open(d.Path)
	if err != nil {
		return err
	}
	r.file, r.dir, r.place = file, d, 1
	info, err := file.Stat()
	if err != nil {
		return err
	}
	var now entry.Entry
	setInfo(&now, info)
	if now.ID.Inode != id.Inode || now.ID.Device != id.Device || !info.IsDir() {
		return tree.ErrChanged
	}
	for r.place < place { // no place to seek to: read up to it again
		if names, err := r.file.ReadDir(int(min(batchSize, place-r.place))); err != nil {
			return err
		} else {
			r.place += int64(len(names))
		}
	}
	return nil
}

// Place implements tree.Reader.
func (r *reader) Place() int64 { return r.place }

// Next implements tree.Reader.
func (r *reader) Next() ([]entry.Entry, error) {
	for {
		names, err := r.file.ReadDir(batchSize)
		if errors.Is(err, io.EOF) {
			err = nil
		}
		r.place += int64(len(names))
		if r.look(names); len(r.batch) > 0 || len(names) == 0 || err != nil {
			return r.batch, err
		}
	}
}

func (r *reader) look(names []fs.DirEntry) {
	r.batch = r.batch[:0]
	for _, n := range names {
		info, err := n.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		e := entry.Entry{Dir: r.dir, Name: n.Name(), Denied: entry.Stat}
		if err == nil {
			e.Denied = 0
			setInfo(&e, info)
		}
		r.batch = append(r.batch, e)
	}
}

// Fetch implements tree.Reader.
func (r *reader) Fetch(e *entry.Entry, want entry.Facts) error {
	if want&entry.Stat != 0 {
		info, err := r.root.dir.Lstat(filepath.FromSlash(e.Path()))
		if err != nil {
			return err
		}
		e.Denied &^= entry.Stat
		setInfo(e, info)
	}
	return r.root.fetch(e, e.Path(), want&^entry.Stat)
}

// Close implements tree.Reader.
func (r *reader) Close() {
	if r.file != nil {
		_ = r.file.Close()
		r.file = nil
	}
}
