package translate

import (
	"slices"

	"pgregory.net/rapid"

	"ward/acl"
	"ward/acl/macos"
	"ward/acl/nfs4"
	"ward/acl/nt"
	"ward/legacy/amiga"
	"ward/legacy/dos"
	"ward/legacy/hpux"
	classic "ward/legacy/macos"
	"ward/legacy/racf"
	"ward/legacy/vms"
	"ward/mode"
)

// People of the tests: each has a name in every model.
func people() Accounts {
	return Accounts{
		{Sort: User, Name: "OWEN", ID: 1000, HasID: true, SID: "S-1-5-21-1-2-3-1000"},
		{Sort: User, Name: "JOE", ID: 1001, HasID: true, SID: "S-1-5-21-1-2-3-1001"},
		{Sort: User, Name: "ANN", ID: 1002, HasID: true, SID: "S-1-5-21-1-2-3-1002"},
		{Sort: Group, Name: "USERS", ID: 100, HasID: true, SID: "S-1-5-21-1-2-3-100"},
		{Sort: Group, Name: "STAFF", ID: 101, HasID: true, SID: "S-1-5-21-1-2-3-101"},
		{Sort: Group, Name: "WHEEL", ID: 102, HasID: true, SID: "S-1-5-21-1-2-3-102"},
		{Sort: Group, Name: "AUDIT", ID: 103, HasID: true, SID: "S-1-5-21-1-2-3-103"},
	}
}

func owen() Principal  { return people()[0] }
func users() Principal { return people()[3] }

// others are those whom lists name.
func others() (list []Principal) {
	return append(slices.Clone([]Principal(people()[1:3])), people()[4:]...)
}

// everybody is every subject of the tests: the owner, all users and a stranger, in every
// set of groups. It is made without the universe of a conversion.
func everybody() (all []caller) {
	groups := people()[4:]
	for sets := range 1 << 4 {
		var in []Principal
		for i, g := range groups {
			if sets>>i&1 != 0 {
				in = append(in, g)
			}
		}
		owning := sets>>3 != 0
		all = append(all, caller{owner: true, groups: in, owning: owning}, caller{groups: in, owning: owning})
		for _, u := range people()[1:3] {
			all = append(all, caller{user: u, groups: in, owning: owning})
		}
	}
	return all
}

// anyObject draws permissions of a model.
func anyObject(t *rapid.T, model string) Object {
	k := rapid.SampledFrom([]mode.Kind{mode.Regular, mode.Directory}).Draw(t, "kind")
	o := Object{Model: model, Kind: k, Owner: owen(), Group: users()}
	switch model {
	case "unix":
		o.Value = mode.Mode(rapid.Uint16Range(0, 0o7777).Draw(t, "mode"))
	case "posix", "posix-freebsd", "posix-solaris":
		o.Value = anyPOSIX(t, k)
	case "nfs4", "nfs4-freebsd", "nfs4-zfs":
		o.Value = anyNFS4(t, k)
	case "macos":
		o.Value = anyMacOS(t, k)
	case "nt":
		o.Value = anyNT(t, k)
	case "dos":
		o.Value = dos.Attributes(rapid.Uint32().Draw(t, "attributes")) &^ (dos.VolumeLabel | dos.Directory)
	case "mac":
		o.Value = Classic{Locked: k == mode.Regular && rapid.Bool().Draw(t, "locked"), Finder: classic.FinderFlags(rapid.Uint16().Draw(t, "finder"))}
	case "amiga":
		o.Value = amiga.Protection(rapid.Uint32Range(0, 0xffff).Draw(t, "protection"))
	case "amiga1":
		o.Value = amiga.Protection(rapid.Uint32Range(0, 0x1f).Draw(t, "protection"))
	case "vms":
		o.Value = anyVMS(t)
	case "racf":
		o.Value = anyRACF(t)
	case "zos":
		o.Value = anyZOS(t, k)
	case "hpux":
		o.Value = anyHPUX(t)
	}
	return o
}

func someone(t *rapid.T, s Sort) (Principal, bool) {
	var list []Principal
	for _, p := range others() {
		if s == Nobody || p.Sort == s {
			list = append(list, p)
		}
	}
	i := rapid.IntRange(0, len(list)).Draw(t, "who")
	if i == len(list) {
		return Principal{}, false
	}
	return list[i], true
}

