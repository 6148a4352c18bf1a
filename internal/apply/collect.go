package apply

import (
	"encoding/binary"
	"sync/atomic"

	"ward/entry"
	"ward/internal/spill"
	"ward/mode"
	"ward/plan"
)

// Sink takes the blocks of a plan, from several goroutines.
type Sink interface {
	AddBlock(b []byte) error
}

// CollectOptions of a collector.
type CollectOptions struct {
	Links plan.LinkOptions

	// Resolved says that every object comes under one name only, because
	// several names were dealt with before: a saved plan, an earlier run.
	Resolved bool

	// Undo collects what was done, to be taken back: the order of directories is
	// that of the way back.
	Undo bool

	// Temporary makes files for directories that do not fit into memory. nil:
	// they have to fit.
	Temporary func() (spill.File, error)
}

// Collector gathers the changes that the workers of a walk plan, and writes them
// to a sink as blocks: most at once, directories that open or close in the order
// of their levels at the end.
type Collector struct {
	sink    Sink
	options CollectOptions
	adders  []*Adder
	ordered *spill.Sorter
	count   atomic.Int64
}

// NewCollector collects into a sink. The caller closes it.
func NewCollector(sink Sink, o CollectOptions) *Collector {
	return &Collector{sink: sink, options: o, ordered: spill.New(spill.Options{Create: o.Temporary})}
}

// Adder is one worker's way in. Adders are made before the workers start.
func (c *Collector) Adder() *Adder {
	a := &Adder{collector: c, ordered: c.ordered.Adder()}
	c.adders = append(c.adders, a)
	return a
}

// Close throws temporary files away.
func (c *Collector) Close() error { return c.ordered.Close() }

// The size from which a block is written: a compromise between the cost of each
// and how evenly the last ones fall to workers.
const blockSize = 48 << 10

// Adder takes changes from one goroutine.
type Adder struct {
	collector *Collector
	block     plan.BlockWriter
	one       plan.BlockWriter
	ordered   *spill.Adder
	links     plan.Links
	key       []byte
}

// Add takes a change. Nothing of it is kept but its Rules.
func (a *Adder) Add(c *plan.Change) error {
	if c.Links > 1 && !a.collector.options.Resolved && !isDirectory(c) {
		a.links.Change(c)
		return nil
	}
	return a.put(c)
}

// Content takes an entry that is as wanted. Only one with several names matters,
// since its other names must want nothing either.
func (a *Adder) Content(e *entry.Entry) {
	if plan.Several(e) {
		a.links.Content(e)
	}
}

func (a *Adder) put(c *plan.Change) error {
	a.collector.count.Add(1)
	phase, level := plan.Middle, uint16(0)
	if isDirectory(c) {
		phase, level = a.phase(c)
	}
	if phase != plan.Middle {
		return a.ordered.Add(a.record(c, phase, level))
	}
	a.block.Add(c)
	if a.block.Size() < blockSize {
		return nil
	}
	return a.flush()
}

func (a *Adder) phase(c *plan.Change) (plan.Phase, uint16) {
	if !a.collector.options.Undo {
		return plan.PhaseOf(c)
	}
	back := plan.Inverse(c)
	return plan.PhaseOf(&back)
}

// record is a change as the sorter orders it: by phase, level and path.
func (a *Adder) record(c *plan.Change, p plan.Phase, level uint16) []byte {
	a.key = append(a.key[:0], byte(p))
	a.key = binary.BigEndian.AppendUint16(a.key, level)
	a.key = append(append(a.key, c.Path...), 0)
	a.one.Add(c)
	return append(a.key, a.one.Finish(p, level)...)
}

func (a *Adder) flush() error {
	if a.block.Count() == 0 {
		return nil
	}
	return a.collector.sink.AddBlock(a.block.Finish(plan.Middle, 0))
}

// Finish writes what is still held, once all workers are done: objects with
// several names, and directories in their order. It answers how many changes the
// plan has, and which were refused for their names.
func (c *Collector) Finish() (count int, refused []plan.Refusal, err error) {
	last := c.Adder()
	for _, a := range c.adders {
		last.links.Merge(&a.links)
	}
	changes, refused := last.links.Resolve(c.options.Links)
	for i := range changes {
		if err := last.put(&changes[i]); err != nil {
			return 0, nil, err
		}
	}
	for _, a := range c.adders {
		if err := a.flush(); err != nil {
			return 0, nil, err
		}
	}
	return int(c.count.Load()), refused, c.writeOrdered()
}

// writeOrdered makes blocks of the directories, none of which spans two levels.
func (c *Collector) writeOrdered() error {
	var w plan.BlockWriter
	var r plan.BlockReader
	var change plan.Change
	var at plan.BlockHeader
	flush := func() error {
		if w.Count() == 0 {
			return nil
		}
		return c.sink.AddBlock(w.Finish(at.Phase, at.Level))
	}
	for record, err := range c.ordered.Sorted() {
		if err == nil {
			err = r.Open(afterKey(record))
		}
		if err != nil {
			return err
		}
		if r.Header.Phase != at.Phase || r.Header.Level != at.Level || w.Size() >= blockSize/4 {
			if err := flush(); err != nil {
				return err
			}
			at = r.Header
		}
		for r.Next(&change) {
			w.Add(&change)
		}
		if err := r.Err(); err != nil {
			return err
		}
	}
	return flush()
}

// afterKey is the block behind phase, level, path and its NUL.
func afterKey(record []byte) []byte {
	for i := 3; i < len(record); i++ {
		if record[i] == 0 {
			return record[i+1:]
		}
	}
	return nil
}

// Each reads a journal's changes as they were, or are to be, carried out: those of
// an undo the way back. The change is valid until the next.
func Each(j Journal, do func(*plan.Change) error) error {
	h := j.Header()
	return eachRecord(j, func(c *plan.Change) error {
		e := h.Effective(c)
		return do(&e)
	})
}

func eachRecord(j Journal, do func(*plan.Change) error) error {
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
			if err := do(&c); err != nil {
				return err
			}
		}
		if err := r.Err(); err != nil {
			return err
		}
	}
	return nil
}

// ReverseOptions say what of a run is to be taken back.
type ReverseOptions struct {
	// Skip leaves changes out by their planned path: those that the run left
	// alone. nil: none.
	Skip func(path string) bool
	// Renumbered is the identities that the run itself changed, by path.
	Renumbered map[string]entry.Identity
	// Temporary is as in CollectOptions.
	Temporary func() (spill.File, error)
}

// Reverse makes of a run's journal the plan that takes it back. Its header must
// say Undo. It answers how many changes there are.
func Reverse(done Journal, sink Sink, o ReverseOptions) (count int, err error) {
	c := NewCollector(sink, CollectOptions{Resolved: true, Undo: true, Temporary: o.Temporary})
	defer c.Close()
	a := c.Adder()
	err = Each(done, func(ch *plan.Change) error {
		if o.Skip != nil && o.Skip(ch.Path) {
			return nil
		}
		if id, ok := o.Renumbered[ch.Path]; ok {
			ch.ID = id
		}
		return a.Add(ch)
	})
	if err != nil {
		return 0, err
	}
	count, _, err = c.Finish()
	return count, err
}

func isDirectory(c *plan.Change) bool { return c.Kind == mode.Directory }
