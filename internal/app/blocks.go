package app

import (
	"ward/internal/host/state"
	"ward/plan"
)

// blockSink writes one worker's changes into a journal: those that need no order
// as they come, those of directories apart by phase and level.
type blockSink struct {
	journal *state.Journal
	header  *plan.Header
	middle  plan.BlockWriter
	ordered map[blockOrder]*plan.BlockWriter
}

type blockOrder struct {
	phase plan.Phase
	level uint16
}

// blockSize is about how large a block is: the unit of work of a run.
const blockSize = 64 << 10

func newBlockSink(j *state.Journal, h *plan.Header) *blockSink {
	return &blockSink{journal: j, header: h, ordered: map[blockOrder]*plan.BlockWriter{}}
}

func (s *blockSink) add(c *plan.Change) error {
	effective := s.header.Effective(c)
	order := blockOrder{}
	order.phase, order.level = plan.PhaseOf(&effective)
	w := &s.middle
	if order.phase != plan.Middle {
		w = s.writer(order)
	}
	w.Add(c)
	if w.Size() < blockSize {
		return nil
	}
	return s.journal.AddBlock(w.Finish(order.phase, order.level))
}

func (s *blockSink) writer(o blockOrder) *plan.BlockWriter {
	w := s.ordered[o]
	if w == nil {
		w = new(plan.BlockWriter)
		s.ordered[o] = w
	}
	return w
}

func (s *blockSink) flush() error {
	for o, w := range s.ordered {
		if err := s.finish(w, o); err != nil {
			return err
		}
	}
	return s.finish(&s.middle, blockOrder{phase: plan.Middle})
}

func (s *blockSink) finish(w *plan.BlockWriter, o blockOrder) error {
	if w.Count() == 0 {
		return nil
	}
	return s.journal.AddBlock(w.Finish(o.phase, o.level))
}

// eachChange reads every change of a journal, as it was planned.
func eachChange(j *state.Journal, each func(*plan.Change) error) error {
	var r plan.BlockReader
	var buf []byte
	var err error
	for i := range j.Blocks() {
		if buf, err = j.Block(i, buf); err != nil {
			return err
		}
		if err := r.Open(buf); err != nil {
			return err
		}
		for c := new(plan.Change); r.Next(c); {
			if err := each(c); err != nil {
				return err
			}
		}
		if err := r.Err(); err != nil {
			return err
		}
	}
	return nil
}
