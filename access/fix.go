package access

import (
	"cmp"
	"slices"
	"strings"

	"ward/account"
	"ward/acl"
	"ward/entry"
	"ward/ident"
)

// Fix is a set of changes after which a question is answered as wished. Each was
// proved by deciding again with the changes made.
type Fix struct {
	Remedies []Remedy
	Verdict  Verdict // of the question with the remedies in place

	// Users and Processes count the others of the crowd to whom the same answer
	// changes: whom the fix lets in as well, or shuts out as well where it stops an
	// access.
	Users, Processes int
	Unlisted         int // ids to whom it changes as well, which components name and no account has

	// Touched counts the users of the database, the one who asks left out, who get
	// any right (or lose one, where an access is stopped) to an object that the
	// remedies change: search of a directory, say, though the file stays closed.
	Touched int

	Breadth Breadth
}

// Breadth is how far a fix reaches beyond the path of the question.
type Breadth uint8

// The breadths, narrow before broad.
const (
	ThisPath       Breadth = iota // objects on the way to it
	WholeGroup                    // all that a group may
	OtherOwner                    // one of them gets another owner or group, who then rules over it
	OtherIdentity                 // the caller acts as somebody else for this once
	WholeDirectory                // all that lies in a directory
	WholeMount                    // all that lies on a file system
	Everywhere                    // all that a capability opens
)

// Crowd is those whom a fix may let in besides.
type Crowd struct {
	Accounts  *account.Database // may be nil
	Processes []*Caller

	// Places are ways to where the object could lie instead, with the same name, an
	// object of the same mode and owner assumed there: /run/x for /tmp/x.
	Places []*Way
}

// mostFixes is how many fixes are worth reading.
const mostFixes = 6

// Fixes lists the narrowest changes that allow what a question denies, those that
// let in the fewest others first. There are none where the question is not denied,
// or where nothing that ward would advise helps. A fact that is not known is never
// taken for absent: what it leaves undecided is no fix.
//
// Nothing is ever opened to everybody for writing, and no protection of the whole
// machine is turned off.
func Fixes(q *Question, c Crowd) []Fix {
	if Decide(q).Answer != Denied {
		return nil
	}
	s := search{question: q, crowd: c, want: Allowed}
	for _, style := range allowing {
		s.try(style, completing)
	}
	return s.ranked()
}

// search collects fixes.
type search struct {
	question *Question
	crowd    Crowd
	want     Answer
	before   *census
	found    []Fix
}

// A style is one way to mend a check: what could be changed so that it, or the check
// that let somebody pass, answers otherwise.
type style func(t *trial, c *Check) []Remedy

// trial is a question with some remedies in place.
type trial struct {
	Question
	crowd    *Crowd
	remedies []Remedy
	rest     []style // by which further checks are mended
}

// try mends the first refusal in one style, and what is refused after it in whatever
// style comes first.
func (s *search) try(first style, rest []style) {
	t := &trial{Question: *s.question, crowd: &s.crowd, rest: rest}
	check, ok := refusal(&t.Question)
	if !ok {
		return
	}
	for _, r := range first(t, &check) {
		if done, ok := t.with(r).complete(check, 0); ok {
			s.add(done)
			if r.Does == Grant {
				return // the broader capabilities come after it
			}
		}
	}
}

// deepest is how many changes one fix may take.
const deepest = 8

// complete goes on until the question is allowed. Every remedy has to bring it past
// the check that it was made for.
func (t *trial) complete(mended Check, depth int) (*trial, bool) {
	switch v := Decide(&t.Question); {
	case v.Answer == Allowed:
		return t, true
	case v.Answer == Unknown || depth >= deepest:
		return nil, false
	}
	check, ok := refusal(&t.Question)
	if !ok || check.Where == mended.Where && check.Reason.Rule == mended.Reason.Rule && check.Wanted == mended.Wanted {
		return nil, false
	}
	for _, style := range t.rest {
		for _, r := range style(t, &check) {
			if done, ok := t.with(r).complete(check, depth+1); ok {
				return done, true
			}
		}
	}
	return nil, false
}

// refusal is the check that refused.
func refusal(q *Question) (Check, bool) {
	checks := Explain(q)
	if n := len(checks); n > 0 && checks[n-1].Answer == Denied {
		return checks[n-1], true
	}
	return Check{}, false
}

