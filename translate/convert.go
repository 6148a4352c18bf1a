package translate

import (
	"errors"
	"fmt"
)

// Convert is the object in another model, named by its id, with everything that is lost.
// It fails with a *RefusedError, with the Result of what was refused beside it, and with
// a *ModelError for ids and values that are no model's.
func Convert(o Object, to string, opts Options) (Result, error) {
	return Result{}, fmt.Errorf("convert %s to %s: %w", o.Model, to, errors.ErrUnsupported)
}

// Verdict is a decision in a model's own words.
type Verdict struct {
	Allowed bool
	Missing Rights // what was asked for and is refused
	// Elsewhere is what was asked for and of which the object's permissions say nothing:
	// deleting a file on Unix is up to its directory. It counts as allowed.
	Elsewhere Rights
	Reason    string // of the first request that was refused, or of the last
	Entry     int    // of the list, from 0; -1 where none decided
}

// Decide asks the model's own rules whether the subject may do all that is wanted.
func Decide(o Object, s Subject, wanted Rights, m Mapping) (Verdict, error) {
	return Verdict{}, fmt.Errorf("decide in %s: %w", o.Model, errors.ErrUnsupported)
}

// ModelError says that there is no such model, notation or command form, or that a value
// is not one of its model.
type ModelError struct {
	ID      string
	Problem string
	Known   []string // the ids that there are
}

func (e *ModelError) Error() string { return fmt.Sprintf("%q: %s", e.ID, e.Problem) }
