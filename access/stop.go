package access

import (
	"slices"

	"ward/acl"
	"ward/entry"
	"ward/ident"
	"ward/mode"
)

// Stops lists the narrowest changes that end what a question allows, those that shut
// out the fewest others first. There are none where the question is not allowed, or
// where nothing but the end of a capability that everything rests on would help.
//
// Whoever owns an object can give himself back what he lost; Fix.Remedies that only
// bind an owner do not last against his will.
func Stops(q *Question, c Crowd) []Fix {
	if Decide(q).Answer != Allowed {
		return nil
	}
	s := search{question: q, crowd: c, want: Denied}
	checks := Explain(q)
	// The last check is the nearest to the object, and the narrowest place.
	for i := len(checks) - 1; i >= 0; i-- {
		for _, style := range stopping {
			s.stop(style, &checks[i])
		}
	}
	return s.ranked()
}

// stopping are the styles in which an access is ended.
var stopping = []style{barByEntry, barByBits, barByLeaving, barByDropping, barByFlag}

func (s *search) stop(bar style, c *Check) {
	t := &trial{Question: *s.question, crowd: &s.crowd}
	for _, r := range bar(t, c) {
		done := t.with(r)
		if again, more := done.dropping(c, r); more {
			done = again
		}
		if Decide(&done.Question).Answer == Denied {
			s.add(done)
		}
	}
}

// dropping: where one capability is gone, another may do in its place.
func (t *trial) dropping(c *Check, r Remedy) (*trial, bool) {
	if r.Does != Drop {
		return nil, false
	}
	for _, next := range Explain(&t.Question) {
		if next.Where == c.Where && next.Wanted == c.Wanted {
			for _, second := range barByDropping(t, &next) {
				return t.with(second), true
			}
		}
	}
	return nil, false
}

// interpreters is the first way, as Where counts them, to what runs a program. Those
// run many others: nothing is ended there.
const interpreters = 2

// guarded is the component whose bits let the caller pass: the object, or the
// directory that it lies in, and nothing above.
func (t *trial) guarded(c *Check) (*Step, bool) {
	s, ok := t.component(c)
	w := t.way(c.Where.Way)
	if !ok || c.Where.Way >= interpreters || c.Wanted == 0 || s.Entry.Known&entry.AccessACL == 0 || c.Where.Step < len(w.Steps)-1 && c.Where.Step != w.Directory() {
		return nil, false
	}
	return s, true
}

// barByEntry gives the caller an entry of his own that has less than he has now.
func barByEntry(t *trial, c *Check) []Remedy {
	s, ok := t.guarded(c)
	if !ok || owns(t.Caller, s) || !keepsLists(s) {
		return nil
	}
	e := acl.Entry{Tag: acl.User, ID: uint32(t.Caller.UID), Rights: ownRights(t.Caller, s) &^ c.Wanted}
	after := raised(s.Entry.State, e, e.Rights)
	if mask, _ := after.ACL.MaskRights(); mask == 0 && after.ACL != nil {
		// Under an empty mask the kernel would not look at the list. The least that
		// makes it look is a mask of which no entry makes use.
		after = looked(s.Entry.State, e)
	}
	return alter(c, s, after)
}

// looked is the list with the entry, under a mask that is not empty and gives
// nobody anything that he had not.
func looked(st entry.State, e acl.Entry) entry.State {
	list := acl.List{e}
	for _, line := range listOf(&st) {
		switch {
		case line.Tag == acl.Mask || line.Tag == e.Tag && line.ID == e.ID:
			continue
		case line.Tag == acl.User || line.Tag == acl.Group:
			line.Rights = st.Mode.Other()
		case line.Tag == acl.GroupObj:
			line.Rights = 0
		}
		list = append(list, line)
	}
	mask := union(list)
	if mask == 0 {
		mask = mode.X
	}
	return stored(st, append(list, acl.Entry{Tag: acl.Mask, ID: acl.NoID, Rights: mask}))
}

// barByBits takes the right from the class or entry that gave it.
func barByBits(t *trial, c *Check) []Remedy {
	s, ok := t.guarded(c)
	if !ok {
		return nil
	}
	st := s.Entry.State
	switch c.Reason.Rule {
	case OwnerBits:
		return alter(c, s, withMode(st, st.Mode&^(mode.Mode(c.Wanted)<<6)))
	case OtherBits:
		return alter(c, s, withMode(st, st.Mode&^mode.Mode(c.Wanted)))
	case OwningGroup:
		if len(st.ACL) == 0 {
			return alter(c, s, withMode(st, st.Mode&^(mode.Mode(c.Wanted)<<3)))
		}
		return alter(c, s, less(st, acl.GroupObj, acl.NoID, c.Wanted))
	case NamedUser:
		return alter(c, s, less(st, acl.User, c.Reason.ID, c.Wanted))
	case NamedGroup:
		return alter(c, s, less(st, acl.Group, c.Reason.ID, c.Wanted))
	}
	return nil
}

// less is the state in which an entry lacks the rights; the mask stays.
func less(st entry.State, tag acl.Tag, id uint32, rights mode.Rights) entry.State {
	list := slices.Clone(st.ACL)
	for i := range list {
		if list[i].Tag == tag && (list[i].ID == id || !tag.Named()) {
			list[i].Rights &^= rights
		}
	}
	return stored(st, list)
}

// barByLeaving takes the caller out of the group that let him in.
func barByLeaving(t *trial, c *Check) []Remedy {
	gid := ident.GID(c.Reason.ID)
	if c.Reason.Rule != OwningGroup && c.Reason.Rule != NamedGroup || !slices.Contains(t.Caller.Groups, gid) || gid == t.Caller.GID {
		return nil
	}
	return []Remedy{{Does: Leave, Where: c.Where, GID: gid, UID: t.Caller.UID}}
}

// barByDropping takes the capability away that let the caller in.
func barByDropping(t *trial, c *Check) []Remedy {
	var one ident.Capability
	switch c.Reason.Rule {
	case DACReadSearch:
		one = ident.CapDACReadSearch
	case DACOverride:
		one = ident.CapDACOverride
	case Privilege:
		one = ident.Capability(c.Reason.ID)
	default:
		return nil
	}
	return []Remedy{{Does: Drop, Where: c.Where, Cap: one, UID: t.Caller.UID}}
}

// barByFlag makes the object immutable: that holds for root as well.
func barByFlag(t *trial, c *Check) []Remedy {
	s, ok := t.component(c)
	held := ok && c.Where.Way < interpreters && (s.Entry.Kind == mode.Regular || s.Entry.Kind == mode.Directory) && t.isObject(c.Where)
	if !held || s.Entry.Known&entry.Attributes == 0 {
		return nil
	}
	after := s.Entry.State
	after.Flags |= entry.Immutable
	return alter(c, s, after)
}
