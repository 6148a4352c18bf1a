package policy

import (
	"slices"

	"ward/account"
	"ward/acl"
	"ward/entry"
	"ward/ident"
	"ward/mode"
)

// verdict is whether a selector holds, as far as the known facts tell.
type verdict uint8

const (
	no verdict = iota
	unsure
	yes
)

func holds(b bool) verdict {
	if b {
		return yes
	}
	return no
}

// subject is the entry that is being judged, with what was computed about it.
type subject struct {
	*entry.Entry
	key  key
	hits []int32 // the patterns that its path fits
	root bool    // it is the root of the tree, which has no name

	anyPath bool // the path is not known (a profile): path tests are unsure
	anySize bool // size and links neither
}

// asking gathers the facts that unsure verdicts lack.
type asking struct {
	accounts *account.Database
	need     entry.Facts
	answers  []answer // of path tests and candidate sets, by their place
	turn     uint64   // of the entry being judged: older answers are of others
}

type answer struct {
	turn    uint64
	verdict verdict
	need    entry.Facts
}

// eval evaluates a selector, what is cheap first. The facts that an unsure verdict
// wants are added to q.need.
func (t *test) eval(s *subject, q *asking) verdict {
	if !t.admits(s, q) {
		return no
	}
	sum := t.evalNumbers(s)
	if sum != no && t.path != nil {
		sum = min(sum, t.path.eval(s, q))
	}
	if sum != no && t.not != nil {
		sum = min(sum, t.evalNot(s, q))
	}
	if sum != no {
		sum = min(sum, t.evalFacts(s, q))
	}
	return sum
}

// admits tells whether kind, mode, owner and group fit, which costs next to nothing.
func (t *test) admits(s *subject, q *asking) bool {
	if t.kinds != 0 && !t.kinds.has(s.Kind) || len(t.modes) > 0 && !anyBits(t.modes, s.Mode) ||
		t.beside && (s.Dir == nil || s.Dir.Programs == 0) ||
		t.owners != nil && !t.owners.holds(uint32(s.UID), t.owners.unknown && q.accounts.KnowsUser(s.UID) == account.No) ||
		t.groups != nil && !q.fitsGroup(t.groups, s) {
		return false
	}
	return (t.content == 0 || s.Kind == mode.Regular) && (t.def == nil || s.Kind == mode.Directory || absentWill(t.def))
}

func (t *test) evalNumbers(s *subject) verdict {
	switch {
	case t.sizes == nil && t.links == nil:
		return yes
	case s.anySize:
		return unsure
	}
	return holds((t.sizes == nil || s.Kind == mode.Regular && anySpan(t.sizes, s.Size)) && (t.links == nil || anySpan(t.links, int64(s.Links))))
}

// evalNot is yes when none of the inner selectors holds.
func (t *test) evalNot(s *subject, q *asking) verdict {
	sum := yes
	before := q.need
	for i := range t.not {
		sum = min(sum, yes-t.not[i].eval(s, q))
		if sum == no {
			q.need = before
			return no
		}
	}
	return sum
}

// evalFacts looks at what must be fetched.
func (t *test) evalFacts(s *subject, q *asking) verdict {
	sum := yes
	if t.content != 0 {
		sum = min(sum, t.evalContent(s, q))
	}
	if t.acl != nil && sum != no {
		sum = min(sum, evalACL(t.acl, s, q, entry.AccessACL, s.ACL))
	}
	if t.def != nil && sum != no {
		sum = min(sum, evalACL(t.def, s, q, entry.DefaultACL, s.Default))
	}
	return sum
}

func (t *test) evalContent(s *subject, q *asking) verdict {
	if s.Known&entry.Content != 0 {
		return holds(s.Content&t.content != 0)
	}
	if s.Size == 0 && !s.anySize {
		return no
	}
	q.need |= entry.Content
	return unsure
}

func evalACL(ts []aclTest, s *subject, q *asking, fact entry.Facts, list acl.List) verdict {
	if s.Kind == mode.Symlink || fact == entry.DefaultACL && s.Kind != mode.Directory {
		return holds(absentWill(ts))
	}
	if s.Known&fact == 0 {
		q.need |= fact
		return unsure
	}
	for i := range ts {
		if ts[i].holds(list) {
			return yes
		}
	}
	return no
}

