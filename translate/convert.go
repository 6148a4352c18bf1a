package translate

import (
	"fmt"
	"slices"
	"strings"

	"ward/acl/nfs4"
	"ward/mode"
)

// Convert is the object in another model, named by its id, with everything that is lost.
// It fails with a *RefusedError, with the Result of what was refused beside it, and with
// a *ModelError for ids and values that are no model's. An object of the target's model
// comes back as it is.
func Convert(o Object, to string, opts Options) (Result, error) {
	target, ok := behaviours(to)
	if !ok {
		return Result{}, unknownModel(to)
	}
	source, err := Ask(o, opts.Mapping)
	if err != nil {
		return Result{}, err
	}
	if o.Model == to {
		return Result{Object: o}, nil
	}
	c := conversion{source: source, target: target, opts: opts}
	made, differences := c.best()
	losses := c.losses(made, differences)
	slices.SortStableFunc(losses, func(a, b Loss) int { return int(b.Effect) - int(a.Effect) })
	res := Result{made, losses}
	wider := slices.ContainsFunc(losses, func(l Loss) bool { return l.Effect == Widened })
	switch {
	case opts.Strict && len(losses) > 0:
		return res, &RefusedError{From: o.Model, To: to, Strict: true, Losses: losses}
	case wider && !opts.AllowWidening:
		return res, &RefusedError{From: o.Model, To: to, Losses: losses}
	}
	return res, nil
}

// conversion is one on its way.
type conversion struct {
	source Access
	target behaviour
	opts   Options
	draft  draft
	// kept is why somebody has less than before: the right would have given it to others.
	kept []keeping
}

type keeping struct {
	principal Principal
	rights    Rights
	from      caller
}

// best is the value that differs least, made narrower while anybody gets more.
func (c *conversion) best() (Object, []difference) {
	c.draft = c.newDraft()
	made, list := c.choose()
	if c.opts.AllowWidening || !gains(list) {
		return made, list
	}
	c.draft.order = c.undecided()
	narrow, less := c.choose()
	for gains(less) && c.narrow(less) {
		narrow, less = c.choose()
	}
	if better(less, list, true) {
		return narrow, less
	}
	return made, list
}

func gains(list []difference) bool {
	return slices.ContainsFunc(list, func(d difference) bool { return d.gain() != 0 })
}

// undecided is the entries of the order that decide nothing: audits, and what is handed
// down.
func (c *conversion) undecided() (list []Entry) {
	for _, e := range c.source.Order {
		if e.Type != nfs4.Allow && e.Type != nfs4.Deny {
			list = append(list, e)
		}
	}
	return list
}

// choose is the best of what the target's model makes of the draft.
func (c *conversion) choose() (best Object, differences []difference) {
	for i, o := range c.target.dialect.build(c.draft) {
		list := c.source.compare(c.target, o)
		if i == 0 || better(list, differences, !c.opts.AllowWidening) && !(c.opts.AllowWidening && c.target.model.Alone) {
			best, differences = o, list
		}
		if len(differences) == 0 {
			break
		}
	}
	return best, differences
}

// narrow takes rights from the table until the subjects of the differences may no more
// than before, as far as that helps. It reports whether anything was taken.
func (c *conversion) narrow(list []difference) (changed bool) {
	for _, d := range list {
		for _, r := range d.gain().each() {
			if c.keep(d.caller, r) {
				changed = true
			}
		}
	}
	return changed
}

// keep takes a right from one row that speaks of the caller, the most specific first, so
// that he has it no more; where no single one is enough, from all of them.
func (c *conversion) keep(who caller, r Rights) bool {
	rows := c.draft.table.rows(who)
	var holding []row
	for _, at := range rows {
		if at.rights(&c.draft.table)&r != 0 {
			holding = append(holding, at)
		}
	}
	taken := r | c.following(r)
	for _, at := range holding {
		old := c.draft.table.clone()
		at.take(&c.draft.table, taken)
		if !c.gives(who, r) {
			c.kept = append(c.kept, keeping{at.principal, r, who})
			return true
		}
		c.draft.table = old
	}
	for _, at := range holding {
		at.take(&c.draft.table, taken)
		c.kept = append(c.kept, keeping{at.principal, r, who})
	}
	return len(holding) > 0
}

