package app

import (
	"strings"

	"ward/entry"
	"ward/mode"
	"ward/policy"
)

// findings makes findings of what the policies decided, for one worker.
type findings struct {
	visitor *visitor
	known   *knownFile
	kept    kept
	broken  map[uint16]bool // rules with a finding that can be mended
	err     error           // of the sorter
}

// entry makes a finding of each decision of a rule that counts.
func (f *findings) entry(e *entry.Entry, outcomes []policy.Outcome) {
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
				f.add(e, path, uint16(rule), d, &outcomes[i].Desired)
			}
		}
	}
}

func (f *findings) add(e *entry.Entry, path string, number uint16, d *policy.Decision, desired *entry.State) {
	w := f.visitor.walk
	rule := &w.book.rules[number]
	if f.known.accepts(rule.ID, path, w.root, e.Kind == mode.Directory) {
		return
	}
	r := record{
		severity: rule.Severity, rule: number, tree: w.tree, path: path,
		kind: e.Kind, known: e.Known, found: e.State, wanted: wanted(&e.State, desired, d),
	}
	if d.Refused != nil {
		r.refused = d.Refused.Error()
	}
	if fixable(rule, r.refused) {
		f.broken[number] = true
	}
	if err := f.kept.add(&r); err != nil && f.err == nil {
		f.err = err
	}
}

// wanted is the state found with the parts that one rule decides as the rules
// want them.
func wanted(found, desired *entry.State, d *policy.Decision) entry.State {
	s := *found
	s.Mode = found.Mode&^d.Mode | desired.Mode&d.Mode
	if d.Owner {
		s.UID = desired.UID
	}
	if d.Group {
		s.GID = desired.GID
	}
	switch {
	case d.ACL: // the group bits are its mask
		s.ACL = desired.ACL
		s.Mode = s.Mode&^groupBits | desired.Mode&groupBits
	case len(s.ACL) > 0 && d.Mode != 0: // a chmod moves the mask
		s.ACL = s.ACL.WithMode(s.Mode)
	}
	if d.Default {
		s.Default = desired.Default
	}
	s.Flags = found.Flags&^d.Flags | desired.Flags&d.Flags
	return s
}

const groupBits = mode.GroupRead | mode.GroupWrite | mode.GroupExecute
