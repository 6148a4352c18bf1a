package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"path/filepath"
	"slices"
	"time"

	"ward/account"
	"ward/acl"
	"ward/entry"
	"ward/internal/host/accounts"
	"ward/internal/host/files"
	"ward/internal/spill"
	"ward/plan"
	"ward/policy"
)

// PlanRequest asks what would mend a tree.
type PlanRequest struct {
	Judging
	PlanOptions
	Root string // a directory or a single file
}

// Planned is what would change.
type Planned struct {
	Tree     Tree
	Header   plan.Header
	Changes  int64
	Groups   []Group // what is done, the gravest first
	Asked    []Asked // rules that were left alone because they ask first
	Refused  Refused
	Unseen   Unseen
	Warnings policy.Problems
	Entries  int64
	Opened   int64
	Started  time.Time
	Duration time.Duration
	Names    acl.Names
}

// Asked is a rule with fix: ask, and how many objects it would change.
type Asked struct {
	Rule  *policy.Rule
	Count int64
}

// Whole reports whether everything that is wrong and can be mended is in the plan.
func (p *Planned) Whole() bool { return p.Unseen.Count+p.Refused.Count == 0 }

// RefusedError is a tree that ward will not change unless told so expressly.
type RefusedError struct {
	Path    string
	Problem string
	Option  string // what would allow it
	Err     error  // nil, or the cause
}

func (e *RefusedError) Error() string { return fmt.Sprintf("%q is left alone: %s", e.Path, e.Problem) }
func (e *RefusedError) Unwrap() error { return e.Err }

// SortedPlan is a plan with all of its changes at hand. Close it after use.
type SortedPlan struct {
	Planned
	// Each yields every change in the order of paths.
	Each iter.Seq2[plan.Change, error]

	sorter *spill.Sorter
}

// Close removes what the plan keeps on disk.
func (p *SortedPlan) Close() error { return p.sorter.Close() }

// Plan says what would mend a tree, and changes nothing.
func Plan(ctx context.Context, q PlanRequest, progress Progress) (*SortedPlan, error) {
	db, err := accounts.Load()
	if err != nil {
		return nil, err
	}
	root, err := files.Open(q.Root)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	s := &SortedPlan{sorter: spill.New(spill.Options{Create: temporary})}
	g := planning{root: root, request: q, db: db, sinks: func(plan.Header) (func() sink, error) {
		return func() sink { return &sortSink{adder: s.sorter.Adder()} }, nil
	}}
	p, err := g.run(ctx, progress)
	if err != nil {
		return nil, errors.Join(err, s.sorter.Close())
	}
	s.Planned, s.Each = *p, s.each
	return s, nil
}

func (p *SortedPlan) each(yield func(plan.Change, error) bool) {
	var r plan.BlockReader
	for b, err := range p.sorter.Sorted() {
		var c plan.Change
		if err == nil {
			err = decodeSorted(b, &r, &c)
		}
		if !yield(c, err) || err != nil {
			return
		}
	}
}

// sortSink takes changes to be sorted by their paths.
type sortSink struct {
	adder  *spill.Adder
	block  plan.BlockWriter
	record []byte
}

func (s *sortSink) add(c *plan.Change) error {
	s.block.Add(c)
	s.record = append(append(s.record[:0], c.Path...), 0)
	s.record = append(s.record, s.block.Finish(plan.Middle, 0)...)
	return s.adder.Add(s.record)
}

func (s *sortSink) flush() error { return nil }

func decodeSorted(b []byte, r *plan.BlockReader, c *plan.Change) error {
	_, block, _ := bytes.Cut(b, []byte{0})
	if err := r.Open(block); err != nil {
		return err
	}
	if !r.Next(c) {
		return errors.Join(errDamaged, r.Err())
	}
	return nil
}

// planning is a plan of one tree about to be made.
type planning struct {
	root    *files.Root
	request PlanRequest
	db      *account.Database

	// sinks makes the sinks of the workers, once the plan's header is known.
	sinks func(plan.Header) (newSink func() sink, err error)
}

// run walks the tree and hands every change to the sink of the worker that met it.
func (g *planning) run(ctx context.Context, progress Progress) (*Planned, error) {
	p := &Planned{Started: now(), Names: g.db}
	o := g.options()
	if why := o.Rails.Root(g.root.Path()); why != "" {
		return nil, &RefusedError{Path: g.root.Path(), Problem: why, Option: "--allow-system " + g.root.Path()}
	}
	w, err := g.walk(ctx, p)
	if err != nil {
		return nil, err
	}
	also, err := w.book.also(g.request.Also)
	if err != nil {
		return nil, err
	}
	newSink, err := g.sinks(p.Header)
	if err != nil {
		return nil, err
	}
	err = w.run(ctx, g.root, progress, func(v *visitor) judged { return newPlanner(v, o, also, newSink()) })
	if err != nil {
		return nil, err
	}
	return p, p.gather(w, o.Links, g.root.Opened(), g.db)
}

