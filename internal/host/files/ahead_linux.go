package files

import (
	"unsafe"

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

// find is the descriptor of a directory, which stays where it is, or −1.
func (a *ahead) find(id *entry.Identity) int {
	for i := range a.dirs {
		at := (a.next + mostAhead - 1 - i) % mostAhead
		if d := &a.dirs[at]; d.fd >= 0 && d.id.Inode == id.Inode && d.id.Device == id.Device {
			return d.fd
		}
	}
	return -1
}

// mayOpenAhead says that a directory in the open one may be opened before its turn:
// where calls are prompt, and there are descriptors.
func (r *reader) mayOpenAhead() bool { return r.pace == sys.Prompt && r.root.held.Load() > 0 }

// here tells an object of the root's own mount, where calls are prompt.
func (r *reader) here(device, mountID uint64) bool {
	return device == r.slow.device && mountID == mount(&r.root.stat)
}

// openAhead opens a directory of the open one ahead of its turn; −1 if that is
// not safe, or not cheap.
func (r *reader) openAhead(e *entry.Entry) int {
	if !r.mayOpenAhead() || !r.here(e.ID.Device, e.Mount) {
		return -1
	}
	if fd := r.ahead.find(&e.ID); fd >= 0 {
		return fd
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
	r.custom.asked++
	if fd := r.openAhead(e); fd >= 0 {
		return absent(sys.HasAttribute(fd, attribute))
	}
	return r.lacks(e, attribute)
}

// custom is what a visitor has wanted of the directories so far.
type custom struct {
	met, asked int // asked for their default ACL
}

// wantsDefaults says that the default ACL will most likely be wanted of the next
// directory too. Then it is opened at once and looked at through its descriptor,
// which needs no search for its name, and its list is asked for along with it.
func (c *custom) wantsDefaults() bool { return c.asked >= 8 && c.asked > c.met/2 }

// lookInto looks at a name that the directory says is a directory by opening it,
// and learns whether it has a default ACL. False is that it has to be looked at in
// the ordinary way.
func (r *reader) lookInto(e *entry.Entry, name []byte) bool {
	fd, err := sys.OpenNameAt(r.fd, &name[0], sys.List, sys.Prompt)
	if err != nil {
		return false
	}
	if err := r.glanceHeld(fd); err != nil || !r.here(device(&r.st), mount(&r.st)) {
		sys.ClosePaced(fd, sys.Prompt)
		return false
	}
	setStat(e, &r.st)
	e.Dir, e.Name = r.dir, unsafe.String(&name[0], len(name))
	if absent(sys.HasAttribute(fd, &defaultACL[0])) {
		e.Known |= entry.DefaultACL
	}
	r.ahead.put(&e.ID, fd)
	r.holds = true
	r.custom.asked++
	return true
}

func (r *reader) glanceHeld(fd int) error {
	if r.noBirth {
		return sys.GlanceHeld(fd, &r.st, sys.Prompt)
	}
	return sys.StatHeldPaced(fd, &r.st, sys.Prompt)
}

var defaultACL = []byte(sys.DefaultACL + "\x00")
