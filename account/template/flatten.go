package template

import (
	"fmt"
	"slices"
	"strings"

	"ward/account"
	"ward/notation"
)

// mostMembers bounds how many names the lists that are kept may hold in all.
const mostMembers = 64 << 20

// Flat is who is in each group of a template, whatever way he comes.
type Flat struct {
	template *Template
	base     *account.File[account.GroupEntry] // groups that the template does not name; may be nil
	nodes    []node
	index    map[string]int
	names    []string // of users, by their numbers
	numbers  map[string]int32
	stamps   []int32 // by user: the mark of the last list that has him
	mark     int32
	kept     int
	problems Problems
}

// node is a group while it is flattened.
type node struct {
	name    string
	members []Member
	sorted  bool
	state   uint8 // 0 new, 1 under way, 2 done
	list    []int32
}

// Flatten works out the members of every group of the template. A group that it
// mentions and does not define is looked for in base. Cycles and groups that are not
// there are Problems.
func Flatten(t *Template, base *account.File[account.GroupEntry]) (*Flat, error) {
	f := &Flat{template: t, base: base, index: map[string]int{}, numbers: map[string]int32{}}
	for i := range t.Groups {
		g := &t.Groups[i]
		f.index[g.Name] = len(f.nodes)
		f.nodes = append(f.nodes, node{name: g.Name, members: g.Members, sorted: g.Sorted})
	}
	f.existing()
	for i := range f.nodes {
		f.flatten(i, nil)
	}
	if err := f.problems.err(); err != nil {
		return nil, err
	}
	return f, nil
}

// existing adds the groups of the base file.
func (f *Flat) existing() {
	if f.base == nil {
		return
	}
	for l := range f.base.Records {
		if _, ok := f.index[l.Value.Name]; ok {
			continue
		}
		n := node{name: l.Value.Name}
		for _, name := range l.Value.Members {
			n.members = append(n.members, Member{Name: name, At: Position{File: f.base.Path, Line: l.Number, Column: 1}})
		}
		f.index[n.name] = len(f.nodes)
		f.nodes = append(f.nodes, n)
	}
}

// flatten makes the list of a node. from is the way to it, for the message about a
// cycle.
func (f *Flat) flatten(i int, from []int) {
	n := &f.nodes[i]
	if n.state != 0 {
		return
	}
	n.state = 1
	from = append(from, i)
	for _, m := range n.members {
		if !m.Group {
			continue
		}
		j, ok := f.index[m.Name]
		switch {
		case !ok:
			f.fail(m.At, "there is no group or metagroup @%s", m.Name)
		case f.nodes[j].state == 1:
			f.cycle(m, from, j)
		default:
			f.flatten(j, from)
		}
	}
	f.collect(n)
	n.state = 2
}

func (f *Flat) fail(at Position, format string, args ...any) {
	f.problems = append(f.problems, Problem{At: at, Message: notation.Brief(fmt.Sprintf(format, args...))})
}

// cycle says by what way a group holds itself.
func (f *Flat) cycle(m Member, from []int, to int) {
	way := from[slices.Index(from, to):]
	var names []string
	for _, i := range way {
		names = append(names, f.nodes[i].name)
	}
	const most = 12
	if len(names) > most {
		names = append(append(names[:most/2:most/2], "…"), names[len(names)-most/2:]...)
	}
	f.fail(m.At, "%s holds itself: %s", m.Name, strings.Join(append(names, m.Name), " > "))
}

// collect puts the list of a node together, from those of the nodes that it names.
func (f *Flat) collect(n *node) {
	if one := f.sole(n); one >= 0 { // the same list, kept once
		n.list = f.nodes[one].list
		return
	}
	f.mark++
	out := f.mark
	for _, m := range n.members { // who is left out is marked first
		if m.Not {
			f.each(m, func(u int32) { f.stamps[u] = out })
		}
	}
	for _, m := range n.members {
		if m.Not {
			continue
		}
		f.each(m, func(u int32) {
			if f.stamps[u] != out {
				f.stamps[u] = out
				n.list = append(n.list, u)
			}
		})
	}
	if n.sorted {
		slices.SortFunc(n.list, func(a, b int32) int { return strings.Compare(f.names[a], f.names[b]) })
	}
	if f.kept += len(n.list); f.kept > mostMembers {
		if f.kept-len(n.list) <= mostMembers {
			f.fail(Position{File: f.template.Files[0], Line: 1, Column: 1}, "the groups hold more than %d names in all", mostMembers)
		}
		n.list = nil
	}
}

// sole is the node that a node is only another name for, or -1.
func (f *Flat) sole(n *node) int {
	if len(n.members) != 1 || !n.members[0].Group || n.members[0].Not || n.sorted {
		return -1
	}
	if j, ok := f.index[n.members[0].Name]; ok && f.nodes[j].state == 2 {
		return j
	}
	return -1
}

// each yields the users whom a member means.
func (f *Flat) each(m Member, yield func(int32)) {
	if !m.Group {
		yield(f.number(m.Name))
		return
	}
	if j, ok := f.index[m.Name]; ok {
		for _, u := range f.nodes[j].list {
			yield(u)
		}
	}
}

func (f *Flat) number(name string) int32 {
	n, ok := f.numbers[name]
	if !ok {
		n = int32(len(f.names))
		f.numbers[name] = n
		f.names = append(f.names, name)
		f.stamps = append(f.stamps, 0)
	}
	return n
}

// Members is who is in a group or metagroup, in the order of its line; ok tells that
// it is there.
func (f *Flat) Members(group string) (names []string, ok bool) {
	i, ok := f.index[group]
	if !ok {
		return nil, false
	}
	names = make([]string, len(f.nodes[i].list))
	for k, u := range f.nodes[i].list {
		names[k] = f.names[u]
	}
	return names, true
}

// Direct is what a group or metagroup names itself: for a group of the base file, its
// members.
func (f *Flat) Direct(group string) []Member {
	if i, ok := f.index[group]; ok {
		return f.nodes[i].members
	}
	return nil
}

// Groups lists the names of all groups and metagroups: those of the template, then
// those of the base file alone.
func (f *Flat) Groups() []string {
	names := make([]string, len(f.nodes))
	for i := range f.nodes {
		names[i] = f.nodes[i].name
	}
	return names
}
