package ident

// Range maps Count ids that begin at Inside to as many that begin at Outside: a
// line of /proc/PID/uid_map or of a mount's id map.
type Range struct {
	Inside, Outside, Count uint32
}

// Namespace is a user namespace as far as permission checks look at it: which ids
// it maps, and to which. Outside ids are those of the namespace in which the facts
// were gathered. It is an immutable value; a nil *Namespace is the one in which the
// facts were gathered, where every id is mapped to itself.
type Namespace struct {
	Users, Groups []Range
	Initial       bool // the first namespace of the machine: its capabilities reach everything
}
