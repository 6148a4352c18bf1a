package app

import (
	"strings"

	"ward/entry"
	"ward/mode"
	"ward/policy"
)

// findings makes findings of what the policies decided, for one worker.
type findings struct {
	visitor  *visitor
	known    *knownFile
	overlaps *overlaps
	kept     kept
	broken   map[uint16]bool // rules with a finding that can be mended
	// accepted is rules with a known finding: mending all would mend it too.
	accepted map[uint16]bool
	err      error // of the sorter
}

// entry makes a finding of each decision of a rule that counts.
func (f *findings) entry(e *entry.Entry, outcomes []policy.Outcome) entry.Facts {
	book := f.visitor.walk.book
	path := ""
	for i := range outcomes {
		for j := range outcomes[i].Decided {
			d := &outcomes[i].Decided[j]
			rule := book.starts[i] + d.Rule
			if !book.chosen[rule] {
				continue
			}
			if path == "" {
				path = strings.Clone(e.Path())
			}
			if book.matches(path, e.Kind == mode.Directory) {
				f.add(e, path, uint16(rule), d.Refused, f.wanted(e, i, d.Rule, &outcomes[i]))
			}
		}
	}
	return 0
}

// wanted is what an entry would be if only one rule had its way.
func (f *findings) wanted(e *entry.Entry, policyNumber, rule int, o *policy.Outcome) entry.State {
	return f.visitor.workers[policyNumber].Partial(e, o, func(i int) bool { return i == rule })
}

func (f *findings) add(e *entry.Entry, path string, number uint16, refused error, wanted entry.State) {
	w := f.visitor.walk
	rule := &w.book.rules[number]
	if f.overlaps.repeats(rule.ID, Place(w.root, path)) {
		return
	}
	if f.known.accepts(rule.ID, path, w.root, e.Kind == mode.Directory) {
		f.accepted[number] = true
		return
	}
	r := record{
		severity: rule.Severity, rule: number, tree: w.tree, path: path,
		kind: e.Kind, known: e.Known, found: e.State, wanted: wanted,
	}
	if refused != nil {
		r.refused = refused.Error()
	}
	if fixable(rule, r.refused) {
		f.broken[number] = true
	}
	if err := f.kept.add(&r); err != nil && f.err == nil {
		f.err = err
	}
}
