package state

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"ward/plan"
)

// JournalError is a journal that cannot be read.
type JournalError struct {
	Path string
	Err  error
}

func (e *JournalError) Error() string { return fmt.Sprintf("read the journal %q: %v", e.Path, e.Err) }

func (e *JournalError) Unwrap() error { return e.Err }

// open opens the journal of an earlier run.
func open(name string, flag int) (*Journal, error) {
	f, err := os.OpenFile(name, flag, 0)
	if err != nil {
		return nil, &JournalError{name, err}
	}
	j := &Journal{file: f}
	if err := j.load(); err != nil {
		f.Close()
		return nil, &JournalError{name, err}
	}
	return j, nil
}

func (j *Journal) load() error {
	b := make([]byte, preambleSize)
	n, err := j.file.ReadAt(b, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if blank(b[:n]) {
		j.run = draft(j.file.Name())
		return nil
	}
	if n < len(b) {
		return errors.New("the journal is cut off")
	}
	if j.preamble, err = decodePreamble(b); err != nil {
		return err
	}
	var s start
	if err := j.readSealed(preambleSize, &s); err != nil {
		if j.preamble.stage == Drafted {
			j.run = draft(j.file.Name())
			return nil
		}
		return err
	}
	j.run, j.run.Header, j.run.Stage = s.Run, s.Header, j.preamble.stage
	if j.run.Stage == Drafted {
		return nil
	}
	if j.run.Stage == Complete {
		_ = j.readSealed(j.preamble.end, &j.run.Counts) // the run is whole without them
	}
	return j.findBlocks()
}

// blank reports whether nothing was written there yet. A power cut leaves that of a
// journal which was begun and not committed: its name reached the disk before it.
func blank(b []byte) bool {
	return bytes.Count(b, []byte{0}) == len(b)
}

// drafted reports whether a journal surely was not committed.
func drafted(name string) bool {
	f, err := os.Open(name)
	if err != nil {
		return false
	}
	defer f.Close()
	b := make([]byte, preambleSize)
	n, err := f.ReadAt(b, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return false
	}
	if blank(b[:n]) {
		return true
	}
	p, err := decodePreamble(b)
	return err == nil && p.stage == Drafted
}

// draft is what is known of a run whose journal does not tell: nothing was changed,
// for Commit returns when all of a journal is on storage.
func draft(name string) Run {
	id := strings.TrimSuffix(filepath.Base(name), suffix)
	stamp, _, _ := strings.Cut(id, "-")
	started, _ := time.Parse(idTime, stamp) // zero for a name that ward did not give
	return Run{ID: id, Started: started, Stage: Drafted}
}

// maxPart bounds what is read into memory at once.
const maxPart = 64 << 20

func (j *Journal) readSealed(offset int64, v any) error {
	head := make([]byte, 8)
	if _, err := j.file.ReadAt(head, offset); err != nil {
		return errors.New("the journal is cut off")
	}
	n := binary.LittleEndian.Uint32(head)
	if n > maxPart {
		return errors.New("a part's length is beyond reason")
	}
	b := make([]byte, n)
	if _, err := j.file.ReadAt(b, offset+8); err != nil {
		return errors.New("the journal is cut off")
	}
	if crc32.Checksum(b, castagnoli()) != binary.LittleEndian.Uint32(head[4:]) {
		return errors.New("a part is damaged: its checksum does not match")
	}
	return json.Unmarshal(b, v)
}

// findBlocks reads the headers of all blocks. Their content is checked when they
// are opened.
func (j *Journal) findBlocks() error {
	head := make([]byte, plan.BlockHeaderSize)
	for at := j.preamble.blocks; at < j.preamble.end; {
		if _, err := j.file.ReadAt(head, at); err != nil {
			return errors.New("the journal is cut off")
		}
		h, err := plan.DecodeBlockHeader(head)
		if err != nil {
			return err
		}
		j.blocks = append(j.blocks, block{at, h})
		if at += int64(h.Size); at > j.preamble.end {
			return errors.New("a block reaches beyond the plan")
		}
	}
	end, err := j.file.Seek(0, io.SeekEnd)
	j.preamble.next = max(end, j.preamble.notes)
	return err
}
