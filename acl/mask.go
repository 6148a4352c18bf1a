package acl

import (
	"fmt"
	"slices"
	"strings"

	"ward/mode"
)

// MaskError says that a Spec would raise the mask over entries that it does not
// name. The author has to write an entry for the mask, which then is what he
// wants, or to name those entries too.
type MaskError struct {
	Default  bool // it is the mask of the default list
	From, To mode.Rights
	Rises    []Rise // whose rights would appear, in the order of the list
}

// Rise is one entry that gets more by a higher mask. Entry.Rights are those the
// entry states; From and To are what the mask leaves of them.
type Rise struct {
	Entry    Entry
	From, To mode.Rights
}

func (e *MaskError) Error() string { return e.Format(nil) }

// Format is the message with names for ids.
func (e *MaskError) Format(n Names) string {
	whose := make([]string, len(e.Rises))
	for i, r := range e.Rises {
		whose[i] = fmt.Sprintf("%s:%s from %s to %s", r.Entry.Tag, r.Entry.qualifier(n), r.From, r.To)
	}
	prefix := ""
	if e.Default {
		prefix = "d:"
	}
	return fmt.Sprintf("the %smask would have to rise from %s to %s, which would also raise %s (add %sm::%s to allow it, or %sm::%s to keep the mask)",
		strings.Replace(prefix, "d:", "default ", 1), e.From, e.To, strings.Join(whose, ", "), prefix, e.To, prefix, e.From)
}

// mask gives the edited list the mask that Apply promises, or is a *MaskError.
func (s Spec) mask(found, edited List, cs []change) (List, error) {
	if changed(cs, Mask, NoID) {
		return edited, nil
	}
	old, had := found.MaskRights()
	if edited.Minimal() {
		return edited.with(groupUnder(found, edited, cs)), nil
	}
	if !had {
		return edited.with(Entry{Mask, NoID, edited.union()}), nil
	}
	mask := old
	if s.form == exactly {
		mask &= edited.union()
	}
	mask |= wanted(edited, cs)
	if rises := rises(edited, cs, old, mask); len(rises) > 0 {
		isDefault := len(cs) > 0 && cs[0].def
		return nil, &MaskError{Default: isDefault, From: old, To: mask, Rises: rises}
	}
	return edited.with(Entry{Mask, NoID, mask}), nil
}

// groupUnder is the owning group's entry when the mask that limited it has gone:
// what the mask left of it, unless the spec sets it.
func groupUnder(found, edited List, cs []change) Entry {
	rights, _ := edited.Find(GroupObj, NoID)
	e := Entry{GroupObj, NoID, rights}
	if !changed(cs, GroupObj, NoID) {
		e.Rights = found.Effective(e)
	}
	return e
}

// wanted is what the masked entries of the spec have in the edited list.
func wanted(edited List, cs []change) (all mode.Rights) {
	for _, c := range cs {
		if c.Tag.masked() {
			rights, _ := edited.Find(c.Tag, c.ID)
			all |= rights
		}
	}
	return all
}

func rises(edited List, cs []change, old, mask mode.Rights) (list []Rise) {
	for _, e := range edited {
		from, to := e.Rights&old, e.Rights&mask
		if e.Tag.masked() && !changed(cs, e.Tag, e.ID) && to&^from != 0 {
			list = append(list, Rise{e, from, to})
		}
	}
	return list
}

// changed reports whether the spec has an entry for the principal.
func changed(cs []change, t Tag, id uint32) bool {
	return slices.ContainsFunc(cs, func(c change) bool { return c.matches(t, id) })
}
