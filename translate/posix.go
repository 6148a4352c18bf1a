package translate

import (
	"cmp"
	"slices"

	"ward/access"
	"ward/acl"
	"ward/entry"
	"ward/mode"
)

// POSIX is a value of the models with lists of POSIX.1e.
type POSIX struct {
	Access  acl.List // nil where the mode says it all
	Default acl.List // of a directory
	Mode    mode.Mode
}

// posixModel is lists of POSIX.1e. The systems differ in what becomes of somebody in
// several groups, and of an empty mask.
type posixModel struct {
	id string
	// adds is Solaris: what the groups of somebody have adds up (ufs_acl_access).
	adds bool
	// linux looks at the list only where the mask leaves anything (fs/namei.c).
	linux bool
}

func (p posixModel) list(o Object) (acl.List, mode.Mode) {
	v, _ := o.Value.(POSIX)
	if v.Access == nil {
		return acl.FromMode(v.Mode), v.Mode
	}
	return v.Access, v.Access.Mode(v.Mode)
}

func (p posixModel) may(o Object, c caller, wanted Rights) Rights {
	_, m := p.list(o)
	r := byBits(wanted, o.kind(), c.owner, func(bit mode.Rights) bool { return p.allows(o, c, bit) })
	return sticky(r, m, o, c)
}

func (p posixModel) atOnce(o Object, c caller, wanted Rights) bool {
	return p.allows(o, c, unixBits(wanted))
}

func (p posixModel) allows(o Object, c caller, want mode.Rights) bool {
	l, m := p.list(o)
	if p.linux {
		ok, _ := access.Allows(c.idents(o), entry.State{Mode: m, UID: o.ownerUID(), GID: o.groupGID(), ACL: l}, o.kind(), want)
		return ok
	}
	return want&^p.has(l, c, o, want) == 0
}

// has is what the list gives by the rules of FreeBSD (vaccess_acl_posix1e) and Solaris
// (ufs_acl_access): the owner's entry; the user's, under the mask; of the groups' the
// first that gives all, or on Solaris all together; else others'.
func (p posixModel) has(l acl.List, c caller, o Object, want mode.Rights) mode.Rights {
	if c.owner {
		r, _ := l.Find(acl.UserObj, acl.NoID)
		return r
	}
	if r, ok := l.Find(acl.User, c.uid(o)); ok {
		return l.Effective(acl.Entry{Tag: acl.User, Rights: r})
	}
	matched, best, sum := false, mode.Rights(0), mode.Rights(0)
	for _, e := range l {
		in := e.Tag == acl.GroupObj && c.owning || e.Tag == acl.Group && slices.Contains(c.gids(o), e.ID)
		if !in {
			continue
		}
		r := l.Effective(e)
		if matched = true; want&^r == 0 {
			best = r
		}
		sum |= r
	}
	switch {
	case matched && p.adds:
		return sum
	case matched:
		return best
	}
	r, _ := l.Find(acl.Other, acl.NoID)
	return r
}

func (p posixModel) facts(o Object) (facts, error) {
	v, ok := o.Value.(POSIX)
	if !ok {
		return facts{}, wrongValue(o)
	}
	f := facts{extras: specialBits(v.Mode)}
	for _, e := range v.Access {
		switch e.Tag {
		case acl.User:
			f.users = append(f.users, UserID(e.ID))
		case acl.Group:
			f.groups = append(f.groups, GroupID(e.ID))
		}
	}
	if v.Default != nil {
		made := o
		made.Value = POSIX{Access: v.Default, Mode: v.Default.Mode(0)}
		f.inherited = &made
	}
	return f, nil
}

func (p posixModel) build(d draft) []Object {
	v := POSIX{Mode: d.mode()}
	v.Access, v.Mode = p.listOf(d).Fold(v.Mode)
	if d.inherited != nil {
		made, _ := d.inherited.Value.(POSIX)
		if v.Default = made.Access; v.Default == nil {
			v.Default = acl.FromMode(made.Mode)
		}
	}
	return []Object{d.object(p.id, v)}
}

func (p posixModel) listOf(d draft) acl.List {
	l := acl.List{{Tag: acl.UserObj, ID: acl.NoID, Rights: d.rwx(d.table.Owner)}}
	users, all := p.named(d, acl.User, d.table.Users)
	groups, more := p.named(d, acl.Group, d.table.Groups)
	group := d.rwx(d.table.Group)
	l = append(l, users...)
	l = append(l, acl.Entry{Tag: acl.GroupObj, ID: acl.NoID, Rights: group})
	l = append(l, groups...)
	if len(users)+len(groups) > 0 {
		l = append(l, acl.Entry{Tag: acl.Mask, ID: acl.NoID, Rights: maskFor(all | more | group)})
	}
	return append(l, acl.Entry{Tag: acl.Other, ID: acl.NoID, Rights: d.rwx(d.table.Everyone)})
}

// maskFor never is empty: Linux then takes named users for others.
func maskFor(all mode.Rights) mode.Rights {
	if all == 0 {
		return mode.R
	}
	return all
}

func (p posixModel) named(d draft, t acl.Tag, grants []Grant) (l acl.List, all mode.Rights) {
	for _, g := range grants {
		if !p.names(g.Principal) || slices.ContainsFunc(l, func(e acl.Entry) bool { return e.ID == g.Principal.ID }) {
			continue
		}
		r := d.rwx(g.Rights)
		l = append(l, acl.Entry{Tag: t, ID: g.Principal.ID, Rights: r})
		all |= r
	}
	slices.SortFunc(l, func(a, b acl.Entry) int { return cmp.Compare(a.ID, b.ID) })
	return l, all
}

func (posixModel) names(p Principal) bool {
	return (p.Sort == User || p.Sort == Group) && p.HasID && p.ID != acl.NoID
}

func (p posixModel) explain(o Object, c caller, wanted Rights) (string, int) {
	l, m := p.list(o)
	if p.linux {
		_, why := access.Allows(c.idents(o), entry.State{Mode: m, UID: o.ownerUID(), GID: o.groupGID(), ACL: l}, o.kind(), unixBits(wanted))
		return why.String(), -1
	}
	if p.allows(o, c, unixBits(wanted)) {
		return "the entries for the subject allow it", -1
	}
	return "the entries for the subject do not allow it", -1
}
