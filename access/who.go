package access

import (
	"iter"
	"slices"

	"ward/account"
	"ward/acl"
	"ward/ident"
)

// Standing is those to whom the facts of a question say the same: what tells users
// apart is whether some component names them, and which of the groups that it names
// they are in. It is decided once for all of them.
type Standing struct {
	Verdict Verdict
	UID     ident.UID   // whom a component names; ident.NoUID for a standing of many
	Groups  []ident.GID // of the groups that components name, those they all are in
	Rest    bool        // everybody else: whom no component concerns, by name or by group
	Count   int         // of the database's users

	gid  ident.GID     // the first group of who is named; ident.NoGID for a standing of many
	like *account.User // one of them, where their own ids count; else nil
}

// GroupStanding is what membership in a group gives by itself.
type GroupStanding struct {
	GID     ident.GID
	Verdict Verdict
}

// Permitted is the answer to the question who may. It is an immutable value.
type Permitted struct {
	Standings []Standing      // each differs from every other; the rest is the first
	Groups    []GroupStanding // of all groups that some component names

	users []account.User // those that the database lists
	more  []account.User // those beyond its lists, whose positions follow
	of    []int32        // the standing of each position
}

// WhoMay decides a question for everybody: q.Caller is left out of account. A user
// stands for a process of his after login, uid 0 with every capability. Users are
// those that the database lists; of those beyond its lists only whom a component or
// a group that it names mentions. db may be nil.
func WhoMay(q *Question, db *account.Database) *Permitted {
	return whoAmong(q, db, mentionedBy(q))
}

func whoAmong(q *Question, db *account.Database, m mentioned) *Permitted {
	p := partition(db, m)
	asked := *q
	stranger := p.stranger()
	for i := range p.Standings {
		st := &p.Standings[i]
		asked.Caller = st.caller(stranger)
		st.Verdict = Decide(&asked)
	}
	for _, gid := range m.groups {
		one := Standing{UID: ident.NoUID, Groups: []ident.GID{gid}, gid: ident.NoGID}
		asked.Caller = one.caller(stranger)
		p.Groups = append(p.Groups, GroupStanding{GID: gid, Verdict: Decide(&asked)})
	}
	return p
}

// mentioned is whom the components of a question name.
type mentioned struct {
	users  []ident.UID // root among them
	groups []ident.GID
	mounts []*Mount // that can keep the ids of some, and not of others
}

func mentionedBy(questions ...*Question) mentioned {
	m := mentioned{users: []ident.UID{0}}
	for _, q := range questions {
		m.way(q.Way)
		m.way(q.Target)
		for _, w := range q.With.Interpreters {
			m.way(w)
		}
		if q.Action == ChangingOwner && q.With.UID != ident.NoUID {
			m.user(q.With.UID)
		}
		if (q.Action == ChangingOwner || q.Action == ChangingGroup) && q.With.GID != ident.NoGID {
			m.group(q.With.GID)
		}
	}
	return m
}

func (m *mentioned) way(w *Way) {
	if w == nil {
		return
	}
	for i := range w.Steps {
		e := &w.Steps[i].Entry
		if at := w.Steps[i].Mount; at != nil {
			m.mount(at)
		}
		m.user(e.UID)
		m.group(e.GID)
		for _, line := range e.ACL {
			switch line.Tag {
			case acl.User:
				m.user(ident.UID(line.ID))
			case acl.Group:
				m.group(ident.GID(line.ID))
			}
		}
	}
}

func (m *mentioned) mount(at *Mount) {
	if at.Private {
		m.user(at.PrivateUser)
	}
	if (at.Idmapped || at.Owner != nil && !at.Owner.IsInitial()) && !slices.Contains(m.mounts, at) {
		m.mounts = append(m.mounts, at)
	}
}

func (m *mentioned) user(uid ident.UID) {
	if !slices.Contains(m.users, uid) {
		m.users = append(m.users, uid)
	}
}