// with is the trial with one more remedy in place.
func (t *trial) with(r Remedy) *trial {
	next := &trial{Question: t.Question, crowd: t.crowd, rest: t.rest, remedies: append(slices.Clip(t.remedies), r)}
	r.apply(&next.Question)
	return next
}

// add takes a fix up, without the remedies that it does not need.
func (s *search) add(t *trial) {
	t, ok := s.merged(t)
	if !ok {
		return
	}
	t = s.needed(t)
	if t.opensOtherPlace() {
		return
	}
	for _, f := range s.found {
		if slices.EqualFunc(f.Remedies, ordered(t.remedies), Remedy.equal) {
			return
		}
	}
	f := Fix{Remedies: ordered(t.remedies), Verdict: Decide(&t.Question)}
	for _, r := range t.remedies {
		f.Breadth = max(f.Breadth, r.breadth())
	}
	s.count(&f, t)
	s.found = append(s.found, f)
}

// opensOtherPlace: the object is to lie elsewhere, and the directories there were to be
// opened for that. They hold what belongs to others.
func (t *trial) opensOtherPlace() bool {
	for _, to := range t.remedies {
		if to.Does == MoveTo && slices.ContainsFunc(t.remedies, func(r Remedy) bool {
			return (r.Does == Alter || r.Does == Remount) && r.Where.Way == to.Where.Way && r.Path != to.Path
		}) {
			return true
		}
	}
	return false
}

// merged makes one change of all that concern one object. Two ways to mend the bits
// of one object are one too many: each is tried by itself.
func (s *search) merged(t *trial) (*trial, bool) {
	whole := &trial{Question: *s.question, crowd: t.crowd}
	var remedies []Remedy
	for _, r := range t.remedies {
		at := slices.IndexFunc(remedies, func(o Remedy) bool { return r.Does == Alter && o.Does == Alter && o.Path == r.Path })
		switch {
		case at < 0:
			remedies = append(remedies, r)
		case remedies[at].Before.Flags == r.Before.Flags:
			return nil, false
		default:
			remedies[at].After = r.After
		}
	}
	for _, r := range remedies {
		whole = whole.with(r)
	}
	return whole, true
}

// needed is a trial without the remedies that change nothing about its answer.
func (s *search) needed(t *trial) *trial {
	for i := range t.remedies {
		if len(t.remedies) == 1 {
			break
		}
		without := &trial{Question: *s.question, crowd: t.crowd}
		for j, r := range t.remedies {
			if i != j {
				without = without.with(r)
			}
		}
		if Decide(&without.Question).Answer == s.want {
			return s.needed(without)
		}
	}
	return t
}

// ordered puts what makes a mount writable before the changes that need it.
func ordered(remedies []Remedy) []Remedy {
	list := slices.Clone(remedies)
	slices.SortStableFunc(list, func(a, b Remedy) int { return btoi(a.Does != Remount) - btoi(b.Does != Remount) })
	for i := range list {
		for _, r := range list {
			if list[i].Does == Alter && list[i].Mount != nil && r.Does == Remount {
				list[i].Mount = list[i].Mount.after(r)
			}
		}
	}
	return list
}

// after is the mount once a remedy has remounted it, or another mount of its file
// system: rw makes that writable for all of them.
func (m *Mount) after(r Remedy) *Mount {
	mounted := *m
	switch {
	case r.Mount.ID == m.ID:
		mounted.set(r.Options)
	case r.Options == "rw" && m.FSType == r.Mount.FSType && m.Source == r.Mount.Source && strings.HasPrefix(m.Source, "/"):
		mounted.SuperReadOnly = false
	default:
		return m
	}
	return &mounted
}

// Commands are the command lines of a fix, in order; see Remedy.Commands.
func (f Fix) Commands(n acl.Names, who string) (lines [][]string) {
	for _, r := range f.Remedies {
		lines = append(lines, r.Commands(n, who)...)
	}
	return lines
}

// ranked is what was found, the narrowest first.
func (s *search) ranked() []Fix {
	slices.SortStableFunc(s.found, func(a, b Fix) int {
		return cmp.Or(
			cmp.Compare(a.everywhere(), b.everywhere()),
			cmp.Compare(a.others(), b.others()),
			cmp.Compare(a.Breadth, b.Breadth),
			cmp.Compare(a.Touched, b.Touched),
			cmp.Compare(len(a.Remedies), len(b.Remedies)),
		)
	})
	return s.found[:min(len(s.found), mostFixes)]
}

