// Package mode holds the twelve permission bits of Unix, the notations in which
// people write them, and the language of chmod that changes them.
package mode

// Mode is the twelve bits that chmod(2) sets: setuid, setgid, sticky, and read,
// write and execute for owner, group and others. It is never an fs.FileMode,
// whose special bits lie elsewhere.
type Mode uint16

// The bits, and the usual sums of them (POSIX.1-2024 <sys/stat.h>).
const (
	SetUID Mode = 0o4000
	SetGID Mode = 0o2000
	Sticky Mode = 0o1000

	OwnerRead    Mode = 0o400
	OwnerWrite   Mode = 0o200
	OwnerExecute Mode = 0o100
	GroupRead    Mode = 0o040
	GroupWrite   Mode = 0o020
	GroupExecute Mode = 0o010
	OtherRead    Mode = 0o004
	OtherWrite   Mode = 0o002
	OtherExecute Mode = 0o001

	Read    Mode = 0o444
	Write   Mode = 0o222
	Execute Mode = 0o111

	Special     Mode = 0o7000
	Permissions Mode = 0o777
	All         Mode = 0o7777
)

// Rights is what one class may do: read 4, write 2, execute or search 1.
type Rights uint8

// The three rights.
const (
	R Rights = 4
	W Rights = 2
	X Rights = 1
)

// Kind is the type of a file system object. The same bit means different things
// for different kinds.
type Kind uint8

// The kinds. Unknown is the zero value: a type that this system does not name.
const (
	Unknown Kind = iota
	Regular
	Directory
	Symlink
	FIFO
	Socket
	CharDevice
	BlockDevice
	Door
	EventPort
	Whiteout
)
