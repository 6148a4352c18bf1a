package apply_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"ward/acl"
	"ward/entry"
	"ward/internal/apply"
	"ward/internal/host/files"
	"ward/internal/host/state"
	"ward/internal/host/target"
	"ward/internal/testfs"
	"ward/mode"
	"ward/plan"
)

func TestMain(m *testing.M) {
	testfs.Main(m, testfs.Actors{
		"attacker": attacker,
		"crasher":  crasher,
		"lister":   listCrasher,
		"recorder": testfs.Recorder,
	})
}

// memory is a journal without a disk.
type memory struct {
	header plan.Header
	lock   sync.Mutex
	blocks [][]byte
	stamps map[string]int64
}

func (m *memory) AddBlock(b []byte) error {
	m.lock.Lock()
	defer m.lock.Unlock()
	m.blocks = append(m.blocks, bytes.Clone(b))
	return nil
}

func (m *memory) Header() plan.Header { return m.header }
func (m *memory) Blocks() int         { return len(m.blocks) }
func (m *memory) Done(int)            {}

func (m *memory) BlockHeader(i int) plan.BlockHeader {
	h, err := plan.DecodeBlockHeader(m.blocks[i])
	if err != nil {
		panic(err)
	}
	return h
}

func (m *memory) Block(i int, buf []byte) ([]byte, error) {
	return append(buf[:0], m.blocks[i]...), nil
}

// facts is everything a state is made of.
const facts = entry.Stat | entry.AccessACL | entry.DefaultACL | entry.Caps | entry.Attributes

