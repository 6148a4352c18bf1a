// Package apply carries a plan out: for each object it opens the very one that was
// judged, makes sure that nothing about it has changed, takes the steps, and reads
// back what came of them. It also finishes a run that was cut off, and takes one
// back: both are the same work on objects that may be in any state between.
//
// The journal is written and synced by the caller before [Run]: it is the plan, and
// Run obeys nothing else. When Run returns without error everything it did is on
// storage, and the caller may call the run complete.
//
// Order across objects: directories that gain read or search, from the root down;
// everything else; directories that lose them, from the leaves up. Within a phase
// (and a level of directories) all workers take blocks of the plan as they come.
package apply

import (
	"context"
	"errors"

	"ward/acl"
	"ward/entry"
	"ward/ident"
	"ward/mode"
	"ward/plan"
)

// Journal is a plan on storage. Block and Done are called by several goroutines.
type Journal interface {
	Header() plan.Header
	Blocks() int
	BlockHeader(i int) plan.BlockHeader
	// Block reads block i into buf, which grows as needed.
	Block(i int, buf []byte) ([]byte, error)
	// Done says that block i was gone through: a hint.
	Done(i int)
}

// Target is the tree that is changed. All of it is reached strictly beneath its
// root, following no symbolic link; paths are relative to the root. It is used by
// several goroutines.
type Target interface {
	// Directory opens the directory at a path, to reach many objects in it, and
	// looks at it.
	Directory(rel string, e *entry.Entry) (Directory, error)
	// Object holds the object at a path, "." for the root itself, and looks at it.
	Object(rel string, e *entry.Entry) (Object, error)
	// ByHandle holds the object of a file handle, if it lies below the root, and
	// looks at it; e's path is where it lies now.
	ByHandle(id entry.Identity, e *entry.Entry) (Object, string, error)
	// Search walks the tree for objects by their identity: their present paths.
	Search(ctx context.Context, ids []entry.Identity) (map[entry.Identity]string, error)
	// Sync returns when all changes are on storage.
	Sync() error
}

// Directory is an open directory, for one goroutine.
type Directory interface {
	// Object holds the object of a name and looks at it.
	Object(name string, e *entry.Entry) (Object, error)
	Close() error
}

// Object is a held object: the same inode whatever becomes of its name. It is for
// one goroutine.
type Object interface {
	// Look looks again: Stat, and the facts wanted. What cannot be had is in
	// e.Denied, with the error saying why.
	Look(want entry.Facts, e *entry.Entry) error
	Chmod(mode.Mode) error
	Chown(ident.UID, ident.GID) error
	SetACL(acl.List) error
	SetDefaultACL(acl.List) error
	SetCaps(string) error
	SetFlags(entry.Flags) error
	SetStored(entry.Stored) error
	Close() error
}

// ErrReplaced is what a target's errors match when a symbolic link, or something
// else that is no directory, stands on the way to an object.
var ErrReplaced = errors.New("something on the way to it was replaced by what is no directory")

// Outcome is what became of one change.
type Outcome uint8

// The outcomes.
const (
	Verified     Outcome = iota // made, and read back as wanted
	Already                     // it was as wanted: somebody else did it, or an earlier attempt
	ChangedSince                // changed since the plan was made: left alone
	Gone                        // not found
	Delayed                     // read back as wanted only after a while
	Ignored                     // accepted, and still as it was
	Altered                     // accepted, and now in a third state
	Failed                      // refused: the cause says by what
	NotReached                  // the run was cut off before it
	outcomes                    // how many there are
)

// String names the outcome, as journals and reports do.
func (o Outcome) String() string {
	return [...]string{"verified", "already", "changed-since", "gone", "delayed", "ignored", "altered", "failed", "not-reached"}[o]
}

// Good reports whether the object is now as wanted.
func (o Outcome) Good() bool { return o == Verified || o == Already || o == Delayed }

// Outcomes lists all of them in order.
func Outcomes() []Outcome {
	all := make([]Outcome, outcomes)
	for i := range all {
		all[i] = Outcome(i)
	}
	return all
}

// Item is a change whose outcome is worth a word: all but Verified, and Already where
// an earlier attempt may have done it.
type Item struct {
	Path    string // relative to the root, as planned
	Now     string // where it was found instead; "" at its place
	Kind    mode.Kind
	Outcome Outcome
	Rules   []int
	Before  entry.State // as planned
	Wanted  entry.State
	Seen    entry.State // as last looked at, where SeenKnown says so
	Known   entry.Facts // of Seen; 0: it was not looked at
	Steps   int         // how many of its steps this run took
	Cause   string      // in plain words; "" where Outcome says it all
	Err     error       // nil, or what the system said
}

// Renumbered is an object whose identity changed under the run's own hand, as
// overlayfs does when it first copies an object up. An undo must know the new one.
type Renumbered struct {
	Path string         `json:"renumbered"`
	Old  entry.Identity `json:"old"`
	New  entry.Identity `json:"new"`
}

// Stamp is when a run left a file whose setuid, setgid or capabilities it took away.
// An undo brings them back to nothing that was touched later.
type Stamp struct {
	Path    string `json:"stamped"`
	Changed int64  `json:"changed"` // the inode's time of change, in nanoseconds since 1970
}

// Result counts the outcomes.
type Result struct {
	Planned int
	Counts  [outcomes]int
}

// Of is how many changes had an outcome.
func (r Result) Of(o Outcome) int { return r.Counts[o] }

// Whole reports whether every object is now as wanted.
func (r Result) Whole() bool {
	for o := range outcomes {
		if !o.Good() && r.Counts[o] > 0 {
			return false
		}
	}
	return true
}

func (r *Result) add(o Result) {
	r.Planned += o.Planned
	for i, n := range o.Counts {
		r.Counts[i] += n
	}
}
