package files

import (
	"ward/entry"
	"ward/internal/host/sys"
)

// mostAhead bounds the directories that a reader has open ahead of their turn.
const mostAhead = 48

// ahead is directories that were opened to be asked for an attribute, which is
// cheaper than asking by name, and stay open until it is their turn to be read.
// The newest are read first; where there are too many the oldest are closed, and
// opened again in their turn.
type ahead struct {
	dirs [mostAhead]struct {
		id entry.Identity // device and inode only
		fd int
	}
	next int // where the next one is put
}

func newAhead() *ahead {
	a := new(ahead)
	for i := range a.dirs {
		a.dirs[i].fd = -1
	}
	return a
}

func (a *ahead) put(id *entry.Identity, fd int) {
	d := &a.dirs[a.next]
	a.next = (a.next + 1) % mostAhead
	if d.fd >= 0 {
		sys.ClosePaced(d.fd, sys.Prompt)
	}
	d.id.Device, d.id.Inode, d.fd = id.Device, id.Inode, fd
}

// take gives out the descriptor of a directory, or −1.
func (a *ahead) take(id *entry.Identity) int {
	for i := range a.dirs {
		at := (a.next + mostAhead - 1 - i) % mostAhead
		if d := &a.dirs[at]; d.fd >= 0 && d.id.Inode == id.Inode && d.id.Device == id.Device {
			fd := d.fd
			d.fd = -1
			if i == 0 {
				a.next = at
			}
			return fd
		}
	}
	return -1
}

func (a *ahead) close() {
	for i := range a.dirs {
		if d := &a.dirs[i]; d.fd >= 0 {
			sys.ClosePaced(d.fd, sys.Prompt)
			d.fd = -1
		}
	}
}

// openAhead opens a directory of the open one ahead of its turn; −1 if that is
// not safe, or not cheap.
func (r *reader) openAhead(e *entry.Entry) int {
	if r.pace != sys.Prompt || e.ID.Device != r.slow.device || e.Mount != mount(&r.root.stat) || r.root.held.Load() == 0 {
		return -1
	}
	fd, err := sys.OpenNameAt(r.fd, r.terminated(e.Name), sys.List, sys.Prompt)
	if err != nil {
		return -1
	}
	r.ahead.put(&e.ID, fd)
	return fd
}

// lacksDefault asks whether a directory has no default ACL.
func (r *reader) lacksDefault(e *entry.Entry, attribute *byte) bool {
	if fd := r.openAhead(e); fd >= 0 {
		return absent(sys.HasAttribute(fd, attribute))
	}
	return r.lacks(e, attribute)
}
