package nt

import "slices"

// Control tells what a descriptor has and how it came by it (MS-DTYP, section 2.4.6).
type Control uint16

// The bits of Control.
const (
	OwnerDefaulted       Control = 0x1
	GroupDefaulted       Control = 0x2
	DACLPresent          Control = 0x4
	DACLDefaulted        Control = 0x8
	SACLPresent          Control = 0x10
	SACLDefaulted        Control = 0x20
	DACLTrusted          Control = 0x40
	ServerSecurity       Control = 0x80
	DACLInheritRequired  Control = 0x100
	SACLInheritRequired  Control = 0x200
	DACLAutoInherited    Control = 0x400
	SACLAutoInherited    Control = 0x800
	DACLProtected        Control = 0x1000
	SACLProtected        Control = 0x2000
	ResourceManagerValid Control = 0x4000
	SelfRelative         Control = 0x8000
)

// The revisions of a list. ObjectRevision is that of lists with object entries.
const (
	Revision       = 2
	ObjectRevision = 4
)

// ACL is a list of entries, in the order in which they decide.
type ACL struct {
	Revision uint8 // 0 stands for what the entries need
	Sbz1     uint8 // reserved, kept
	Sbz2     uint16
	Entries  []ACE
}

// Equal reports whether two lists have the same entries in the same order, and the
// same revision. Two missing lists are equal.
func (a *ACL) Equal(b *ACL) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.revision() == b.revision() && a.Sbz1 == b.Sbz1 && a.Sbz2 == b.Sbz2 && slices.Equal(a.Entries, b.Entries)
}

func (a *ACL) revision() uint8 {
	switch {
	case a.Revision != 0:
		return a.Revision
	case slices.ContainsFunc(a.Entries, func(e ACE) bool { return e.Type.Object() }):
		return ObjectRevision
	}
	return Revision
}

// Descriptor is a security descriptor. A nil DACL with DACLPresent is the NULL list,
// which allows everything to everybody, as does none at all; an empty one allows
// nothing.
type Descriptor struct {
	Control         Control
	ResourceManager uint8 // Sbz1: it counts where ResourceManagerValid is set
	Owner, Group    SID   // zero where there is none
	SACL, DACL      *ACL
}

// Equal reports whether two descriptors say the same, whether or not they are marked
// as self-relative.
func (d Descriptor) Equal(e Descriptor) bool {
	return d.Control|SelfRelative == e.Control|SelfRelative && d.ResourceManager == e.ResourceManager &&
		d.Owner == e.Owner && d.Group == e.Group && d.DACL.Equal(e.DACL) && d.SACL.Equal(e.SACL)
}

// decides is the list that decides; nil where everything is allowed.
func (d Descriptor) decides() *ACL {
	if d.Control&DACLPresent == 0 {
		return nil
	}
	return d.DACL
}

// system is the entries of the system list.
func (d Descriptor) system() []ACE {
	if d.Control&SACLPresent == 0 || d.SACL == nil {
		return nil
	}
	return d.SACL.Entries
}
