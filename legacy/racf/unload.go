package racf

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
)

// Coding says how a file of IRRDBU00 records was brought here. The zero value is text:
// one record a line.
type Coding struct {
	RDW    bool // records follow their record descriptor word, four bytes with the length
	EBCDIC bool // IBM-1047, as a binary transfer leaves it
}

// DecodeError says where and why bytes are no file of records.
type DecodeError struct {
	Record  int // counted from 1
	Offset  int // in the file
	Problem string
}

func (e *DecodeError) Error() string {
	return fmt.Sprintf("IRRDBU00 record %d, at %d: %s", e.Record, e.Offset, e.Problem)
}

// Record is one record of the unload file: its type, and its text, of which each byte is
// one column. Trailing blanks are left out. Text from EBCDIC is Latin-1.
type Record struct {
	Type string // four digits: 0400
	Text string
}

// DetectCoding guesses how the file was brought here, from its first record.
func DetectCoding(b []byte) (Coding, bool) {
	for _, c := range []Coding{{}, {EBCDIC: true}, {RDW: true}, {RDW: true, EBCDIC: true}} {
		head := b
		if c.RDW {
			head = head[min(4, len(head)):]
		}
		head = head[:min(4, len(head))]
		if c.EBCDIC {
			head = latin1(head)
		}
		if isRecordType(string(head)) {
			return c, true
		}
	}
	return Coding{}, false
}

func isRecordType(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' && (s[i] < 'A' || s[i] > 'F') {
			return false
		}
	}
	return len(s) == 4
}

// DecodeRecords reads a file of records. Empty lines are passed over; record types that
// are not known are kept.
func DecodeRecords(b []byte, c Coding) ([]Record, error) {
	var out []Record
	for at := 0; at < len(b); {
		raw, next, err := c.cut(b, at, len(out)+1)
		if err != nil {
			return nil, err
		}
		if c.EBCDIC {
			raw = latin1(raw)
		}
		text := strings.TrimRight(string(raw), " \r\x00")
		if text != "" {
			if len(text) < 4 || !isRecordType(text[:4]) {
				return nil, &DecodeError{len(out) + 1, at, "does not start with a record type of four digits"}
			}
			out = append(out, Record{text[:4], text})
		}
		at = next
	}
	return out, nil
}

// cut is the record that starts at a place, and where the next one does.
func (c Coding) cut(b []byte, at, number int) (raw []byte, next int, err error) {
	if !c.RDW {
		ends := "\n"
		if c.EBCDIC {
			ends = "\x15\x25\n"
		}
		if i := bytes.IndexAny(b[at:], ends); i >= 0 {
			return b[at : at+i], at + i + 1, nil
		}
		return b[at:], len(b), nil
	}
	if len(b)-at < 4 {
		return nil, 0, &DecodeError{number, at, "ends within its descriptor word"}
	}
	size := int(binary.BigEndian.Uint16(b[at:]))
	if size < 4 || size > len(b)-at {
		return nil, 0, &DecodeError{number, at, fmt.Sprintf("says %d bytes, and %d are left", size, len(b)-at)}
	}
	return b[at+4 : at+size], at + size, nil
}

// EncodeRecords writes a file of records. A record longer than its descriptor word can
// say is refused.
func EncodeRecords(rs []Record, c Coding) ([]byte, error) {
	var b []byte
	for i, r := range rs {
		raw := []byte(r.Text)
		if c.EBCDIC {
			raw = ebcdic(raw)
		}
		switch {
		case c.RDW && len(raw) > 0xFFFF-4:
			return nil, &DecodeError{i + 1, len(b), "is too long for a descriptor word"}
		case c.RDW:
			b = binary.BigEndian.AppendUint16(b, uint16(len(raw)+4))
			b = append(append(b, 0, 0), raw...)
		case c.EBCDIC:
			b = append(append(b, raw...), 0x15)
		default:
			b = append(append(b, raw...), '\n')
		}
	}
	return b, nil
}

// columns of a field: the first and the last, counted from 1, as the manual has them.
type columns struct{ first, last int }

// at is the text in the columns, without blanks at its end; "" beyond a short record.
func (r Record) at(c columns) string {
	if c.first > len(r.Text) {
		return ""
	}
	return strings.TrimRight(r.Text[c.first-1:min(c.last, len(r.Text))], " ")
}

func (r Record) yes(c columns) bool { return strings.EqualFold(r.at(c), "YES") }

func (r Record) count(c columns) int {
	n, err := strconv.Atoi(r.at(c))
	if err != nil {
		return 0
	}
	return n
}

// put writes a field over blanks; what is longer than the columns is cut.
func (r *Record) put(c columns, s string) {
	if pad := c.last - len(r.Text); pad > 0 {
		r.Text += strings.Repeat(" ", pad)
	}
	s = s[:min(len(s), c.last-c.first+1)]
	r.Text = r.Text[:c.first-1] + s + strings.Repeat(" ", c.last-c.first+1-len(s)) + r.Text[c.last:]
}
