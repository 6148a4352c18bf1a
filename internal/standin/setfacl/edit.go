package setfacl

import (
	"slices"

	"ward/acl"
	"ward/internal/standin/aclobject"
	"ward/mode"
)

// found is an object that commands are carried out on.
type found struct {
	directory bool
	recursive bool // it was reached by -R: what it cannot have is left out silently
	mode      mode.Mode

	// The attributes that hold the lists, empty where there is none. Without one the
	// access list is that of the mode, and the default list is empty.
	access, def []byte
}

// edited is one list in the course of an edit.
type edited struct {
	list, old acl.List
	value     []byte // the attribute that holds the list
	known     bool   // it has been read
	touched   bool   // a command was about it
	mask      bool   // a command gave its mask
}

// changed reports whether it is to be written.
func (e *edited) changed() bool { return e.known && !e.list.Equal(e.old) }

// edit is what commands make of an object's two lists.
type edit struct {
	found       *found
	access, def edited
}

func (e *edit) list(def bool) *edited {
	if def {
		return &e.def
	}
	return &e.access
}

// know decodes a list if that has not been done.
func (e *edit) know(def bool) (*edited, error) {
	l := e.list(def)
	if l.known {
		return l, nil
	}
	value := e.found.access
	if def {
		value = e.found.def
	}
	list, err := aclobject.Decode(value, def, e.found.mode)
	l.list, l.old, l.known = slices.Clone(list), list, err == nil
	return l, err
}

// carryOut computes what the commands make of an object. The error is that of a list
// that cannot be decoded, or a *malformedError.
func carryOut(cs []command, m mask, f *found) (*edit, error) {
	e := &edit{found: f}
	for _, c := range cs {
		if err := e.command(c); err != nil {
			return nil, err
		}
	}
	if err := e.complete(); err != nil {
		return nil, err
	}
	if err := e.finish(false, m); err != nil {
		return nil, err
	}
	if len(e.def.list) > 0 {
		if err := e.finish(true, m); err != nil {
			return nil, err
		}
	}
	if f.recursive && !f.directory {
		e.def = edited{}
	}
	e.access.value, e.def.value = e.access.list.Encode(), e.def.list.Encode()
	return e, nil
}

func (e *edit) command(c command) error {
	l, err := e.know(c.def)
	if err != nil {
		return err
	}
	l.touched = true
	l.mask = l.mask || c.entry.Tag == acl.Mask
	switch c.do {
	case put:
		entry := c.entry
		if c.condX && (e.found.directory || mayExecute(l.list)) {
			entry.Rights |= 1
		}
		l.list = with(l.list, entry)
	case remove:
		l.list = without(l.list, c.entry)
	case removeNames:
		l.list = base(l.list)
	case removeEntire:
		l.list = nil
	}
	return nil
}

// complete gives a default list the base entries that it lacks: the access list's.
func (e *edit) complete() error {
	if len(e.def.list) == 0 {
		return nil
	}
	for _, tag := range [...]acl.Tag{acl.UserObj, acl.GroupObj, acl.Other} {
		if find(e.def.list, tag, acl.NoID) >= 0 {
			continue
		}
		access, err := e.know(false)
		if err != nil {
			return err
		}
		e.def.list = clone(e.def.list, access.list, tag, tag)
	}
	return nil
}

// finish gives a list that commands were about its mask, and checks it.
func (e *edit) finish(def bool, m mask) error {
	l := e.list(def)
	if !l.touched {
		return nil
	}
	l.list = remask(l.list, l.mask, m)
	if problem, entry := check(l.list); problem != "" {
		return &malformedError{def: def, list: l.list, problem: problem, entry: entry}
	}
	return nil
}
