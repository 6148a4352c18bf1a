package nt

// tree is the kinds and properties that a request is about, each with the rights
// that are pending for it (MS-DTYP, section 2.5.3.2).
type tree struct {
	nodes []node
}

type node struct {
	guid    GUID
	parent  int // -1 of the root
	pending Mask
}

// newTree is nil where the request is about the object alone.
func newTree(types []ObjectType, pending Mask) *tree {
	if len(types) == 0 {
		return nil
	}
	t := &tree{}
	for i, o := range types {
		parent := i - 1
		for parent >= 0 && types[parent].Level >= o.Level {
			parent--
		}
		t.nodes = append(t.nodes, node{o.GUID, parent, pending})
	}
	return t
}

// asks reports whether anything is pending in the tree.
func (t *tree) asks() bool {
	if t == nil {
		return false
	}
	for _, n := range t.nodes {
		if n.pending != 0 {
			return true
		}
	}
	return false
}

// find is the node of an entry: that of its GUID, or the root.
func (t *tree) find(e *ACE) int {
	if !e.Type.Object() || e.ObjectFlags&HasObject == 0 {
		return 0
	}
	for i, n := range t.nodes {
		if n.guid == e.Object {
			return i
		}
	}
	return -1
}

// allow takes rights from a node and all below it, and from those above it what
// nothing below them wants any more.
func (t *tree) allow(at int, mask Mask) {
	for i := range t.nodes {
		if t.within(i, at) {
			t.nodes[i].pending &^= mask
		}
	}
	for up := t.nodes[at].parent; up >= 0; up = t.nodes[up].parent {
		var below Mask
		for _, n := range t.nodes {
			if n.parent == up {
				below |= n.pending
			}
		}
		t.nodes[up].pending &= below
	}
}

// within reports whether node i is at or below another.
func (t *tree) within(i, at int) bool {
	for i > at {
		i = t.nodes[i].parent
	}
	return i == at
}

// treeEntry applies an entry to the tree. What an entry denies anywhere is denied to
// the whole request.
func (c *check) treeEntry(i int, e *ACE, mask Mask, t *tree) {
	at := t.find(e)
	if at < 0 {
		return
	}
	if e.Type.allows() {
		if before := t.nodes[0].pending; mask&t.nodes[at].pending != 0 {
			t.allow(at, mask)
			if t.nodes[0].pending != before {
				c.last, c.reason = i, AllowedByEntry
			}
		}
		return
	}
	denied := t.nodes[at].pending & mask
	if denied == 0 {
		return
	}
	c.deny(i, denied)
	c.forbidden |= denied
}

// maximumOfTree asks about each right alone.
func (d Descriptor) maximumOfTree(s Subject, wanted Mask, o Object) Verdict {
	v := Verdict{Allowed: true, Entry: -1}
	if wanted &^= MaximumAllowed; wanted != 0 {
		if v = d.Decide(s, wanted, o); !v.Allowed {
			return v
		}
	}
	for bit := Mask(1); bit != 0; bit <<= 1 {
		if bit&(MaximumAllowed|generic) != 0 {
			continue
		}
		if one := d.Decide(s, bit, o); one.Allowed {
			v.Granted |= bit
			v.Reason, v.Entry = one.Reason, one.Entry
		}
	}
	if v.Granted == 0 {
		return Verdict{Reason: NotAllowed, Entry: -1, Status: StatusAccessDenied}
	}
	return v
}
