package amiga

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
)

// UAEM is the contents of a .uaem file, which FS-UAE and Amiberry keep beside a file
// NAME as NAME.uaem. Where there is none a file has ----rwed.
type UAEM struct {
	Protection Protection // the letters only
	Date       string     // "2015-06-01 12:00:00.00", in local time
	Comment    string
}

const (
	uaemDate    = "2006-01-02 15:04:05.00" // by its length; not checked
	uaemFlags   = 8
	uaemComment = uaemFlags + 1 + len(uaemDate) + 1
)

// DecodeUAEM reads a .uaem file: a mark of UTF-8 or none, eight letters, the date, and the
// comment up to the end of the line. What is too short or has other letters is, with a
// *FormError, the default: the emulators take it so.
func DecodeUAEM(b []byte) (UAEM, error) {
	text := string(bytes.TrimPrefix(b, []byte("\ufeff")))
	line := text
	if end := strings.IndexAny(text, "\r\n"); end >= 0 {
		line = text[:end]
	}
	if len(line) < uaemComment-1 || line[uaemFlags] != ' ' {
		return UAEM{}, &FormError{Form: ".uaem file", Offset: min(len(line), uaemFlags), Problem: "eight letters, a blank and a date of 22 characters should stand here"}
	}
	f, err := parseColumns(line, 0, line[:uaemFlags], letters)
	if err != nil {
		return UAEM{}, &FormError{Form: ".uaem file", Problem: fmt.Sprintf("%q is not of the form hsparwed", line[:uaemFlags])}
	}
	u := UAEM{Protection: Protection(0).WithFlags(f), Date: line[uaemFlags+1 : uaemComment-1]}
	if len(line) > uaemComment-1 {
		if line[uaemComment-1] != ' ' {
			return UAEM{}, &FormError{Form: ".uaem file", Offset: uaemComment - 1, Problem: "a blank should stand between the date and the comment"}
		}
		u.Comment = line[uaemComment:]
	}
	return u, nil
}

// Encode is the file. DecodeUAEM reads it back. It fails, with a *FormError, where the
// date has not 22 characters, or the protection or the comment says what has no place.
func (u UAEM) Encode() ([]byte, error) {
	switch {
	case len(u.Date) != len(uaemDate):
		return nil, &FormError{Form: ".uaem file", Offset: uaemFlags + 1, Problem: fmt.Sprintf("the date should be as %q", uaemDate)}
	case u.Protection&^0xff != 0:
		return nil, &FormError{Form: ".uaem file", Problem: "there is no place for the rights of group and others"}
	case strings.ContainsAny(u.Comment+u.Date, "\r\n"):
		return nil, &FormError{Form: ".uaem file", Offset: uaemComment, Problem: "date and comment are one line"}
	}
	return fmt.Appendf(nil, "%s %s %s\n", u.Protection.Flags().Format(), u.Date, u.Comment), nil
}

// FSDBRecord is one file in _UAEFSDB.___, in which older emulators keep the protection of
// the files of a directory. Names and comments are bytes of ISO 8859-1.
type FSDBRecord struct {
	Valid      byte // 0: the record is free
	Protection Protection
	AmigaName  string
	HostName   string
	Comment    string
}

// FSDBName is the name of the file in each directory.
const FSDBName = "_UAEFSDB.___"

const (
	fsdbSize    = 600
	fsdbAmiga   = 5
	fsdbHost    = 262
	fsdbComment = 519
)

// DecodeUAEFSDB reads the records of _UAEFSDB.___ (fsdb.cpp of UAE), those that are free
// too. Errors are of type *FormError.
func DecodeUAEFSDB(b []byte) ([]FSDBRecord, error) {
	if len(b)%fsdbSize != 0 {
		return nil, &FormError{Form: FSDBName, Offset: len(b) / fsdbSize * fsdbSize, Problem: fmt.Sprintf("records have %d bytes, and the last has %d", fsdbSize, len(b)%fsdbSize)}
	}
	records := make([]FSDBRecord, 0, len(b)/fsdbSize)
	for ; len(b) > 0; b = b[fsdbSize:] {
		records = append(records, FSDBRecord{
			Valid: b[0], Protection: Protection(binary.BigEndian.Uint32(b[1:])),
			AmigaName: ended(b[fsdbAmiga:fsdbHost]), HostName: ended(b[fsdbHost:fsdbComment]), Comment: ended(b[fsdbComment:fsdbSize]),
		})
	}
	return records, nil
}

// ended is the text up to its NUL byte.
func ended(b []byte) string {
	text, _, _ := bytes.Cut(b, []byte{0})
	return string(text)
}

// EncodeUAEFSDB is the file of the records. It fails, with a *FormError, for texts that
// are too long or have a NUL byte.
func EncodeUAEFSDB(records []FSDBRecord) ([]byte, error) {
	b := make([]byte, len(records)*fsdbSize)
	for i, r := range records {
		at := b[i*fsdbSize : (i+1)*fsdbSize]
		at[0] = r.Valid
		copy(at[1:], r.Protection.Encode())
		for _, f := range []struct {
			text      string
			from, end int
		}{{r.AmigaName, fsdbAmiga, fsdbHost}, {r.HostName, fsdbHost, fsdbComment}, {r.Comment, fsdbComment, fsdbSize}} {
			if len(f.text) > f.end-f.from || strings.Contains(f.text, "\x00") {
				return nil, &FormError{Form: FSDBName, Offset: i*fsdbSize + f.from, Problem: fmt.Sprintf("%q has no place in %d bytes", f.text, f.end-f.from)}
			}
			copy(at[f.from:f.end], f.text)
		}
	}
	return b, nil
}
