package template

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"ward/account"
	"ward/ident"
	"ward/notation"
)

// Base is the files that a template is compiled into, and what is known of their
// users.
type Base struct {
	Group   account.File[account.GroupEntry]
	GShadow *account.File[account.GroupShadow] // nil: the system has none

	// User says whether somebody has the name. nil: nothing is known, and names are
	// taken as they are.
	User func(name string) account.Answer

	// Unread tells of a name that begins a line of passwd which cannot be read: where,
	// and why. nil: there are none.
	Unread func(name string) (Problem, bool)

	// Primary yields the users who have the id as their primary group.
	Primary func(ident.GID) []string
}

// Options say what a compilation may do. The zero value changes no id and takes no
// name that nobody has.
type Options struct {
	ChangeIDs  bool // groups that are there get the ids of the template
	TrustNames bool // members of whom nobody can be asked are taken
}

// Change is what becomes of a group. Before and After are its line in group(5), ""
// where it has none.
type Change struct {
	Name          string
	Before, After string
	Joins, Leaves []string // members who come and go
	Shadow        bool     // of gshadow(5)
}

// Compiled is the answer.
type Compiled struct {
	Group, GShadow string   // the new texts; GShadow is "" where there is none
	Changes        []Change // in the order of the files; none: they are as wanted
	Warnings       Problems
}

// Compile makes the files that a template asks for. Lines that need no change stay as
// they are, byte for byte; groups that the template does not name stay, unless it owns
// all. What stands in the files already is not found fault with where it stays. The
// error of an answer that cannot be is Problems.
func Compile(t *Template, b *Base, o Options) (*Compiled, error) {
	flat, err := Flatten(t, &b.Group)
	if err != nil {
		return nil, err
	}
	c := &compiling{template: t, base: b, options: o, flat: flat, lines: map[string]int{}, wanted: map[string]*Group{}, answer: &Compiled{}}
	c.readable()
	c.index()
	c.members()
	c.ids()
	c.rewrite()
	if b.GShadow != nil {
		c.rewriteShadow()
	}
	if err := c.problems.err(); err != nil {
		return nil, err
	}
	return c.answer, nil
}

type compiling struct {
	template *Template
	base     *Base
	options  Options
	flat     *Flat
	lines    map[string]int    // records of the group file by name
	wanted   map[string]*Group // groups of the template, metagroups left out
	final    []account.GroupEntry
	problems Problems
	answer   *Compiled
}

func (c *compiling) fail(at Position, hint, format string, args ...any) {
	c.problems = append(c.problems, Problem{at, notation.Brief(fmt.Sprintf(format, args...)), hint})
}

func (c *compiling) at(line int) Position {
	return Position{File: c.base.Group.Path, Line: line, Column: 1}
}

// readable refuses files whose lines are not understood: they would be rewritten
// without it being known what they say.
func (c *compiling) readable() {
	const hint = "mend the line first: ward groups check says what is wrong"
	for _, l := range c.base.Group.Lines {
		if l.Kind == account.Broken && !c.problems.full(c.at(l.Number)) {
			c.fail(c.at(l.Number), hint, "%s", l.Problem)
		}
		if l.Kind == account.Include && c.template.OwnsAll {
			c.fail(c.at(l.Number), "remove it, or take own all out of the template", "the line includes groups of NIS, which a template that owns all cannot keep")
		}
	}
	if c.base.GShadow == nil {
		return
	}
	for _, l := range c.base.GShadow.Lines {
		at := Position{File: c.base.GShadow.Path, Line: l.Number, Column: 1}
		if l.Kind == account.Broken && !c.problems.full(at) {
			c.fail(at, hint, "%s", l.Problem)
		}
	}
}