// following is the rights that were filled in because of this one.
func (c *conversion) following(r Rights) (more Rights) {
	if r&Write != 0 {
		more = Append | Delete | DeleteChild | WriteNamed
	}
	if r&Read != 0 {
		more |= ReadNamed
	}
	return more &^ (c.source.Decides | c.source.Fixed)
}

// gives reports whether what would be made gives the caller the right.
func (c *conversion) gives(who caller, r Rights) bool {
	all := true
	for _, o := range c.target.dialect.build(c.draft) {
		all = all && c.target.dialect.may(o, who, r) != 0
	}
	return all
}

func (c *conversion) newDraft() draft {
	a := c.source
	d := draft{
		table: a.Table.clone(), order: a.Order, extras: a.Extras, kind: a.Object.kind(),
		owner: a.Object.Owner, group: a.Object.Group, source: a.Object, safe: !c.opts.AllowWidening,
	}
	d.fill(a, c.target)
	if a.Inherited != nil && c.target.inherits {
		opts := c.opts
		opts.Strict = false
		if made, err := Convert(*a.Inherited, c.target.model.ID, opts); err == nil {
			d.inherited = &made.Object
		}
	}
	return d
}

// fill adds the rights of which the source says nothing: what is written may be deleted
// where that is a right to the object alone, and else everybody may what Unix lets him.
func (d *draft) fill(a Access, target behaviour) {
	unknown := All &^ (a.Decides | a.Fixed)
	add := func(r Rights, owner bool) Rights {
		more := ReadAttributes | ReadACL | Synchronize
		if r&Read != 0 {
			more |= ReadNamed
		}
		if r&Write != 0 {
			more |= WriteNamed
		}
		if r&Write != 0 && target.deletes {
			more |= Delete
		}
		if r&Write != 0 && d.kind == mode.Directory {
			more |= DeleteChild
		}
		if r&Write != 0 {
			more |= Append
		}
		if owner {
			more |= WriteAttributes | WriteACL
		}
		return r | more&unknown
	}
	t := &d.table
	t.Owner, t.Group, t.Everyone = add(t.Owner, true), add(t.Group, false), add(t.Everyone, false)
	for _, list := range [][]Grant{t.Users, t.Groups} {
		for i := range list {
			list[i].Rights = add(list[i].Rights, false)
		}
	}
	if b, _ := behaviours(a.Object.Model); !b.systems {
		t.System = t.Owner
	}
}

func (t Table) clone() Table {
	t.Users, t.Groups = slices.Clone(t.Users), slices.Clone(t.Groups)
	return t
}

// row is one of a table.
type row struct {
	principal Principal
	cell      func(*Table) *Rights
}

func (r row) rights(t *Table) Rights  { return *r.cell(t) }
func (r row) take(t *Table, x Rights) { *r.cell(t) &^= x }

// rows are those that speak of the caller, the most specific first.
func (t *Table) rows(c caller) (list []row) {
	everyone := row{Principal{Sort: Everyone}, func(t *Table) *Rights { return &t.Everyone }}
	if c.system {
		return []row{{Principal{Sort: System}, func(t *Table) *Rights { return &t.System }}, everyone}
	}
	if c.owner {
		list = append(list, row{Principal{Sort: Owner}, func(t *Table) *Rights { return &t.Owner }})
	}
	for i, u := range t.Users {
		if u.Principal == c.user {
			list = append(list, row{u.Principal, func(t *Table) *Rights { return &t.Users[i].Rights }})
		}
	}
	for i, g := range t.Groups {
		if slices.Contains(c.groups, g.Principal) {
			list = append(list, row{g.Principal, func(t *Table) *Rights { return &t.Groups[i].Rights }})
		}
	}
	// A system may take the owner for a member of his group, and does not ask.
	if c.owning || c.owner {
		list = append(list, row{Principal{Sort: OwningGroup}, func(t *Table) *Rights { return &t.Group }})
	}
	return append(list, everyone)
}