func (g *planning) options() plan.Options {
	return plan.Options{
		Rails: plan.Rails{Allowed: absolute(g.request.AllowSystem), Homes: homes(g.db)},
		Links: plan.LinkOptions{
			AllowOutside: g.request.AllowOutsideLinks,
			Overlay:      g.root.Filesystem().Overlay,
			AllowOverlay: g.request.AllowOverlayLinks,
		},
	}
}

// walk reads and binds the policies, and fills in what the plan knows beforehand.
func (g *planning) walk(ctx context.Context, p *Planned) (*walk, error) {
	book, err := loadRulebook(ctx, g.request.Judging, g.db)
	if err != nil {
		return nil, err
	}
	if p.Tree, err = treeOf(g.root); err != nil {
		return nil, err
	}
	judges, err := book.bind(p.Tree)
	if err != nil {
		return nil, err
	}
	w := newWalk(book, judges, 0, g.root)
	w.links = true
	p.Header, err = book.header(g.root, p.Started)
	return w, err
}

// gather adds up what the workers planned.
func (p *Planned) gather(w *walk, o plan.LinkOptions, opened int64, db *account.Database) error {
	first := w.visitors[0].judged.(*planner)
	linked := map[object]bool{}
	for i, v := range w.visitors {
		x := v.judged.(*planner)
		if i > 0 {
			first.links.Merge(&x.links)
		}
		for k := range x.linked {
			linked[k] = true
		}
	}
	first.resolve(o, linked)
	var errs []error
	var all []*groups
	asked := make([]int64, len(w.book.rules))
	for _, v := range w.visitors {
		x := v.judged.(*planner)
		errs = append(errs, x.err)
		if x.err == nil {
			errs = append(errs, x.sink.flush())
		}
		p.Changes += x.changes
		p.Refused.merge(&x.refused)
		all = append(all, &x.groups)
		for i, n := range x.asked {
			asked[i] += n
		}
	}
	p.Groups = sumGroups(all, db, p.Header.Rules)
	for i, n := range asked {
		if n > 0 {
			p.Asked = append(p.Asked, Asked{&w.book.rules[i], n})
		}
	}
	p.finish(w, opened)
	return firstOf(errs) // they say the same of one disk
}

func firstOf(errs []error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func (p *Planned) finish(w *walk, opened int64) {
	var c Checked
	matched := make([]bool, len(w.book.rules))
	w.total(&c, matched)
	p.Entries, p.Unseen, p.Opened = c.Entries, c.Unseen, opened
	p.Warnings = append(w.book.warnings, w.book.unused(matched, p.Unseen.Count == 0)...)
	p.Duration = now().Sub(p.Started)
}

// resolve takes the changes of objects with several names, now that all names have
// been met.
func (p *planner) resolve(o plan.LinkOptions, linked map[object]bool) {
	changes, refusals := p.links.Resolve(o)
	for i := range changes {
		if linked[objectOf(changes[i].ID)] {
			p.add(&changes[i])
		}
	}
	for _, r := range refusals {
		if p.visitor.walk.book.matches(r.Path, false) {
			p.refused.add(r)
		}
	}
}

// also finds the rules that were answered yes.
func (b *rulebook) also(ids []string) ([]bool, error) {
	yes := make([]bool, len(b.rules))
	for _, id := range ids {
		n := slices.IndexFunc(b.rules, func(r policy.Rule) bool { return r.ID == id })
		if n < 0 {
			return nil, &RequestError{Problem: fmt.Sprintf("--also: there is no rule %q in %s", id, b.names()), Hint: b.similar(id)}
		}
		yes[n] = true
	}
	return yes, nil
}

func (b *rulebook) header(root *files.Root, created time.Time) (plan.Header, error) {
	e, err := root.Entry(entry.Stat | entry.Handle)
	h := plan.Header{Root: root.Path(), RootID: e.ID, Created: created.UnixNano(), Policy: b.refs}
	for i := range b.rules {
		r := &b.rules[i]
		h.Rules = append(h.Rules, plan.RuleRef{ID: r.ID, Title: r.Title, Reason: r.Reason, Severity: r.Severity.String()})
	}
	return h, err
}

func absolute(paths []string) []string {
	var all []string
	for _, p := range paths {
		if abs, err := filepath.Abs(p); err == nil {
			all = append(all, abs)
		}
	}
	return all
}

// homes is the directories that hold people's home directories.
func homes(db *account.Database) []string {
	const firstPerson = 1000 // UID_MIN of login.defs(5)
	var all []string
	for _, u := range db.Users() {
		dir := filepath.Dir(u.Home)
		if u.UID >= firstPerson && filepath.IsAbs(dir) && dir != "/" && !slices.Contains(all, dir) {
			all = append(all, dir)
		}
	}
	return all
}
