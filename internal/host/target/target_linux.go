package target

import (
	"errors"
	"fmt"
	"syscall"

	"ward/entry"
	"ward/internal/apply"
	"ward/internal/host/files"
)

// object makes a held object an apply.Object.
type object struct{ *files.Object }

func (o *object) Look(want entry.Facts, e *entry.Entry) error { return o.LookInto(e, want) }

// directory hands out one object at a time, always the same value.
type directory struct {
	*files.Directory
	object object
}

// Object implements apply.Directory.
func (d *directory) Object(name string, e *entry.Entry) (apply.Object, error) {
	o, err := d.Hold(name, e)
	if err != nil {
		return nil, replaced(err)
	}
	d.object.Object = o
	return &d.object, nil
}

// Directory implements apply.Target.
func (t target) Directory(rel string, e *entry.Entry) (apply.Directory, error) {
	d, err := t.root.Directory(rel, e)
	if err != nil {
		return nil, replaced(err)
	}
	return &directory{Directory: d}, nil
}

// Object implements apply.Target.
func (t target) Object(rel string, e *entry.Entry) (apply.Object, error) {
	o, err := t.root.Object(rel)
	if err != nil {
		return nil, replaced(err)
	}
	return lookedAt(o, e)
}

// ByHandle implements apply.Target.
func (t target) ByHandle(id entry.Identity, e *entry.Entry) (apply.Object, string, error) {
	o, rel, err := t.root.ObjectByHandle(id)
	if err != nil {
		return nil, "", err
	}
	held, err := lookedAt(o, e)
	return held, rel, err
}

func lookedAt(o *files.Object, e *entry.Entry) (apply.Object, error) {
	if err := o.LookInto(e, 0); err != nil {
		_ = o.Close()
		return nil, err
	}
	return &object{o}, nil
}

// replaced marks the errors of a way that leads through something else than
// directories.
func replaced(err error) error {
	if errors.Is(err, syscall.ELOOP) || errors.Is(err, syscall.ENOTDIR) {
		return fmt.Errorf("%w: %w", apply.ErrReplaced, err)
	}
	return err
}
