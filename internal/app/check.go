package app

import (
	"iter"
	"path/filepath"
	"time"

	"ward/acl"
	"ward/finding"
)

// CheckRequest asks what is wrong with some trees.
type CheckRequest struct {
	Judging
	Roots   []string // directories or single files, each a tree of its own
	Known   string   // file of accepted findings; "" for none
	PerRule int      // how many findings of each rule are kept; 0: all
}

// Checked is the answer of a check. Close it when it has been reported.
type Checked struct {
	Trees     []Tree          // in the order asked for
	Rules     []Broken        // gravest first, then by number of findings, then by id
	Every     []*finding.Rule // all rules that were asked, broken or not
	Accepted  int64           // findings that the file of known ones accepts
	Expired   []Known         // known findings whose time is over: they count again
	Unmatched []Known         // known findings that no longer exist
	Unseen    Unseen
	Entries   int64 // looked at
	Opened    int64 // opened for their content
	Started   time.Time
	Duration  time.Duration
	Names     acl.Names

	// Each yields the findings of Rules[i] in the order of their trees and paths:
	// all of them, or the first PerRule. What it yields is valid for ever.
	Each func(i int) iter.Seq2[Finding, error]

	close func() error
}

// Tree is a tree that was looked at.
type Tree struct {
	Root   string // absolute path
	Single bool   // it is one object and no directory
}

// Broken is a rule that was broken, and how often.
type Broken struct {
	*finding.Rule
	Count int64
	Fixes [][]string // the commands that mend all of them, one for each tree; nil when no command can
}

// Finding is a finding in its tree, with the command that mends it.
type Finding struct {
	finding.Finding
	Root string   // absolute path of the tree
	Fix  []string // the words of the command; nil when no command can mend it
}

// Place is the absolute path of the finding.
func (f *Finding) Place() string { return Place(f.Root, f.Path) }

// Place is the absolute path of what has the given path in a tree.
func Place(root, path string) string {
	if path == "." {
		return root
	}
	return filepath.Join(root, path)
}

// Complete reports whether everything was looked at.
func (c *Checked) Complete() bool { return c.Unseen.Count == 0 }

// AtLeast counts the findings of a severity or above.
func (c *Checked) AtLeast(s finding.Severity) (n int64) {
	for _, r := range c.Rules {
		if r.Severity >= s {
			n += r.Count
		}
	}
	return n
}

// Close removes what the check keeps on disk.
func (c *Checked) Close() error {
	if c.close == nil {
		return nil
	}
	return c.close()
}
