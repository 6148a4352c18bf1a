package translate

import (
	"slices"

	"ward/ident"

	"ward/mode"
)

// The universe of a conversion is the kinds of subjects that its models can tell apart:
// the owner, every named user, and a stranger, each in no group, in each group, in each
// two of them, and in all. A set of identifiers that an entry asks for together, as on
// OpenVMS, counts as one group.
//
// Two are enough. In a list of which the first entry that matches decides a right, it is
// decided by one membership; where several add up, one of them suffices to allow. So if
// source and target differ about a subject in many groups, one membership explains the
// source's answer, one the target's, and a subject in just these two meets the same
// answers.

// caller is one subject of the universe.
type caller struct {
	user   Principal // Nobody for the owner that is not known, and for the stranger
	groups []Principal
	owner  bool
	owning bool
	system bool
}

// Numbers of those who have none. Nobody can have them: they lie in the range that
// systems keep for mapped ids, and are used within one conversion only.
const (
	ownerNumber    uint32 = 0xefff0001
	groupNumber    uint32 = 0xefff0002
	strangerNumber uint32 = 0xefff0003
	rootNumber     uint32 = 0xefff0004 // of uid 0 where the model lets the superuser do all
	firstGroup     uint32 = 0xefff0005 // the group that everybody has and no list names
)

// limit is how many subjects are asked about at most.
const limit = 1 << 14

// universe is the callers for the principals of the source; complete is false when there
// are too many for every pair.
func universe(f facts) (all []caller, complete bool) {
	units := [][]Principal{{{Sort: OwningGroup}}}
	for _, g := range f.groups {
		units = append(units, []Principal{g})
	}
	units = append(units, f.together...)
	singles := append([][]Principal{nil}, units...)
	pairs := append(slices.Clip(singles), couples(units)...)
	complete = (len(f.users)+2)*len(pairs) <= limit
	if complete {
		singles = pairs
	}
	all = append(all, memberships(caller{owner: true}, pairs)...)
	all = append(all, memberships(caller{}, pairs)...)
	for _, u := range f.users {
		all = append(all, memberships(caller{user: u}, singles)...)
	}
	return append(all, caller{system: true}), complete
}

// couples is every two of the units, and all of them.
func couples(units [][]Principal) (list [][]Principal) {
	var every []Principal
	for i, a := range units {
		every = append(every, a...)
		for _, b := range units[i+1:] {
			list = append(list, append(slices.Clip(a), b...))
		}
	}
	if len(units) > 2 {
		list = append(list, every)
	}
	return list
}

func memberships(base caller, sets [][]Principal) []caller {
	list := make([]caller, 0, len(sets))
	for _, set := range sets {
		c := base
		for _, g := range set {
			if g.Sort == OwningGroup {
				c.owning = true
			} else if !slices.Contains(c.groups, g) {
				c.groups = append(c.groups, g)
			}
		}
		list = append(list, c)
	}
	return list
}

// whom is the caller as a Loss names it.
func (c caller) whom() (Principal, []Principal) {
	with := slices.Clone(c.groups)
	if c.owning {
		with = append([]Principal{{Sort: OwningGroup}}, with...)
	}
	switch {
	case c.system:
		return Principal{Sort: System}, with
	case c.owner:
		return Principal{Sort: Owner}, with
	case c.user.Sort != Nobody:
		return c.user, with
	case len(with) > 0:
		return with[0], with[1:]
	}
	return Principal{Sort: Everyone}, nil
}

// within reports whether everybody who is d is c too: what holds for c explains d.
func (c caller) within(d caller) bool {
	same := c.owner == d.owner && c.user == d.user && c.system == d.system
	stranger := !c.owner && !c.system && c.user.Sort == Nobody && (c.owning || len(c.groups) > 0)
	if !same && !(stranger && !d.system) || c.owning && !d.owning {
		return false
	}
	return !slices.ContainsFunc(c.groups, func(g Principal) bool { return !slices.Contains(d.groups, g) })
}

// kind is the object's, as far as it matters.
func (o Object) kind() mode.Kind {
	if o.Kind == mode.Directory {
		return mode.Directory
	}
	return mode.Regular
}

// ownerID is the owner's number, or one that stands for it.
func (o Object) ownerID() uint32 { return o.Owner.number(ownerNumber) }

func (o Object) groupID() uint32 { return o.Group.number(groupNumber) }

func (p Principal) number(otherwise uint32) uint32 {
	if p.HasID {
		return p.ID
	}
	return otherwise
}

// identity is the caller's uid under an object.
func (c caller) uid(o Object) uint32 {
	switch {
	case c.owner:
		return o.ownerID()
	case c.user.Sort != Nobody:
		return c.user.number(strangerNumber)
	}
	return strangerNumber
}

// gids is the caller's groups that have numbers.
func (c caller) gids(o Object) (ids []uint32) {
	if c.owning {
		ids = append(ids, o.groupID())
	}
	for _, g := range c.groups {
		if g.HasID {
			ids = append(ids, g.ID)
		}
	}
	return ids
}

// names is the names of the caller's groups.
func (c caller) groupNames(o Object) []string {
	names := []string{}
	if c.owning && o.Group.Name != "" {
		names = append(names, o.Group.Name)
	}
	for _, g := range c.groups {
		if g.Name != "" && g.Sort != Special {
			names = append(names, g.Name)
		}
	}
	return names
}

// person is the caller as a user, by all the names it has.
func (c caller) person(o Object) Principal {
	if c.owner {
		return o.Owner
	}
	return c.user
}

func (o Object) ownerUID() ident.UID { return ident.UID(o.ownerID()) }

func (o Object) groupGID() ident.GID { return ident.GID(o.groupID()) }
