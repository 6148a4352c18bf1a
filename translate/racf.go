package translate

import (
	"slices"
	"strconv"
	"strings"

	"ward/legacy/racf"
	"ward/mode"
)

// racfModel is profiles of RACF. All groups of a user count (GRPLIST).
type racfModel struct{}

// Names of those who have none. Users and groups of RACF share their names, and have no
// dots.
const (
	racfStranger = ".STRANGE"
	racfOwner    = ".OWNER"
	racfGroup    = ".GROUP"
)

// convertedName is the data set of a profile that was made for a file.
const convertedName = "CONVERTED.FILE"

// levelOf is the level that a right needs.
func levelOf(right Rights) racf.Level {
	switch right {
	case Execute:
		return racf.Execute
	case Read:
		return racf.Read
	case Write, Append:
		return racf.Update
	case Delete, WriteACL:
		return racf.Alter
	}
	return racf.None
}

// level is the highest one that gives no more than the rights.
func level(r Rights) racf.Level {
	l := racf.None
	for _, step := range [...]struct {
		level racf.Level
		needs Rights
	}{
		{racf.Execute, Execute}, {racf.Read, Read | Execute}, {racf.Update, Write | Append}, {racf.Control, 0}, {racf.Alter, Delete | WriteACL},
	} {
		if r&step.needs != step.needs {
			break
		}
		if step.level != racf.Control {
			l = step.level
		}
	}
	return l
}

// usual is the level that stands for the rights as a rule: r for READ, w for UPDATE. It
// may give more, for a level contains those below it.
func usual(r Rights) racf.Level {
	switch {
	case r&(Write|Append) == Write|Append:
		return max(racf.Update, level(r))
	case r&Read != 0:
		return max(racf.Read, level(r))
	}
	return level(r)
}

func (racfModel) decide(o Object, c caller, l racf.Level) racf.Verdict {
	p, _ := o.Value.(racf.Profile)
	system := racf.System{ListOfGroups: true, EGN: true, Profiles: []racf.Profile{p}}
	subject := racf.Subject{User: racfStranger, Conditions: nil}
	if id, ok := racfID(c.person(o)); ok {
		subject.User = id
	} else if c.owner {
		subject.User = racfOwner
	}
	if c.owning {
		id, ok := racfID(o.Group)
		subject.Groups = append(subject.Groups, map[bool]string{true: id, false: racfGroup}[ok])
	}
	for _, g := range c.groups {
		if id, ok := racfID(g); ok {
			subject.Groups = append(subject.Groups, id)
		}
	}
	return system.Decide(subject, racf.Request{Class: p.Class, Name: example(p), Volume: p.Volume, Wanted: l})
}

// example is a resource that the profile protects.
func example(p racf.Profile) string {
	name := strings.NewReplacer(".**", "", ".*", ".A", "%", "A", "*", "").Replace(p.Name)
	if name == "" {
		return "A"
	}
	return name
}

func (m racfModel) may(o Object, c caller, wanted Rights) (r Rights) {
	for _, one := range wanted.each() {
		if m.decide(o, c, levelOf(one)).Allowed {
			r |= one
		}
	}
	return r
}

func (m racfModel) atOnce(o Object, c caller, wanted Rights) bool {
	return m.may(o, c, wanted) == wanted
}

func (m racfModel) explain(o Object, c caller, wanted Rights) (string, int) {
	highest := racf.None
	for _, one := range wanted.each() {
		highest = max(highest, levelOf(one))
	}
	v := m.decide(o, c, highest)
	return v.Reason.String(), v.Entry
}

func (racfModel) facts(o Object) (f facts, err error) {
	p, ok := o.Value.(racf.Profile)
	if !ok {
		return facts{}, wrongValue(o)
	}
	for _, e := range p.Access {
		if e.ID != "*" {
			f.groups = append(f.groups, Principal{Sort: Either, Name: e.ID})
		}
	}
	for i, e := range p.Conditional {
		f.unclear = append(f.unclear, Loss{
			Effect: Lost, Principal: Principal{Sort: Either, Name: e.ID}, What: ordinal("conditional entry", i),
			Why: "only RACF asks for " + e.When.Type,
		})
	}
	if p.Generic || racf.IsGeneric(p.Name) {
		f.unclear = append(f.unclear, Loss{Effect: Lost, What: "the generic name " + p.Name, Why: "what it protects is more than one object"})
	}
	for _, t := range []struct {
		on   bool
		what string
	}{{p.Warning, "WARNING"}, {p.Label != "", "the security label " + p.Label}, {p.OtherUACC != "", "the universal access " + p.OtherUACC}} {
		if t.on {
			f.unclear = append(f.unclear, Loss{Effect: Lost, What: t.what, Why: "only RACF has it"})
		}
	}
	return f, nil
}

// racfID is the name of a user or a group.
func racfID(p Principal) (string, bool) {
	id := strings.ToUpper(p.Name)
	valid := id != "" && len(id) <= 8 && !strings.ContainsFunc(id, func(r rune) bool {
		return !(r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("#@$", r))
	})
	return id, valid && (p.Sort == User || p.Sort == Group || p.Sort == Either)
}

