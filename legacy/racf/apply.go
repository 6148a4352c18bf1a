package racf

import (
	"fmt"
	"slices"
)

// ApplyTo is the profiles after the command; those handed in are not changed. Profiles
// that must be there and are not, or the other way round, are errors.
func (c Command) ApplyTo(old []Profile) ([]Profile, error) {
	ps := slices.Clone(old)
	for _, name := range c.Names {
		i := slices.IndexFunc(ps, func(p Profile) bool {
			return p.Class == c.Class && p.Name == name && (c.Volume == "" || p.Volume == c.Volume || p.Generic)
		})
		define := c.Verb == AddDataset || c.Verb == DefineResource
		switch {
		case define && i >= 0:
			return nil, fmt.Errorf("%s: profile %s of class %s exists", c.Verb, name, c.Class)
		case define:
			ps = append(ps, c.change(Profile{Class: c.Class, Name: name, Volume: c.Volume, Generic: c.Generic || IsGeneric(name)}))
		case i < 0:
			return nil, fmt.Errorf("%s: no profile %s of class %s", c.Verb, name, c.Class)
		case c.Verb == DeleteDataset || c.Verb == DeleteResource:
			ps = slices.Delete(ps, i, i+1)
		case c.Verb == PermitAccess:
			ps[i] = c.permit(ps[i])
		default:
			ps[i] = c.change(ps[i])
		}
	}
	return ps, nil
}

// change is what ADDSD, ALTDSD, RDEFINE and RALTER make of a profile.
func (c Command) change(p Profile) Profile {
	if c.SetUACC {
		p.UACC, p.OtherUACC = c.UACC, ""
	}
	if c.Owner != "" {
		p.Owner = c.Owner
	}
	p.Warning = (p.Warning || c.Warning) && !c.NoWarning
	return p
}

// permit is what PERMIT makes of a profile: lists are emptied first, and an entry that
// is there gets the new level.
func (c Command) permit(p Profile) Profile {
	p.Access, p.Conditional = slices.Clone(p.Access), slices.Clone(p.Conditional)
	if c.Reset == ResetAll || c.Reset == ResetStandard {
		p.Access = nil
	}
	if c.Reset == ResetAll || c.Reset == ResetWhen {
		p.Conditional = nil
	}
	for _, id := range c.IDs {
		if c.IsWhen() {
			p.Conditional = c.edit(p.Conditional, id)
			continue
		}
		p.Access = c.editStandard(p.Access, id)
	}
	return p
}

func (c Command) editStandard(l []Permit, id string) []Permit {
	i := slices.IndexFunc(l, func(e Permit) bool { return e.ID == id })
	switch {
	case c.Delete && i >= 0:
		return slices.Delete(l, i, i+1)
	case c.Delete:
	case i >= 0:
		l[i].Level = c.Access
	default:
		l = append(l, Permit{ID: id, Level: c.Access})
	}
	return l
}

func (c Command) edit(l []Conditional, id string) []Conditional {
	i := slices.IndexFunc(l, func(e Conditional) bool { return e.ID == id && e.When == c.When })
	switch {
	case c.Delete && i >= 0:
		return slices.Delete(l, i, i+1)
	case c.Delete:
	case i >= 0:
		l[i].Level = c.Access
	default:
		l = append(l, Conditional{Permit{ID: id, Level: c.Access}, c.When})
	}
	return l
}

// Commands are those that make the profile where there is none: one that defines it, and
// one for each entry.
func (p Profile) Commands() []Command {
	define := Command{Verb: DefineResource, Class: p.Class, Names: []string{p.Name}, SetUACC: p.OtherUACC == "", UACC: p.UACC, Owner: p.Owner, Volume: p.Volume, Warning: p.Warning}
	if p.Class == Dataset {
		define.Verb = AddDataset
		define.Generic = p.Generic && !IsGeneric(p.Name)
	}
	cs := []Command{define}
	permit := Command{Verb: PermitAccess, Class: p.Class, Names: define.Names, Volume: p.Volume, Generic: define.Generic}
	for _, e := range p.Access {
		permit.IDs, permit.Access = []string{e.ID}, e.Level
		cs = append(cs, permit)
	}
	for _, e := range p.Conditional {
		permit.IDs, permit.Access, permit.When = []string{e.ID}, e.Level, e.When
		cs = append(cs, permit)
	}
	return cs
}
