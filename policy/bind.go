package policy

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"ward/account"
	"ward/acl"
	"ward/acl/nfs4"
	"ward/entry"
	"ward/finding"
	"ward/ident"
	"ward/legacy/dos"
	"ward/mode"
)

// Binding is what a policy is bound to before it can judge.
type Binding struct {
	Accounts *account.Database // who is who; nil knows nobody, so that only numbers are accepted
	Now      time.Time         // the day on which exceptions are held against their expiry; zero: none has expired
	Deep     bool              // read the content of every file that a rule may want, not only of candidates

	// RootName is the name that patterns see when the root of the tree is not a
	// directory but a single file; "" gives it none.
	RootName string

	// Slot and Slots share a walk among several judges: Slots is how many there
	// are (0 and 1: one), Slot which of them this is, from 0. All judges of a walk
	// must be bound with the same Slots.
	Slot, Slots int
}

// Judge is a policy bound to accounts and a day. It is immutable and may be shared;
// each goroutine judges through a Worker of its own.
type Judge struct {
	policy   *Policy
	accounts *account.Database
	rules    []compiled
	paths    automaton
	always   [kinds][]int32 // rules that choose by other things than the path, by kind
	byPath   [][]int32      // rules that choose by the path, by pattern
	deep     bool
	rootName string
	slot     int
	slots    int
	places   int // of answers that a worker remembers
}

const kinds = int(mode.Whiteout) + 1

// compiled is a rule with names resolved and patterns numbered.
type compiled struct {
	when       test
	candidates *candidates
	keeps      []test
	keptBy     []int // the place of each of keeps among the exceptions of the file
	need       demand
	forbid     bool
	byPath     bool // chosen by its patterns, which when does not have
	faults     bool // chooses what is wrong: that it chooses nothing is the good case
}

// demand is a requirement with names resolved.
type demand struct {
	mode         modeRule
	owner, group bool
	uid          ident.UID
	gid          ident.GID
	acl          acl.Spec
	some         bool // there is an acl
	defaultMode  mode.Expr
	defaults     bool // there is a defaultMode
	set, clear   entry.Flags
	nfs4         nfs4.Spec // names that are known have their numbers too
	dos          dos.Change
}

// test is a selector with names resolved and patterns numbered.
type test struct {
	kinds   kindSet
	modes   []bitsTest
	owners  *idTest
	groups  *idTest
	path    *pathTest
	sizes   []span
	links   []span
	beside  bool
	content entry.ContentKind
	acl     []aclTest
	def     []aclTest
	not     []test

	onlyPath bool // nothing but path is asked
}

// idTest holds for some ids, or for those without a name.
type idTest struct {
	ids     []uint32
	unknown bool
	private bool
}

// candidates is the selectors of which one must hold. Rules with the same ones
// share them, and the answer.
type candidates struct {
	tests []test
	place int // in a worker's memory of answers
}

// pathTest holds for paths that a pattern fits. All patterns run in the automaton,
// once for all tests, but for the elusive ones, which are tried when it matters.
type pathTest struct {
	ids     []int32
	elusive *nameIndex
	place   int // in a worker's memory of answers
}

// Bind looks up the names of users and groups and drops exceptions that have
// expired. An unknown name is an error with its place in the file, an expired
// exception a warning; when the problems are Broken there is no judge.
func (p *Policy) Bind(b Binding) (*Judge, Problems) {
	c := &binder{
		reader: reader{file: p.file},
		Judge: &Judge{
			policy: p, accounts: b.Accounts, deep: b.Deep, rootName: b.RootName,
			slot: b.Slot, slots: max(b.Slots, 1),
		},
		now: b.Now, pathTests: map[string]*pathTest{}, candidateSets: map[string]*candidates{},
	}
	c.excludes(p)
	for i := range p.rules {
		c.rule(&p.rules[i], int32(i))
	}
	if c.problems.sorted().Broken() {
		return nil, c.problems
	}
	c.paths.compile()
	return c.Judge, c.problems
}

// Policy is what the judge was bound from.
func (j *Judge) Policy() *Policy { return j.policy }

