package app

import "time"

// Known is a finding that somebody accepted: an entry of the file of known ones.
type Known struct {
	Rule   string    // id of the rule; "" for none
	Path   string    // glob: absolute, or relative to the root of the tree
	Reason string    // why it is accepted
	Until  time.Time // the last day on which it holds; zero: for ever
	Line   int       // where it starts in its file
}
