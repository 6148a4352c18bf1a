package template

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"ward/account"
	"ward/ident"
)

// Proposal says how a template is made of a file.
type Proposal struct {
	OwnsAll bool // the template names everything: own all

	// Smallest is how many members a group must have to be named in another one: two
	// groups of the same two people are seldom meant to be one. 0: 3.
	Smallest int
}

// mostPairs bounds the search for groups within groups.
const mostPairs = 50_000_000

// Decompile proposes a template for a group file: groups whose members are all in
// another group are named there. Compiled into the same files it changes nothing. What
// a template cannot say is left out, with a comment, and so stays as it is. The error
// of a file with lines that cannot be read is Problems.
func Decompile(group account.File[account.GroupEntry], shadow *account.File[account.GroupShadow], p Proposal) (string, error) {
	d := &decompiling{group: group, smallest: p.Smallest, count: map[string]int{}, gids: map[ident.GID]string{}, admins: map[string][]string{}}
	if d.smallest == 0 {
		d.smallest = 3
	}
	if err := d.readable(); err != nil {
		return "", err
	}
	if shadow != nil {
		for l := range shadow.Records {
			d.admins[l.Value.Name] = l.Value.Admins
		}
	}
	d.find()
	d.writeAll(p)
	return d.out.String(), nil
}

type decompiling struct {
	group    account.File[account.GroupEntry]
	smallest int
	count    map[string]int // lines of each name
	gids     map[ident.GID]string
	admins   map[string][]string
	groups   []*account.Line[account.GroupEntry] // that the template names
	within   [][]int32                           // by group: those that are wholly in it
	out      strings.Builder
}

func (d *decompiling) readable() error {
	var problems Problems
	for _, l := range d.group.Lines {
		at := Position{File: d.group.Path, Line: l.Number, Column: 1}
		if l.Kind == account.Broken && !problems.full(at) {
			problems = append(problems, Problem{at, l.Problem, "mend the line first: ward groups check says what is wrong"})
		}
	}
	for l := range d.group.Records {
		d.count[l.Value.Name]++
	}
	return problems.err()
}

// unsayable is why a template cannot have a line; "" if it can.
func (d *decompiling) unsayable(l *account.Line[account.GroupEntry]) string {
	e := &l.Value
	if d.count[e.Name] > 1 {
		return "the group has several lines"
	}
	if why := account.NameProblem(e.Name); why != "" {
		return "its name: " + why
	}
	seen := make(map[string]bool, len(e.Members))
	for _, name := range e.Members {
		switch why := account.NameProblem(name); {
		case why != "":
			return fmt.Sprintf("the member %q: %s", name, why)
		case seen[name]:
			return "it names " + name + " twice"
		}
		seen[name] = true
	}
	return ""
}

// find looks which groups lie wholly within others.
func (d *decompiling) find() {
	for l := range d.group.Records {
		if d.unsayable(l) == "" {
			d.groups = append(d.groups, l)
		}
	}
	d.within = make([][]int32, len(d.groups))
	in := d.largeGroups()
	common := make([]int, len(d.groups))
	pairs := 0
	for i, l := range d.groups {
		met := meet(l.Value.Members, in, common)
		for _, j := range met {
			pairs += common[j]
			size := len(d.groups[j].Value.Members)
			if common[j] == size && (size < len(l.Value.Members) || int(j) < i) {
				d.within[i] = append(d.within[i], j)
			}
			common[j] = 0
		}
		if pairs > mostPairs {
			break // the rest is proposed without nesting
		}
		slices.SortStableFunc(d.within[i], func(a, b int32) int {
			return len(d.groups[b].Value.Members) - len(d.groups[a].Value.Members)
		})
	}
}

// largeGroups is, by user, the groups that have enough members to be named in another.
func (d *decompiling) largeGroups() map[string][]int32 {
	in := map[string][]int32{}
	for i, l := range d.groups {
		if len(l.Value.Members) < d.smallest {
			continue
		}
		for _, name := range l.Value.Members {
			in[name] = append(in[name], int32(i))
		}
	}
	return in
}

// meet counts in common how many of the members each group has, and lists the groups
// that have any.
func meet(members []string, in map[string][]int32, common []int) (met []int32) {
	for _, name := range members {
		for _, j := range in[name] {
			if common[j] == 0 {
				met = append(met, j)
			}
			common[j]++
		}
	}
	return met
}

