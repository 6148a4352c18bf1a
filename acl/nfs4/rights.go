package nfs4

// Rights is the set of rights an entry names, with the numbers of the protocol
// (RFC 8881, section 6.2.1.3). They are also those of Windows, bit for bit. Bits
// without a name are kept.
type Rights uint32

// The rights. Three of them have another name on directories.
const (
	ReadData        Rights = 0x00000001
	WriteData       Rights = 0x00000002
	AppendData      Rights = 0x00000004
	ReadXattr       Rights = 0x00000008 // named attributes
	WriteXattr      Rights = 0x00000010
	Execute         Rights = 0x00000020 // search, on a directory
	DeleteChild     Rights = 0x00000040
	ReadAttributes  Rights = 0x00000080
	WriteAttributes Rights = 0x00000100
	WriteRetention  Rights = 0x00000200
	WriteHold       Rights = 0x00000400
	Delete          Rights = 0x00010000
	ReadACL         Rights = 0x00020000
	WriteACL        Rights = 0x00040000
	WriteOwner      Rights = 0x00080000
	Synchronize     Rights = 0x00100000

	ListDirectory   = ReadData
	AddFile         = WriteData
	AddSubdirectory = AppendData
)

// The sets that have names in FreeBSD and Solaris.
const (
	FullSet   Rights = 0x1f01ff
	ModifySet        = FullSet &^ (WriteACL | WriteOwner)
	ReadSet          = ReadData | ReadXattr | ReadAttributes | ReadACL
	WriteSet         = WriteData | AppendData | WriteXattr | WriteAttributes
)

// What the letters R, W and X of nfs4-acl-tools stand for.
const (
	GenericRead    = ReadData | ReadXattr | ReadAttributes | ReadACL | Synchronize
	GenericWrite   = WriteData | AppendData | WriteXattr | ReadAttributes | WriteAttributes | ReadACL | WriteACL | Synchronize
	GenericExecute = Execute | ReadAttributes | ReadACL | Synchronize
)

// letter is a bit of a mask and what stands for it.
type letter struct {
	c   byte
	bit uint32
}

// word is a bit of a mask and its long names; dir is the other name on directories.
type word struct {
	bit       uint32
	text, dir string
}

// The letters of the notations, in the order in which each prints them. FreeBSD
// has D before d, the others d before D.
func lettersOf(n Notation) []letter {
	switch n {
	case Linux:
		return []letter{{'r', 0x1}, {'w', 0x2}, {'a', 0x4}, {'D', 0x40}, {'d', 0x10000}, {'x', 0x20}, {'t', 0x80}, {'T', 0x100}, {'n', 0x8}, {'N', 0x10}, {'c', 0x20000}, {'C', 0x40000}, {'o', 0x80000}, {'y', 0x100000}}
	case FreeBSD, FreeBSDVerbose:
		return []letter{{'r', 0x1}, {'w', 0x2}, {'x', 0x20}, {'p', 0x4}, {'D', 0x40}, {'d', 0x10000}, {'a', 0x80}, {'A', 0x100}, {'R', 0x8}, {'W', 0x10}, {'c', 0x20000}, {'C', 0x40000}, {'o', 0x80000}, {'s', 0x100000}}
	}
	return []letter{{'r', 0x1}, {'w', 0x2}, {'x', 0x20}, {'p', 0x4}, {'d', 0x10000}, {'D', 0x40}, {'a', 0x80}, {'A', 0x100}, {'R', 0x8}, {'W', 0x10}, {'c', 0x20000}, {'C', 0x40000}, {'o', 0x80000}, {'s', 0x100000}}
}

// flagLetters are the letters of flags: those of FreeBSD and Solaris, and those of
// nfs4-acl-tools, which has g for a group and none for inherited entries.
func flagLetters(n Notation) []letter {
	if n == Linux {
		return []letter{{'f', 0x1}, {'d', 0x2}, {'n', 0x4}, {'i', 0x8}, {'S', 0x10}, {'F', 0x20}, {'g', 0x40}}
	}
	return []letter{{'f', 0x1}, {'d', 0x2}, {'i', 0x8}, {'n', 0x4}, {'S', 0x10}, {'F', 0x20}, {'I', 0x80}}
}

// words are the long names, in the order in which Solaris prints them, which is
// that of the bits.
func words() []word {
	return []word{
		{0x1, "read_data", "list_directory"},
		{0x2, "write_data", "add_file"},
		{0x4, "append_data", "add_subdirectory"},
		{0x8, "read_xattr", ""},
		{0x10, "write_xattr", ""},
		{0x20, "execute", ""},
		{0x40, "delete_child", ""},
		{0x80, "read_attributes", ""},
		{0x100, "write_attributes", ""},
		{0x10000, "delete", ""},
		{0x20000, "read_acl", ""},
		{0x40000, "write_acl", ""},
		{0x80000, "write_owner", ""},
		{0x100000, "synchronize", ""},
	}
}

// flagWords are the long names of flags.
func flagWords() []word {
	return []word{
		{0x1, "file_inherit", ""},
		{0x2, "dir_inherit", ""},
		{0x8, "inherit_only", ""},
		{0x4, "no_propagate", ""},
		{0x10, "successful_access", ""},
		{0x20, "failed_access", ""},
		{0x80, "inherited", ""},
	}
}

// sets are the names that stand for several rights.
func sets() []word {
	return []word{
		{uint32(FullSet), "full_set", ""},
		{uint32(ModifySet), "modify_set", ""},
		{uint32(ReadSet), "read_set", ""},
		{uint32(WriteSet), "write_set", ""},
	}
}

// String is the rights in the long names of Solaris: "read_data/execute"; "none"
// for the empty set.
func (r Rights) String() string {
	if r == 0 {
		return "none"
	}
	return formatWords(uint32(r), words(), false)
}