func (c *compiling) index() {
	for i := range c.template.Groups {
		if g := &c.template.Groups[i]; !g.Meta {
			c.wanted[g.Name] = g
		}
	}
	for i := range c.base.Group.Lines {
		l := &c.base.Group.Lines[i]
		if l.Kind != account.Record {
			continue
		}
		if before, ok := c.lines[l.Value.Name]; ok && c.wanted[l.Value.Name] != nil {
			c.fail(c.at(l.Number), "join the two lines first, with vigr", "%s has a line already, line %d", l.Value.Name, c.base.Group.Lines[before].Number)
			continue
		}
		c.lines[l.Value.Name] = i
	}
	for _, g := range c.template.Groups {
		if i, ok := c.lines[g.Name]; ok && g.Meta {
			c.fail(g.At, "give it another name, or make it a group", "%s is a metagroup here, and a group in line %d of %s", g.Name, c.base.Group.Lines[i].Number, c.base.Group.Path)
		}
	}
}

// members refuses names that nobody has, but for those who are in the group already.
func (c *compiling) members() {
	if c.base.User == nil {
		return
	}
	answers := map[string]account.Answer{}
	for i := range c.template.Groups {
		g := &c.template.Groups[i]
		for _, m := range g.Members {
			if m.Group || m.Not {
				continue
			}
			answer, asked := answers[m.Name]
			if !asked {
				answer = c.base.User(m.Name)
				answers[m.Name] = answer
			}
			if answer != account.Yes && !c.alreadyIn(g.Name, m.Name) {
				c.unknown(m, answer)
			}
		}
	}
}

func (c *compiling) alreadyIn(group, name string) bool {
	i, ok := c.lines[group]
	return ok && slices.Contains(c.base.Group.Lines[i].Value.Members, name)
}

func (c *compiling) unknown(m Member, answer account.Answer) {
	if c.base.Unread != nil {
		if p, ok := c.base.Unread(m.Name); ok {
			c.fail(m.At, "", "whether %s is a user cannot be said: %s:%d cannot be read", m.Name, p.At.File, p.At.Line)
			c.problems = append(c.problems, p)
			return
		}
	}
	switch {
	case answer == account.No && c.isGroup(m.Name):
		c.fail(m.At, "", "no user is called %s; its members are written @%s", m.Name, m.Name)
	case answer == account.No:
		c.fail(m.At, "", "no user is called %s", m.Name)
	case !c.options.TrustNames:
		c.fail(m.At, "when the service answers again; or say --trust-names", "whether a user is called %s could not be found out: the files do not have him, and no other source answered", m.Name)
	}
}

func (c *compiling) isGroup(name string) bool {
	_, ok := c.flat.index[name]
	return ok
}

// ids gives every wanted group its id, and refuses those that are taken.
func (c *compiling) ids() {
	for i := range c.template.Groups {
		g := &c.template.Groups[i]
		if g.Meta {
			continue
		}
		at, there := c.lines[g.Name]
		switch {
		case !there && !g.HasGID:
			c.fail(g.At, fmt.Sprintf("write group %s %d = …", g.Name, c.free()), "%s is a new group and needs an id", g.Name)
		case !there && len(g.Name) > account.LongestName:
			c.fail(g.At, "", "the name has %d bytes; tools take %d", len(g.Name), account.LongestName)
		case there && g.HasGID && g.GID != c.base.Group.Lines[at].Value.GID && !c.options.ChangeIDs:
			c.fail(g.At, "files keep the old id. Write the old id; or say --change-ids and give the files to the new one",
				"%s has the id %d in %s, not %d", g.Name, c.base.Group.Lines[at].Value.GID, c.base.Group.Path, g.GID)
		}
	}
}

// free is an id of people that no group has.
func (c *compiling) free() ident.GID {
	taken := map[ident.GID]bool{}
	for l := range c.base.Group.Records {
		taken[l.Value.GID] = true
	}
	for i := range c.template.Groups {
		taken[c.template.Groups[i].GID] = c.template.Groups[i].HasGID || taken[c.template.Groups[i].GID]
	}
	id := ident.GID(account.DefaultLimits().GIDMin)
	for taken[id] {
		id++
	}
	return id
}

