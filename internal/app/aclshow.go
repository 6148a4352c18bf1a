package app

import (
	"errors"
	"fmt"
	"slices"

	"ward/internal/oddity"
	legacymac "ward/legacy/macos"
	"ward/translate"
)

// Shown is one set of permissions with what it gives to whom.
type Shown struct {
	Permissions
	Text   string // in its notation; of what no model has, in words
	Access []Holding
	All    translate.Rights // what somebody could have
	Odd    []oddity.Oddity
	Mend   []MendedList
}

// Holding is what somebody may do.
type Holding struct {
	Who    translate.Principal
	Rights translate.Rights
}

// ShowPermissions is every list of every model of the arguments, with effective
// rights. What could be read comes with the errors about the rest.
func ShowPermissions(s PermissionSource) ([]Shown, error) {
	r, err := newPermissionReader(s)
	if err != nil {
		return nil, err
	}
	found, wrong := r.all()
	if s.Which != "" {
		found = slices.DeleteFunc(found, func(p Permissions) bool { return p.Err == nil && !r.asked(p) })
	}
	all := make([]Shown, len(found))
	for i, p := range found {
		if all[i], err = r.shown(p); err != nil {
			wrong = errors.Join(wrong, err)
		}
	}
	return all, wrong
}

func (r *permissionReader) shown(p Permissions) (Shown, error) {
	s := Shown{Permissions: p}
	switch {
	case p.unread():
		if odd, ok := malformed(p); ok {
			s.Odd = append(s.Odd, odd)
		}
		return s, nil
	case p.Model.ID == "":
		s.Text = inWords(p.Object.Value)
		return s, nil
	}
	var err error
	if s.Text, err = translate.Format(p.Object, p.Notation, p.Context); err != nil {
		s.Text = fmt.Sprintf("(%v)", err) // a list that its own notation cannot say is shown by its access
	}
	s.Odd = oddity.Of(oddityValue(p.Object.Value), r.judgedObject(p))
	if s.Access, s.All, err = r.access(p.Object, p.Model); err != nil {
		return s, fmt.Errorf("decide by %s of %q: %w", p.Carrier, p.Source, err)
	}
	return s, r.mend(&s)
}

// unread: it is there and cannot be read.
func (p Permissions) unread() bool { return p.Err != nil }

// inWords is a value that is no permissions.
func inWords(value any) string {
	switch v := value.(type) {
	case legacymac.FinderFlags:
		return v.Format()
	case fmt.Stringer:
		return v.String()
	}
	return fmt.Sprint(value)
}

// oddityValue is the value as package oddity takes it.
func oddityValue(value any) any {
	switch v := value.(type) {
	case translate.POSIX:
		return oddity.POSIX{Access: v.Access, Default: v.Default}
	case translate.MacOS:
		return v.ACL
	case translate.HPUX:
		return v.ACL
	}
	return value
}

func (r *permissionReader) judgedObject(p Permissions) oddity.Object {
	o := oddity.Object{Kind: p.Context.Kind}
	if uid, ok := p.owner(); ok {
		o.UID, o.HasUID = uint32(uid), true
	}
	return o
}

// access is what the owner, everybody who is named, the owning group, and everybody
// else may do, of what the model decides, which comes too.
func (r *permissionReader) access(o translate.Object, m translate.Model) ([]Holding, translate.Rights, error) {
	a, err := translate.Ask(o, r.namesakes)
	if err != nil {
		return nil, 0, err
	}
	t, own := a.Table, a.Decides&^a.Fixed
	if m.Alone {
		return []Holding{{translate.Principal{Sort: translate.Everyone}, t.Everyone & own}}, own, nil
	}
	var all []Holding
	if m.ID == "vms" { // the only one with a category for the system
		all = append(all, Holding{translate.Principal{Sort: translate.System}, t.System & own})
	}
	all = append(all, Holding{translate.Principal{Sort: translate.Owner}, t.Owner & own})
	for _, g := range t.Users {
		all = append(all, Holding{g.Principal, g.Rights & own})
	}
	all = append(all, Holding{translate.Principal{Sort: translate.OwningGroup}, t.Group & own})
	for _, g := range t.Groups {
		all = append(all, Holding{g.Principal, g.Rights & own})
	}
	return append(all, Holding{translate.Principal{Sort: translate.Everyone}, t.Everyone & own}), own, nil
}
