package apply

import "ward/plan"

// Sink takes the blocks of a plan, from several goroutines.
type Sink interface {
	AddBlock(b []byte) error
}

// Blocks gathers the changes of one goroutine into the blocks of a plan: those that
// need no order as they come, directories that open or close apart by phase and
// level. What it holds does not grow with the number of changes.
type Blocks struct {
	sink    Sink
	header  plan.Header
	middle  plan.BlockWriter
	ordered map[order]*plan.BlockWriter
}

type order struct {
	phase plan.Phase
	level uint16
}

// blockSize is about how large a block is, the unit of work of a run: a compromise
// between the cost of each and how evenly the last ones fall to workers.
const blockSize = 64 << 10

// NewBlocks is for changes under a header, whose Undo turns the order round.
func NewBlocks(sink Sink, h plan.Header) *Blocks {
	return &Blocks{sink: sink, header: h, ordered: map[order]*plan.BlockWriter{}}
}

// Add takes a change, of which nothing is kept but its Rules.
func (b *Blocks) Add(c *plan.Change) error {
	effective := b.header.Effective(c)
	var at order
	at.phase, at.level = plan.PhaseOf(&effective)
	w := &b.middle
	if at.phase != plan.Middle {
		w = b.writer(at)
	}
	w.Add(c)
	if w.Size() < blockSize {
		return nil
	}
	return b.finish(w, at)
}

func (b *Blocks) writer(at order) *plan.BlockWriter {
	w := b.ordered[at]
	if w == nil {
		w = new(plan.BlockWriter)
		b.ordered[at] = w
	}
	return w
}

// Flush writes what is still held.
func (b *Blocks) Flush() error {
	for at, w := range b.ordered {
		if err := b.finish(w, at); err != nil {
			return err
		}
	}
	return b.finish(&b.middle, order{phase: plan.Middle})
}

func (b *Blocks) finish(w *plan.BlockWriter, at order) error {
	if w.Count() == 0 {
		return nil
	}
	return b.sink.AddBlock(w.Finish(at.phase, at.level))
}

// Each reads a journal's changes as they were, or are to be, carried out: those of
// an undo the way back. The change is valid until the next.
func Each(j Journal, do func(*plan.Change) error) error {
	h := j.Header()
	var buf []byte
	var r plan.BlockReader
	var c plan.Change
	for i := range j.Blocks() {
		b, err := j.Block(i, buf)
		if err == nil {
			err = r.Open(b)
		}
		if err != nil {
			return err
		}
		for buf = b; r.Next(&c); {
			e := h.Effective(&c)
			if err := do(&e); err != nil {
				return err
			}
		}
		if err := r.Err(); err != nil {
			return err
		}
	}
	return nil
}
