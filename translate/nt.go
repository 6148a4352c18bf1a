package translate

import (
	"fmt"
	"slices"

	"ward/acl/nfs4"
	"ward/acl/nt"
	"ward/mode"
)

// ntModel is security descriptors of Windows.
type ntModel struct{}

// strangerSID and its kin are those of who has none: of a domain that nobody can have.
func strangerSID() nt.SID { return nt.NewSID(5, 21, 0, 0, 0, 1000) }
func ownerSID() nt.SID    { return nt.NewSID(5, 21, 0, 0, 0, 1001) }
func groupSID() nt.SID    { return nt.NewSID(5, 21, 0, 0, 0, 1002) }

// listFlag is a flag of a whole list that both NFSv4 and Windows have (RFC 8881, section
// 6.4.3; MS-DTYP, section 2.4.6).
type listFlag struct {
	name string
	nfs4 nfs4.ListFlags
	nt   nt.Control
}

func listFlags() []listFlag {
	return []listFlag{
		{"protected from inheritance", nfs4.Protected, nt.DACLProtected},
		{"automatic inheritance", nfs4.AutoInherit, nt.DACLAutoInherited},
		{"list by default", nfs4.Defaulted, nt.DACLDefaulted},
	}
}

// secured is the descriptor with an owner and a group, whoever they are.
func (ntModel) secured(o Object) nt.Descriptor {
	d, _ := o.Value.(nt.Descriptor)
	if d.Owner.IsZero() {
		d.Owner = ownerSID()
	}
	if d.Group.IsZero() {
		d.Group = groupSID()
	}
	return d
}

func (n ntModel) subject(o Object, c caller) nt.Subject {
	d := n.secured(o)
	s := nt.Subject{User: strangerSID(), Groups: []nt.Group{{SID: nt.Everyone()}}}
	if c.owner {
		s.User = d.Owner
	} else if sid, err := nt.ParseSID(c.user.SID); err == nil {
		s.User = sid
	}
	if c.owning {
		s.Groups = append(s.Groups, nt.Group{SID: d.Group})
	}
	anonymous := false
	for _, g := range c.groups {
		sid, err := nt.ParseSID(g.SID)
		if err == nil {
			s.Groups = append(s.Groups, nt.Group{SID: sid})
		}
		anonymous = anonymous || sid == nt.Anonymous()
	}
	if !anonymous {
		s.Groups = append(s.Groups, nt.Group{SID: nt.AuthenticatedUsers()})
	}
	return s
}

func (n ntModel) may(o Object, c caller, wanted Rights) (r Rights) {
	d, s := n.secured(o), n.subject(o, c)
	for _, one := range wanted.each() {
		if d.Decide(s, nt.Mask(one), nt.Object{}).Allowed {
			r |= one
		}
	}
	return r
}

func (n ntModel) atOnce(o Object, c caller, wanted Rights) bool {
	return n.secured(o).Decide(n.subject(o, c), nt.Mask(wanted), nt.Object{}).Allowed
}

func (n ntModel) explain(o Object, c caller, wanted Rights) (string, int) {
	v := n.secured(o).Decide(n.subject(o, c), nt.Mask(wanted), nt.Object{})
	return v.Reason.String(), v.Entry
}

