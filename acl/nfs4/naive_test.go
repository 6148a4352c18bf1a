package nfs4_test

import (
	"math/rand/v2"
	"testing"

	"ward/acl/nfs4"
	"ward/ident"
	"ward/mode"
)

// The words of RFC 8881, section 6.2.1, that the evaluator below takes literally:
//
//	To determine if a request succeeds, the server processes each nfsace4 entry in
//	order. Only ACEs that have a "who" that matches the requester are considered. Each
//	ACE is processed until all of the bits of the requester's access have been ALLOWED.
//	Once a bit (see below) has been ALLOWED by an ACCESS_ALLOWED_ACE, it is no longer
//	considered in the processing of later ACEs. If an ACCESS_DENIED_ACE is encountered
//	where the requester's access still has unALLOWED bits in common with the
//	"access_mask" of the ACE, the request is denied. When the ACL has been fully
//	processed, if there are bits in the requester's mask that have not been ALLOWED or
//	DENIED, access is denied.
//
// and of section 6.2.1.4: INHERIT_ONLY_ACE "will not apply to the directory". AUDIT and
// ALARM "do not affect access". It shares nothing with the package: bits are looked at
// one at a time, in a map.
func naiveStandard(entries []nfs4.Entry, uid uint32, groups map[uint32]bool, owner, group uint32, wanted uint32) bool {
	open := map[int]bool{}
	for bit := range 32 {
		if wanted>>bit&1 == 1 {
			open[bit] = true
		}
	}
	for _, e := range entries {
		if e.Type != 0 && e.Type != 1 || e.Flags&0x08 != 0 || !naiveWho(e, uid, groups, owner, group) {
			continue
		}
		for bit := range 32 {
			if uint32(e.Rights)>>bit&1 == 0 || !open[bit] {
				continue
			}
			if e.Type == 1 {
				return false
			}
			delete(open, bit)
		}
		if len(open) == 0 {
			return true
		}
	}
	return len(open) == 0
}

func naiveWho(e nfs4.Entry, uid uint32, groups map[uint32]bool, owner, group uint32) bool {
	switch name, isGroup := e.Who, e.Flags&0x40 != 0; {
	case name == nfs4.Special(nfs4.Owner):
		return uid == owner
	case name == nfs4.Special(nfs4.Group):
		return groups[group]
	case name == nfs4.Special(nfs4.Everyone):
		return true
	case isGroup:
		return groups[name.ID]
	default:
		return name.ID == uid
	}
}

// naiveFreeBSD puts the words of vaccess_acl_nfs4's comments before the standard's.
func naiveFreeBSD(entries []nfs4.Entry, uid uint32, groups map[uint32]bool, owner, group uint32, wanted uint32, isDir bool) bool {
	const x = 0x20
	asked := wanted
	wanted &^= 0x100000 // "Ignore VSYNCHRONIZE permission."
	if uid == owner {   // "File owner is always allowed to read and write the ACL and basic attributes."
		wanted &^= 0x20000 | 0x40000 | 0x80 | 0x100
	}
	if !isDir && wanted&4 != 0 { // "Ignore append permission for regular files; use write permission instead."
		wanted = wanted&^4 | 2
	}
	if !isDir && asked&x != 0 { // "For VEXEC, ensure that at least one execute bit is set for non-directories."
		if !naiveSomebodyExecutes(entries) {
			return false
		}
	}
	return naiveStandard(entries, uid, groups, owner, group, wanted)
}

// naiveSomebodyExecutes looks at each class for the first entry about x.
func naiveSomebodyExecutes(entries []nfs4.Entry) bool {
	for _, class := range []nfs4.Class{nfs4.Owner, nfs4.Group, nfs4.Everyone} {
		for _, e := range entries {
			if e.Type > 1 || e.Flags&8 != 0 || e.Rights&0x20 == 0 || e.Who.Class != class && e.Who.Class != nfs4.Everyone {
				continue
			}
			if e.Type == 0 {
				return true
			}
			break
		}
	}
	return false
}

// naiveZFS gathers denials as zfs_zaccess_aces_check does, and lets the owner off.
func naiveZFS(entries []nfs4.Entry, uid uint32, groups map[uint32]bool, owner, group uint32, wanted uint32, isDir bool) bool {
	for bit := range 32 {
		one := wanted & (1 << bit)
		if one == 0 || uid == owner && one&(0x20000|0x40000|0x80) != 0 {
			continue
		}
		var seen []nfs4.Entry
		for _, e := range entries {
			if !isDir {
				e.Flags &^= 8
			}
			seen = append(seen, e)
		}
		if !naiveStandard(seen, uid, groups, owner, group, one) {
			return false
		}
	}
	return true
}

