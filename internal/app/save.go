package app

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"ward/plan"
)

// SavePlan writes a plan to a file that is whole or not there: it is written
// beside it, for its owner alone, and then put in its place. An older plan gives way;
// anything else that has the name is kept.
func SavePlan(name string, p *SortedPlan) (err error) {
	if info, err := os.Stat(name); err == nil && !IsPlan(name) && (!info.Mode().IsRegular() || info.Size() > 0) {
		return &RequestError{Problem: fmt.Sprintf("save the plan: %q is no saved plan", name), Err: fs.ErrExist}
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".ward-plan-*")
	if err != nil {
		return fmt.Errorf("save the plan in %q: %w", name, errors.Unwrap(err))
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	if err := errors.Join(writePlan(f, p), f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), name); err != nil {
		return fmt.Errorf("save the plan: %w", err)
	}
	return nil
}

func writePlan(f *os.File, p *SortedPlan) error {
	w, err := plan.NewWriter(f, p.Header)
	if err != nil {
		return err
	}
	for c, err := range p.Each {
		if err != nil {
			return err
		}
		if err := w.Add(&c); err != nil {
			return err
		}
	}
	return w.Close()
}
