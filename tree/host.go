package tree

import (
	"errors"

	"ward/entry"
)

// Host is a live tree, as a walk wants it.
type Host interface {
	// Root is the entry at the top, with Stat known and Dir nil.
	Root() (entry.Entry, error)

	// Reader makes a reader of directories. Each worker has its own.
	Reader() Reader
}

// Reader reads one directory after the other. It is used by one goroutine.
type Reader interface {
	// Open begins with a directory, at a place that Place has told, or 0 for the
	// first entry. It must be the object of id (device and inode): ErrChanged
	// otherwise. An error that matches fs.ErrNotExist says that it has vanished.
	Open(d *entry.Dir, id entry.Identity, place int64) error

	// Place is where to read on after the last Next, never 0.
	Place() int64

	// Next reads the next entries of the open directory, with Stat known. They
	// are valid until the next call of Next or Open, and the first call gives at
	// least a thousand if there are as many. An entry that could not be looked
	// at has Stat in Denied. At the end of the directory there are none.
	Next() ([]entry.Entry, error)

	// Fetch adds facts to an entry of the last Next, or to the root of the tree.
	// What cannot be had is then in e.Denied, and the error says why.
	Fetch(e *entry.Entry, want entry.Facts) error

	// Close ends the work of the reader.
	Close()
}

// ErrChanged says that another object was found than the one just looked at.
var ErrChanged = errors.New("changed while being looked at")

// Skip is why a walk left a directory out although its visitor did not.
type Skip uint8

// The reasons.
const (
	OtherFileSystem Skip = iota + 1 // another mount or device than the root's
	Automount                       // nothing is mounted there yet, and looking would mount it
)

func (s Skip) String() string {
	switch s {
	case OtherFileSystem:
		return "other file system"
	case Automount:
		return "automount point"
	default:
		return "left out"
	}
}

// SkipVisitor is what a Visitor may be besides, to hear of the directories that
// the walk visited but did not enter of its own accord.
type SkipVisitor interface {
	Skip(e *entry.Entry, why Skip)
}
