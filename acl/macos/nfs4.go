package macos

import (
	"fmt"

	"ward/acl/nfs4"
)

// pair is a bit of one model and of another.
type pair[A, B ~uint32] struct {
	a A
	b B
}

// there is the bits of a that the other model has, as it has them, and the rest.
func there[A, B ~uint32](a A, pairs []pair[A, B]) (same B, rest A) {
	for _, p := range pairs {
		if a&p.a != 0 {
			same |= p.b
			a &^= p.a
		}
	}
	return same, a
}

// back is there in the other direction.
func back[A, B ~uint32](b B, pairs []pair[A, B]) (same A, rest B) {
	for _, p := range pairs {
		if b&p.b != 0 {
			same |= p.a
			b &^= p.b
		}
	}
	return same, b
}

func rightPairs() []pair[Rights, nfs4.Rights] {
	return []pair[Rights, nfs4.Rights]{
		{ReadData, nfs4.ReadData},
		{WriteData, nfs4.WriteData},
		{Execute, nfs4.Execute},
		{Delete, nfs4.Delete},
		{AppendData, nfs4.AppendData},
		{DeleteChild, nfs4.DeleteChild},
		{ReadAttributes, nfs4.ReadAttributes},
		{WriteAttributes, nfs4.WriteAttributes},
		{ReadExtattr, nfs4.ReadXattr},
		{WriteExtattr, nfs4.WriteXattr},
		{ReadSecurity, nfs4.ReadACL},
		{WriteSecurity, nfs4.WriteACL},
		{ChangeOwner, nfs4.WriteOwner},
		{Synchronize, nfs4.Synchronize},
	}
}

func flagPairs() []pair[Flags, nfs4.Flags] {
	return []pair[Flags, nfs4.Flags]{
		{Inherited, nfs4.Inherited},
		{FileInherit, nfs4.FileInherit},
		{DirectoryInherit, nfs4.DirectoryInherit},
		{LimitInherit, nfs4.NoPropagate},
		{OnlyInherit, nfs4.InheritOnly},
		{Success, nfs4.SuccessfulAccess},
		{Failure, nfs4.FailedAccess},
	}
}

// NFS4 is the rights as those of NFSv4, and what has no counterpart there; generic
// rights are written out.
func (r Rights) NFS4() (same nfs4.Rights, rest Rights) {
	return there(r.Expand()&^(GenericAll|GenericExecute|GenericWrite|GenericRead), rightPairs())
}

// RightsFromNFS4 is the reverse.
func RightsFromNFS4(r nfs4.Rights) (same Rights, rest nfs4.Rights) { return back(r, rightPairs()) }

// NFS4 is the flags as those of NFSv4, and what has no counterpart there.
func (f Flags) NFS4() (same nfs4.Flags, rest Flags) { return there(f, flagPairs()) }

// FlagsFromNFS4 is the reverse. What marks a group is not among the flags here.
func FlagsFromNFS4(f nfs4.Flags) (same Flags, rest nfs4.Flags) {
	same, rest = back(f, flagPairs())
	return same, rest &^ nfs4.IdentifierGroup
}

// ToNFS4 writes the entries one by one in the other model. It says the same about each
// right for itself; a request for several is denied here by an entry whose right an
// earlier one allowed, and there it is not. What no entry decides is the mode's here
// and denied there. It fails, with a *FormatError, for rights, flags or kinds without a
// counterpart, and for GUIDs of a directory service.
func (a ACL) ToNFS4() (nfs4.ACL, error) {
	var out nfs4.ACL
	for i, e := range a.Entries {
		n, problem := e.nfs4()
		if problem != "" {
			return nfs4.ACL{}, &FormatError{Form: inNotation, Index: i, Problem: problem}
		}
		out.Entries = append(out.Entries, n)
	}
	return out, nil
}

func (e Entry) nfs4() (n nfs4.Entry, problem string) {
	var rights Rights
	var flags Flags
	n.Rights, rights = e.Rights.NFS4()
	n.Flags, flags = e.Flags.NFS4()
	switch {
	case rights != 0 || flags != 0:
		return n, fmt.Sprintf("NFSv4 has nothing for the rights 0x%x and the flags 0x%x", uint32(rights), uint32(flags))
	case e.Kind < Allow || e.Kind > Alarm:
		return n, "NFSv4 has nothing for " + e.Kind.String()
	}
	n.Type = nfs4.Type(e.Kind - Allow)
	who, group, ok := e.Who.nfs4()
	if !ok {
		return n, "NFSv4 cannot name " + e.Who.text()
	}
	n.Who = who
	if group {
		n.Flags |= nfs4.IdentifierGroup
	}
	return n, ""
}

func (w Who) nfs4() (who nfs4.Who, group, ok bool) {
	switch {
	case w.Sort == Group && w.HasID && w.ID == everyoneGID:
		return nfs4.Special(nfs4.Everyone), false, true
	case w.Sort == Group && w.HasID && w.ID == ownerGID:
		return nfs4.Special(nfs4.Owner), false, true
	case w.Sort == Group && w.HasID && w.ID == groupGID:
		return nfs4.Special(nfs4.Group), true, true
	case w.Sort == Either, w.Sort == Group && w.HasID && w.ID == nobodyGID:
		return nfs4.Who{}, false, false
	case w.HasID:
		who = nfs4.Number(w.ID)
		who.Name = w.Name
		return who, w.Sort == Group, true
	}
	return nfs4.Name(w.Name), w.Sort == Group, w.Name != "" && w.GUID == GUID{}
}

// FromNFS4 is the reverse of ToNFS4, with the same limits. The owner and the owning
// group are groups of the system with these meanings.
func FromNFS4(a nfs4.ACL) (ACL, error) {
	var out ACL
	for i, n := range a.Entries {
		e, problem := fromNFS4(n)
		if problem != "" {
			return ACL{}, &FormatError{Form: inNotation, Index: i, Problem: problem}
		}
		out.Entries = append(out.Entries, e)
	}
	return out, nil
}

func fromNFS4(n nfs4.Entry) (e Entry, problem string) {
	var rights nfs4.Rights
	var flags nfs4.Flags
	e.Rights, rights = RightsFromNFS4(n.Rights)
	e.Flags, flags = FlagsFromNFS4(n.Flags)
	switch {
	case rights != 0 || flags != 0:
		return e, fmt.Sprintf("macOS has nothing for the rights 0x%x and the flags 0x%x", uint32(rights), uint32(flags))
	case n.Type > nfs4.Alarm:
		return e, "macOS has nothing for " + n.Type.String()
	}
	e.Kind = Kind(n.Type) + Allow
	sort := User
	if n.Flags&nfs4.IdentifierGroup != 0 {
		sort = Group
	}
	switch n.Who.Class {
	case nfs4.Everyone:
		e.Who = Everyone()
	case nfs4.Owner:
		e.Who = Numbered(Group, ownerGID)
	case nfs4.Group:
		e.Who = Numbered(Group, groupGID)
	case nfs4.Named:
		e.Who = Who{Sort: sort, Name: n.Who.Name, ID: n.Who.ID, HasID: n.Who.HasID}.canonical()
	default:
		return e, "macOS cannot name " + n.Who.String()
	}
	return e, ""
}
