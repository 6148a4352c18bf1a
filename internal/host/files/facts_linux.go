package files

import (
	"errors"
	"fmt"
	"syscall"

	"ward/acl"
	"ward/entry"
	"ward/internal/host/sys"
	"ward/mode"
)

// fetch adds facts to an entry of the subject, all but Stat. What cannot be had is
// then in Denied, and the first reason is returned.
func (s *subject) fetch(e *entry.Entry, want entry.Facts) error {
	var first error
	for _, f := range fetchers {
		if want&f.fact == 0 {
			continue
		}
		if err := f.fetch(s, e); err != nil {
			e.Denied |= f.fact
			if first == nil {
				first = fmt.Errorf("read %s: %w", f.name, err)
			}
			continue
		}
		e.Known |= f.fact
		e.Denied &^= f.fact
	}
	return first
}

// fetchers in the order in which facts are read. A fact that the kind of the entry
// cannot have is known to be absent.
var fetchers = []struct {
	fact  entry.Facts
	name  string
	fetch func(*subject, *entry.Entry) error
}{
	{entry.AccessACL, "ACL", (*subject).accessACL},
	{entry.DefaultACL, "default ACL", (*subject).defaultACL},
	{entry.Caps, "capabilities", (*subject).caps},
	{entry.Attributes, "flags", (*subject).flags},
	{entry.Content, "content", (*subject).content},
	{entry.Handle, "file handle", (*subject).handle},
	{entry.NFS4, "NFSv4 list", (*subject).nfs4},
	{entry.DOS, "DOS attributes", (*subject).dos},
}

func (s *subject) accessACL(e *entry.Entry) error {
	if e.Kind == mode.Symlink {
		return nil
	}
	list, err := s.list(sys.AccessACL)
	e.ACL = list
	return err
}

func (s *subject) defaultACL(e *entry.Entry) error {
	if e.Kind != mode.Directory {
		return nil
	}
	list, err := s.list(sys.DefaultACL)
	e.Default = list
	return err
}

func (s *subject) list(attribute string) (acl.List, error) {
	value, err := s.attribute(attribute)
	if err != nil || value == nil {
		return nil, err
	}
	return acl.Decode(value)
}

func (s *subject) caps(e *entry.Entry) error {
	if e.Kind != mode.Regular {
		return nil
	}
	value, err := s.attribute(sys.Capability)
	e.Caps = string(value)
	return err
}

// attribute reads an extended attribute; nil if there is none.
func (s *subject) attribute(name string) ([]byte, error) {
	value, err := s.readAttribute(name)
	if absent(err) {
		return nil, nil
	}
	return value, err
}

func (s *subject) readAttribute(name string) ([]byte, error) {
	if s.root.proc != nil {
		return s.root.proc.AttributeHeld(s.held, name)
	}
	if !s.openable() {
		return nil, errNoWay
	}
	fd, err := s.real()
	if err != nil {
		return nil, err
	}
	defer sys.Close(fd)
	return sys.Attribute(fd, name)
}

// errNoWay: the fact is there, but no safe way leads to it. It must not look like
// the answer of a file system that has no such thing.
var errNoWay = errors.New("not without /proc")

// absent: there is no such attribute, or this file system has none at all.
func absent(err error) bool {
	return err == syscall.Errno(sys.NoAttribute) || err == syscall.EOPNOTSUPP //nolint:errorlint // calls answer bare numbers
}

const allFlags = entry.Immutable | entry.AppendOnly | entry.NoDump | entry.NoAtime

func (s *subject) flags(e *entry.Entry) error {
	if !s.openable() {
		return nil
	}
	fd, err := s.real()
	if err != nil {
		return err
	}
	defer sys.Close(fd)
	flags, err := sys.Flags(fd)
	if flagless(err) {
		return nil
	}
	e.Flags = entry.Flags(flags) & allFlags
	return err
}

// flagless: this file system has no inode flags.
func flagless(err error) bool {
	return errors.Is(err, syscall.ENOTTY) || errors.Is(err, errors.ErrUnsupported) || errors.Is(err, syscall.EINVAL)
}

func (s *subject) content(e *entry.Entry) error {
	if e.Kind != mode.Regular {
		return nil
	}
	fd, err := s.real()
	if err != nil {
		return err
	}
	defer sys.Close(fd)
	s.root.opened.Add(1)
	kind, err := sniff(fd, int64(s.st.Size))
	e.Content = kind
	return err
}

// handle: where there are none, Handle is known to be empty.
func (s *subject) handle(e *entry.Entry) error {
	kind, bytes, err := s.root.calls.HandleHeld(s.held)
	if err != nil {
		return nil //nolint:nilerr // identity then rests on the time of birth
	}
	e.ID.HandleType, e.ID.Handle = kind, bytes
	return nil
}
