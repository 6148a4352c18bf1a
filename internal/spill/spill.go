// Package spill sorts more records than memory should hold: what does not fit is
// written to temporary files as sorted runs, which are merged when they are read.
// Findings and plans of any number pass through it in bounded memory.
//
//	s := spill.New(spill.Options{Create: temporary})
//	defer s.Close()
//	a := s.Adder()        // one for each worker: no lock is taken per record
//	err := a.Add(record)
//	for record, err := range s.Sorted() { … }
package spill

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
)

// File is a temporary file. Its content is gone once it is closed.
type File interface {
	io.Writer
	io.ReaderAt
	io.Closer
}

// Options of a sorter.
type Options struct {
	// Create makes a temporary file when the first run is written. Without it
	// everything stays in memory.
	Create func() (File, error)

	// Memory is how many bytes of records an adder holds before it writes a
	// run. 0: 4 MiB.
	Memory int

	// Compare orders records. nil: bytes.Compare.
	Compare func(a, b []byte) int
}

const defaultMemory = 4 << 20

// Sorter gathers records from several adders and gives them back in order.
type Sorter struct {
	options Options
	adders  []*Adder
}

// New makes an empty sorter.
func New(o Options) *Sorter {
	if o.Memory == 0 {
		o.Memory = defaultMemory
	}
	if o.Compare == nil {
		o.Compare = bytes.Compare
	}
	return &Sorter{options: o}
}

// Adder is a new way in, for one goroutine. Adders are made before the workers
// that use them start.
func (s *Sorter) Adder() *Adder {
	a := &Adder{sorter: s}
	s.adders = append(s.adders, a)
	return a
}

// Close throws the temporary files away.
func (s *Sorter) Close() error {
	var errs []error
	for _, a := range s.adders {
		if a.file != nil {
			errs = append(errs, a.file.Close())
			a.file = nil
		}
	}
	return errors.Join(errs...)
}

// Count is the number of records added. No adder may be in use meanwhile.
func (s *Sorter) Count() (n int) {
	for _, a := range s.adders {
		n += a.count
	}
	return n
}

// Adder takes records from one goroutine.
type Adder struct {
	sorter  *Sorter
	arena   []byte
	records []span // into the arena
	count   int

	file File
	size int64
	runs []run
	out  []byte // write buffer
}

type span struct{ start, end int32 }

type run struct{ start, end int64 }

// Add copies the record in. An error means that a temporary file could not be
// made or written; the sorter is then of no more use.
func (a *Adder) Add(record []byte) error {
	if len(a.records) > 0 && a.held()+len(record) > a.sorter.options.Memory {
		if err := a.spill(); err != nil {
			return err
		}
	}
	start := len(a.arena)
	a.arena = append(a.arena, record...)
	a.records = append(a.records, span{int32(start), int32(len(a.arena))})
	a.count++
	return nil
}

// held is the memory in use: records and where they are.
func (a *Adder) held() int { return len(a.arena) + 8*len(a.records) }

func (a *Adder) sort() {
	compare := a.sorter.options.Compare
	slices.SortStableFunc(a.records, func(x, y span) int {
		return compare(a.arena[x.start:x.end], a.arena[y.start:y.end])
	})
}

// spill writes what is held as one more sorted run.
func (a *Adder) spill() error {
	create := a.sorter.options.Create
	if create == nil {
		return nil
	}
	if a.file == nil {
		f, err := create()
		if err != nil {
			return fmt.Errorf("make a temporary file: %w", err)
		}
		a.file = f
	}
	a.sort()
	start := a.size
	for _, s := range a.records {
		if err := a.write(a.arena[s.start:s.end]); err != nil {
			return err
		}
	}
	if err := a.flush(); err != nil {
		return err
	}
	a.runs = append(a.runs, run{start, a.size})
	a.arena, a.records = a.arena[:0], a.records[:0]
	return nil
}

const writeSize = 256 << 10

func (a *Adder) write(record []byte) error {
	a.out = binary.AppendUvarint(a.out, uint64(len(record)))
	a.out = append(a.out, record...)
	if len(a.out) < writeSize {
		return nil
	}
	return a.flush()
}

func (a *Adder) flush() error {
	n, err := a.file.Write(a.out)
	a.size += int64(n)
	a.out = a.out[:0]
	if err != nil {
		return fmt.Errorf("write a temporary file: %w", err)
	}
	return nil
}

// Sorted gives every record in order, equal ones in any. A record is valid until
// the next one. It may be read several times; no record may be added any more. It
// ends after the first error.
func (s *Sorter) Sorted() iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		h, err := s.sources()
		for err == nil && len(h.sources) > 0 {
			if !yield(h.sources[0].record, nil) {
				return
			}
			err = h.next()
		}
		if err != nil {
			yield(nil, err)
		}
	}
}

// sources opens every run, those in memory too.
func (s *Sorter) sources() (*merge, error) {
	h := &merge{compare: s.options.Compare}
	for _, a := range s.adders {
		a.sort()
		for _, r := range a.runs {
			if err := h.add(&source{in: newRunReader(a.file, r)}); err != nil {
				return nil, err
			}
		}
		if err := h.add(&source{adder: a}); err != nil {
			return nil, err
		}
	}
	return h, nil
}