// rewrite makes the new group file.
func (c *compiling) rewrite() {
	var b strings.Builder
	holders := map[ident.GID]holder{}
	newGroups := func() {
		for i := range c.template.Groups {
			g := &c.template.Groups[i]
			if _, there := c.lines[g.Name]; !there && !g.Meta {
				c.line(&b, holders, g, nil)
			}
		}
	}
	added := false
	for i := range c.base.Group.Lines {
		l := &c.base.Group.Lines[i]
		switch g := c.wanted[l.Value.Name]; {
		case l.Kind == account.Record && g != nil && c.lines[g.Name] == i:
			c.line(&b, holders, g, l)
		case l.Kind == account.Record && g == nil && c.template.OwnsAll:
			c.drop(l)
		case l.Kind == account.Record:
			c.hold(holders, holder{gid: l.Value.GID, name: l.Value.Name, at: c.at(l.Number), base: true})
			raw(&b, l.Raw)
		default:
			if l.Kind == account.Include && !added { // NIS comes last, as the shadow suite has it
				newGroups()
				added = true
			}
			raw(&b, l.Raw)
		}
	}
	if !added {
		newGroups()
	}
	c.answer.Group = b.String()
	if len(c.base.Group.Lines) > 0 && len(c.answer.Changes) == 0 {
		c.answer.Group = c.base.Group.Format() // without a line end that the file lacks
	}
}

// raw adds a line, with its end.
func raw(b *strings.Builder, text string) {
	b.WriteString(text)
	if !strings.HasSuffix(text, "\n") {
		b.WriteByte('\n')
	}
}

// line adds the line of a group that is wanted; l is the one that it has.
func (c *compiling) line(b *strings.Builder, holders map[ident.GID]holder, g *Group, l *account.Line[account.GroupEntry]) {
	members, _ := c.flat.Members(g.Name)
	e := account.GroupEntry{Group: account.Group{Name: g.Name, GID: g.GID, Members: members}, Password: "x"}
	if c.base.GShadow == nil {
		e.Password = "!"
	}
	if l != nil {
		e.Password = l.Value.Password
		if !g.HasGID {
			e.GID = l.Value.GID
		}
	}
	if g.HasPassword {
		e.Password = g.Password
	}
	c.hold(holders, holder{gid: e.GID, name: e.Name, at: g.At, shares: g.SharesID, base: l != nil && l.Value.GID == e.GID})
	c.final = append(c.final, e)
	if l != nil && same(&l.Value, &e) {
		raw(b, l.Raw)
		return
	}
	text := e.Name + ":" + e.Password + ":" + strconv.FormatUint(uint64(e.GID), 10) + ":" + strings.Join(members, ",")
	if longest := c.template.longest(); len(text) > longest {
		c.fail(g.At, "fewer members, or \"limit line\" with more", "the line of %s would have %d bytes and %d members; at most %d bytes are allowed", g.Name, len(text), len(members), longest)
	}
	c.change(g.Name, l, text, members)
	raw(b, text)
}

func same(a, b *account.GroupEntry) bool {
	return a.GID == b.GID && a.Password == b.Password && slices.Equal(a.Members, b.Members)
}

func (c *compiling) change(name string, l *account.Line[account.GroupEntry], after string, members []string) {
	x := Change{Name: name, After: after}
	var before []string
	if l != nil {
		x.Before, before = l.Text(), l.Value.Members
	}
	x.Joins, x.Leaves = without(members, before), without(before, members)
	c.answer.Changes = append(c.answer.Changes, x)
}

// without is the names of a that b lacks.
func without(a, b []string) (rest []string) {
	if len(a) == 0 || len(b) == 0 {
		return a
	}
	has := make(map[string]bool, len(b))
	for _, name := range b {
		has[name] = true
	}
	for _, name := range a {
		if !has[name] {
			rest = append(rest, name)
		}
	}
	return rest
}

// drop removes a group that the template does not name.
func (c *compiling) drop(l *account.Line[account.GroupEntry]) {
	if c.base.Primary != nil {
		if users := c.base.Primary(l.Value.GID); len(users) > 0 {
			c.fail(c.at(l.Number), "name the group in the template", "%s is not in the template, which owns all, and is the primary group of %s", l.Value.Name, some(users))
			return
		}
	}
	c.answer.Changes = append(c.answer.Changes, Change{Name: l.Value.Name, Before: l.Text(), Leaves: l.Value.Members})
}