func (d *decompiling) writeAll(p Proposal) {
	d.out.WriteString("# Groups, as ward groups decompile proposes them from " + d.group.Path + ".\n# @group stands for the members of a group: look whether each is meant so.\n")
	if p.OwnsAll {
		d.out.WriteString("own all\n")
	}
	longest := 0
	for _, l := range d.groups {
		longest = max(longest, len(l.Text()))
	}
	if longest > DefaultLongest {
		fmt.Fprintf(&d.out, "limit line %d\n", longest)
	}
	next := 0
	for i := range d.group.Lines {
		l := &d.group.Lines[i]
		switch {
		case l.Kind == account.Blank:
			d.out.WriteByte('\n')
		case l.Kind == account.Comment:
			d.out.WriteString(strings.TrimSpace(l.Text()) + "\n")
		case l.Kind == account.Include:
			fmt.Fprintf(&d.out, "# line %d includes groups of another source, and stays in the file\n", l.Number)
		case next < len(d.groups) && d.groups[next] == l:
			d.write(next)
			next++
		default:
			fmt.Fprintf(&d.out, "# line %d, %q, stays as it is: %s\n", l.Number, l.Value.Name, d.unsayable(l))
		}
	}
}

// write adds the line of one group.
func (d *decompiling) write(i int) {
	e := &d.groups[i].Value
	fmt.Fprintf(&d.out, "group %s %d", spelled(e.Name), e.GID)
	if _, taken := d.gids[e.GID]; taken {
		d.out.WriteString(" shares-id")
	}
	d.gids[e.GID] = e.Name
	if e.Password != "x" && harmless(e.Password) {
		d.out.WriteString(" password(" + e.Password + ")")
	}
	if admins := d.admins[e.Name]; len(admins) > 0 && !slices.ContainsFunc(admins, func(n string) bool { return account.NameProblem(n) != "" }) {
		d.out.WriteString(" admins(" + strings.Join(spelledAll(admins), " ") + ")")
	}
	words, sorted := d.cover(i)
	if sorted {
		d.out.WriteString(" sorted")
	}
	d.out.WriteString(" =")
	column := 0
	for _, w := range words {
		if column > longestProposed {
			d.out.WriteString(" \\\n   ")
			column = 0
		}
		d.out.WriteString(" " + w)
		column += len(w) + 1
	}
	d.out.WriteByte('\n')
}

// longestProposed is about how many bytes of members stand in a line.
const longestProposed = 72

// cover says a list of members with as few words as it finds: first so that the order
// of the line comes out by itself, then, for a line in order, by sorting.
func (d *decompiling) cover(i int) (words []string, sorted bool) {
	members := d.groups[i].Value.Members
	plain := d.inTurn(i)
	if len(d.within[i]) == 0 || len(plain) == 1 || !slices.IsSorted(members) {
		return plain, false
	}
	if by := d.inAnyOrder(i); len(by) < len(plain) {
		return by, true
	}
	return plain, false
}

// inTurn takes a group where its members, those left out who were met, come next in
// this very order.
func (d *decompiling) inTurn(i int) (words []string) {
	members := d.groups[i].Value.Members
	place := make(map[string]int, len(members))
	for k, name := range members {
		place[name] = k
	}
	for k := 0; k < len(members); {
		if at, n := d.next(i, place, k); at >= 0 {
			words = append(words, "@"+spelled(d.groups[at].Value.Name))
			k += n
			continue
		}
		words = append(words, spelled(members[k]))
		k++
	}
	return words
}

// next is a group whose members that come at k or later are those from k on, in
// order; n is how many.
func (d *decompiling) next(i int, place map[string]int, k int) (at, n int) {
	for _, j := range d.within[i] {
		n, fits := 0, true
		for _, name := range d.groups[j].Value.Members {
			if p := place[name]; p >= k {
				fits = fits && p == k+n
				n++
			}
		}
		if fits && n > 1 {
			return int(j), n
		}
	}
	return -1, 0
}

// inAnyOrder takes the groups that bring the most new members.
func (d *decompiling) inAnyOrder(i int) (words []string) {
	members := d.groups[i].Value.Members
	met := make(map[string]bool, len(members))
	for _, j := range d.within[i] {
		list := d.groups[j].Value.Members
		if fresh := len(without(list, keys(met))); fresh < 2 {
			continue
		}
		words = append(words, "@"+spelled(d.groups[j].Value.Name))
		for _, name := range list {
			met[name] = true
		}
	}
	for _, name := range members {
		if !met[name] {
			words = append(words, spelled(name))
		}
	}
	return words
}

func keys(m map[string]bool) (names []string) {
	for name := range m {
		names = append(names, name)
	}
	return names
}

func spelledAll(names []string) (all []string) {
	for _, n := range names {
		all = append(all, spelled(n))
	}
	return all
}

// spelled is a name as a template has it.
func spelled(name string) string {
	for i := range len(name) {
		if c := name[i]; !nameByte(c) && c != '.' && c != '-' {
			return `"` + name + `"`
		}
	}
	if _, err := strconv.Atoi(name[:1]); err == nil {
		return `"` + name + `"`
	}
	return name
}
