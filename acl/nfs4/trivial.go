package nfs4

import "ward/mode"

// What everybody and the owner have beside the bits of a mode.
const (
	seesAll  = ReadXattr | ReadAttributes | ReadACL | Synchronize
	ownsAll  = seesAll | WriteXattr | WriteAttributes | WriteACL | WriteOwner
	modeBits = ReadData | WriteData | AppendData | Execute
)

// masks are the rights of the six entries that say what a mode says, in their order.
type masks struct{ allowOwner, denyOwner, denyGroup, owner, group, everyone Rights }

// trivialMasks is acl_trivial_access_masks (PSARC/2010/029): a class that may less
// than those after it gets entries that deny, which the owner escapes by an entry
// before them. ZFS gives the right to delete what is in a directory with w.
func trivialMasks(m mode.Mode, k mode.Kind, r Rules) masks {
	write := WriteData | AppendData
	if r == ZFS && k == mode.Directory {
		write |= DeleteChild
	}
	u, g, o := classMask(m.Owner(), write), classMask(m.Group(), write), classMask(m.Other(), write)
	deny := (g | o) &^ u
	denyGroup := o &^ g
	return masks{denyGroup &^ deny, deny, denyGroup, u | ownsAll, g | seesAll, o | seesAll}
}

func classMask(rwx mode.Rights, write Rights) Rights {
	var r Rights
	if rwx&4 != 0 {
		r |= ReadData
	}
	if rwx&2 != 0 {
		r |= write
	}
	if rwx&1 != 0 {
		r |= Execute
	}
	return r
}

// before is the entries that stand before all others, and after those behind them.
func (m masks) before() []Entry {
	var es []Entry
	for _, e := range []Entry{{Allow, 0, m.allowOwner, Special(Owner)}, {Deny, 0, m.denyOwner, Special(Owner)}, owningGroup(Deny, m.denyGroup)} {
		if e.Rights != 0 {
			es = append(es, e)
		}
	}
	return es
}

func (m masks) after() []Entry {
	return []Entry{{Allow, 0, m.owner, Special(Owner)}, owningGroup(Allow, m.group), {Allow, 0, m.everyone, Special(Everyone)}}
}

func owningGroup(t Type, r Rights) Entry { return Entry{t, IdentifierGroup, r, Special(Group)} }

// FromMode is the list that says what the nine bits of a mode say: the trivial list
// of FreeBSD since 9.0, of illumos and of OpenZFS.
func FromMode(m mode.Mode, k mode.Kind, r Rules) ACL {
	t := trivialMasks(m, k, r)
	return ACL{Entries: append(t.before(), t.after()...)}
}

// FromModeDraft is the older list for a mode, always of six entries, of FreeBSD 8
// and Solaris 10 (draft-ietf-nfsv4-minorversion1-03, section 3.16.6.2).
func FromModeDraft(m mode.Mode) ACL {
	const owns = WriteXattr | WriteAttributes | WriteACL | WriteOwner
	all := classMask(7, WriteData|AppendData)
	u, g, o := classMask(m.Owner(), WriteData|AppendData), classMask(m.Group(), WriteData|AppendData), classMask(m.Other(), WriteData|AppendData)
	return ACL{Entries: []Entry{
		{Deny, 0, all &^ u, Special(Owner)},
		{Allow, 0, u | owns, Special(Owner)},
		owningGroup(Deny, all&^g),
		owningGroup(Allow, g),
		{Deny, 0, all&^o | owns, Special(Everyone)},
		{Allow, 0, o | seesAll, Special(Everyone)},
	}}
}

// Trivial reports whether the list says no more than a mode. FreeBSD compares it
// with the lists of its mode, new and old (acl_nfs4_is_trivial); illumos and OpenZFS
// look at the entries (ace_trivial_common), and so does this for RFC8881.
func (a ACL) Trivial(k mode.Kind, r Rules) bool {
	if r == FreeBSDRules {
		c := a.Canonical()
		m := c.Mode(Object{Rules: FreeBSDRules})
		return c.Equal(FromMode(m, k, r)) || c.Equal(FromModeDraft(m))
	}
	for _, e := range a.Entries {
		if !e.trivial() {
			return false
		}
	}
	return true
}

func (e Entry) trivial() bool {
	const ownersOnly = WriteOwner | WriteACL | WriteAttributes | WriteXattr
	switch {
	case e.Who.Class < Owner || e.Who.Class > Everyone, !e.Type.decides(), e.Flags&inheritance != 0:
		return false
	case e.Type == Deny && e.Rights&(ReadACL|ReadAttributes) != 0:
		return false
	case e.Rights&Delete != 0, e.Rights&DeleteChild != 0 && e.Rights&WriteData == 0:
		return false
	case e.Rights&^FullSet != 0:
		return false
	}
	return e.Type == Deny || e.Who.Class == Owner || e.Rights&ownersOnly == 0
}

// Mode is the mode that stat(2) shows under the list, without special bits: for
// each of r, w and x and each class the first entry that speaks of it, EVERYONE@ for
// all classes that are open still. w is the right to write, not that to append.
// Entries for named ones do not count, except for ZFS when they name the owner or
// the owning group (acl_nfs4_sync_mode_from_acl, zfs_mode_compute).
func (a ACL) Mode(o Object) mode.Mode {
	var m, seen mode.Mode
	for _, e := range a.Entries {
		if !e.Type.decides() || e.Flags&InheritOnly != 0 {
			continue
		}
		bits := e.modeBits() & e.classes(o) &^ seen
		seen |= bits
		if e.Type == Allow {
			m |= bits
		}
	}
	return m
}

// modeBits is what the entry's rights are in the mode, in all three classes.
func (e Entry) modeBits() mode.Mode {
	var m mode.Mode
	if e.Rights&ReadData != 0 {
		m |= mode.Read
	}
	if e.Rights&WriteData != 0 {
		m |= mode.Write
	}
	if e.Rights&Execute != 0 {
		m |= mode.Execute
	}
	return m
}

// classes is the bits of the classes the entry speaks of.
func (e Entry) classes(o Object) mode.Mode {
	const owner, group = 0o700, 0o070
	named := o.Rules == ZFS && e.Who.Class == Named && e.Who.HasID
	switch {
	case e.Who.Class == Everyone:
		return mode.Permissions
	case e.Who.Class == Owner, named && !e.group() && e.Who.ID == uint32(o.Owner):
		return owner
	case e.Who.Class == Group, named && e.group() && e.Who.ID == uint32(o.Group):
		return group
	}
	return 0
}