// Rules lists the rules; a Decision's Rule is an index into it.
func (j *Judge) Rules() []Rule { return j.policy.Rules() }

// binder is a Judge in the making.
type binder struct {
	reader
	*Judge
	now           time.Time
	pathTests     map[string]*pathTest   // by the texts of their patterns
	candidateSets map[string]*candidates // by where they stand in the file
}

func (c *binder) excludes(p *Policy) {
	for i := range p.exclude {
		c.number(&p.exclude[i], true)
	}
	if !p.defaults {
		return
	}
	ps := defaultExcludes()
	for i := range ps {
		c.number(&ps[i], true)
	}
}

// number gives a pattern its place in the automaton and in byPath.
func (c *binder) number(p *pattern, excludes bool) int32 {
	c.byPath = append(c.byPath, nil)
	return c.paths.add(p, excludes)
}

func (c *binder) rule(u *rule, i int32) {
	when := u.when
	r := compiled{forbid: u.about.Forbid, need: c.demand(&u.need), faults: u.about.Forbid || when.byState()}
	if len(when.paths) > 0 && !slices.ContainsFunc(when.paths, elusive) {
		for n := range when.paths {
			id := c.number(&when.paths[n], false)
			c.byPath[id] = append(c.byPath[id], i)
		}
		when.paths, r.byPath = nil, true
	} else {
		for k := range kinds {
			if r.chooses(u.when.kinds, mode.Kind(k)) {
				c.always[k] = append(c.always[k], i)
			}
		}
	}
	r.when = c.test(&when)
	if r.when.kinds == 0 {
		r.when.kinds = ^kindsOf(mode.Symlink)
	}
	if !c.deep {
		r.candidates = c.candidatesOf(u.candidates)
	}
	for e := range u.except {
		if keep, ok := c.exception(u, &u.except[e]); ok {
			r.keeps = append(r.keeps, keep)
			r.keptBy = append(r.keptBy, e)
		}
	}
	c.rules = append(c.rules, r)
}

// elusive tells whether no index finds a pattern: a name in any directory, with a
// wildcard at both ends. Every name has to be tried, so it is tried last.
func elusive(p pattern) bool {
	if p.never || len(p.parts) != 1 || !p.parts[0].anywhere {
		return false
	}
	name := &p.parts[0].name
	return name.prefix == "" && name.suffix == "" && name.shape != affixes
}

// chooses tells whether a rule is for a kind: symlinks only by name.
func (r *compiled) chooses(s kindSet, k mode.Kind) bool {
	if s == 0 {
		return k != mode.Symlink
	}
	return s.has(k)
}

func (c *binder) exception(u *rule, e *exception) (test, bool) {
	if !e.about.Until.IsZero() && !c.now.IsZero() && day(c.now).After(e.about.Until) {
		c.warn(e.pos, "renew it, or mend what it excused", "rule %q: an exception expired on %s and no longer holds (%s)",
			u.about.Name, e.about.Until.Format(time.DateOnly), e.about.Reason)
		return test{}, false
	}
	return c.test(&e.when), true
}

