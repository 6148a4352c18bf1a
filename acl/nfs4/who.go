package nfs4

import (
	"slices"
	"strconv"

	"ward/ident"
)

// Class is the way in which a Who names somebody.
type Class uint8

// The classes. Named is the zero value: a user, or a group where the entry has
// IdentifierGroup. The others up to Service are the special names of RFC 8881,
// section 6.2.1.5.
const (
	Named Class = iota
	Owner
	Group
	Everyone // everybody, the owner and the group included
	Interactive
	Network
	Dialup
	Batch
	Anonymous
	Authenticated
	Service
	SID    // a Windows identifier; of a group where the entry has IdentifierGroup
	AnySID // one of which the notation does not say whether it is a user's or a group's
)

// specials are the names of the protocol, by class.
func specials() []string {
	return []string{
		Owner: "OWNER@", Group: "GROUP@", Everyone: "EVERYONE@", Interactive: "INTERACTIVE@", Network: "NETWORK@", Dialup: "DIALUP@",
		Batch: "BATCH@", Anonymous: "ANONYMOUS@", Authenticated: "AUTHENTICATED@", Service: "SERVICE@",
	}
}

// special reports whether the class is one of the names of the protocol.
func (c Class) special() bool { return c >= Owner && c <= Service }

// Who is whom an entry speaks of. A Named one has a name, a number, or both: NFS
// carries names ("bob@example.org"), file systems keep numbers. Text that is a
// plain number stands for the number. It is comparable.
type Who struct {
	Class Class
	Name  string // of a Named one, or the text of a SID: "S-1-5-32-544"
	ID    uint32 // the user or group id, where HasID
	HasID bool
}

// Special is the Who of one of the names of the protocol.
func Special(c Class) Who { return Who{Class: c} }

// Name is the Who of a name, which is a number's where it is a plain number.
func Name(name string) Who { return Who{Name: name}.canonical() }

// Number is the Who of a user or group id.
func Number(id uint32) Who { return Who{ID: id, HasID: true} }

// canonical turns a name that is a plain number into the number.
func (w Who) canonical() Who {
	if w.Class != Named {
		w.ID, w.HasID = 0, false
		if w.Class.special() {
			w.Name = ""
		}
		return w
	}
	id, ok := plainNumber(w.Name)
	switch {
	case ok && (!w.HasID || w.ID == id):
		return Number(id)
	case !w.HasID:
		w.ID = 0
	}
	return w
}

// plainNumber reads an id as it is printed: digits, without a zero before them.
func plainNumber(s string) (uint32, bool) {
	id, err := strconv.ParseUint(s, 10, 32)
	if err != nil || s != strconv.FormatUint(id, 10) || uint32(id) == ident.NoID {
		return 0, false
	}
	return uint32(id), true
}

// text is the name, or the number where there is none.
func (w Who) text() string {
	if w.Name == "" && w.HasID {
		return strconv.FormatUint(uint64(w.ID), 10)
	}
	return w.Name
}

// protocolName is what stands for w in the protocol, and reports whether anything
// does: a SID has no name there.
func (w Who) protocolName() (string, bool) {
	if w.Class.special() {
		return specials()[w.Class], true
	}
	return w.text(), w.Class == Named && w.text() != "" && !reserved(w.Name)
}

// reserved reports whether a name is one that the protocol gives a meaning.
func reserved(name string) bool { return name != "" && slices.Contains(specials(), name) }

// fromProtocol reads a name of the protocol.
func fromProtocol(name string) Who {
	for c, s := range specials() {
		if s == name && s != "" {
			return Special(Class(c))
		}
	}
	return Name(name)
}

// String says whom a Who names, in words.
func (w Who) String() string { return w.words() }
