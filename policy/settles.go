package policy

import "ward/entry"

// Unrest is two rules that would take turns: after First has had its way, Second
// finds something to change again.
type Unrest struct{ First, Second int }

// Settles judges an entry as it would be in the state desired, which is what the
// rules have made of it, and tells whether they would leave it so. Where they
// would not, a run after the next would find changes again, and the two rules
// behind it are named: the one that wants a part changed next, and the one that
// decided it now (or itself, where none did). A non-zero set of facts is asked for
// as by Judge. o is the outcome that desired is of; the call makes its slices
// invalid, and those of every outcome before.
func (w *Worker) Settles(e *entry.Entry, o Outcome, desired entry.State) (Unrest, bool, entry.Facts) {
	first := append([]Decision(nil), o.Decided...)
	next := *e
	next.State = desired
	again, need := w.Judge(&next)
	if need != 0 {
		return Unrest{}, true, need
	}
	for i := range again.Decided {
		d := &again.Decided[i]
		if d.Forbid && d.Mode == 0 && !d.Owner && !d.Group && !d.ACL && !d.Default && d.Flags == 0 {
			continue
		}
		return Unrest{First: decided(first, d), Second: d.Rule}, false, 0
	}
	return Unrest{}, true, 0
}

// decided finds who decided before what d wants changed now; where nobody did, the
// change of the first decision is what woke d's rule.
func decided(first []Decision, d *Decision) int {
	for i := range first {
		f := &first[i]
		if f.Mode&d.Mode != 0 || f.Owner && d.Owner || f.Group && d.Group || f.ACL && d.ACL || f.Default && d.Default || f.Flags&d.Flags != 0 {
			return f.Rule
		}
	}
	if len(first) > 0 {
		return first[0].Rule
	}
	return d.Rule
}
