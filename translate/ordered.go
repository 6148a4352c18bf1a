package translate

import (
	"slices"

	"ward/acl/nfs4"
	"ward/mode"
)

const authenticated = "AUTHENTICATED"

// partlyHanded is what is Lost of an entry that only some of what is made gets.
const partlyHanded = "inheritance of entry"

// Flags of inheritance, and those that say how.
const (
	inheriting = nfs4.FileInherit | nfs4.DirectoryInherit
	handing    = inheriting | nfs4.NoPropagate | nfs4.InheritOnly
)

// decides reports whether the entry decides about the object itself.
func (e Entry) decides() bool {
	return (e.Type == nfs4.Allow || e.Type == nfs4.Deny) && e.Flags&nfs4.InheritOnly == 0
}

// fromTable is an ordered list that says what the table says: nobody's entry leaves
// anything open that a later one could give him, and the groups' rights add up.
func (d draft) fromTable() []Entry {
	all := d.table.all()
	list := d.settle(nil, Principal{Sort: Owner}, d.table.Owner, all)
	for _, u := range d.table.Users {
		list = d.settle(list, u.Principal, u.Rights, all)
	}
	groups := append([]Grant{{Principal{Sort: OwningGroup}, d.table.Group}}, d.table.Groups...)
	for _, g := range groups {
		list = allow(list, g.Principal, g.Rights)
	}
	for _, g := range groups {
		list = d.deny(list, g.Principal, d.table.Everyone&^g.Rights, g.Rights)
	}
	list = d.deny(list, Principal{Sort: Everyone}, 0, d.table.Everyone)
	return allow(list, Principal{Sort: Everyone}, d.table.Everyone)
}

// all is what anybody has.
func (t Table) all() (all Rights) {
	for _, g := range slices.Concat(t.Users, t.Groups) {
		all |= g.Rights
	}
	return all | t.Owner | t.Group | t.Everyone
}

// settle allows one the rights, and denies the rest of all.
func (d draft) settle(list []Entry, p Principal, rights, all Rights) []Entry {
	return allow(d.deny(list, p, all&^rights, rights), p, rights)
}

// deny also denies to remove from a directory where one may write it and not that:
// where no entry speaks of it, writing is enough (RFC 8881, section 6.2.1.3.2).
func (d draft) deny(list []Entry, p Principal, rights, has Rights) []Entry {
	if d.kind == mode.Directory && has&(Write|DeleteChild) == Write {
		rights |= DeleteChild
	}
	if rights == 0 {
		return list
	}
	return append(list, Entry{Type: nfs4.Deny, Principal: p, Rights: rights})
}

func allow(list []Entry, p Principal, rights Rights) []Entry {
	if rights == 0 {
		return list
	}
	return append(list, Entry{Type: nfs4.Allow, Principal: p, Rights: rights | Synchronize})
}

// lists is the orders to try: the source's own, and that of the table.
func (d draft) lists() [][]Entry {
	made := d.fromTable()
	if len(d.order) == 0 {
		return [][]Entry{made}
	}
	own := d.order
	for _, e := range d.order { // what follows no order keeps its place behind
		if !e.decides() {
			made = append(made, e)
		}
	}
	return [][]Entry{own, made}
}

// handed is the entries of an inherited object, for the directory to hand down.
func handed(order []Entry) []Entry {
	list := slices.Clone(order)
	for i := range list {
		list[i].Flags |= inheriting | nfs4.InheritOnly
	}
	return list
}

// inheritable is what a list hands down to everything: its entries without the flags.
// Where none of them speaks of owner, group and everybody, what is made gets of its mode
// what the list's own entries have for them, as setfacl fills up a default list. rest
// tells of entries that reach only some of what is made.
func inheritable(order []Entry) (list []Entry, rest []Loss) {
	for i, e := range order {
		switch {
		case e.Flags&inheriting == 0 || e.Type != nfs4.Allow && e.Type != nfs4.Deny:
			continue
		case e.Flags&inheriting != inheriting || e.Flags&nfs4.NoPropagate != 0:
			rest = append(rest, Loss{
				Effect: Lost, Principal: e.Principal, What: ordinal(partlyHanded, i),
				Why: "it reaches only some of what is made in the directory", Default: true,
			})
			continue
		}
		e.Flags &^= handing
		list = append(list, e)
	}
	if len(list) > 0 && !slices.ContainsFunc(list, Entry.classes) {
		for _, e := range order {
			if e.decides() && e.classes() {
				e.Flags = 0
				list = append(list, e)
			}
		}
	}
	return list, rest
}

// classes reports whether the entry is for one of the three that every mode has.
func (e Entry) classes() bool {
	return e.Principal.Sort == Owner || e.Principal.Sort == OwningGroup || e.Principal.Sort == Everyone
}

// gather is the users and groups that a list names, each once. Everybody of the
// universe who is not anonymous has said who he is.
func gather(order []Entry) (users, groups []Principal) {
	for _, e := range order {
		switch p := e.Principal; {
		case p.Sort == User && !slices.Contains(users, p):
			users = append(users, p)
		case (p.Sort == Group || p.Sort == Either || p.Sort == Special && p.Name != authenticated) && !slices.Contains(groups, p):
			groups = append(groups, p)
		}
	}
	return users, groups
}