// losses is everything that the result says otherwise than the source.
func (c *conversion) losses(made Object, list []difference) []Loss {
	out := c.source.losses(list, c.why)
	out = append(out, c.unnamed()...)
	out = append(out, c.unspoken()...)
	out = append(out, c.others(made)...)
	if !c.source.complete {
		out = append(out, Loss{
			Effect: Lost, What: "the answer for every two groups of named users",
			Why: fmt.Sprintf("there are too many: %d users and %d groups", len(c.source.users), len(c.source.groups)),
		})
	}
	return append(out, c.handedDown(made)...)
}

// why is the reason for one difference.
func (c *conversion) why(d difference, r Rights) string {
	name := c.target.model.Name
	for _, p := range append([]Principal{d.caller.user}, d.caller.groups...) {
		if p.Sort != Nobody && !c.target.dialect.names(p) {
			return name + " cannot name " + p.String()
		}
	}
	switch {
	case r == Together && d.wider != 0:
		return "the source refuses in one request what it allows in several"
	case r == Together:
		return name + " refuses in one request what it allows in several"
	case r&c.target.fixed(c.draft.kind) != 0:
		return name + " has one answer to that for all objects"
	}
	for _, k := range c.kept {
		if p, _ := d.caller.whom(); k.rights&r != 0 && (k.principal == p || k.principal.Sort == Everyone) {
			who, with := k.from.whom()
			if who.Sort == Owner {
				with = nil
			}
			return "else " + whom(who, with) + " could, too"
		}
	}
	if c.nameless(d.caller) {
		return name + " has to know " + d.caller.whose() + " by name"
	}
	if more := brought(c.target.model.ID, r) &^ d.was; more != 0 && d.less&r != 0 {
		return name + " would let " + more.String() + " as well"
	}
	return name + c.unsaid(d, r)
}

// unsaid is what a target does with a right that it cannot give, or keep, alone.
func (c *conversion) unsaid(d difference, r Rights) string {
	for _, own := range d.was.each() {
		if d.wider&r != 0 && brought(c.target.model.ID, own)&r != 0 {
			return " gives it with " + own.String()
		}
	}
	return " has no value that says it"
}

// nameless reports whether a target that names whom it lets in knows no name of the
// owner, or of the owning group, whose rights these are.
func (c *conversion) nameless(who caller) bool {
	switch c.target.model.ID {
	case "nt", "racf":
		return who.owning && !c.target.dialect.names(c.draft.group) || who.owner && !who.owning && c.target.model.ID == "racf" && !c.target.dialect.names(c.draft.owner)
	}
	return false
}

func (c caller) whose() string {
	if c.owning {
		return "the owning group"
	}
	return "the owner"
}

// brought is the rights that come with one in every value of a model that gives it.
func brought(model string, r Rights) Rights {
	switch {
	case model == "vms" && r == Read: // R implies E
		return Execute
	case model == "racf" && r == Read: // a level contains those below it
		return Execute
	case model == "racf" && r&(Write|Append) != 0:
		return Read | Execute
	case model == "racf" && r&(Delete|WriteACL) != 0:
		return Read | Write | Append | Execute | (Delete|WriteACL)&^r
	}
	return 0
}

// unnamed lists who has no name in the target.
func (c *conversion) unnamed() (list []Loss) {
	for _, p := range slices.Concat(c.source.users, c.source.groups) {
		if !c.target.dialect.names(p) {
			list = append(list, Loss{Effect: Lost, Principal: p, What: "what is said of it", Why: c.target.model.Name + " has no name for it"})
		}
	}
	return list
}

