package nt

import (
	"math/rand/v2"
	"testing"
)

func guid(n byte) GUID { return GUID{n} }

// naiveTree decides about trees in the words of MS-DTYP, section 2.5.3.2: nodes with
// what remains, allowed downwards, gathered upwards, denied at once.
func naiveTree(d Descriptor, s Subject, desired Mask, types []ObjectType) bool {
	remaining := make([]Mask, len(types))
	for i := range remaining {
		remaining[i] = desired
	}
	below := func(i, j int) bool { // i is below j
		if i <= j {
			return false
		}
		for k := j + 1; k <= i; k++ {
			if types[k].Level <= types[j].Level {
				return false
			}
		}
		return true
	}
	for _, ace := range d.DACL.Entries {
		if ace.Flags&InheritOnly != 0 || !s.holds(ace.SID, ace.Type.denies()) {
			continue
		}
		at := 0
		if ace.Type.Object() && ace.ObjectFlags&HasObject != 0 {
			at = -1
			for i, o := range types {
				if o.GUID == ace.Object {
					at = i
					break
				}
			}
		}
		if at < 0 {
			continue
		}
		if ace.Type.denies() {
			if remaining[at]&ace.Mask != 0 {
				return false
			}
			continue
		}
		for i := range types {
			if i == at || below(i, at) {
				remaining[i] &^= ace.Mask
			}
		}
		for j := at - 1; j >= 0; j-- {
			if !below(at, j) {
				continue
			}
			var all Mask
			for i := range types {
				if below(i, j) {
					all |= remaining[i]
				}
			}
			remaining[j] &= all
		}
	}
	return remaining[0] == 0
}

func TestObjectTrees(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	for i := range 100000 {
		s := someSubject(r)
		s.Restricted, s.Integrity, s.Privileges = nil, SID{}, 0
		d := Descriptor{Control: DACLPresent, Owner: NewSID(5, 1), DACL: &ACL{}}
		for range 1 + r.IntN(6) {
			e := ACE{Type: pick(r, []Type{Allow, AllowObject, AllowObject, DenyObject, Deny}), Mask: Mask(1 + r.IntN(7)), SID: pick(r, cast()[:7])}
			if e.Type.Object() && r.IntN(5) > 0 {
				e.ObjectFlags, e.Object = HasObject, guid(byte(r.IntN(6)))
			}
			d.DACL.Entries = append(d.DACL.Entries, e)
		}
		types := []ObjectType{{0, guid(0)}}
		for n := range byte(r.IntN(5)) {
			types = append(types, ObjectType{1 + r.IntN(min(2, types[len(types)-1].Level+1)), guid(n + 1)})
		}
		wanted := Mask(1 + r.IntN(7))
		want := naiveTree(d, s, wanted, types)
		if v := d.Decide(s, wanted, Object{Types: types}); v.Allowed != want {
			t.Fatalf("%d: %+v\n%+v\nwanted %d of %+v: %+v, want %v", i, d.DACL, s, wanted, types, v, want)
		}
	}
}
