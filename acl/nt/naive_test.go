package nt

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// naive decides in the words of MS-DTYP, section 2.5.3.2, one step after the other,
// with nothing of the package but its types: no conditions, no object tree.
type naive struct {
	sids     []SID // enabled
	denyOnly []SID
	self     SID
}

func (n naive) sidInToken(sid SID, denying bool) bool {
	if sid == PrincipalSelf() && !n.self.IsZero() {
		sid = n.self
	}
	for _, s := range n.sids {
		if s == sid {
			return true
		}
	}
	if denying {
		for _, s := range n.denyOnly {
			if s == sid {
				return true
			}
		}
	}
	return false
}

// expand maps generic rights of files.
func expand(m uint32) uint32 {
	if m&0x80000000 != 0 {
		m |= 0x120089
	}
	if m&0x40000000 != 0 {
		m |= 0x120116
	}
	if m&0x20000000 != 0 {
		m |= 0x1200a0
	}
	if m&0x10000000 != 0 {
		m |= 0x1f01ff
	}
	return m & 0x0fffffff
}

// check answers whether the DACL grants all of desired, which has no generic rights.
func (n naive) check(d Descriptor, desired uint32) bool {
	remaining := desired
	if d.Control&0x4 == 0 || d.DACL == nil {
		return true
	}
	isOwner := n.sidInToken(d.Owner, false)
	ownerRights := false
	for _, ace := range d.DACL.Entries {
		if ace.Flags&0x8 == 0 && ace.SID == NewSID(3, 4) {
			ownerRights = true
		}
	}
	if isOwner && !ownerRights {
		remaining &^= 0x20000 | 0x40000
	}
	for _, ace := range d.DACL.Entries {
		if ace.Flags&0x8 != 0 {
			continue
		}
		isOwnerEntry := ace.SID == NewSID(3, 4) && isOwner
		mask := expand(uint32(ace.Mask))
		switch ace.Type {
		case 0:
			if isOwnerEntry || n.sidInToken(ace.SID, false) {
				remaining &^= mask
			}
		case 1:
			if (isOwnerEntry || n.sidInToken(ace.SID, true)) && remaining&mask != 0 {
				return false
			}
		}
	}
	return remaining == 0
}

// decide adds labels, privileges and restricting identifiers.
func (n naive) decide(d Descriptor, s Subject, desired uint32, backup bool) bool {
	desired = expand(desired)
	level, policy := uint32(0x2000), uint32(1)
	if d.Control&0x10 != 0 && d.SACL != nil {
		for _, ace := range d.SACL.Entries {
			if ace.Type == 0x11 && ace.Flags&0x8 == 0 {
				level, policy = ace.SID.RID(), uint32(ace.Mask)
				break
			}
		}
	}
	if mine := s.Integrity.RID(); mine < level {
		may := uint32(0)
		if policy&2 == 0 {
			may |= 0x120089
		}
		if policy&1 == 0 {
			may |= 0x120116
		}
		if policy&4 == 0 {
			may |= 0x1200a0
		}
		if s.Privileges&SeRelabel != 0 {
			may |= 0x80000
		}
		if desired&^may != 0 {
			return false
		}
	}
	free := uint32(0)
	if s.Privileges&SeSecurity != 0 {
		free |= 0x1000000
	}
	if s.Privileges&SeTakeOwnership != 0 {
		free |= 0x80000
	}
	if backup && s.Privileges&SeBackup != 0 {
		free |= 0x20000 | 0x1000000 | 0x120089 | 0x20
	}
	if backup && s.Privileges&SeRestore != 0 {
		free |= 0x40000 | 0x80000 | 0x1000000 | 0x120116 | 0x2 | 0x4 | 0x10000
	}
	if desired&0x1000000 != 0 && free&0x1000000 == 0 {
		return false
	}
	desired &^= free
	if !n.check(d, desired) {
		return false
	}
	if len(s.Restricted) == 0 {
		return true
	}
	if s.WriteRestricted {
		desired &= 0x116
	}
	return naive{s.Restricted, nil, n.self}.check(d, desired)
}

// cast are the accounts of generated lists and subjects.
func cast() []SID {
	return []SID{
		NewSID(5, 21, 1, 2, 3, 1000), NewSID(5, 21, 1, 2, 3, 1001), NewSID(5, 21, 1, 2, 3, 513), Everyone(), AuthenticatedUsers(),
		Users(), Administrators(), OwnerRights(), PrincipalSelf(), CreatorOwner(),
	}
}

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

func someMask(r *rand.Rand) Mask {
	switch r.IntN(6) {
	case 0:
		return pick(r, []Mask{FileRead, FileWrite, FileExecute, FileAll, FileModify})
	case 1:
		return pick(r, []Mask{GenericAll, GenericRead, GenericWrite, GenericExecute, GenericRead | GenericExecute})
	}
	m := Mask(0)
	for range 1 + r.IntN(4) {
		m |= pick(r, []Mask{ReadData, WriteData, AppendData, Execute, DeleteChild, ReadAttributes, Delete, ReadControl, WriteDAC, WriteOwner, Synchronize})
	}
	return m
}

