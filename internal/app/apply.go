package app

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"ward/acl"
	"ward/ident"
	"ward/internal/apply"
	"ward/internal/host/accounts"
	"ward/internal/host/state"
	"ward/internal/host/target"
	"ward/plan"
)

// Applied is what became of a run.
type Applied struct {
	ID       string // "" when there was nothing to do
	Command  string
	Undoes   string
	Resumed  bool // a run that was cut off was finished
	Tree     Tree
	Header   plan.Header
	Result   apply.Result
	Items    []apply.Item // what did not go as planned, at most MaxUnseen
	Others   int64        // how many more there were
	Lost     int          // notes that found no space in the journal
	Duration time.Duration
	Runner   ident.UID // who the changes were made as
	Names    acl.Names
}

// Whole reports whether every object is now as wanted.
func (a *Applied) Whole() bool { return a.Result.Whole() }

// CutOffError is a run that stopped on the way. It can be resumed, and undone.
type CutOffError struct {
	ID   string
	Root string
	Err  error
}

func (e *CutOffError) Error() string {
	why := e.Err.Error()
	if errors.Is(e.Err, context.Canceled) {
		why = "interrupted"
	}
	return fmt.Sprintf("run %s on %q was cut off: %s", e.ID, e.Root, why)
}

func (e *CutOffError) Unwrap() error { return e.Err }

// Run carries the plan out. An error before the first change leaves everything as
// it was; a *CutOffError says that the run has begun.
func (p *Prepared) Run(ctx context.Context, progress Progress) (*Applied, error) {
	a := &Applied{Command: p.Command, Undoes: p.Undoes, Resumed: p.Resumes, Tree: p.Tree, Header: p.Header, Names: p.Names, Runner: accounts.Runner().Subject.UID}
	if p.Changes == 0 && !p.Resumes && p.Undoes == "" {
		return a, nil // but that a run left nothing to take back is remembered
	}
	started := now()
	if !p.Resumes {
		if err := p.journal.Commit(); err != nil {
			return nil, err
		}
		p.kept = true
	} else {
		p.journal.Note(resumed{started})
	}
	a.ID = p.ID()
	err := p.carryOut(ctx, a, progress)
	a.Duration = now().Sub(started)
	if err == nil {
		err = p.journal.Complete(state.Counts{Planned: a.Result.Planned, Resumed: p.Resumes, Outcomes: outcomes(a.Result), Took: a.Duration, Finished: now()})
	}
	a.Lost = p.journal.Lost()
	if err != nil {
		return a, &CutOffError{a.ID, p.Tree.Root, err}
	}
	return a, nil
}

func (p *Prepared) carryOut(ctx context.Context, a *Applied, progress Progress) (err error) {
	fs := p.session.root.Filesystem()
	o := apply.Options{
		Workers: p.session.options.Jobs, Resume: p.Resumes,
		AllowOutsideLinks: p.session.options.AllowOutsideLinks,
		Distrust:          fs.Network || fs.FUSE,
		Report: func(i apply.Item) {
			p.journal.Note(noteOf(&i))
			if !i.Outcome.Good() || i.Outcome == apply.Delayed {
				a.take(i)
			}
		},
		Renumbered: func(r apply.Renumbered) { p.journal.Note(r) },
		Stamped:    func(s apply.Stamp) { p.journal.Note(s) },
		Runner:     a.Runner,
	}
	j := &counted{Journal: p.journal}
	done := watch(progress, "changed", &j.done, p.Changes)
	defer done()
	a.Result, err = apply.Run(ctx, j, target.Of(p.session.root), o)
	return err
}

func (a *Applied) take(i apply.Item) {
	if len(a.Items) == MaxUnseen {
		a.Others++
		return
	}
	a.Items = append(a.Items, i)
}

func outcomes(r apply.Result) map[string]int {
	counts := map[string]int{}
	for _, o := range apply.Outcomes() {
		if n := r.Of(o); n > 0 {
			counts[o.String()] = n
		}
	}
	return counts
}

// counted is a journal that tells how many changes have been gone through.
type counted struct {
	*state.Journal
	done atomic.Int64
}

// Done implements apply.Journal.
func (j *counted) Done(i int) {
	j.done.Add(int64(j.BlockHeader(i).Count))
	j.Journal.Done(i)
}