func anyBits(t *rapid.T) mode.Rights { return mode.Rights(rapid.Uint8Range(0, 7).Draw(t, "rwx")) }

func anyList(t *rapid.T) acl.List {
	l := acl.List{{Tag: acl.UserObj, ID: acl.NoID, Rights: anyBits(t)}}
	var seen []Principal
	var tail acl.List
	for range rapid.IntRange(0, 4).Draw(t, "named") {
		p, ok := someone(t, Nobody)
		if !ok || slices.Contains(seen, p) {
			continue
		}
		seen = append(seen, p)
		if p.Sort == User {
			l = append(l, acl.Entry{Tag: acl.User, ID: p.ID, Rights: anyBits(t)})
		} else {
			tail = append(tail, acl.Entry{Tag: acl.Group, ID: p.ID, Rights: anyBits(t)})
		}
	}
	l = append(append(l, acl.Entry{Tag: acl.GroupObj, ID: acl.NoID, Rights: anyBits(t)}), tail...)
	if len(seen) > 0 || rapid.Bool().Draw(t, "mask") {
		l = append(l, acl.Entry{Tag: acl.Mask, ID: acl.NoID, Rights: anyBits(t)})
	}
	return append(l, acl.Entry{Tag: acl.Other, ID: acl.NoID, Rights: anyBits(t)})
}

func anyPOSIX(t *rapid.T, k mode.Kind) POSIX {
	m := mode.Mode(rapid.Uint16Range(0, 0o7777).Draw(t, "mode"))
	var v POSIX
	v.Access, v.Mode = anyList(t).Fold(m)
	if k == mode.Directory && rapid.Bool().Draw(t, "default") {
		v.Default = anyList(t)
	}
	return v
}

// interesting rights are mostly those that three bits speak of.
func anyRights(t *rapid.T) Rights {
	return rapid.SampledFrom([]Rights{
		Read, Write, Write | Append, Read | Write | Append, Read | Execute, Execute, Append, Delete, DeleteChild, WriteACL, ReadACL,
		All, Read | Write | Append | Execute | DeleteChild, ReadAttributes | ReadACL | Synchronize, TakeOwnership | WriteNamed, 0x600,
	}).Draw(t, "rights")
}

func anyNFS4(t *rapid.T, k mode.Kind) (a nfs4.ACL) {
	for range rapid.IntRange(0, 6).Draw(t, "entries") {
		e := nfs4.Entry{Type: rapid.SampledFrom([]nfs4.Type{nfs4.Allow, nfs4.Allow, nfs4.Deny, nfs4.Audit}).Draw(t, "type"), Rights: nfs4.Rights(anyRights(t))}
		switch rapid.IntRange(0, 4).Draw(t, "whom") {
		case 0:
			e.Who = nfs4.Special(nfs4.Owner)
		case 1:
			e.Who, e.Flags = nfs4.Special(nfs4.Group), nfs4.IdentifierGroup
		case 2:
			e.Who = nfs4.Special(nfs4.Everyone)
		default:
			p, ok := someone(t, Nobody)
			if !ok {
				e.Who = nfs4.Special(nfs4.Everyone)
				break
			}
			e.Who = nfs4.Number(p.ID)
			if p.Sort == Group {
				e.Flags = nfs4.IdentifierGroup
			}
		}
		if e.Type == nfs4.Audit {
			e.Flags |= nfs4.FailedAccess
		}
		if k == mode.Directory {
			e.Flags |= rapid.SampledFrom([]nfs4.Flags{0, 0, inheriting, inheriting | nfs4.InheritOnly, nfs4.FileInherit}).Draw(t, "flags")
		}
		a.Entries = append(a.Entries, e)
	}
	return a
}

func anyMacOS(t *rapid.T, k mode.Kind) MacOS {
	a := anyNFS4(t, k)
	a.Entries = slices.DeleteFunc(a.Entries, func(e nfs4.Entry) bool { return e.Rights&0x600 != 0 })
	list, err := macos.FromNFS4(a)
	if err != nil {
		t.Fatal(err)
	}
	return MacOS{ACL: list, Mode: mode.Mode(rapid.Uint16Range(0, 0o7777).Draw(t, "mode"))}
}

