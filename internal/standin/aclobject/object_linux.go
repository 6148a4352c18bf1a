package aclobject

import (
	"errors"
	"sync"
	"syscall"

	"ward/internal/host/sys"
	"ward/mode"
)

// System is what objects are reached by. It may be used by several goroutines.
type System struct {
	Calls sys.Calls

	access, def *byte
	proc        func() *sys.Proc
}

// NewSystem asks what the kernel can do.
func NewSystem() *System { return NewSystemOf(sys.Probe()) }

// NewSystemOf uses these calls only.
func NewSystemOf(calls sys.Calls) *System {
	return &System{
		Calls: calls, access: sys.AttributeName(sys.AccessACL), def: sys.AttributeName(sys.DefaultACL),
		proc: sync.OnceValue(func() *sys.Proc {
			proc, err := sys.OpenProc()
			if err != nil {
				return nil
			}
			return proc
		}),
	}
}

// AttributeAt reads the list of what a directory has by a name, without holding it: the
// result lies in buf, and is nil where there is no list.
func (s *System) AttributeAt(dir int, name *byte, def bool, buf []byte, pace sys.Pace) ([]byte, error) {
	n, err := sys.AttributeAt(dir, name, s.Attribute(def), buf, pace)
	if Nothing(err) {
		return nil, nil
	}
	return buf[:max(n, 0)], err
}

// Attribute is the name of the attribute of a list, ending in NUL.
func (s *System) Attribute(def bool) *byte {
	if def {
		return s.def
	}
	return s.access
}

// Object is one object. The caller closes it. Not for several goroutines at once.
type Object struct {
	Stat sys.Stat

	system *System
	fd     int
	real   bool // fd is no O_PATH descriptor
	pace   sys.Pace
}

// Hold holds what a name in a directory stands for, itself if it is a symbolic link
// unless follow is set. name ends in NUL.
func (s *System) Hold(dir int, name *byte, follow bool) (*Object, error) {
	how := sys.Hold
	if follow {
		how = sys.HoldTarget
	}
	fd, err := sys.OpenName(dir, name, how)
	if err != nil {
		return nil, err
	}
	o, err := s.object(fd)
	if err == nil && s.proc() == nil {
		o.makeReal(dir, name, follow)
	}
	return o, err
}

// HoldPath holds what a path leads to, following no symbolic link in any place but
// holding one that is at its end.
func (s *System) HoldPath(path string) (*Object, error) {
	fd, err := s.Calls.OpenPhysical(sys.AtCWD, path, sys.Hold)
	if err != nil {
		return nil, err
	}
	return s.object(fd)
}

func (s *System) object(fd int) (*Object, error) {
	o := &Object{system: s, fd: fd}
	if err := sys.StatHeld(fd, &o.Stat); err != nil {
		sys.Close(fd)
		return nil, err
	}
	return o, nil
}

// Open opens a regular file or directory by its name in a directory, into o. It is
// cheaper than Hold. That it is of the given type was said before; if it is not, or
// may not be read, false asks for Hold.
func (s *System) Open(o *Object, dir int, name *byte, directory bool, pace sys.Pace) bool {
	how := sys.Read
	if directory {
		how = sys.List
	}
	fd, err := sys.OpenNameAt(dir, name, how, pace)
	if err != nil {
		return false
	}
	o.system, o.fd, o.real, o.pace = s, fd, true, pace
	if err := sys.StatHeldPaced(fd, &o.Stat, pace); err != nil || o.kind() != sys.TypeRegular && !o.Directory() {
		o.Close()
		return false
	}
	return true
}

// makeReal opens the object once more, for reading, if that can be done without /proc.
func (o *Object) makeReal(dir int, name *byte, follow bool) {
	how := sys.Read
	switch {
	case o.Directory():
		how = sys.List
	case o.kind() != sys.TypeRegular:
		return
	}
	if follow {
		how &^= sys.Hold &^ sys.HoldTarget
	}
	fd, err := sys.OpenName(dir, name, how)
	if err != nil {
		return
	}
	var st sys.Stat
	if err := sys.StatHeld(fd, &st); err != nil || !sys.SameObject(&st, &o.Stat) {
		sys.Close(fd)
		return
	}
	sys.Close(o.fd)
	o.fd, o.real = fd, true
}

