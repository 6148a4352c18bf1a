package policy

import (
	"slices"

	"ward/entry"
	"ward/ident"
	"ward/legacy/dos"
	"ward/mode"
)

// Outcome is what a policy says about one entry.
type Outcome struct {
	Compliant bool // nothing is to be changed or forbidden, and nothing is in doubt
	Excluded  bool // the policy leaves the entry out, with all below it

	// Unknown is the facts that were denied and could have changed the answer.
	// Desired and Decided then hold what is certain without them.
	Unknown entry.Facts

	Desired entry.State // what the rules make of the entry
	Decided []Decision  // by rule, in the order of the file; only rules that found something

	// Written is the mode bits that a rule decided, those included that are as
	// wanted already; not those that an exception keeps.
	Written mode.Mode
}

// Decision is what one rule decides about an entry and finds otherwise.
type Decision struct {
	Rule    int            // its place in Judge.Rules
	Mode    mode.Mode      // the bits that it decides and that differ
	Owner   bool           // the owner differs
	Group   bool           // the group differs
	ACL     bool           // entries of the access list differ
	Default bool           // entries of the default list differ
	Flags   entry.Flags    // the flags that differ
	NFS4    bool           // entries of the list of NFS 4, or their order, differ
	DOS     dos.Attributes // the DOS attributes that differ
	Forbid  bool           // the rule forbids that such an entry exists
	Refused error          // the demand cannot be met as it is written; says why with names, and is an *acl.MaskError or a *LackError
}

// Worker judges for one goroutine. The slices of an Outcome are valid until its
// next call.
type Worker struct {
	judge *Judge
	steps
	asking
	ids      []int32 // the patterns that the path fits
	rules    []int32 // the rules that may match
	matches  []match
	seen     []bool
	profiles [kinds][2][profileSlots]*profile
	fold     folded
	decided  []Decision
}

// match is a rule that holds for an entry, or may.
type match struct {
	rule int32
	sure bool
	kept bool        // an exception holds
	need entry.Facts // what would tell, when it is not sure
}

// Worker is a judge for one more goroutine.
func (j *Judge) Worker() *Worker {
	w := &Worker{judge: j, steps: steps{automaton: &j.paths}, seen: make([]bool, len(j.rules))}
	w.accounts, w.answers = j.accounts, make([]answer, j.places)
	for i := range j.rules {
		w.seen[i] = j.rules[i].faults
	}
	return w
}

// Matched tells for each rule whether an entry has matched it, or may have: facts
// that could not change an answer are never fetched. A rule that is false for all
// workers of a whole walk chose nothing.
func (w *Worker) Matched() []bool { return w.seen }

// Enter notes in a directory's memo what its path means to the patterns, for
// whoever judges entries in it. False means that the policy excludes it. It is for
// a walk to call, once for each directory, parents first; entries of directories
// that were never entered are judged too, only slower.
func (w *Worker) Enter(d *entry.Dir) bool {
	s := w.enterState(d)
	if w.judge.slots == 1 {
		d.Memo = s
		return !s.excluded
	}
	memo, ok := d.Memo.([]*state)
	if !ok {
		memo = make([]*state, w.judge.slots)
		d.Memo = memo
	}
	memo[w.judge.slot] = s
	return !s.excluded
}

func (w *Worker) enterState(d *entry.Dir) *state {
	if d.Parent == nil {
		return w.stateOf(&entry.Dir{Path: d.Path}, w.judge.slot)
	}
	return w.child(w.stateOf(d.Parent, w.judge.slot), base(d.Path))
}

// Judge judges one entry. A non-zero set of facts is asked for because they may
// change the answer: fetch them (or note them in e.Denied) and judge again. The
// mode, owner, group, size and links of the entry must be known.
func (w *Worker) Judge(e *entry.Entry) (Outcome, entry.Facts) {
	s := subject{Entry: e}
	if w.locate(&s) {
		return Outcome{Compliant: true, Excluded: true, Desired: e.State}, 0
	}
	if !w.anyMatches(&s, w.suspects(e)) && w.allIdle(&s, w.rules) || w.gather(&s) {
		return Outcome{Compliant: true, Desired: e.State}, 0
	}
	return w.decide(&s)
}

