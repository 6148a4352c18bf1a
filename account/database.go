package account

import (
	"slices"
	"strconv"

	"ward/ident"
)

// Database is a set of accounts. It does not change once it is made and may be
// used from several goroutines. A nil *Database knows nobody and cannot tell.
type Database struct {
	users      []User
	groups     []Group
	userNames  map[string]int // positions in users
	userIDs    map[ident.UID]int
	groupNames map[string]int // positions in groups
	groupIDs   map[ident.GID][]int
	firstGroup map[ident.GID][]int    // positions of the users who have it as their primary group
	groupsOf   map[string][]ident.GID // by user name, supplementary ones only

	open    bool // there may be accounts beyond the lists
	outside Outside
}

// New is the database of these users and groups, and of nobody else. Where a name
// or an id is there twice, the first line counts, as it does for getpwnam(3).
func New(users []User, groups []Group) *Database {
	d := &Database{
		users: users, groups: groups,
		userNames: map[string]int{}, userIDs: map[ident.UID]int{},
		groupNames: map[string]int{}, groupIDs: map[ident.GID][]int{},
		firstGroup: map[ident.GID][]int{}, groupsOf: map[string][]ident.GID{},
	}
	for i, u := range users {
		setFirst(d.userNames, u.Name, i)
		setFirst(d.userIDs, u.UID, i)
		d.firstGroup[u.GID] = append(d.firstGroup[u.GID], i)
	}
	for i, g := range groups {
		setFirst(d.groupNames, g.Name, i)
		d.groupIDs[g.GID] = append(d.groupIDs[g.GID], i)
		for _, name := range g.Members {
			d.groupsOf[name] = append(d.groupsOf[name], g.GID)
		}
	}
	return d
}

func setFirst[K comparable](m map[K]int, key K, i int) {
	if _, ok := m[key]; !ok {
		m[key] = i
	}
}

// Beyond is the database with more accounts outside its lists, which o is asked
// about one at a time. The zero Outside says that there are some and that nobody
// can be asked.
func (d *Database) Beyond(o Outside) *Database {
	if d == nil {
		d = New(nil, nil)
	}
	wider := *d
	wider.open, wider.outside = true, o
	return &wider
}

// Complete reports whether the lists are all there is.
func (d *Database) Complete() bool { return d != nil && !d.open }

// Users lists the users of the database, those outside its lists left out. The
// slice is the database's own.
func (d *Database) Users() []User {
	if d == nil {
		return nil
	}
	return d.users
}

// Groups lists the groups of the database, those outside its lists left out. The
// slice is the database's own.
func (d *Database) Groups() []Group {
	if d == nil {
		return nil
	}
	return d.groups
}

// User finds a user by name.
func (d *Database) User(name string) (User, bool) {
	u, answer := d.userNamed(name)
	return u, answer == Yes
}

// UserByID finds a user by id.
func (d *Database) UserByID(uid ident.UID) (User, bool) {
	u, answer := d.userWith(uid)
	return u, answer == Yes
}

// KnowsUser says whether some user has the id.
func (d *Database) KnowsUser(uid ident.UID) Answer {
	_, answer := d.userWith(uid)
	return answer
}

// UserName is the name of the user, or the number where none is known.
func (d *Database) UserName(uid ident.UID) string {
	if u, ok := d.UserByID(uid); ok {
		return u.Name
	}
	return number(uint32(uid))
}

func (d *Database) userNamed(name string) (User, Answer) {
	switch i, ok := d.userAt(name); {
	case ok:
		return d.users[i], Yes
	case d.Complete():
		return User{}, No
	case d == nil || d.outside.User == nil || isNumber(name):
		return User{}, CannotTell
	}
	return d.outside.User(name)
}

func (d *Database) userAt(name string) (int, bool) {
	if d == nil {
		return 0, false
	}
	i, ok := d.userNames[name]
	return i, ok
}

func (d *Database) userWith(uid ident.UID) (User, Answer) {
	if d == nil {
		return User{}, CannotTell
	}
	if i, ok := d.userIDs[uid]; ok {
		return d.users[i], Yes
	}
	switch {
	case !d.open || uid == ident.NoUID:
		return User{}, No
	case d.outside.User == nil:
		return User{}, CannotTell
	}
	return d.outside.User(number(uint32(uid)))
}

