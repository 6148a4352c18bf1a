// Package grouping finds the groups that would replace the access lists of a tree,
// and the access lists that would replace a group; and proves, subject by subject,
// what changes.
//
// A mode knows three classes: the owner, one group, and all others. A list can be
// replaced if those who are not the owner have one of two sets of rights: those who
// have other rights than strangers become the group. What has more stays a list, unless
// an approximation is asked for, which never gives anybody more.
package grouping

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"ward/access"
	"ward/account"
	"ward/acl"
	"ward/entry"
	"ward/ident"
	"ward/mode"
)

// Pattern is objects of a tree that are alike in all that decides about access.
type Pattern struct {
	Kind  mode.Kind
	State entry.State
	Count int64
	First string // the path of one of them, for people
}

// Group is a group that the objects are given to.
type Group struct {
	Name    string
	GID     ident.GID
	Members []string // besides those who have it as their primary group
	New     bool     // it is to be made
}

// Outcome is what becomes of the objects of a pattern.
type Outcome struct {
	Pattern
	After       entry.State
	Stays       string // why they stay as they are; "" if they change
	Differences []Difference
}

// Difference is a subject whose rights are others afterwards.
type Difference struct {
	Who           string // a user's name, "uid 4711", or "everybody else"
	Before, After mode.Rights
}

// Proposal is the answer.
type Proposal struct {
	Groups   []Group // that are used, in the order in which they were needed
	Outcomes []Outcome
	Subjects int   // whose access was decided
	Inherit  int64 // directories whose default list goes: new objects follow the umask
}

// Options say what may be proposed.
type Options struct {
	Prefix      string // of the names of new groups
	Limits      account.Limits
	Approximate bool // lists of more than two kinds of rights too; somebody then loses rights
}

// subject is somebody whose access is decided.
type subject struct {
	name   string // "" for who has no account
	uid    ident.UID
	gid    ident.GID
	groups []ident.GID
}

func (s *subject) label() string {
	switch {
	case s.name != "":
		return s.name
	case s.uid == stranger:
		return "everybody else"
	}
	return fmt.Sprintf("uid %d", s.uid)
}

// stranger is an id that nobody has.
const stranger = ident.NoUID - 1

// subjects are all users but root, whom bits do not bind, everybody whom a list names
// by a bare id, and one who is nobody's.
func subjects(db *account.Database, patterns []Pattern) []subject {
	var all []subject
	for _, u := range db.Users() {
		if u.UID != 0 {
			all = append(all, subject{u.Name, u.UID, u.GID, db.GroupsOf(u.Name)})
		}
	}
	seen := map[ident.UID]bool{}
	bare := func(uid ident.UID) {
		if uid != 0 && !db.Lists(uid) && !seen[uid] {
			seen[uid] = true
			all = append(all, subject{uid: uid, gid: ident.NoGID})
		}
	}
	for i := range patterns {
		bare(patterns[i].State.UID)
		for _, e := range patterns[i].State.ACL {
			if e.Tag == acl.User {
				bare(ident.UID(e.ID))
			}
		}
	}
	return append(all, subject{uid: stranger, gid: ident.NoGID})
}

// rights is what a subject may do to an object, by the very decision of the kernel.
func (s *subject) rights(st *entry.State, k mode.Kind, groups []ident.GID) (all mode.Rights) {
	step := access.Step{Path: "/", Parent: -1, Mount: &access.Mount{}}
	step.Entry = entry.Entry{Kind: k, State: *st, Known: entry.Stat | entry.AccessACL | entry.Attributes}
	caller := access.Caller{Subject: ident.Subject{UID: s.uid, GID: s.gid, Groups: groups}}
	search := access.Executing
	if k == mode.Directory {
		search = access.Searching
	}
	for _, a := range []struct {
		action access.Action
		right  mode.Rights
	}{{access.Reading, mode.R}, {access.Writing, mode.W}, {search, mode.X}} {
		if k == mode.Directory && a.right == mode.W {
			continue // open(2) for writing is refused whatever the bits: below
		}
		if k == mode.Directory && a.right == mode.R {
			a.action = access.Listing
		}
		if access.DecideAt(&caller, &access.Host{}, a.action, access.With{}, nil, &step).Allows() {
			all |= a.right
		}
	}
	if k == mode.Directory {
		all |= access.Rights(caller.Subject, *st, k) & mode.W
	}
	return all
}

