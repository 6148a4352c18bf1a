package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"ward"
	"ward/lint"
)

// Mended is a file with the fixes of a linting made in it, which nobody has written yet.
type Mended struct {
	Path          string // as findings name it
	Before, After []byte
	Edits         []lint.Edit // in the order of the text
	Findings      int         // that are mended

	real string
}

// Mend makes the fixes of findings: the safe ones, or all. Of two that touch the same
// bytes the first counts. The findings must be those of one linting, in its order.
func Mend(found []LintFinding, all bool) []Mended {
	var mended []Mended
	for i := range found {
		f := &found[i]
		if f.Fix == nil || !all && !f.Fix.Safe {
			continue
		}
		if n := len(mended); n == 0 || mended[n-1].real != f.Real {
			mended = append(mended, Mended{Path: f.Path, Before: f.File.Text, real: f.Real})
		}
		mended[len(mended)-1].take(f.Fix.Edits)
	}
	for i := range mended {
		m := &mended[i]
		slices.SortFunc(m.Edits, func(a, b lint.Edit) int { return a.Start - b.Start })
		m.After = lint.Apply(m.Before, m.Edits)
	}
	return mended
}

// take adds the edits of one fix, unless one of them overlaps what is there already.
// The same edit may mend several findings: a constant.
func (m *Mended) take(edits []lint.Edit) {
	var added []lint.Edit
	for _, e := range edits {
		if slices.Contains(m.Edits, e) {
			continue
		}
		if slices.ContainsFunc(m.Edits, func(o lint.Edit) bool { return e.Start < o.End && o.Start < e.End || e.Start == o.Start }) {
			return
		}
		added = append(added, e)
	}
	m.Edits = append(m.Edits, added...)
	m.Findings++
}

// errMeanwhile is that a file is no longer what was linted.
var errMeanwhile = errors.New("it has changed since it was read; run ward lint again")

// Write puts a mended file in the place of the one that was linted, as one step and
// with its mode, owner and attributes. A file that changed meanwhile is left alone.
func (m *Mended) Write(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	now, err := os.ReadFile(m.real)
	if err == nil && !bytes.Equal(now, m.Before) {
		err = errMeanwhile
	}
	if err == nil {
		err = ward.Replace(m.real, bytes.NewReader(m.After), ward.ReplaceOptions{})
	}
	if err != nil {
		return fmt.Errorf("mend %s: %w", m.Path, err)
	}
	return nil
}
