package access

import (
	"cmp"
	"slices"

	"ward/account"
	"ward/entry"
	"ward/ident"
	"ward/mode"
)

// Power is what somebody may do to an object: the three rights, and what goes
// with them.
type Power uint8

// The powers. The first three have the values of mode.Rights.
const (
	Execute Power = 1
	Write   Power = 2
	Read    Power = 4
	Control Power = 8  // change mode and list, as only the owner may
	RunAs   Power = 16 // run a program with the ids or capabilities that it carries
	Unlink  Power = 32 // delete and rename what others own in a directory
)

// Who is whom a change concerns.
type Who uint8

// The principals, in the order of reports.
const (
	Owner   Who = iota + 1 // user ID, who owned the object before or owns it after
	User                   // user ID, whom a list names
	Group                  // members of group ID who are none of the above
	Member                 // user ID, whose several groups together make a case of their own
	Others                 // everyone else
	AsUser                 // whoever may execute the program, with the rights of user ID
	AsGroup                // whoever may execute the program, with the rights of group ID
	Capable                // whoever may execute the program, with its file capabilities
	Writers                // whoever may create in the directory
)

// Change is what one principal gains and loses.
type Change struct {
	Who          Who
	ID           uint32 // a user or group id; 0 where Who needs none
	Gains, Loses Power
	Inherited    bool // in what is created in the directory from now on
}

// Shift is what a change of one object gives to some and takes from others. The
// zero Shift changes nothing for anybody. Shifts compare with == and serve as map
// keys: two are equal if they read the same, so that equal ones can be counted.
type Shift struct {
	directory               bool
	setID                   bool      // a program that runs with other ids or capabilities, before and after
	owner                   ident.UID // 0 unless the owner gains or loses
	group                   ident.GID // 0 unless the group gains or loses
	forOwner, forGroup, all moved     // all: everyone else
	rest                    string    // packed changes that have no field
	db                      *account.Database
}

type moved struct{ gains, loses Power }

// usable takes away what nobody can make use of: who may not enter a directory
// creates and deletes nothing in it, whatever its w says.
func usable(p Power, k mode.Kind) Power {
	if k == mode.Directory && p&Execute == 0 {
		return p &^ (Write | Unlink)
	}
	return p
}

func between(before, after Power) moved { return moved{after &^ before, before &^ after} }

// Compare says who gains and who loses when an object of this kind goes from one
// state to the other. Members and names come from db, which may be nil. It
// allocates nothing where neither lists nor owner, group and special bits are
// involved.
//
// The immutable flag is left out of account, and so are the way to the object and
// what root may by its capabilities where it neither owns the object nor is named.
func Compare(before, after entry.State, k mode.Kind, db *account.Database) Shift {
	before.Flags, after.Flags = 0, 0
	s := Shift{directory: k == mode.Directory, db: db}
	if plain(&before, &after) {
		s.owner, s.forOwner = before.UID, between(usable(ownerPower(&before, k), k), usable(ownerPower(&after, k), k))
		s.group, s.forGroup = before.GID, between(usable(Power(before.Mode.Group()), k), usable(Power(after.Mode.Group()), k))
		s.all = between(usable(Power(before.Mode.Other()), k), usable(Power(after.Mode.Other()), k))
	} else {
		c := comparison{before: before, after: after, kind: k, db: db}
		s = s.with(c.changes())
	}
	s.rest += pack(effects(&before, &after, k))
	s.setID = k == mode.Regular && privileged(&before) && privileged(&after)
	return s.canonical()
}

// plain reports whether nothing but modes tells the states apart.
func plain(before, after *entry.State) bool {
	return before.ACL == nil && after.ACL == nil && before.Default == nil && after.Default == nil &&
		before.UID == after.UID && before.GID == after.GID
}

