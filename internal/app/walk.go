package app

import (
	"context"
	"slices"
	"sync/atomic"

	"ward/entry"
	"ward/internal/host/files"
	"ward/mode"
	"ward/plan"
	"ward/policy"
	"ward/tree"
)

// walk is one tree being judged by a rulebook. A walker has a visitor for each
// worker; what is done with an entry that some rule has something to say about is
// the use case's: its judged.
type walk struct {
	book     *rulebook
	judges   []*policy.Judge
	tree     uint16
	root     string
	pseudo   map[string]bool // directories on which the kernel's own views are mounted
	links    bool            // entries with several names are handed on though nothing is wrong
	visitors []*visitor
	seen     atomic.Int64 // entries looked at, counted in steps
}

// step is how many entries a worker looks at before it says so.
const step = 256

// judged takes what the policies say about an entry. outcomes is by policy, valid
// until it returns; excluded ones comply. The facts that it asks for are fetched,
// and it is called again.
type judged interface {
	entry(e *entry.Entry, outcomes []policy.Outcome) entry.Facts
}

func newWalk(b *rulebook, judges []*policy.Judge, number uint16, root *files.Root) *walk {
	w := &walk{book: b, judges: judges, tree: number, root: root.Path()}
	if b.judging.CrossMounts {
		w.pseudo = root.PseudoMounts()
	}
	return w
}

// treeOf says what kind of tree a root is.
func treeOf(root *files.Root) (Tree, error) {
	e, err := root.Entry(entry.Stat)
	if err != nil {
		return Tree{}, err
	}
	return Tree{Root: root.Path(), Single: e.Kind != mode.Directory}, nil
}

// run walks the tree; take makes what each worker's visitor hands its entries to.
func (w *walk) run(ctx context.Context, root tree.Source, p Progress, take func(*visitor) judged) error {
	o := tree.Options{Workers: w.book.judging.Jobs, CrossMounts: w.book.judging.CrossMounts, NoBirth: !w.links}
	done := watch(p, "looked at", &w.seen, 0)
	defer done()
	return root.Walk(ctx, o, func() tree.Visitor {
		v := &visitor{walk: w, wanted: slices.Clone(w.book.wanted)}
		for _, j := range w.judges {
			v.workers = append(v.workers, j.Worker())
		}
		v.outcomes = make([]policy.Outcome, len(v.workers))
		v.judged = take(v)
		w.visitors = append(w.visitors, v)
		return v
	})
}

// total adds what the workers looked at to an answer.
func (w *walk) total(a *Checked, matched []bool) {
	for _, v := range w.visitors {
		a.Entries += v.entries
		a.Unseen.merge(&v.unseen)
		a.Skipped = append(a.Skipped, v.skipped...)
		w.book.fitted(v.wanted)
		for i, worker := range v.workers {
			for rule, seen := range worker.Matched() {
				matched[w.book.starts[i]+rule] = matched[w.book.starts[i]+rule] || seen
			}
		}
	}
}

// visitor judges for one worker.
type visitor struct {
	walk     *walk
	workers  []*policy.Worker
	outcomes []policy.Outcome
	judged   judged
	entries  int64
	unseen   Unseen
	skipped  []string
	wanted   []onlyPath
	_        [64]byte // visitors of two workers share no cache line
}

// Enter implements tree.Visitor: a directory is entered if a policy wants it.
func (v *visitor) Enter(d *entry.Dir) bool {
	if !v.walk.book.exclude.Empty() && d.Parent != nil && v.walk.book.exclude.Match(d.Path, true) {
		return false
	}
	if v.walk.pseudo[d.Path] {
		v.skip(d.Path)
		return false
	}
	wanted := false
	for _, w := range v.workers {
		wanted = w.Enter(d) || wanted
	}
	return wanted
}

// Visit implements tree.Visitor.
func (v *visitor) Visit(e *entry.Entry) (entry.Facts, tree.Action) {
	if !v.walk.book.exclude.Empty() && e.Dir != nil && v.walk.book.exclude.Match(e.Path(), e.Kind == mode.Directory) {
		return 0, tree.Prune
	}
	if v.walk.links && plan.Several(e) || !v.fine(e) {
		if need := v.judge(e) &^ (e.Known | e.Denied); need != 0 {
			return need, tree.Continue
		}
	}
	if len(v.wanted) > 0 {
		v.meet(e)
	}
	if v.entries++; v.entries%step == 0 {
		v.walk.seen.Add(step)
	}
	return 0, tree.Continue
}

// fine tells that no policy has anything to say, which is so of nearly every entry.
func (v *visitor) fine(e *entry.Entry) bool {
	for _, w := range v.workers {
		if !w.Fine(e) {
			return false
		}
	}
	return true
}

// judge asks the policies, and hands on what they say if it is anything.
func (v *visitor) judge(e *entry.Entry) (need entry.Facts) {
	fine := true
	for i, w := range v.workers {
		o, more := w.Judge(e)
		need |= more
		fine = fine && len(o.Decided) == 0
		v.outcomes[i] = o
	}
	if need == 0 && (!fine || v.walk.links && plan.Several(e)) {
		need = v.judged.entry(e, v.outcomes)
	}
	return need
}

// Fail implements tree.Visitor.
func (v *visitor) Fail(path string, err error) {
	v.unseen.add(Place(v.walk.root, path), err)
}

// Skip implements tree.SkipVisitor.
func (v *visitor) Skip(e *entry.Entry, _ tree.Skip) { v.skip(e.Path()) }

func (v *visitor) skip(path string) {
	if len(v.skipped) < MaxUnseen {
		v.skipped = append(v.skipped, Place(v.walk.root, path))
	}
}
