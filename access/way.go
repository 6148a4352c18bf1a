package access

import (
	"slices"

	"ward/entry"
	"ward/mode"
)

// Object is the step of the object that the way leads to, nil where there is none
// or the way ended before it.
func (w *Way) Object() *Step {
	if w.Missing != "" || w.Broken != "" || len(w.Steps) == 0 {
		return nil
	}
	return &w.Steps[len(w.Steps)-1]
}

// Directory is the index of the step in whose directory the last component was
// looked up, be it there, missing, or what the way broke at; -1 where the way is
// its starting directory alone.
func (w *Way) Directory() int {
	last := len(w.Steps) - 1
	if last < 0 {
		return -1
	}
	if s := &w.Steps[last]; w.Object() != nil || s.Entry.Kind == mode.Symlink && s.Follow {
		return s.Parent
	}
	return last
}

// end fills in where the way ends.
func (w *Way) end(p *place) {
	n := len(w.Steps)
	p.slash = w.Slash
	p.lastStep, p.parentStep = n-1, w.Directory()
	if p.parentStep >= 0 {
		p.parent = &w.Steps[p.parentStep]
	}
	if w.Missing != "" || w.Broken != "" {
		p.missing, p.lastStep = true, n
		return
	}
	if n > 0 {
		p.object = &w.Steps[n-1]
	}
}

// Placed is a way whose last name is missing with an object like the given one there:
// of its kind and state, on the mount of the directory. Another way is as it was, and so
// it is where the object's owner or group has no id that it could have there.
func Placed(w *Way, object *Step) *Way {
	parent := w.Directory()
	if w.Missing == "" || w.Broken != "" || parent < 0 || object.UnmappedUser || object.UnmappedGroup || object.User != Plain || object.Group != Plain {
		return w
	}
	s := *object
	s.UnmappedEntries = false
	s.Path, s.Parent, s.Mount = joined(w.Steps[parent].Path, w.Missing), parent, w.Steps[parent].Mount
	s.Entry.ID = entry.Identity{}
	return &Way{Steps: append(slices.Clip(w.Steps), s)}
}
