package translate

import (
	"slices"

	"ward/acl/nt"
	"ward/legacy/racf"
	"ward/legacy/vms"
	"ward/mode"
)

// Access is the intermediate of a conversion: what an object's permissions let everybody
// of the universe do, by the rules of its model. What else they say is beside it.
type Access struct {
	Object Object // with owner and group by all their names
	// Decides is the rights that the permissions give and withhold, Fixed those of which
	// the system says the same for all objects; of others nothing is known.
	Decides, Fixed Rights
	Table          Table   // the short form
	Order          []Entry // of a list in which the first entry that matches decides; else nil
	Extras         []Extra
	Inherited      *Object // what the directory hands down; nil for nothing
	Unclear        []Loss  // what has no place in any of these

	users, groups []Principal
	callers       []caller
	answers       []answer
	complete      bool // every pair of groups was asked about
}

// answer is what one of the universe may.
type answer struct {
	rights Rights
	atOnce bool // and all of reading, writing and executing that he may in one request
}

// Ask is what the object's permissions let everybody do. Errors are of type *ModelError.
func Ask(o Object, m Mapping) (Access, error) {
	b, ok := behaviours(o.Model)
	if !ok {
		return Access{}, unknownModel(o.Model)
	}
	o = adopt(o)
	o.Owner, o.Group = complete(m, o.Owner), complete(m, o.Group)
	f, err := b.dialect.facts(o)
	if err != nil {
		return Access{}, err
	}
	f = f.completed(o, m)
	a := Access{Object: o, Order: f.order, Extras: f.extras, Inherited: f.inherited, Unclear: f.unclear, users: f.users, groups: f.groups}
	a.Decides, a.Fixed = b.decides(o.kind()), b.fixed(o.kind())
	a.callers, a.complete = universe(f)
	a.answers = b.ask(o, a.callers, a.Decides|a.Fixed)
	a.Table = a.short()
	return a, nil
}

// ask puts all the questions to a model.
func (b behaviour) ask(o Object, callers []caller, rights Rights) []answer {
	list := make([]answer, len(callers))
	for i, c := range callers {
		r := b.dialect.may(o, c, rights)
		list[i] = answer{r, b.dialect.atOnce(o, c, r&(Read|Write|Execute))}
	}
	return list
}

// short is the table: everybody in no group, and each group's members that are nobody
// else.
func (a Access) short() (t Table) {
	for i, c := range a.callers {
		r := a.answers[i].rights
		switch {
		case c.system:
			t.System = r
		case c.owner && !c.owning && len(c.groups) == 0:
			t.Owner = r
		case c.owner, c.user.Sort != Nobody && (c.owning || len(c.groups) > 0):
		case c.user.Sort != Nobody:
			t.Users = append(t.Users, Grant{c.user, r})
		case !c.owning && len(c.groups) == 0:
			t.Everyone = r
		case c.owning && len(c.groups) == 0:
			t.Group = r
		case !c.owning && len(c.groups) == 1:
			t.Groups = append(t.Groups, Grant{c.groups[0], r})
		}
	}
	return t
}

// adopt takes owner and group from a value that has them.
func adopt(o Object) Object {
	owner, group := Principal{}, Principal{}
	switch v := o.Value.(type) {
	case nt.Descriptor:
		owner, group = Principal{Sort: User, SID: v.Owner.String()}, Principal{Sort: Group, SID: v.Group.String()}
	case vms.Security:
		if v.Owner != (vms.Identifier{}) {
			owner = vmsPrincipal(v.Owner)
			owner.Sort = User
		}
	case racf.Profile:
		owner = Principal{Sort: User, Name: v.Owner}
	case racf.UnixACL:
		owner, group = zosPrincipal(racf.UnixEntry{ID: v.Owner}), zosPrincipal(racf.UnixEntry{ID: v.OwningGroup, Group: true})
	}
	if o.Owner.Sort == Nobody && owner.named() {
		o.Owner = owner
	}
	if o.Group.Sort == Nobody && group.named() {
		o.Group = group
	}
	return o
}

func (p Principal) named() bool {
	return p.Name != "" || p.HasID || p.SID != "" || p.UIC != "" || p.GUID != ""
}

func complete(m Mapping, p Principal) Principal {
	if m == nil || !p.named() || p.Sort == Special {
		return p
	}
	return m.Complete(p)
}

// completed gives everybody all his names. Who is the owner, or the owning group, is
// nobody else besides.
func (f facts) completed(o Object, m Mapping) facts {
	f.order = slices.Clone(f.order)
	for i, e := range f.order {
		f.order[i].Principal = complete(m, e.Principal)
	}
	var users, groups []Principal
	for _, p := range slices.Concat(f.users, f.groups) {
		p = complete(m, p)
		list, same := &groups, o.Group
		if p.Sort == User {
			list, same = &users, o.Owner
		}
		if !p.is(same) && !p.is(o.Owner) && !slices.ContainsFunc(*list, p.is) {
			*list = append(*list, p)
		}
	}
	f.users, f.groups = users, groups
	f.together = slices.Clone(f.together)
	for i, set := range f.together {
		f.together[i] = slices.Clone(set)
		for j, p := range set {
			f.together[i][j] = complete(m, p)
		}
	}
	return f
}

// is reports whether two principals have a name in common.
func (p Principal) is(o Principal) bool {
	if p.Sort != o.Sort && p.Sort != Either && o.Sort != Either {
		return false
	}
	return p == o || p.HasID && o.HasID && p.ID == o.ID || p.Name != "" && p.Name == o.Name || p.SID != "" && p.SID == o.SID ||
		p.UIC != "" && p.UIC == o.UIC || p.GUID != "" && p.GUID == o.GUID
}

// isDirectory reports whether inheritance means anything.
func (o Object) isDirectory() bool { return o.kind() == mode.Directory }
