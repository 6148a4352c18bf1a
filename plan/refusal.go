package plan

import "ward/mode"

// Why is the kind of a refusal.
type Why uint8

// The refusals.
const (
	_             Why = iota
	RevealsRights     // raising the mask would give entries of the ACL rights that nobody asked for
	Unsettled         // the wanted state would itself be changed by another rule
	OutsideLinks      // the object has names outside the tree, or where the walk did not go
	NamesDisagree     // several names of one object want different things
	OverlayLink       // overlayfs would copy one name up and leave the other
	Rail              // a shared or system directory
	NotLookedAt       // a fact that the change depends on could not be read
	NotPossible       // no change can bring about what is wanted
)

// Refusal is an object that a plan leaves alone although a rule wants it changed.
type Refusal struct {
	Path  string // relative to the root of the tree
	Kind  mode.Kind
	Why   Why
	Rules []int  // whose wish it was; for Unsettled also the rule that would undo it
	Text  string // in words, without the path
	Hint  string // what to do about it; "" when there is nothing to say
}

func (r *Refusal) Error() string { return r.Path + ": " + r.Text }
