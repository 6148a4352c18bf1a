//go:build !linux

package files

import (
	"path/filepath"
	"slices"
	"syscall"
)

// Names are the names in the directory at a path relative to the root, sorted by
// their bytes, without "." and "..".
func (r *Root) Names(rel string) ([]string, error) {
	if r.dir == nil {
		return nil, failed("open", r.path, syscall.ENOTDIR)
	}
	f, err := r.dir.Open(filepath.FromSlash(rel))
	if err != nil {
		return nil, failed("open", filepath.Join(r.path, rel), err)
	}
	defer f.Close()
	names, err := f.Readdirnames(-1)
	slices.Sort(names)
	return names, failed("read", filepath.Join(r.path, rel), err)
}
