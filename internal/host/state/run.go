package state

import (
	"cmp"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"ward/plan"
)

// Run is what is remembered of a run beside its plan.
type Run struct {
	ID      string `json:"id"`
	Command string `json:"command"` // "apply", "undo", "chmod" …
	Undoes  string `json:"undoes,omitempty"`
	// Continues is the run that this one went on with: a command may open directories
	// in one run and change what they hold in the next.
	Continues string `json:"continues,omitempty"`

	Started time.Time `json:"started"`
	Who     Who       `json:"who"`

	Header plan.Header `json:"-"`
	Stage  Stage       `json:"-"`
	Counts Counts      `json:"-"` // of the last attempt, when Stage is Complete
}

// Stage is how far a run came.
type Stage uint8

// The stages.
const (
	Drafted  Stage = iota // its plan was not whole: nothing was changed
	Planned               // it may have changed anything in its plan
	Complete              // it went through, and what it did is on storage
)

// String says it in a word or two.
func (s Stage) String() string { return [...]string{"not begun", "unfinished", "complete"}[s] }

// Counts is the outcome of a run in numbers.
type Counts struct {
	Planned  int            `json:"planned"`
	Outcomes map[string]int `json:"outcomes"`          // by the name of the outcome
	Resumed  bool           `json:"resumed,omitempty"` // it was cut off: what the end found done, the beginning may have done
	Took     time.Duration  `json:"took"`              // nanoseconds
	Finished time.Time      `json:"finished"`
}

// ErrNoRun is the answer where no run has the id that was asked for.
var ErrNoRun = errors.New("no such run")

const suffix = ".journal"

// idTime is how an id begins.
const idTime = "20060102T150405Z"

// newID is readable and ordered by time: 20261122T031500Z-3f2a. The last part
// keeps apart runs of the same second.
func newID(now time.Time) string {
	var b [2]byte
	_, _ = rand.Read(b[:]) // crypto/rand never fails (Go 1.24)
	return now.UTC().Format(idTime) + "-" + hex.EncodeToString(b[:])
}

// Runs lists the runs, the last one first. Journals that cannot be read are
// returned as an error beside those that can.
func (d *Dir) Runs() ([]Run, error) {
	names, err := filepath.Glob(filepath.Join(d.runs(), "*"+suffix))
	if err != nil {
		return nil, fmt.Errorf("list the runs: %w", err)
	}
	var runs []Run
	var errs []error
	for _, name := range names {
		j, err := open(name, os.O_RDONLY)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		runs = append(runs, j.run)
		errs = append(errs, j.Close())
	}
	slices.SortFunc(runs, func(a, b Run) int {
		return cmp.Or(b.Started.Compare(a.Started), strings.Compare(b.ID, a.ID))
	})
	return runs, errors.Join(errs...)
}

// Unfinished lists the runs that stopped between their first change and their
// last, on any tree, the last one first.
func (d *Dir) Unfinished() ([]Run, error) {
	runs, err := d.Runs()
	return slices.DeleteFunc(runs, func(r Run) bool { return r.Stage != Planned }), err
}

// Journal opens the journal of a run. The id may be shortened as far as it is
// unique. It matches ErrNoRun when there is none.
func (d *Dir) Journal(id string) (*Journal, error) {
	if id == "" || strings.ContainsAny(id, "/*?[\\") {
		return nil, fmt.Errorf("run %q: %w", id, ErrNoRun)
	}
	names, err := filepath.Glob(filepath.Join(d.runs(), id+"*"+suffix))
	switch {
	case err != nil:
		return nil, fmt.Errorf("find run %q: %w", id, err)
	case len(names) == 0:
		return nil, fmt.Errorf("run %q: %w", id, ErrNoRun)
	case len(names) > 1:
		return nil, fmt.Errorf("run %q: %d runs begin so: give more of the id", id, len(names))
	}
	return open(names[0], os.O_RDWR)
}
