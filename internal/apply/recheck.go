package apply

import (
	"fmt"
	"time"

	"ward/entry"
	"ward/mode"
	"ward/plan"
)

// suspect is a change that was accepted and does not read back as wanted. Some
// storage shows a change only later, and all suspects wait together.
type suspect struct {
	change plan.Change // as in the journal
	now    string      // where it lies, if not at its place
	facts  entry.Facts // that were compared
	id     entry.Identity
	seen   entry.State
}

func (s *suspect) path() string {
	if s.now != "" {
		return s.now
	}
	return s.change.Path
}

// recheck looks at all suspects again, with patience, until they are as wanted or
// the patience is at its end.
func (r *run) recheck() {
	var suspects []suspect
	for _, w := range r.workers {
		suspects = append(suspects, w.suspects...)
		w.suspects = nil
	}
	w := r.workers[0]
	defer w.leave()
	waited := time.Duration(0)
	for _, pause := range r.options.patience() {
		if len(suspects) == 0 || !r.wait(pause) {
			break
		}
		waited += pause
		suspects = w.lookAgain(suspects, waited)
	}
	for i := range suspects {
		w.convict(&suspects[i])
	}
}

// wait reports whether the time passed without the run being cut off.
func (r *run) wait(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-r.ctx.Done():
		return false
	}
}

// lookAgain gives back the suspects that are still not as wanted.
func (w *worker) lookAgain(suspects []suspect, waited time.Duration) []suspect {
	kept := suspects[:0]
	for i := range suspects {
		s := &suspects[i]
		if !w.appeared(s) {
			kept = append(kept, *s)
			continue
		}
		w.itemAt(&s.change, s.now, Delayed, fmt.Sprintf("it showed only after about %v", waited), nil)
	}
	return kept
}

// appeared looks at a suspect and reports whether it is now as wanted. What cannot
// be looked at stays as it was last seen.
func (w *worker) appeared(s *suspect) bool {
	o, err := w.open(s.path())
	if err != nil {
		return false
	}
	defer o.Close()
	id := w.seen.ID
	if id.Device != s.id.Device || id.Inode != s.id.Inode || id.Birth != s.id.Birth {
		return false
	}
	if s.facts != 0 && o.Look(s.facts, &w.seen) != nil {
		return false
	}
	s.seen = w.seen.State
	e := w.header.Effective(&s.change)
	return plan.Reached(&e, &s.seen, s.facts)
}

// convict says what the storage did to the change.
func (w *worker) convict(s *suspect) {
	e := w.header.Effective(&s.change)
	w.seen = entry.Entry{Known: entry.Stat | s.facts, State: s.seen}
	if plan.SameKnown(&s.seen, &e.Before, s.facts) {
		w.itemAt(&s.change, s.now, Ignored, "the file system accepted the change and did not make it", nil)
		return
	}
	w.itemAt(&s.change, s.now, Altered, altered(&e.After, &s.seen, s.facts), nil)
}

func altered(want, seen *entry.State, known entry.Facts) string {
	if want.Mode&^seen.Mode == mode.SetGID && seen.Mode&^want.Mode == 0 {
		return "setgid was dropped: the runner is not in the file's group and lacks CAP_FSETID"
	}
	if want.Mode != seen.Mode {
		return fmt.Sprintf("the file system made mode %s of %s", seen.Mode.Octal(), want.Mode.Octal())
	}
	return "the file system accepted the change and made something else of it: " + difference(want, seen, known)
}
