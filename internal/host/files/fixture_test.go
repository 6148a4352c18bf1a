//go:build linux

package files

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"ward/entry"
	"ward/ident"
	"ward/mode"
	"ward/tree"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// opened is the root at a path, closed when the test ends.
func opened(t testing.TB, path string) *Root {
	t.Helper()
	r, err := Open(path)
	must(t, err)
	t.Cleanup(func() { must(t, r.Close()) })
	return r
}

// seen is what the visitors of a walk saw, by path.
type seen struct {
	mu      sync.Mutex
	entries map[string]entry.Entry
	twice   []string
	failed  map[string]error
	skipped map[string]tree.Skip
	want    entry.Facts
}

func (s *seen) visitor() tree.Visitor { return s }

func (s *seen) Enter(*entry.Dir) bool { return true }

func (s *seen) Visit(e *entry.Entry) (entry.Facts, tree.Action) {
	if need := s.want &^ (e.Known | e.Denied); need != 0 {
		return need, tree.Continue
	}
	kept := *e
	kept.Name = strings.Clone(e.Name)
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, again := s.entries[e.Path()]; again {
		s.twice = append(s.twice, e.Path())
	}
	s.entries[e.Path()] = kept
	return 0, tree.Continue
}

func (s *seen) Fail(path string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failed[path] = err
}

func (s *seen) Skip(e *entry.Entry, why tree.Skip) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.skipped[e.Path()] = why
}

// walk walks a root; nothing may come twice.
func walk(t testing.TB, r *Root, o tree.Options, want entry.Facts) *seen {
	t.Helper()
	s := &seen{entries: map[string]entry.Entry{}, failed: map[string]error{}, skipped: map[string]tree.Skip{}, want: want}
	must(t, r.Walk(context.Background(), o, s.visitor))
	if len(s.twice) > 0 {
		t.Errorf("visited twice: %q", s.twice)
	}
	return s
}

// byLstat is the same tree by the standard library.
func byLstat(t testing.TB, root string) map[string]entry.Entry {
	t.Helper()
	entries := map[string]entry.Entry{}
	must(t, filepath.WalkDir(root, func(path string, _ os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		var st syscall.Stat_t
		if err := syscall.Lstat(path, &st); err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		entries[rel] = fromStat(&st)
		return err
	}))
	return entries
}

func fromStat(st *syscall.Stat_t) entry.Entry {
	m, k := mode.FromStat(st.Mode)
	e := entry.Entry{Kind: k, Links: uint32(st.Nlink), Size: st.Size, ModTime: st.Mtim.Nano()}
	e.Mode, e.UID, e.GID = m, ident.UID(st.Uid), ident.GID(st.Gid)
	e.ID.Inode = st.Ino
	major := st.Dev >> 8 & 0xfff
	minor := st.Dev&0xff | st.Dev>>12&0xffffff00
	e.ID.Device = major<<32 | minor
	return e
}

// bare leaves of an entry what byLstat knows.
func bare(e entry.Entry) entry.Entry {
	b := entry.Entry{Kind: e.Kind, Links: e.Links, Size: e.Size, ModTime: e.ModTime}
	b.Mode, b.UID, b.GID = e.Mode, e.UID, e.GID
	b.ID.Inode, b.ID.Device = e.ID.Inode, e.ID.Device
	return b
}

// plant makes a random tree of all kinds of objects with all kinds of names.
func plant(t testing.TB, root string, seed uint64, size int) {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 1))
	dirs := []string{root}
	for i := range size {
		path := filepath.Join(dirs[r.IntN(len(dirs))], randomName(r, i))
		bits := uint32(r.IntN(0o10000))
		switch r.IntN(12) {
		case 0, 1, 2:
			must(t, os.Mkdir(path, 0o755))
			dirs = append(dirs, path)
			must(t, syscall.Chmod(path, bits|0o700))
		case 3:
			must(t, os.Symlink(randomName(r, i), path))
		case 4:
			must(t, syscall.Mkfifo(path, 0o600))
			must(t, syscall.Chmod(path, bits))
		default:
			must(t, os.WriteFile(path, make([]byte, r.IntN(2000)), 0o600))
			must(t, syscall.Chmod(path, bits))
		}
	}
}

// randomName has any bytes that a name may have, and a number that makes it the
// only one of its kind.
func randomName(r *rand.Rand, i int) string {
	b := []byte(fmt.Sprint(i, "-"))
	for range r.IntN(40) {
		if c := byte(r.IntN(256)); c != 0 && c != '/' {
			b = append(b, c)
		}
	}
	return string(b)
}
