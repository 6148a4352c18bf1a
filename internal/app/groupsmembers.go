package app

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"ward/account"
	"ward/account/template"
	"ward/ident"
	"ward/internal/host/accounts"
)

// GroupsRequest asks about who is in what.
type GroupsRequest struct {
	Root     string // of the system's tree; "" or "/": the running one
	Template string // file of nested groups; "": the group file alone
}

// groupsView is the groups of a system, with the template that they come from.
type groupsView struct {
	*accountFacts
	flat     *template.Flat
	template *template.Template // nil: none was named
}

func viewGroups(ctx context.Context, q GroupsRequest) (*groupsView, error) {
	root, err := systemRoot(q.Root)
	if err != nil {
		return nil, err
	}
	v := &groupsView{accountFacts: &accountFacts{root: root, options: lookupIn(root)}}
	v.system.Root = root
	if err := v.files(); err != nil {
		return nil, err
	}
	v.databases()
	v.powers()
	v.sudo()
	t := &template.Template{}
	if q.Template != "" {
		if t, err = loadTemplate(ctx, q.Template); err != nil {
			return nil, err
		}
		v.template = t
	}
	v.flat, err = template.Flatten(t, &v.system.Groups)
	return v, asPolicyError(err)
}

// Membership is one user of a group, with how he comes into it.
type Membership struct {
	User    string
	UID     ident.UID // ident.NoUID: the files have no such user
	Primary bool      // it is his primary group
	InFile  bool      // the group file names him, or it is his primary group
	Way     []string  // by the template: the groups and metagroups on the way, from the group itself
}

// GroupMembers is who is in a group.
type GroupMembers struct {
	Name      string
	GID       ident.GID
	Meta      bool // of the template alone
	Members   []Membership
	Equals    string // why its members are as good as root; ""
	Compiled  bool   // the file has what the template says; true where there is none
	Elsewhere bool   // other sources than the files may have more members
}

// GroupsWho lists who is in a group, through groups within groups where a template
// has them.
func GroupsWho(ctx context.Context, q GroupsRequest, name string) (*GroupMembers, error) {
	v, err := viewGroups(ctx, q)
	if err != nil {
		return nil, err
	}
	g := &GroupMembers{Name: name, Compiled: true, Elsewhere: v.elsewhere("group")}
	entry, there := v.db.Group(name)
	planned, inTemplate := v.plan(name)
	if !there && !inTemplate {
		return nil, v.noGroup(name)
	}
	g.GID, g.Meta = entry.GID, !there
	if there {
		for _, u := range v.db.MembersOf(entry.GID) {
			g.Members = append(g.Members, Membership{User: u.Name, UID: u.UID, Primary: u.UID != ident.NoUID && u.GID == entry.GID, InFile: true})
		}
		g.Equals = v.equals(entry.GID, name)
	}
	if inTemplate {
		v.addPlanned(g, planned)
		g.Compiled = g.Meta || sameNames(planned, entry.Members)
	}
	slices.SortStableFunc(g.Members, func(a, b Membership) int { return strings.Compare(a.User, b.User) })
	return g, nil
}

// addPlanned adds who is in the group by the template, with his way.
func (v *groupsView) addPlanned(g *GroupMembers, planned []string) {
	at := make(map[string]int, len(g.Members))
	for i, m := range g.Members {
		at[m.User] = i
	}
	for _, user := range planned {
		way := v.way(g.Name, user)
		if i, ok := at[user]; ok {
			g.Members[i].Way = way
			continue
		}
		m := Membership{User: user, UID: ident.NoUID, Way: way}
		if u, ok := v.db.User(user); ok {
			m.UID = u.UID
		}
		g.Members = append(g.Members, m)
	}
}

func sameNames(a, b []string) bool {
	a, b = slices.Clone(a), slices.Clone(b)
	slices.Sort(a)
	slices.Sort(b)
	return slices.Equal(a, b)
}

// plan is who is in a group by the template.
func (v *groupsView) plan(name string) ([]string, bool) {
	if v.template == nil || v.template.Find(name) == nil {
		return nil, false
	}
	return v.flat.Members(name)
}

func (v *groupsView) elsewhere(database string) bool {
	return slices.ContainsFunc(v.system.Switch.Sources(database), func(s string) bool {
		return s != "files" && s != "compat" && s != "systemd"
	})
}

func (v *groupsView) noGroup(name string) error {
	var names []string
	for _, n := range v.flat.Groups() {
		if strings.Contains(n, name) || strings.Contains(name, n) {
			names = append(names, n)
		}
	}
	e := &RequestError{Problem: fmt.Sprintf("there is no group %q", name), Hint: "getent group lists those of this machine"}
	if len(names) > 0 && len(names) < 6 {
		e.Hint = "did you mean " + strings.Join(names, " or ") + "?"
	}
	return e
}