func anyNT(t *rapid.T, k mode.Kind) nt.Descriptor {
	owner, _ := nt.ParseSID(owen().SID)
	group, _ := nt.ParseSID(users().SID)
	d := nt.Descriptor{Control: nt.DACLPresent | nt.SelfRelative, Owner: owner, Group: group, DACL: &nt.ACL{}}
	for range rapid.IntRange(0, 6).Draw(t, "entries") {
		e := nt.ACE{Type: rapid.SampledFrom([]nt.Type{nt.Allow, nt.Allow, nt.Deny}).Draw(t, "type"), Mask: nt.Mask(anyRights(t))}
		e.SID = rapid.SampledFrom([]nt.SID{owner, group, nt.Everyone(), nt.OwnerRights(), nt.AuthenticatedUsers(), nt.System()}).Draw(t, "sid")
		if p, ok := someone(t, Nobody); ok {
			e.SID, _ = nt.ParseSID(p.SID)
		}
		if k == mode.Directory {
			e.Flags = rapid.SampledFrom([]nt.Flags{0, 0, 3, 3 | nt.InheritOnly, 1}).Draw(t, "flags")
		}
		d.DACL.Entries = append(d.DACL.Entries, e)
	}
	return d
}

func anyVMS(t *rapid.T) vms.Security {
	owner, _ := vms.ParseIdentifier("[OWEN]")
	s := vms.Security{Owner: owner, Protection: vms.Protection(rapid.Uint16().Draw(t, "code"))}
	for range rapid.IntRange(0, 4).Draw(t, "entries") {
		e := vms.ACE{Kind: vms.Identified, Access: vms.Access(rapid.Uint32Range(0, 31).Draw(t, "access"))}
		for range rapid.IntRange(1, 2).Draw(t, "identifiers") {
			if p, ok := someone(t, Nobody); ok {
				id, _ := vmsIdentifier(p)
				e.Identifiers = append(e.Identifiers, id)
			}
		}
		if len(e.Identifiers) > 0 {
			s.ACL = append(s.ACL, e)
		}
	}
	return s
}

func anyRACF(t *rapid.T) racf.Profile {
	l := func() racf.Level { return racf.Level(rapid.Uint8Range(0, 5).Draw(t, "level")) }
	p := racf.Profile{Class: racf.Dataset, Name: "SYS1.DATA", Owner: "OWEN", UACC: l()}
	for range rapid.IntRange(0, 4).Draw(t, "entries") {
		id := "OWEN"
		if who, ok := someone(t, Nobody); ok {
			id = who.Name
		}
		if !slices.ContainsFunc(p.Access, func(e racf.Permit) bool { return e.ID == id }) {
			p.Access = append(p.Access, racf.Permit{ID: id, Level: l()})
		}
	}
	return p
}

func anyZOS(t *rapid.T, k mode.Kind) racf.UnixACL {
	entries := func() (list []racf.UnixEntry) {
		for range rapid.IntRange(0, 3).Draw(t, "entries") {
			if p, ok := someone(t, Nobody); ok && !slices.ContainsFunc(list, func(e racf.UnixEntry) bool { return e.ID == p.Name }) {
				list = append(list, racf.UnixEntry{Group: p.Sort == Group, ID: p.Name, Rights: anyBits(t)})
			}
		}
		return list
	}
	a := racf.UnixACL{Mode: mode.Mode(rapid.Uint16Range(0, 0o7777).Draw(t, "mode")), Access: entries()}
	if k == mode.Directory {
		a.Default, a.FileDefault = entries(), entries()
	}
	return a
}

func anyHPUX(t *rapid.T) HPUX {
	own := hpux.ID{Sort: hpux.Own}
	a := hpux.ACL{{User: own, Rights: anyBits(t)}, {Group: own, Rights: anyBits(t)}, {Rights: anyBits(t)}}
	for range rapid.IntRange(0, 4).Draw(t, "entries") {
		e := hpux.Entry{Rights: anyBits(t)}
		if p, ok := someone(t, User); ok {
			e.User = hpux.Number(p.ID)
		}
		if p, ok := someone(t, Group); ok {
			e.Group = hpux.Number(p.ID)
		}
		if !slices.ContainsFunc(a, func(x hpux.Entry) bool { return x.User == e.User && x.Group == e.Group }) {
			a = append(a, e)
		}
	}
	return HPUX{ACL: a, Mode: mode.Mode(rapid.Uint16Range(0, 7).Draw(t, "special")) << 9}
}