// ownerPower is what the owner's bits give, which for root is not all he may.
func ownerPower(st *entry.State, k mode.Kind) Power {
	if st.UID != 0 {
		return Power(st.Mode.Owner())
	}
	return Power(Rights(ident.Root(), *st, k))
}

// canonical forgets whose the unchanged classes are, so that shifts that read the
// same are equal.
func (s Shift) canonical() Shift {
	if s.forOwner == (moved{}) {
		s.owner = 0
	}
	if s.forGroup == (moved{}) {
		s.group = 0
	}
	if s.IsZero() {
		return Shift{}
	}
	s.setID = s.setID && s.moves(Execute)
	return s
}

// IsZero reports whether nobody gains or loses anything.
func (s Shift) IsZero() bool {
	none := moved{}
	return s.forOwner == none && s.forGroup == none && s.all == none && s.rest == ""
}

// moves reports whether anybody gains or loses the power.
func (s Shift) moves(p Power) bool {
	return slices.ContainsFunc(s.Changes(), func(c Change) bool { return (c.Gains|c.Loses)&p != 0 })
}

// Widens reports whether anybody gains anything.
func (s Shift) Widens() bool {
	return slices.ContainsFunc(s.Changes(), func(c Change) bool { return c.Gains != 0 })
}

// Changes lists who gains and loses what, in the order of Who, what holds for new
// objects at the end.
func (s Shift) Changes() []Change {
	var list []Change
	for _, class := range [...]struct {
		who Who
		id  uint32
		m   moved
	}{
		{Owner, uint32(s.owner), s.forOwner}, {Group, uint32(s.group), s.forGroup}, {Others, 0, s.all},
	} {
		if class.m != (moved{}) {
			list = append(list, Change{Who: class.who, ID: class.id, Gains: class.m.gains, Loses: class.m.loses})
		}
	}
	list = append(list, unpack(s.rest)...)
	slices.SortStableFunc(list, Change.order)
	return list
}

func (c Change) order(o Change) int {
	if c.Inherited != o.Inherited {
		return cmp.Compare(btoi(c.Inherited), btoi(o.Inherited))
	}
	return cmp.Compare(c.Who, o.Who)
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// with takes up a list of changes: in the fields, as far as there is one for them.
func (s Shift) with(list []Change) Shift {
	var rest []Change
	for _, c := range list {
		m := moved{c.Gains, c.Loses}
		switch {
		case c.Inherited:
			rest = append(rest, c)
		case c.Who == Owner && s.forOwner == moved{}:
			s.owner, s.forOwner = ident.UID(c.ID), m
		case c.Who == Group && s.forGroup == moved{}:
			s.group, s.forGroup = ident.GID(c.ID), m
		case c.Who == Others:
			s.all = m
		default:
			rest = append(rest, c)
		}
	}
	s.rest = pack(rest)
	return s
}

const (
	packed    = 7    // bytes of a change in a Shift
	inherited = 0x80 // set in the first of them
)

func pack(list []Change) string {
	if len(list) == 0 {
		return ""
	}
	b := make([]byte, 0, packed*len(list))
	for _, c := range list {
		who := byte(c.Who) | byte(btoi(c.Inherited)*inherited)
		b = append(b, who, byte(c.Gains), byte(c.Loses), byte(c.ID>>24), byte(c.ID>>16), byte(c.ID>>8), byte(c.ID))
	}
	return string(b)
}

func unpack(s string) (list []Change) {
	for ; s != ""; s = s[packed:] {
		list = append(list, Change{
			Who: Who(s[0] &^ inherited), Inherited: s[0]&inherited != 0,
			Gains: Power(s[1]), Loses: Power(s[2]),
			ID: uint32(s[3])<<24 | uint32(s[4])<<16 | uint32(s[5])<<8 | uint32(s[6]),
		})
	}
	return list
}

func uidOf(c Change) ident.UID { return ident.UID(c.ID) }
func gidOf(c Change) ident.GID { return ident.GID(c.ID) }