func absentWill(ts []aclTest) bool {
	for i := range ts {
		if ts[i].presence && !ts[i].present {
			return true
		}
	}
	return false
}

func (t *aclTest) holds(l acl.List) bool {
	if t.presence {
		return t.present == (len(l) > 0)
	}
	for _, e := range l {
		if e.Tag == t.entry.Tag && (t.anybody || !e.Tag.Named() || e.ID == t.entry.ID) && l.Effective(e)&t.entry.Rights == t.entry.Rights {
			return true
		}
	}
	return false
}

// fitsGroup tells whether the group of an entry is one that is asked for.
func (q *asking) fitsGroup(t *idTest, s *subject) bool {
	return t.holds(uint32(s.GID), t.unknown && q.accounts.KnowsGroup(s.GID) == account.No) || t.private && q.private(s.GID, s.UID)
}

// private tells whether nobody belongs to a group but the owner and root. Of a
// group that is not known nobody can tell.
func (q *asking) private(gid ident.GID, owner ident.UID) bool {
	if q.accounts.KnowsGroup(gid) != account.Yes {
		return false
	}
	users := q.accounts.Users()
	members, beyond := q.accounts.Belong(gid)
	for _, i := range members {
		if uid := users[i].UID; uid != 0 && uid != owner {
			return false
		}
	}
	return len(beyond) == 0
}

func (t *idTest) holds(id uint32, unknown bool) bool {
	if unknown {
		return true
	}
	for _, want := range t.ids {
		if id == want {
			return true
		}
	}
	return false
}

func anyBits(ts []bitsTest, m mode.Mode) bool {
	for i := range ts {
		if ts[i].holds(m) {
			return true
		}
	}
	return false
}

func anySpan(ss []span, n int64) bool {
	for _, s := range ss {
		if s.holds(n) {
			return true
		}
	}
	return false
}

func (t *pathTest) eval(s *subject, q *asking) verdict {
	if s.anyPath {
		return unsure
	}
	if len(s.hits) == 0 && (t.elusive == nil || !t.elusive.special) { // what nearly every entry comes to: not worth remembering
		return holds(!s.root && t.elusive != nil && fitsAny(t.elusive.few, &s.key))
	}
	a := &q.answers[t.place]
	if a.turn != q.turn {
		*a = answer{turn: q.turn, verdict: holds(t.fits(s))}
	}
	return a.verdict
}

// eval is whether any of the selectors holds.
func (c *candidates) eval(s *subject, q *asking) verdict {
	if s.anyPath {
		return anyTest(c.tests, s, q)
	}
	if a := &q.answers[c.place]; a.turn == q.turn {
		q.need |= a.need
		return a.verdict
	}
	before := q.need
	q.need = 0
	v := anyTest(c.tests, s, q)
	q.answers[c.place] = answer{q.turn, v, q.need}
	q.need |= before
	return v
}

func anyTest(ts []test, s *subject, q *asking) verdict {
	best := no
	for i := range ts {
		if best = max(best, ts[i].eval(s, q)); best == yes {
			return yes
		}
	}
	return best
}

func (t *pathTest) fits(s *subject) bool {
	for _, hit := range s.hits {
		if _, found := slices.BinarySearch(t.ids, hit); found {
			return true
		}
	}
	return !s.root && t.elusive.fits(&s.key)
}

// idle tells whether a demand would change nothing about an entry, whatever its
// lists and flags are.
func (d *demand) idle(k mode.Kind, m mode.Mode, uid ident.UID, gid ident.GID) bool {
	if d.owner && d.uid != uid || d.group && d.gid != gid {
		return false
	}
	if k == mode.Symlink {
		return true
	}
	return (!d.mode.some || d.mode.apply(m, k) == m) && !d.some &&
		(!d.defaults || k != mode.Directory) &&
		(d.set|d.clear == 0 || !plain(k)) && d.stored(k) == 0
}

// facts is what must be known before a demand can be met.
func (d *demand) facts(k mode.Kind) (f entry.Facts) {
	if k == mode.Symlink {
		return 0
	}
	if d.some {
		f |= entry.AccessACL
		if k == mode.Directory {
			f |= entry.DefaultACL
		}
	}
	if d.defaults && k == mode.Directory {
		f |= entry.DefaultACL
	}
	if d.set|d.clear != 0 && plain(k) {
		f |= entry.Attributes
	}
	return f | d.stored(k)
}
