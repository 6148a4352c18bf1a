package app

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"ward/internal/apply"
	"ward/internal/host/state"
	"ward/plan"
)

// ResumeRequest asks for a run that was cut off to be finished.
type ResumeRequest struct {
	RunOptions
	Root string // the tree; "" when there is only one such run
}

// NoRunError says that there is no run of the kind that was asked for.
type NoRunError struct{ Problem string }

func (e *NoRunError) Error() string { return e.Problem }

// PrepareResume makes the rest of a run that was cut off ready.
func PrepareResume(ctx context.Context, q ResumeRequest) (*Prepared, error) {
	dir, err := openState()
	if err != nil {
		return nil, err
	}
	run, err := toResume(dir, q.Root)
	if err != nil {
		return nil, err
	}
	o := q.RunOptions
	o.anyRail = true // they were passed when the plan was made
	s, err := openSession(ctx, run.Header.Root, o)
	if err != nil {
		return nil, err
	}
	p := &Prepared{session: s, Command: run.Command, Undoes: run.Undoes, Resumes: true, kept: true}
	if err := p.reopen(run.ID); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return p, nil
}

func toResume(dir *state.Dir, root string) (*state.Run, error) {
	runs, err := openRuns(dir)
	if root == "" {
		switch {
		case len(runs) == 1:
			return &runs[0], nil
		case len(runs) > 1:
			return nil, &NoRunError{fmt.Sprintf("%d runs were cut off: name the tree of one of them (`ward log` lists them)", len(runs))}
		}
		return nil, errors.Join(err, &NoRunError{"no run was cut off"})
	}
	abs, absErr := filepath.Abs(root)
	if absErr != nil {
		return nil, absErr
	}
	for i := range runs {
		if overlap(runs[i].Header.Root, abs) {
			return &runs[i], nil
		}
	}
	return nil, errors.Join(err, &NoRunError{fmt.Sprintf("no run on %q was cut off", abs)})
}

// reopen reads the journal of a run that was cut off.
func (p *Prepared) reopen(id string) (err error) {
	if p.journal, err = p.session.dir.Journal(id); err != nil {
		return err
	}
	p.Header, p.Started, p.Names = p.journal.Header(), now(), p.session.db
	p.Tree, err = treeOf(p.session.root)
	if err != nil {
		return err
	}
	return p.summarise()
}

// summarise counts the changes of the journal.
func (p *Prepared) summarise() error {
	var g groups
	err := apply.Each(p.journal, func(c *plan.Change) error {
		set, number := g.rules.of(c.Rules, 0)
		c.Rules = set
		g.add(c, number)
		p.Changes++
		return nil
	})
	p.Groups = sumGroups([]*groups{&g}, p.session.db, p.Header.Rules)
	p.Duration = now().Sub(p.Started)
	return err
}