// unspoken lists rights of which the target says nothing, though the source does.
func (c *conversion) unspoken() []Loss {
	spoken := c.target.decides(c.draft.kind) | c.target.fixed(c.draft.kind)
	r := c.source.Decides &^ spoken &^ Synchronize
	if r == 0 {
		return nil
	}
	return []Loss{{Effect: Lost, Rights: r, Why: c.target.model.Name + " says nothing of it in the object's permissions"}}
}

// others lists what is no access: the extras that the result does not have again, audit
// entries, and what could not be taken apart.
func (c *conversion) others(made Object) []Loss {
	f, err := c.target.dialect.facts(made)
	if err != nil {
		return c.source.Unclear
	}
	out := slices.Clone(c.source.Unclear)
	if partly(f.unclear) == partly(out) { // the target has such flags itself
		out = slices.DeleteFunc(out, isPartly)
	}
	for _, e := range c.source.Extras {
		if !e.Off && !carried(e.Name, f.extras) {
			out = append(out, Loss{Effect: Lost, What: e.Name, Why: c.target.model.Name + " has no place for it"})
		}
	}
	have := countAudits(f.order)
	for i, e := range c.source.Order {
		if (e.Type == nfs4.Audit || e.Type == nfs4.Alarm) && have < countAudits(c.source.Order) {
			out = append(out, Loss{Effect: Lost, Principal: e.Principal, What: fmt.Sprintf("%s entry %d", e.Type, i+1), Why: c.target.model.Name + " does not have it"})
		}
	}
	if c.source.Object.Model == "vms" {
		out = append(out, Loss{
			Effect: Lost, Principal: Principal{Sort: System}, Rights: c.source.Table.System,
			Why: "who may all on " + c.target.model.Name + " is not said by the object",
		})
	}
	return out
}

// isPartly reports whether the loss is of flags that hand an entry down to some only.
func isPartly(l Loss) bool { return l.Default && strings.HasPrefix(l.What, partlyHanded) }

func partly(list []Loss) (n int) {
	for _, l := range list {
		if isPartly(l) {
			n++
		}
	}
	return n
}

// carried reports whether the thing is there again. That a file is to be backed up is the
// reverse of its being backed up.
func carried(name string, list []Extra) bool {
	return slices.ContainsFunc(list, func(e Extra) bool {
		return e.Name == name && !e.Off || e.Off && (name == "archive" && e.Name == "backed up" || name == "backed up" && e.Name == "archive")
	})
}

func countAudits(order []Entry) (n int) {
	for _, e := range order {
		if e.Type == nfs4.Audit || e.Type == nfs4.Alarm {
			n++
		}
	}
	return n
}

// handedDown compares what the two directories hand down.
func (c *conversion) handedDown(made Object) (list []Loss) {
	was := c.source.Inherited
	if was == nil || !made.isDirectory() {
		return nil
	}
	f, err := c.target.dialect.facts(made)
	if err != nil || f.inherited == nil {
		return []Loss{{Effect: Lost, What: "what the directory hands down", Why: c.target.model.Name + " hands nothing down here", Default: true}}
	}
	a, err := Ask(*was, c.opts.Mapping)
	if err != nil {
		return nil
	}
	below := conversion{source: a, target: c.target, opts: c.opts}
	below.draft = below.newDraft()
	list = a.losses(a.compare(c.target, *f.inherited), below.why)
	for i := range list {
		list[i].Default = true
	}
	return list
}

func unknownModel(id string) error {
	var known []string
	for _, m := range Models() {
		known = append(known, m.ID)
	}
	return &ModelError{ID: id, Problem: "there is no such model (" + strings.Join(known, ", ") + ")", Known: known}
}

// ModelError says that there is no such model, notation or command form, or that a value
// is not one of its model.
type ModelError struct {
	ID      string
	Problem string
	Known   []string // the ids that there are
}

func (e *ModelError) Error() string { return fmt.Sprintf("%q: %s", e.ID, e.Problem) }
