package policy

import (
	"fmt"
	"slices"
	"strings"

	"ward/account"
	"ward/entry"
	"ward/mode"
)

// Verdict is what became of one rule for one entry.
type Verdict uint8

// The verdicts.
const (
	NotMatched Verdict = iota // the selector does not hold; Why says which key
	Decides                   // it decides something, and the entry is otherwise
	Holds                     // it decides something, and the entry is so already
	Overridden                // it matches; later rules decide all that it wrote
	Excepted                  // it matches, and an exception keeps what was found
	Forbids                   // it matches, and forbids that
	Refused                   // its demand cannot be met as it is written
	InDoubt                   // facts that were not known would tell
)

// String is the verdict in a word or two.
func (v Verdict) String() string {
	return [...]string{"does not match", "decides", "already holds", "overridden", "excepted", "forbids", "refused", "in doubt"}[v]
}

// Explanation is how a policy judges one entry, rule by rule.
type Explanation struct {
	Excluded string // the pattern that leaves the entry out, or ""
	Outcome  Outcome
	Rules    []RuleExplanation // in the order of the file
}

// RuleExplanation is one rule's part in it.
type RuleExplanation struct {
	Rule    int
	Verdict Verdict
	Why     string   // in words: "the type is file, not directory"
	Decides []string // the attributes that it decides: "group write", "owner", "user:1001 in the ACL"
}

// Explain judges an entry as Judge does and says for each rule what became of it.
// Facts that are not known are left in doubt; fetch what Judge asks for first.
func (j *Judge) Explain(e *entry.Entry) Explanation {
	w := j.Worker()
	s := subject{Entry: e}
	if w.locate(&s) {
		return Explanation{Excluded: w.excludedBecause(&s), Outcome: Outcome{Compliant: true, Excluded: true, Desired: e.State}}
	}
	w.matches = w.matches[:0]
	for i := range j.rules {
		if m, ok := w.matchAny(&s, int32(i)); ok {
			w.matches = append(w.matches, m)
		}
	}
	w.run(&w.fold, &s, 0)
	x := Explanation{}
	for i := range j.rules {
		x.Rules = append(x.Rules, w.explain(&s, i))
	}
	x.Outcome, _ = j.Worker().Judge(e)
	return x
}

// matchAny is match, with the path as one more condition.
func (w *Worker) matchAny(s *subject, i int32) (match, bool) {
	if !w.onPath(s, i) || w.judge.rules[i].when.kinds != 0 && !w.judge.rules[i].when.kinds.has(s.Kind) {
		return match{}, false
	}
	return w.match(s, i)
}

func (w *Worker) onPath(s *subject, i int32) bool {
	if !w.judge.rules[i].byPath {
		return true
	}
	return slices.ContainsFunc(s.hits, func(id int32) bool { return slices.Contains(w.judge.byPath[id], i) })
}

// excludedBecause finds the exclude that an entry, or a directory above it, fits.
func (w *Worker) excludedBecause(s *subject) string {
	path := s.Path()
	for end := 0; end < len(path); {
		next := strings.IndexByte(path[end+1:], '/')
		end += next + 1
		if next < 0 {
			end = len(path)
		}
		e := entry.Entry{Dir: &entry.Dir{Path: "."}, Name: base(path[:end]), Kind: mode.Directory}
		if i := strings.LastIndexByte(path[:end], '/'); i >= 0 {
			e.Dir.Path = path[:i]
		}
		if end == len(path) {
			e.Kind = s.Kind
		}
		one := subject{Entry: &e}
		w.locate(&one)
		for _, id := range w.ids {
			if w.judge.paths.excludes[id] {
				return w.judge.paths.patterns[id].text
			}
		}
	}
	return ""
}

func (w *Worker) explain(s *subject, i int) RuleExplanation {
	x := RuleExplanation{Rule: i}
	r := &w.judge.rules[i]
	at := slices.IndexFunc(w.matches, func(m match) bool { return m.rule == int32(i) })
	if at < 0 {
		x.Why = w.whyNot(s, i)
		return x
	}
	m := &w.matches[at]
	d, found := w.decision(s, m)
	x.Decides = w.decidedBy(decider(i))
	switch {
	case !m.sure && !m.kept:
		x.Verdict, x.Why = InDoubt, "it takes "+factNames(m.need)+" to tell"
	case m.kept:
		x.Verdict, x.Why = Excepted, w.whyKept(s, i)
	case d.Forbid:
		x.Verdict = Forbids
	case d.Refused != nil:
		x.Verdict, x.Why = Refused, d.Refused.Error()
	case found:
		x.Verdict = Decides
	case len(x.Decides) > 0 || r.forbid:
		x.Verdict = Holds
	case s.Kind == mode.Symlink:
		x.Verdict, x.Why = Holds, "a symlink has only an owner and a group"
	default:
		x.Verdict, x.Why = Overridden, w.whyOverridden(s, i)
		if x.Why == "" {
			x.Verdict, x.Why = Holds, "it writes nothing here"
		}
	}
	return x
}

