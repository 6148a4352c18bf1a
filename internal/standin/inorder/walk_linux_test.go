package inorder_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"ward/internal/host/sys"
	"ward/internal/standin/inorder"
)

var seed = flag.Uint64("seed", uint64(time.Now().UnixNano()), "of the generated trees")

// lister prints each path, and enters directories.
type lister struct {
	follow bool
	open   func(p *inorder.Place) int // 0 leaves it to the walk
}

func (l lister) Visit(p *inorder.Place, out *inorder.Output) inorder.Descent {
	path := p.String()
	out.Keep(append(append(out.Buffer(), path...), '\n'))
	if strings.HasSuffix(path, "odd") {
		out.Message("odd: " + path + "\n")
	}
	d := inorder.Descent{Into: p.Type == 4 || l.follow && p.Type == 10, Follow: l.follow}
	if l.open != nil && p.Type == 4 {
		d.FD = l.open(p)
	}
	return d
}

func (lister) Fail(path []byte, err error, out *inorder.Output) {
	out.Message(fmt.Sprintf("fail: %s: %v\n", path, err))
}

// walked is the output of a walk.
func walked(t *testing.T, root string, o inorder.Options, l lister) (out, messages string) {
	t.Helper()
	fd, err := sys.Open(sys.AtCWD, root, sys.List)
	must(t, err)
	var a, b bytes.Buffer
	o.Out, o.Messages, o.Visitor = &a, &b, func() inorder.Visitor { return l }
	must(t, inorder.Walk(fd, root+"/", o))
	return a.String(), b.String()
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// sequential is what one walker prints, entry by entry in the kernel's order.
func sequential(t *testing.T, dir string, out *strings.Builder) {
	t.Helper()
	f, err := os.Open(dir)
	must(t, err)
	entries, err := f.ReadDir(-1) // unsorted
	must(t, err)
	must(t, f.Close())
	for _, e := range entries {
		path := dir + "/" + e.Name()
		out.WriteString(path + "\n")
		if e.IsDir() {
			sequential(t, path, out)
		}
	}
}

// grow makes a tree of random shape.
func grow(t *testing.T, r *rand.Rand, dir string, depth int) {
	t.Helper()
	for i := range r.IntN(14) {
		path := filepath.Join(dir, fmt.Sprintf("%d%s", i, []string{"", "odd", "-a-longer-name"}[r.IntN(3)]))
		switch {
		case depth > 0 && r.IntN(3) == 0:
			must(t, os.Mkdir(path, 0o755))
			grow(t, r, path, depth-1)
		case r.IntN(8) == 0:
			must(t, os.Symlink("nothing", path))
		default:
			must(t, os.WriteFile(path, nil, 0o600))
		}
	}
}

func TestTheOutputReadsAsOneWalkers(t *testing.T) {
	t.Logf("seed %d", *seed)
	r := rand.New(rand.NewPCG(*seed, 0))
	for range 12 {
		root := t.TempDir()
		grow(t, r, root, 5)
		var want strings.Builder
		sequential(t, root, &want)
		for _, o := range []inorder.Options{{}, {Workers: 1}, {Workers: 8}, {Workers: 4, Pending: 1}} {
			for _, l := range []lister{{}, {open: open}} {
				out, messages := walked(t, root, o, l)
				if out != want.String() {
					t.Fatalf("%+v:\n%s\nwant\n%s", o, out, want.String())
				}
				if got, want := strings.Count(messages, "odd: "), strings.Count(out, "odd\n"); got != want {
					t.Fatalf("%d messages, want %d", got, want)
				}
			}
		}
	}
}

// open is how a visitor hands over a directory that it has opened.
func open(p *inorder.Place) int {
	fd, err := sys.OpenName(p.Dir, &p.Name[0], sys.List)
	if err != nil {
		return 0
	}
	return fd
}

func TestACrowdedDirectory(t *testing.T) {
	root := t.TempDir()
	for i := range 9000 {
		path := filepath.Join(root, fmt.Sprintf("a-name-that-fills-the-buffer-of-names-%d", i))
		if i%500 == 0 {
			must(t, os.Mkdir(path, 0o755))
			must(t, os.WriteFile(filepath.Join(path, "in"), nil, 0o600))
			continue
		}
		must(t, os.WriteFile(path, nil, 0o600))
	}
	var want strings.Builder
	sequential(t, root, &want)
	for _, o := range []inorder.Options{{}, {Workers: 6}, {Workers: 6, Pending: 1}} {
		if out, messages := walked(t, root, o, lister{}); out != want.String() || messages != "" {
			t.Fatalf("%+v: %d bytes, want %d; %s", o, len(out), want.Len(), messages)
		}
	}
}

// TestDeeperThanDescriptors walks a tree that is deeper, and wider, than there are
// descriptors.
func TestDeeperThanDescriptors(t *testing.T) {
	root := t.TempDir()
	dir := root
	for i := range 60 {
		dir = filepath.Join(dir, "d")
		must(t, os.Mkdir(dir, 0o755))
		must(t, os.Mkdir(filepath.Join(dir, fmt.Sprint(i)), 0o755))
		must(t, os.WriteFile(filepath.Join(dir, "f"), nil, 0o600))
	}
	var want strings.Builder
	sequential(t, root, &want)
	inFew(t, 24, func() {
		for _, l := range []lister{{}, {open: open}} {
			if out, messages := walked(t, root, inorder.Options{Workers: 2}, l); out != want.String() || messages != "" {
				t.Errorf("%s\n%s\nwant\n%s", messages, out, want.String())
			}
		}
	})
}

// inFew runs body with few descriptors.
func inFew(t *testing.T, most uint64, body func()) {
	t.Helper()
	var before syscall.Rlimit
	must(t, syscall.Getrlimit(syscall.RLIMIT_NOFILE, &before))
	must(t, syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: most, Max: before.Max}))
	defer func() { must(t, syscall.Setrlimit(syscall.RLIMIT_NOFILE, &before)) }()
	body()
}