// way is the shortest way from a group to a user: the groups through which he is in it.
func (v *groupsView) way(group, user string) []string {
	type step struct {
		name string
		from int
	}
	queue := []step{{group, -1}}
	seen := map[string]bool{group: true}
	for i := 0; i < len(queue); i++ {
		for _, m := range v.flat.Direct(queue[i].name) {
			switch {
			case m.Not:
			case !m.Group && m.Name == user:
				var way []string
				for k := i; k >= 0; k = queue[k].from {
					way = append(way, queue[k].name)
				}
				slices.Reverse(way)
				return way
			case m.Group && !seen[m.Name]:
				seen[m.Name] = true
				queue = append(queue, step{m.Name, i})
			}
		}
	}
	return nil
}

// equals says why the members of a group are as good as root; "" if they are not.
func (v *groupsView) equals(gid ident.GID, name string) string {
	for _, p := range v.system.Powers {
		if p.GID == gid && gid != 0 {
			return fmt.Sprintf("it can open %s: %s", p.Path, p.Why)
		}
	}
	for _, s := range v.system.Sudo {
		if s.Group == name || s.Group == fmt.Sprintf("#%d", gid) {
			return fmt.Sprintf("line %d of %s lets it run everything", s.Line, s.File)
		}
	}
	return ""
}

// UserGroups is the groups of a user.
type UserGroups struct {
	User      account.User
	Groups    []UserGroup // the primary one first, then by id
	Elsewhere bool        // other sources than the files may have more
	Asked     bool        // they were asked
	Silent    error       // why they did not answer
}

// UserGroup is one of them.
type UserGroup struct {
	Name    string
	GID     ident.GID
	Primary bool
	InFile  bool     // by the group file, or as the primary one
	Remote  bool     // another source than the files says so
	Way     []string // by the template
	Meta    bool     // of the template alone
	Equals  string   // why it is as good as root
}

// GroupsOf lists the groups of a user: of the files, of the template's metagroups, and
// of the other sources of accounts where the system has some.
func GroupsOf(ctx context.Context, q GroupsRequest, name string) (*UserGroups, error) {
	v, err := viewGroups(ctx, q)
	if err != nil {
		return nil, err
	}
	a := &UserGroups{Elsewhere: v.elsewhere("group") || v.elsewhere("passwd")}
	user, ok := v.db.User(name)
	if !ok && a.Elsewhere && isRunning(v.root) {
		if ask := accounts.Beyond().User; ask != nil {
			var answer account.Answer
			user, answer = ask(name)
			ok = answer == account.Yes
		}
	}
	if !ok {
		return nil, &RequestError{Problem: fmt.Sprintf("there is no user %q", name), Hint: "getent passwd lists those of this machine"}
	}
	a.User = user
	v.groupsOf(a)
	if a.Elsewhere && isRunning(v.root) {
		v.remoteGroups(a)
	}
	slices.SortStableFunc(a.Groups, func(x, y UserGroup) int {
		switch {
		case x.Primary != y.Primary && x.Primary:
			return -1
		case x.Primary != y.Primary:
			return 1
		case x.Meta != y.Meta && y.Meta:
			return -1
		case x.Meta != y.Meta:
			return 1
		}
		return int(int64(x.GID) - int64(y.GID))
	})
	return a, nil
}

func (v *groupsView) groupsOf(a *UserGroups) {
	user := a.User
	primary := UserGroup{Name: v.db.GroupName(user.GID), GID: user.GID, Primary: true, InFile: true}
	primary.Equals = v.equals(user.GID, primary.Name)
	a.Groups = append(a.Groups, primary)
	for _, gid := range v.db.GroupsOf(user.Name) {
		if !slices.ContainsFunc(a.Groups, func(g UserGroup) bool { return g.GID == gid && !g.Meta }) {
			name := v.db.GroupName(gid)
			a.Groups = append(a.Groups, UserGroup{Name: name, GID: gid, InFile: true, Equals: v.equals(gid, name)})
		}
	}
	if v.template == nil {
		return
	}
	for i := range v.template.Groups {
		t := &v.template.Groups[i]
		way := v.way(t.Name, user.Name)
		members, _ := v.flat.Members(t.Name)
		if way == nil || !slices.Contains(members, user.Name) {
			continue
		}
		if k := slices.IndexFunc(a.Groups, func(g UserGroup) bool { return g.Name == t.Name }); k >= 0 {
			a.Groups[k].Way = way
			continue
		}
		g := UserGroup{Name: t.Name, GID: t.GID, Meta: t.Meta, Way: way}
		if there, ok := v.db.Group(t.Name); ok {
			g.GID = there.GID
		}
		a.Groups = append(a.Groups, g)
	}
}