// Propose finds groups for the patterns of a tree.
func Propose(patterns []Pattern, db *account.Database, o Options) Proposal {
	p := &proposing{db: db, options: o, subjects: subjects(db, patterns), gids: map[ident.GID]bool{}, names: map[string]bool{}}
	for _, g := range db.Groups() {
		p.gids[g.GID], p.names[g.Name] = true, true
	}
	for i := range patterns {
		p.answer.Outcomes = append(p.answer.Outcomes, p.outcome(&patterns[i]))
	}
	p.prove()
	return p.answer
}

type proposing struct {
	db       *account.Database
	options  Options
	subjects []subject
	gids     map[ident.GID]bool
	names    map[string]bool
	made     []made
	answer   Proposal
}

// made is a group of the proposal with everybody in it.
type made struct {
	Group
	all map[string]bool
}

func (p *proposing) outcome(x *Pattern) Outcome {
	out := Outcome{Pattern: *x, After: x.State}
	switch {
	case len(x.State.ACL) == 0 && len(x.State.Default) == 0:
		out.Stays = "it has no list"
	case x.Kind != mode.Directory && x.State.Mode&(mode.SetUID|mode.SetGID) != 0:
		out.Stays = "it has set-id bits: with another group it would run with other rights"
	default:
		p.replace(&out)
	}
	return out
}

// replace gives the objects a group and a mode.
func (p *proposing) replace(out *Outcome) {
	st := &out.State
	rights := make([]mode.Rights, len(p.subjects))
	for i := range p.subjects {
		rights[i] = p.subjects[i].rights(st, out.Kind, p.subjects[i].groups)
	}
	group, others, two := p.twoSets(st, rights)
	if !two && !p.options.Approximate {
		out.Stays = "more than two sets of rights besides the owner's: " + p.said(st, rights)
		return
	}
	if !two {
		group, others = p.narrow(st, rights, others)
	}
	in, outsider := p.members(st, rights, group, others)
	if outsider != "" {
		out.Stays = outsider + " has no account and cannot be in a group"
		return
	}
	after := entry.State{UID: st.UID, GID: st.GID, Flags: st.Flags, Caps: st.Caps}
	if len(in) > 0 {
		after.GID = p.group(st, in, group).GID
	}
	after.Mode = st.Mode&^0o077 | mode.Mode(group)<<3 | mode.Mode(others)
	if len(st.Default) > 0 && out.Kind == mode.Directory {
		after.Mode |= mode.SetGID
		p.answer.Inherit += out.Count
	}
	out.After = after
}

// twoSets is what strangers may, and what the one other set of rights is among those
// who are not the owner; two is false where there are more.
func (p *proposing) twoSets(st *entry.State, rights []mode.Rights) (group, others mode.Rights, two bool) {
	others = mode.Rights(st.Mode & 7)
	group, two = others, true
	for i := range p.subjects {
		if p.subjects[i].uid == st.UID || rights[i] == others {
			continue
		}
		two = two && (group == others || rights[i] == group)
		group = rights[i]
	}
	return group, others, two
}

// members is who is to be in the group: those with its rights, who are other than
// those of strangers. outsider is one of them who has no account.
func (p *proposing) members(st *entry.State, rights []mode.Rights, group, others mode.Rights) (in map[string]bool, outsider string) {
	in = map[string]bool{}
	if group == others {
		return in, ""
	}
	for i := range p.subjects {
		s := &p.subjects[i]
		if s.uid == st.UID || rights[i]&group != group || rights[i] == others {
			continue
		}
		if s.name == "" {
			return nil, s.label()
		}
		in[s.name] = true
	}
	return in, ""
}

// said says who has which rights, where these are too many.
func (p *proposing) said(st *entry.State, rights []mode.Rights) string {
	var parts []string
	of := map[mode.Rights][]string{}
	for i := range p.subjects {
		if p.subjects[i].uid != st.UID {
			of[rights[i]] = append(of[rights[i]], p.subjects[i].label())
		}
	}
	var kinds []mode.Rights
	for r := range of {
		kinds = append(kinds, r)
	}
	slices.Sort(kinds)
	slices.Reverse(kinds)
	for _, r := range kinds {
		who := of[r]
		if len(who) > 3 {
			who = append(who[:3:3], fmt.Sprintf("%d more", len(of[r])-3))
		}
		parts = append(parts, r.String()+" "+strings.Join(who, ", "))
	}
	return strings.Join(parts, "; ")
}

