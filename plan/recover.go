package plan

import (
	"ward/entry"
	"ward/mode"
)

// Progress is how far a change has come, as a later look at its object tells.
type Progress uint8

// How far.
const (
	NotDone Progress = iota // as before: nothing has happened, or it was undone
	Done                    // as wanted
	Partway                 // as some of its steps leave it
	Foreign                 // another object, or changed by somebody else
)

// String says it in one or two words.
func (p Progress) String() string {
	return [...]string{"not done", "done", "part-way", "changed by others"}[p]
}

// Intermediate are the states in which a change that was cut off may have left
// its object: those after each proper prefix of its steps, also with the flags put
// back that were lifted for them; neither Before nor After among them.
func Intermediate(c *Change) []entry.State {
	steps := Steps(c)
	states := [maxStates]entry.State{c.Before}
	n := 1
	var reached []entry.State
	for i := range steps {
		n = steps[i].effects(&states, n, c.Kind)
		for _, st := range states[:n] {
			reached = c.between(reached, st)
			if c.Before.Flags&locked != 0 {
				st.Flags = c.Before.Flags
				reached = c.between(reached, st)
			}
		}
	}
	return reached
}

// between appends a state that is neither end of the change.
func (c *Change) between(reached []entry.State, st entry.State) []entry.State {
	if Same(&st, &c.Before) || Same(&st, &c.After) || contains(reached, &st) {
		return reached
	}
	return append(reached, st)
}

// Recover tells from what is now seen of the object at the change's place how far
// the change came. Only the facts in c.Known are compared; seen must know them.
func Recover(c *Change, seen *entry.Entry) Progress {
	if seen.Kind != c.Kind || !SameObject(c.ID, seen.ID) {
		return Foreign
	}
	switch {
	case c.sees(&seen.State, &c.After, c.Known):
		return Done
	case c.sees(&seen.State, &c.Before, c.Known):
		return NotDone
	case Reached(c, &seen.State, c.Known):
		return Done
	}
	for _, st := range Intermediate(c) {
		if c.sees(&seen.State, &st, c.Known) {
			return Partway
		}
	}
	if c.relisted(&seen.State) {
		return Partway
	}
	return Foreign
}

// Inverse is the change that takes c back. Where the owner or group goes back,
// rule 5 holds as on the way there: setuid, setgid and capabilities return only
// to an object that was root's meanwhile, for another owner may have written what
// they would then run.
func Inverse(c *Change) Change {
	inv := *c
	inv.Before, inv.After = c.After, c.Before
	inv.Changed = 0
	clearUnearned(&inv, 0)
	return inv
}

// clearUnearned applies rule 5 to the wanted state: after a change of owner or
// group the kernel's clearing stands, but for bits that a rule decided and for
// objects whose old owner was root.
func clearUnearned(c *Change, decided mode.Mode) {
	if !ownerChanges(c) || c.Before.UID == 0 {
		return
	}
	kept := Cleared(c.After.Mode, c.Kind) | c.After.Mode&decided
	if kept != c.After.Mode {
		c.After.Mode = kept
		c.After.ACL = c.After.ACL.WithMode(kept)
	}
	if c.Kind != mode.Directory {
		c.After.Caps = ""
	}
}