func (f Fix) others() int { return f.Users + f.Unlisted + f.Processes }

// everywhere puts what opens all of the machine behind everything else.
func (f Fix) everywhere() int {
	return btoi(f.Breadth == Everywhere)
}

// census is what each of the crowd may before anything is changed.
type census struct {
	users     *Permitted
	processes []Answer
}

// count finds whom else the remedies concern.
func (s *search) count(f *Fix, t *trial) {
	f.Touched = s.touched(t)
	if !slices.ContainsFunc(t.remedies, Remedy.concernsOthers) {
		return
	}
	if s.before == nil {
		s.before = &census{users: WhoMay(s.question, s.crowd.Accounts), processes: s.processes(s.question)}
	}
	after := WhoMay(&t.Question, s.crowd.Accounts)
	for i := range after.users {
		turned := s.turned(s.before.users.answer(i), after.answer(i))
		if turned && after.users[i].UID != s.question.Caller.UID {
			f.Users++
		}
	}
	for i := range after.more {
		u := &after.more[i]
		if u.Name == "" && u.UID != s.question.Caller.UID && s.turned(s.before.users.unlisted(u.UID), after.answer(len(after.users)+i)) {
			f.Unlisted++
		}
	}
	for i, answer := range s.processes(&t.Question) {
		if s.turned(s.before.processes[i], answer) && s.crowd.Processes[i].UID != s.question.Caller.UID {
			f.Processes++
		}
	}
}

// turned: the answer is the one wished for and was another.
func (s *search) turned(before, after Answer) bool {
	if s.want == Allowed {
		return before != Allowed && after == Allowed
	}
	return before == Allowed && after != Allowed
}

func (s *search) processes(q *Question) []Answer {
	answers := make([]Answer, len(s.crowd.Processes))
	asked := *q
	for i, c := range s.crowd.Processes {
		asked.Caller = c
		answers[i] = Decide(&asked).Answer
	}
	return answers
}

// unlisted is what an id may that no account has.
func (p *Permitted) unlisted(uid ident.UID) Answer {
	for i := range p.more {
		if p.more[i].UID == uid {
			return p.answer(len(p.users) + i)
		}
	}
	return p.Rest().Verdict.Answer
}

// answer is what the user at a position may.
func (p *Permitted) answer(position int) Answer { return p.Standings[p.of[position]].Verdict.Answer }

// touched counts users who gain or lose any right to what the remedies change.
func (s *search) touched(t *trial) int {
	most := 0
	for _, r := range t.remedies {
		if r.Does != Alter {
			continue
		}
		before, after := r.Before, r.After
		if s.want == Denied {
			before, after = after, before
		}
		most = max(most, s.gain(before, after, r))
	}
	return most
}

// gain counts users to whom the second state gives a right that the first does not.
func (s *search) gain(before, after entry.State, r Remedy) int {
	one, other := Step{Entry: entry.Entry{State: before}}, Step{Entry: entry.Entry{State: after}}
	m := mentionedBy(&Question{Way: &Way{Steps: []Step{one, other}}})
	p := partition(s.crowd.Accounts, m)
	stranger, n := p.stranger(), 0
	for i := range p.Standings {
		who := p.Standings[i].caller(stranger).Subject
		if Rights(who, after, r.Kind)&^Rights(who, before, r.Kind) == 0 {
			continue
		}
		n += p.Standings[i].Count
		if who.UID == s.question.Caller.UID || p.lists(i, s.question.Caller.UID) {
			n--
		}
	}
	return n
}

// lists reports whether a listed user with the id has the standing i.
func (p *Permitted) lists(i int, uid ident.UID) bool {
	if s := &p.Standings[i]; s.UID != ident.NoUID {
		return false // told by its id
	}
	for position := range p.users {
		if p.users[position].UID == uid {
			return int(p.of[position]) == i
		}
	}
	return false
}

// Applied is a question with a fix in place; q stays as it is.
func Applied(q *Question, f Fix) *Question {
	fixed := *q
	for _, r := range f.Remedies {
		r.apply(&fixed)
	}
	return &fixed
}
