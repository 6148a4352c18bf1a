package nt

import "slices"

// Creation is how an object is made (MS-DTYP, section 2.5.3.4: CreateSecurityDescriptor).
type Creation struct {
	Container bool
	Owner     SID // the token's owner, unless the creator states one
	Group     SID // the token's primary group, likewise
	Default   *ACL
	Mapping   GenericMapping // the zero value is that of files
	Types     []GUID         // the kinds of the new object, for entries that name one
	// AutoInherit marks what is inherited as such. NTFS does so where the directory's
	// list is marked itself: Control&DACLAutoInherited.
	AutoInherit bool
}

func (c Creation) mapping() GenericMapping {
	return Object{Mapping: c.Mapping}.mapping()
}

// Create is the descriptor of a new object in a container with this descriptor
// (MS-DTYP, section 2.5.3.4). The creator's descriptor may be the zero one; where it
// has a list, that stands, followed, with AutoInherit and unless it is protected, by
// what is inherited; without one, what is inherited stands; without that, the default.
func (d Descriptor) Create(creator Descriptor, c Creation) Descriptor {
	n := Descriptor{Control: SelfRelative, Owner: creator.Owner, Group: creator.Group}
	if n.Owner.IsZero() {
		n.Owner = c.Owner
	}
	if n.Group.IsZero() {
		n.Group = c.Group
	}
	to := heir{c, n.Owner, n.Group}
	bits := listBits{DACLPresent, DACLDefaulted, DACLAutoInherited, DACLProtected}
	n.DACL = to.list(&n, d.DACL, creator.DACL, creator.Control, c.Default, bits)
	bits = listBits{SACLPresent, SACLDefaulted, SACLAutoInherited, SACLProtected}
	n.SACL = to.list(&n, d.SACL, creator.SACL, creator.Control, nil, bits)
	return n
}

// listBits are the bits of Control that speak of one list.
type listBits struct{ present, defaulted, inherited, protected Control }

// heir is the object that inherits.
type heir struct {
	Creation
	owner, group SID
}

// list is one list of the new object (ComputeACL).
func (h heir) list(n *Descriptor, parent, stated *ACL, control Control, fallback *ACL, bits listBits) *ACL {
	handed := h.handed(parent)
	if control&bits.present != 0 {
		n.Control |= bits.present | control&bits.protected
		if stated == nil {
			return nil
		}
		es := h.own(stated.Entries)
		if h.AutoInherit {
			n.Control |= bits.inherited
			if control&bits.protected == 0 {
				es = append(es, handed...)
			}
		}
		return newACL(es)
	}
	if len(handed) > 0 {
		n.Control |= bits.present
		if h.AutoInherit {
			n.Control |= bits.inherited
		}
		return newACL(handed)
	}
	if fallback == nil {
		return nil
	}
	n.Control |= bits.present | bits.defaulted
	return newACL(h.own(fallback.Entries))
}

func newACL(es []ACE) *ACL {
	a := &ACL{Entries: es}
	a.Revision = a.revision()
	return a
}

// own is the creator's entries, with the creator's identity and special rights in
// them. Those that are marked as inherited were handed down elsewhere, and with
// AutoInherit they are left out.
func (h heir) own(entries []ACE) []ACE {
	var es []ACE
	for _, e := range entries {
		if h.AutoInherit && e.Flags&Inherited != 0 {
			continue
		}
		es = append(es, h.settled(e)...)
	}
	return es
}

// handed is what the new object gets of its container's list
// (ComputeInheritedACLFromParent).
func (h heir) handed(parent *ACL) []ACE {
	if parent == nil {
		return nil
	}
	var es []ACE
	for _, e := range parent.Entries {
		if !e.Type.opaque() && h.reached(e) {
			es = append(es, h.settled(h.inheriting(e))...)
		}
	}
	return es
}

// reached reports whether the new object gets the entry, be it only to hand it on.
func (h heir) reached(e ACE) bool {
	if !h.Container {
		return e.Flags&ObjectInherit != 0 && h.isKind(e)
	}
	if e.Flags&NoPropagate != 0 {
		return e.Flags&ContainerInherit != 0 && h.isKind(e)
	}
	return e.Flags&(ContainerInherit|ObjectInherit) != 0
}

// isKind reports whether the entry is for objects of this kind.
func (h heir) isKind(e ACE) bool {
	return e.ObjectFlags&HasInheritedObject == 0 || slices.Contains(h.Types, e.InheritedObject)
}

// inheriting is the entry with the flags it has in the new object.
func (h heir) inheriting(e ACE) ACE {
	effective := h.isKind(e) && (!h.Container || e.Flags&ContainerInherit != 0)
	e.Flags &^= InheritOnly
	switch {
	case !h.Container || e.Flags&NoPropagate != 0:
		e.Flags &^= inheritance
	case !effective:
		e.Flags |= InheritOnly
	}
	if h.AutoInherit {
		e.Flags |= Inherited
	}
	return e
}

// settled puts the owner, the group and special rights into an entry that applies.
// Where it is handed on as well, and that would lose something, there are two entries
// then: one that applies, and the old one, only inherited (MS-DTYP, section
// 2.5.3.4.7: PostProcessACL).
func (h heir) settled(e ACE) []ACE {
	if e.Flags&InheritOnly != 0 || e.Type.opaque() {
		return []ACE{e}
	}
	s := e
	switch e.SID {
	case CreatorOwner():
		s.SID = h.owner
	case CreatorGroup():
		s.SID = h.group
	}
	if s.SID.IsZero() {
		s.SID = e.SID
	}
	if e.Type.allows() || e.Type.denies() || e.Type < MandatoryLabel {
		s.Mask = h.mapping().Map(e.Mask)
	}
	if !h.Container || e.Flags&(ContainerInherit|ObjectInherit) == 0 {
		s.Flags &^= inheritance
		return []ACE{s}
	}
	if s == e {
		return []ACE{e}
	}
	s.Flags &^= inheritance
	e.Flags |= InheritOnly
	return []ACE{s, e}
}