func open(t testing.TB, dir string) *files.Root {
	t.Helper()
	r, err := files.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

// look reads one object whole.
func look(r *files.Root, rel string, want entry.Facts) (entry.Entry, error) {
	o, err := r.Object(rel)
	if err != nil {
		return entry.Entry{}, err
	}
	defer o.Close()
	return o.Look(want)
}

// paths lists a tree, the root as ".".
func paths(t testing.TB, dir string) (all []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(p string, _ fs.DirEntry, err error) error {
		rel, _ := filepath.Rel(dir, p)
		all = append(all, rel)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// snapshot is the whole state of a tree.
func snapshot(t testing.TB, dir string) map[string]entry.State {
	t.Helper()
	r, err := files.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	all := map[string]entry.State{}
	for _, p := range paths(t, dir) {
		e, err := look(r, p, facts)
		if err != nil {
			t.Fatal(err)
		}
		all[p] = e.State
	}
	return all
}

// wish says what an entry should become; false leaves it out of the plan.
type wish func(e *entry.Entry) (entry.State, bool)

// planFor collects what wish wants of a tree.
func planFor(t testing.TB, r *files.Root, want wish) *memory {
	t.Helper()
	m := &memory{header: plan.Header{Root: r.Path(), Created: time.Now().UnixNano(), Rules: []plan.RuleRef{{ID: "test/rule"}}}}
	a := newAdder(m, m.header)
	for _, p := range paths(t, r.Path()) {
		e, err := look(r, p, facts)
		if err != nil {
			t.Fatal(err)
		}
		after, ok := want(&e)
		ch := plan.Change{
			Path: p, Kind: e.Kind, ID: e.ID, Links: e.Links, Known: facts, Changed: e.ChangeTime,
			Before: e.State, After: after, Rules: []int{0},
		}
		if !ok || ch.Empty() {
			a.links.Content(&e)
			continue
		}
		if err := a.add(&ch); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := a.finish(); err != nil {
		t.Fatal(err)
	}
	return m
}

// adder collects a plan from one goroutine: several names of one object are dealt
// with at the end.
type adder struct {
	blocks *apply.Blocks
	links  plan.Links
	count  int
}

func newAdder(sink apply.Sink, h plan.Header) *adder { return &adder{blocks: apply.NewBlocks(sink, h)} }

func (a *adder) add(c *plan.Change) error {
	if c.Links > 1 && c.Kind != mode.Directory {
		a.links.Change(c)
		return nil
	}
	a.count++
	return a.blocks.Add(c)
}

// finish answers what was refused for its names.
func (a *adder) finish() ([]plan.Refusal, error) {
	changes, refused := a.links.Resolve(plan.LinkOptions{})
	for i := range changes {
		a.count++
		if err := a.blocks.Add(&changes[i]); err != nil {
			return nil, err
		}
	}
	return refused, a.blocks.Flush()
}

// back fills the journal of an undo, whose header is h.
func back(done apply.Journal, sink apply.Sink, h plan.Header, renumbered map[string]entry.Identity) error {
	blocks, stamps := apply.NewBlocks(sink, h), stampsOf(done)
	err := apply.Each(done, func(c *plan.Change) error {
		if id, ok := renumbered[c.Path]; ok {
			c.ID = id
		}
		c.Changed = stamps[c.Path]
		return blocks.Add(c)
	})
	if err != nil {
		return err
	}
	return blocks.Flush()
}

// stampsOf is the times at which a run left files that lost setuid and the like.
func stampsOf(done apply.Journal) map[string]int64 {
	if m, ok := done.(*memory); ok {
		return m.stamps
	}
	all := map[string]int64{}
	_ = done.(*state.Journal).Notes(func(b json.RawMessage) error {
		var s apply.Stamp
		if json.Unmarshal(b, &s) == nil && s.Path != "" {
			all[s.Path] = s.Changed
		}
		return nil
	})
	return all
}

// stamping keeps them where stampsOf finds them.
func stamping(j apply.Journal) func(apply.Stamp) {
	m, ok := j.(*memory)
	if !ok {
		return func(s apply.Stamp) { j.(*state.Journal).Note(s) }
	}
	m.stamps = map[string]int64{}
	return func(s apply.Stamp) { m.stamps[s.Path] = s.Changed }
}

// toMode wants a mode of all files that are not symlinks.
func toMode(m mode.Mode) wish {
	return func(e *entry.Entry) (entry.State, bool) {
		s := e.State
		s.Mode = m
		s.ACL = s.ACL.WithMode(m)
		return s, e.Kind == mode.Regular
	}
}

// items gathers what a run reports, sorted.
type items struct{ list []apply.Item }

func (i *items) add(x apply.Item) { i.list = append(i.list, x) }

func (i *items) String() string {
	var lines []string
	for _, x := range i.list {
		lines = append(lines, fmt.Sprintf("%s: %s: %s", x.Path, x.Outcome, x.Cause))
	}
	sort.Strings(lines)
	return strings.Join(lines, "\n")
}

func run(t testing.TB, j apply.Journal, r *files.Root, o apply.Options) (apply.Result, *items) {
	t.Helper()
	var got items
	if o.Report == nil {
		o.Report = got.add
	}
	if _, ok := j.(*memory); ok {
		o.Stamped = stamping(j)
	}
	res, err := apply.Run(context.Background(), j, target.Of(r), o)
	if err != nil {
		t.Fatal(err)
	}
	return res, &got
}

// reverse is the plan that takes a run back.
func reverse(t testing.TB, j apply.Journal) *memory {
	t.Helper()
	h := j.Header()
	h.Undo = true
	m := &memory{header: h}
	must(t, back(j, m, h, nil))
	return m
}

func write(t testing.TB, name string, m os.FileMode) {
	t.Helper()
	must(t, os.WriteFile(name, []byte("content\n"), 0o600))
	must(t, os.Chmod(name, m))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// modeOf is the raw twelve bits and the owner.
func modeOf(t testing.TB, name string) (mode.Mode, uint32) {
	t.Helper()
	var st syscall.Stat_t
	must(t, syscall.Lstat(name, &st))
	return mode.Mode(st.Mode) & mode.All, st.Uid
}

// list is an access list with one named user.
func list(user, named, group, mask, other mode.Rights) acl.List {
	return acl.List{
		{Tag: acl.UserObj, ID: acl.NoID, Rights: user},
		{Tag: acl.User, ID: 1000, Rights: named},
		{Tag: acl.GroupObj, ID: acl.NoID, Rights: group},
		{Tag: acl.Mask, ID: acl.NoID, Rights: mask},
		{Tag: acl.Other, ID: acl.NoID, Rights: other},
	}
}
