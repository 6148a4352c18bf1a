package sys

// Status is what a look at one object says, in the same form on every system.
type Status struct {
	Mode   uint32 // st_mode: type and twelve bits
	UID    uint32 // NoID where the system has no numbers for owners
	GID    uint32
	Links  uint64
	Device uint64
	Inode  uint64
}

// NoID stands for an owner that is no number, and for "leave it" in Chown.
const NoID = 1<<32 - 1

// Same says whether two looks were at one object, one of them being held.
func (s Status) Same(other Status) bool {
	const types = 0o170000
	return s.Device == other.Device && s.Inode == other.Inode && s.Mode&types == other.Mode&types
}

// Xattr is an extended attribute with its value.
type Xattr struct {
	Name  string
	Value []byte
}
