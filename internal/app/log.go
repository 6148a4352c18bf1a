package app

import (
	"errors"
	"fmt"

	"ward/acl"
	"ward/internal/apply"
	"ward/internal/host/accounts"
	"ward/internal/host/state"
	"ward/plan"
)

// RunRecord is a run as the log remembers it.
type RunRecord struct {
	state.Run
	UndoneBy string // the run that took it back; "" when none did
}

// Log lists the runs of the present user, the last one first. Journals that cannot
// be read are an error beside those that can.
func Log() ([]RunRecord, acl.Names, error) {
	db, err := accounts.Load()
	if err != nil {
		return nil, nil, err
	}
	dir, err := openState()
	if err != nil {
		return nil, nil, err
	}
	runs, err := dir.Runs()
	undone := undoneBy(runs)
	records := make([]RunRecord, len(runs))
	for i, r := range runs {
		records[i] = RunRecord{r, undone[r.ID]}
	}
	return records, db, err
}

// RunLog is one run with all its changes. Close it after use.
type RunLog struct {
	RunRecord
	Names   acl.Names
	Changes int64

	journal *state.Journal
	notes   map[string]note
}

// Logged is what a run did to one object, as far as it came.
type Logged struct {
	plan.Change        // before and after of this run
	Outcome     string // of apply.Outcome; "unknown" in a run that was cut off
	Cause       string // why, where it did not go as planned
	Now         string // where it was found instead, relative to the root
}

// LogOf opens the log of one run.
func LogOf(id string) (*RunLog, error) {
	runs, db, err := Log()
	if db == nil {
		return nil, err
	}
	dir, err := openState()
	if err != nil {
		return nil, err
	}
	j, err := dir.Journal(id)
	if errors.Is(err, state.ErrNoRun) {
		return nil, &NoRunError{fmt.Sprintf("there is no run %q: `ward log` lists them", id)}
	}
	if err != nil {
		return nil, err
	}
	l := &RunLog{RunRecord: RunRecord{Run: j.Run()}, Names: db, journal: j}
	for _, r := range runs {
		if r.ID == l.ID {
			l.UndoneBy = r.UndoneBy
		}
	}
	for i := range j.Blocks() {
		l.Changes += int64(j.BlockHeader(i).Count)
	}
	said, err := readNotes(j)
	l.notes = said.items
	return l, err
}

// Each calls each with every change of the run, in the order in which they were
// made.
func (l *RunLog) Each(each func(*Logged) error) error {
	return apply.Each(l.journal, func(c *plan.Change) error {
		x := Logged{Change: *c, Outcome: l.usual()}
		if n, ok := l.notes[c.Path]; ok {
			x.Outcome, x.Cause, x.Now = n.Outcome, n.Cause, n.Now
		}
		return each(&x)
	})
}

// usual is the outcome of a change without a note.
func (l *RunLog) usual() string {
	if l.Stage == state.Complete {
		return "verified"
	}
	return "unknown"
}

// Close gives the journal back.
func (l *RunLog) Close() error { return l.journal.Close() }
