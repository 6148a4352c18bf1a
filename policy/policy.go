// Package policy says what permissions should be. A policy is a file of ordered
// rules; bound to the accounts of a machine it is a judge, which answers for each
// entry whether it complies, what it should be, and which rule says so.
//
// The entry as found is the start. Each matching rule, in file order, rewrites it;
// selectors look only at the entry as found. Every bit, id, list entry and flag is
// decided by the last rule that wrote it. An entry complies when the end is the
// start.
//
//	p, problems := policy.Parse("ward.yaml", text)
//	judge, problems := p.Bind(policy.Binding{Accounts: accounts, Now: today})
//	worker := judge.Worker() // one for each goroutine
//	outcome, need := worker.Judge(entry)
package policy

import (
	"time"

	"ward/finding"
)

// Policy is a parsed policy file. It is immutable and may be shared.
type Policy struct {
	// Name is the policy's own name, the part of a rule's id before the slash;
	// "" when the file gives none.
	Name        string
	Title       string
	Description string

	file     string
	exclude  []pattern
	defaults bool // the default excludes hold too
	rules    []rule
	linting  Linting
}

// Fix says whether a plan takes a rule's changes.
type Fix uint8

// The ways to mend.
const (
	Auto  Fix = iota // taken
	Ask              // taken when somebody said yes to this rule
	Never            // reported, never planned
)

// String is the word of the policy file.
func (f Fix) String() string {
	return [...]string{"auto", "ask", "never"}[f]
}

// Rule is what a report needs to know about one rule.
type Rule struct {
	finding.Rule
	Name    string // the name in the file, without the policy's own
	Fix     Fix
	Forbid  bool   // matching is breaking it; no change can mend it
	Advice  string // what to do by hand
	Wants   string // the requirement in the words of the file: "mode go-w, group dev"
	Selects string // the selector in one line
	Line    int    // where the rule starts in its file
	Keeps   []Exception
}

// Exception is a part of the tree that a rule leaves as it is found.
type Exception struct {
	Selects string    // the selector in one line
	Reason  string    // why
	Until   time.Time // the last day on which it holds; zero: for ever
	Line    int
}

// Rules lists the rules in the order of the file.
func (p *Policy) Rules() []Rule {
	out := make([]Rule, len(p.rules))
	for i := range p.rules {
		out[i] = p.rules[i].about
	}
	return out
}

// File is the name that the policy was parsed under.
func (p *Policy) File() string { return p.file }