// Fine reports that the policy has nothing to say about an entry: Judge would call
// it compliant and ask for nothing. False says nothing. It costs a walk less than
// Judge, since nearly every entry is fine.
func (w *Worker) Fine(e *entry.Entry) bool {
	s := subject{Entry: e}
	return w.locate(&s) || !w.anyMatches(&s, w.suspects(e)) && w.allIdle(&s, w.rules)
}

// locate finds the patterns that the path fits and the rules that choose by them.
// True means that the entry is excluded.
func (w *Worker) locate(s *subject) (excluded bool) {
	w.ids, w.rules = w.ids[:0], w.rules[:0]
	w.turn++
	switch {
	case s.Dir != nil:
		st := w.stateOf(s.Dir, w.judge.slot)
		if st.excluded {
			return true
		}
		s.key.take(s.Name)
		w.ids = w.steps.hits(w.ids, st, &s.key, s.Kind)
	case w.judge.rootName != "" && s.Kind != mode.Directory:
		s.key.take(w.judge.rootName)
		w.ids = w.steps.hits(w.ids, w.judge.paths.top, &s.key, s.Kind)
	default:
		s.root = true
		w.ids = append(w.ids, w.judge.paths.atRoot...)
	}
	for _, id := range w.ids {
		if w.judge.paths.excludes[id] && !s.root && s.Dir != nil {
			return true
		}
		w.rules = append(w.rules, w.judge.byPath[id]...)
	}
	s.hits = w.ids
	return false
}

func (w *Worker) anyMatches(s *subject, groups []suspects) bool {
	for g := range groups {
		if groups[g].candidates != nil && w.ruledOut(s, groups[g].screens) {
			continue
		}
		for _, i := range groups[g].rules {
			if _, ok := w.match(s, i); ok {
				return true
			}
		}
	}
	return false
}

// ruledOut tells whether size and path alone make every one of the tests no. It asks
// what nearly every entry of a tree is asked, and no more.
func (w *Worker) ruledOut(s *subject, screens []*test) bool {
	for _, t := range screens {
		if !t.screened(s, &w.asking) {
			return false
		}
	}
	return true
}

// screened is yes only where eval is no.
func (t *test) screened(s *subject, q *asking) bool {
	if t.sizes != nil && !anySpan(t.sizes, s.Size) || t.path != nil && t.path.eval(s, q) == no {
		return true
	}
	for i := range t.not {
		if n := &t.not[i]; n.onlyPath && n.path.eval(s, q) == yes {
			return true
		}
	}
	return false
}

// allIdle tells whether none of the rules would change anything about the entry,
// be it that they do not match, be it that it has what they ask for.
func (w *Worker) allIdle(s *subject, rules []int32) bool {
	for _, i := range rules {
		r := &w.judge.rules[i]
		if !r.forbid && r.need.idle(s.Kind, s.Mode, s.UID, s.GID) {
			w.seen[i] = w.seen[i] || r.eval(s, &w.asking) != no
			continue
		}
		if _, ok := w.match(s, i); ok {
			return false
		}
	}
	return true
}

// gather finds all rules that match or may match, in the order of the file. True
// means that none of them would change anything, so that the entry complies
// whatever the facts are.
func (w *Worker) gather(s *subject) (idle bool) {
	all := w.judge.always[s.Kind]
	if len(w.rules) > 0 {
		w.rules = append(w.rules, all...)
		slices.Sort(w.rules)
		all = slices.Compact(w.rules)
	}
	w.matches = w.matches[:0]
	idle = true
	for _, i := range all {
		m, ok := w.match(s, i)
		if !ok {
			continue
		}
		r := &w.judge.rules[i]
		w.matches = append(w.matches, m)
		idle = idle && !r.forbid && r.need.idle(s.Kind, s.Mode, s.UID, s.GID)
	}
	return idle
}

