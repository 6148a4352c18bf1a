package apply

import (
	"errors"
	"fmt"
	"io/fs"
	"time"

	"ward/entry"
	"ward/mode"
	"ward/plan"
)

// stateFacts are the facts that a state is made of.
const stateFacts = entry.AccessACL | entry.DefaultACL | entry.Caps | entry.Attributes | entry.NFS4 | entry.DOS

// progress looks at everything the plan knew of the object and tells how far the
// change has come; for Foreign also in words what is different.
func (w *worker) progress(o Object, c, e *plan.Change) (plan.Progress, string) {
	if w.stoodStill(c) && sameStat(&c.Before, &w.seen.State) {
		w.seen.State = c.Before
		w.seen.Known = c.Known
		return plan.NotDone, ""
	}
	if want := c.Known & stateFacts; want != 0 {
		if err := o.Look(want|c.Known&entry.Handle, &w.seen); err != nil && w.seen.Denied&want != 0 {
			return plan.Foreign, fmt.Sprintf("it cannot be compared with the plan: %v", err)
		}
	}
	if w.gotAnotherName(c) {
		return plan.Foreign, fmt.Sprintf("it has %d names now and had %d", w.seen.Links, c.Links)
	}
	p := w.recover(c, e)
	switch {
	case p != plan.Done && w.contentMayDiffer(c):
		return plan.Foreign, "it was written to, or otherwise changed, since its content was read"
	case p == plan.Foreign:
		return p, difference(&e.Before, &w.seen.State, c.Known)
	}
	return p, ""
}

// stoodStill reports whether the object's time of change is the planned one, which
// then proves that all its facts are. The clock that inodes are stamped with goes
// in steps, so an object that was changed just before it was judged could have
// been changed again in the same step. Servers of other models need not move it.
func (w *worker) stoodStill(c *plan.Change) bool {
	return c.Changed != 0 && c.Changed == w.seen.ChangeTime && c.Known&(entry.NFS4|entry.DOS) == 0 && !w.options.Distrust &&
		!w.recovers() && w.before(c.Changed)
}

// clockStep is the longest that a stamp may stand for: two ticks of a kernel at
// 100 Hz; for a file system that keeps whole seconds, the two of FAT and one more.
func clockStep(stamp int64) time.Duration {
	if stamp%int64(time.Second) == 0 {
		return 3 * time.Second
	}
	return 20 * time.Millisecond
}

// before reports whether a time of change is surely older than the plan.
func (w *worker) before(stamp int64) bool {
	return stamp < w.header.Created-int64(clockStep(stamp))
}

func sameStat(a, b *entry.State) bool {
	return a.Mode == b.Mode && a.UID == b.UID && a.GID == b.GID
}

// contentMayDiffer: content is not kept in a plan, so when a rule looked at it the
// inode must not have changed at all.
func (w *worker) contentMayDiffer(c *plan.Change) bool {
	return c.Known&entry.Content != 0 && c.Changed != 0 && c.Changed != w.seen.ChangeTime && !w.recovers()
}

func (w *worker) gotAnotherName(c *plan.Change) bool {
	return c.Kind != mode.Directory && w.seen.Links > c.Links && !w.options.AllowOutsideLinks
}

// recover is plan.Recover; on the way back also the states of the way there count.
func (w *worker) recover(c, e *plan.Change) plan.Progress {
	p := plan.Recover(e, &w.seen)
	if p == plan.Partway && !w.recovers() {
		return plan.Foreign
	}
	if p == plan.Foreign && w.header.Undo {
		switch plan.Recover(c, &w.seen) {
		case plan.NotDone: // as before the run that is undone, but rule 5 wants less
			return plan.Done
		case plan.Partway, plan.Done: // done, and the mode followed the list
			return plan.Partway
		}
	}
	return p
}

func difference(want, seen *entry.State, known entry.Facts) string {
	switch {
	case want.Mode != seen.Mode:
		return fmt.Sprintf("its mode is %s now and was %s", seen.Mode.Octal(), want.Mode.Octal())
	case want.UID != seen.UID:
		return fmt.Sprintf("its owner is %d now and was %d", seen.UID, want.UID)
	case want.GID != seen.GID:
		return fmt.Sprintf("its group is %d now and was %d", seen.GID, want.GID)
	case known&(entry.AccessACL|entry.DefaultACL) != 0 && !(want.ACL.Equal(seen.ACL) && want.Default.Equal(seen.Default)):
		return "its ACL was changed"
	case known&entry.Caps != 0 && want.Caps != seen.Caps:
		return "its capabilities were changed"
	case known&entry.NFS4 != 0 && want.NFS4 != "" && want.NFS4 != seen.NFS4:
		return "its NFSv4 list was changed"
	case known&entry.DOS != 0 && want.DOS != seen.DOS:
		return "its DOS attributes were changed"
	}
	return "its inode flags were changed"
}

// StepError is a step that the system refused.
type StepError struct {
	Step   plan.Step
	Done   int  // steps taken before it
	Locked bool // the object is immutable or append-only
	Err    error
}

