package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"ward/access"
	"ward/account"
	"ward/entry"
	"ward/internal/host/accounts"
	"ward/internal/host/files"
	"ward/internal/host/lookup"
	"ward/internal/host/mounts"
	"ward/internal/host/process"
	"ward/mode"
	"ward/tree"
)

// ReachRequest asks what somebody may do below a directory.
type ReachRequest struct {
	As          string
	Root        string
	List        access.Reach // keep the paths for which one of these holds; 0: only count
	WithoutACLs bool         // go by modes alone: quicker, and wrong where there are access lists
	CrossMounts bool
	Jobs        int
}

// Reached is what somebody may do below a directory.
type Reached struct {
	Request ReachRequest
	Who     *process.Who
	Root    string         // without symbolic links
	Door    access.Verdict // whether the directory itself can be searched, with all above it
	At      string         // where that was decided

	Entries int64                // all that was looked at
	Counts  map[mode.Kind]Counts // files, directories and the rest
	Closed  int64                // directories below which nothing can be reached
	Hidden  int64                // directories whose names cannot be listed, though they can be used
	Doubts  int64                // entries about which something could not be decided
	Found   []Reachable          // in the order of paths
	Unseen  Unseen
	Skipped []string // other file systems
	Outside []access.Confinement
	Names   *account.Database
}

// Counts is of how many objects each part of access.Reach holds.
type Counts struct{ Read, Write, Execute, Delete int64 }

// Reachable is an object and what may be done to it.
type Reachable struct {
	Path string // absolute
	Kind mode.Kind
	May  access.Reach
}

// Reach walks a tree and decides about every entry.
func Reach(ctx context.Context, q ReachRequest, p Progress) (*Reached, error) {
	db, err := accounts.Load()
	if err != nil {
		return nil, err
	}
	who, err := findWho(q.As, db)
	if err != nil {
		return nil, err
	}
	r := &Reached{Request: q, Who: who, Names: db, Counts: map[mode.Kind]Counts{}}
	w, err := newReachWalk(r)
	if err != nil || r.Door.Answer == access.Denied {
		return r, err
	}
	return r, w.run(ctx, p)
}

// reachWalk is a walk for one caller.
type reachWalk struct {
	answer *Reached
	host   *access.Host
	table  *mounts.Table
	sight  *lookup.Sight
	open   string // the root as this process opens it
	above  *access.Way
	seen   atomic.Int64
	top    place
}

// place is a directory that the walk has come to, with what has to be known of it
// for what lies in it.
type place struct {
	step     access.Step
	may      access.Reach
	doubtful bool // whether it can be searched, or one above it, is not known
	mu       sync.Mutex
	children map[string]*place // seen and not yet entered
}

// newReachWalk looks up the way to the root, and decides whether the caller comes in.
func newReachWalk(r *Reached) (*reachWalk, error) {
	o := viewOf(r.Who)
	path, _, err := fromHere(AccessRequest{Path: r.Request.Root}, r.Who)
	if err != nil {
		return nil, err
	}
	way, err := lookup.Gather(path, o)
	if err != nil {
		return nil, err
	}
	w := &reachWalk{answer: r, host: lookup.HostRules(), table: o.Mounts, sight: lookup.NewSight(), above: way}
	q := &access.Question{Caller: &r.Who.Caller, Host: w.host, Action: access.Searching, Way: way}
	object := way.Object()
	if object != nil && object.Entry.Kind != mode.Directory {
		q.Action = access.Stating
	}
	a := AnswerAccess(AccessRequest{Path: r.Request.Root}, r.Who, q, r.Names)
	r.Door, r.At, r.Outside = a.Verdict, a.Where(a.Verdict.Where), a.Outside
	if object == nil {
		if r.Door.Answer == access.Denied && r.Door.Reason.Rule != access.NoSuchName {
			return w, nil
		}
		return nil, fmt.Errorf("look at %q: %s", r.At, r.Door.Reason.Format(r.Names))
	}
	r.Root, w.open = object.Path, filepath.Join(o.Root, object.Path)
	if w.table == nil {
		if w.table, err = mounts.Load(); errors.Is(err, fs.ErrNotExist) {
			return nil, errors.New("look at the mounts: /proc is not mounted here, or hides them")
		} else if err != nil {
			return nil, err
		}
	}
	return w, nil
}