func TestLoopsEnd(t *testing.T) {
	root := t.TempDir()
	must(t, os.MkdirAll(filepath.Join(root, "a/b"), 0o755))
	must(t, os.Symlink("..", filepath.Join(root, "a/b/up")))
	must(t, os.Symlink("a", filepath.Join(root, "again")))
	out, messages := walked(t, root, inorder.Options{}, lister{follow: true})
	for _, path := range []string{"/a/b/up\n", "/again/b/up\n"} {
		if strings.Count(out, path) != 1 || messages != "" {
			t.Errorf("%s\n%s", out, messages)
		}
	}
	if out, _ := walked(t, root, inorder.Options{}, lister{}); strings.Contains(out, "again/b") {
		t.Errorf("a link is followed:\n%s", out)
	}
}

func TestWhatHasVanishedIsNotTold(t *testing.T) {
	root := t.TempDir()
	must(t, os.MkdirAll(filepath.Join(root, "a/gone"), 0o755))
	must(t, os.WriteFile(filepath.Join(root, "a/f"), nil, 0o600))
	gone := lister{open: func(p *inorder.Place) int {
		if strings.HasSuffix(p.String(), "gone") {
			_ = os.Remove(filepath.Join(root, "a/gone"))
		}
		return 0
	}}
	if _, messages := walked(t, root, inorder.Options{}, gone); messages != "" {
		t.Errorf("told: %s", messages)
	}
}

type broken struct{}

var errFull = errors.New("full")

func (broken) Write([]byte) (int, error) { return 0, errFull }

func TestAWriteErrorEndsTheWalk(t *testing.T) {
	root := t.TempDir()
	must(t, os.MkdirAll(filepath.Join(root, "a/b/c/d"), 0o755))
	fd, err := sys.Open(sys.AtCWD, root, sys.List)
	must(t, err)
	err = inorder.Walk(fd, root+"/", inorder.Options{Out: broken{}, Messages: broken{}, Visitor: func() inorder.Visitor { return lister{} }})
	if !errors.Is(err, errFull) {
		t.Error(err)
	}
}

func TestADoneContextEndsTheWalk(t *testing.T) {
	root := t.TempDir()
	must(t, os.MkdirAll(filepath.Join(root, "a/b"), 0o755))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	fd, err := sys.Open(sys.AtCWD, root, sys.List)
	must(t, err)
	var out bytes.Buffer
	err = inorder.Walk(fd, root+"/", inorder.Options{Context: ctx, Out: &out, Messages: &out, Visitor: func() inorder.Visitor { return slow{} }})
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// slow gives a context's end the time to be noticed.
type slow struct{ lister }

func (s slow) Visit(p *inorder.Place, out *inorder.Output) inorder.Descent {
	time.Sleep(20 * time.Millisecond)
	return s.lister.Visit(p, out)
}

// TestNoDescriptorIsLeft counts them before and after.
func TestNoDescriptorIsLeft(t *testing.T) {
	root := t.TempDir()
	grow(t, rand.New(rand.NewPCG(1, 0)), root, 4)
	count := func() int {
		open, err := os.ReadDir("/proc/self/fd")
		must(t, err)
		return len(open)
	}
	before := count()
	walked(t, root, inorder.Options{Workers: 4}, lister{open: open})
	fd, err := sys.Open(sys.AtCWD, root, sys.List)
	must(t, err)
	_ = inorder.Walk(fd, root+"/", inorder.Options{Out: broken{}, Messages: broken{}, Visitor: func() inorder.Visitor { return lister{open: open} }})
	if after := count(); after != before {
		t.Errorf("%d descriptors before, %d after", before, after)
	}
}
