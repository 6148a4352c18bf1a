package app

import (
	"encoding/json"
	"fmt"
	"maps"
	"time"

	"ward/internal/apply"
	"ward/internal/host/state"
)

// note is what a journal says of an object that did not go as planned.
type note struct {
	Path    string `json:"item"`
	Now     string `json:"now,omitempty"`
	Outcome string `json:"outcome"`
	Cause   string `json:"cause,omitempty"`
	earlier bool   // an earlier attempt of the run may have begun on it
	Steps   int    `json:"steps,omitempty"` // how many were taken
}

func noteOf(i *apply.Item) note {
	n := note{Path: i.Path, Now: i.Now, Outcome: i.Outcome.String(), Cause: i.Cause, Steps: i.Steps}
	if n.Cause == "" && i.Err != nil {
		n.Cause = i.Err.Error()
	}
	return n
}

// untouched reports whether the run left the object alone. What somebody else had
// already made of it is not this run's to take back.
func (n note) untouched() bool {
	switch n.Outcome {
	case apply.ChangedSince.String(), apply.Gone.String(), apply.Already.String():
		return true
	case apply.Failed.String():
		return n.Steps == 0 && !n.earlier
	}
	return false
}

// others reports whether somebody else had already done what the run was to do.
func (n note) others() bool { return n.Outcome == apply.Already.String() }

// resumed is a note that the run was taken up again: what was said of objects
// before is out of date.
type resumed struct {
	At time.Time `json:"resumed"`
}

// notes is what a journal says besides its plan, by path.
type notes struct {
	items      map[string]note
	renumbered map[string]apply.Renumbered
	resumed    bool
	stamps     map[string]int64 // times of change as the run left them
}

func readNotes(j *state.Journal) (notes, error) {
	all := notes{items: map[string]note{}, renumbered: map[string]apply.Renumbered{}, stamps: map[string]int64{}}
	err := j.Notes(func(raw json.RawMessage) error {
		var x struct {
			note
			apply.Renumbered
			apply.Stamp
			resumed
		}
		if err := json.Unmarshal(raw, &x); err != nil {
			return fmt.Errorf("read the journal's notes: %w", err)
		}
		switch {
		case !x.At.IsZero():
			all.resumed = true
			maps.DeleteFunc(all.items, func(_ string, n note) bool { return !n.others() })
		case x.Renumbered.Path != "":
			all.renumbered[x.Renumbered.Path] = x.Renumbered
		case x.Stamp.Path != "":
			all.stamps[x.Stamp.Path] = x.Stamp.Changed
		case x.note.Path != "":
			x.note.earlier = all.resumed
			all.items[x.note.Path] = x.note
		}
		return nil
	})
	return all, err
}
