package apply

import (
	"errors"
	"io/fs"

	"ward/entry"
	"ward/mode"
	"ward/plan"
)

// worker carries out changes one after the other. What it has no answer for yet
// it keeps: objects in doubt that have to stand still for a while, suspects that
// did not read back as wanted, and lost ones that were not in their place.
type worker struct {
	*run
	result Result

	reader plan.BlockReader
	buf    []byte
	steps  []plan.Step
	change plan.Change // the one being worked on
	seen   entry.Entry // its object as last looked at

	effective plan.Change // what is done, where that is not the change itself

	at       string // path of the directory held open; "" none
	dir      Directory
	around   entry.Entry // that directory as it was when it was opened
	suspects []suspect
	doubts   []doubt
	withheld bool // the present object gets back less than it had
	taken    int  // steps taken on the present object
	sure     bool // the present object is in doubt no more
	lost     []plan.Change
}

// maxKept bounds what a worker keeps of each sort. Where more than this goes wrong
// the rest is judged at once.
const maxKept = 50_000

func newWorker(r *run) *worker { return &worker{run: r} }

// block carries out the changes of a block. An error is the journal's.
func (w *worker) block(i int) error {
	b, err := w.journal.Block(i, w.buf)
	if err != nil {
		return err
	}
	w.buf = b
	if err := w.reader.Open(b); err != nil {
		return err
	}
	for w.ctx.Err() == nil && w.reader.Next(&w.change) {
		w.change.ID = w.device.present(w.change.ID)
		w.carryOut(&w.change)
	}
	if err := w.reader.Err(); err != nil {
		return err
	}
	if w.ctx.Err() == nil {
		w.journal.Done(i)
		w.hook("marked")
	}
	return nil
}

// carryOut works on the object at the change's place.
func (w *worker) carryOut(c *plan.Change) {
	o, err := w.open(c.Path)
	if err != nil {
		w.notOpened(c, err)
		return
	}
	defer o.Close()
	w.hook("opened")
	if !w.sameObject(o, c) {
		w.misplaced(c)
		return
	}
	w.onObject(o, c, "")
}

// open holds the object at a path, through the directory that is held open if it
// lies there.
func (w *worker) open(path string) (Object, error) {
	w.seen.Known, w.taken = 0, 0
	c := plan.Change{Path: path}
	dir := c.Dir()
	if dir == "" {
		return w.target.Object(path, &w.seen)
	}
	if w.dir == nil || w.at != dir {
		w.leave()
		d, err := w.target.Directory(dir, &w.around)
		if err != nil {
			return nil, err
		}
		w.dir, w.at = d, dir
	}
	return w.dir.Object(c.Name(), &w.seen)
}

// leave gives the directory back.
func (w *worker) leave() {
	if w.dir != nil {
		w.dir.Close()
	}
	w.dir, w.at = nil, ""
}

func (w *worker) notOpened(c *plan.Change, err error) {
	switch {
	case w.recovers() && (errors.Is(err, fs.ErrNotExist) || errors.Is(err, ErrReplaced)):
		w.elsewhere(c)
	case errors.Is(err, fs.ErrNotExist):
		w.item(c, Gone, "it is gone", err)
	case errors.Is(err, ErrReplaced):
		w.item(c, ChangedSince, ErrReplaced.Error(), err)
	default:
		w.item(c, Failed, "it cannot be opened", err)
	}
}

// recovers reports whether objects may have gone any part of their way.
func (w *worker) recovers() bool { return w.options.Resume || w.header.Undo }

// sameObject compares identity, with the handle where the plan has one.
func (w *worker) sameObject(o Object, c *plan.Change) bool {
	if w.seen.Kind != c.Kind {
		return false
	}
	if c.ID.Handle != "" && w.seen.ID.Handle == "" {
		if err := o.Look(entry.Handle, &w.seen); err != nil {
			return false
		}
	}
	return plan.SameObject(c.ID, w.seen.ID)
}

// misplaced: another object stands at the change's place.
func (w *worker) misplaced(c *plan.Change) {
	if w.recovers() {
		w.elsewhere(c)
		return
	}
	w.item(c, ChangedSince, w.replaced(c), nil)
}

func (w *worker) replaced(c *plan.Change) string {
	if w.seen.Kind == mode.Symlink && c.Kind != mode.Symlink {
		return "a symbolic link is there now"
	}
	return "another " + w.seen.Kind.String() + " is there now"
}

// onObject works on the right object, wherever it lies. now is its path where
// that is not the planned one.
func (w *worker) onObject(o Object, c *plan.Change, now string) {
	e := c
	if w.header.Undo {
		w.effective = plan.Inverse(c)
		e = &w.effective
	}
	progress, why := w.progress(o, c, e)
	w.hook("judged")
	switch progress {
	case plan.Done:
		w.already(c, now)
		return
	case plan.Foreign:
		w.itemAt(c, now, ChangedSince, why, nil)
		return
	case plan.NotDone:
		if now == "" && !w.sure && w.doubtful(c) {
			w.postpone(c)
			return
		}
	case plan.Partway:
		w.effective = *e
		w.effective.Before = w.seen.State
		e = &w.effective
	}
	w.withheld = w.returnsPowers(e) && !w.untouched(c, e)
	switch {
	case w.withheld && progress == plan.NotDone:
		w.itemAt(c, now, ChangedSince, withheld, nil)
		return
	case w.withheld:
		withhold(e) // an object is not left between its states
	}
	if err := w.take(o, e); err != nil {
		w.stampLeft(c, e)
		w.itemAt(c, now, Failed, err.Error(), err)
		return
	}
	w.verify(o, c, e, now)
	w.hook("verified")
}

// already counts an object that is as wanted. Where no earlier attempt can have
// done it, somebody else did, and an undo must know that it was not this run.
func (w *worker) already(c *plan.Change, now string) {
	if w.recovers() {
		w.count(Already)
		return
	}
	w.itemAt(c, now, Already, "", nil)
}

func (w *worker) count(o Outcome) { w.result.Counts[o]++ }

func (w *worker) item(c *plan.Change, o Outcome, cause string, err error) {
	w.itemAt(c, "", o, cause, err)
}

func (w *worker) itemAt(c *plan.Change, now string, o Outcome, cause string, err error) {
	w.count(o)
	if w.options.Report == nil {
		return
	}
	n := c.Clone()
	e := w.header.Effective(&n)
	i := Item{
		Path: n.Path, Now: now, Kind: n.Kind, Outcome: o, Rules: n.Rules,
		Before: e.Before, Wanted: e.After, Steps: w.taken, Cause: cause, Err: err,
	}
	if o != Gone && !(o == Failed && w.seen.Known == 0) {
		i.Seen, i.Known = w.seen.State, w.seen.Known
	}
	w.report(i)
}
