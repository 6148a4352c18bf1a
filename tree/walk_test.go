package tree_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ward/entry"
	"ward/mode"
	"ward/tree"
)

// small is a tree of two directories and three files.
func small() *memory {
	m := newMemory()
	m.add(".", "a", mode.Directory)
	m.add("a", "file", mode.Regular).Mode = 0o755
	m.add("a", "b", mode.Directory)
	m.add("a/b", "deep", mode.Regular)
	m.add(".", "top", mode.Regular)
	return m
}

func ExampleWalk() {
	var visited atomic.Int32
	err := tree.Walk(context.Background(), small(), tree.Options{}, func() tree.Visitor {
		return &recorder{record: newRecord(), visit: func(*entry.Entry) (entry.Facts, tree.Action) {
			visited.Add(1)
			return 0, tree.Continue
		}}
	})
	fmt.Println(visited.Load(), err)
	// Output: 6 <nil>
}

func walk(t *testing.T, host tree.Host, o tree.Options, decide recorder) *record {
	t.Helper()
	r := newRecord()
	decide.record = r
	err := tree.Walk(context.Background(), host, o, func() tree.Visitor { v := decide; return &v })
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(r.visited)
	slices.Sort(r.entered)
	return r
}

// randomTree has directories of all sizes and depths.
func randomTree(seed uint64) *memory {
	r := rand.New(rand.NewPCG(seed, 0))
	m := newMemory()
	dirs := []string{"."}
	for i := range 3000 {
		dir := dirs[r.IntN(len(dirs))]
		kind := mode.Regular
		if r.IntN(4) == 0 {
			kind = mode.Directory
		}
		name := fmt.Sprint(i)
		m.add(dir, name, kind)
		if kind == mode.Directory {
			dirs = append(dirs, join(dir, name))
		}
	}
	m.batch = 1 + r.IntN(50)
	return m
}

func TestEveryEntryIsVisitedOnce(t *testing.T) {
	for seed := range uint64(20) {
		m := randomTree(seed)
		for _, workers := range []int{1, 2, 7} {
			r := walk(t, m, tree.Options{Workers: workers}, recorder{})
			if diff := cmp.Diff(m.all(), r.visited); diff != "" {
				t.Fatalf("seed %d, %d workers: %s", seed, workers, diff)
			}
			if len(r.entered) != len(m.dirs) || len(slices.Compact(r.entered)) != len(m.dirs) {
				t.Fatalf("seed %d, %d workers: entered %d of %d directories", seed, workers, len(r.entered), len(m.dirs))
			}
		}
	}
}

// A directory knows what its parents' visitors remembered, on whichever worker.
func TestMemoIsSeenBelow(t *testing.T) {
	m := randomTree(99)
	walk(t, m, tree.Options{Workers: 4}, recorder{enter: func(d *entry.Dir) bool {
		want := "."
		if d.Parent != nil {
			want = d.Parent.Memo.(string) + "/" + d.Path[strings.LastIndexByte(d.Path, '/')+1:]
		}
		d.Memo = want
		if d.Depth != strings.Count(want, "/") {
			t.Errorf("%s: depth %d", want, d.Depth)
		}
		return true
	}})
}

func TestPruneAndRefusal(t *testing.T) {
	r := walk(t, small(), tree.Options{}, recorder{visit: func(e *entry.Entry) (entry.Facts, tree.Action) {
		if e.Name == "b" {
			return 0, tree.Prune
		}
		return 0, tree.Continue
	}})
	if want := []string{".", "a", "a/b", "a/file", "top"}; !slices.Equal(r.visited, want) {
		t.Errorf("pruned b, visited %q", r.visited)
	}
	r = walk(t, small(), tree.Options{}, recorder{enter: func(d *entry.Dir) bool { return d.Path != "a" }})
	if want := []string{".", "a", "top"}; !slices.Equal(r.visited, want) {
		t.Errorf("did not enter a, visited %q", r.visited)
	}
}

