package tree_test

import (
	"errors"
	"io/fs"
	"slices"
	"sync"

	"ward/entry"
	"ward/mode"
	"ward/tree"
)

// memory is a tree of values: each directory's path with the entries in it.
type memory struct {
	root  entry.Entry
	dirs  map[string][]entry.Entry
	deny  map[string]error // directories that cannot be opened
	facts map[string]error // entries whose facts cannot be had
	batch int              // entries for each Next; 0 for all
}

func newMemory() *memory {
	root := entry.Entry{Name: ".", Kind: mode.Directory, Known: entry.Stat, Mount: 1, ID: entry.Identity{Device: 1, Inode: 1}}
	return &memory{root: root, dirs: map[string][]entry.Entry{".": nil}}
}

// add puts an entry into a directory, which becomes one that can be read.
func (m *memory) add(dir, name string, kind mode.Kind) *entry.Entry {
	e := entry.Entry{Name: name, Kind: kind, Known: entry.Stat, Mount: 1, ID: entry.Identity{Device: 1, Inode: uint64(len(m.dirs) + 1)}}
	if kind == mode.Directory {
		m.dirs[join(dir, name)] = nil
	}
	m.dirs[dir] = append(m.dirs[dir], e)
	return &m.dirs[dir][len(m.dirs[dir])-1]
}

func join(dir, name string) string {
	if dir == "." {
		return name
	}
	return dir + "/" + name
}

func (m *memory) Root() (entry.Entry, error) { return m.root, nil }

func (m *memory) Reader() tree.Reader { return &memoryReader{memory: m} }

type memoryReader struct {
	memory *memory
	dir    *entry.Dir
	at     int
}

func (r *memoryReader) Open(d *entry.Dir, _ entry.Identity, place int64) error {
	if err := r.memory.deny[d.Path]; err != nil {
		return err
	}
	r.dir, r.at = d, max(0, int(place)-1)
	return nil
}

func (r *memoryReader) Place() int64 { return int64(r.at) + 1 }

func (r *memoryReader) Next() ([]entry.Entry, error) {
	rest := r.memory.dirs[r.dir.Path][r.at:]
	if n := r.memory.batch; n > 0 && len(rest) > n {
		rest = rest[:n]
	}
	r.at += len(rest)
	rest = slices.Clone(rest)
	for i := range rest {
		rest[i].Dir = r.dir
	}
	return rest, nil
}

func (r *memoryReader) Fetch(e *entry.Entry, want entry.Facts) error {
	if err := r.memory.facts[e.Path()]; err != nil {
		e.Denied |= want
		return err
	}
	e.Denied &^= want
	e.Known |= want
	return nil
}

func (r *memoryReader) Close() {}

// record is what the visitors of one walk saw.
type record struct {
	mu      sync.Mutex
	visited []string
	entered []string
	failed  map[string]error
	skipped map[string]tree.Skip
}

func newRecord() *record {
	return &record{failed: map[string]error{}, skipped: map[string]tree.Skip{}}
}

func (r *record) visitor() tree.Visitor { return &recorder{record: r} }

// recorder writes into a record what it sees; the functions, where set, decide.
type recorder struct {
	record *record
	enter  func(*entry.Dir) bool
	visit  func(*entry.Entry) (entry.Facts, tree.Action)
}

func (v *recorder) Enter(d *entry.Dir) bool {
	v.record.mu.Lock()
	v.record.entered = append(v.record.entered, d.Path)
	v.record.mu.Unlock()
	return v.enter == nil || v.enter(d)
}

func (v *recorder) Visit(e *entry.Entry) (entry.Facts, tree.Action) {
	var need entry.Facts
	action := tree.Continue
	if v.visit != nil {
		need, action = v.visit(e)
	}
	if need&^(e.Known|e.Denied) == 0 {
		v.record.mu.Lock()
		v.record.visited = append(v.record.visited, e.Path())
		v.record.mu.Unlock()
	}
	return need, action
}

func (v *recorder) Fail(path string, err error) {
	v.record.mu.Lock()
	v.record.failed[path] = err
	v.record.mu.Unlock()
}

func (v *recorder) Skip(e *entry.Entry, why tree.Skip) {
	v.record.mu.Lock()
	v.record.skipped[e.Path()] = why
	v.record.mu.Unlock()
}

// all is every path of the tree, sorted.
func (m *memory) all() []string {
	paths := []string{"."}
	for dir, entries := range m.dirs {
		for _, e := range entries {
			paths = append(paths, join(dir, e.Name))
		}
	}
	slices.Sort(paths)
	return paths
}

var errGone = errors.Join(fs.ErrNotExist)
