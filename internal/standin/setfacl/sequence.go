package setfacl

import (
	"encoding/binary"
	"slices"

	"ward/mode"
)

// sequence is commands with what they made of objects: a tree has few that differ.
// For one goroutine.
type sequence struct {
	commands []command
	def      bool // some are about the default list
	known    map[string]*outcome
	key      []byte
}

// outcome is what a sequence makes of an object, or why it cannot.
type outcome struct {
	edit
	err error
}

func newSequence(cs []command) *sequence {
	return &sequence{
		commands: cs, known: map[string]*outcome{},
		def: slices.ContainsFunc(cs, func(c command) bool { return c.def }),
	}
}

// most is how many outcomes are remembered.
const most = 4096

// outcome is what the commands make of an object.
func (s *sequence) outcome(f *found, m mask) (*outcome, error) {
	s.key = f.appendKey(s.key[:0])
	if o := s.known[string(s.key)]; o != nil {
		return o, o.err
	}
	e, err := carryOut(s.commands, m, f)
	o := &outcome{err: err}
	if err == nil {
		o.edit = *e
		o.found = nil // it is used again for the next object
	}
	if len(s.known) >= most {
		clear(s.known)
	}
	s.known[string(s.key)] = o
	return o, err
}

// appendKey appends all that an outcome depends on.
func (f *found) appendKey(b []byte) []byte {
	m := f.mode & mode.Permissions
	if len(f.access) > 0 {
		m = 0 // the list says it
	}
	if f.directory {
		m |= 0o10000
	}
	b = binary.NativeEndian.AppendUint16(b, uint16(m))
	b = binary.NativeEndian.AppendUint32(b, uint32(len(f.access)))
	return append(append(b, f.access...), f.def...)
}
