package apply

import (
	"errors"
	"fmt"

	"ward/entry"
	"ward/plan"
)

// An object that is not at its place when a run is finished or taken back is
// looked for: by its file handle at once, and otherwise, together with all others
// that are lost, by one walk of the tree for their identities.

// elsewhere works on an object that is not at its place, if its handle finds it.
func (w *worker) elsewhere(c *plan.Change) {
	at := entry.Entry{Kind: w.seen.Kind, Known: w.seen.Known}
	if c.ID.Handle != "" {
		o, now, err := w.target.ByHandle(c.ID, &w.seen)
		if err == nil {
			defer o.Close()
			if w.sameObject(o, c) {
				w.onObject(o, c, now)
				return
			}
		}
	}
	w.seen = at
	if len(w.lost) == maxKept {
		w.item(c, Gone, "it is not at its place, and too much is missing to look for all of it", nil)
		return
	}
	w.lost = append(w.lost, c.Clone())
}

// search looks for all lost objects.
func (r *run) search() error {
	var lost []plan.Change
	for _, w := range r.workers {
		lost = append(lost, w.lost...)
		w.lost = nil
	}
	if len(lost) == 0 {
		return nil
	}
	ids := make([]entry.Identity, len(lost))
	for i := range lost {
		ids[i] = lost[i].ID
	}
	found, err := r.target.Search(r.ctx, ids)
	if err != nil {
		return fmt.Errorf("look for objects that were moved: %w", err)
	}
	w := r.workers[0]
	defer w.leave()
	for i := range lost {
		w.foundAt(&lost[i], found[lost[i].ID])
	}
	return nil
}

// foundAt works on a lost object at the path where it was found, "" for nowhere.
func (w *worker) foundAt(c *plan.Change, now string) {
	if now == "" {
		w.nowhere(c)
		return
	}
	o, err := w.open(now)
	if err == nil {
		defer o.Close()
		if !w.sameObject(o, c) {
			err = errors.New("it was moved again meanwhile")
		}
	}
	if err != nil {
		w.item(c, Failed, "it cannot be opened where it was found", err)
		return
	}
	w.onObject(o, c, now)
}

// nowhere tells an object that was replaced from one that is simply gone.
func (w *worker) nowhere(c *plan.Change) {
	o, err := w.open(c.Path)
	if err != nil {
		w.item(c, Gone, "it is neither at its place nor elsewhere in the tree", err)
		return
	}
	defer o.Close()
	w.item(c, ChangedSince, w.replaced(c)+", and it is nowhere else in the tree", nil)
}
