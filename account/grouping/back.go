package grouping

import (
	"cmp"
	"fmt"
	"slices"

	"ward/account"
	"ward/acl"
	"ward/entry"
	"ward/ident"
	"ward/mode"
)

// mostNamed is how many users a list is made of: ext4 has room for about 500 in a
// block, and nobody reads that many.
const mostNamed = 100

// Back proposes access lists in the place of what a group is given: each member is
// named, and the objects go to the primary group of their owner, which gets what all
// others have.
func Back(patterns []Pattern, group account.Group, db *account.Database) Proposal {
	p := &proposing{db: db, subjects: subjects(db, patterns)}
	p.answer.Groups = []Group{{Name: group.Name, GID: group.GID, Members: group.Members}}
	for i := range patterns {
		p.answer.Outcomes = append(p.answer.Outcomes, p.back(&patterns[i], group.GID))
	}
	p.prove()
	return p.answer
}

func (p *proposing) back(x *Pattern, gid ident.GID) Outcome {
	out := Outcome{Pattern: *x, After: x.State}
	st := &x.State
	members := p.named(gid, st.UID)
	switch {
	case st.GID != gid:
		out.Stays = "it is not the group's"
	case len(st.ACL) > 0 || len(st.Default) > 0:
		out.Stays = "it has a list already"
	case x.Kind != mode.Directory && st.Mode&(mode.SetUID|mode.SetGID) != 0:
		out.Stays = "it has set-id bits: with another group it would run with other rights"
	case st.Mode>>3&7 == st.Mode&7:
		out.Stays = "the group may what all others may"
	case len(members) > mostNamed:
		out.Stays = fmt.Sprintf("the group has %d members, and a list holds %d well", len(members), mostNamed)
	default:
		p.list(&out, members)
	}
	return out
}

// named is the members of a group besides root and the owner, by id.
func (p *proposing) named(gid ident.GID, owner ident.UID) (uids []ident.UID) {
	for _, u := range p.db.MembersOf(gid) {
		if u.UID != 0 && u.UID != owner && u.UID != ident.NoUID {
			uids = append(uids, u.UID)
		}
	}
	slices.Sort(uids)
	return slices.Compact(uids)
}

func (p *proposing) list(out *Outcome, members []ident.UID) {
	st := &out.State
	if len(members) == 0 { // the group was nobody's but the owner's
		out.After = entry.State{UID: st.UID, GID: p.primary(st.UID), Flags: st.Flags, Caps: st.Caps, Mode: st.Mode&^0o070 | st.Mode&7<<3}
		return
	}
	group, others := mode.Rights(st.Mode>>3&7), mode.Rights(st.Mode&7)
	l := acl.List{{Tag: acl.UserObj, ID: acl.NoID, Rights: mode.Rights(st.Mode >> 6 & 7)}}
	for _, uid := range members {
		l = append(l, acl.Entry{Tag: acl.User, ID: uint32(uid), Rights: group})
	}
	mask := group | others
	l = append(l, acl.Entry{Tag: acl.GroupObj, ID: acl.NoID, Rights: others}, acl.Entry{Tag: acl.Mask, ID: acl.NoID, Rights: mask}, acl.Entry{Tag: acl.Other, ID: acl.NoID, Rights: others})
	out.After = entry.State{UID: st.UID, GID: p.primary(st.UID), ACL: l, Flags: st.Flags, Caps: st.Caps, Mode: st.Mode&^0o070 | mode.Mode(mask)<<3}
	if out.Kind == mode.Directory && st.Mode&mode.SetGID != 0 {
		out.After.Mode &^= mode.SetGID
		out.After.Default = slices.Clone(l)
		p.answer.Inherit += out.Count
	}
	slices.SortStableFunc(out.After.ACL, func(a, b acl.Entry) int { return cmp.Or(cmp.Compare(a.Tag, b.Tag), cmp.Compare(a.ID, b.ID)) })
}

// primary is the group that an owner's objects go to.
func (p *proposing) primary(uid ident.UID) ident.GID {
	if u, ok := p.db.UserByID(uid); ok {
		return u.GID
	}
	return 0
}
