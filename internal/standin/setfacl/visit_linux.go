package setfacl

import (
	"bytes"
	"errors"
	"fmt"
	"syscall"

	"ward/acl"
	"ward/internal/host/sys"
	"ward/internal/standin"
	"ward/internal/standin/aclobject"
	"ward/internal/standin/acltext"
	"ward/internal/standin/inorder"
	"ward/mode"
)

// isRegular is DT_REG of readdir(3).
const isRegular = 8

// visitor changes objects. Each worker has one.
type visitor struct {
	*call
	commands *sequence        // of this worker
	object   aclobject.Object // the one at hand
	found    found
	buf      []byte
	stat     sys.Stat

	// settled says that the last object had its lists already: the next one is only
	// looked at by name, and held if that does not show the same of it.
	settled bool
}

// half of a buffer holds the longest attribute there is.
const half = 64 << 10

func (c *call) visitor() *visitor {
	return &visitor{call: c, commands: newSequence(c.commands), buf: make([]byte, 2*half)}
}

func (v *visitor) say(out *inorder.Output, format string, args ...any) {
	v.failures.Add(1)
	out.Message(v.Base() + ": " + fmt.Sprintf(format, args...) + "\n")
}

func (v *visitor) fail(path string, err error, out *inorder.Output) {
	v.say(out, "%s: %s", path, standin.Reason(err))
}

// Fail implements inorder.Visitor.
func (v *visitor) Fail(path []byte, err error, out *inorder.Output) { v.fail(string(path), err, out) }

// top changes an operand, and opens it if what is below is wanted too; else -1.
func (v *visitor) top(path string, out *inorder.Output) int {
	name, err := cString(path)
	var o *aclobject.Object
	if err == nil {
		o, err = v.hold(name)
	}
	switch {
	case err != nil:
		v.fail(path, err, out)
		return -1
	case o == nil:
		return -1
	}
	defer o.Close()
	v.change(func() string { return path }, o, out)
	if !v.recursive || !o.Directory() {
		return -1
	}
	fd, err := o.Names()
	if err != nil {
		v.fail(path, err, out)
		return -1
	}
	return fd
}

// hold holds an operand. A symbolic link is followed, but not with -P, which leaves
// links out, and not with -R alone, where it is an error.
func (v *visitor) hold(name *byte) (*aclobject.Object, error) {
	o, err := v.system.Hold(sys.AtCWD, name, false)
	if err != nil || !o.Link() {
		return o, err
	}
	o.Close()
	switch {
	case v.physical:
		return nil, nil
	case v.recursive && !v.logical:
		return nil, syscall.ELOOP
	}
	return v.system.Hold(sys.AtCWD, name, true)
}

func cString(path string) (*byte, error) {
	if bytes.IndexByte([]byte(path), 0) >= 0 {
		return nil, syscall.EINVAL
	}
	return &append([]byte(path), 0)[0], nil
}

// Visit implements inorder.Visitor.
func (v *visitor) Visit(p *inorder.Place, out *inorder.Output) inorder.Descent {
	switch p.Type {
	case sys.LinkType:
		if !v.logical {
			return inorder.Descent{}
		}
	case sys.DirectoryType, isRegular:
		if v.settled && v.complies(p) {
			return inorder.Descent{Into: p.Type == sys.DirectoryType}
		}
		o := &v.object
		*o = aclobject.Object{}
		if v.system.Open(o, p.Dir, &p.Name[0], p.Type == sys.DirectoryType, p.Pace) {
			v.change(p.String, o, out)
			return v.into(o, false)
		}
	}
	return v.slowly(p, out)
}

// slowly holds the object, which may be of any kind, first.
func (v *visitor) slowly(p *inorder.Place, out *inorder.Output) inorder.Descent {
	o, err := v.system.Hold(p.Dir, &p.Name[0], false)
	follow := err == nil && o.Link()
	if follow {
		o.Close()
		if !v.logical {
			return inorder.Descent{}
		}
		o, err = v.system.Hold(p.Dir, &p.Name[0], true)
	}
	if err != nil {
		v.fail(p.String(), err, out)
		return inorder.Descent{}
	}
	v.change(p.String, o, out)
	return v.into(o, follow)
}

// into ends the work on an object, and goes on into a directory.
func (v *visitor) into(o *aclobject.Object, follow bool) inorder.Descent {
	if !o.Directory() {
		o.Close()
		return inorder.Descent{}
	}
	return inorder.Descent{Into: true, Follow: follow, FD: max(o.Take(), 0)}
}

