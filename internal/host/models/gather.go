package models

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"ward/internal/host/sys"
	"ward/mode"
)

// Gather looks at the object at a path, and at files beside it. A symbolic link at the
// end is itself looked at unless follow is set. What is there and cannot be read or
// decoded is among the findings, with its error; the error is for an object that
// cannot be looked at at all.
func Gather(path string, follow bool) (*Object, error) {
	held, err := sys.HoldPath("", path, follow)
	if err != nil {
		return nil, &Error{"open", path, err}
	}
	defer held.Close()
	status, err := held.Status()
	if err != nil {
		return nil, &Error{"look at", path, err}
	}
	o := &Object{Path: path, UID: status.UID, GID: status.GID}
	o.Mode, o.Kind = mode.FromStat(status.Mode)
	o.HasOwner = status.UID != sys.NoID
	o.HasMode = o.HasOwner && o.Kind != mode.Symlink
	o.addAttributes(attributeReader(held))
	o.addFAT(held)
	if full, err := filepath.Abs(path); err == nil {
		dir, name := filepath.Split(full)
		o.addBeside(name, func(rel string) ([]byte, error) { return readBeside(filepath.Join(dir, filepath.FromSlash(rel))) })
	}
	return o, nil
}

// readBeside reads a file that may lie beside another one: nil where there is none, or
// something else than a plain file.
func readBeside(path string) ([]byte, error) {
	before, err := os.Lstat(path)
	if err != nil || !before.Mode().IsRegular() {
		return nil, nonePlain(err)
	}
	// A fifo that took the place meanwhile is not waited for, and not read.
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, nonePlain(err)
	}
	defer f.Close()
	now, err := f.Stat()
	if err != nil || !os.SameFile(before, now) {
		return nil, err
	}
	return readBounded(f)
}

func nonePlain(err error) error {
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) || errors.Is(err, syscall.ENAMETOOLONG) {
		return nil
	}
	return err
}

// readBounded reads a whole file of a bounded length; one without content is not nil.
func readBounded(r io.Reader) ([]byte, error) {
	raw, err := io.ReadAll(io.LimitReader(r, maxBeside+1))
	if err == nil && len(raw) > maxBeside {
		return nil, fmt.Errorf("it is longer than %d bytes", maxBeside)
	}
	if raw == nil {
		raw = []byte{}
	}
	return raw, err
}
