package spill

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// merge is a heap of sources, the one with the least record first.
type merge struct {
	compare func(a, b []byte) int
	sources []*source
}

// source is a run being read: from memory, or from a file.
type source struct {
	record []byte

	adder *Adder // in memory: the records from at on
	at    int

	in *bufio.Reader
}

const readSize = 64 << 10

func newRunReader(f io.ReaderAt, r run) *bufio.Reader {
	return bufio.NewReaderSize(io.NewSectionReader(f, r.start, r.end-r.start), readSize)
}

// advance reads the next record; io.EOF after the last.
func (s *source) advance() error {
	if s.in == nil {
		if s.at == len(s.adder.records) {
			return io.EOF
		}
		p := s.adder.records[s.at]
		s.record = s.adder.arena[p.start:p.end]
		s.at++
		return nil
	}
	n, err := binary.ReadUvarint(s.in)
	if err != nil {
		return err
	}
	s.record = append(s.record[:0], make([]byte, n)...)
	if _, err := io.ReadFull(s.in, s.record); err != nil {
		return fmt.Errorf("read a temporary file: %w", err)
	}
	return nil
}

// add puts in a source that has a record.
func (m *merge) add(s *source) error {
	switch err := s.advance(); {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		return err
	}
	m.sources = append(m.sources, s)
	for i := len(m.sources) - 1; i > 0 && m.less(i, (i-1)/2); i = (i - 1) / 2 {
		m.swap(i, (i-1)/2)
	}
	return nil
}

// next goes on to the record after the first source's.
func (m *merge) next() error {
	err := m.sources[0].advance()
	if errors.Is(err, io.EOF) {
		last := len(m.sources) - 1
		m.swap(0, last)
		m.sources, err = m.sources[:last], nil
	}
	m.sink()
	return err
}

func (m *merge) sink() {
	for i := 0; ; {
		least := i
		for _, child := range [2]int{2*i + 1, 2*i + 2} {
			if child < len(m.sources) && m.less(child, least) {
				least = child
			}
		}
		if least == i {
			return
		}
		m.swap(i, least)
		i = least
	}
}

func (m *merge) less(i, j int) bool {
	return m.compare(m.sources[i].record, m.sources[j].record) < 0
}

func (m *merge) swap(i, j int) { m.sources[i], m.sources[j] = m.sources[j], m.sources[i] }
