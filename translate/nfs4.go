package translate

import (
	"slices"
	"strconv"

	"ward/acl/nfs4"
	"ward/mode"
)

// nfs4Model is lists of NFSv4, as one system decides them.
type nfs4Model struct {
	id    string
	rules nfs4.Rules
}

func ordinal(what string, i int) string { return what + " " + strconv.Itoa(i+1) }

// specialGroups are the names of RFC 8881, section 6.2.1.5, that depend on how one came,
// with the SIDs that Windows has for them (MS-DTYP, section 2.4.2.4).
type specialGroup struct {
	class   nfs4.Class
	session nfs4.Sessions
	name    string
	sid     string
	vms     string // the identifier of OpenVMS
}

func specialGroups() []specialGroup {
	return []specialGroup{
		{nfs4.Interactive, nfs4.FromTerminal, "INTERACTIVE", "S-1-5-4", "INTERACTIVE"},
		{nfs4.Network, nfs4.FromNetwork, "NETWORK", "S-1-5-2", "NETWORK"},
		{nfs4.Dialup, nfs4.FromDialup, "DIALUP", "S-1-5-1", "DIALUP"},
		{nfs4.Batch, nfs4.FromBatch, "BATCH", "S-1-5-3", "BATCH"},
		{nfs4.Anonymous, nfs4.WithoutName, "ANONYMOUS", "S-1-5-7", ""},
		{nfs4.Authenticated, 0, "AUTHENTICATED", "S-1-5-11", ""},
		{nfs4.Service, nfs4.FromAService, "SERVICE", "S-1-5-6", ""},
	}
}

// specialNamed finds one by a test.
func specialNamed(is func(specialGroup) bool) (specialGroup, bool) {
	list := specialGroups()
	if i := slices.IndexFunc(list, is); i >= 0 {
		return list[i], true
	}
	return specialGroup{}, false
}

func (g specialGroup) principal() Principal {
	return Principal{Sort: Special, Name: g.name, SID: g.sid}
}

func (n nfs4Model) subject(o Object, c caller) nfs4.Subject {
	s := nfs4.Subject{IDs: c.idents(o), Name: c.person(o).Name, GroupNames: c.groupNames(o)}
	if sid := c.person(o).SID; sid != "" {
		s.SIDs = append(s.SIDs, sid)
	}
	for _, g := range c.groups {
		if g.SID != "" {
			s.SIDs = append(s.SIDs, g.SID)
		}
		if sp, ok := specialNamed(func(x specialGroup) bool { return g.Sort == Special && x.name == g.Name }); ok {
			s.Sessions |= sp.session
		}
	}
	return s
}

func (n nfs4Model) object(o Object) nfs4.Object {
	return nfs4.Object{Owner: o.ownerUID(), Group: o.groupGID(), Kind: o.kind(), Mode: mode.Execute, Rules: n.rules}
}

func (n nfs4Model) may(o Object, c caller, wanted Rights) (r Rights) {
	a, _ := o.Value.(nfs4.ACL)
	s, obj := n.subject(o, c), n.object(o)
	for _, one := range wanted.each() {
		v := a.Decide(s, nfs4.Rights(one), obj)
		if v.Allowed || one == DeleteChild && v.Reason == nfs4.NotAllowed && a.Decide(s, nfs4.WriteData, obj).Allowed {
			r |= one
		}
	}
	return r
}

func (n nfs4Model) atOnce(o Object, c caller, wanted Rights) bool {
	a, _ := o.Value.(nfs4.ACL)
	return a.Decide(n.subject(o, c), nfs4.Rights(wanted), n.object(o)).Allowed
}

// whoIs is the principal of an entry.
func whoIs(e nfs4.Entry) Principal {
	switch e.Who.Class {
	case nfs4.Owner:
		return Principal{Sort: Owner}
	case nfs4.Group:
		return Principal{Sort: OwningGroup}
	case nfs4.Everyone:
		return Principal{Sort: Everyone}
	case nfs4.SID, nfs4.AnySID:
		return Principal{Sort: Either, SID: e.Who.Name}
	case nfs4.Named:
		p := Principal{Sort: User, Name: e.Who.Name, ID: e.Who.ID, HasID: e.Who.HasID}
		if e.Flags&nfs4.IdentifierGroup != 0 {
			p.Sort = Group
		}
		return p
	}
	sp, _ := specialNamed(func(g specialGroup) bool { return g.class == e.Who.Class })
	return sp.principal()
}

