package translate

import (
	"slices"
	"strings"

	"ward/legacy/vms"
	"ward/mode"
)

// vmsModel is protection codes and lists of OpenVMS.
type vmsModel struct{}

// A UIC for an owner who is not known, and one for a stranger.
const (
	vmsGroup    uint16 = 0o37700
	vmsOthers   uint16 = 0o37701
	vmsOwner    uint16 = 1
	vmsMember   uint16 = 2
	vmsStranger uint16 = 3
)

func vmsAccess(wanted Rights) (a vms.Access) {
	for _, p := range [...]struct {
		abstract Rights
		own      vms.Access
	}{{Read, vms.Read}, {Write | Append | DeleteChild, vms.Write}, {Execute, vms.Execute}, {Delete, vms.Delete}, {WriteACL, vms.Control}} {
		if wanted&p.abstract != 0 {
			a |= p.own
		}
	}
	return a
}

// access is the letters that rights give. R brings E with it, so that it is for those
// who may both; where somebody may get more, r becomes R as everywhere.
func (d draft) access(r Rights) (a vms.Access) {
	write := Write | Append
	if d.kind == mode.Directory {
		write |= DeleteChild
	}
	read := Read
	if d.safe {
		read |= Execute
	}
	for _, p := range [...]struct {
		needs Rights
		own   vms.Access
	}{{read, vms.Read}, {write, vms.Write}, {Execute, vms.Execute}, {Delete, vms.Delete}, {WriteACL, vms.Control}} {
		if r&p.needs == p.needs {
			a |= p.own
		}
	}
	return a
}

func (vmsModel) object(o Object) vms.Object {
	s, _ := o.Value.(vms.Security)
	owner := vms.NewUIC(vmsGroup, vmsOwner)
	if s.Owner.Name == "" && s.Owner.UIC != 0 {
		owner = s.Owner.UIC
	}
	return vms.Object{Class: vms.File, Owner: owner, Protection: s.Protection, ACL: s.ACL}
}

func (v vmsModel) subject(o Object, c caller) vms.Subject {
	owner := v.object(o).Owner
	s := vms.Subject{UIC: vms.NewUIC(vmsOthers, vmsStranger)}
	if c.owning {
		s.UIC = vms.NewUIC(owner.Group(), free(owner.Member()))
	}
	if id, ok := vmsIdentifier(c.user); ok {
		if id.Name == "" {
			s.UIC = id.UIC
		}
		s.Identifiers = append(s.Identifiers, id.String())
		s.Name = strings.Trim(id.Name, "[]")
	}
	if c.owner {
		s.UIC = owner
		if sec, _ := o.Value.(vms.Security); sec.Owner.Name != "" {
			s.Identifiers = append(s.Identifiers, sec.Owner.Name)
			s.Name = strings.Trim(sec.Owner.Name, "[]")
		}
	}
	if c.system {
		s.Privileges = vms.SysPrv
	}
	for _, g := range c.groups {
		if id, ok := vmsIdentifier(g); ok {
			s.Identifiers = append(s.Identifiers, id.String())
		}
	}
	if group, name, both := strings.Cut(s.Name, ","); both {
		s.Group, s.Name = group, name
	}
	return s
}

func free(taken uint16) uint16 {
	if taken == vmsMember {
		return vmsStranger
	}
	return vmsMember
}

func (v vmsModel) may(o Object, c caller, wanted Rights) (r Rights) {
	obj, s := v.object(o), v.subject(o, c)
	for _, one := range wanted.each() {
		if a := vmsAccess(one); a != 0 && obj.Decide(s, a).Allowed {
			r |= one
		}
	}
	return r
}

func (v vmsModel) atOnce(o Object, c caller, wanted Rights) bool {
	return v.object(o).Decide(v.subject(o, c), vmsAccess(wanted)).Allowed
}

func (v vmsModel) explain(o Object, c caller, wanted Rights) (string, int) {
	d := v.object(o).Decide(v.subject(o, c), vmsAccess(wanted))
	return d.Reason.String(), d.Entry
}