func (w *reachWalk) run(ctx context.Context, p Progress) error {
	root, err := files.OpenThrough(w.open)
	if err != nil {
		return err
	}
	defer root.Close()
	var visitors []*reachVisitor
	q := w.answer.Request
	done := watch(p, "looked at", &w.seen, 0)
	err = root.Walk(ctx, tree.Options{Workers: q.Jobs, CrossMounts: q.CrossMounts, NoBirth: true}, func() tree.Visitor {
		v := &reachVisitor{walk: w, caller: w.answer.Who.Caller, counts: map[mode.Kind]*Counts{}}
		visitors = append(visitors, v)
		return v
	})
	done()
	for _, v := range visitors {
		v.addTo(w.answer)
	}
	slices.SortFunc(w.answer.Found, func(a, b Reachable) int { return cmp.Compare(a.Path, b.Path) })
	return err
}

// reachVisitor decides for one worker.
type reachVisitor struct {
	walk   *reachWalk
	caller access.Caller
	step   access.Step // of the entry at hand

	mount   *access.Mount // the last one
	mountID uint64

	cache [cached]decided

	entries, closed, hidden, doubts int64
	counts                          map[mode.Kind]*Counts
	files, directories              Counts
	found                           []Reachable
	unseen                          Unseen
	skipped                         []string
	_                               [64]byte // visitors of two workers share no cache line
}

// cached is how many answers a worker keeps: most entries of a directory have the
// same mode and owner.
const cached = 64

// decided is the answer for all entries of a directory that look the same.
type decided struct {
	in         *place
	alike      alike
	may, doubt access.Reach
}

// alike is all of an entry without a list that the answer depends on.
type alike struct {
	mode    mode.Mode
	kind    mode.Kind
	guarded bool
	guards  entry.Flags
	uid     uint32
	gid     uint32
	mount   uint64
}

func (a *alike) slot() uint32 {
	h := uint32(a.mode)*31 ^ a.uid*2654435761 ^ a.gid*40503 ^ uint32(a.kind)*7 ^ uint32(a.guards)
	return (h ^ h>>13) % cached
}

// Enter implements tree.Visitor: nothing below a directory that the caller may not
// search can be reached.
func (v *reachVisitor) Enter(d *entry.Dir) bool {
	at := v.walk.taken(d)
	if at == nil {
		return false
	}
	d.Memo = at
	return at.may&access.MayExecute != 0
}

// taken is what was seen of a directory when it was visited.
func (w *reachWalk) taken(d *entry.Dir) *place {
	if d.Parent == nil {
		return &w.top
	}
	parent, _ := d.Parent.Memo.(*place)
	if parent == nil {
		return nil
	}
	name := d.Path[strings.LastIndexByte(d.Path, '/')+1:]
	parent.mu.Lock()
	defer parent.mu.Unlock()
	at := parent.children[name]
	delete(parent.children, name)
	return at
}

// Visit implements tree.Visitor.
func (v *reachVisitor) Visit(e *entry.Entry) (entry.Facts, tree.Action) {
	var parent *place
	if e.Dir != nil {
		parent, _ = e.Dir.Memo.(*place)
	}
	if e.Known&entry.Stat == 0 {
		v.doubts++
		return 0, tree.Continue
	}
	may, doubt, need := v.decide(parent, e)
	if need != 0 {
		return need, tree.Continue
	}
	if parent != nil && parent.doubtful {
		may, doubt = 0, may|doubt
	}
	if v.entries++; v.entries%step == 0 {
		v.walk.seen.Add(step)
	}
	v.take(e, may, doubt)
	if e.Kind == mode.Directory {
		v.remember(parent, e, may, doubt)
	}
	return 0, tree.Continue
}

// decide is what the caller may do to an entry, or the facts that it needs first.
func (v *reachVisitor) decide(parent *place, e *entry.Entry) (may, doubt access.Reach, need entry.Facts) {
	if parent == nil {
		return v.top(e)
	}
	key := alike{mode: e.Mode, kind: e.Kind, guarded: e.Guarded, guards: e.Guards, uid: uint32(e.UID), gid: uint32(e.GID), mount: e.Mount}
	slot := &v.cache[key.slot()]
	plain := len(e.ACL) == 0 && e.Denied == 0
	v.prepare(e)
	if !v.walk.answer.Request.WithoutACLs && e.Denied&entry.AccessACL == 0 && access.ListMatters(&v.caller, &v.step) {
		return 0, 0, entry.AccessACL
	}
	if plain && slot.in == parent && slot.alike == key {
		return slot.may, slot.doubt, 0
	}
	may, doubt = access.Within(&v.caller, v.walk.host, &parent.step, &v.step)
	if doubt&(access.MayWrite|access.MayDelete) != 0 && !e.Guarded && (e.Known|e.Denied)&entry.Attributes == 0 {
		return 0, 0, entry.Attributes
	}
	if plain && e.Known&entry.Attributes == 0 {
		*slot = decided{parent, key, may, doubt}
	}
	return may, doubt, 0
}

