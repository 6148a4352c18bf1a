package rpm

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Form is how a database is kept.
type Form uint8

// The forms.
const (
	UnknownForm Form = iota
	SQLite           // rpmdb.sqlite
	NDB              // Packages.db
	BerkeleyDB       // Packages, of RPM before 4.16
)

// String names the form.
func (f Form) String() string {
	return [...]string{"unknown", "SQLite", "ndb", "Berkeley DB"}[f]
}

// HeadSize is how much of a database Recognise wants to see.
const HeadSize = 100

// Recognise tells the form of a database from its first bytes.
func Recognise(head []byte) Form {
	switch {
	case len(head) >= len(sqliteMagic) && string(head[:len(sqliteMagic)]) == sqliteMagic:
		return SQLite
	case len(head) >= 4 && string(head[:4]) == ndbMagic:
		return NDB
	case len(head) >= 16 && berkeley(binary.LittleEndian.Uint32(head[12:])), len(head) >= 16 && berkeley(binary.BigEndian.Uint32(head[12:])):
		return BerkeleyDB
	}
	return UnknownForm
}

// berkeley knows the magic numbers of hash and b-tree files (db.h).
func berkeley(magic uint32) bool { return magic == 0x061561 || magic == 0x053162 }

// ErrBerkeleyDB says that a database has the form that RPM had before 4.16.
var ErrBerkeleyDB = errors.New("it is a Berkeley DB, which ward does not read: `rpm --rebuilddb` of RPM 4.16 or later converts it")

// File is a database file, or a log beside it.
type File struct {
	io.ReaderAt
	Size int64
}

// Read calls each with every package header in a database of any known form. log is
// the write-ahead log beside a SQLite database, or the zero File.
func Read(db, log File, each func(*Header) error) error {
	head := make([]byte, HeadSize)
	n, err := db.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	parse := func(b []byte) error {
		h, err := ParseHeader(b)
		if err != nil {
			return err
		}
		return each(h)
	}
	switch form := Recognise(head[:n]); form {
	case SQLite:
		return readSQLite(db, log, parse)
	case NDB:
		return readNDB(db, parse)
	case BerkeleyDB:
		return ErrBerkeleyDB
	default:
		return &FormatError{"database", 0, fmt.Sprintf("it has none of the forms %v, %v and %v", SQLite, NDB, BerkeleyDB)}
	}
}
