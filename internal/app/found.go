package app

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	aclmac "ward/acl/macos"
	"ward/acl/nfs4"
	"ward/acl/nt"
	"ward/ident"
	"ward/internal/host/models"
	legacymac "ward/legacy/macos"
	"ward/legacy/vms"
	"ward/mode"
	"ward/translate"
)

// found is every set of permissions of an object: the mode, then what was found beside
// it. A list of Linux takes the place of the mode that is a part of it.
func (r *permissionReader) found(o *models.Object) []Permissions {
	var all []Permissions
	source := o.Path
	if o.Member != "" {
		source = o.Member
	}
	c, err := r.context(o.Kind)
	if err != nil {
		return []Permissions{{Source: source, Err: err}}
	}
	if r.Facts.Kind != mode.Unknown {
		c.Kind = r.Facts.Kind
	}
	base := translate.Object{Kind: c.Kind, Owner: c.Owner, Group: c.Group}
	r.setOwners(&base, o)
	for _, f := range o.Found {
		p := r.permissions(f, o, base)
		p.Source, p.Context, p.Archive = source, c, r.In
		all = append(all, p)
	}
	if o.HasMode && !hasPOSIX(all) {
		m := base
		m.Model, m.Value = "unix", o.Mode
		first := Permissions{Source: source, Archive: r.In, Carrier: "mode", Object: m, Context: c}
		first.setModel("")
		all = append([]Permissions{first}, all...)
	}
	return all
}

func hasPOSIX(all []Permissions) bool {
	for _, p := range all {
		if _, ok := p.Object.Value.(translate.POSIX); ok {
			return true
		}
	}
	return false
}

// setOwners fills in owner and group by their numbers, unless the request says who
// they are.
func (r *permissionReader) setOwners(to *translate.Object, o *models.Object) {
	if !o.HasOwner {
		return
	}
	if r.Facts.Owner == "" {
		to.Owner = r.namesakes.Complete(translate.UserID(o.UID))
	}
	if r.Facts.Group == "" {
		to.Group = r.namesakes.Complete(translate.GroupID(o.GID))
	}
}

// permissions makes of a finding what package translate knows.
func (r *permissionReader) permissions(f models.Found, o *models.Object, base translate.Object) Permissions {
	p := Permissions{Carrier: f.Carrier, Note: f.Note, Raw: f.Raw, Err: f.Err, Object: base}
	if f.Err != nil {
		return p
	}
	prefer := ""
	p.Object.Value = f.Value
	switch v := f.Value.(type) {
	case models.POSIX:
		p.Object.Value = translate.POSIX{Access: v.Access, Default: v.Default, Mode: o.Mode}
	case aclmac.Filesec:
		p.Object.Value = translate.MacOS{ACL: v.ACL, Mode: o.Mode}
	case legacymac.File:
		p.Object.Value = translate.Classic{Locked: v.Locked}
	case nfs4.ACL:
		if f.Carrier == nfs4.TrueNASXattr {
			prefer = "zfs"
		}
	case nt.Descriptor:
		r.ownersOfNT(&p.Object, v)
	case vms.Security:
		if v.Owner.UIC != 0 {
			p.Object.Owner = r.namesakes.Complete(translate.Principal{Sort: translate.User, UIC: v.Owner.UIC.String()})
		}
	}
	p.setModel(prefer)
	return p
}

// ownersOfNT takes owner and group from the descriptor; its own count more than the
// numbers that the file system shows in their place.
func (r *permissionReader) ownersOfNT(to *translate.Object, d nt.Descriptor) {
	if p := principalOfSID(translate.User, d.Owner); p.SID != "" && r.Facts.Owner == "" {
		to.Owner = r.namesakes.Complete(p)
	}
	if p := principalOfSID(translate.Group, d.Group); p.SID != "" && r.Facts.Group == "" {
		to.Group = r.namesakes.Complete(p)
	}
}

// setModel finds the model of the value by its type: the first, or of several that
// have the same the one with the word in its id.
func (p *Permissions) setModel(prefer string) {
	for _, m := range translate.Models() {
		if !typed(m, p.Object.Value) {
			continue
		}
		if p.Model.ID == "" || prefer != "" && strings.Contains(m.ID, prefer) {
			p.Model, p.Object.Model = m, m.ID
		}
	}
	if p.Model.ID == "" {
		return // a value that speaks of nobody's rights, as the Finder's flags
	}
	p.Notation = p.Model.Notations[0].ID
}

// typed says whether values of a model have the type of this one.
func typed(m translate.Model, value any) bool {
	name := fmt.Sprintf("%T", value)
	return m.Value == name || "translate."+m.Value == name
}

// one is the permissions that count where one set is wanted: those of the model that
// the request names, else the first list that says more than the mode.
func (r *permissionReader) one(o *models.Object, all []Permissions) (Permissions, error) {
	best := -1
	for i, p := range all {
		switch {
		case p.Err != nil || p.Model.ID == "":
		case r.Which != "" && !r.asked(p):
		case best < 0 || r.Which == "" && weight(p) > weight(all[best]):
			best = i
		}
	}
	if best >= 0 {
		all[best].Others = others(all, best)
		return all[best], nil
	}
	for _, p := range all {
		if p.Err != nil {
			return p, fmt.Errorf("read %s of %q: %w", p.Carrier, p.Source, p.Err)
		}
	}
	name := o.Path
	if o.Member != "" {
		name = o.Member
	}
	if r.Which != "" {
		return Permissions{}, &RequestError{Problem: fmt.Sprintf("%q has no permissions of the model %q", name, r.Which), Hint: foundHint(all)}
	}
	return Permissions{}, &models.Error{Op: "find permissions of", Path: name, Err: errors.New("there are none that speak of rights")}
}

// asked says whether permissions are of the model that the request names, by its id or
// that of one of its notations. Models that share a type stand for each other.
func (r *permissionReader) asked(p Permissions) bool {
	m, _, ok := translate.Find(r.Which)
	return ok && m.Value == p.Model.Value
}

// others are the models of what was found besides.
func others(all []Permissions, best int) (ids []string) {
	for i, p := range all {
		if i != best && p.Model.ID != "" && p.Model.ID != all[best].Model.ID && !slices.Contains(ids, p.Model.ID) {
			ids = append(ids, p.Model.ID)
		}
	}
	return ids
}

// weight orders what is found: lists of users before a mode, a mode before attributes
// that are the same for everybody.
func weight(p Permissions) int {
	switch {
	case p.Object.Model == "unix":
		return 1
	case p.Model.Alone:
		return 0
	}
	return 2
}

func foundHint(all []Permissions) string {
	var ids []string
	for _, p := range all {
		if p.Model.ID != "" {
			ids = append(ids, p.Model.ID)
		}
	}
	if ids == nil {
		return ""
	}
	return "there are: " + strings.Join(ids, ", ")
}

// withModel makes the permissions those of another model that has the same values: the
// same list is decided by another system's rules.
func (p Permissions) withModel(m translate.Model) Permissions {
	if m.Value == p.Model.Value {
		p.Model, p.Object.Model = m, m.ID
	}
	return p
}

// owner is the number of the owner, where it is known.
func (p Permissions) owner() (ident.UID, bool) {
	return ident.UID(p.Object.Owner.ID), p.Object.Owner.HasID
}
