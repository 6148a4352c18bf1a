package access

import (
	"cmp"
	"slices"

	"ward/acl"
	"ward/entry"
	"ward/mode"
)

// raised is the state in which its list has the entry, and the mask lets the rights
// through that are wanted of it. No other entry gets anything by that: those which a
// higher mask would give more are cut to what they have now.
func raised(st entry.State, e acl.Entry, want mode.Rights) entry.State {
	list := listOf(&st)
	old, masked := list.MaskRights()
	if !masked {
		old = union(list)
	}
	mask := old | want
	next := make(acl.List, 0, len(list)+2)
	for _, line := range list {
		if line.Tag == acl.Mask || line.Tag == e.Tag && line.ID == e.ID {
			continue
		}
		if masked && limited(line.Tag) {
			line.Rights = kept(&st, line, old, mask)
		}
		next = append(next, line)
	}
	next = append(next, e, acl.Entry{Tag: acl.Mask, ID: acl.NoID, Rights: mask})
	return stored(st, next)
}

func limited(t acl.Tag) bool { return t == acl.User || t == acl.GroupObj || t == acl.Group }

// kept is the rights with which an entry means under a new mask what it did under
// the old one. Under an empty one the kernel does not look at the list: named users
// and groups have what others have.
func kept(st *entry.State, line acl.Entry, old, mask mode.Rights) mode.Rights {
	switch {
	case old == 0 && line.Tag != acl.GroupObj:
		return st.Mode.Other()
	case line.Rights&old != line.Rights&mask:
		return line.Rights & old
	}
	return line.Rights
}

// listOf is the list of a state, made from its mode where it has none.
func listOf(st *entry.State) acl.List {
	if len(st.ACL) > 0 {
		return st.ACL
	}
	return acl.FromMode(st.Mode)
}

// stored is the state with a new access list, as the kernel keeps it.
func stored(st entry.State, list acl.List) entry.State {
	slices.SortStableFunc(list, func(a, b acl.Entry) int {
		return cmp.Or(cmp.Compare(a.Tag, b.Tag), cmp.Compare(a.ID, b.ID))
	})
	st.ACL, st.Mode = list.Fold(st.Mode)
	return st
}

// withMode is the state after chmod.
func withMode(st entry.State, m mode.Mode) entry.State {
	st.ACL = st.ACL.WithMode(m)
	st.Mode = m
	return st
}