// change carries the commands out on one object.
func (v *visitor) change(path func() string, o *aclobject.Object, out *inorder.Output) {
	if o.Stat.Nlink > 1 && !o.Directory() {
		twin := v.twins.of(o)
		twin.Lock()
		defer twin.Unlock()
	}
	if err := v.carryOut(v.commands, path, o, out); err != nil {
		v.tell(path(), o, err, out)
	}
}

// carryOut is change, for a restore too.
func (v *visitor) carryOut(cs *sequence, path func() string, o *aclobject.Object, out *inorder.Output) error {
	found, err := v.look(cs, o)
	if err != nil {
		return err
	}
	e, err := cs.outcome(found, v.mask)
	switch {
	case err != nil:
		return err
	case v.test:
		out.Keep(v.appendTest(out.Buffer(), path(), e))
		return nil
	}
	v.settled = !e.access.changed() && !e.def.changed()
	return store(o, e)
}

// complies reports whether the object of a name surely is as it should be.
func (v *visitor) complies(p *inorder.Place) bool {
	if v.system.Calls.Xattrat != sys.There || v.test {
		return false
	}
	f := &v.found
	*f = found{directory: p.Type == sys.DirectoryType, recursive: v.recursive}
	var err error
	if f.access, err = v.system.AttributeAt(p.Dir, &p.Name[0], false, v.buf[:half], p.Pace); err != nil {
		return false
	}
	if v.commands.def && f.directory {
		if f.def, err = v.system.AttributeAt(p.Dir, &p.Name[0], true, v.buf[half:], p.Pace); err != nil {
			return false
		}
	}
	if len(f.access) == 0 {
		err = sys.StatName(p.Dir, &p.Name[0], &v.stat, p.Pace)
		f.mode = mode.Mode(v.stat.Mode) & mode.Permissions
	}
	e, wrong := v.commands.outcome(f, v.mask)
	return err == nil && wrong == nil && !e.access.changed() && (!e.def.changed() || !f.directory && len(e.def.list) == 0)
}

// look reads what the commands start from.
func (v *visitor) look(cs *sequence, o *aclobject.Object) (*found, error) {
	f := &v.found
	*f = found{directory: o.Directory(), recursive: v.recursive, mode: o.Mode() & mode.Permissions}
	value, err := o.Attribute(false, v.buf[:half])
	if err != nil {
		return nil, err
	}
	f.access = value
	if cs.def && f.directory {
		f.def, err = o.Attribute(true, v.buf[half:])
	}
	return f, err
}

// appendTest is the line that --test prints.
func (v *visitor) appendTest(b []byte, path string, e *outcome) []byte {
	b = append(append(b, path...), ": "...)
	b = v.appendList(b, &e.access, "")
	b = append(b, ',')
	return append(v.appendList(b, &e.def, "d:"), '\n')
}

func (v *visitor) appendList(b []byte, e *edited, prefix string) []byte {
	if !e.changed() {
		return append(b, '*')
	}
	return acltext.AppendList(b, e.list, v.names(), acltext.Style{Prefix: prefix, Short: true, Separator: ','})
}

// errDefault says that an object that is no directory was to have a default list.
var errDefault = errors.New("Only directories can have default ACLs") //nolint:staticcheck // the original's words

// store writes the lists that differ. On a file system without lists an access list
// that is none becomes the mode.
func store(o *aclobject.Object, e *outcome) error {
	if e.access.changed() {
		m := e.access.list.Mode(o.Mode())
		err := o.SetAttribute(false, e.access.value)
		if aclobject.Unsupported(err) && e.access.list.Minimal() {
			err = o.Chmod(m)
		}
		if err != nil {
			return &storeError{list: e.access.list, err: err}
		}
		o.Stat.Mode = o.Stat.Mode&^0o7777 | uint16(m)
	}
	switch {
	case !e.def.changed():
	case !o.Directory() && len(e.def.list) > 0:
		return errDefault
	case o.Directory():
		if err := o.SetAttribute(true, e.def.value); err != nil {
			return &storeError{def: true, list: e.def.list, err: err}
		}
	}
	return nil
}

// storeError is a list that could not be written.
type storeError struct {
	def  bool
	list acl.List
	err  error
}

func (e *storeError) Error() string { return e.err.Error() }
func (e *storeError) Unwrap() error { return e.err }

// tell says why an object was not changed.
func (v *visitor) tell(path string, o *aclobject.Object, err error, out *inorder.Output) {
	var malformed *malformedError
	if errors.As(err, &malformed) {
		which := "access"
		if malformed.def {
			which = "default"
		}
		text := acltext.AppendList(nil, malformed.list, v.names(), acltext.Style{Separator: ','})
		v.say(out, "%s: Malformed %s ACL `%s': %s at entry %d", path, which, text, malformed.problem, malformed.entry+1)
		return
	}
	v.fail(path, err, out)
	v.explainStore(path, o, err, out)
}
