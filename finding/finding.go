// Package finding is what a judge reports: which rule, how grave, where, what was
// found and wanted, who gains or loses by it, and what mends it.
package finding

import (
	"ward/entry"
	"ward/mode"
)

// Severity orders findings. Comparison by < is meaningful.
type Severity uint8

// The severities, gravest last.
const (
	Info Severity = iota
	Warning
	Error
	Critical
)

// Rule is what a report says about a rule.
type Rule struct {
	ID       string // stable, "pack/name": baseline/world-writable-file
	Severity Severity
	Title    string // one line: what is wrong
	Reason   string // why it matters, a sentence or two
	Help     string // at length, for `ward rules ID`; Markdown
}

// Finding is one rule broken by one entry.
type Finding struct {
	Rule    *Rule
	Path    string // relative to the root of the tree
	Line    int    // of the file at Path, from 1; 0: the object itself is meant, not what it says
	Member  string // who or what of the line is meant: "docker:ann"; "" without a line
	Kind    mode.Kind
	Found   entry.State
	Wanted  entry.State // equal to Found where a rule forbids and wants nothing definite
	Known   entry.Facts
	What    string   // what is wrong in words: "others may write"
	Gains   []string // who may do more than was wanted, in words: "everyone may write"
	Loses   []string // who may do less than was wanted
	Advice  string   // what to do where no change can be computed; "" otherwise
	Fixable bool     // ward apply would mend it
	Ask     bool     // … but asks first (fix: ask)
}