// match evaluates one rule for an entry.
func (w *Worker) match(s *subject, i int32) (match, bool) {
	r := &w.judge.rules[i]
	w.need = 0
	v := r.eval(s, &w.asking)
	if v == no {
		return match{}, false
	}
	w.seen[i] = true
	m := match{rule: i, sure: v == yes, need: w.need}
	for k := range r.keeps {
		w.need = 0
		switch r.keeps[k].eval(s, &w.asking) {
		case yes:
			m.kept = true
			return m, true
		case unsure:
			m.sure, m.need = false, m.need|w.need
		}
	}
	return m, true
}

// eval evaluates the selector, and whether the entry is a candidate.
func (r *compiled) eval(s *subject, q *asking) verdict {
	if r.candidates == nil {
		return r.when.eval(s, q)
	}
	best := no
	if r.when.admits(s, q) {
		best = r.candidates.eval(s, q)
	}
	if best == no {
		return no
	}
	return min(best, r.when.eval(s, q))
}

// suspects is rules that choose by other things than the path and that may want
// something else of entries of some kind, mode, owner and group; all of them have
// the same candidates.
type suspects struct {
	candidates *candidates
	screens    []*test // those of the candidates that such entries may fit
	rules      []int32
}

// suspects is remembered: a tree has few owners and few modes.
func (w *Worker) suspects(e *entry.Entry) []suspects {
	beside := 0
	if e.Dir != nil && e.Dir.Programs > 0 {
		beside = 1
	}
	at := &w.profiles[e.Kind][beside][(uint32(e.UID)^uint32(e.GID)*31)%profileSlots]
	p := *at
	if p == nil || p.uid != e.UID || p.gid != e.GID {
		p = &profile{uid: e.UID, gid: e.GID}
		*at = p
	}
	for i := range p.modes {
		if p.modes[i].mode == e.Mode {
			return p.modes[i].suspects
		}
	}
	if len(p.modes) == maxModes {
		p.modes = p.modes[:0]
	}
	p.modes = append(p.modes, modeProfile{e.Mode, w.findSuspects(e)})
	return p.modes[len(p.modes)-1].suspects
}

const (
	profileSlots = 8
	maxModes     = 16
)

// profile remembers the suspects for one kind, owner and group, by mode.
type profile struct {
	uid   ident.UID
	gid   ident.GID
	modes []modeProfile
}

type modeProfile struct {
	mode     mode.Mode
	suspects []suspects
}

func (w *Worker) findSuspects(e *entry.Entry) (groups []suspects) {
	bare := entry.Entry{Dir: e.Dir, Kind: e.Kind, Known: entry.Stat}
	bare.Mode, bare.UID, bare.GID = e.Mode, e.UID, e.GID
	s := subject{Entry: &bare, anyPath: true, anySize: true}
	for _, i := range w.judge.always[e.Kind] {
		r := &w.judge.rules[i]
		if r.eval(&s, &w.asking) == no {
			continue
		}
		if !r.forbid && r.need.idle(e.Kind, e.Mode, e.UID, e.GID) {
			w.seen[i] = true
		} else {
			groups = w.grouped(&s, groups, r.candidates, i)
		}
	}
	return groups
}

func (w *Worker) grouped(s *subject, groups []suspects, c *candidates, rule int32) []suspects {
	for g := range groups {
		if groups[g].candidates == c {
			groups[g].rules = append(groups[g].rules, rule)
			return groups
		}
	}
	group := suspects{candidates: c, rules: []int32{rule}}
	for i := 0; c != nil && i < len(c.tests); i++ {
		if c.tests[i].admits(s, &w.asking) {
			group.screens = append(group.screens, &c.tests[i])
		}
	}
	return append(groups, group)
}
