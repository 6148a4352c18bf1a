package translate

import (
	"slices"

	"ward/ident"
	"ward/legacy/hpux"
	"ward/mode"
)

// HPUX is a value of the model of HP-UX: a list of HFS, and the special bits beside it.
type HPUX struct {
	ACL  hpux.ACL
	Mode mode.Mode // its special bits
}

type hpuxModel struct{}

// rootless moves uid 0 elsewhere: that the superuser may all is no question here.
func rootless(uid uint32) uint32 {
	if uid == 0 {
		return rootNumber
	}
	return uid
}

func (hpuxModel) decide(o Object, c caller, want mode.Rights) hpux.Verdict {
	v, _ := o.Value.(HPUX)
	a := slices.Clone(v.ACL)
	for i, e := range a {
		if e.User.Sort == hpux.Numbered {
			a[i].User.Number = rootless(e.User.Number)
		}
	}
	ids := c.idents(o)
	ids.UID = ident.UID(rootless(uint32(ids.UID)))
	obj := hpux.Object{Owner: ident.UID(rootless(o.ownerID())), Group: o.groupGID(), Kind: o.kind()}
	return a.Decide(hpux.Subject{IDs: ids, Name: c.person(o).Name, GroupNames: c.groupNames(o)}, want, obj)
}

func (h hpuxModel) may(o Object, c caller, wanted Rights) Rights {
	v, _ := o.Value.(HPUX)
	r := byBits(wanted, o.kind(), c.owner, func(bit mode.Rights) bool { return h.decide(o, c, bit).Allowed })
	return sticky(r, v.Mode, o, c)
}

func (h hpuxModel) atOnce(o Object, c caller, wanted Rights) bool {
	return h.decide(o, c, unixBits(wanted)).Allowed
}

func (h hpuxModel) explain(o Object, c caller, wanted Rights) (string, int) {
	v := h.decide(o, c, unixBits(wanted))
	if len(v.Entries) > 0 {
		return v.Reason(), v.Entries[0]
	}
	return v.Reason(), -1
}

func hpuxPrincipal(i hpux.ID, s Sort) (Principal, bool) {
	switch i.Sort {
	case hpux.Numbered:
		return Principal{Sort: s, ID: i.Number, HasID: true}, true
	case hpux.Named:
		return Principal{Sort: s, Name: i.Name}, true
	}
	return Principal{}, false
}

func (hpuxModel) facts(o Object) (f facts, err error) {
	v, ok := o.Value.(HPUX)
	if !ok {
		return facts{}, wrongValue(o)
	}
	f.extras = specialBits(v.Mode)
	for _, e := range v.ACL {
		if p, ok := hpuxPrincipal(e.User, User); ok && !slices.Contains(f.users, p) {
			f.users = append(f.users, p)
		}
		if p, ok := hpuxPrincipal(e.Group, Group); ok && !slices.Contains(f.groups, p) {
			f.groups = append(f.groups, p)
		}
	}
	return f, nil
}

func hpuxID(p Principal) (hpux.ID, bool) {
	switch {
	case p.Sort == Special:
		return hpux.ID{}, false
	case p.HasID:
		return hpux.Number(p.ID), true
	case p.Name != "":
		return hpux.Name(p.Name), true
	}
	return hpux.ID{}, false
}

func (hpuxModel) names(p Principal) bool {
	id, ok := hpuxID(p)
	if !ok || p.Sort != User && p.Sort != Group {
		return false
	}
	a := hpux.ACL{{User: id}}
	back, err := hpux.Parse(a.Format())
	return err == nil && back.Equal(a)
}

// build keeps to sixteen entries; who finds no place in them is left out.
func (h hpuxModel) build(d draft) []Object {
	anybody := hpux.ID{}
	own := hpux.ID{Sort: hpux.Own}
	a := hpux.ACL{
		{User: own, Group: anybody, Rights: d.rwx(d.table.Owner)},
		{User: anybody, Group: own, Rights: d.rwx(d.table.Group)},
		{User: anybody, Group: anybody, Rights: d.rwx(d.table.Everyone)},
	}
	for _, g := range slices.Concat(d.table.Users, d.table.Groups) {
		id, ok := hpuxID(g.Principal)
		if !ok || len(a) == hpux.MaxEntries {
			continue
		}
		e := hpux.Entry{User: id, Group: anybody, Rights: d.rwx(g.Rights)}
		if g.Principal.Sort == Group {
			e.User, e.Group = anybody, id
		}
		if !slices.ContainsFunc(a, func(x hpux.Entry) bool { return x.User == e.User && x.Group == e.Group }) {
			a = append(a, e)
		}
	}
	if d.owner.HasID && d.group.HasID {
		a = a.With(hpux.Object{Owner: ident.UID(d.owner.ID), Group: ident.GID(d.group.ID), Kind: d.kind})
	}
	return []Object{d.object("hpux", HPUX{ACL: a.Sorted(), Mode: d.special()})}
}
