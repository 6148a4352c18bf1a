package apply

import (
	"ward/entry"
	"ward/mode"
	"ward/plan"
)

// Setuid, setgid and capabilities give a file's content the rights of somebody, so
// an undo brings them back only to the content that had them: to a file that nobody
// but root and the runner could write meanwhile, or whose time of change still is
// the one at which the run left it. Unlike the time of its last write, which the
// owner sets at will, nobody can set that one back.

// losesPowers reports whether the change takes setuid, setgid or capabilities away.
func losesPowers(e *plan.Change) bool {
	return e.Kind == mode.Regular && (powers(&e.Before)&^powers(&e.After) != 0 || e.Before.Caps != e.After.Caps && e.Before.Caps != "")
}

// stampLeft stamps a file that a failed step left without what it had.
func (w *worker) stampLeft(c, e *plan.Change) {
	left := *e
	left.After = w.seen.State
	if losesPowers(&left) {
		w.stamped(Stamp{c.Path, w.seen.ChangeTime})
	}
}

// returnsPowers reports whether an undo brings such back.
func (w *worker) returnsPowers(e *plan.Change) bool {
	return w.header.Undo && e.Kind == mode.Regular &&
		(powers(&e.After)&^powers(&e.Before) != 0 || e.After.Caps != e.Before.Caps && e.After.Caps != "")
}

// withheld says why a file does not get everything back.
const withheld = "others could write it, and it was changed since it lost setuid, setgid or capabilities: they do not come back to it"

// withhold takes out of a change that was cut off what must not return.
func withhold(e *plan.Change) {
	e.After.Mode &^= powers(&e.After) &^ powers(&e.Before)
	if e.After.Caps != e.Before.Caps {
		e.After.Caps = ""
	}
}

func powers(s *entry.State) mode.Mode { return s.Mode & (mode.SetUID | mode.SetGID) }

// untouched reports whether the file surely is what the run left.
func (w *worker) untouched(c, e *plan.Change) bool {
	if c.Changed != 0 && c.Changed == w.seen.ChangeTime {
		return true
	}
	const others = mode.GroupWrite | mode.OtherWrite // with a list, the mask
	owner := e.Before.UID
	return e.Before.Mode&others == 0 && (owner == 0 || owner == w.options.Runner)
}
