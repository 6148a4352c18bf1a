// Package fts visits trees as gnulib's fts(3) does for chmod and chown: the same
// objects, seen through the same links, with the same failures, but by descriptor
// of the directory that holds each, and with several workers where the order does
// not matter.
package fts

// Links says which symbolic links lead on.
type Links uint8

// The ways of a walk.
const (
	Physical  Links = iota // none (FTS_PHYSICAL)
	Arguments              // those that are arguments themselves (FTS_COMFOLLOW)
	Logical                // all of them (FTS_LOGICAL)
)

// What is what an entry turned out to be.
type What uint8

// The kinds of visits. A directory is visited before what it holds, and again
// after it, as Done or, where its names could not be read, as Unreadable.
const (
	Other      What = iota // a file, and whatever has no name of its own here
	Directory              // before its entries
	Done                   // after its entries
	Unreadable             // in place of Done: Entry.Err says why
	Missing                // it could not be looked at: Entry.Err says why
	Link                   // a symbolic link that does not lead on
	Dangling               // a symbolic link that should, to nothing
	Cycle                  // a directory that holds the one it was met in
)

// Options of a walk. The zero value visits the arguments alone, in order.
type Options struct {
	Links   Links
	Recurse bool
	// Workers is how many directories are read at a time. 1, and 0, visit in the
	// order of fts: depth first, names as the directory gives them.
	Workers int
}