func (n ntModel) facts(o Object) (facts, error) {
	d, ok := o.Value.(nt.Descriptor)
	if !ok {
		return facts{}, wrongValue(o)
	}
	var f facts
	if d.DACL == nil || d.Control&nt.DACLPresent == 0 { // the NULL list allows everything to everybody
		f.order = []Entry{{Principal: Principal{Sort: Everyone}, Rights: All}}
	} else {
		f.order, f.unclear = ntOrder(d, d.DACL)
		if !slices.ContainsFunc(d.DACL.Entries, func(e nt.ACE) bool { return e.SID == nt.OwnerRights() && e.Flags&nt.InheritOnly == 0 }) {
			always := Entry{Principal: Principal{Sort: Owner}, Rights: ReadACL | WriteACL} // MS-DTYP, section 2.5.3.2
			f.order = append([]Entry{always}, f.order...)
		}
	}
	if d.SACL != nil {
		audits, more := ntOrder(d, d.SACL)
		f.order, f.unclear = append(f.order, audits...), append(f.unclear, more...)
	}
	f.users, f.groups = gather(f.order)
	for _, flag := range listFlags() {
		if d.Control&flag.nt != 0 {
			f.extras = append(f.extras, Extra{Name: flag.name})
		}
	}
	list, rest := inheritable(f.order)
	f.unclear = append(f.unclear, rest...)
	if len(list) > 0 && o.kind() == mode.Directory {
		made := o
		made.Value = n.descriptor(draft{owner: o.Owner, group: o.Group}, list)
		f.inherited = &made
	}
	return f, nil
}

// ntOrder is the entries of a list; those that are more than rights for somebody are told.
func ntOrder(d nt.Descriptor, l *nt.ACL) (list []Entry, unclear []Loss) {
	for i, e := range l.Entries {
		t, ok := ntType(e.Type)
		p := ntPrincipal(d, e)
		if !ok || e.Type.Callback() || e.Type.Object() {
			unclear = append(unclear, Loss{Effect: Lost, What: ordinal(e.Type.String()+" entry", i), Why: "it is more than rights for somebody: " + p.String()})
			if !ok || e.Type.Object() && t == nfs4.Allow {
				continue
			}
		}
		if p.Sort == Nobody {
			continue
		}
		rights := Rights(nt.Files().Map(e.Mask))
		if e.Type.Callback() && t == nfs4.Allow {
			rights = 0 // its condition is not known to hold
		}
		list = append(list, Entry{Type: t, Principal: p, Rights: rights, Flags: ntFlags(e.Flags)})
	}
	return list, unclear
}

func ntType(t nt.Type) (nfs4.Type, bool) {
	switch t {
	case nt.Allow, nt.AllowObject, nt.AllowCallback, nt.AllowCallbackObject:
		return nfs4.Allow, true
	case nt.Deny, nt.DenyObject, nt.DenyCallback, nt.DenyCallbackObject:
		return nfs4.Deny, true
	case nt.Audit, nt.AuditObject, nt.AuditCallback, nt.AuditCallbackObject:
		return nfs4.Audit, true
	case nt.Alarm, nt.AlarmObject, nt.AlarmCallback, nt.AlarmCallbackObject:
		return nfs4.Alarm, true
	}
	return 0, false
}

// ntPrincipal is whom an entry speaks of. The owner's and the group's own identifiers
// are the owner and the group only where the entry is not handed down.
func ntPrincipal(d nt.Descriptor, e nt.ACE) Principal {
	stays := e.Flags&(nt.ObjectInherit|nt.ContainerInherit) == 0
	switch {
	case e.SID == nt.Everyone():
		return Principal{Sort: Everyone}
	case e.SID == nt.OwnerRights():
		return Principal{Sort: Owner}
	case e.SID == nt.CreatorOwner() || e.SID == nt.CreatorGroup():
		if e.Flags&nt.InheritOnly == 0 {
			return Principal{} // it speaks of nobody
		}
		return Principal{Sort: map[bool]Sort{true: Owner, false: OwningGroup}[e.SID == nt.CreatorOwner()]}
	case e.SID == d.Owner && stays:
		return Principal{Sort: Owner}
	case e.SID == d.Group && stays:
		return Principal{Sort: OwningGroup}
	}
	if sp, ok := specialNamed(func(g specialGroup) bool { return g.sid == e.SID.String() }); ok {
		return sp.principal()
	}
	return Principal{Sort: Either, SID: e.SID.String()}
}