func someACL(r *rand.Rand) *ACL {
	a := &ACL{Revision: Revision}
	for range r.IntN(7) {
		a.Entries = append(a.Entries, ACE{
			Type: Type(r.IntN(2)), Mask: someMask(r), SID: pick(r, cast()),
			Flags: pick(r, []Flags{0, 0, 0, ObjectInherit | ContainerInherit, InheritOnly | ContainerInherit, Inherited}),
		})
	}
	return a
}

func someDescriptor(r *rand.Rand) Descriptor {
	d := Descriptor{Control: SelfRelative | DACLPresent, Owner: pick(r, cast()[:7]), Group: pick(r, cast()[:7]), DACL: someACL(r)}
	switch r.IntN(40) {
	case 0:
		d.DACL = nil
	case 1:
		d.Control &^= DACLPresent
	}
	if r.IntN(4) == 0 {
		d.Control |= SACLPresent
		d.SACL = &ACL{Revision: Revision, Entries: []ACE{{
			Type: MandatoryLabel, Mask: Mask(r.IntN(8)), Flags: pick(r, []Flags{0, 0, InheritOnly}),
			SID: NewSID(16, pick(r, []uint32{0, 0x1000, 0x2000, 0x3000})),
		}}}
	}
	return d
}

func someSubject(r *rand.Rand) Subject {
	s := Subject{User: pick(r, cast()[:2]), Integrity: NewSID(16, pick(r, []uint32{0x1000, 0x2000, 0x2000, 0x3000}))}
	for _, g := range cast()[2:7] {
		if r.IntN(2) == 0 {
			s.Groups = append(s.Groups, Group{g, r.IntN(5) == 0})
		}
	}
	if r.IntN(4) == 0 {
		s.Privileges = Privileges(r.IntN(32))
	}
	if r.IntN(6) == 0 {
		for range 1 + r.IntN(3) {
			s.Restricted = append(s.Restricted, pick(r, cast()[:7]))
		}
		s.WriteRestricted = r.IntN(2) == 0
	}
	return s
}

const decisions = 150000

func TestDecisionsAgreeWithTheSpecification(t *testing.T) {
	seed := uint64(20260101)
	r := rand.New(rand.NewPCG(seed, 1))
	allowed := 0
	for i := range decisions {
		d, s := someDescriptor(r), someSubject(r)
		o := Object{Backup: r.IntN(8) == 0}
		if r.IntN(3) == 0 {
			o.Self = pick(r, cast()[:4])
		}
		n := naive{sids: []SID{s.User}, self: o.Self}
		for _, g := range s.Groups {
			if g.DenyOnly {
				n.denyOnly = append(n.denyOnly, g.SID)
			} else {
				n.sids = append(n.sids, g.SID)
			}
		}
		wanted := someMask(r)
		if r.IntN(30) == 0 {
			wanted |= AccessSystemSecurity
		}
		want := n.decide(d, s, uint32(wanted), o.Backup)
		v := d.Decide(s, wanted, o)
		if v.Allowed != want {
			sddl, _ := d.FormatSDDL(SDDLOptions{})
			t.Fatalf("seed %d, decision %d: %s\nsubject %+v, object %+v, wanted 0x%x: %+v, want %v", seed, i, sddl, s, o, wanted, v, want)
		}
		consistent(t, d, s, o, wanted, v)
		if v.Allowed {
			allowed++
		}
	}
	t.Logf("%d decisions, %d allowed", decisions, allowed)
}

// consistent checks what holds of every verdict.
func consistent(t *testing.T, d Descriptor, s Subject, o Object, wanted Mask, v Verdict) {
	t.Helper()
	if v.Allowed != (v.Missing == 0) || v.Allowed != (v.Status == StatusSuccess) {
		t.Fatalf("%+v contradicts itself", v)
	}
	if v.Reason == DeniedByEntry && (!d.DACL.Entries[v.Entry].Type.denies() || o.mapping().Map(d.DACL.Entries[v.Entry].Mask)&v.Missing == 0) {
		t.Fatalf("%+v names an entry that does not deny what is missing", v)
	}
	if v.Reason == AllowedByEntry && !d.DACL.Entries[v.Entry].Type.allows() {
		t.Fatalf("%+v names an entry that allows nothing", v)
	}
	all := d.Effective(s, o)
	if inAll := o.mapping().Map(wanted)&^all == 0; inAll != v.Allowed && wanted&AccessSystemSecurity == 0 {
		t.Fatalf("wanted 0x%x: %+v, but all there is, is 0x%x", wanted, v, all)
	}
}

// A list in canonical order decides by its denials first, so order no longer matters
// among entries of one kind.
func TestCanonicalOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	for range 2000 {
		d := someDescriptor(r)
		c := d.DACL.Canonical()
		if c.Disorder() >= 0 {
			t.Fatalf("%+v is not in order", c)
		}
		if d.DACL.Disorder() < 0 && !c.Equal(d.DACL) {
			t.Fatal("a list in order was changed")
		}
		if c == nil {
			continue
		}
		if a, b := slices.Clone(c.Entries), slices.Clone(d.DACL.Entries); !sameEntries(a, b) {
			t.Fatal("entries were lost")
		}
	}
}

func sameEntries(a, b []ACE) bool {
	for _, e := range a {
		i := slices.Index(b, e)
		if i < 0 {
			return false
		}
		b = slices.Delete(b, i, i+1)
	}
	return len(b) == 0
}
