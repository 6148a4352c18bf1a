package files

import (
	"errors"
	"strings"
	"syscall"

	"ward/acl"
	"ward/entry"
	"ward/ident"
	"ward/internal/host/sys"
	"ward/mode"
)

// Object is one object of a tree, held by a descriptor (O_PATH): whatever is done
// to its name, it stays the same. It is looked at and changed through that
// descriptor only. Fifos, sockets and devices are never opened. Not for use by
// several goroutines at once.
type Object struct {
	subject
	rel string
	dir *Directory // through which it was opened; rel is then empty
}

// Object holds the object at a path relative to the root ("." for the root
// itself), strictly beneath it and without following symbolic links. Errors match
// fs.ErrNotExist when nothing is there, ELOOP or ENOTDIR when a symbolic link is
// on the way. The caller closes it.
func (r *Root) Object(rel string) (*Object, error) {
	if rel == "." {
		return r.itself()
	}
	if !beneath(rel) {
		return nil, failed("open", r.below(rel), syscall.EINVAL)
	}
	fd, err := r.calls.OpenBeneath(r.fd, rel, sys.Hold, 0)
	if err != nil {
		return nil, failed("open", r.below(rel), err)
	}
	return r.object(fd, rel)
}

func (r *Root) itself() (*Object, error) {
	fd, err := sys.Dup(r.fd)
	if err != nil {
		return nil, failed("open", r.path, err)
	}
	o, err := r.object(fd, ".")
	if o != nil {
		o.byName = r.subject().byName
	}
	return o, err
}

// object takes a descriptor over.
func (r *Root) object(fd int, rel string) (*Object, error) {
	o := &Object{subject: subject{root: r, held: fd}, rel: rel}
	if err := sys.StatHeld(fd, &o.st); err != nil {
		sys.Close(fd)
		return nil, failed("look at", r.below(rel), err)
	}
	o.byName = func(how sys.How) (int, error) { return r.calls.OpenBeneath(r.fd, rel, how, 0) }
	if o.st.Dev_major != r.stat.Dev_major || o.st.Dev_minor != r.stat.Dev_minor {
		r.crossed.Store(true)
	}
	return o, nil
}

// Path is the absolute path by which the object was opened.
func (o *Object) Path() string {
	if o.dir != nil {
		return o.dir.below(strings.TrimSuffix(string(o.dir.name), "\x00"))
	}
	return o.root.below(o.rel)
}

// failed is an error about the object. Its path is put together only for one.
func (o *Object) failed(op string, err error) error {
	if err == nil {
		return nil
	}
	return failed(op, o.Path(), err)
}

// Close gives the descriptor back.
func (o *Object) Close() error {
	sys.ClosePaced(o.held, o.pace())
	return nil
}

// Look reads facts of the object as it is now. Stat is always among them. Facts
// that cannot be had are in Denied, and the error then says why the first of them
// cannot; an entry without Stat comes with an error only.
func (o *Object) Look(want entry.Facts) (entry.Entry, error) {
	var e entry.Entry
	var st sys.Stat
	if err := sys.StatHeld(o.held, &st); err != nil {
		e.Denied = want | entry.Stat
		return e, o.failed("look at", err)
	}
	setStat(&e, &st)
	placed(&e, o.rel)
	return e, o.failed("examine", o.fetch(&e, want))
}

func (o *Object) is(t uint16) bool { return o.st.Mode&sys.TypeMask == t }

// Chmod sets the twelve bits. Symbolic links have none: errors.ErrUnsupported.
func (o *Object) Chmod(m mode.Mode) error {
	const op = "change mode of"
	if o.is(sys.TypeLink) {
		return o.failed(op, syscall.EOPNOTSUPP)
	}
	return o.failed(op, o.root.calls.ChmodHeld(o.root.proc, o.held, uint32(m&mode.All)))
}

// Chown sets owner and group, of a symbolic link itself too; ident.NoUID and
// ident.NoGID leave theirs as they are.
func (o *Object) Chown(uid ident.UID, gid ident.GID) error {
	return o.failed("change owner of", sys.ChownHeld(o.held, uint32(uid), uint32(gid)))
}

// SetACL sets the access list; nil removes it, whereupon the mode's group bits are
// what the mask was.
func (o *Object) SetACL(l acl.List) error {
	return o.setAttribute("change ACL of", sys.AccessACL, encoded(l))
}

