package state

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"ward/plan"
)

// A journal is one file:
//
//	preamble  64 bytes: magic, version, stage, where the parts begin, CRC-32C
//	start     JSON: the run and the plan's header
//	blocks    of package plan, one behind the other
//	summary   a slot for the counts, written at the end
//	marks     a byte for each block: 1 when it is through. Hints, never relied on
//	notes     JSON, one a line: what did not go as planned
//
// The plan is whole once the preamble says so, which is written after all of it
// was synced: blocks, and the room for summary and marks. From then on nothing
// that matters can fail for want of space; a note that finds none is only counted.

const (
	magic        = "WARDRUN\n"
	version      = 1
	preambleSize = 64
	summarySize  = 4096
)

// castagnoli is a table that is made once, when it is first asked for.
func castagnoli() *crc32.Table { return crc32.MakeTable(crc32.Castagnoli) }

// Journal is the journal of one run. AddBlock, Done and Note may be called by
// several goroutines.
type Journal struct {
	file *os.File
	run  Run

	lock     sync.Mutex
	preamble preamble
	blocks   []block
	lost     int // notes that found no space
}

type block struct {
	offset int64
	header plan.BlockHeader
}

// preamble is the fixed part at the file's start.
type preamble struct {
	stage  Stage
	blocks int64 // offset of the first block
	end    int64 // where the next block goes; of the summary, once planned
	marks  int64
	notes  int64 // where the notes begin
	next   int64 // where the next note goes: found by reading, not kept
}

func (p preamble) encode() []byte {
	b := make([]byte, preambleSize)
	copy(b, magic)
	b[8], b[9] = version, byte(p.stage)
	for i, v := range []int64{p.blocks, p.end, p.marks, p.notes} {
		binary.LittleEndian.PutUint64(b[16+8*i:], uint64(v))
	}
	binary.LittleEndian.PutUint32(b[60:], crc32.Checksum(b[:60], castagnoli()))
	return b
}

func decodePreamble(b []byte) (p preamble, err error) {
	switch {
	case !bytes.HasPrefix(b, []byte(magic)):
		return p, errors.New("this is no journal")
	case b[8] != version:
		return p, fmt.Errorf("the journal has format %d; this ward reads format %d", b[8], version)
	case binary.LittleEndian.Uint32(b[60:]) != crc32.Checksum(b[:60], castagnoli()):
		return p, errors.New("the journal's start is damaged")
	}
	at := func(i int) int64 { return int64(binary.LittleEndian.Uint64(b[16+8*i:])) }
	return preamble{stage: min(Stage(b[9]), Complete), blocks: at(0), end: at(1), marks: at(2), notes: at(3)}, nil
}

// mostTries is how many ids a run may find taken by others of the same second.
const mostTries = 1000

