package app

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ward/account"
	"ward/entry"
	"ward/ident"
	"ward/mode"
	"ward/plan"
)

func change(path string, before, after mode.Mode, rules ...int) *plan.Change {
	return &plan.Change{Path: path, Kind: mode.Regular, Before: entry.State{Mode: before}, After: entry.State{Mode: after}, Rules: rules}
}

// Changes that do the same are counted together, over all workers.
func TestGroupsAddUp(t *testing.T) {
	workers := []*groups{{}, {}}
	for i, c := range []*plan.Change{
		change("b", 0o666, 0o644, 1), change("c", 0o666, 0o600, 2), change("a", 0o666, 0o644, 1),
		change("d", 0o666, 0o644, 1, 2), change("e", 0o666, 0o644, 1),
	} {
		g := workers[i%2]
		set, n := g.rules.of(c.Rules, 0)
		c.Rules = set
		g.add(c, n)
	}
	type row struct {
		Rules []int
		Count int64
		First []string
	}
	var got []row
	for _, x := range sumGroups(workers, account.New(nil, nil), make([]plan.RuleRef, 3)) {
		got = append(got, row{x.Rules, x.Count, x.First})
		if len(x.Loses) == 0 {
			t.Errorf("nobody loses by %v", x)
		}
	}
	want := []row{{[]int{1}, 3, []string{"a", "b", "e"}}, {[]int{1, 2}, 1, []string{"d"}}, {[]int{2}, 1, []string{"c"}}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// A person reads from the top: the gravest is there, then what changes most.
func TestGravestChangesComeFirst(t *testing.T) {
	var g groups
	for _, c := range []*plan.Change{
		change("a", 0o666, 0o644, 0), change("b", 0o666, 0o644, 1), change("c", 0o666, 0o600, 1), change("d", 0o666, 0o600, 1),
		change("e", 0o666, 0o644, 2), change("f", 0o666, 0o644, 0, 3), change("g", 0o660, 0o644, 4), change("h", 0o666, 0o644, 4),
	} {
		set, n := g.rules.of(c.Rules, 0)
		c.Rules = set
		g.add(c, n)
	}
	rules := []plan.RuleRef{{Severity: "note"}, {Severity: "warning"}, {Severity: "error"}, {Severity: "critical"}, {Severity: "warning"}}
	var got []string
	for _, x := range sumGroups([]*groups{&g}, account.New(nil, nil), rules) {
		got = append(got, fmt.Sprint(x.Rules, x.First))
	}
	want := []string{"[0 3] [f]", "[2] [e]", "[1] [c d]", "[1] [b]", "[4] [g]", "[4] [h]", "[0] [a]"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestRuleSetsAreShared(t *testing.T) {
	var s ruleSets
	a, na := s.of([]int{0, 2}, 5)
	b, nb := s.of([]int{1}, 5)
	again, n := s.of([]int{0, 2}, 5)
	if !slices.Equal(a, []int{5, 7}) || !slices.Equal(b, []int{6}) || na == nb || n != na || &again[0] != &a[0] {
		t.Errorf("%v %d, %v %d, %v %d", a, na, b, nb, again, n)
	}
}

// A plan in which no two changes are alike stays small, and loses none of them.
func TestGroupsAreBounded(t *testing.T) {
	var g groups
	set, n := g.rules.of([]int{0}, 0)
	const changes = 3 * maxGroups
	for i := range changes {
		c := change("x", 0o644, 0o600, set...)
		c.Rules, c.Before.UID = set, ident.UID(i)
		g.add(c, n)
	}
	var total int64
	for _, x := range g.counts {
		total += x.Count
	}
	if len(g.counts) > maxGroups+1 || total != changes {
		t.Errorf("%d groups of %d changes", len(g.counts), total)
	}
}