// SetDefaultACL sets the default list of a directory; nil removes it.
func (o *Object) SetDefaultACL(l acl.List) error {
	const op = "change default ACL of"
	if !o.is(sys.TypeDir) {
		return o.failed(op, syscall.ENOTDIR)
	}
	return o.setAttribute(op, sys.DefaultACL, encoded(l))
}

func encoded(l acl.List) []byte {
	if len(l) == 0 {
		return nil
	}
	return l.Encode()
}

// SetCaps sets the raw bytes of security.capability of a regular file; "" removes
// them.
func (o *Object) SetCaps(caps string) error {
	const op = "change capabilities of"
	if !o.is(sys.TypeRegular) {
		return o.failed(op, syscall.EOPNOTSUPP)
	}
	return o.setAttribute(op, sys.Capability, []byte(caps))
}

func (o *Object) setAttribute(op, name string, value []byte) error {
	err := o.change(name, value)
	if len(value) == 0 && absent(err) {
		err = nil
	}
	return o.failed(op, err)
}

// change sets an attribute, or removes it if value is empty.
func (o *Object) change(name string, value []byte) error {
	if o.is(sys.TypeLink) {
		return syscall.EOPNOTSUPP
	}
	if proc := o.root.proc; proc != nil {
		if len(value) == 0 {
			return proc.RemoveAttributeHeld(o.held, name)
		}
		return proc.SetAttributeHeld(o.held, name, value)
	}
	return o.changeOpened(name, value)
}

func (o *Object) changeOpened(name string, value []byte) error {
	if !o.openable() {
		return errNoWay
	}
	fd, err := o.real()
	if err != nil {
		return err
	}
	defer sys.Close(fd)
	if len(value) == 0 {
		return sys.RemoveAttribute(fd, name)
	}
	return sys.SetAttribute(fd, name, value)
}

// SetFlags sets the four flags that entry.Flags names, and leaves all others of a
// regular file or directory as they are.
func (o *Object) SetFlags(f entry.Flags) error {
	return o.failed("change flags of", o.setFlags(f))
}

func (o *Object) setFlags(f entry.Flags) error {
	fd, err := o.real()
	if err != nil {
		return err
	}
	defer sys.Close(fd)
	old, err := sys.Flags(fd)
	if flagless(err) {
		old, err = 0, nil
	}
	wanted := old&^uint32(allFlags) | uint32(f&allFlags)
	if err != nil || wanted == old {
		return err
	}
	return sys.SetFlags(fd, wanted)
}

// ObjectByHandle finds an object by its file handle, wherever in the tree it lies
// now, and also tells its path relative to the root. The object must lie strictly
// below the root. Errors match fs.ErrNotExist when there is no such object in the
// tree, and errors.ErrUnsupported where handles open nothing.
func (r *Root) ObjectByHandle(id entry.Identity) (*Object, string, error) {
	rel, err := r.findHandle(id)
	if err != nil {
		return nil, "", failed("find by handle in", r.path, err)
	}
	o, err := r.Object(rel)
	if err != nil {
		return nil, "", err
	}
	now, err := o.Look(entry.Handle)
	if err == nil && (now.ID.Handle != id.Handle || now.ID.HandleType != id.HandleType || id.Birth != now.ID.Birth) {
		err = failed("find by handle in", r.path, syscall.ENOENT)
	}
	if err != nil {
		_ = o.Close()
		return nil, "", err
	}
	return o, rel, nil
}

// findHandle is the present path, below the root, of the object of a handle.
func (r *Root) findHandle(id entry.Identity) (string, error) {
	if id.Handle == "" || r.proc == nil || !r.isDirectory() {
		return "", errors.ErrUnsupported
	}
	mount, err := sys.Open(r.fd, ".", sys.List)
	if err != nil {
		return "", err
	}
	defer sys.Close(mount)
	fd, err := sys.HoldHandle(mount, id.HandleType, id.Handle)
	if errors.Is(err, syscall.ESTALE) {
		return "", syscall.ENOENT
	}
	if err != nil {
		return "", err
	}
	defer sys.Close(fd)
	return r.pathBelow(fd)
}

func (r *Root) pathBelow(fd int) (string, error) {
	top, err := r.proc.Path(r.fd)
	if err != nil {
		return "", err
	}
	path, err := r.proc.Path(fd)
	if err != nil {
		return "", err
	}
	rel, ok := strings.CutPrefix(path, strings.TrimSuffix(top, "/")+"/")
	if !ok || !beneath(rel) {
		return "", syscall.ENOENT
	}
	return rel, nil
}