func (m *mentioned) group(gid ident.GID) {
	if !slices.Contains(m.groups, gid) {
		m.groups = append(m.groups, gid)
	}
}

// partition sorts the users into standings: all begin in the rest, and each group
// and each name parts the standings that it cuts through.
func partition(db *account.Database, m mentioned) *Permitted {
	p := &Permitted{users: db.Users(), Standings: []Standing{{UID: ident.NoUID, Rest: true, gid: ident.NoGID}}}
	belong := make([][]int, len(m.groups))
	for i, gid := range m.groups {
		positions, beyond := db.Belong(gid)
		belong[i] = append(positions[:len(positions):len(positions)], p.addNamed(db, beyond)...)
	}
	p.addNumbered(db, m.users)
	p.of = make([]int32, len(p.users)+len(p.more))
	parts := parting{permitted: p, next: map[parted]int32{}}
	for i, gid := range m.groups {
		for _, position := range belong[i] {
			parts.join(position, gid)
		}
		for j := range p.more { // whose primary groups have no index
			if p.more[j].GID == gid {
				parts.join(len(p.users)+j, gid)
			}
		}
	}
	for _, at := range m.mounts {
		parts.hold(at)
	}
	parts.single(m.users)
	for position := range p.users {
		p.Standings[p.of[position]].Count++
	}
	return p
}

// addNamed takes up members that the lists do not have, and tells their positions.
func (p *Permitted) addNamed(db *account.Database, names []string) (positions []int) {
	for _, name := range names {
		at := slices.IndexFunc(p.more, func(u account.User) bool { return u.Name == name })
		if at < 0 {
			u, ok := db.User(name)
			if !ok {
				continue // a name that nobody has can act for nobody
			}
			at = len(p.more)
			p.more = append(p.more, u)
		}
		positions = append(positions, len(p.users)+at)
	}
	return positions
}

// addNumbered takes up the users of ids that the lists do not have: owners and named
// users that nobody knows by name can still be somebody's ids.
func (p *Permitted) addNumbered(db *account.Database, uids []ident.UID) {
	for _, uid := range uids {
		if db.Lists(uid) || slices.ContainsFunc(p.more, func(u account.User) bool { return u.UID == uid }) {
			continue
		}
		if u, ok := db.UserByID(uid); ok {
			p.more = append(p.more, u)
		} else {
			p.more = append(p.more, account.User{UID: uid, GID: ident.NoGID})
		}
	}
}

// parting remembers into which standing a step leads.
type parting struct {
	permitted *Permitted
	next      map[parted]int32
	last      parted // the last of them and where it led: most users come in rows
	lastTo    int32
}

type parted struct {
	from int32
	gid  ident.GID
}

// join puts a user of a standing into the one of those who are in the group as well.
func (p *parting) join(position int, gid ident.GID) {
	of := p.permitted.of
	key := parted{of[position], gid}
	if p.lastTo != 0 && p.last == key {
		of[position] = p.lastTo
		return
	}
	from := p.permitted.Standings[key.from]
	if n := len(from.Groups); n > 0 && from.Groups[n-1] == gid {
		return // named twice
	}
	to, ok := p.next[key]
	if !ok {
		to = int32(len(p.permitted.Standings))
		p.next[key] = to
		p.permitted.Standings = append(p.permitted.Standings, Standing{
			UID: ident.NoUID, Groups: append(slices.Clip(from.Groups), gid), gid: ident.NoGID,
		})
	}
	p.last, p.lastTo = key, to
	of[position] = to
}

// hold parts those whose ids a mount can keep from those who cannot own anything there.
func (p *parting) hold(at *Mount) {
	next := map[int32]int32{}
	of := p.permitted.of
	for position := range of {
		u := p.permitted.user(position)
		if !at.holdsUser(u.UID) || !at.holdsGroup(u.GID) {
			continue
		}
		to, ok := next[of[position]]
		if !ok {
			to = int32(len(p.permitted.Standings))
			next[of[position]] = to
			p.permitted.Standings = append(p.permitted.Standings, Standing{
				UID: ident.NoUID, Groups: p.permitted.Standings[of[position]].Groups, gid: ident.NoGID, like: u,
			})
		}
		of[position] = to
	}
}

