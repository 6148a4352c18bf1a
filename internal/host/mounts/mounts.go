// Package mounts says what the mounts of a process add to permission checks.
package mounts

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"

	"ward/access"
	"ward/ident"
)

// Table is the mounts of one process. It may be used by many goroutines at once.
type Table struct {
	byNumber map[uint64]*access.Mount // as in mountinfo; never changed

	mu   sync.Mutex
	byID map[uint64]*access.Mount // by the number that is never used again
}

// Load reads the mounts that this process sees.
func Load() (*Table, error) { return LoadFrom("/proc/self/mountinfo") }

// LoadOf reads the mounts that another process sees.
func LoadOf(pid int) (*Table, error) {
	return LoadFrom("/proc/" + strconv.Itoa(pid) + "/mountinfo")
}

// LoadFrom reads a file of mountinfo's form.
func LoadFrom(path string) (*Table, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read mounts: %w", err)
	}
	list, err := Parse(bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return New(list), nil
}

// New is a table of these mounts.
func New(list []access.Mount) *Table {
	t := &Table{byNumber: make(map[uint64]*access.Mount, len(list)), byID: map[uint64]*access.Mount{}}
	for i := range list {
		t.byNumber[list[i].ID] = &list[i]
	}
	return t
}

// ByID is the mount of that number: the one of mountinfo, or the one that statx(2)
// gives and that is never used again. Two calls give the same pointer.
func (t *Table) ByID(id uint64) (*access.Mount, bool) {
	if m, ok := t.byNumber[id]; ok && !m.Idmapped {
		return m, true
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if m, ok := t.byID[id]; ok {
		return m, m != nil
	}
	m := t.lookUp(id)
	t.byID[id] = m
	return m, m != nil
}

// Holding is the mount on which the object of a descriptor lies, O_PATH ones too.
// It finds those of another process's table as well, which ByID cannot on every kernel.
func (t *Table) Holding(fd int, id uint64) (*access.Mount, bool) {
	if m, ok := t.ByID(id); ok {
		return m, true
	}
	number, err := numberOf(fd)
	if err != nil {
		return nil, false
	}
	m, ok := t.byNumber[number]
	if ok {
		t.mu.Lock()
		t.byID[id] = m
		t.mu.Unlock()
	}
	return m, ok
}

// At is the mount on which an absolute path without symbolic links lies, by the
// longest mount point; nil in an empty table.
func (t *Table) At(path string) *access.Mount {
	var best *access.Mount
	for _, m := range t.byNumber {
		if !beneath(path, m.Point) || best != nil && (len(m.Point) < len(best.Point) || len(m.Point) == len(best.Point) && m.ID < best.ID) {
			continue
		}
		best = m
	}
	return best
}

func beneath(path, dir string) bool {
	rest, ok := strings.CutPrefix(path, strings.TrimSuffix(dir, "/"))
	return ok && (rest == "" || rest[0] == '/')
}

// parseMap reads the lines of an id map of a mount: first id on the file system,
// first id shown, count.
func parseMap(text string) ([]ident.Range, bool) {
	list := []ident.Range{}
	for line := range strings.Lines(text) {
		var r ident.Range
		if n, err := fmt.Sscanf(line, "%d %d %d", &r.Inside, &r.Outside, &r.Count); n != 3 || err != nil {
			return nil, false
		}
		list = append(list, r)
	}
	return list, true
}