// Begin starts the journal of a new run: run.ID is made from now, which is also
// when it starts. The caller adds the plan's blocks and commits, or discards it.
func (d *Dir) Begin(run Run, h plan.Header, now time.Time) (*Journal, error) {
	run.Started, run.Header, run.Stage = now, h, Drafted
	var f *os.File
	err := fs.ErrExist
	for tries := 0; tries < mostTries && errors.Is(err, fs.ErrExist); tries++ {
		run.ID = newID(now)
		f, err = os.OpenFile(filepath.Join(d.runs(), run.ID+suffix), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	}
	if err != nil {
		return nil, fmt.Errorf("begin a journal: %w", err)
	}
	j := &Journal{file: f, run: run}
	if err := j.writeStart(); err != nil {
		return nil, errors.Join(err, j.Discard())
	}
	return j, nil
}

type start struct {
	Run    Run         `json:"run"`
	Header plan.Header `json:"header"`
}

func (j *Journal) writeStart() error {
	b, err := json.Marshal(start{j.run, j.run.Header})
	if err != nil {
		return fmt.Errorf("begin a journal: %w", err)
	}
	b = sealed(b)
	j.preamble = preamble{blocks: preambleSize + int64(len(b)), end: preambleSize + int64(len(b))}
	if err := j.write(b, preambleSize); err != nil {
		return err
	}
	return j.write(j.preamble.encode(), 0)
}

// sealed puts length and checksum before a part.
func sealed(b []byte) []byte {
	out := binary.LittleEndian.AppendUint32(nil, uint32(len(b)))
	out = binary.LittleEndian.AppendUint32(out, crc32.Checksum(b, castagnoli()))
	return append(out, b...)
}

func (j *Journal) write(b []byte, offset int64) error {
	if _, err := j.file.WriteAt(b, offset); err != nil {
		return fmt.Errorf("write the journal: %w", err)
	}
	return nil
}

// AddBlock appends a block of the plan. b is not kept.
func (j *Journal) AddBlock(b []byte) error {
	h, err := plan.DecodeBlockHeader(b)
	if err != nil {
		return err
	}
	j.lock.Lock()
	offset := j.preamble.end
	j.preamble.end += int64(len(b))
	j.blocks = append(j.blocks, block{offset, h})
	j.lock.Unlock()
	return j.write(b, offset)
}

// Commit makes the plan last: whole, with room for all that must still be
// written, on storage. Before it returns without error nothing may be changed.
func (j *Journal) Commit() error {
	p := &j.preamble
	p.marks = p.end + summarySize
	p.notes = p.marks + int64(len(j.blocks))
	p.next = p.notes
	if err := j.write(make([]byte, p.notes-p.end), p.end); err != nil {
		return err
	}
	if err := j.sync(); err != nil {
		return err
	}
	if err := j.stage(Planned); err != nil {
		return err
	}
	return syncDir(filepath.Dir(j.file.Name()))
}

func (j *Journal) stage(s Stage) error {
	p := j.preamble
	p.stage = s
	if err := j.write(p.encode(), 0); err != nil {
		return err
	}
	if err := j.sync(); err != nil {
		return err
	}
	j.preamble.stage, j.run.Stage = s, s
	return nil
}

func (j *Journal) sync() error {
	if err := j.file.Sync(); err != nil {
		return fmt.Errorf("sync the journal: %w", err)
	}
	return nil
}

// Run is what is remembered of the run.
func (j *Journal) Run() Run { return j.run }

// Header is the plan's.
func (j *Journal) Header() plan.Header { return j.run.Header }

// Blocks is the number of blocks of the plan.
func (j *Journal) Blocks() int { return len(j.blocks) }

// BlockHeader is the header of block i.
func (j *Journal) BlockHeader(i int) plan.BlockHeader { return j.blocks[i].header }

// Block reads block i into buf, which grows as needed, and returns it.
func (j *Journal) Block(i int, buf []byte) ([]byte, error) {
	b := j.blocks[i]
	buf = append(buf[:0], make([]byte, b.header.Size)...)
	if _, err := j.file.ReadAt(buf, b.offset); err != nil {
		return nil, fmt.Errorf("read the journal: %w", err)
	}
	return buf, nil
}

// Done marks block i as gone through. It is a hint: recovery reads every object
// again, so nothing depends on it and it is not synced.
func (j *Journal) Done(i int) { _, _ = j.file.WriteAt([]byte{1}, j.preamble.marks+int64(i)) }

// Through is how many blocks were marked as gone through.
func (j *Journal) Through() int {
	marks := make([]byte, len(j.blocks))
	n, _ := j.file.ReadAt(marks, j.preamble.marks) // hints: what cannot be read is not there
	return bytes.Count(marks[:n], []byte{1})
}

// Note appends what did not go as planned, as one JSON value. Without space it is
// lost and counted.
func (j *Journal) Note(v any) {
	b, err := json.Marshal(v)
	j.lock.Lock()
	defer j.lock.Unlock()
	if err == nil {
		b = append(b, '\n')
		_, err = j.file.WriteAt(b, j.preamble.next)
	}
	if err != nil {
		j.lost++
		return
	}
	j.preamble.next += int64(len(b))
}

// Lost is how many notes found no space.
func (j *Journal) Lost() int { return j.lost }

// Notes calls each with every note, as JSON valid for the call.
func (j *Journal) Notes(each func(json.RawMessage) error) error {
	if j.preamble.stage == Drafted {
		return nil
	}
	d := json.NewDecoder(io.NewSectionReader(j.file, j.preamble.notes, 1<<62-j.preamble.notes))
	for {
		var note json.RawMessage
		switch err := d.Decode(&note); {
		case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
			return nil // the last one was cut off by a crash
		case err != nil:
			return fmt.Errorf("read the journal's notes: %w", err)
		}
		if err := each(note); err != nil {
			return err
		}
	}
}

// Complete says that the run went through. What it changed must be on storage.
func (j *Journal) Complete(c Counts) error {
	b, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("complete the journal: %w", err)
	}
	if b = sealed(b); len(b) <= summarySize {
		if err := j.write(b, j.preamble.end); err != nil {
			return err
		}
		j.run.Counts = c
	}
	return j.stage(Complete)
}

// Discard closes and removes the journal of a run that changed nothing.
func (j *Journal) Discard() error {
	return errors.Join(j.file.Close(), os.Remove(j.file.Name()))
}

// Close gives the file back.
func (j *Journal) Close() error { return j.file.Close() }
