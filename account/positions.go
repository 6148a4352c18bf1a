package account

import "ward/ident"

// Belong lists who belongs to the group by their positions in Users: those who have
// it as their primary group, then those whom any line with its id names; a user may
// be there twice. beyond are the names of members that the lists do not have.
//
// It is MembersOf for callers with thousands of users, who want no copies of them.
func (d *Database) Belong(gid ident.GID) (positions []int, beyond []string) {
	if d == nil {
		return nil, nil
	}
	positions = d.firstGroup[gid]
	named := d.namesIn(gid)
	if len(named) == 0 {
		return positions, nil
	}
	positions = append(make([]int, 0, len(positions)+len(named)), positions...)
	for _, name := range named {
		if i, ok := d.userAt(name); ok {
			positions = append(positions, i)
		} else {
			beyond = append(beyond, name)
		}
	}
	return positions, beyond
}

// Lists reports whether one of Users has the id.
func (d *Database) Lists(uid ident.UID) bool {
	if d == nil {
		return false
	}
	_, ok := d.userIDs[uid]
	return ok
}
