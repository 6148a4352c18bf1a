package app

import (
	"cmp"
	"encoding/binary"
	"slices"
	"strings"

	"ward/access"
	"ward/account"
	"ward/entry"
	"ward/finding"
	"ward/mode"
	"ward/plan"
)

// Group is changes of the same rules that do the same.
type Group struct {
	Rules         []int // indices into Header.Rules
	Kind          mode.Kind
	Before, After entry.State
	Count         int64
	First         []string   // the first paths, at most shownOfGroup
	Gains, Loses  []string   // who may do more, and less, afterwards, in words
	Follows       *mode.Mode // that a server makes of the list of NFS 4 afterwards, where it is another and no rule wants one
}

// shownOfGroup is how many paths of a group are kept.
const shownOfGroup = 5

// groups counts changes by what they do, for one worker. A plan of a million
// changes has a few dozen groups.
type groups struct {
	rules  ruleSets
	counts map[groupKey]*Group
	last   groupKey
	at     *Group
}

// groupKey is everything that tells two groups apart.
type groupKey struct {
	rules         int // of ruleSets
	kind          mode.Kind
	before, after plainState
	rest          string // lists and capabilities, where there are any
}

type plainState struct {
	mode     mode.Mode
	uid, gid uint32
	flags    entry.Flags
}

func plainOf(s *entry.State) plainState {
	return plainState{s.Mode, uint32(s.UID), uint32(s.GID), s.Flags}
}

// maxGroups bounds the memory of a plan in which no two changes are alike: what
// comes after is counted with the first group of its rules.
const maxGroups = 4096

func (g *groups) add(c *plan.Change, rules int) {
	k := groupKey{rules: rules, kind: c.Kind, before: plainOf(&c.Before), after: plainOf(&c.After)}
	if len(c.Before.ACL)+len(c.After.ACL)+len(c.Before.Default)+len(c.After.Default)+len(c.Before.Caps)+len(c.After.Caps)+
		len(c.Before.NFS4)+len(c.After.NFS4)+len(c.Before.DOS)+len(c.After.DOS) > 0 {
		k.rest = string(appendState(appendState(nil, &c.Before), &c.After))
	}
	if g.at == nil || k != g.last {
		g.at, g.last = g.group(k, c), k
	}
	g.at.count(c.Path)
}

func (g *groups) group(k groupKey, c *plan.Change) *Group {
	if x := g.counts[k]; x != nil {
		return x
	}
	if g.counts == nil {
		g.counts = map[groupKey]*Group{}
	}
	if len(g.counts) >= maxGroups {
		k = groupKey{rules: k.rules, kind: c.Kind}
		if x := g.counts[k]; x != nil {
			return x
		}
	}
	n := c.Clone()
	x := &Group{Rules: n.Rules, Kind: n.Kind, Before: n.Before, After: n.After}
	g.counts[k] = x
	return x
}

func (x *Group) count(path string) {
	x.Count++
	x.first(path)
}

func (x *Group) first(path string) {
	if len(x.First) == shownOfGroup && path >= x.First[shownOfGroup-1] {
		return
	}
	at, _ := slices.BinarySearch(x.First, path)
	x.First = slices.Insert(x.First, at, strings.Clone(path))
	x.First = x.First[:min(len(x.First), shownOfGroup)]
}

// sumGroups merges what several workers counted, and works out who gains and who
// loses. Groups of the same rules stay together: the gravest first, then those that
// change most.
func sumGroups(all []*groups, db *account.Database, rules []plan.RuleRef) []Group {
	list := mergeGroups(all)
	for i := range list {
		x := &list[i]
		shift := access.Compare(x.Before, x.After, x.Kind, db)
		x.Gains, x.Loses = shift.Gains(), shift.Loses()
		x.addList()
	}
	totals := map[string]int64{}
	for i := range list {
		totals[ruleKey(list[i].Rules)] += list[i].Count
	}
	slices.SortFunc(list, func(a, b Group) int {
		return cmp.Or(
			cmp.Compare(gravest(rules, b.Rules), gravest(rules, a.Rules)),
			cmp.Compare(totals[ruleKey(b.Rules)], totals[ruleKey(a.Rules)]),
			slices.Compare(a.Rules, b.Rules),
			cmp.Compare(b.Count, a.Count),
			strings.Compare(a.First[0], b.First[0]))
	})
	return list
}

// gravest is the gravest severity of some rules.
func gravest(all []plan.RuleRef, rules []int) (s finding.Severity) {
	for _, r := range rules {
		if r < len(all) {
			own, _ := finding.ParseSeverity(all[r].Severity) // the least, where none is named
			s = max(s, own)
		}
	}
	return s
}

func mergeGroups(all []*groups) []Group {
	merged := map[string]*Group{}
	for _, g := range all {
		for _, x := range g.counts {
			k := x.key()
			if m := merged[k]; m != nil {
				m.Count += x.Count
				for _, path := range x.First {
					m.first(path)
				}
				continue
			}
			merged[k] = x
		}
	}
	list := make([]Group, 0, len(merged))
	for _, x := range merged {
		list = append(list, *x)
	}
	return list
}

func (x *Group) key() string {
	b := []byte{byte(x.Kind)}
	b = appendState(appendState(b, &x.Before), &x.After)
	return string(b) + ruleKey(x.Rules)
}

func ruleKey(rules []int) string {
	var b []byte
	for _, r := range rules {
		b = binary.AppendUvarint(b, uint64(r))
	}
	return string(b)
}

// ruleSets gives equal sets of rules one slice and one number.
type ruleSets struct {
	numbers map[string]int
	sets    [][]int
	last    int
	bytes   []byte
}

// of is the set of some rules of a policy whose first rule has the number start.
// The slice is for ever and not to be changed.
func (s *ruleSets) of(rules []int, start int) (set []int, number int) {
	if len(s.sets) > 0 && sameRules(s.sets[s.last], rules, start) {
		return s.sets[s.last], s.last
	}
	s.bytes = s.bytes[:0]
	for _, r := range rules {
		s.bytes = binary.AppendUvarint(s.bytes, uint64(r+start))
	}
	n, ok := s.numbers[string(s.bytes)]
	if !ok {
		n = s.add(rules, start)
	}
	s.last = n
	return s.sets[n], n
}

func (s *ruleSets) add(rules []int, start int) int {
	if s.numbers == nil {
		s.numbers = map[string]int{}
	}
	set := make([]int, len(rules))
	for i, r := range rules {
		set[i] = r + start
	}
	s.sets = append(s.sets, set)
	s.numbers[string(s.bytes)] = len(s.sets) - 1
	return len(s.sets) - 1
}

func sameRules(set, rules []int, start int) bool {
	if len(set) != len(rules) {
		return false
	}
	for i := range set {
		if set[i] != rules[i]+start {
			return false
		}
	}
	return true
}