// remoteGroups adds what the name service says beyond the files.
func (v *groupsView) remoteGroups(a *UserGroups) {
	gids, asked, err := accounts.InitGroups(a.User.Name)
	a.Asked, a.Silent = asked, err
	for _, gid := range gids {
		if slices.ContainsFunc(a.Groups, func(g UserGroup) bool { return g.GID == gid && !g.Meta }) {
			continue
		}
		name := fmt.Sprint(gid)
		if ask := accounts.Beyond().Group; ask != nil {
			if g, answer := ask(name); answer == account.Yes {
				name = g.Name
			}
		}
		a.Groups = append(a.Groups, UserGroup{Name: name, GID: gid, Remote: true, Equals: v.equals(gid, name)})
	}
}

// GroupGraph is groups and what they hold.
type GroupGraph struct {
	Nodes   []GroupNode
	Guessed bool // that a group holds another is a guess: no template says so
}

// GroupNode is a group of a graph.
type GroupNode struct {
	Name   string
	GID    ident.GID
	Meta   bool
	Users  []string // whom it names itself
	Out    []string // whom it leaves out, with @ before groups
	Holds  []int    // groups within it, by their position
	Total  int      // everybody in it, the users whose primary group it is left out
	Equals string   // why it is as good as root
}

// GroupsGraph is the groups of a system as a graph. only are names whose part of it is
// wanted: they, and what they hold; nil is all that have members, or, with everything,
// all that there are.
func GroupsGraph(ctx context.Context, q GroupsRequest, only []string, everything bool) (*GroupGraph, error) {
	v, err := viewGroups(ctx, q)
	if err != nil {
		return nil, err
	}
	g := &GroupGraph{}
	if v.template == nil {
		g.Guessed = true
		if err := v.guess(); err != nil {
			return nil, err
		}
	}
	wanted, err := v.wantedNodes(only, everything)
	if err != nil {
		return nil, err
	}
	index := map[string]int{}
	for _, name := range wanted {
		index[name] = len(g.Nodes)
		g.Nodes = append(g.Nodes, v.node(name))
	}
	for i, name := range wanted {
		for _, m := range v.flat.Direct(name) {
			if j, ok := index[m.Name]; ok && m.Group && !m.Not {
				g.Nodes[i].Holds = append(g.Nodes[i].Holds, j)
			}
		}
	}
	return g, nil
}

// guess takes the nesting that a template would be proposed with.
func (v *groupsView) guess() error {
	text, err := template.Decompile(v.system.Groups, nil, template.Proposal{})
	if err != nil {
		return asPolicyError(err)
	}
	t, err := template.Parse("the groups", func(string) ([]byte, error) { return []byte(text), nil })
	if err == nil {
		v.flat, err = template.Flatten(t, &v.system.Groups)
	}
	return asPolicyError(err)
}

func (v *groupsView) wantedNodes(only []string, everything bool) (wanted []string, err error) {
	all := v.flat.Groups()
	seen := map[string]bool{}
	var add func(name string)
	add = func(name string) {
		if seen[name] || !slices.Contains(all, name) {
			return
		}
		seen[name] = true
		wanted = append(wanted, name)
		for _, m := range v.flat.Direct(name) {
			if m.Group && !m.Not {
				add(m.Name)
			}
		}
	}
	for _, name := range only {
		if !slices.Contains(all, name) {
			return nil, v.noGroup(name)
		}
		add(name)
	}
	if len(only) > 0 {
		return wanted, nil
	}
	for _, name := range all {
		if everything || len(v.flat.Direct(name)) > 0 {
			wanted = append(wanted, name)
		}
	}
	return wanted, nil
}

func (v *groupsView) node(name string) GroupNode {
	n := GroupNode{Name: name, Meta: true}
	if g, ok := v.db.Group(name); ok {
		n.GID, n.Meta, n.Equals = g.GID, false, v.equals(g.GID, name)
	} else if v.template != nil {
		if t := v.template.Find(name); t != nil && !t.Meta {
			n.GID, n.Meta = t.GID, false
		}
	}
	for _, m := range v.flat.Direct(name) {
		switch {
		case m.Not && m.Group:
			n.Out = append(n.Out, "@"+m.Name)
		case m.Not:
			n.Out = append(n.Out, m.Name)
		case !m.Group:
			n.Users = append(n.Users, m.Name)
		}
	}
	members, _ := v.flat.Members(name)
	n.Total = len(members)
	return n
}
