package apply

import (
	"time"

	"ward/mode"
	"ward/plan"
)

// Somebody who may write to a directory can link a foreign file into it just for
// the moments at which it is looked at. The number of names does not tell: a look
// that finds the name and then the inode finds one name if the other was removed
// in between. What tells is the time of change, which every link and unlink moves.
// If it did not move for longer than its clock's step, and in that time the object
// was found by its name, then that name is the only one it has.
//
// For most objects the time is older than the plan, whose walk found the name. For
// those that changed just before, the proof is a second look after a pause, which
// all of them share.

// doubt is an object that has to stand still for a while.
type doubt struct {
	change plan.Change
	stamp  int64 // its time of change at the first look
}

// doubtful reports whether the object may be foreign. Where only root or the
// object's own owner may write to the directory nobody else can link it in; nor can
// anybody link a directory.
func (w *worker) doubtful(c *plan.Change) bool {
	const others = mode.GroupWrite | mode.OtherWrite
	d := &w.around
	if w.dir == nil || c.Kind == mode.Directory || w.options.AllowOutsideLinks || w.header.Undo ||
		d.Mode&others == 0 && (d.UID == 0 || d.UID == w.seen.UID) {
		return false
	}
	return w.options.Distrust || w.seen.ChangeTime == 0 || !w.before(w.seen.ChangeTime)
}

func (w *worker) postpone(c *plan.Change) {
	if len(w.doubts) == maxKept {
		w.item(c, ChangedSince, unsettled, nil)
		return
	}
	w.doubts = append(w.doubts, doubt{c.Clone(), w.seen.ChangeTime})
}

const unsettled = "others may write to its directory, and it was changed, or its names were, while it was looked at"

// settle gives the objects in doubt their second look.
func (r *run) settle() {
	var doubts []doubt
	pause := time.Duration(0)
	for _, w := range r.workers {
		for i := range w.doubts {
			pause = max(pause, clockStep(w.doubts[i].stamp))
		}
		doubts = append(doubts, w.doubts...)
		w.doubts = nil
	}
	if len(doubts) == 0 || !r.wait(pause) {
		return
	}
	w := r.workers[0]
	defer w.leave()
	for i := range doubts {
		w.secondLook(&doubts[i])
	}
}

func (w *worker) secondLook(d *doubt) {
	o, err := w.open(d.change.Path)
	if err != nil {
		w.notOpened(&d.change, err)
		return
	}
	defer o.Close()
	switch {
	case !w.sameObject(o, &d.change):
		w.misplaced(&d.change)
	case w.seen.ChangeTime != d.stamp || w.seen.ChangeTime == 0:
		w.item(&d.change, ChangedSince, unsettled, nil)
	default:
		w.sure = true
		w.onObject(o, &d.change, "")
		w.sure = false
	}
}