// flagPairs is the flags of entries, which have other numbers in NFSv4.
func flagPairs() [][2]uint32 {
	return [][2]uint32{
		{uint32(nt.ObjectInherit), uint32(nfs4.FileInherit)},
		{uint32(nt.ContainerInherit), uint32(nfs4.DirectoryInherit)},
		{uint32(nt.NoPropagate), uint32(nfs4.NoPropagate)},
		{uint32(nt.InheritOnly), uint32(nfs4.InheritOnly)},
		{uint32(nt.Inherited), uint32(nfs4.Inherited)},
		{uint32(nt.SuccessfulAccess), uint32(nfs4.SuccessfulAccess)},
		{uint32(nt.FailedAccess), uint32(nfs4.FailedAccess)},
	}
}

func ntFlags(f nt.Flags) (to nfs4.Flags) {
	for _, p := range flagPairs() {
		if uint32(f)&p[0] != 0 {
			to |= nfs4.Flags(p[1])
		}
	}
	return to
}

func (n ntModel) names(p Principal) bool {
	_, err := nt.ParseSID(p.SID)
	return err == nil
}

func (n ntModel) sid(d draft, p Principal) (nt.SID, bool) {
	switch p.Sort {
	case Owner:
		return nt.OwnerRights(), true
	case OwningGroup:
		p = d.group
	case Everyone:
		return nt.Everyone(), true
	}
	sid, err := nt.ParseSID(p.SID)
	return sid, err == nil
}

// descriptor is the one with these entries.
func (n ntModel) descriptor(d draft, order []Entry) nt.Descriptor {
	sd := nt.Descriptor{Control: nt.DACLPresent | nt.SelfRelative, DACL: &nt.ACL{}}
	sd.Owner, _ = nt.ParseSID(d.owner.SID)
	sd.Group, _ = nt.ParseSID(d.group.SID)
	for _, e := range order {
		sid, ok := n.sid(d, e.Principal)
		if !ok {
			continue
		}
		ace := nt.ACE{Type: nt.Type(e.Type), Mask: nt.Mask(e.Rights), SID: sid}
		for _, p := range flagPairs() {
			if uint32(e.Flags)&p[1] != 0 {
				ace.Flags |= nt.Flags(p[0])
			}
		}
		if e.Type == nfs4.Allow || e.Type == nfs4.Deny {
			sd.DACL.Entries = append(sd.DACL.Entries, ace)
			continue
		}
		if sd.SACL == nil {
			sd.SACL, sd.Control = &nt.ACL{}, sd.Control|nt.SACLPresent
		}
		sd.SACL.Entries = append(sd.SACL.Entries, ace)
	}
	for _, flag := range listFlags() {
		if d.has(flag.name) {
			sd.Control |= flag.nt
		}
	}
	return sd
}

func (n ntModel) build(d draft) (list []Object) {
	if m, ok := d.source.Value.(mode.Mode); ok && !d.safe {
		owner, err1 := nt.ParseSID(d.owner.SID)
		group, err2 := nt.ParseSID(d.group.SID)
		if sd, ok := nt.FromMode(m, d.kind == mode.Directory, owner, group); ok && err1 == nil && err2 == nil {
			list = append(list, d.object("nt", sd))
		}
	}
	for _, order := range d.lists() {
		order = withInherited(order, d, func(o Object) []Entry { f, _ := n.facts(o); return f.order })
		list = append(list, d.object("nt", n.descriptor(d, order)))
		// An entry for the owner's rights takes away what the owner has without any.
		own := append([]Entry{{Principal: Principal{Sort: Owner}, Rights: Synchronize}}, order...)
		list = append(list, d.object("nt", n.descriptor(d, own)))
	}
	return list
}

// withInherited is the order with what is handed down, where it has none of that itself.
func withInherited(order []Entry, d draft, of func(Object) []Entry) []Entry {
	if d.inherited == nil {
		return order
	}
	for _, e := range order {
		if e.Flags&inheriting != 0 {
			return order
		}
	}
	return append(order[:len(order):len(order)], handed(of(*d.inherited))...)
}

func wrongValue(o Object) error {
	return &ModelError{ID: o.Model, Problem: fmt.Sprintf("%T is no value of this model", o.Value)}
}
