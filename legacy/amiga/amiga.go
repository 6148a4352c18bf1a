// Package amiga holds the protection of files of AmigaDOS: ARWED of its first versions,
// HSPARWED since 2.0, and the bits for group and others of multi-user systems.
//
// It is read from what list prints and protect takes (Parse, ParseChange), from blocks
// of disks, zip archives and the files in which UAE keeps it (DecodeBlock, FromZip,
// DecodeUAEM, DecodeUAEFSDB). Protection.Decide says what it lets whom do;
// Protection.Mode what Linux makes of it.
package amiga

// Protection is the bits as disks and fib_Protection have them (FIBB_* in dos/dos.h).
// The lowest four are set when the owner may not; those of group and others, as the rest,
// when they say yes. Bits without a name are kept.
type Protection uint32

// The bits.
const (
	DenyDelete   Protection = 1 << 0
	DenyExecute  Protection = 1 << 1
	DenyWrite    Protection = 1 << 2
	DenyRead     Protection = 1 << 3
	Archived     Protection = 1 << 4 // not written since it was backed up
	Pure         Protection = 1 << 5 // may stay in memory, and be run by several at once
	Script       Protection = 1 << 6 // a text that the shell runs
	Hold         Protection = 1 << 7 // stays in memory once loaded
	GroupDelete  Protection = 1 << 8
	GroupExecute Protection = 1 << 9
	GroupWrite   Protection = 1 << 10
	GroupRead    Protection = 1 << 11
	OtherDelete  Protection = 1 << 12
	OtherExecute Protection = 1 << 13
	OtherWrite   Protection = 1 << 14
	OtherRead    Protection = 1 << 15

	denials    = DenyRead | DenyWrite | DenyExecute | DenyDelete
	groupShift = 8
	otherShift = 12
)

// Flags is the eight letters hsparwed as a set, the bit of d the lowest: here a letter
// that is there is a bit that is set, for the lowest four too. Zip archives have it so.
type Flags uint8

// Flags is the letters that list shows.
func (p Protection) Flags() Flags { return Flags(p ^ denials) }

// WithFlags is the protection with other letters; the bits of group and others stay.
func (p Protection) WithFlags(f Flags) Protection {
	return p&^0xff | (Protection(f) ^ denials)
}

// Rights is what one class may do, with the numbers of RWED.
type Rights uint8

// The rights. RunScript is asked for, not stored: see Protection.Decide.
const (
	Delete Rights = 1 << iota
	Execute
	Write
	Read
	RunScript

	storable = Read | Write | Execute | Delete
)

// Owner is what the owner may do, and on systems with one user everybody.
func (p Protection) Owner() Rights { return Rights(p^denials) & storable }

// Group is what members of the group may do on systems with several users.
func (p Protection) Group() Rights { return Rights(p>>groupShift) & storable }

// Other is what others may do on systems with several users.
func (p Protection) Other() Rights { return Rights(p>>otherShift) & storable }