func TestProgramsAreCountedBeforeTheFirstVisit(t *testing.T) {
	walk(t, small(), tree.Options{}, recorder{visit: func(e *entry.Entry) (entry.Facts, tree.Action) {
		if e.Dir != nil && e.Dir.Path == "a" && e.Dir.Programs != 1 {
			t.Errorf("%s: %d programs", e.Path(), e.Dir.Programs)
		}
		return 0, tree.Continue
	}})
}

func TestQuitEndsTheWalkWithoutError(t *testing.T) {
	for _, workers := range []int{1, 4} {
		var visits atomic.Int32
		walk(t, randomTree(3), tree.Options{Workers: workers}, recorder{visit: func(*entry.Entry) (entry.Facts, tree.Action) {
			if visits.Add(1) == 100 {
				return 0, tree.Quit
			}
			return 0, tree.Continue
		}})
		if n := visits.Load(); n < 100 || n > 1000 {
			t.Errorf("%d workers: %d visits", workers, n)
		}
	}
}

func TestCancelEndsTheWalk(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	r := newRecord()
	err := tree.Walk(ctx, endless{newMemory()}, tree.Options{}, func() tree.Visitor {
		return &recorder{record: r, visit: func(e *entry.Entry) (entry.Facts, tree.Action) {
			if e.Dir != nil && e.Dir.Depth == 50 {
				cancel()
			}
			return 0, tree.Continue
		}}
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// endless has a directory in every directory.
type endless struct{ *memory }

func (e endless) Reader() tree.Reader { return &endlessReader{} }

type endlessReader struct {
	memoryReader
	once bool
}

func (r *endlessReader) Open(d *entry.Dir, _ entry.Identity, _ int64) error {
	r.dir, r.once = d, false
	return nil
}

func (r *endlessReader) Next() ([]entry.Entry, error) {
	if r.once {
		return nil, nil
	}
	r.once = true
	e := entry.Entry{Dir: r.dir, Kind: mode.Directory, Known: entry.Stat, Mount: 1, ID: entry.Identity{Device: 1}}
	e.Name = "x"
	return []entry.Entry{e}, nil
}

func TestPanicContinuesInTheCaller(t *testing.T) {
	defer func() {
		p, ok := recover().(*tree.Panic)
		if !ok || p.Value != "oops" || !strings.Contains(p.Error(), "oops") {
			t.Errorf("recovered %v", p)
		}
	}()
	walk(t, randomTree(5), tree.Options{Workers: 4}, recorder{visit: func(e *entry.Entry) (entry.Facts, tree.Action) {
		if e.Dir != nil && e.Dir.Depth == 2 {
			panic("oops")
		}
		return 0, tree.Continue
	}})
	t.Error("no panic")
}

// A visitor that ends its goroutine (testing.T.FailNow) must not leave the others
// waiting.
func TestGoexitEndsTheWalk(t *testing.T) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		r := newRecord()
		_ = tree.Walk(context.Background(), randomTree(6), tree.Options{Workers: 3}, func() tree.Visitor {
			return &recorder{record: r, visit: func(e *entry.Entry) (entry.Facts, tree.Action) {
				if e.Dir != nil && e.Dir.Depth == 1 {
					runtime.Goexit()
				}
				return 0, tree.Continue
			}}
		})
	}()
	select {
	case <-done:
	case <-time.After(10 * time.Second):
		t.Fatal("the walk does not end")
	}
}

func TestFailures(t *testing.T) {
	broken := errors.New("broken")
	m := small()
	m.deny = map[string]error{"a": broken}
	r := walk(t, m, tree.Options{}, recorder{})
	if !errors.Is(r.failed["a"], broken) || len(r.failed) != 1 {
		t.Errorf("failed: %v", r.failed)
	}
	m.deny = map[string]error{"a": errGone}
	if r := walk(t, m, tree.Options{}, recorder{}); len(r.failed) != 0 {
		t.Errorf("a directory that vanished is a failure: %v", r.failed)
	}
	m.deny = map[string]error{".": broken}
	err := tree.Walk(context.Background(), m, tree.Options{}, newRecord().visitor)
	if !errors.Is(err, broken) {
		t.Errorf("a root that cannot be read: %v", err)
	}
}

func TestFactsAreFetchedAndTheEntryVisitedAgain(t *testing.T) {
	broken := errors.New("broken")
	m := small()
	m.facts = map[string]error{"a/file": broken, "top": errGone}
	r := walk(t, m, tree.Options{}, recorder{visit: func(e *entry.Entry) (entry.Facts, tree.Action) {
		return entry.Content | entry.AccessACL, tree.Continue // asks for ever
	}})
	if want := []string{".", "a", "a/b", "a/b/deep", "a/file"}; !slices.Equal(r.visited, want) {
		t.Errorf("visited %q", r.visited)
	}
	if len(r.failed) != 1 || !errors.Is(r.failed["a/file"], broken) {
		t.Errorf("failed: %v", r.failed)
	}
}

func TestEntryThatCouldNotBeLookedAt(t *testing.T) {
	broken := errors.New("broken")
	m := newMemory()
	for _, name := range []string{"bad", "gone", "better"} {
		e := m.add(".", name, mode.Regular)
		e.Known, e.Denied = 0, entry.Stat
	}
	m.facts = map[string]error{"bad": broken, "gone": errGone}
	r := walk(t, m, tree.Options{}, recorder{})
	if want := []string{".", "better"}; !slices.Equal(r.visited, want) {
		t.Errorf("visited %q", r.visited)
	}
	if len(r.failed) != 1 || !errors.Is(r.failed["bad"], broken) {
		t.Errorf("failed: %v", r.failed)
	}
}

func TestOtherFileSystems(t *testing.T) {
	m := small()
	m.add(".", "mounted", mode.Directory).Mount = 2
	m.add("mounted", "inside", mode.Regular)
	m.add(".", "subvolume", mode.Directory).ID.Device = 2
	m.add("subvolume", "inside", mode.Regular)
	m.add(".", "auto", mode.Directory).Mount = entry.NotMounted
	m.add("auto", "inside", mode.Regular)
	r := walk(t, m, tree.Options{}, recorder{})
	want := map[string]tree.Skip{"mounted": tree.OtherFileSystem, "subvolume": tree.OtherFileSystem, "auto": tree.Automount}
	if diff := cmp.Diff(want, r.skipped); diff != "" {
		t.Error(diff)
	}
	if strings.Contains(strings.Join(r.visited, " "), "inside") {
		t.Errorf("visited %q", r.visited)
	}
	r = walk(t, m, tree.Options{CrossMounts: true}, recorder{})
	if diff := cmp.Diff(map[string]tree.Skip{"auto": tree.Automount}, r.skipped); diff != "" {
		t.Error(diff)
	}
	if !slices.Contains(r.visited, "mounted/inside") || !slices.Contains(r.visited, "subvolume/inside") {
		t.Errorf("visited %q", r.visited)
	}
}

// A directory of very many directories is read in parts; each entry comes once.
func TestCrowdOfDirectories(t *testing.T) {
	m := newMemory()
	m.batch = 1000
	const crowd = 200_000
	m.add(".", "crowd", mode.Directory)
	for i := range crowd {
		e := entry.Entry{Name: fmt.Sprint(i), Kind: mode.Directory, Known: entry.Stat, Mount: 1, ID: entry.Identity{Device: 1}}
		m.dirs["crowd"] = append(m.dirs["crowd"], e)
	}
	for _, workers := range []int{1, 3} {
		r := walk(t, m, tree.Options{Workers: workers}, recorder{})
		if len(r.visited) != crowd+2 || len(slices.Compact(r.visited)) != crowd+2 {
			t.Errorf("%d workers: visited %d", workers, len(r.visited))
		}
		if len(slices.Compact(r.entered)) != crowd+2 {
			t.Errorf("%d workers: entered %d", workers, len(r.entered))
		}
	}
}

func TestSingleFile(t *testing.T) {
	m := newMemory()
	m.root.Kind = mode.Regular
	r := walk(t, m, tree.Options{}, recorder{})
	if len(r.visited) != 1 || len(r.entered) != 0 {
		t.Errorf("visited %q, entered %q", r.visited, r.entered)
	}
}