// top is the root of the tree, whose own way is known.
func (v *reachVisitor) top(*entry.Entry) (may, doubt access.Reach, need entry.Facts) {
	way := v.walk.above
	object := way.Object()
	v.step = *object
	var parent *access.Step
	if i := way.Directory(); i >= 0 {
		parent = &way.Steps[i]
	}
	may, doubt = access.Within(&v.caller, v.walk.host, parent, object)
	return may, doubt, 0
}

// prepare makes a step of an entry.
func (v *reachVisitor) prepare(e *entry.Entry) {
	s := &v.step
	if e.Mount != v.mountID || v.mount == nil {
		v.mountID = e.Mount
		v.mount, _ = v.walk.table.ByID(e.Mount)
		if v.mount == nil {
			v.mount = v.walk.above.Object().Mount
		}
	}
	s.Mount = v.mount
	o := &s.Entry
	o.Name, o.Kind, o.State, o.Known, o.Denied, o.ID = e.Name, e.Kind, e.State, e.Known, e.Denied, e.ID
	if v.walk.answer.Request.WithoutACLs {
		o.Known |= entry.AccessACL
	}
	if e.Guarded {
		o.Flags = e.Guards
		o.Known |= entry.Attributes
	}
	s.UnmappedUser, s.UnmappedGroup, s.User, s.Group = false, false, access.Plain, access.Plain
	v.walk.sight.See(s)
}

// take counts an answer, and keeps it where it is asked for.
func (v *reachVisitor) take(e *entry.Entry, may, doubt access.Reach) {
	if doubt != 0 {
		v.doubts++
	}
	c := v.countsOf(e.Kind)
	c.Read += int64(may & access.MayRead)
	c.Write += int64(may & access.MayWrite >> 1)
	c.Execute += int64(may & access.MayExecute >> 2)
	c.Delete += int64(may & access.MayDelete >> 3)
	if may&v.walk.answer.Request.List != 0 {
		v.found = append(v.found, Reachable{Place(v.walk.answer.Root, e.Path()), e.Kind, may})
	}
}

func (v *reachVisitor) countsOf(k mode.Kind) *Counts {
	switch k {
	case mode.Regular:
		return &v.files
	case mode.Directory:
		return &v.directories
	}
	c := v.counts[k]
	if c == nil {
		c = &Counts{}
		v.counts[k] = c
	}
	return c
}

// remember keeps a directory until it is entered.
func (v *reachVisitor) remember(parent *place, e *entry.Entry, may, doubt access.Reach) {
	doubtful := doubt&access.MayExecute != 0
	switch {
	case doubtful:
		may |= access.MayExecute // go on: what lies below is in doubt as well
	case may&access.MayExecute == 0:
		v.closed++
	case may&access.MayRead == 0:
		v.hidden++
	}
	if parent == nil {
		v.walk.top.step, v.walk.top.may, v.walk.top.doubtful = v.step, may, doubtful
		return
	}
	at := &place{step: v.step, may: may, doubtful: doubtful}
	name := strings.Clone(e.Name)
	at.step.Entry.Name = name
	parent.mu.Lock()
	if parent.children == nil {
		parent.children = map[string]*place{}
	}
	parent.children[name] = at
	parent.mu.Unlock()
}

// Fail implements tree.Visitor.
func (v *reachVisitor) Fail(path string, err error) {
	v.unseen.add(Place(v.walk.answer.Root, path), err)
}

// Skip implements tree.SkipVisitor.
func (v *reachVisitor) Skip(e *entry.Entry, _ tree.Skip) {
	if len(v.skipped) < MaxUnseen {
		v.skipped = append(v.skipped, Place(v.walk.answer.Root, e.Path()))
	}
}

// addTo adds what a worker found.
func (v *reachVisitor) addTo(r *Reached) {
	r.Entries += v.entries
	r.Closed += v.closed
	r.Hidden += v.hidden
	r.Doubts += v.doubts
	r.Found = append(r.Found, v.found...)
	r.Unseen.merge(&v.unseen)
	r.Skipped = append(r.Skipped, v.skipped...)
	r.add(mode.Regular, &v.files)
	r.add(mode.Directory, &v.directories)
	for kind, c := range v.counts {
		r.add(kind, c)
	}
}

func (r *Reached) add(k mode.Kind, c *Counts) {
	sum := r.Counts[k]
	sum.Read, sum.Write, sum.Execute, sum.Delete = sum.Read+c.Read, sum.Write+c.Write, sum.Execute+c.Execute, sum.Delete+c.Delete
	r.Counts[k] = sum
}
