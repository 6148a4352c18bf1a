package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"path/filepath"
	"slices"
	"time"

	"ward/access"
	"ward/acl"
	"ward/finding"
	"ward/internal/host/accounts"
	"ward/internal/host/files"
	"ward/internal/spill"
	"ward/policy"
)

// CheckRequest asks what is wrong with some trees.
type CheckRequest struct {
	Judging
	Roots   []string // directories or single files, each a tree of its own
	Known   string   // file of accepted findings; "" for none
	PerRule int      // how many findings of each rule are kept; 0: all
}

// Checked is the answer of a check. Close it when it has been reported.
type Checked struct {
	Trees     []Tree          // in the order asked for
	Rules     []Broken        // gravest first, then in the order of their files
	Every     []*finding.Rule // all rules that were asked, broken or not
	Accepted  int64           // findings that the file of known ones accepts
	Expired   []Known         // known findings whose time is over: they count again
	Unmatched []Known         // known findings that no longer exist
	Warnings  policy.Problems // of the policies
	Unseen    Unseen
	Skipped   []string // directories on other file systems that were not entered, at most MaxUnseen
	Entries   int64    // looked at
	Opened    int64    // opened for their content
	PerRule   int      // of the request: how many findings of each rule are kept; 0: all
	Started   time.Time
	Duration  time.Duration
	Names     acl.Names

	// Findings yields what was kept, in the order of Rules, of their trees and
	// paths. What it yields is valid for ever; it may be called again.
	Findings iter.Seq2[Finding, error]

	close func() error
}

// Tree is a tree that was looked at.
type Tree struct {
	Root   string // absolute path
	Single bool   // it is one object and no directory
}

// Broken is a rule that was broken, and how often.
type Broken struct {
	*finding.Rule
	Count int64
	Fixes [][]string // the commands that mend all of them, one for each tree; nil when no command can
}

// Finding is a finding in its tree, with the command that mends it.
type Finding struct {
	finding.Finding
	Root string   // absolute path of the tree
	Fix  []string // the words of the command; nil when no command can mend it
}

// Place is the absolute path of the finding.
func (f *Finding) Place() string { return Place(f.Root, f.Path) }

// Place is the absolute path of what has the given path in a tree.
func Place(root, path string) string {
	if path == "." {
		return root
	}
	return filepath.Join(root, filepath.FromSlash(path))
}

// Complete reports whether everything was looked at.
func (c *Checked) Complete() bool { return c.Unseen.Count == 0 }

// AtLeast counts the findings of a severity or above.
func (c *Checked) AtLeast(s finding.Severity) (n int64) {
	for _, r := range c.Rules {
		if r.Severity >= s {
			n += r.Count
		}
	}
	return n
}

// Close removes what the check keeps on disk.
func (c *Checked) Close() error {
	if c.close == nil {
		return nil
	}
	return c.close()
}

// Check judges trees. What cannot be looked at is in the answer; an error is that
// there is no answer: a mistake in the request or a policy, or a single tree that
// cannot be opened.
func Check(ctx context.Context, q CheckRequest, progress Progress) (*Checked, error) {
	started := now()
	db, err := accounts.Load()
	if err != nil {
		return nil, err
	}
	book, err := loadRulebook(ctx, q.Judging, db)
	if err != nil {
		return nil, err
	}
	known, err := loadKnown(ctx, q.Known)
	if err != nil {
		return nil, err
	}
	c := &checking{
		book: book, known: known, limit: q.PerRule,
		sorter:  spill.New(spill.Options{Create: temporary}),
		counts:  make([]int64, len(book.rules)),
		answer:  &Checked{Started: started, PerRule: q.PerRule, Names: db, Every: book.every()},
		matched: make([]bool, len(book.rules)),
		broken:  map[ruleTree]bool{}, accepted: map[ruleTree]bool{},
		overlaps: overlapsOf(realPaths(q.Roots)),
	}
	if err := c.trees(ctx, q.Roots, progress); err != nil {
		return nil, errors.Join(err, c.sorter.Close())
	}
	return c.finish(), nil
}

// checking is a check under way.
type checking struct {
	book    *rulebook
	known   *knownFile
	limit   int
	sorter  *spill.Sorter
	counts  []int64 // findings by rule
	matched []bool  // by rule: something matched it
	broken  map[ruleTree]bool
	// accepted is where known findings of a rule lie: no command mends all but them.
	accepted map[ruleTree]bool
	overlaps *overlaps
	answer   *Checked
}

// ruleTree says that a rule is broken in a tree in a way that can be mended.
type ruleTree struct{ rule, tree uint16 }

