package mode

import "fmt"

type kindNames struct {
	letter byte   // as ls shows it
	name   string // as ward writes it
	also   string // further names that ParseKind reads, between spaces
}

// The letters are those of gnulib filemode.c, with D and P of Solaris and w of BSD.
var kinds = [...]kindNames{
	Unknown:     {'?', "unknown", ""},
	Regular:     {'-', "file", " regular f "},
	Directory:   {'d', "directory", " dir d "},
	Symlink:     {'l', "symlink", " link l "},
	FIFO:        {'p', "fifo", " pipe p "},
	Socket:      {'s', "socket", " sock s "},
	CharDevice:  {'c', "char-device", " char c "},
	BlockDevice: {'b', "block-device", " block b "},
	Door:        {'D', "door", " D "},
	EventPort:   {'P', "event-port", " port P "},
	Whiteout:    {'w', "whiteout", " w "},
}

func (k Kind) names() kindNames {
	if int(k) >= len(kinds) {
		k = Unknown
	}
	return kinds[k]
}

// Letter is the first letter of a line of ls -l: "-" for a regular file, "d" for
// a directory, "?" for a type that has none.
func (k Kind) Letter() byte { return k.names().letter }

// String is the kind's name: "file", "directory", "symlink", "char-device" …
func (k Kind) String() string { return k.names().name }

// ParseKind reads the name of a kind: what String writes, the usual short forms
// ("dir", "link", "pipe") and the letters of find -type.
func ParseKind(s string) (Kind, error) {
	for i, n := range kinds {
		if k := Kind(i); k != Unknown && (s == n.name || listed(n.also, s)) {
			return k, nil
		}
	}
	return Unknown, fmt.Errorf("%q is no kind of file: want file, directory, symlink, fifo, socket, char-device or block-device", s)
}

// listed tells whether word stands between spaces in list.
func listed(list, word string) bool {
	for i := 0; i+len(word)+1 < len(list); i++ {
		if list[i] == ' ' && list[i+1:i+1+len(word)] == word && list[i+1+len(word)] == ' ' {
			return word != ""
		}
	}
	return false
}
