package plan

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"unicode/utf8"
)

// FileVersion is the version of the saved form that this package writes. It reads
// no other.
const FileVersion = 1

// The saved form is JSON, one value a line: the header, the changes, and a trailer
// with their number and the SHA-256 of all lines before it, so that a file that
// was cut off or edited is noticed.

// Writer writes a saved plan.
type Writer struct {
	out   *bufio.Writer
	sum   hash.Hash
	count int
}

// NewWriter begins a saved plan with its header. Nothing is whole before Close.
func NewWriter(out io.Writer, h Header) (*Writer, error) {
	w := &Writer{out: bufio.NewWriterSize(out, 64<<10), sum: sha256.New()}
	return w, w.line(fileHeader(h))
}

// Add writes one change.
func (w *Writer) Add(c *Change) error {
	w.count++
	return w.line(fileChange(c))
}

// Close writes the trailer and flushes. It does not close what lies below.
func (w *Writer) Close() error {
	t := trailerJSON{Changes: w.count, SHA256: hex.EncodeToString(w.sum.Sum(nil))}
	if err := w.line(t); err != nil {
		return err
	}
	if err := w.out.Flush(); err != nil {
		return fmt.Errorf("write the plan: %w", err)
	}
	return nil
}

func (w *Writer) line(v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("write the plan: %w", err)
	}
	b = append(b, '\n')
	w.sum.Write(b)
	if _, err := w.out.Write(b); err != nil {
		return fmt.Errorf("write the plan: %w", err)
	}
	return nil
}

// FileError says where a saved plan cannot be read.
type FileError struct {
	File    string
	Line    int
	Problem string
	Err     error // nil, or the cause
}

func (e *FileError) Error() string {
	s := fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Problem)
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

func (e *FileError) Unwrap() error { return e.Err }

// maxLine bounds a line: a path of PATH_MAX and four long access lists fit often.
const maxLine = 16 << 20

// Reader reads a saved plan back.
type Reader struct {
	Header Header

	name  string
	in    *bufio.Reader
	sum   hash.Hash
	line  int
	count int
	done  bool
}

// NewReader reads the header. name is the file's, for messages. Errors are
// *FileError.
func NewReader(name string, in io.Reader) (*Reader, error) {
	r := &Reader{name: name, in: bufio.NewReaderSize(in, 64<<10), sum: sha256.New()}
	b, err := r.next()
	if err != nil {
		return nil, err
	}
	var h headerJSON
	if err := strict(b, &h); err != nil {
		return nil, r.fail("this is not a plan that ward saved", err)
	}
	if h.Version != FileVersion {
		return nil, r.fail(fmt.Sprintf("the plan has format %d; this ward reads format %d: make the plan again", h.Version, FileVersion), nil)
	}
	r.sum.Write(b)
	r.Header, err = h.header()
	if err != nil {
		return nil, r.fail("the header is damaged", err)
	}
	return r, nil
}

// Next reads the next change. It returns io.EOF after the last one, once the
// trailer was there and right: a plan is not to be trusted before that.
func (r *Reader) Next() (Change, error) {
	if r.done {
		return Change{}, io.EOF
	}
	b, err := r.next()
	if err != nil {
		return Change{}, err
	}
	if bytes.HasPrefix(b, []byte(`{"changes":`)) {
		return Change{}, r.end(b)
	}
	r.sum.Write(b)
	r.count++
	var j changeJSON
	if err := strict(b, &j); err != nil {
		return Change{}, r.fail("this is no change", err)
	}
	c, err := j.change(len(r.Header.Rules))
	if err != nil {
		return Change{}, r.fail("this change is not possible", err)
	}
	return c, nil
}

// end checks the trailer and that nothing follows it.
func (r *Reader) end(b []byte) error {
	var t trailerJSON
	if err := strict(b, &t); err != nil {
		return r.fail("the trailer is damaged", err)
	}
	if t.Changes != r.count {
		return r.fail(fmt.Sprintf("the trailer counts %d changes, the file has %d", t.Changes, r.count), nil)
	}
	if t.SHA256 != hex.EncodeToString(r.sum.Sum(nil)) {
		return r.fail("the plan was changed after it was saved: its digest does not match", nil)
	}
	if _, err := r.in.ReadByte(); !errors.Is(err, io.EOF) {
		return r.fail("something follows the trailer", err)
	}
	r.done = true
	return io.EOF
}

// next is the next line with its newline, valid until the one after.
func (r *Reader) next() ([]byte, error) {
	r.line++
	b, err := r.in.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		b, err = r.long(bytes.Clone(b))
	}
	switch {
	case errors.Is(err, io.EOF):
		return nil, r.fail("the plan ends before its trailer: it was cut off", nil)
	case err != nil:
		return nil, r.fail("read the plan", err)
	}
	return b, nil
}

func (r *Reader) long(b []byte) ([]byte, error) {
	for {
		more, err := r.in.ReadSlice('\n')
		b = append(b, more...)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return b, err
		}
		if len(b) > maxLine {
			return nil, errors.New("the line is too long")
		}
	}
}

func (r *Reader) fail(problem string, err error) error {
	return &FileError{File: r.name, Line: r.line, Problem: problem, Err: err}
}

func strict(b []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return err
	}
	if d.More() {
		return errors.New("more than one value on the line")
	}
	return nil
}

// text is a string that may hold any bytes: names of files do.
type text struct {
	Plain string `json:"text,omitempty"`
	Raw   []byte `json:"bytes,omitempty"` // base64, where Plain would not be UTF-8
}

// MarshalJSON writes a plain string where that is possible.
func (t text) MarshalJSON() ([]byte, error) {
	if len(t.Raw) == 0 {
		return json.Marshal(t.Plain)
	}
	return json.Marshal(struct {
		Bytes []byte `json:"bytes"`
	}{t.Raw})
}

// UnmarshalJSON reads both forms.
func (t *text) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		return json.Unmarshal(b, &t.Plain)
	}
	var raw struct {
		Bytes []byte `json:"bytes"`
	}
	if err := strict(b, &raw); err != nil {
		return err
	}
	t.Raw = raw.Bytes
	return nil
}

func newText(s string) text {
	if utf8.ValidString(s) {
		return text{Plain: s}
	}
	return text{Raw: []byte(s)}
}

func (t text) string() string {
	if len(t.Raw) > 0 {
		return string(t.Raw)
	}
	return t.Plain
}