func nfs4Order(a nfs4.ACL) []Entry {
	list := make([]Entry, len(a.Entries))
	for i, e := range a.Entries {
		list[i] = Entry{Type: e.Type, Principal: whoIs(e), Rights: Rights(e.Rights), Flags: e.Flags &^ nfs4.IdentifierGroup}
	}
	return list
}

func (n nfs4Model) facts(o Object) (facts, error) {
	a, ok := o.Value.(nfs4.ACL)
	if !ok {
		return facts{}, wrongValue(o)
	}
	f := facts{order: nfs4Order(a)}
	f.users, f.groups = gather(f.order)
	for _, flag := range listFlags() {
		if a.Flags&flag.nfs4 != 0 {
			f.extras = append(f.extras, Extra{Name: flag.name})
		}
	}
	list, rest := inheritable(f.order)
	f.unclear = rest
	if len(list) > 0 && o.kind() == mode.Directory {
		made := o
		made.Value = n.list(list)
		f.inherited = &made
	}
	return f, nil
}

// list is the entries that have a name here.
func (n nfs4Model) list(order []Entry) nfs4.ACL {
	var a nfs4.ACL
	for _, e := range order {
		who, ok := nfs4Who(e.Principal)
		if !ok {
			continue
		}
		entry := nfs4.Entry{Type: e.Type, Flags: e.Flags &^ nfs4.IdentifierGroup, Rights: nfs4.Rights(e.Rights), Who: who}
		if e.Principal.Sort == Group || e.Principal.Sort == OwningGroup {
			entry.Flags |= nfs4.IdentifierGroup
		}
		a.Entries = append(a.Entries, entry)
	}
	return a
}

func nfs4Who(p Principal) (nfs4.Who, bool) {
	switch p.Sort {
	case Owner:
		return nfs4.Special(nfs4.Owner), true
	case OwningGroup:
		return nfs4.Special(nfs4.Group), true
	case Everyone:
		return nfs4.Special(nfs4.Everyone), true
	case Special:
		sp, ok := specialNamed(func(g specialGroup) bool { return g.name == p.Name })
		return nfs4.Special(sp.class), ok
	}
	named := (p.Sort == User || p.Sort == Group) && (p.Name != "" || p.HasID)
	return nfs4.Who{Name: p.Name, ID: p.ID, HasID: p.HasID}, named
}

func (n nfs4Model) names(p Principal) bool {
	_, ok := nfs4Who(p)
	return ok && p.Sort != Nobody && p.Sort != System
}

func (n nfs4Model) build(d draft) (list []Object) {
	var usual nfs4.ACL
	switch v := d.source.Value.(type) {
	case mode.Mode:
		usual = nfs4.FromMode(v, d.kind, n.rules)
	case POSIX:
		if v.Access != nil && d.inherited == nil {
			usual = nfs4.FromPOSIX(v.Access, nil, d.kind)
		}
	}
	if usual.Entries != nil {
		list = append(list, d.object(n.id, usual))
	}
	for _, order := range d.lists() {
		a := n.list(withInherited(order, d, func(o Object) []Entry {
			made, _ := o.Value.(nfs4.ACL)
			return nfs4Order(made)
		}))
		for _, flag := range listFlags() {
			if d.has(flag.name) {
				a.Flags |= flag.nfs4
			}
		}
		list = append(list, d.object(n.id, a))
	}
	return list
}

func (n nfs4Model) explain(o Object, c caller, wanted Rights) (string, int) {
	a, _ := o.Value.(nfs4.ACL)
	v := a.Decide(n.subject(o, c), nfs4.Rights(wanted), n.object(o))
	return v.Reason.String(), v.Entry
}