func (c *checking) trees(ctx context.Context, roots []string, progress Progress) error {
	for _, path := range roots {
		err := c.tree(ctx, path, progress)
		var open *openError
		if errors.As(err, &open) && len(roots) > 1 {
			c.answer.Unseen.add(open.path, open.err)
			continue
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// realPaths are the paths of roots without symbolic links. A root that is not there
// overlaps nothing.
func realPaths(roots []string) []string {
	if len(roots) < 2 {
		return nil
	}
	var all []string
	for _, root := range roots {
		if real, err := filepath.EvalSymlinks(root); err == nil {
			all = append(all, absolute([]string{real})...)
		}
	}
	return all
}

// openError is a root that cannot be read at all.
type openError struct {
	path string
	err  error
}

func (e *openError) Error() string { return e.err.Error() }
func (e *openError) Unwrap() error { return e.err }

// PseudoError is a root on a file system that is the kernel's own view of itself.
// Its modes are made up and mended by nobody.
type PseudoError struct {
	Path       string
	Filesystem string // "proc", "sysfs" …
}

func (e *PseudoError) Error() string {
	return fmt.Sprintf("%q lies on %s, which the kernel makes up: it has no permissions to mend", e.Path, e.Filesystem)
}

func (c *checking) tree(ctx context.Context, path string, progress Progress) error {
	root, err := files.Open(path)
	if err != nil {
		return &openError{path, err}
	}
	defer root.Close()
	tree, err := treeOf(root)
	if err != nil {
		return &openError{path, err}
	}
	if fs := root.Filesystem(); fs.Pseudo {
		return &openError{path, &PseudoError{root.Path(), fs.Name}}
	}
	if slices.ContainsFunc(c.answer.Trees, func(t Tree) bool { return t.Root == tree.Root }) {
		return nil // the same tree by another name
	}
	judges, err := c.book.bind(tree)
	if err != nil {
		return err
	}
	w := newWalk(c.book, judges, uint16(len(c.answer.Trees)), root)
	c.answer.Trees = append(c.answer.Trees, tree)
	err = w.run(ctx, root, progress, func(v *visitor) judged {
		return &findings{visitor: v, known: c.known.worker(), overlaps: c.overlaps.worker(), kept: kept{
			adder: c.sorter.Adder(), limit: c.limit, first: map[uint16]*least{}, counts: make([]int64, len(c.book.rules)),
		}, broken: map[uint16]bool{}, accepted: map[uint16]bool{}}
	})
	c.answer.Opened += root.Opened()
	if errors.Is(err, fs.ErrPermission) {
		err = &openError{path, err}
	}
	return errors.Join(err, c.gather(w))
}

// gather adds up what the workers found.
func (c *checking) gather(w *walk) error {
	var errs []error
	for _, v := range w.visitors {
		f := v.judged.(*findings)
		errs = append(errs, f.err, f.kept.flush())
		for i, n := range f.kept.counts {
			c.counts[i] += n
		}
		for rule := range f.broken {
			c.broken[ruleTree{rule, w.tree}] = true
		}
		for rule := range f.accepted {
			c.accepted[ruleTree{rule, w.tree}] = true
		}
		c.known.merge(f.known)
		c.overlaps.merge(f.overlaps)
	}
	w.total(c.answer, c.matched)
	return errors.Join(errs...)
}

func (c *checking) finish() *Checked {
	a := c.answer
	a.Rules = c.rules()
	a.Warnings = append(c.book.warnings, c.book.unused(c.matched, a.Complete())...)
	c.known.report(a, c.book)
	a.Findings = c.findings
	a.close = c.sorter.Close
	a.Duration = now().Sub(a.Started)
	return a
}

// rules lists the broken rules in the order of their records.
func (c *checking) rules() []Broken {
	var all []Broken
	for s := int(finding.Critical); s >= 0; s-- {
		for i, n := range c.counts {
			if r := &c.book.rules[i]; n > 0 && int(r.Severity) == s {
				all = append(all, Broken{&r.Rule, n, c.fixes(uint16(i))})
			}
		}
	}
	return all
}

func (c *checking) fixes(rule uint16) [][]string {
	var all [][]string
	for i, t := range c.answer.Trees {
		if at := (ruleTree{rule, uint16(i)}); c.broken[at] && !c.accepted[at] {
			all = append(all, c.book.fix(rule, t.Root, ""))
		}
	}
	return all
}

func (c *checking) findings(yield func(Finding, error) bool) {
	for b, err := range c.sorter.Sorted() {
		var f Finding
		if err == nil {
			f, err = c.finding(b)
		}
		if !yield(f, err) || err != nil {
			return
		}
	}
}

// finding is a record with what can be worked out from it.
func (c *checking) finding(b []byte) (Finding, error) {
	r, err := decodeRecord(b)
	if err != nil {
		return Finding{}, err
	}
	rule := &c.book.rules[r.rule]
	root := c.answer.Trees[r.tree].Root
	shift := access.Compare(r.wanted, r.found, r.kind, c.book.accounts)
	f := Finding{Root: root, Finding: finding.Finding{
		Rule: &rule.Rule, Path: r.path, Kind: r.kind, Found: r.found, Wanted: r.wanted, Known: r.known,
		Gains: shift.Gains(), Loses: shift.Loses(), Advice: rule.Advice,
		Fixable: fixable(rule, r.refused), Ask: rule.Fix == policy.Ask,
	}}
	if r.refused != "" {
		f.Advice = r.refused
	}
	if f.Fixable {
		f.Fix = c.book.fix(r.rule, root, r.path)
	}
	return f, nil
}

func fixable(r *policy.Rule, refused string) bool {
	return !r.Forbid && r.Fix != policy.Never && refused == ""
}
