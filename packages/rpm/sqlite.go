package rpm

import (
	"encoding/binary"
	"fmt"
	"strings"
)

// The part of SQLite's file format that reading one table from end to end needs:
// table b-trees, overflow pages, records, and the pages of a write-ahead log that
// are newer than those of the file. Section numbers are those of fileformat2.html.
const (
	sqliteMagic   = "SQLite format 3\x00"
	interiorTable = 0x05
	leafTable     = 0x0d
	maxDepth      = 32 // of a b-tree; 20 hold more pages than there can be
)

// sqlite is an open database.
type sqlite struct {
	db     File
	pageSz int64
	usable int64 // of a page, without what is reserved at its end
	pages  int64
	newer  *wal
	left   int64 // pages that may still be read: each is read once, so more is a loop
}

// readSQLite calls each with every value of column "blob" of table Packages.
func readSQLite(db, log File, each func([]byte) error) error {
	s, err := openSQLite(db, log)
	if err != nil {
		return err
	}
	root, err := s.table("Packages")
	if err != nil {
		return err
	}
	return s.rows(root, func(values []value) error {
		if len(values) < 2 || !values[1].blob {
			return s.bad(root, "a row of Packages has no header")
		}
		return each(values[1].bytes)
	})
}

func openSQLite(db, log File) (*sqlite, error) {
	head := make([]byte, 100)
	if _, err := db.ReadAt(head, 0); err != nil {
		return nil, &FormatError{"SQLite database", 0, "it is cut off"}
	}
	size := int64(binary.BigEndian.Uint16(head[16:]))
	if size == 1 {
		size = 65536
	}
	s := &sqlite{db: db, pageSz: size, usable: size - int64(head[20])}
	if size < 512 || size&(size-1) != 0 || s.usable < 480 {
		return nil, &FormatError{"SQLite database", 16, "its page size is none"}
	}
	var err error
	if s.newer, err = openWAL(log, size); err != nil {
		return nil, err
	}
	s.pages = max(db.Size/size, s.newer.pages())
	return s, nil
}

func (s *sqlite) bad(page int64, problem string) error {
	return &FormatError{"SQLite database", (page - 1) * s.pageSz, problem}
}

// page reads page n, counted from 1.
func (s *sqlite) page(n int64) ([]byte, error) {
	if n < 1 || n > s.pages {
		return nil, s.bad(max(n, 1), "a page lies beyond the end")
	}
	if s.left--; s.left < 0 {
		return nil, s.bad(n, "its pages form a loop")
	}
	b := make([]byte, s.pageSz)
	from, offset := s.db, (n-1)*s.pageSz
	if at, ok := s.newer.page(n); ok {
		from, offset = s.newer.log, at
	}
	if _, err := from.ReadAt(b, offset); err != nil {
		return nil, fmt.Errorf("read page %d: %w", n, err)
	}
	return b, nil
}

// table finds the first page of a table in the schema (2.6).
func (s *sqlite) table(name string) (root int64, err error) {
	err = s.rows(1, func(values []value) error {
		if len(values) >= 4 && string(values[0].bytes) == "table" && strings.EqualFold(string(values[1].bytes), name) {
			root = values[3].number
		}
		return nil
	})
	if err == nil && root == 0 {
		err = s.bad(1, fmt.Sprintf("it has no table %s", name))
	}
	return root, err
}

// rows calls each with every row of the table whose b-tree begins at a page.
func (s *sqlite) rows(root int64, each func([]value) error) error {
	s.left = s.pages + 1
	return s.walk(root, 0, each)
}

// walk goes through a b-tree page (1.6).
func (s *sqlite) walk(n int64, depth int, each func([]value) error) error {
	b, err := s.page(n)
	if err != nil {
		return err
	}
	if depth > maxDepth {
		return s.bad(n, "its b-tree is too deep")
	}
	head := b
	if n == 1 {
		head = b[100:]
	}
	cells := int(binary.BigEndian.Uint16(head[3:]))
	switch head[0] {
	case leafTable:
		return s.leaf(n, b, head[8:], cells, each)
	case interiorTable:
		return s.interior(n, b, head, cells, depth, each)
	}
	return s.bad(n, "it is no page of a table")
}