func (v vmsModel) facts(o Object) (facts, error) {
	s, ok := o.Value.(vms.Security)
	if !ok {
		return facts{}, wrongValue(o)
	}
	var f facts
	for i, e := range s.ACL {
		if e.Kind != vms.Identified {
			f.unclear = append(f.unclear, Loss{Effect: Lost, What: ordinal("entry", i), Why: "only OpenVMS has " + e.String(), Default: e.Kind == vms.ForNewFiles || e.Kind == vms.Creator})
			continue
		}
		if e.Options&^vms.Default != 0 {
			f.unclear = append(f.unclear, Loss{Effect: Lost, What: ordinal("options of entry", i), Why: "only OpenVMS has " + (e.Options &^ vms.Default).String()})
		}
		v.entryFacts(&f, e)
	}
	if list := s.ACL.Inherited(); len(list) > 0 && o.kind() == mode.Directory {
		made := o
		made.Value = vms.Security{Owner: s.Owner, Protection: s.ACL.NewProtection(s.Protection), ACL: list}
		f.inherited = &made
	}
	return f, nil
}

func (v vmsModel) entryFacts(f *facts, e vms.ACE) {
	var set []Principal
	for _, id := range e.Identifiers {
		p := vmsPrincipal(id)
		if p.Sort == Everyone || slices.Contains(set, p) {
			continue
		}
		set = append(set, p)
		if p.Sort == User && !slices.Contains(f.users, p) {
			f.users = append(f.users, p)
		} else if p.Sort != User && !slices.Contains(f.groups, p) {
			f.groups = append(f.groups, p)
		}
	}
	groups := slices.DeleteFunc(set, func(p Principal) bool { return p.Sort == User })
	if len(groups) > 1 {
		f.together = append(f.together, groups)
	}
}

// vmsPrincipal is whom an identifier means: [JOE] and UICs are users, the rest groups.
func vmsPrincipal(id vms.Identifier) Principal {
	if sp, ok := specialNamed(func(g specialGroup) bool { return g.vms != "" && g.vms == id.Name }); ok {
		return sp.principal()
	}
	text := id.String()
	switch {
	case text == "[*,*]" || text == "[*]":
		return Principal{Sort: Everyone}
	case strings.HasPrefix(text, "[") && strings.Contains(text, "*"):
		return Principal{Sort: Group, UIC: text}
	case strings.HasPrefix(text, "[") && id.Name == "":
		return Principal{Sort: User, UIC: text}
	case strings.HasPrefix(text, "["):
		return Principal{Sort: User, Name: strings.Trim(text, "[]")}
	}
	return Principal{Sort: Group, Name: text}
}

// vmsIdentifier is the reverse.
func vmsIdentifier(p Principal) (vms.Identifier, bool) {
	text := ""
	switch {
	case p.Sort == Special:
		sp, _ := specialNamed(func(g specialGroup) bool { return g.name == p.Name })
		text = sp.vms
	case p.UIC != "":
		text = p.UIC
	case p.Sort == User && p.Name != "":
		text = "[" + strings.ToUpper(p.Name) + "]"
	case p.Sort == Group || p.Sort == Either:
		text = strings.ToUpper(p.Name)
	}
	id, err := vms.ParseIdentifier(text)
	return id, err == nil && text != ""
}

func (vmsModel) names(p Principal) bool {
	_, ok := vmsIdentifier(p)
	return ok && p.Sort != Everyone
}

func (v vmsModel) build(d draft) []Object {
	s := vms.Security{Class: vms.File}
	s.Owner, _ = vmsIdentifier(d.owner)
	for _, c := range [...]struct {
		category vms.Category
		rights   Rights
	}{{vms.System, d.table.System}, {vms.Owner, d.table.Owner}, {vms.Group, d.table.Group}, {vms.World, d.table.Everyone}} {
		s.Protection |= 0xf << (4 * vms.Protection(c.category))
		s.Protection = s.Protection.With(c.category, d.access(c.rights)&^vms.Control)
	}
	grants := slices.Concat(d.table.Users, d.table.Groups)
	if owner := d.owner; len(grants) > 0 && v.names(owner) {
		s.ACL = append(s.ACL, d.ace(Grant{owner, d.table.Owner})...)
	}
	for _, g := range grants {
		s.ACL = append(s.ACL, d.ace(g)...)
	}
	if d.inherited != nil {
		made, _ := d.inherited.Value.(vms.Security)
		s.ACL = append(s.ACL, vms.ACE{Kind: vms.ForNewFiles, Default: vms.Code{Word: made.Protection, Named: 0xffff}})
		for _, e := range made.ACL {
			e.Options |= vms.Default
			s.ACL = append(s.ACL, e)
		}
	}
	return []Object{d.object("vms", s)}
}

func (d draft) ace(g Grant) vms.ACL {
	id, ok := vmsIdentifier(g.Principal)
	if !ok {
		return nil
	}
	return vms.ACL{{Kind: vms.Identified, Identifiers: []vms.Identifier{id}, Access: d.access(g.Rights)}}
}
