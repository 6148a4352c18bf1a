// Package app holds ward's use cases: what each command does, as a typed request
// and a typed result, without flags, printing or exit statuses. It alone reads the
// clock.
package app

import (
	"sync/atomic"
	"time"
)

// Judging says by which rules trees are judged, and how they are walked. Its zero
// value judges with the pack "baseline", stays on the root's file system and uses
// every processor.
type Judging struct {
	Policies    []string // policy files
	Packs       []string // names of built-in policies; each policy is judged on its own
	Rules       []string // ids of the only rules that count; nil: all
	Only        []string // globs, relative to the root, of the only paths that count; nil: all
	Exclude     []string // globs of paths that are left out with all below them
	Deep        bool     // read the content of every regular file, not only of candidates
	CrossMounts bool     // enter other file systems
	Jobs        int      // how many workers; 0: one for each processor
}

// Progress hears how far a long piece of work has come. Its method is called from
// one goroutine, some ten times a second.
type Progress interface {
	Progress(stage string, done, total int64) // total is 0 where nobody knows it
}

// now is the one clock of the program.
func now() time.Time { return time.Now() }

// watch tells how far a piece of work has come, until done is called.
func watch(p Progress, stage string, count *atomic.Int64, total int64) (done func()) {
	if p == nil {
		return func() {}
	}
	quit, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-quit:
				return
			case <-tick.C:
				p.Progress(stage, count.Load(), total)
			}
		}
	}()
	return func() { close(quit); <-ended }
}