// narrow chooses the rights of group and others so that nobody gets more, and those
// with most to lose lose least.
func (p *proposing) narrow(st *entry.State, rights []mode.Rights, others mode.Rights) (group, rest mode.Rights) {
	best := -1
	for g := mode.Rights(0); g <= 7; g++ {
		o, kept := others, 0
		for i := range p.subjects {
			if s := &p.subjects[i]; s.uid != st.UID && (rights[i]&g != g || s.name == "") {
				o &= rights[i]
			}
		}
		for i := range p.subjects {
			s := &p.subjects[i]
			switch {
			case s.uid == st.UID:
			case s.name != "" && rights[i]&g == g && g != o:
				kept += bits(g)
			default:
				kept += bits(o & rights[i])
			}
		}
		if kept > best {
			best, group, rest = kept, g, o
		}
	}
	return group, rest
}

func bits(r mode.Rights) int { return int(r>>2&1 + r>>1&1 + r&1) }

// group is the group for these members: the one that the object has, one that its list
// names, any other that there is, or a new one. The owner may be in it or not: his own
// bits come first.
func (p *proposing) group(st *entry.State, in map[string]bool, rights mode.Rights) Group {
	candidates := []ident.GID{st.GID}
	for _, e := range st.ACL {
		if e.Tag == acl.Group {
			candidates = append(candidates, ident.GID(e.ID))
		}
	}
	for _, g := range p.db.Groups() {
		candidates = append(candidates, g.GID)
	}
	owner := p.db.UserName(st.UID)
	for _, gid := range candidates {
		if g, ok := p.db.GroupByID(gid); ok && gid != 0 && p.fits(gid, in, owner) {
			return p.use(Group{Name: g.Name, GID: gid, Members: g.Members})
		}
	}
	for _, m := range p.made {
		if same(m.all, in, owner) {
			return m.Group
		}
	}
	return p.make(in, owner, st, rights)
}

func (p *proposing) use(g Group) Group {
	if !slices.ContainsFunc(p.answer.Groups, func(x Group) bool { return x.GID == g.GID }) {
		p.answer.Groups = append(p.answer.Groups, g)
	}
	return g
}

// fits reports whether a group that there is has just these members.
func (p *proposing) fits(gid ident.GID, in map[string]bool, owner string) bool {
	all := map[string]bool{}
	for _, u := range p.db.MembersOf(gid) {
		if u.UID != 0 {
			all[u.Name] = true
		}
	}
	return same(all, in, owner)
}

// same compares members, the owner left out.
func same(a, b map[string]bool, owner string) bool {
	for name := range a {
		if name != owner && !b[name] {
			return false
		}
	}
	for name := range b {
		if name != owner && !a[name] {
			return false
		}
	}
	return true
}

// make is a new group with these members.
func (p *proposing) make(in map[string]bool, owner string, st *entry.State, rights mode.Rights) Group {
	all := map[string]bool{}
	for name := range in {
		all[name] = true
	}
	if _, listed := p.db.User(owner); listed && st.UID != 0 {
		all[owner] = true // so that objects of several owners share the group
	}
	g := Group{New: true, GID: p.freeID(), Name: p.freeName(rights)}
	for name := range all {
		g.Members = append(g.Members, name)
	}
	slices.Sort(g.Members)
	p.made = append(p.made, made{g, all})
	return p.use(g)
}

func (p *proposing) freeID() ident.GID {
	id := ident.GID(cmp.Or(p.options.Limits.GIDMin, account.DefaultLimits().GIDMin))
	for p.gids[id] {
		id++
	}
	p.gids[id] = true
	return id
}

func (p *proposing) freeName(rights mode.Rights) string {
	prefix := cmp.Or(p.options.Prefix, "acl")
	name := prefix + "-" + strings.ReplaceAll(rights.String(), "-", "")
	for n := 2; p.names[name]; n++ {
		name = fmt.Sprintf("%s-%s%d", prefix, strings.ReplaceAll(rights.String(), "-", ""), n)
	}
	p.names[name] = true
	return name
}

// prove decides everybody's access again, with the groups and modes of the proposal,
// and lists what is not as it was.
func (p *proposing) prove() {
	p.answer.Subjects = len(p.subjects)
	joined := map[string][]ident.GID{}
	for _, g := range p.answer.Groups {
		if g.New {
			for _, name := range g.Members {
				joined[name] = append(joined[name], g.GID)
			}
		}
	}
	for i := range p.answer.Outcomes {
		out := &p.answer.Outcomes[i]
		for k := range p.subjects {
			s := &p.subjects[k]
			before := s.rights(&out.State, out.Kind, s.groups)
			after := s.rights(&out.After, out.Kind, append(slices.Clone(s.groups), joined[s.name]...))
			if before != after {
				out.Differences = append(out.Differences, Difference{s.label(), before, after})
			}
		}
	}
}
