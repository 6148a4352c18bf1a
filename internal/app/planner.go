package app

import (
	"cmp"
	"slices"
	"strings"

	"ward/entry"
	"ward/mode"
	"ward/plan"
	"ward/policy"
)

// PlanOptions says what of the out-of-the-ordinary a plan may take. Its zero value
// refuses all of it.
type PlanOptions struct {
	Also              []string // rules with fix: ask that were answered yes, by id
	AllowSystem       []string // directories of the system that may be changed, by exact path
	AllowOutsideLinks bool     // files that have names outside the tree as well
	AllowOverlayLinks bool     // one name of several on overlayfs, which parts it from the others
}

// Refused is what a plan leaves alone although a rule wants it changed: the first
// of them, and how many there are.
type Refused struct {
	First []plan.Refusal // at most MaxUnseen, in the order of their paths
	Count int64
}

func (r *Refused) add(x plan.Refusal) {
	r.Count++
	if len(r.First) < MaxUnseen {
		r.First = append(r.First, x)
	}
}

func (r *Refused) merge(o *Refused) {
	r.Count += o.Count
	r.First = append(r.First, o.First...)
	slices.SortStableFunc(r.First, func(a, b plan.Refusal) int { return cmp.Compare(a.Path, b.Path) })
	r.First = r.First[:min(len(r.First), MaxUnseen)]
}

// sink takes the changes of one worker. A change is valid until add returns, but
// for its rules, which stay.
type sink interface {
	add(c *plan.Change) error
	flush() error
}

// planner makes changes of what the policies decide, for one worker.
type planner struct {
	visitor *visitor
	differs []*plan.Differ // by policy
	sink    sink
	changes int64
	groups  groups
	asked   []int64 // by rule: what was left alone because it asks
	links   plan.Links
	linked  map[object]bool // objects with several names, one of which counts
	refused Refused
	err     error // of the sink
}

type object struct{ device, inode uint64 }

func objectOf(id entry.Identity) object { return object{id.Device, id.Inode} }

func newPlanner(v *visitor, o plan.Options, also []bool, out sink) *planner {
	b := v.walk.book
	p := &planner{visitor: v, sink: out, asked: make([]int64, len(b.rules)), linked: map[object]bool{}}
	for i, w := range v.workers {
		p.differs = append(p.differs, plan.NewDiffer(v.walk.root, w, b.taken(i, also), o))
	}
	return p
}

// taken is the rules of a policy with fix: never for those that do not count, and
// auto for those that ask and were answered yes.
func (b *rulebook) taken(policyNumber int, also []bool) []policy.Rule {
	rules := b.policies[policyNumber].Rules()
	for i := range rules {
		switch n := b.starts[policyNumber] + i; {
		case !b.chosen[n]:
			rules[i].Fix = policy.Never
		case also[n] && rules[i].Fix == policy.Ask:
			rules[i].Fix = policy.Auto
		}
	}
	return rules
}

// entry implements judged.
func (p *planner) entry(e *entry.Entry, outcomes []policy.Outcome) entry.Facts {
	several := plan.Several(e)
	path := e.Path()
	counts := p.visitor.walk.book.matches(path, e.Kind == mode.Directory)
	if !counts && !several {
		return 0
	}
	asks := p.asks(outcomes)
	c, refusal, need := p.diff(e, outcomes)
	if need != 0 {
		return need
	}
	if counts {
		for _, rule := range asks {
			p.asked[rule]++
		}
	}
	p.take(e, c, refusal, counts)
	return 0
}

func (p *planner) take(e *entry.Entry, c *plan.Change, refusal *plan.Refusal, counts bool) {
	switch {
	case refusal != nil && counts:
		p.refused.add(*refusal)
	case refusal != nil:
	case plan.Several(e) && c == nil:
		p.links.Content(e)
	case plan.Several(e):
		p.links.Change(c)
		if counts {
			p.linked[objectOf(e.ID)] = true
		}
	case c != nil:
		p.add(c)
	}
}

func (p *planner) add(c *plan.Change) {
	set, number := p.groups.rules.of(c.Rules, 0)
	c.Rules = set
	p.changes++
	p.groups.add(c, number)
	if p.err == nil {
		p.err = p.sink.add(c)
	}
}

// asks lists the rules that count and would change the entry, were they not to be
// asked about first.
func (p *planner) asks(outcomes []policy.Outcome) (rules []int) {
	b := p.visitor.walk.book
	for i := range outcomes {
		for _, d := range outcomes[i].Decided {
			n := b.starts[i] + d.Rule
			if b.chosen[n] && b.rules[n].Fix == policy.Ask && !p.differs[i].Takes(d.Rule) {
				rules = append(rules, n)
			}
		}
	}
	return rules
}

