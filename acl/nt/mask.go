package nt

// Mask is a set of access rights (MS-DTYP, section 2.4.3). The low sixteen bits mean
// what the kind of object says; those named here are those of files and directories
// (MS-SMB2, section 2.2.13.1). Bits without a name are kept.
type Mask uint32

// The rights of files; a directory has another word for some of them.
const (
	ReadData        Mask = 0x1 // list a directory
	WriteData       Mask = 0x2 // add a file to a directory
	AppendData      Mask = 0x4 // add a directory to a directory
	ReadEA          Mask = 0x8
	WriteEA         Mask = 0x10
	Execute         Mask = 0x20 // pass through a directory
	DeleteChild     Mask = 0x40
	ReadAttributes  Mask = 0x80
	WriteAttributes Mask = 0x100
)

// The rights that every kind of object has.
const (
	Delete               Mask = 0x10000
	ReadControl          Mask = 0x20000 // read owner, group and DACL
	WriteDAC             Mask = 0x40000
	WriteOwner           Mask = 0x80000
	Synchronize          Mask = 0x100000
	AccessSystemSecurity Mask = 0x1000000  // read and write the SACL
	MaximumAllowed       Mask = 0x2000000  // in a request: whatever can be had
	GenericAll           Mask = 0x10000000 // the generic ones stand for others: GenericMapping
	GenericExecute       Mask = 0x20000000
	GenericWrite         Mask = 0x40000000
	GenericRead          Mask = 0x80000000

	generic = GenericAll | GenericExecute | GenericWrite | GenericRead
)

// What a whole file's rights are called.
const (
	FileRead        Mask = 0x120089
	FileWrite       Mask = 0x120116
	FileExecute     Mask = 0x1200a0
	FileAll         Mask = 0x1f01ff
	FileModify      Mask = 0x1301bf // FileAll but the right to delete children, and those over the descriptor
	FileReadExecute Mask = 0x1200a9
)

// The rights of a mandatory label: what a lower one may not do (MS-DTYP, section
// 2.4.4.13).
const (
	NoWriteUp   Mask = 1
	NoReadUp    Mask = 2
	NoExecuteUp Mask = 4
)

// GenericMapping says what the generic rights stand for in a kind of object (MS-DTYP,
// section 2.5.3: GenericMapping).
type GenericMapping struct{ Read, Write, Execute, All Mask }

// Files is the mapping of files and directories.
func Files() GenericMapping { return GenericMapping{FileRead, FileWrite, FileExecute, FileAll} }

// Keys is the mapping of registry keys.
func Keys() GenericMapping { return GenericMapping{0x20019, 0x20006, 0x20019, 0xf003f} }

// Map replaces the generic rights by what they stand for.
func (g GenericMapping) Map(m Mask) Mask {
	for _, pair := range [...]struct{ generic, special Mask }{
		{GenericRead, g.Read},
		{GenericWrite, g.Write},
		{GenericExecute, g.Execute},
		{GenericAll, g.All},
	} {
		if m&pair.generic != 0 {
			m = m&^pair.generic | pair.special
		}
	}
	return m
}
