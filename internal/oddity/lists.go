package oddity

import (
	"errors"
	"fmt"

	"ward/acl"
	aclmac "ward/acl/macos"
	"ward/acl/nfs4"
	"ward/acl/nt"
	"ward/mode"
)

const knownNFS4Rights = nfs4.FullSet | nfs4.WriteRetention | nfs4.WriteHold

// knownNFS4Flags are those of RFC 8881, section 6.2.1.4.
const knownNFS4Flags nfs4.Flags = 0xff

func ofNFS4(a nfs4.ACL, o Object) (all []Oddity) {
	if len(a.Entries) == 0 {
		all = append(all, whole(Unusual, "the list has no entry: it allows nothing to anybody but what owners always may", ""))
	}
	var invalid *nfs4.FormatError
	if err := a.Validate(o.Kind, nfs4.RFC8881); errors.As(err, &invalid) {
		all = append(all, Oddity{Sort: Refused, Entry: invalid.Index, Problem: invalid.Problem, Fix: "the system would not take the list so"})
	}
	lines := make([]line, len(a.Entries))
	for i, e := range a.Entries {
		lines[i] = line{
			who: fmt.Sprint(e.Who, e.Flags&nfs4.IdentifierGroup), all: e.Who.Class == nfs4.Everyone, deny: e.Type == nfs4.Deny,
			skipped: e.Type > nfs4.Deny || e.Flags&nfs4.InheritOnly != 0, rights: uint32(e.Rights & knownNFS4Rights),
		}
		if extra := e.Rights &^ knownNFS4Rights; extra != 0 {
			all = append(all, unknownBits(i, "rights", uint32(extra)))
		}
		if extra := e.Flags &^ knownNFS4Flags; extra != 0 {
			all = append(all, unknownBits(i, "flags", uint32(extra)))
		}
		if e.Type > nfs4.Alarm {
			all = append(all, Oddity{Sort: Unknown, Entry: i, Problem: fmt.Sprintf("nobody knows entries of the type %d: they are kept, and decide nothing", e.Type)})
		}
	}
	words := func(r uint32) string { return nfs4.Rights(r).String() }
	return append(all, ordered{words: words}.oddities(lines)...)
}

func unknownBits(entry int, what string, bits uint32) Oddity {
	return Oddity{Sort: Unknown, Entry: entry, Problem: fmt.Sprintf("it has %s that nobody knows: %#x; they are kept", what, bits)}
}

func ofMacOS(a aclmac.ACL, o Object) (all []Oddity) {
	const known = aclmac.ReadData | aclmac.WriteData | aclmac.Execute | aclmac.Delete | aclmac.AppendData | aclmac.DeleteChild |
		aclmac.ReadAttributes | aclmac.WriteAttributes | aclmac.ReadExtattr | aclmac.WriteExtattr | aclmac.ReadSecurity |
		aclmac.WriteSecurity | aclmac.ChangeOwner | aclmac.Synchronize | aclmac.GenericAll | aclmac.GenericExecute | aclmac.GenericWrite | aclmac.GenericRead
	if !a.Canonical() {
		all = append(all, whole(Disorder, "the list is not in the order that chmod +a keeps: own denials, own permissions, inherited denials, inherited permissions", "chmod -E FILE with the entries in that order"))
	}
	everyone := aclmac.Everyone()
	lines := make([]line, len(a.Entries))
	for i, e := range a.Entries {
		lines[i] = line{
			who: fmt.Sprint(e.Who), all: e.Who == everyone || e.Who.GUID == everyone.GUID && e.Who.GUID != (aclmac.GUID{}), deny: e.Kind == aclmac.Deny,
			skipped: e.Kind != aclmac.Allow && e.Kind != aclmac.Deny || e.Flags&aclmac.OnlyInherit != 0, rights: uint32(e.Rights.Expand() & known),
		}
		if extra := e.Rights &^ known; extra != 0 {
			all = append(all, unknownBits(i, "rights", uint32(extra)))
		}
		if e.Kind != aclmac.Allow && e.Kind != aclmac.Deny {
			all = append(all, Oddity{Sort: Idle, Entry: i, Problem: fmt.Sprintf("macOS implements no entries of the kind %s: it does nothing", e.Kind), Fix: "take it out"})
		}
		if inherits := aclmac.FileInherit | aclmac.DirectoryInherit; o.Kind == mode.Regular && e.Flags&inherits != 0 {
			all = append(all, Oddity{Sort: Unusual, Entry: i, Problem: "it has flags to hand it down, and a file hands nothing down"})
		}
	}
	words := func(r uint32) string {
		same, _ := aclmac.Rights(r).NFS4()
		return same.String()
	}
	return append(all, ordered{words: words, together: true}.oddities(lines)...)
}

