package oddity

import (
	"fmt"

	"ward/legacy/amiga"
	"ward/legacy/dos"
	"ward/legacy/hpux"
	"ward/legacy/racf"
	"ward/legacy/vms"
	"ward/mode"
)

func ofVMS(s vms.Security) (all []Oddity) {
	if s.Owner == (vms.Identifier{}) && s.Name != "" {
		all = append(all, whole(Unusual, "the owner is not known, or [0,0]: OpenVMS then does not look at the protection code", ""))
	}
	for _, c := range []vms.Category{vms.Owner, vms.Group, vms.System} {
		outer := s.Protection.Of(vms.World)
		if c == vms.Owner {
			outer |= s.Protection.Of(vms.Group)
		}
		if more := outer &^ s.Protection.Of(c); more != 0 {
			all = append(all, whole(Unusual, fmt.Sprintf("%s is given less than a category that it is in as well: it has %s all the same", c, more.Format(s.Class)), "categories overlap on OpenVMS; nobody is shut out by leaving a letter out of one"))
		}
	}
	for i, e := range s.ACL {
		if e.Kind != vms.Identified {
			if e.Kind == vms.Other {
				all = append(all, Oddity{Sort: Unknown, Entry: i, Problem: "nobody here knows entries of this kind: it is kept"})
			}
			continue
		}
		if by := hides(s.ACL[:i], e); by >= 0 {
			all = append(all, Oddity{Sort: Idle, Entry: i, Problem: fmt.Sprintf("it never takes effect: entry %d fits everybody whom it fits, and the first that fits decides", by), Fix: "put it before that entry, or take it out"})
		}
	}
	return all
}

// hides is the first entry that fits whoever holds the identifiers of a later one; -1
// for none. An entry asks for all of its identifiers.
func hides(before vms.ACL, later vms.ACE) int {
	for i, e := range before {
		if e.Kind != vms.Identified || e.Options&vms.Default != 0 {
			continue
		}
		if later.Options&vms.Default == 0 && within(e.Identifiers, later.Identifiers) {
			return i
		}
	}
	return -1
}

// within says whether all identifiers of an entry are among those of another. "*" and
// [*,*] are held by everybody.
func within(ids, others []vms.Identifier) bool {
	for _, id := range ids {
		found := id.String() == "[*,*]" || id.String() == "*"
		for _, other := range others {
			found = found || id == other
		}
		if !found {
			return false
		}
	}
	return true
}

func ofHPUX(a hpux.ACL) (all []Oddity) {
	if len(a) > hpux.MaxEntries {
		all = append(all, whole(Refused, fmt.Sprintf("there are %d entries, and HP-UX keeps %d", len(a), hpux.MaxEntries), "take some out, or give a group what its members have one by one"))
	}
	for i, e := range a {
		for _, other := range a[:i] {
			if other.User == e.User && other.Group == e.Group {
				all = append(all, Oddity{Sort: Refused, Entry: i, Problem: fmt.Sprintf("it speaks of %s.%s again", e.User, e.Group), Fix: "keep one of the two"})
				break
			}
		}
		if e.Rights > 7 {
			all = append(all, unknownBits(i, "rights", uint32(e.Rights)))
		}
	}
	return all
}

func ofRACF(p racf.Profile) (all []Oddity) {
	if p.Warning {
		all = append(all, whole(Unusual, "the profile only warns: what it refuses is allowed, with a message", "when nothing is refused any more that should be allowed: NOWARNING"))
	}
	for i, e := range p.Access {
		for _, other := range p.Access[:i] {
			if other.ID == e.ID {
				all = append(all, Oddity{Sort: Refused, Entry: i, Problem: e.ID + " is in the access list twice", Fix: "PERMIT it once"})
				break
			}
		}
		if e.ID == "*" && e.Level < p.UACC {
			all = append(all, Oddity{Sort: Unusual, Entry: i, Problem: fmt.Sprintf("defined users have %s by ID(*), and those that are not defined %s by UACC", e.Level, p.UACC), Fix: fmt.Sprintf("UACC(%s) at the most", e.Level)})
		}
	}
	return all
}

func ofAmiga(p amiga.Protection) (all []Oddity) {
	if extra := p &^ 0xffff; extra != 0 {
		all = append(all, unknownBits(-1, "bits", uint32(extra)))
	}
	if p&amiga.Script != 0 && p&amiga.DenyRead != 0 {
		all = append(all, whole(Unusual, "it is marked as a script and cannot be read: the shell cannot run it", "protect FILE ADD r"))
	}
	if p&amiga.Hold != 0 && p&amiga.Pure == 0 {
		all = append(all, whole(Idle, "h holds only programs that are pure: without p it does nothing", "protect FILE ADD p, if the program can be run by several at once"))
	}
	return all
}

func ofDOS(a dos.Attributes, o Object) (all []Oddity) {
	const known = dos.Attributes(1<<21-1) | dos.RecallOnDataAccess // MS-FSCC, section 2.6, and those of later Windows
	if extra := a &^ known; extra != 0 {
		all = append(all, unknownBits(-1, "attributes", uint32(extra)))
	}
	if o.Kind == mode.Directory && a&dos.ReadOnly != 0 {
		all = append(all, whole(Unusual, "read-only on a directory protects nothing in it: Windows marks folders with it that look different", ""))
	}
	if a&dos.Normal != 0 && a != dos.Normal {
		all = append(all, whole(Unusual, "normal means that there is no other attribute, and there is: Windows drops it", ""))
	}
	if a.IsLongName() {
		all = append(all, whole(Unusual, "these four attributes together mark a part of a long name on FAT, and no file", ""))
	}
	return all
}
