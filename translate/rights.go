package translate

import (
	"fmt"
	"math/bits"
	"strings"
)

// Rights is a set of abstract rights. The numbers are those of NFSv4 and of Windows,
// which agree (RFC 8881, section 6.2.1.3; MS-DTYP, section 2.4.3). Bits without a name
// are kept, and belong to no model.
type Rights uint32

// The rights.
const (
	Read            Rights = 0x00000001 // the bytes of a file, the names in a directory
	Write           Rights = 0x00000002 // the bytes of a file; to make files in a directory
	Append          Rights = 0x00000004 // add bytes to a file; to make directories in a directory
	ReadNamed       Rights = 0x00000008 // named (extended) attributes
	WriteNamed      Rights = 0x00000010
	Execute         Rights = 0x00000020 // run a file, pass through a directory
	DeleteChild     Rights = 0x00000040 // remove what is in the directory
	ReadAttributes  Rights = 0x00000080 // size, times …
	WriteAttributes Rights = 0x00000100
	Delete          Rights = 0x00010000 // remove the object itself
	ReadACL         Rights = 0x00020000 // the permissions
	WriteACL        Rights = 0x00040000
	TakeOwnership   Rights = 0x00080000 // change the owner
	Synchronize     Rights = 0x00100000

	// Together is no right but the answer to a request: all that one may do of reading,
	// writing and executing, asked for at once.
	Together Rights = 1 << 31
)

// Contents is the rights to the object itself and what is in it; the others are about
// what is known of it.
const Contents = Read | Write | Append | Execute | Delete | DeleteChild

// All is every right that has a name.
const All = Contents | ReadNamed | WriteNamed | ReadAttributes | WriteAttributes | ReadACL | WriteACL | TakeOwnership | Synchronize

type rightName struct {
	right Rights
	words string
}

func rightNames() []rightName {
	return []rightName{
		{Read, "read"},
		{Write, "write"},
		{Append, "append"},
		{Execute, "execute"},
		{Delete, "delete"},
		{DeleteChild, "delete children"},
		{ReadNamed, "read named attributes"},
		{WriteNamed, "write named attributes"},
		{ReadAttributes, "read attributes"},
		{WriteAttributes, "write attributes"},
		{ReadACL, "read permissions"},
		{WriteACL, "change permissions"},
		{TakeOwnership, "take ownership"},
		{Synchronize, "synchronize"},
		{Together, "all of it in one request"},
	}
}

// String is the rights in words, with commas: "read, write"; "nothing" for none.
func (r Rights) String() string {
	if r == 0 {
		return "nothing"
	}
	var words []string
	for _, n := range rightNames() {
		if r&n.right != 0 {
			words = append(words, n.words)
			r &^= n.right
		}
	}
	if r != 0 {
		words = append(words, fmt.Sprintf("%#x", uint32(r)))
	}
	return strings.Join(words, ", ")
}

// each is the single rights of the set, the lowest first.
func (r Rights) each() []Rights {
	list := make([]Rights, 0, bits.OnesCount32(uint32(r)))
	for ; r != 0; r &= r - 1 {
		list = append(list, r&-r)
	}
	return list
}
