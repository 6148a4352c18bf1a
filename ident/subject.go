package ident

import "slices"

// Subject is who asks the kernel for something: the ids and capabilities that its
// permission checks look at. It is an immutable value; Groups must not be changed
// after it has been handed on, so that subjects may be shared by goroutines.
//
// The ids are those that count for files (fsuid and fsgid, which follow the
// effective ids; credentials(7)). A process whose real and effective ids differ is
// two subjects: one for open(2), one for access(2).
type Subject struct {
	UID    UID
	GID    GID
	Groups []GID        // supplementary groups, in any order; GID need not be among them
	Caps   Capabilities // the effective set
}

// Root is the superuser of the initial user namespace: uid 0 with every capability.
func Root() Subject { return Subject{Caps: AllCapabilities} }

// InGroup reports whether the subject belongs to g, as its first group or as a
// supplementary one (in_group_p in kernel/groups.c).
func (s Subject) InGroup(g GID) bool {
	return s.GID == g || slices.Contains(s.Groups, g)
}

// Has reports whether the subject has the capability c in effect.
func (s Subject) Has(c Capability) bool { return s.Caps.Has(c) }

// Without is the subject with the capabilities cs taken away.
func (s Subject) Without(cs ...Capability) Subject {
	s.Caps = s.Caps.Without(cs...)
	return s
}