// whyOverridden names the rules that decide what rule i wrote; it is "" when there is none.
func (w *Worker) whyOverridden(s *subject, i int) string {
	d := &w.judge.rules[i].need
	var later []string
	note := func(by decider) {
		if by != nobody && by.rule() > i {
			if name := w.judge.policy.rules[by].about.Name; !slices.Contains(later, name) {
				later = append(later, name)
			}
		}
	}
	if d.mode.some {
		for b := range w.fold.mode {
			if d.mode.decides(s.Mode, s.Kind)>>b&1 != 0 {
				note(w.fold.mode[b])
			}
		}
	}
	if d.owner {
		note(w.fold.owner)
	}
	if d.group {
		note(w.fold.group)
	}
	if len(later) == 0 {
		return ""
	}
	return "decided later by " + strings.Join(later, ", ")
}

func (w *Worker) whyKept(s *subject, i int) string {
	r := &w.judge.rules[i]
	for k := range r.keeps {
		if r.keeps[k].eval(s, &w.asking) == yes {
			return w.judge.policy.rules[i].except[r.keptBy[k]].about.Reason
		}
	}
	return ""
}

// decidedBy lists what a rule is the last to have written.
func (w *Worker) decidedBy(by decider) (out []string) {
	f := &w.fold
	if f.owner == by {
		out = append(out, "owner")
	}
	if f.group == by {
		out = append(out, "group")
	}
	var bits mode.Mode
	for i := range f.mode {
		if f.mode[i] == by {
			bits |= 1 << i
		}
	}
	out = append(out, bitWords(bits)...)
	for _, l := range f.lists {
		if l.by == by {
			where := "in the ACL"
			if l.def {
				where = "in the default ACL"
			}
			who := l.tag.String()
			if l.tag.Named() {
				who = fmt.Sprintf("%s:%d", l.tag, l.id)
			}
			out = append(out, who+" "+where)
		}
	}
	for i, name := range flagWords {
		if f.flags[i] == by {
			out = append(out, name)
		}
	}
	return append(out, f.storedWords(by)...)
}

var classWords = [...]string{"others", "group", "owner"}

// bitWords names mode bits, those of a class together: "group rw", "setuid".
func bitWords(bits mode.Mode) (out []string) {
	if bits == mode.All {
		return []string{"the whole mode"}
	}
	for i, word := range [...]string{"setuid", "setgid", "sticky"} {
		if bits&(mode.SetUID>>i) != 0 {
			out = append(out, word)
		}
	}
	for class := 2; class >= 0; class-- {
		rights := mode.Rights(bits >> (3 * class) & 7)
		if rights != 0 {
			out = append(out, classWords[class]+" "+strings.ReplaceAll(rights.String(), "-", ""))
		}
	}
	return out
}

func factNames(f entry.Facts) string {
	var words []string
	for i, word := range [...]string{"its status", "its ACL", "its default ACL", "its content", "its capabilities", "its flags", "its handle", "its NFSv4 list", "its DOS attributes"} {
		if f>>i&1 != 0 {
			words = append(words, word)
		}
	}
	return strings.Join(words, " and ")
}

// whyNot is the first condition of a rule that an entry does not meet.
func (w *Worker) whyNot(s *subject, i int) string {
	r, u := &w.judge.rules[i], &w.judge.policy.rules[i]
	if !w.onPath(s, int32(i)) {
		return "its path fits no pattern"
	}
	if why := w.whyNotTest(s, &r.when); why != "" {
		return why
	}
	if r.candidates != nil && r.candidates.eval(s, &w.asking) == no {
		return "its content is not read, since nothing about it tells of " + strings.Join(contentNames(u.when.content), " or ")
	}
	return "the selector does not hold"
}

func (w *Worker) whyNotTest(s *subject, t *test) string {
	switch {
	case !t.kinds.has(s.Kind) && t.kinds != 0:
		return "its type is " + s.Kind.String()
	case len(t.modes) > 0 && !anyBits(t.modes, s.Mode):
		return "its mode is " + s.Mode.Octal()
	case t.path != nil && t.path.eval(s, &w.asking) == no:
		return "its path fits no pattern"
	case t.beside && (s.Dir == nil || s.Dir.Programs == 0):
		return "no programs lie beside it"
	case t.owners != nil && !t.owners.holds(uint32(s.UID), t.owners.unknown && w.accounts.KnowsUser(s.UID) == account.No):
		return "its owner is " + w.accounts.UserName(s.UID)
	case t.groups != nil && !w.fitsGroup(t.groups, s):
		return "its group is " + w.accounts.GroupName(s.GID)
	case t.sizes != nil && (s.Kind != mode.Regular || !anySpan(t.sizes, s.Size)):
		return fmt.Sprintf("its size is %d", s.Size)
	case t.links != nil && !anySpan(t.links, int64(s.Links)):
		return fmt.Sprintf("its link count is %d", s.Links)
	case t.content != 0 && t.evalContent(s, &w.asking) == no:
		return "its content is no " + strings.Join(contentNames(t.content), " or ")
	case t.not != nil && t.evalNot(s, &w.asking) == no:
		return "what stands under not holds"
	case t.evalFacts(s, &w.asking) == no:
		return "its ACL is another"
	}
	return ""
}

func contentNames(c entry.ContentKind) (out []string) {
	for i, word := range contentWords {
		if c>>i&1 != 0 {
			out = append(out, word)
		}
	}
	return out
}