func (e *StepError) Error() string {
	s := e.Step.Op.String() + ": " + cause(e.Err)
	if e.Locked {
		s += ": it is immutable or append-only (lsattr shows i or a), and no rule decided that"
	}
	if e.Done > 0 {
		s += fmt.Sprintf(" (after %d earlier steps: the object is left between its states)", e.Done)
	}
	return s
}

func (e *StepError) Unwrap() error { return e.Err }

// cause is the innermost error: the outer ones repeat the path.
func cause(err error) string {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err.Error()
		}
		err = inner
	}
}

// take takes the steps. Flags that stood in the way are put back also when a
// later step fails.
func (w *worker) take(o Object, e *plan.Change) error {
	w.steps = plan.AppendSteps(w.steps[:0], e)
	for i := range w.steps {
		s := &w.steps[i]
		if err := do(o, s); err != nil {
			return w.stopped(o, e, i, err)
		}
		w.taken++
		if w.options.Hook != nil {
			w.hook("step: " + s.Op.String())
		}
	}
	return nil
}

func do(o Object, s *plan.Step) error {
	switch s.Op {
	case plan.SetMode:
		return o.Chmod(s.Mode)
	case plan.SetOwner:
		return o.Chown(s.UID, s.GID)
	case plan.SetACL:
		return o.SetACL(s.List)
	case plan.SetDefaultACL:
		return o.SetDefaultACL(s.List)
	case plan.SetCaps:
		return o.SetCaps(s.Caps)
	case plan.SetFlags:
		return o.SetFlags(s.Flags)
	case plan.SetNFS4, plan.SetDOS:
		return o.SetStored(s.Other)
	}
	return fmt.Errorf("step %d: %w", s.Op, errors.ErrUnsupported)
}

// stopped says why step i failed, and puts flags back that were cleared for it.
func (w *worker) stopped(o Object, e *plan.Change, i int, err error) error {
	failed := &StepError{Step: w.steps[i], Done: i, Err: err}
	lifted := i > 0 && w.steps[0].Op == plan.SetFlags && w.steps[0].Flags != e.Before.Flags
	if lifted {
		if back := o.SetFlags(e.Before.Flags); back != nil {
			failed.Err = errors.Join(err, fmt.Errorf("put its flags back: %w", back))
		}
	}
	const locked = entry.Immutable | entry.AppendOnly
	look := o.Look(entry.Attributes|e.Known&stateFacts, &w.seen)
	if w.seen.Known&entry.Stat != 0 && i > 0 && w.steps[i].Op == plan.SetOwner && w.steps[i-1].Op == plan.SetMode {
		w.widen(o, e, w.steps[i-1].Mode, failed)
	}
	failed.Locked = !lifted && errors.Is(err, fs.ErrPermission) && look == nil && w.seen.Flags&locked != 0
	return failed
}

// widen gives an object the mode back that was narrowed for a change of owner which was
// refused, where nobody has changed either since.
func (w *worker) widen(o Object, e *plan.Change, narrowed mode.Mode, failed *StepError) {
	if w.seen.Mode != narrowed || w.seen.UID != e.Before.UID || w.seen.GID != e.Before.GID {
		return
	}
	if err := o.Chmod(e.Before.Mode); err != nil {
		failed.Err = errors.Join(failed.Err, fmt.Errorf("put its mode back: %w", err))
		return
	}
	failed.Done--
}

// touched is the facts that the steps may have changed.
func touched(steps []plan.Step, e *plan.Change) (f entry.Facts) {
	for i := range steps {
		switch steps[i].Op {
		case plan.SetOwner:
			f |= entry.Caps
		case plan.SetACL:
			f |= entry.AccessACL
		case plan.SetDefaultACL:
			f |= entry.DefaultACL
		case plan.SetCaps:
			f |= entry.Caps
		case plan.SetFlags:
			f |= entry.Attributes
		case plan.SetNFS4, plan.SetDOS, plan.SetMode:
		}
	}
	if len(e.Before.ACL)+len(e.After.ACL) > 0 {
		f |= entry.AccessACL // its mask moves with every chmod
	}
	f |= entry.NFS4 | entry.DOS // where there are such, every step may move them
	return f & e.Known
}

// verify reads the object back through the descriptor that changed it. Facts that
// no step could touch are not read again.
func (w *worker) verify(o Object, c, e *plan.Change, now string) {
	facts := touched(w.steps, e) | c.Known&entry.Handle
	err := o.Look(facts, &w.seen)
	if err != nil && w.seen.Denied&(facts|entry.Stat) != 0 {
		w.itemAt(c, now, Failed, "it was changed, and cannot be read back", err)
		return
	}
	if !plan.SameObject(c.ID, w.seen.ID) {
		w.renumbered(Renumbered{Path: c.Path, Old: c.ID, New: w.seen.ID})
	}
	if plan.Reached(e, &w.seen.State, facts) {
		if w.withheld {
			w.itemAt(c, now, ChangedSince, withheld, nil)
			return
		}
		w.count(Verified)
		if losesPowers(e) {
			w.stamped(Stamp{c.Path, w.seen.ChangeTime})
		}
		return
	}
	s := suspect{change: c.Clone(), now: now, facts: facts, id: w.seen.ID, seen: w.seen.State}
	if len(w.suspects) == maxKept {
		w.convict(&s)
		return
	}
	w.suspects = append(w.suspects, s)
}
