// Package tree is the stream of entries that every judge reads: what a source
// hands out, and the scheduling of a walk over many workers.
package tree

import (
	"context"

	"ward/entry"
)

// Action tells a walk how to go on after an entry.
type Action uint8

// The actions.
const (
	Continue Action = iota
	Prune           // do not descend into this directory
	Quit            // end the whole walk, without error
)

// Visitor judges entries. A walk makes one for each worker, so a visitor needs no
// lock. No method may keep the entry or its Name beyond the call.
type Visitor interface {
	// Enter is called once for a directory that is about to be read, before its
	// entries are visited. False leaves its contents out.
	Enter(d *entry.Dir) bool

	// Visit judges one entry, the root of the tree included. A non-zero set of
	// facts asks the source to fetch them and visit the same entry again; those
	// that cannot be had are then in e.Denied, and Fail has said why. An entry
	// that vanishes meanwhile is not visited again. A directory is visited before
	// it is entered.
	Visit(e *entry.Entry) (entry.Facts, Action)

	// Fail reports what could not be looked at: a directory that could not be
	// read, an entry that could not be examined, a fact that was denied. path is
	// relative to the root of the tree, and err does not repeat it. What vanishes
	// during the walk is no failure. The walk goes on.
	Fail(path string, err error)
}

// Options of a walk. The zero value stays on the root's file system and uses
// every processor.
type Options struct {
	Workers     int  // 0: one for each processor
	CrossMounts bool // enter other mounts and other file systems

	// NoBirth leaves ID.Birth of entries 0, which makes the walk of a live tree
	// cheaper: for who does not have to know the objects again later.
	NoBirth bool
}

// Source is a tree that can be walked: a live one, an archive, a manifest.
type Source interface {
	// Walk visits every entry. newVisitor is called once for each worker, from
	// the calling goroutine, before anything is visited. Walk returns after all
	// workers have ended: an error only when the root itself cannot be read or
	// ctx is done.
	Walk(ctx context.Context, o Options, newVisitor func() Visitor) error
}
