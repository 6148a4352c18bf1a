package access

import (
	"slices"

	"ward/account"
	"ward/acl"
	"ward/entry"
	"ward/ident"
	"ward/mode"
)

// comparison asks for each principal that one of two states speaks of what it may
// do before and after.
type comparison struct {
	before, after entry.State
	kind          mode.Kind
	db            *account.Database
}

func (c *comparison) changes() []Change {
	var list []Change
	users, groups := c.users(), c.groups()
	for i, uid := range users {
		who := User
		if i < c.owners() {
			who = Owner
		}
		list = c.add(list, who, uint32(uid), c.db.Subject(uid))
	}
	for _, gid := range groups {
		list = c.add(list, Group, uint32(gid), member(gid))
	}
	list = append(list, c.members(users, groups, list)...)
	list = c.add(list, Others, 0, ident.Subject{UID: ident.NoUID, GID: ident.NoGID})
	return append(list, c.inherited()...)
}

// member is somebody who is in the group and is nobody else of concern.
func member(gid ident.GID) ident.Subject { return ident.Subject{UID: ident.NoUID, GID: gid} }

// add appends the principal's change, if there is one.
func (c *comparison) add(list []Change, who Who, id uint32, s ident.Subject) []Change {
	m := c.moved(s)
	if m == (moved{}) {
		return list
	}
	return append(list, Change{Who: who, ID: id, Gains: m.gains, Loses: m.loses})
}

func (c *comparison) moved(s ident.Subject) moved {
	return between(usable(power(s, &c.before, c.kind), c.kind), usable(power(s, &c.after, c.kind), c.kind))
}

// power is the subject's rights, and control where it owns the object. Root has
// control of everything, so it neither gains nor loses it.
func power(s ident.Subject, st *entry.State, k mode.Kind) Power {
	p := Power(Rights(s, *st, k))
	if s.UID == st.UID || s.UID == 0 {
		p |= Control
	}
	return p
}

// owners is how many of users own the object in one of the states.
func (c *comparison) owners() int {
	if c.before.UID == c.after.UID {
		return 1
	}
	return 2
}

// users lists the owners, then the users that a list names, each once.
func (c *comparison) users() []ident.UID {
	list := []ident.UID{c.before.UID}
	if c.after.UID != c.before.UID {
		list = append(list, c.after.UID)
	}
	return appendNamed(list, acl.User, c.before.ACL, c.after.ACL)
}

// groups lists the owning groups, then the groups that a list names, each once.
func (c *comparison) groups() []ident.GID {
	list := []ident.GID{c.before.GID}
	if c.after.GID != c.before.GID {
		list = append(list, c.after.GID)
	}
	return appendNamed(list, acl.Group, c.before.ACL, c.after.ACL)
}

func appendNamed[ID ident.UID | ident.GID](list []ID, tag acl.Tag, lists ...acl.List) []ID {
	for _, l := range lists {
		for _, e := range l {
			if e.Tag == tag && !slices.Contains(list, ID(e.ID)) {
				list = append(list, ID(e.ID))
			}
		}
	}
	return list
}

// members finds users who are in several of the groups and whose change is none
// of those of their groups, since groups do not add up.
func (c *comparison) members(users []ident.UID, groups []ident.GID, found []Change) []Change {
	if len(groups) < 2 {
		return nil
	}
	var list []Change
	for uid, gids := range c.memberships(groups) {
		if len(gids) < 2 || uid == 0 || slices.Contains(users, uid) {
			continue
		}
		m := c.moved(c.db.Subject(uid))
		told := slices.ContainsFunc(found, func(f Change) bool {
			return f.Who == Group && slices.Contains(gids, ident.GID(f.ID)) && m == moved{f.Gains, f.Loses}
		})
		if !told && m != (moved{}) {
			list = append(list, Change{Who: Member, ID: uint32(uid), Gains: m.gains, Loses: m.loses})
		}
	}
	slices.SortFunc(list, func(a, b Change) int { return int(int64(a.ID) - int64(b.ID)) })
	return list
}

func (c *comparison) memberships(groups []ident.GID) map[ident.UID][]ident.GID {
	of := map[ident.UID][]ident.GID{}
	for _, gid := range groups {
		for _, u := range c.db.MembersOf(gid) {
			if u.UID != ident.NoUID {
				of[u.UID] = append(of[u.UID], gid)
			}
		}
	}
	return of
}
