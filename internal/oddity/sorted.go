package oddity

import (
	"slices"

	aclmac "ward/acl/macos"
	"ward/acl/nt"
)

// Sorted is a list in the order that its system's own tools keep, where they keep one
// and the list is not in it. It may decide otherwise than the list as it stands.
func Sorted(value any) (any, bool) {
	switch v := value.(type) {
	case nt.Descriptor:
		if v.DACL.Disorder() < 0 {
			return value, false
		}
		v.DACL = v.DACL.Canonical()
		return v, true
	case aclmac.ACL:
		if v.Canonical() {
			return value, false
		}
		v.Entries = slices.Clone(v.Entries)
		slices.SortStableFunc(v.Entries, func(a, b aclmac.Entry) int { return rank(a) - rank(b) })
		return v, true
	}
	return value, false
}

// rank is the place of an entry in the order of chmod +a: what is inherited comes last,
// and denials first.
func rank(e aclmac.Entry) (n int) {
	if e.Flags&aclmac.Inherited != 0 {
		n = 2
	}
	if e.Kind != aclmac.Deny {
		n++
	}
	return n
}
