package plan

import (
	"strings"

	"ward/mode"
)

// Phase is when a change is made, among those of all objects: a directory must
// be open to the runner while what lies in it is changed.
type Phase uint8

// The phases, in order.
const (
	Opening Phase = iota // directories that gain read or search, from the root down
	Middle               // everything else, in any order
	Closing              // directories that lose read or search, from the leaves up
)

// PhaseOf is the phase of a change and its level: the depth of a directory, 0 for
// the root; 0 in the middle phase, where order does not matter. For the owner's
// class gaining comes first, since a runner without privileges is the owner.
func PhaseOf(c *Change) (Phase, uint16) {
	if c.Kind != mode.Directory {
		return Middle, 0
	}
	const look = mode.Read | mode.Execute
	gains := c.After.Mode &^ c.Before.Mode & look
	loses := c.Before.Mode &^ c.After.Mode & look
	const owners = mode.OwnerRead | mode.OwnerExecute
	switch {
	case gains&owners != 0:
		return Opening, depth(c.Path)
	case loses != 0 || ownerChanges(c):
		return Closing, depth(c.Path)
	case gains != 0:
		return Opening, depth(c.Path)
	}
	return Middle, 0
}

func depth(path string) uint16 {
	if path == "." {
		return 0
	}
	return uint16(min(strings.Count(path, "/")+1, 1<<16-1))
}