func day(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

func (c *binder) candidatesOf(ss []selector) *candidates {
	if len(ss) == 0 {
		return nil
	}
	text := ""
	for i := range ss {
		text += fmt.Sprint(ss[i].pos, "\x00")
	}
	if known, ok := c.candidateSets[text]; ok {
		return known
	}
	set := &candidates{tests: c.tests(ss), place: c.places}
	c.places++
	c.candidateSets[text] = set
	return set
}

func (c *binder) tests(ss []selector) []test {
	var out []test
	for i := range ss {
		out = append(out, c.test(&ss[i]))
	}
	return out
}

func (c *binder) test(s *selector) test {
	t := test{
		kinds: s.kinds, modes: s.modes, sizes: s.sizes, links: s.links, beside: s.beside, content: s.content,
		owners: c.idTest(s.owners, true), groups: c.idTest(s.groups, false),
		path: c.pathTest(s.paths),
		acl:  c.aclTests(s.acl), def: c.aclTests(s.def),
		not: c.tests(s.not),
	}
	t.onlyPath = t.path != nil && t.kinds == 0 && t.modes == nil && t.sizes == nil && t.links == nil && !t.beside && t.content == 0 &&
		t.owners == nil && t.groups == nil && t.acl == nil && t.def == nil && t.not == nil
	return t
}

func (c *binder) pathTest(ps []pattern) *pathTest {
	if len(ps) == 0 {
		return nil
	}
	texts := ""
	for _, p := range ps {
		texts += p.text + "\x00"
	}
	if t, ok := c.pathTests[texts]; ok {
		return t
	}
	t := &pathTest{place: c.places}
	c.places++
	c.pathTests[texts] = t
	var names []namedGlob
	for i := range ps {
		p := &ps[i]
		switch {
		case p.never:
		case elusive(*p) && !p.dirOnly:
			names = append(names, namedGlob{&p.parts[0].name, int32(i)})
		default:
			t.ids = append(t.ids, c.number(p, false))
		}
	}
	t.elusive = newNameIndex(names)
	return t
}

func (c *binder) idTest(refs []nameRef, user bool) *idTest {
	if len(refs) == 0 {
		return nil
	}
	var t idTest
	for _, ref := range refs {
		if ref.unknown || ref.private {
			t.unknown, t.private = t.unknown || ref.unknown, t.private || ref.private
		} else if id, ok := c.id(ref, user); ok {
			t.ids = append(t.ids, id)
		}
	}
	return &t
}

// id is the number of a name, which is an error where nobody has it.
func (c *binder) id(ref nameRef, user bool) (uint32, bool) {
	if ref.number {
		return ref.id, true
	}
	what, lookup := "user", c.accounts.IDs().User
	if !user {
		what, lookup = "group", c.accounts.IDs().Group
	}
	id, ok := lookup(ref.text)
	if !ok {
		c.fail(ref.pos, c.similar(ref.text, user), "unknown %s %q", what, ref.text)
	}
	return id, ok
}

func (c *binder) similar(name string, user bool) string {
	if c.accounts == nil {
		return "no accounts are known here; use numbers"
	}
	var known []string
	if user {
		for _, u := range c.accounts.Users() {
			known = append(known, u.Name)
		}
	} else {
		for _, g := range c.accounts.Groups() {
			known = append(known, g.Name)
		}
	}
	return DidYouMean(name, known)
}

func (c *binder) aclTests(ts []aclTest) []aclTest {
	var out []aclTest
	for _, t := range ts {
		if t.entry.Tag.Named() && !t.anybody && !t.presence {
			t.entry.ID, _ = c.id(t.who, t.entry.Tag == acl.User)
		}
		out = append(out, t)
	}
	return out
}

func (c *binder) demand(q *requirement) demand {
	d := demand{mode: q.mode, defaultMode: q.defaultMode, defaults: q.defaultMode.String() != "", set: q.set, clear: q.clear, nfs4: q.nfs4.Resolve(c.accounts.IDs()), dos: q.dos}
	if q.owner != nil {
		id, ok := c.id(*q.owner, true)
		d.owner, d.uid = ok, ident.UID(id)
	}
	if q.group != nil {
		id, ok := c.id(*q.group, false)
		d.group, d.gid = ok, ident.GID(id)
	}
	if q.acl == "" {
		return d
	}
	spec, err := acl.ParseSpec(q.acl, c.accounts.IDs())
	var e *acl.SyntaxError
	switch {
	case errors.As(err, &e):
		c.problems = append(c.problems, Problem{
			c.file, q.aclAt.line, q.aclAt.column, finding.Error, fmt.Sprintf("require.acl: %s", e.Problem), c.aclHint(e),
		})
	case err != nil:
		c.fail(q.aclAt, "", "require.acl: %s", err)
	}
	d.acl, d.some = spec, err == nil
	return d
}

// aclHint adds names that are like one that nobody has.
func (c *binder) aclHint(e *acl.SyntaxError) string {
	if e.Unknown == "" {
		return e.Hint
	}
	if hint := c.similar(e.Unknown, true); hint != "" {
		return hint
	}
	return c.similar(e.Unknown, false)
}