func ofNT(d nt.Descriptor, _ Object) (all []Oddity) {
	for _, p := range d.Problems() {
		all = append(all, ofNTProblem(p, d))
	}
	if d.DACL == nil {
		return all
	}
	mapping := nt.Files()
	lines := make([]line, len(d.DACL.Entries))
	for i, e := range d.DACL.Entries {
		mask := mapping.Map(e.Mask)
		lines[i] = line{
			who: e.SID.String(), all: e.SID == nt.Everyone(), deny: e.Type == nt.Deny,
			skipped: e.Type != nt.Allow && e.Type != nt.Deny || e.Flags&nt.InheritOnly != 0, rights: uint32(mask & nt.FileAll),
		}
		if extra := mask &^ (nt.FileAll | nt.AccessSystemSecurity | nt.MaximumAllowed); extra != 0 {
			all = append(all, unknownBits(i, "rights", uint32(extra)))
		}
	}
	if len(lines) == 0 {
		all = append(all, whole(Unusual, "the list is empty: nobody may do anything but what the owner always may", ""))
	}
	words := func(r uint32) string { return nfs4.Rights(r).String() } // the numbers are the same
	return append(all, ordered{words: words}.oddities(lines)...)
}

func ofNTProblem(p nt.Problem, d nt.Descriptor) Oddity {
	o := Oddity{Sort: Unusual, Entry: p.Index, Default: p.InSACL, Problem: p.Text}
	switch {
	case !p.InSACL && p.Index >= 0 && p.Index == d.DACL.Disorder():
		o.Sort, o.Fix = Disorder, "Windows' own tools would sort the list; the list so sorted stands below"
	case p.Index >= 0:
		o.Sort = Unknown
	}
	return o
}

func ofPOSIX(p POSIX, o Object) []Oddity {
	all := ofPOSIXList(p.Access, o, false)
	for _, odd := range ofPOSIXList(p.Default, Object{Kind: o.Kind}, true) {
		odd.Default = true
		all = append(all, odd)
	}
	if len(p.Default) > 0 && o.Kind == mode.Regular {
		all = append(all, Oddity{Sort: Refused, Entry: -1, Default: true, Problem: "a file has no default list"})
	}
	return all
}

func ofPOSIXList(l acl.List, o Object, handedDown bool) (all []Oddity) {
	var invalid *acl.InvalidError
	if err := l.Validate(); errors.As(err, &invalid) {
		all = append(all, Oddity{Sort: Refused, Entry: min(invalid.Index, len(l)-1), Problem: invalid.Problem, Fix: "the kernel would not take the list so"})
	}
	mask, masked := l.MaskRights()
	for i, e := range l {
		switch {
		case e.Tag.Named() && repeated(l, i):
			all = append(all, Oddity{Sort: Idle, Entry: i, Problem: "it never takes effect: an entry before it names the same one", Fix: "take it out"})
		case e.Tag == acl.User && o.HasUID && e.ID == o.UID:
			all = append(all, Oddity{Sort: Idle, Entry: i, Problem: "it never takes effect: the owner is asked by user:: alone", Fix: "take it out, or change user::"})
		case l.Effective(e) != e.Rights:
			all = append(all, Oddity{
				Sort: Unusual, Entry: i, Problem: fmt.Sprintf("the mask leaves %s of its %s", l.Effective(e), e.Rights),
				Fix: "if it is meant, the mask has to have it too: setfacl -m m::" + (mask | e.Rights).String(),
			})
		}
	}
	if named, _ := anyNamed(l); masked && mask == 0 && named && !handedDown {
		all = append(all, whole(Unusual, "the mask is empty: the kernel does not look at the list then, and whom it names gets what others get", "give the mask a right, or take the list off: setfacl -b"))
	}
	return all
}

func repeated(l acl.List, i int) bool {
	for _, e := range l[:i] {
		if e.Tag == l[i].Tag && e.ID == l[i].ID {
			return true
		}
	}
	return false
}

func anyNamed(l acl.List) (bool, acl.Entry) {
	for _, e := range l {
		if e.Tag.Named() {
			return true, e
		}
	}
	return false, acl.Entry{}
}
