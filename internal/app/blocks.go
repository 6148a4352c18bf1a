package app

import (
	"ward/internal/apply"
	"ward/plan"
)

// blockSink writes one worker's changes into a journal.
type blockSink struct{ blocks *apply.Blocks }

func newBlockSink(j apply.Sink, h plan.Header) blockSink {
	return blockSink{apply.NewBlocks(j, h)}
}

func (s blockSink) add(c *plan.Change) error { return s.blocks.Add(c) }
func (s blockSink) flush() error             { return s.blocks.Flush() }
