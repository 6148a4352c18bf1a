package fts_test

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"ward/internal/standin/fts"
)

// comb makes a directory "d" in the working directory that holds another, and so on,
// each with a directory "e" and, where there is one, what makes.
func comb(t *testing.T, levels int) {
	t.Helper()
	at, err := os.OpenRoot(".")
	if err != nil {
		t.Fatal(err)
	}
	for range levels {
		if err := at.Mkdir("d", 0o755); err != nil {
			t.Fatal(err)
		}
		below, err := at.OpenRoot("d")
		if err != nil {
			t.Fatal(err)
		}
		if err := below.Mkdir("e", 0o755); err != nil {
			t.Fatal(err)
		}
		at.Close()
		at = below
	}
	at.Close()
}

// inFew runs body with few descriptors.
func inFew(t *testing.T, most uint64, body func()) {
	t.Helper()
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &before); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: most, Max: before.Max}); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = syscall.Setrlimit(syscall.RLIMIT_NOFILE, &before) }()
	body()
}

// counter counts visits, and holds every entry as one does that changes it.
type counter struct {
	t                   *testing.T
	directories, others *atomic.Int64
}

func (c counter) Visit(e *fts.Entry) bool {
	if e.What == fts.Directory {
		c.directories.Add(1)
		return false
	}
	if e.What != fts.Done {
		c.others.Add(1)
		c.t.Errorf("%d levels down: %s, %v", e.Level, words[e.What], e.Err)
		return true
	}
	fd, err := e.Hold(false)
	if err != nil {
		c.t.Errorf("%d levels down: %v", e.Level, err)
		return true
	}
	_ = syscall.Close(fd)
	return false
}

// A tree of 5,000 levels is gone through with two dozen descriptors: nothing is left
// out, and nothing is left open.
func TestWalkDeeperThanDescriptors(t *testing.T) {
	t.Chdir(t.TempDir())
	const levels = 5000
	comb(t, levels)
	before := open(t)
	for _, workers := range []int{1, 2, 5} {
		c := counter{t, new(atomic.Int64), new(atomic.Int64)}
		inFew(t, 24, func() {
			fts.Walk([]string{"d"}, fts.Options{Recurse: true, Workers: workers}, func() fts.Visitor { return c })
		})
		if n := c.directories.Load(); n != 2*levels {
			t.Errorf("%d workers: %d directories, want %d", workers, n, 2*levels)
		}
	}
	if after := open(t); after != before {
		t.Errorf("%d descriptors before, %d after", before, after)
	}
}

func open(t *testing.T) int {
	t.Helper()
	all, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(all)
}

// The order is the same with few descriptors as with many, and through links.
func TestWalkOrderWithFewDescriptors(t *testing.T) {
	t.Chdir(t.TempDir())
	comb(t, 300)
	for _, name := range []string{"d/d/d/link", "d/e/link"} {
		if err := os.Symlink(strings.Repeat("../", strings.Count(name, "/"))+"d/d/d/d/e", name); err != nil {
			t.Fatal(err)
		}
	}
	for _, links := range []fts.Links{fts.Physical, fts.Logical} {
		o := fts.Options{Recurse: true, Links: links}
		want := visited(o, "d", "./d/").all
		var got []string
		inFew(t, 16, func() { got = visited(o, "d", "./d/").all })
		if !slices.Equal(got, want) || len(want) < 2400 {
			t.Errorf("%d visits, want %d", len(got), len(want))
		}
	}
}

// mover moves a directory away while the walk is below it and has not kept it open.
type mover struct {
	*log
	done bool
}

func (m *mover) Visit(e *fts.Entry) bool {
	if !m.done && e.Level == 100 {
		m.done = true
		if err := os.Rename("d/d/d", "away"); err != nil {
			panic(err)
		}
	}
	return m.log.Visit(e)
}

// Directories that were moved away meanwhile are found again through those in them;
// what lay above is told of once it cannot be reached.
func TestWalkOfWhatIsMoved(t *testing.T) {
	t.Chdir(t.TempDir())
	comb(t, 200)
	m := &mover{log: &log{}}
	inFew(t, 16, func() {
		fts.Walk([]string{"d"}, fts.Options{Recurse: true}, func() fts.Visitor { return m })
	})
	if got := m.all[len(m.all)-1]; got != "done d" && got != "unreadable d" {
		t.Errorf("the walk ended with %s", got)
	}
	for _, line := range m.all {
		if strings.HasPrefix(line, "missing") {
			t.Error(line)
		}
	}
}

// More than 10,000 names are visited in the order of their inodes, where that is
// thought to help, as gnulib does.
func TestWalkSortsCrowdedDirectories(t *testing.T) {
	t.Chdir(t.TempDir())
	var fs syscall.Statfs_t
	if err := syscall.Statfs(".", &fs); err != nil {
		t.Fatal(err)
	}
	const tmpfs = 0x01021994
	if err := os.Mkdir("c", 0o755); err != nil {
		t.Fatal(err)
	}
	for i := range 10_001 {
		if err := os.Mkdir("c/"+strings.Repeat("x", i%50)+strconv.Itoa(i), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	s := &sorted{}
	fts.Walk([]string{"c"}, fts.Options{Recurse: true}, func() fts.Visitor { return s })
	if len(s.inodes) != 10_001 {
		t.Errorf("%d visits", len(s.inodes))
	}
	if fs.Type != tmpfs && !slices.IsSorted(s.inodes) {
		t.Error("they are not in the order of their inodes")
	}
}

type sorted struct{ inodes []uint64 }

func (s *sorted) Visit(e *fts.Entry) bool {
	if e.Level == 1 && e.What == fts.Directory {
		s.inodes = append(s.inodes, e.Stat.Ino)
		return true
	}
	return false
}
