package plan

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"ward/entry"
	"ward/mode"
	"ward/policy"
)

// Options of a plan. The zero value takes the rules whose fix is auto and refuses
// whatever is out of the ordinary.
type Options struct {
	// Answered are the rules with fix: ask that were answered yes, by their
	// place in the policy.
	Answered []int

	Rails Rails
	Links LinkOptions
}

// Judge is who says what an entry should be: a policy.Worker.
type Judge interface {
	Judge(e *entry.Entry) (policy.Outcome, entry.Facts)
	Partial(e *entry.Entry, o *policy.Outcome, accept func(rule int) bool) entry.State
}

// Differ makes changes of verdicts. It belongs to one worker, as its judge does.
type Differ struct {
	judge  Judge
	root   string // absolute
	takes  []bool // by rule
	names  []string
	rails  Rails
	guard  bool // every object is checked against the rails, not only directories
	change Change
	rules  []int
	probe  entry.Entry
	// kept is the object of which the list of NFS 4 was asked for only to be taken back:
	// no rule speaks of it.
	kept entry.Identity
	// listless is a device on which such a list was asked for, and there was none: where
	// a file system keeps lists every object has one.
	listless uint64
}

// NewDiffer is for the tree at root, an absolute path, under the rules of the
// judge.
func NewDiffer(root string, judge Judge, rules []policy.Rule, o Options) *Differ {
	d := &Differ{judge: judge, root: root, rails: o.Rails, takes: make([]bool, len(rules))}
	for i := range rules {
		d.names = append(d.names, rules[i].ID)
		d.takes[i] = rules[i].Fix == policy.Auto || rules[i].Fix == policy.Ask && slices.Contains(o.Answered, i)
	}
	d.guard = root == "/" || inKernelTree(path.Join(root, "x")) != ""
	return d
}

// Takes reports whether the plan takes a rule's changes.
func (d *Differ) Takes(rule int) bool { return d.takes[rule] }

// Diff is the change that turns an entry into what its outcome wants, as far as
// the rules that are taken decide it. At most one of the three answers is there:
// facts to fetch before asking again; the refusal to plan what is wanted; or the
// change, valid until the next call. None of them: nothing is to be done.
//
// The outcome's decisions are no longer valid afterwards: the judge is asked again
// whether the end would stand.
func (d *Differ) Diff(e *entry.Entry, o *policy.Outcome) (*Change, *Refusal, entry.Facts) {
	if len(o.Decided) == 0 || e.Kind == mode.Unknown {
		return nil, nil, 0
	}
	all := d.takenRules(o)
	if len(d.rules) == 0 {
		return nil, nil, 0
	}
	if r := d.unmeant(e, o); r != nil {
		return nil, r, 0
	}
	c := &d.change
	d.fill(c, e, o)
	if need := d.lacking(c, e); need != 0 {
		return nil, nil, need
	}
	if c.Empty() {
		return nil, nil, 0
	}
	if why := d.railed(c); why != "" {
		return nil, d.refusal(e, Rail, why, "name it with --allow-system if that is meant"), 0
	}
	r, need := d.settles(e, o, all)
	if r != nil || need != 0 {
		return nil, r, need
	}
	return c, nil, 0
}

// takenRules gathers the rules whose decisions are taken and reports whether that
// is all of them.
func (d *Differ) takenRules(o *policy.Outcome) (all bool) {
	d.rules = d.rules[:0]
	all = true
	for i := range o.Decided {
		x := &o.Decided[i]
		switch {
		case !changes(x) && x.Refused == nil:
		case d.takes[x.Rule]:
			d.rules = append(d.rules, x.Rule)
		default:
			all = false
		}
	}
	return all
}

func changes(x *policy.Decision) bool {
	return x.Mode != 0 || x.Owner || x.Group || x.ACL || x.Default || x.Flags != 0 || x.NFS4 || x.DOS != 0
}

// unmeant refuses what a rule cannot mean, or what could not be looked at.
func (d *Differ) unmeant(e *entry.Entry, o *policy.Outcome) *Refusal {
	for i := range o.Decided {
		if x := &o.Decided[i]; x.Refused != nil && d.takes[x.Rule] {
			return d.refusal(e, whyRefused(x.Refused), x.Refused.Error(), "")
		}
	}
	if lacks := o.Unknown & (entry.AccessACL | entry.DefaultACL | entry.Attributes | entry.NFS4 | entry.DOS); lacks != 0 {
		return d.refusal(e, NotLookedAt, "its "+strings.Join(namesOf(lacks), " and ")+" could not be read", "")
	}
	return nil
}

func whyRefused(err error) Why {
	var lack *policy.LackError
	if errors.As(err, &lack) {
		return NotPossible
	}
	return RevealsRights
}

func (d *Differ) refusal(e *entry.Entry, why Why, text, hint string) *Refusal {
	return &Refusal{Path: e.Path(), Kind: e.Kind, Why: why, Rules: slices.Clone(d.rules), Text: text, Hint: hint}
}

