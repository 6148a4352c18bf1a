package dos

import (
	"fmt"
	"strings"
)

// FormatMattrib is what mattrib prints before the path: A, S, H and R in their columns.
func (a Attributes) FormatMattrib() string {
	line := []byte("             ")
	for _, column := range mattribColumns {
		if a&letterBit(column.letter) != 0 {
			line[column.at] = column.letter
		}
	}
	return string(line)
}

var mattribColumns = [...]struct {
	at     int
	letter byte
}{{2, 'A'}, {5, 'S'}, {6, 'H'}, {7, 'R'}}

// FormatPacked is what mattrib -X prints: the letters of ASHR that are set.
func (a Attributes) FormatPacked() string {
	var s []byte
	for _, column := range mattribColumns {
		if a&letterBit(column.letter) != 0 {
			s = append(s, column.letter)
		}
	}
	return string(s)
}

// ParseMattrib reads a line of mattrib: the attributes and the path. Errors are of type
// *SyntaxError.
func ParseMattrib(line string) (a Attributes, path string, err error) {
	const width = 13
	if len(line) < width {
		return 0, "", syntaxError(line, len(line), "thirteen columns of attributes should stand before the path", "")
	}
	for i := range width {
		bit := letterBit(line[i])
		if line[i] != ' ' && (bit == 0 || bit.FormatMattrib()[i] != line[i]) {
			return 0, "", syntaxError(line, i, fmt.Sprintf("%q does not belong in this column", line[i:i+1]), "A stands in column 3, S, H and R in 6 to 8")
		}
		a |= bit
	}
	return a, line[width:], nil
}

// FormatZipinfo is what zipinfo -s shows of a member of that name: its type, r, w unless
// it is read-only, x for directories and names that DOS would run, and a, h and s.
func (a Attributes) FormatZipinfo(name string) string {
	s := []byte("-rw----")
	for _, set := range []struct {
		when   bool
		column int
		letter byte
	}{
		{a&Directory != 0, 0, 'd'},
		{a&VolumeLabel != 0, 0, 'V'},
		{a&ReadOnly != 0, 2, '-'},
		{a&Directory != 0 || a&VolumeLabel == 0 && runs(name), 3, 'x'},
		{a&Archive != 0, 4, 'a'},
		{a&Hidden != 0, 5, 'h'},
		{a&System != 0, 6, 's'},
	} {
		if set.when {
			s[set.column] = set.letter
		}
	}
	return string(s)
}

// runs is zipinfo's test for a program: only the first three letters after the last dot
// count.
func runs(name string) bool {
	dot := strings.LastIndexByte(name, '.')
	if dot < 0 || len(name) < dot+4 {
		return false
	}
	switch strings.ToLower(name[dot+1 : dot+4]) {
	case "com", "exe", "btm", "cmd", "bat":
		return true
	}
	return false
}

// ParseZipinfo reads the seven columns of FormatZipinfo. A directory that is a volume
// label too shows as a label. Errors are of type *SyntaxError.
func ParseZipinfo(s string) (Attributes, error) {
	const columns = 7
	if len(s) != columns {
		return 0, syntaxError(s, min(len(s), columns), "zipinfo shows seven columns", `as "-rw-a--"`)
	}
	var a Attributes
	for i, choices := range []map[byte]Attributes{
		{'-': 0, 'd': Directory, 'V': VolumeLabel},
		{'r': 0},
		{'w': 0, '-': ReadOnly},
		{'-': 0, 'x': 0},
		{'-': 0, 'a': Archive},
		{'-': 0, 'h': Hidden},
		{'-': 0, 's': System},
	} {
		bit, ok := choices[s[i]]
		if !ok {
			return 0, syntaxError(s, i, fmt.Sprintf("%q does not belong in this column", s[i:i+1]), `they are as in "drwxahs"`)
		}
		a |= bit
	}
	return a, nil
}