func (o *Object) kind() uint16 { return o.Stat.Mode & sys.TypeMask }

// Directory reports whether it is one.
func (o *Object) Directory() bool { return o.kind() == sys.TypeDir }

// Link reports whether it is a symbolic link.
func (o *Object) Link() bool { return o.kind() == sys.TypeLink }

// Mode is the twelve bits.
func (o *Object) Mode() mode.Mode { return mode.Mode(o.Stat.Mode & 0o7777) }

// FD is the descriptor, which serves to name the object while it is held.
func (o *Object) FD() int { return o.fd }

// Close gives the descriptor back.
func (o *Object) Close() { sys.ClosePaced(o.fd, o.pace) }

// Take gives the descriptor of a directory away, for reading its names, and -1 if it
// cannot serve for that.
func (o *Object) Take() int {
	if o.real && o.Directory() {
		return o.fd
	}
	o.Close()
	return -1
}

// Names opens a directory once more, for reading its names.
func (o *Object) Names() (int, error) {
	if proc := o.system.proc(); proc != nil {
		return proc.Follow(o.fd, sys.List)
	}
	return sys.Open(o.fd, ".", sys.List) // needs search permission too
}

// Attribute reads the attribute of a list, into buf if that serves. It is empty where
// there is no list, or can be none.
func (o *Object) Attribute(def bool, buf []byte) ([]byte, error) {
	value, err := o.attribute(def, buf)
	if Nothing(err) {
		return nil, nil
	}
	return value, err
}

func (o *Object) attribute(def bool, buf []byte) ([]byte, error) {
	if !o.real {
		if o.system.proc() == nil {
			return nil, syscall.EOPNOTSUPP
		}
		return o.system.proc().AttributeHeld(o.fd, attributes()[def])
	}
	n, err := sys.AttributeOf(o.fd, o.system.Attribute(def), buf, o.pace)
	if err != nil {
		return nil, err
	}
	return buf[:n], nil
}

func attributes() map[bool]string {
	return map[bool]string{false: sys.AccessACL, true: sys.DefaultACL}
}

// Nothing reports whether an error says that there is no list, or can be none.
func Nothing(err error) bool {
	return err != nil && (errors.Is(err, sys.NoAttribute) || Unsupported(err))
}

// Unsupported reports whether an error says that the file system has no lists.
func Unsupported(err error) bool {
	return errors.Is(err, syscall.ENOSYS) || errors.Is(err, syscall.EOPNOTSUPP)
}

// SetAttribute sets the attribute of a list; the empty value removes it.
func (o *Object) SetAttribute(def bool, value []byte) error {
	if len(value) == 0 {
		return o.removeAttribute(def)
	}
	switch {
	case o.real:
		return sys.SetAttributeOf(o.fd, o.system.Attribute(def), value, o.pace)
	case o.system.proc() == nil:
		return syscall.EOPNOTSUPP
	}
	return o.system.proc().SetAttributeHeld(o.fd, attributes()[def], value)
}

func (o *Object) removeAttribute(def bool) error {
	var err error
	switch {
	case o.real:
		err = sys.RemoveAttribute(o.fd, attributes()[def])
	case o.system.proc() == nil:
		err = syscall.EOPNOTSUPP
	default:
		err = o.system.proc().RemoveAttributeHeld(o.fd, attributes()[def])
	}
	if Nothing(err) {
		return nil
	}
	return err
}

// Chmod sets the twelve bits.
func (o *Object) Chmod(m mode.Mode) error {
	if o.real {
		return sys.ChmodOf(o.fd, uint32(m))
	}
	return o.system.Calls.ChmodHeld(o.system.proc(), o.fd, uint32(m))
}

// Chown sets owner and group; all ones leave one as it is.
func (o *Object) Chown(uid, gid uint32) error {
	if o.real {
		return sys.ChownOf(o.fd, uid, gid)
	}
	return sys.ChownHeld(o.fd, uid, gid)
}