// fill makes the change, with the kernel's clearing where rule 5 lets it stand.
func (d *Differ) fill(c *Change, e *entry.Entry, o *policy.Outcome) {
	*c = Change{
		Path: e.Path(), Kind: e.Kind, ID: e.ID, Links: e.Links, Changed: e.ChangeTime, In: e.Dir, Rules: d.rules,
		Known:  entry.Stat | e.Known&(entry.AccessACL|entry.DefaultACL|entry.Caps|entry.Content|entry.Handle|entry.NFS4|entry.DOS),
		Before: e.State,
		After:  d.judge.Partial(e, o, d.Takes),
	}
	if c.Before.Flags != c.After.Flags {
		c.Known |= entry.Attributes
	} else {
		c.Before.Flags, c.After.Flags = 0, 0 // no rule decided them: they are not ours to lift
	}
	clearUnearned(c, o.Written)
	if SameObject(d.kept, e.ID) {
		c.Known &^= entry.NFS4
		c.keepList(e)
	}
}

// lacking is the facts without which the change cannot be made or taken back.
func (d *Differ) lacking(c *Change, e *entry.Entry) (need entry.Facts) {
	if e.ID.Birth == 0 {
		need |= entry.Handle
	}
	if c.Kind == mode.Regular && ownerChanges(c) {
		need |= entry.Caps
	}
	if c.Kind != mode.Symlink && policy.ListMatters(&c.Before, &c.After) {
		need |= entry.AccessACL
	}
	if c.Kind != mode.Symlink && c.Before.Mode != c.After.Mode {
		need |= d.lackingList(e)
	}
	return need &^ (e.Known | e.Denied)
}

// lackingList asks for the list of NFS 4, once on a device without.
func (d *Differ) lackingList(e *entry.Entry) entry.Facts {
	switch {
	case e.ID.Device == d.listless:
		return 0
	case e.Known&entry.NFS4 != 0:
		if e.NFS4 == "" {
			d.listless = e.ID.Device
		}
		return 0
	}
	d.kept = e.ID
	return entry.NFS4
}

func (d *Differ) railed(c *Change) string {
	if c.Kind != mode.Directory && !d.guard {
		return ""
	}
	return d.rails.Object(path.Join(d.root, c.Path), c.Kind, c.Before.Mode)
}

// settles judges the end once more, and refuses it if a rule would move it again:
// the next plan would not be empty, and the one after it perhaps neither.
func (d *Differ) settles(e *entry.Entry, o *policy.Outcome, all bool) (*Refusal, entry.Facts) {
	d.probe = *e
	d.probe.State = d.change.After
	d.probe.Flags = d.change.After.Flags
	if d.change.leavesList() {
		d.probe.NFS4 = e.NFS4
	}
	if d.change.Known&entry.Attributes == 0 {
		d.probe.Flags = e.Flags
	}
	if !all {
		d.probe.State = o.Desired
	}
	if r := d.listDisagrees(e, o); r != nil {
		return r, 0
	}
	first := d.firstRule(o)
	again, need := d.judge.Judge(&d.probe)
	if need &^= e.Known | e.Denied; need != 0 {
		return nil, need
	}
	for i := range again.Decided {
		x := &again.Decided[i]
		if !changes(x) {
			continue
		}
		r := d.refusal(e, Unsettled, fmt.Sprintf("it does not settle: %s would make it %s, and %s then %s",
			d.names[first], word(&d.probe.State, e.Kind), d.names[x.Rule], word(&again.Desired, e.Kind)), "make one of the two rules leave out what the other wants")
		r.Rules = []int{first, x.Rule}
		return r, 0
	}
	return nil, 0
}

// listDisagrees refuses a list of NFS 4 of which no server makes the mode that rules
// decided: whichever was set last would take back the other.
func (d *Differ) listDisagrees(e *entry.Entry, o *policy.Outcome) *Refusal {
	c := &d.change
	if c.After.NFS4 == "" || c.Before.NFS4 == c.After.NFS4 && c.Before.Mode == c.After.Mode {
		return nil
	}
	modes := listModes(c.After.NFS4, &c.After)
	decided := o.Written & mode.Permissions
	if len(modes) == 0 || slices.ContainsFunc(modes, func(m mode.Mode) bool { return (m^c.After.Mode)&decided == 0 }) {
		return nil
	}
	return d.refusal(e, Unsettled, fmt.Sprintf("it does not settle: its NFSv4 list makes its mode %s, and the rules want %s",
		modes[0].Format(e.Kind), c.After.Mode.Format(e.Kind)), "make the rules for its mode and for its list say the same")
}

// firstRule is the first rule that decides a change.
func (d *Differ) firstRule(o *policy.Outcome) int {
	for i := range o.Decided {
		if changes(&o.Decided[i]) {
			return o.Decided[i].Rule
		}
	}
	return -1
}

// word is a state in short.
func word(s *entry.State, k mode.Kind) string {
	return fmt.Sprintf("%s %d:%d", s.Mode.Format(k), s.UID, s.GID)
}