func some(names []string) string {
	const most = 5
	if len(names) > most {
		return strings.Join(names[:most], ", ") + fmt.Sprintf(" and %d more", len(names)-most)
	}
	return strings.Join(names, ", ")
}

// holder is who has an id.
type holder struct {
	gid    ident.GID
	name   string
	at     Position
	shares bool
	base   bool // it had the id before
}

func (c *compiling) hold(holders map[ident.GID]holder, h holder) {
	before, taken := holders[h.gid]
	if !taken {
		holders[h.gid] = h
		return
	}
	if before.name == h.name || h.shares || before.shares || before.base && h.base {
		return
	}
	at, other := h, before
	if h.base { // the one that is new is at fault
		at, other = before, h
	}
	c.fail(at.at, "choose another id; or write shares-id, if both are meant to be one", "%s and %s have the id %d (%s)", at.name, other.name, h.gid, other.at)
}

// rewriteShadow brings gshadow into agreement: members as in group, administrators
// where the template names them, passwords as they are. A group whose x says that it
// has a line there gets one: a run that was cut off left it without.
func (c *compiling) rewriteShadow() {
	var b strings.Builder
	f := c.base.GShadow
	final := make(map[string]*account.GroupEntry, len(c.final))
	for i := range c.final {
		final[c.final[i].Name] = &c.final[i]
	}
	seen := map[string]bool{}
	before := len(c.answer.Changes)
	for i := range f.Lines {
		l := &f.Lines[i]
		g := c.wanted[l.Value.Name]
		switch {
		case l.Kind != account.Record || g == nil && !c.template.OwnsAll:
			raw(&b, l.Raw)
		case g == nil:
			c.answer.Changes = append(c.answer.Changes, Change{Name: l.Value.Name, Before: hidden(&l.Value), Leaves: l.Value.Members, Shadow: true})
		case seen[g.Name]:
			c.fail(Position{File: f.Path, Line: l.Number, Column: 1}, "join the two lines first, with vigr -s", "%s has a line already", g.Name)
		default:
			seen[g.Name] = true
			raw(&b, c.shadowLine(l, g, final[g.Name].Members))
		}
	}
	for i := range c.template.Groups {
		g := &c.template.Groups[i]
		if _, there := c.lines[g.Name]; g.Meta || seen[g.Name] || there && !g.HasAdmins && final[g.Name].Password != "x" {
			continue
		}
		e := account.GroupShadow{Name: g.Name, Password: "!", Admins: g.Admins, Members: final[g.Name].Members}
		c.answer.Changes = append(c.answer.Changes, Change{Name: g.Name, After: hidden(&e), Joins: e.Members, Shadow: true})
		raw(&b, shadowText(&e))
	}
	c.answer.GShadow = b.String()
	if len(c.answer.Changes) == before {
		c.answer.GShadow = f.Format()
	}
}

func (c *compiling) shadowLine(l *account.Line[account.GroupShadow], g *Group, members []string) string {
	e := l.Value
	e.Members = members
	if g.HasAdmins {
		e.Admins = g.Admins
	}
	if slices.Equal(e.Members, l.Value.Members) && slices.Equal(e.Admins, l.Value.Admins) {
		return l.Raw
	}
	c.answer.Changes = append(c.answer.Changes, Change{
		Name: g.Name, Before: hidden(&l.Value), After: hidden(&e), Shadow: true,
		Joins: without(e.Members, l.Value.Members), Leaves: without(l.Value.Members, e.Members),
	})
	return shadowText(&e)
}

func shadowText(e *account.GroupShadow) string {
	return e.Name + ":" + e.Password + ":" + strings.Join(e.Admins, ",") + ":" + strings.Join(e.Members, ",")
}

// hidden is a line of gshadow to be shown: without its hash.
func hidden(e *account.GroupShadow) string {
	shown := *e
	if !harmless(e.Password) {
		shown.Password = "(hidden)"
	}
	return shadowText(&shown)
}
