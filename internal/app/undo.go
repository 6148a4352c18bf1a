package app

import (
	"context"
	"errors"
	"fmt"

	"ward/internal/apply"
	"ward/internal/host/state"
	"ward/plan"
)

// UndoRequest asks for a run to be taken back.
type UndoRequest struct {
	RunOptions
	ID string // as far as it is unique; "": the last run that was not taken back
}

// PrepareUndo makes the inverse of a run ready.
func PrepareUndo(ctx context.Context, q UndoRequest) (*Prepared, error) {
	dir, err := openState()
	if err != nil {
		return nil, err
	}
	old, err := toUndo(dir, q.ID)
	if err != nil {
		return nil, err
	}
	defer old.Close()
	h := old.Header()
	h.Undo = true
	o := q.RunOptions
	o.anyRail = true // what was changed may be changed back
	run := state.Run{Command: "undo", Undoes: old.Run().ID}
	return prepare(ctx, h.Root, o, run, func(p *Prepared) error { return p.invert(old, h) })
}

func toUndo(dir *state.Dir, id string) (*state.Journal, error) {
	if id == "" {
		last, err := lastRun(dir)
		if err != nil {
			return nil, err
		}
		id = last
	}
	j, err := dir.Journal(id)
	if errors.Is(err, state.ErrNoRun) {
		return nil, &NoRunError{fmt.Sprintf("there is no run %q: `ward log` lists them", id)}
	}
	if err == nil && j.Run().Stage == state.Drafted {
		return nil, errors.Join(&NoRunError{fmt.Sprintf("run %s changed nothing", j.Run().ID)}, j.Close())
	}
	return j, err
}

// lastRun is the last run that was no undo and was not taken back.
func lastRun(dir *state.Dir) (string, error) {
	runs, err := dir.Runs()
	undone := undoneBy(runs)
	for _, r := range runs {
		if r.Undoes == "" && mayHaveChanged(&r) && undone[r.ID] == "" {
			return r.ID, nil
		}
	}
	return "", errors.Join(err, &NoRunError{"there is no run that could be taken back"})
}

// mayHaveChanged reports whether there is anything to take back.
func mayHaveChanged(r *state.Run) bool {
	left := 0
	for _, o := range []apply.Outcome{apply.Already, apply.ChangedSince, apply.Gone, apply.NotReached} {
		if o != apply.Already || !r.Counts.Resumed {
			left += r.Counts.Outcomes[o.String()]
		}
	}
	return r.Stage == state.Planned || r.Stage == state.Complete && (left == 0 || left < r.Counts.Planned)
}

// invert puts the changes of a run into a journal that takes them back. What the
// run itself left alone is not among them.
func (p *Prepared) invert(old *state.Journal, h plan.Header) error {
	said, err := readNotes(old)
	if err != nil {
		return err
	}
	if r, ok := said.renumbered["."]; ok {
		h.RootID = r.New
	}
	if err := p.sameRoot(h.RootID); err != nil {
		return err
	}
	if err := p.begin(h); err != nil {
		return err
	}
	p.Header, p.Started, p.Names = h, now(), p.session.db
	fill := newFilling(p)
	err = apply.Each(old, func(c *plan.Change) error {
		n := said.items[c.Path]
		if n.others() || old.Run().Stage == state.Complete && n.untouched() {
			return nil
		}
		if r, ok := said.renumbered[c.Path]; ok {
			c.ID = r.New
		}
		c.Changed = said.stamps[c.Path]
		return fill.add(c)
	})
	return errors.Join(err, fill.end())
}
