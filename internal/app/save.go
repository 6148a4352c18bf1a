package app

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"ward/manifest/mtree"
	"ward/plan"
)

// SavePlan writes a plan to a file. An older plan gives way; anything else that has
// the name is kept.
func SavePlan(name string, p *SortedPlan) error {
	if !gives(name, IsPlan) {
		return &RequestError{Problem: fmt.Sprintf("save the plan: %q is no saved plan", name), Err: fs.ErrExist}
	}
	return saveWhole(name, "plan", func(f *os.File) error { return writePlan(f, p) })
}

// SaveManifest has a manifest written to a file. An older manifest gives way; anything
// else that has the name is kept.
func SaveManifest(name string, write func(io.Writer) error) error {
	if !gives(name, func(name string) bool { return begins(name, mtree.Header) }) {
		return &RequestError{Problem: fmt.Sprintf("save the manifest: %q is none", name), Err: fs.ErrExist}
	}
	return saveWhole(name, "manifest", func(f *os.File) error { return write(f) })
}

// gives reports whether what has a name gives way: nothing, an empty file, or an older
// one of the same sort.
func gives(name string, same func(string) bool) bool {
	info, err := os.Stat(name)
	return err != nil || info.Mode().IsRegular() && (info.Size() == 0 || same(name))
}

// begins reports whether a regular file begins with these bytes.
func begins(name, magic string) bool {
	info, err := os.Stat(name)
	if err != nil || !info.Mode().IsRegular() {
		return false
	}
	f, err := os.Open(name)
	if err != nil {
		return false
	}
	defer f.Close()
	head := make([]byte, len(magic))
	_, err = io.ReadFull(f, head)
	return err == nil && string(head) == magic
}

// saveWhole writes a file that is whole or not there: it is written beside it, for its
// owner alone, and then put in its place.
func saveWhole(name, what string, write func(*os.File) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(name), ".ward-"+what+"-*")
	if err != nil {
		return fmt.Errorf("save the %s in %q: %w", what, name, errors.Unwrap(err))
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	if err := errors.Join(write(f), f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), name); err != nil {
		return fmt.Errorf("save the %s: %w", what, err)
	}
	return nil
}

func writePlan(f *os.File, p *SortedPlan) error {
	w, err := plan.NewWriter(f, p.Header)
	if err != nil {
		return err
	}
	for c, err := range p.Each {
		if err != nil {
			return err
		}
		if err := w.Add(&c); err != nil {
			return err
		}
	}
	return w.Close()
}
