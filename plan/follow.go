package plan

import (
	"slices"

	"ward/acl/nfs4"
	"ward/entry"
	"ward/legacy/dos"
	"ward/mode"
)

// Where a list of NFS 4 is kept the mode is made of it, and by vfat from the
// read-only attribute: a step that sets one may move the mode as well, by rules that
// are the server's or the mount's. A change that sets a list and does not speak of
// the mode is done whatever the mode has become by them.

// followed are the states that a step may leave beside the one in which the mode
// stays.
func (s *Step) followed(from *entry.State) (states []entry.State) {
	for _, m := range followedModes(s, from) {
		st := *from
		st.Mode = m
		switch s.Op {
		case SetNFS4:
			st.NFS4 = s.Other
		case SetDOS:
			st.DOS = s.Other
		}
		states = append(states, st)
	}
	return states
}

func followedModes(s *Step, from *entry.State) []mode.Mode {
	switch {
	case s.Op == SetNFS4:
		return listModes(s.Other, from)
	case s.Op == SetDOS && s.Other.Place() == entry.FATPlace:
		return fatModes(from.Mode)
	}
	return nil
}

// listModes are the modes that servers make of a list: ZFS and FreeBSD by the
// entries for OWNER@, GROUP@ and EVERYONE@, a Linux server by the POSIX list that it
// keeps in its place, whose mask shows as the group.
func listModes(s entry.Stored, from *entry.State) (modes []mode.Mode) {
	list, err := s.NFS4ACL()
	if err != nil {
		return nil
	}
	special := from.Mode & mode.Special
	modes = append(modes, special|list.Mode(nfs4.Object{Owner: from.UID, Group: from.GID, Mode: from.Mode, Rules: nfs4.RFC8881})&mode.Permissions)
	if access, _, err := list.ToPOSIX(mode.Regular); err == nil {
		modes = append(modes, special|access.Mode(0)&mode.Permissions)
	}
	return modes
}

// fatModes: read-only takes away what the mount's masks leave of write.
func fatModes(m mode.Mode) []mode.Mode {
	const write = mode.OwnerWrite | mode.GroupWrite | mode.OtherWrite
	return []mode.Mode{m &^ write, m | mode.OwnerWrite, m | mode.OwnerWrite | mode.GroupWrite, m | write}
}

// followsAttributes reports whether the mode of a file on vfat comes with its
// read-only attribute: vfat refuses a chmod that asks for anything else.
func followsAttributes(c *Change) bool {
	const write = mode.OwnerWrite | mode.GroupWrite | mode.OtherWrite
	if c.After.DOS.Place() != entry.FATPlace || (c.Before.Mode^c.After.Mode)&^write != 0 {
		return false
	}
	before, err := c.Before.DOS.DOSAttributes()
	after, err2 := c.After.DOS.DOSAttributes()
	return err == nil && err2 == nil && (before^after)&dos.ReadOnly != 0
}

// Reached reports whether a state is what the change wants, in the facts that are
// known: also where the mode, of which the change does not speak, followed.
func Reached(c *Change, seen *entry.State, known entry.Facts) bool {
	if c.sees(seen, &c.After, known) {
		return true
	}
	if c.Before.Mode != c.After.Mode || seen.Mode == c.After.Mode {
		return false
	}
	steps := [...]Step{{Op: SetNFS4, Other: c.After.NFS4}, {Op: SetDOS, Other: c.After.DOS}}
	changed := [...]bool{c.Before.NFS4 != c.After.NFS4, c.Before.DOS != c.After.DOS}
	for i := range steps {
		if !changed[i] {
			continue
		}
		for _, m := range followedModes(&steps[i], &c.Before) {
			end := c.After
			end.Mode = m
			if c.sees(seen, &end, known) {
				return true
			}
		}
	}
	return false
}

// relisted reports whether a state is that between a chmod and the step that sets
// the list again: the mode is one on the way, and the list one that the server made
// of that mode, whatever else it kept in it.
func (c *Change) relisted(seen *entry.State) bool {
	if c.Known&entry.NFS4 == 0 || seen.NFS4 == "" || !slices.Contains(listModes(seen.NFS4, seen), seen.Mode) {
		return false
	}
	as := *seen
	for _, st := range append(Intermediate(c), c.After) {
		as.NFS4 = st.NFS4
		if st.Mode != c.Before.Mode && c.sees(&as, &st, c.Known) {
			return true
		}
	}
	return false
}
