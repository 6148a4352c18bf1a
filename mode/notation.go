package mode

// Notation is a way in which people and programs write modes.
type Notation uint8

// The notations.
const (
	AsOctal      Notation = iota + 1 // 0750, 750, 0o750
	AsListing                        // drwxr-x---+, as ls shows it
	AsRights                         // rwxr-x---
	AsConstants                      // S_IRWXU|S_IRGRP|S_IXGRP
	AsExpression                     // u=rwx,g=rx,o=
	AsGoString                       // dgrwxr-x---, as Go's fs.FileMode prints
	AsStMode                         // 0100644, 33188: a type and a mode
	AsGoNumber                       // 2147484141, 0o20000000755: an fs.FileMode
	AsDecimal                        // 493, where the reader was told so
	AsHex                            // 0x1ed
)

// String names the notation in words: "octal", "ls", "constants" …
func (n Notation) String() string {
	return [...]string{
		"unknown", "octal", "ls", "rights", "constants", "symbolic", "Go string", "st_mode", "Go number", "decimal", "hexadecimal",
	}[min(n, AsHex+1)%(AsHex+1)]
}

// Spelling is a text that says a mode, with what else it says.
type Spelling struct {
	Mode     Mode
	Kind     Kind // Unknown where the text does not tell it
	Notation Notation
	Suffix   byte      // that ls put behind it: '+', '.', '@'; 0 for none
	Others   []Reading // what the same text says to somebody else
}

// Reading is what a text may be taken for.
type Reading struct {
	By   string // who reads it so: "C and Python", "Go", "ls of Solaris"
	Mode Mode
	Kind Kind // Unknown where it says nothing of a type
}
