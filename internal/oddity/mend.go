package oddity

import (
	"slices"

	"ward/acl"
	aclmac "ward/acl/macos"
	"ward/acl/nfs4"
	"ward/acl/nt"
	"ward/legacy/amiga"
	"ward/legacy/dos"
	"ward/legacy/vms"
	"ward/mode"
)

// Mending is a value without something that is odd about another one. It may decide
// otherwise: who gains and who loses by it is to be shown with it.
type Mending struct {
	Title string // what was done: "without the entries that never take effect"
	Value any
}

// Mendings are the ways to mend what Of finds, for values where there is one, in the
// order in which they are to be offered.
func Mendings(value any, o Object) (all []Mending) {
	found := Of(value, o)
	if sorted, changed := Sorted(value); changed {
		all = append(all, Mending{"in the order of the system's own tools", sorted})
	} else if late := entriesOf(found, TooLate, false); late != nil {
		if v := moved(value, late); v != nil {
			all = append(all, Mending{"if the denials are meant, with them first", v})
		}
	}
	for _, second := range []bool{false, true} {
		if idle := entriesOf(found, Idle, second); idle != nil {
			if v := without(value, idle, second); v != nil {
				all = append(all, Mending{"without the entries that never take effect", v})
				value = v
			}
		}
	}
	return append(all, others(value, o)...)
}

// entriesOf are the entries that are odd in one way.
func entriesOf(found []Oddity, s Sort, second bool) (entries []int) {
	for _, odd := range found {
		if odd.Sort == s && odd.Entry >= 0 && odd.Default == second {
			entries = append(entries, odd.Entry)
		}
	}
	return entries
}

// without is the value without some entries of its list, or of its default list; nil
// where it is none that can be without them.
func without(value any, entries []int, second bool) any {
	switch v := value.(type) {
	case POSIX:
		if second {
			v.Default = drop(v.Default, entries)
		} else {
			v.Access = drop(v.Access, entries)
		}
		return v
	case nfs4.ACL:
		v.Entries = drop(v.Entries, entries)
		return v
	case aclmac.ACL:
		v.Entries = drop(v.Entries, entries)
		return v
	case nt.Descriptor:
		if second || v.DACL == nil {
			return nil
		}
		list := *v.DACL
		list.Entries = drop(list.Entries, entries)
		v.DACL = &list
		return v
	case vms.Security:
		v.ACL = drop(v.ACL, entries)
		return v
	}
	return nil
}

func drop[E any, S ~[]E](list S, entries []int) (kept S) {
	for i, e := range list {
		if !slices.Contains(entries, i) {
			kept = append(kept, e)
		}
	}
	return kept
}

// moved is the value with some entries before all others.
func moved(value any, entries []int) any {
	switch v := value.(type) {
	case nfs4.ACL:
		v.Entries = first(v.Entries, entries)
		return v
	case aclmac.ACL:
		v.Entries = first(v.Entries, entries)
		return v
	}
	return nil
}

func first[E any](list []E, entries []int) (sorted []E) {
	for _, i := range entries {
		sorted = append(sorted, list[i])
	}
	return append(sorted, drop(list, entries)...)
}

// others are the ways to mend what is odd about no single entry.
func others(value any, o Object) []Mending {
	switch v := value.(type) {
	case mode.Mode:
		var all []Mending
		for _, s := range v.Suspicions(o.Kind) {
			m := Mending{"as it was probably meant", s.Meant}
			if s.Meant != v && !slices.Contains(all, m) {
				all = append(all, m)
			}
		}
		return all
	case POSIX:
		return unmasked(v)
	case amiga.Protection:
		if v&amiga.Script != 0 && v&amiga.DenyRead != 0 {
			return []Mending{{"with the right to read the script", v &^ amiga.DenyRead}}
		}
	case dos.Attributes:
		if plain := v &^ dos.Normal; v&dos.Normal != 0 && plain != 0 {
			return []Mending{{"without the attribute that is for files without any", plain}}
		}
		if o.Kind == mode.Directory && v&dos.ReadOnly != 0 {
			return []Mending{{"without the attribute that protects nothing here", v &^ dos.ReadOnly}}
		}
	}
	return nil
}

// unmasked has a mask that leaves all entries what they have.
func unmasked(v POSIX) []Mending {
	access, changed := widerMask(v.Access)
	handed, changed2 := widerMask(v.Default)
	if !changed && !changed2 {
		return nil
	}
	v.Access, v.Default = access, handed
	return []Mending{{"if the rights are meant, with a mask that leaves them", v}}
}

func widerMask(l acl.List) (acl.List, bool) {
	mask, ok := l.MaskRights()
	wanted := mask
	for _, e := range l {
		if l.Effective(e) != e.Rights {
			wanted |= e.Rights
		}
	}
	if !ok || wanted == mask {
		return l, false
	}
	wider := slices.Clone(l)
	for i := range wider {
		if wider[i].Tag == acl.Mask {
			wider[i].Rights = wanted
		}
	}
	return wider, true
}