// single gives each user who is named a standing of his own, one for every account
// with the id that is in other groups.
func (p *parting) single(uids []ident.UID) {
	type owned struct {
		from int32
		uid  ident.UID
		gid  ident.GID
	}
	seen := map[owned]int32{}
	var likely [256]bool // by the last byte: hardly anybody is one of them
	for _, uid := range uids {
		likely[uid&0xff] = true
	}
	for position := range p.permitted.of {
		u := p.permitted.user(position)
		uid := u.UID
		if !likely[uid&0xff] || !slices.Contains(uids, uid) {
			continue
		}
		key := owned{p.permitted.of[position], uid, u.GID}
		to, ok := seen[key]
		if !ok {
			to = int32(len(p.permitted.Standings))
			seen[key] = to
			p.permitted.Standings = append(p.permitted.Standings, Standing{UID: uid, Groups: p.permitted.Standings[key.from].Groups, gid: u.GID})
		}
		p.permitted.of[position] = to
	}
}

// stranger is an id that no component names and no user has.
func (p *Permitted) stranger() ident.UID {
	uid := ident.NoUID - 2
	for slices.ContainsFunc(p.Standings, func(s Standing) bool { return s.UID == uid }) {
		uid--
	}
	return uid
}

// caller is one of those who stand so.
func (s *Standing) caller(stranger ident.UID) *Caller {
	c := &Caller{Subject: ident.Subject{UID: s.UID, GID: s.gid, Groups: s.Groups}, Umask: usualUmask}
	if s.gid == ident.NoGID {
		c.GID = ident.NoGID - 2 // nobody's, as the mapping of ids goes
	}
	switch {
	case s.UID == ident.NoUID && s.like != nil:
		c.UID, c.GID = s.like.UID, s.like.GID
	case s.UID == ident.NoUID:
		c.UID = stranger
	case s.UID == 0:
		c.Caps = ident.AllCapabilities
	}
	return c
}

const usualUmask = 0o022

// Users yields the users of the standing i, in the order of the database; those that
// its lists do not have come last, without a name where nobody knows one.
func (p *Permitted) Users(i int) iter.Seq[account.User] {
	return func(yield func(account.User) bool) {
		for position, of := range p.of {
			if int(of) == i && !yield(*p.user(position)) {
				return
			}
		}
	}
}

func (p *Permitted) user(position int) *account.User {
	if position < len(p.users) {
		return &p.users[position]
	}
	return &p.more[position-len(p.users)]
}

// Rest is the standing of everybody whom no component concerns.
func (p *Permitted) Rest() *Standing { return &p.Standings[0] }

// Everyone reports whether all may.
func (p *Permitted) Everyone() bool {
	return !slices.ContainsFunc(p.Standings, func(s Standing) bool { return s.Verdict.Answer != Allowed }) &&
		!slices.ContainsFunc(p.Groups, func(g GroupStanding) bool { return g.Verdict.Answer != Allowed })
}

// OnlyRoot reports whether root may and nobody else does.
func (p *Permitted) OnlyRoot() bool {
	for i := range p.Standings {
		if s := &p.Standings[i]; (s.Verdict.Answer == Allowed) != (s.UID == 0) && (s.UID == 0 || s.Verdict.Answer != Denied) {
			return false
		}
	}
	return !slices.ContainsFunc(p.Groups, func(g GroupStanding) bool { return g.Verdict.Answer != Denied })
}

// Count is how many of the database's users have the answer.
func (p *Permitted) Count(a Answer) (n int) {
	for i := range p.Standings {
		if p.Standings[i].Verdict.Answer == a {
			n += p.Standings[i].Count
		}
	}
	return n
}