// diff is the change that the policies want, with the numbers of the rulebook.
func (p *planner) diff(e *entry.Entry, outcomes []policy.Outcome) (*plan.Change, *plan.Refusal, entry.Facts) {
	var all *plan.Change
	var need entry.Facts
	for i := range outcomes {
		c, refusal, more := p.differs[i].Diff(e, &outcomes[i])
		start := p.visitor.walk.book.starts[i]
		need |= more
		switch {
		case refusal != nil:
			renumber(refusal, start)
			return nil, refusal, 0
		case c == nil:
			continue
		}
		c.Rules, _ = p.groups.rules.of(c.Rules, start)
		if all == nil {
			all = c
			continue
		}
		merged := merge(all, c)
		all = &merged
	}
	if need != 0 || all == nil {
		return nil, nil, need
	}
	return p.agreed(e, all)
}

func renumber(r *plan.Refusal, start int) {
	for i := range r.Rules {
		r.Rules[i] += start
	}
}

// merge is a change that does what two policies want.
func merge(a, b *plan.Change) plan.Change {
	c := a.Clone()
	differs := a.Before.Mode ^ b.After.Mode
	c.After.Mode ^= differs &^ (a.Before.Mode ^ a.After.Mode)
	if b.After.UID != b.Before.UID {
		c.After.UID = b.After.UID
	}
	if b.After.GID != b.Before.GID {
		c.After.GID = b.After.GID
	}
	if !b.After.ACL.Equal(b.Before.ACL) {
		c.After.ACL = b.After.ACL.WithMode(c.After.Mode)
	}
	if !b.After.Default.Equal(b.Before.Default) {
		c.After.Default = b.After.Default
	}
	if b.After.Caps != b.Before.Caps {
		c.After.Caps = b.After.Caps
	}
	if b.After.NFS4 != b.Before.NFS4 && b.After.NFS4 != "" {
		c.After.NFS4 = b.After.NFS4
	}
	if b.After.DOS != b.Before.DOS {
		c.After.DOS = b.After.DOS
	}
	c.Before.Flags |= b.Before.Flags
	c.After.Flags ^= b.Before.Flags ^ b.After.Flags
	c.Known |= b.Known
	c.Rules = union(a.Rules, b.Rules)
	return c
}

// agreed refuses a change that one policy wants and another would take back. A
// single policy has been asked that already.
func (p *planner) agreed(e *entry.Entry, c *plan.Change) (*plan.Change, *plan.Refusal, entry.Facts) {
	if len(p.differs) == 1 {
		return c, nil, 0
	}
	probe := *e
	probe.State = c.After
	probe.Flags = e.Flags ^ c.Before.Flags ^ c.After.Flags
	if probe.NFS4 == "" {
		probe.NFS4 = e.NFS4 // kept to be taken back, and no more
	}
	for i, w := range p.visitor.workers {
		o, need := w.Judge(&probe)
		if need &^= e.Known | e.Denied; need != 0 {
			return nil, nil, need
		}
		if left, _, _ := p.differs[i].Diff(&probe, &o); left != nil {
			return nil, p.contradiction(c, left, i), 0
		}
	}
	return c, nil, 0
}

func (p *planner) contradiction(c, left *plan.Change, i int) *plan.Refusal {
	book := p.visitor.walk.book
	set, _ := p.groups.rules.of(left.Rules, book.starts[i])
	all := union(c.Rules, set)
	return &plan.Refusal{
		Path: c.Path, Kind: c.Kind, Why: plan.Unsettled, Rules: all,
		Text: "the policies contradict each other: " + book.byPolicy(all),
		Hint: "apply them one after the other, or take the rule out of one of them",
	}
}

// byPolicy names rules with the policies that they belong to: "a, b of x.yaml; c of
// y.yaml".
func (b *rulebook) byPolicy(rules []int) string {
	var parts []string
	for i, ref := range b.refs {
		var ids []string
		for _, r := range rules {
			if b.policyOf(uint16(r)) == i {
				ids = append(ids, b.rules[r].ID)
			}
		}
		if ids != nil {
			parts = append(parts, strings.Join(ids, ", ")+" of "+ref.Name)
		}
	}
	return strings.Join(parts, "; ")
}

// union is two ascending sets of rules as one.
func union(a, b []int) []int {
	return slices.Compact(slices.Sorted(slices.Values(slices.Concat(a, b))))
}