// cell is the bytes of a page from the ith cell on.
func (s *sqlite) cell(n int64, page, pointers []byte, i int) ([]byte, error) {
	if 2*i+2 > len(pointers) {
		return nil, s.bad(n, "it has more cells than room")
	}
	at := int64(binary.BigEndian.Uint16(pointers[2*i:]))
	if at >= s.usable {
		return nil, s.bad(n, "a cell lies outside")
	}
	return page[at:s.usable], nil
}

func (s *sqlite) interior(n int64, page, head []byte, cells, depth int, each func([]value) error) error {
	for i := range cells {
		c, err := s.cell(n, page, head[12:], i)
		if err != nil {
			return err
		}
		if len(c) < 4 {
			return s.bad(n, "a cell is cut off")
		}
		if err := s.walk(int64(binary.BigEndian.Uint32(c)), depth+1, each); err != nil {
			return err
		}
	}
	return s.walk(int64(binary.BigEndian.Uint32(head[8:])), depth+1, each)
}

func (s *sqlite) leaf(n int64, page, pointers []byte, cells int, each func([]value) error) error {
	for i := range cells {
		c, err := s.cell(n, page, pointers, i)
		if err != nil {
			return err
		}
		payload, err := s.payload(n, c)
		if err != nil {
			return err
		}
		values, ok := record(payload)
		if !ok {
			return s.bad(n, "a record is damaged")
		}
		if err := each(values); err != nil {
			return err
		}
	}
	return nil
}

// payload is what a cell of a leaf holds, with what lies on overflow pages (1.6, 1.7).
func (s *sqlite) payload(n int64, c []byte) ([]byte, error) {
	size, used := varint(c)
	_, more := varint(c[used:])
	c = c[used+more:]
	if used == 0 || more == 0 || size > maxData*2 {
		return nil, s.bad(n, "a cell is damaged")
	}
	total, local := int64(size), int64(size)
	if most := s.usable - 35; total > most {
		least := (s.usable-12)*32/255 - 23
		if local = least + (total-least)%(s.usable-4); local > most {
			local = least
		}
	}
	if int64(len(c)) < local || total > local && int64(len(c)) < local+4 {
		return nil, s.bad(n, "a cell is cut off")
	}
	if total == local {
		return c[:local], nil
	}
	if total > s.pages*s.pageSz {
		return nil, s.bad(n, "a record is longer than the file")
	}
	b := append(make([]byte, 0, total), c[:local]...)
	next := int64(binary.BigEndian.Uint32(c[local:]))
	for int64(len(b)) < total {
		page, err := s.page(next)
		if err != nil {
			return nil, err
		}
		next = int64(binary.BigEndian.Uint32(page))
		b = append(b, page[4:4+min(s.usable-4, total-int64(len(b)))]...)
	}
	return b, nil
}

// value is one column of a row.
type value struct {
	number int64
	bytes  []byte // of text and blobs
	blob   bool
}

// record reads the columns of a row (2.1).
func record(b []byte) ([]value, bool) {
	size, used := varint(b)
	if used == 0 || size < uint64(used) || size > uint64(len(b)) {
		return nil, false
	}
	types, body := b[used:size], b[size:]
	var values []value
	for len(types) > 0 {
		t, used := varint(types)
		if used == 0 {
			return nil, false
		}
		types = types[used:]
		v, rest, ok := column(t, body)
		if !ok {
			return nil, false
		}
		values, body = append(values, v), rest
	}
	return values, true
}

func column(t uint64, body []byte) (v value, rest []byte, ok bool) {
	var size uint64
	switch {
	case t <= 4:
		size = t
	case t == 5:
		size = 6
	case t == 6 || t == 7:
		size = 8
	case t == 8 || t == 9:
		return value{number: int64(t - 8)}, body, true
	case t < 12:
		return v, body, false
	default:
		size = (t - 12) / 2
	}
	if size > uint64(len(body)) {
		return v, body, false
	}
	if t >= 12 {
		return value{bytes: body[:size], blob: t%2 == 0}, body[size:], true
	}
	for i, c := range body[:size] {
		if i == 0 {
			v.number = int64(int8(c))
			continue
		}
		v.number = v.number<<8 | int64(c)
	}
	return v, body[size:], true
}

// varint reads a number of one to nine bytes, and tells of how many; 0 if cut off.
func varint(b []byte) (n uint64, used int) {
	for i := range min(len(b), 9) {
		if i == 8 {
			return n<<8 | uint64(b[8]), 9
		}
		n = n<<7 | uint64(b[i]&0x7f)
		if b[i] < 0x80 {
			return n, i + 1
		}
	}
	return 0, 0
}
