package acltext

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// Lines reads a text line by line as the programs do.
type Lines struct {
	in   *bufio.Reader
	Read int // lines so far
}

// NewLines reads from in; what is left there when reading ends is the next reader's,
// if in is a *bufio.Reader.
func NewLines(in io.Reader) *Lines {
	buffered, ok := in.(*bufio.Reader)
	if !ok {
		buffered = bufio.NewReader(in)
	}
	return &Lines{in: buffered}
}

// Next is the next line, without the line break and carriage returns at its end, and
// up to a NUL, which ends a text in C. At the end of the text the error is io.EOF.
func (l *Lines) Next() (string, error) {
	line, err := l.in.ReadBytes('\n')
	if len(line) == 0 || err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	l.Read++
	line, _, _ = bytes.Cut(line, []byte{0})
	return string(bytes.TrimRight(line, "\r\n")), nil
}

// Skip passes over blanks and line breaks, and says which byte comes next; 0 at the
// end of the text.
func (l *Lines) Skip() (byte, error) {
	for {
		c, err := l.in.ReadByte()
		switch {
		case errors.Is(err, io.EOF):
			return 0, nil
		case err != nil:
			return 0, err
		case c == '\n':
			l.Read++
		case c != ' ' && c != '\t' && c != '\r':
			return c, l.in.UnreadByte()
		}
	}
}
