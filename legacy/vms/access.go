package vms

import "strings"

// Access is a set of rights; a bit that is set is a right that is given. The bits are
// those of ARMDEF. Entries can hold bits above Control: they are kept.
type Access uint32

// The rights on files. On volumes and logical name tables the third is create; on
// devices the third and fourth are physical and logical input and output.
const (
	Read Access = 1 << iota
	Write
	Execute
	Delete
	Control // to change the protection itself; not in protection codes

	Create   = Execute
	Physical = Execute
	Logical  = Delete

	coded = Read | Write | Execute | Delete
)

// Class is a class of objects, as far as the words for its rights differ.
type Class uint8

// The classes.
const (
	File      Class = iota // R W E D: files, directories, queues' managers
	Volume                 // R W C D: volumes, and logical name tables
	Device                 // R W P L
	NameTable = Volume
)

// letters are those of the four rights in a protection code, from the lowest bit.
func (c Class) letters() string {
	switch c {
	case Volume:
		return "RWCD"
	case Device:
		return "RWPL"
	}
	return "RWED"
}

// words are those of the rights in an entry, from the lowest bit.
func (c Class) words() []string {
	third, fourth := "EXECUTE", "DELETE"
	switch c {
	case Volume:
		third = "CREATE"
	case Device:
		third, fourth = "PHYSICAL", "LOGICAL"
	}
	return []string{"READ", "WRITE", third, fourth, "CONTROL"}
}

// name is that of the class in SHOW SECURITY and in /CLASS.
func (c Class) name() string {
	return [...]string{"FILE", "VOLUME", "DEVICE"}[c]
}

// Format is the rights in the letters of a protection code: RWED, on files. Control and
// bits without a letter do not show.
func (a Access) Format(c Class) string {
	var b strings.Builder
	for i, l := range c.letters() {
		if a>>i&1 != 0 {
			b.WriteRune(l)
		}
	}
	return b.String()
}

func (a Access) String() string { return a.FormatWords(File) }
