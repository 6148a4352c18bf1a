package fts_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"ward/internal/standin/fts"
)

// log is what a walk visited, in order.
type log struct {
	lock sync.Mutex
	all  []string
	skip string
}

func (l *log) Visit(e *fts.Entry) bool {
	l.lock.Lock()
	defer l.lock.Unlock()
	l.all = append(l.all, fmt.Sprintf("%s %s", words[e.What], e.Path()))
	return l.skip != "" && strings.HasSuffix(e.Path(), l.skip)
}

var words = map[fts.What]string{
	fts.Other: "file", fts.Directory: "dir", fts.Done: "done", fts.Unreadable: "unreadable",
	fts.Missing: "missing", fts.Link: "link", fts.Dangling: "dangling", fts.Cycle: "cycle",
}

func visited(o fts.Options, arguments ...string) *log {
	l := &log{}
	fts.Walk(arguments, o, func() fts.Visitor { return l })
	return l
}

// fixture is a tree with links of every kind, entered.
func fixture(t *testing.T) {
	t.Helper()
	t.Chdir(t.TempDir())
	for _, dir := range []string{"a/b", "elsewhere"} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range []string{"a/b/f", "elsewhere/g"} {
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, target := range map[string]string{"a/out": "../elsewhere", "a/b/up": "../../a", "a/none": "nothing", "link": "a"} {
		if err := os.Symlink(target, name); err != nil {
			t.Fatal(err)
		}
	}
}

func TestWalkLinks(t *testing.T) {
	for _, c := range []struct {
		situation string
		options   fts.Options
		argument  string
		want      []string
	}{
		{"an argument alone", fts.Options{}, "a", []string{"dir a"}},
		{"a link alone", fts.Options{}, "link", []string{"link link"}},
		{"a link that leads on", fts.Options{Links: fts.Arguments}, "link", []string{"dir link"}},
		{"nothing there", fts.Options{Recurse: true}, "none", []string{"missing none"}},
		{"a link to nothing", fts.Options{Links: fts.Arguments}, "a/none", []string{"dangling a/none"}},
		{"a tree", fts.Options{Recurse: true}, "a", []string{
			"dir a", "dir a/b", "done a", "done a/b", "file a/b/f", "link a/b/up", "link a/none", "link a/out",
		}},
		{"a tree through a link", fts.Options{Recurse: true, Links: fts.Arguments}, "link", []string{
			"dir link", "dir link/b", "done link", "done link/b", "file link/b/f", "link link/b/up", "link link/none", "link link/out",
		}},
		{"a link to a tree", fts.Options{Recurse: true}, "link", []string{"link link"}},
		{"every link", fts.Options{Recurse: true, Links: fts.Logical}, "a", []string{
			"cycle a/b/up", "dangling a/none", "dir a", "dir a/b", "dir a/out", "done a", "done a/b", "done a/out", "file a/b/f", "file a/out/g",
		}},
		{"slashes", fts.Options{Recurse: true}, "elsewhere///", []string{"dir elsewhere/", "done elsewhere/", "file elsewhere/g"}},
	} {
		for _, workers := range []int{1, 2} {
			t.Run(fmt.Sprintf("%s with %d", c.situation, workers), func(t *testing.T) {
				fixture(t)
				c.options.Workers = workers
				got := visited(c.options, c.argument).all
				slices.Sort(got)
				if !slices.Equal(got, c.want) {
					t.Errorf("got  %q\nwant %q", got, c.want)
				}
			})
		}
	}
}

// A directory comes before what it holds, and is done after it, whoever visits.
func TestWalkOrder(t *testing.T) {
	t.Chdir(t.TempDir())
	var want int
	for i := range 40 {
		for j := range 10 {
			if err := os.MkdirAll(fmt.Sprintf("t/%d/%d/deep/deeper", i, j), 0o755); err != nil {
				t.Fatal(err)
			}
		}
	}
	want = 2 * (1 + 40 + 400 + 400 + 400)
	for _, workers := range []int{1, 2, 5} {
		all := visited(fts.Options{Recurse: true, Workers: workers}, "t").all
		if len(all) != want {
			t.Errorf("%d workers: %d visits, want %d", workers, len(all), want)
		}
		seen := map[string]int{}
		for i, line := range all {
			seen[line] = i + 1
		}
		for line, i := range seen {
			what, path, _ := strings.Cut(line, " ")
			parent := filepath.Dir(path)
			switch {
			case path == "t":
			case what == "dir" && seen["dir "+parent] > i, what == "done" && seen["done "+parent] < i:
				t.Fatalf("%d workers: %s in the wrong place", workers, line)
			}
		}
	}
}

func TestWalkSkips(t *testing.T) {
	fixture(t)
	l := &log{skip: "a/b"}
	fts.Walk([]string{"a"}, fts.Options{Recurse: true}, func() fts.Visitor { return l })
	if slices.Contains(l.all, "file a/b/f") || slices.Contains(l.all, "done a/b") || !slices.Contains(l.all, "done a") {
		t.Errorf("got %q", l.all)
	}
}

// A tree deeper than the longest path, and wider than one read of a directory.
func TestWalkDeepAndWide(t *testing.T) {
	t.Chdir(t.TempDir())
	const depth = 600
	name := strings.Repeat("d", 20)
	at, err := os.OpenRoot(".")
	if err != nil {
		t.Fatal(err)
	}
	for range depth {
		if err := at.Mkdir(name, 0o755); err != nil {
			t.Fatal(err)
		}
		below, err := at.OpenRoot(name)
		if err != nil {
			t.Fatal(err)
		}
		at.Close()
		at = below
	}
	at.Close()
	if err := os.Mkdir("wide", 0o755); err != nil {
		t.Fatal(err)
	}
	for i := range 3000 {
		if err := os.WriteFile(fmt.Sprintf("wide/%0100d", i), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, workers := range []int{1, 2} {
		l := visited(fts.Options{Recurse: true, Workers: workers}, name, "wide")
		if got, want := len(l.all), 2*depth+3002; got != want {
			t.Errorf("%d workers: %d visits, want %d", workers, got, want)
		}
	}
}
