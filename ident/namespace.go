package ident

import "slices"

// Range maps Count ids that begin at Inside to as many that begin at Outside: a
// line of /proc/PID/uid_map or of a mount's id map.
type Range struct {
	Inside, Outside, Count uint32
}

// Namespace is a user namespace as far as permission checks look at it: which ids
// it maps, and to which. Outside ids are those of the namespace in which the facts
// were gathered. It is an immutable value; a nil *Namespace is the initial one of
// the machine, and that in which the facts were gathered: every id is mapped to
// itself.
type Namespace struct {
	Users, Groups []Range
	Initial       bool // the first namespace of the machine: its capabilities reach everything
}

// IsInitial reports whether capabilities that are held here count everywhere
// (capable in kernel/capability.c).
func (n *Namespace) IsInitial() bool { return n == nil || n.Initial }

// Equal reports whether both map the same ids, and are both the first one or neither.
// Facts that were gathered twice are two values of one namespace.
func (n *Namespace) Equal(o *Namespace) bool {
	if n == nil || o == nil {
		return n == o
	}
	return n.Initial == o.Initial && slices.Equal(n.Users, o.Users) && slices.Equal(n.Groups, o.Groups)
}

// MapsUser reports whether the outside id has a number in the namespace
// (kuid_has_mapping).
func (n *Namespace) MapsUser(outside UID) bool {
	return n == nil || covers(n.Users, uint32(outside))
}

// MapsGroup is MapsUser for a group (kgid_has_mapping).
func (n *Namespace) MapsGroup(outside GID) bool {
	return n == nil || covers(n.Groups, uint32(outside))
}

// User is what the outside id is called in the namespace, if it has a number there.
func (n *Namespace) User(outside UID) (UID, bool) {
	if n == nil {
		return outside, true
	}
	id, ok := inside(n.Users, uint32(outside))
	return UID(id), ok
}

// Group is User for a group.
func (n *Namespace) Group(outside GID) (GID, bool) {
	if n == nil {
		return outside, true
	}
	id, ok := inside(n.Groups, uint32(outside))
	return GID(id), ok
}

// Root is the outside id of the namespace's user 0, if it has one.
func (n *Namespace) Root() (UID, bool) {
	if n == nil {
		return 0, true
	}
	for _, r := range n.Users {
		if r.Inside == 0 && r.Count > 0 {
			return UID(r.Outside), true
		}
	}
	return NoUID, false
}

func covers(ranges []Range, outside uint32) bool {
	_, ok := inside(ranges, outside)
	return ok
}

func inside(ranges []Range, outside uint32) (uint32, bool) {
	for _, r := range ranges {
		if outside-r.Outside < r.Count && outside >= r.Outside {
			return r.Inside + (outside - r.Outside), true
		}
	}
	return NoID, false
}

// NoID is the number of an id that has none.
const NoID uint32 = 1<<32 - 1