func (racfModel) names(p Principal) bool {
	_, ok := racfID(p)
	return ok
}

func (m racfModel) build(d draft) []Object {
	level := level
	if !d.safe {
		level = usual
	}
	p := racf.Profile{Class: racf.Dataset, Name: convertedName, UACC: level(d.table.Everyone)}
	if id, ok := racfID(d.owner); ok {
		p.Owner = id
	}
	grants := append([]Grant{{d.owner, d.table.Owner}}, d.table.Users...)
	grants = append(append(grants, Grant{d.group, d.table.Group}), d.table.Groups...)
	for _, g := range grants {
		id, ok := racfID(g.Principal)
		if ok && !slices.ContainsFunc(p.Access, func(e racf.Permit) bool { return e.ID == id }) {
			p.Access = append(p.Access, racf.Permit{ID: id, Level: level(g.Rights)})
		}
	}
	return []Object{d.object("racf", p)}
}

// zosModel is access lists of z/OS UNIX, beside a mode.
type zosModel struct{}

func zosID(p Principal) (string, bool) {
	if id, ok := racfID(p); ok {
		return id, p.Sort != Either
	}
	return strconv.FormatUint(uint64(p.ID), 10), p.HasID && (p.Sort == User || p.Sort == Group)
}

func (zosModel) decide(o Object, c caller, want mode.Rights) racf.UnixVerdict {
	a, _ := o.Value.(racf.UnixACL)
	owner := o.ownerID()
	if owner == 0 { // that the superuser may all is no question here
		owner = rootNumber
	}
	group, ok := zosID(o.Group)
	if !ok {
		group = racfGroup
	}
	f := racf.UnixFile{OwnerUID: owner, Group: group, Directory: o.kind() == mode.Directory, ACL: a, FSSEC: true}
	s := racf.UnixSubject{UID: c.uid(o)}
	if s.UID == 0 {
		s.UID = rootNumber
	}
	if id, ok := zosID(c.person(o)); ok {
		s.User = id
	}
	if c.owning {
		s.Groups = append(s.Groups, group)
	}
	for _, g := range c.groups {
		if id, ok := zosID(g); ok {
			s.Groups = append(s.Groups, id)
		}
	}
	return f.Decide(s, want)
}

func (z zosModel) may(o Object, c caller, wanted Rights) Rights {
	a, _ := o.Value.(racf.UnixACL)
	r := byBits(wanted, o.kind(), c.owner, func(bit mode.Rights) bool { return z.decide(o, c, bit).Allowed })
	return sticky(r, a.Mode, o, c)
}

func (z zosModel) atOnce(o Object, c caller, wanted Rights) bool {
	return z.decide(o, c, unixBits(wanted)).Allowed
}

func (z zosModel) explain(o Object, c caller, wanted Rights) (string, int) {
	v := z.decide(o, c, unixBits(wanted))
	return v.Reason.String(), v.Entry
}

func zosPrincipal(e racf.UnixEntry) Principal {
	p := Principal{Sort: User, Name: e.ID}
	if e.Group {
		p.Sort = Group
	}
	if n, err := strconv.ParseUint(e.ID, 10, 32); err == nil {
		p.Name, p.ID, p.HasID = "", uint32(n), true
	}
	return p
}

func (z zosModel) facts(o Object) (f facts, err error) {
	a, ok := o.Value.(racf.UnixACL)
	if !ok {
		return facts{}, wrongValue(o)
	}
	f.extras = specialBits(a.Mode)
	for _, e := range a.Access {
		if p := zosPrincipal(e); e.Group {
			f.groups = append(f.groups, p)
		} else {
			f.users = append(f.users, p)
		}
	}
	if o.kind() != mode.Directory || len(a.Default)+len(a.FileDefault) == 0 {
		return f, nil
	}
	if !slices.Equal(a.Default, a.FileDefault) {
		f.unclear = append(f.unclear, Loss{Effect: Lost, What: "the list for files that are made", Why: "it differs from that for directories", Default: true})
	}
	made := o
	made.Value = racf.UnixACL{Mode: a.Mode & mode.Permissions, Access: a.Default}
	f.inherited = &made
	return f, nil
}

func (zosModel) names(p Principal) bool {
	_, ok := zosID(p)
	return ok
}

func (z zosModel) build(d draft) []Object {
	a := racf.UnixACL{Mode: d.mode()}
	for _, g := range slices.Concat(d.table.Users, d.table.Groups) {
		id, ok := zosID(g.Principal)
		e := racf.UnixEntry{Group: g.Principal.Sort == Group, ID: id, Rights: d.rwx(g.Rights)}
		if ok && !slices.ContainsFunc(a.Access, func(x racf.UnixEntry) bool { return x.ID == e.ID && x.Group == e.Group }) {
			a.Access = append(a.Access, e)
		}
	}
	if d.inherited != nil {
		made, _ := d.inherited.Value.(racf.UnixACL)
		a.Default, a.FileDefault = made.Access, slices.Clone(made.Access)
	}
	return []Object{d.object("zos", a)}
}