func randomEntry(r *rand.Rand) nfs4.Entry {
	e := nfs4.Entry{Type: nfs4.Type(r.IntN(2)), Rights: nfs4.Rights(r.Uint32()) & nfs4.FullSet, Who: nfs4.Number(uint32(1 + r.IntN(4)))}
	if r.IntN(10) == 0 {
		e.Type = nfs4.Type(r.IntN(4))
	}
	if r.IntN(2) == 0 {
		e.Rights &= nfs4.Rights(r.Uint32())
	}
	switch r.IntN(6) {
	case 0, 1:
		e.Flags = nfs4.IdentifierGroup
	case 2:
		e.Who = nfs4.Special(nfs4.Owner)
	case 3:
		e.Who = nfs4.Special(nfs4.Group)
	case 4:
		e.Who = nfs4.Special(nfs4.Everyone)
	}
	if r.IntN(6) == 0 {
		e.Flags |= nfs4.Flags(r.IntN(256)) &^ nfs4.IdentifierGroup
	}
	return e
}

func TestDecisionsAgreeWithANaiveReader(t *testing.T) {
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 0))
	const rounds = 60_000
	var allowed [3]int
	for range rounds {
		var a nfs4.ACL
		for range r.IntN(7) {
			a.Entries = append(a.Entries, randomEntry(r))
		}
		uid, owner, group := 1+r.Uint32N(4), 1+r.Uint32N(4), 1+r.Uint32N(4)
		s := nfs4.Subject{IDs: ident.Subject{UID: ident.UID(uid), GID: ident.GID(1 + r.Uint32N(4)), Groups: []ident.GID{ident.GID(1 + r.Uint32N(4))}}}
		groups := map[uint32]bool{uint32(s.IDs.GID): true, uint32(s.IDs.Groups[0]): true}
		wanted := uint32(1) << []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 16, 17, 18, 19, 20}[r.IntN(14)]
		for r.IntN(3) == 0 {
			wanted |= r.Uint32() & r.Uint32() & uint32(nfs4.FullSet)
		}
		kind := []mode.Kind{file, dir}[r.IntN(2)]
		for rules, naive := range []bool{
			naiveStandard(a.Entries, uid, groups, owner, group, wanted),
			naiveFreeBSD(a.Entries, uid, groups, owner, group, wanted, kind == dir),
			naiveZFS(a.Entries, uid, groups, owner, group, wanted, kind == dir),
		} {
			o := nfs4.Object{Owner: ident.UID(owner), Group: ident.GID(group), Kind: kind, Rules: nfs4.Rules(rules)}
			v := a.Decide(s, nfs4.Rights(wanted), o)
			if v.Allowed != naive || v.Allowed != (v.Errno == "") || v.Allowed != (v.Missing == 0) {
				t.Fatalf("seed %d: %v\nsubject %+v wants %v of %+v: %+v, the naive reader says %v", seed, a, s.IDs, nfs4.Rights(wanted), o, v, naive)
			}
			if v.Allowed {
				allowed[rules]++
			}
		}
	}
	for rules, n := range allowed {
		if n < rounds/20 || n > rounds*19/20 {
			t.Errorf("seed %d: by rules %d %d of %d were allowed: the generator shows too little", seed, rules, n, rounds)
		}
	}
	t.Logf("%d decisions, allowed %v", 3*rounds, allowed)
}

// A mode and its list say the same about everybody, for reading, writing and executing.
func TestTheListOfAModeDecidesAsTheMode(t *testing.T) {
	for m := range mode.Permissions + 1 {
		for _, rules := range []nfs4.Rules{nfs4.RFC8881, nfs4.FreeBSDRules, nfs4.ZFS} {
			for _, a := range []nfs4.ACL{nfs4.FromMode(m, file, rules), nfs4.FromModeDraft(m)} {
				checkAsMode(t, a, m, rules)
			}
		}
	}
}

func checkAsMode(t *testing.T, a nfs4.ACL, m mode.Mode, rules nfs4.Rules) {
	t.Helper()
	o := nfs4.Object{Owner: 1, Group: 2, Kind: file, Rules: rules}
	for _, c := range []struct {
		s    nfs4.Subject
		bits mode.Rights
	}{{user(1), m.Owner()}, {user(1, 2), m.Owner()}, {user(3, 2), m.Group()}, {user(3), m.Other()}} {
		for bit, right := range map[mode.Rights]nfs4.Rights{4: nfs4.ReadData, 2: nfs4.WriteData, 1: nfs4.Execute} {
			if got := a.Decide(c.s, right, o).Allowed; got != (c.bits&bit != 0) {
				t.Errorf("%s by rules %d: %v for %+v: %v", m.Octal(), rules, right, c.s.IDs, got)
			}
		}
	}
}