// Group finds a group by name.
func (d *Database) Group(name string) (Group, bool) {
	if d == nil {
		return Group{}, false
	}
	if i, ok := d.groupNames[name]; ok {
		return d.groups[i], true
	}
	if !d.open || d.outside.Group == nil || isNumber(name) {
		return Group{}, false
	}
	g, answer := d.outside.Group(name)
	return g, answer == Yes
}

// GroupByID finds a group by id.
func (d *Database) GroupByID(gid ident.GID) (Group, bool) {
	g, answer := d.groupWith(gid)
	return g, answer == Yes
}

// KnowsGroup says whether some group has the id.
func (d *Database) KnowsGroup(gid ident.GID) Answer {
	_, answer := d.groupWith(gid)
	return answer
}

// GroupName is the name of the group, or the number where none is known.
func (d *Database) GroupName(gid ident.GID) string {
	if g, ok := d.GroupByID(gid); ok {
		return g.Name
	}
	return number(uint32(gid))
}

func (d *Database) groupWith(gid ident.GID) (Group, Answer) {
	if d == nil {
		return Group{}, CannotTell
	}
	if lines := d.groupIDs[gid]; len(lines) > 0 {
		return d.groups[lines[0]], Yes
	}
	switch {
	case !d.open || gid == ident.NoGID:
		return Group{}, No
	case d.outside.Group == nil:
		return Group{}, CannotTell
	}
	return d.outside.Group(number(uint32(gid)))
}

// MembersOf lists who belongs to the group: those who have it as their primary
// group, then those whom any line with its id names, each once. A member whom no
// list has is there by name with the id ident.NoUID. Users outside the lists are
// found only where the group names them.
func (d *Database) MembersOf(gid ident.GID) []User {
	if d == nil {
		return nil
	}
	var members []User
	for _, i := range d.firstGroup[gid] {
		members = append(members, d.users[i])
	}
	for _, name := range d.namesIn(gid) {
		if !slices.ContainsFunc(members, func(u User) bool { return u.Name == name }) {
			members = append(members, d.member(name))
		}
	}
	return members
}

func (d *Database) namesIn(gid ident.GID) []string {
	lines := d.groupIDs[gid]
	if len(lines) == 0 {
		g, _ := d.groupWith(gid)
		return g.Members
	}
	var names []string
	for _, i := range lines {
		names = append(names, d.groups[i].Members...)
	}
	return names
}

func (d *Database) member(name string) User {
	if u, ok := d.User(name); ok {
		return u
	}
	return User{Name: name, UID: ident.NoUID, GID: ident.NoGID}
}

// GroupsOf lists the groups that name the user, as initgroups(3) would give them,
// without his primary one. Groups outside the lists are not among them.
func (d *Database) GroupsOf(name string) []ident.GID {
	if d == nil {
		return nil
	}
	return slices.Clone(d.groupsOf[name])
}

// Subject is a process of the user after login: his ids and groups, and every
// capability for uid 0. An id that nobody has gives a subject without groups.
func (d *Database) Subject(uid ident.UID) ident.Subject {
	s := ident.Subject{UID: uid, GID: ident.NoGID}
	if u, ok := d.UserByID(uid); ok {
		s.GID, s.Groups = u.GID, d.GroupsOf(u.Name)
	}
	if uid == 0 {
		s.Caps = ident.AllCapabilities
	}
	return s
}

// IDs answers with bare numbers: the resolver that package acl asks.
type IDs struct{ d *Database }

// IDs is the database as a resolver of names.
func (d *Database) IDs() IDs { return IDs{d} }

// User is the id of the user.
func (r IDs) User(name string) (uint32, bool) {
	u, ok := r.d.User(name)
	return uint32(u.UID), ok
}

// Group is the id of the group.
func (r IDs) Group(name string) (uint32, bool) {
	g, ok := r.d.Group(name)
	return uint32(g.GID), ok
}

func number(id uint32) string { return strconv.FormatUint(uint64(id), 10) }

// isNumber keeps a name of digits from being asked for as an id.
func isNumber(name string) bool {
	_, err := strconv.ParseUint(name, 10, 64)
	return err == nil
}
