package nt

import "ward/mode"

// What ntfs-3g gives accounts without a mapping of its own, and what it writes for a
// mode (libntfs-3g/security.c and acls.c; mounted with -o permissions).
const (
	ntfs3gFirstUser  = 10000
	ntfs3gFirstGroup = 10001

	ntfs3gAlways   = ReadEA | ReadAttributes | ReadControl | Synchronize
	ntfs3gOwner    = ntfs3gAlways | WriteEA | WriteAttributes | Delete | WriteDAC | WriteOwner
	ntfs3gRead     = ReadData
	ntfs3gWrite    = WriteData | AppendData | WriteEA | WriteAttributes
	ntfs3gDirWrite = ntfs3gWrite | DeleteChild
	ntfs3gSystem   = FileAll &^ DeleteChild
)

// NTFS3GUser is the SID that ntfs-3g gives a user without a mapping.
func NTFS3GUser(uid uint32) SID { return ntfs3gAccount(ntfs3gFirstUser, uid) }

// NTFS3GGroup is the SID that ntfs-3g gives a group without a mapping.
func NTFS3GGroup(gid uint32) SID { return ntfs3gAccount(ntfs3gFirstGroup, gid) }

func ntfs3gAccount(first, id uint32) SID {
	if id == 0 {
		return Administrators()
	}
	return NewSID(5, 21, 3141592653, 589793238, 462843383, first+2*id)
}

// FromMode is the descriptor that ntfs-3g stores for a mode whose owner, group and
// others have no rights that the class before them lacks, or whose owner and group are
// root's. For other modes, which it writes with entries that deny, ok is false.
func FromMode(m mode.Mode, dir bool, owner, group SID) (d Descriptor, ok bool) {
	denies := m.Group()&^m.Owner() != 0 || m.Other()&^m.Group() != 0
	if denies && (owner != Administrators() || group != Administrators()) {
		return Descriptor{}, false
	}
	flags := NoPropagate
	a := &ACL{Revision: Revision}
	if dir {
		flags = ObjectInherit | ContainerInherit
		a.Entries = append(a.Entries, ACE{Type: Deny, Flags: ObjectInherit | InheritOnly, Mask: Execute, SID: Everyone()})
	}
	add := func(s SID, m Mask) { a.Entries = append(a.Entries, ACE{Type: Allow, Flags: flags, Mask: m, SID: s}) }
	add(owner, ntfs3gOwner|ntfs3gRights(m.Owner(), dir))
	if m.Group() != m.Other() || owner == Administrators() || group == Administrators() || owner == group {
		add(group, ntfs3gAlways|ntfs3gRights(m.Group(), dir)) // else what everybody has says it
	}
	add(Everyone(), ntfs3gAlways|ntfs3gRights(m.Other(), dir))
	add(Administrators(), ntfs3gSystem)
	add(System(), ntfs3gSystem)
	if special := m >> 9; special != 0 {
		a.Entries = append(a.Entries, ACE{Type: Allow, Flags: NoPropagate, Mask: Mask(special), SID: NewSID(0, 0)})
	}
	return Descriptor{Control: SelfRelative | DACLPresent | DACLProtected, Owner: owner, Group: group, DACL: a}, true
}

func ntfs3gRights(r mode.Rights, dir bool) (rights Mask) {
	if r&mode.R != 0 {
		rights |= ntfs3gRead
	}
	if r&mode.W != 0 && dir {
		rights |= ntfs3gDirWrite
	} else if r&mode.W != 0 {
		rights |= ntfs3gWrite
	}
	if r&mode.X != 0 {
		rights |= Execute
	}
	return rights
}
