package process

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"ward/access"
	"ward/account"
	"ward/ident"
)

// Who is somebody that a person named.
type Who struct {
	access.Caller

	Name    string   // for people: "bob", "uid 1000", "process 812 of www-data"
	Process *Process // nil unless it is a running process
}

// usualUmask is what a user has whose umask nobody knows yet (login.defs(5)).
const usualUmask = 0o022

// UnknownError is a text that names nobody.
type UnknownError struct {
	What string   // "user", "group", "subject"
	Text string   // what was not understood
	Near []string // names that look like it
}

func (e *UnknownError) Error() string {
	if e.What == "subject" {
		return fmt.Sprintf("%q is no user name, no uid:gid[:gid,…] and no pid:N", e.Text)
	}
	return fmt.Sprintf("unknown %s %q", e.What, e.Text)
}

// Find is whom a text names:
//
//	"" or self              this very process
//	bob                     a user as after login: his groups are the database's
//	1000:100                bare ids; 1000:100:27,4 with supplementary groups
//	pid:812                 a running process as it is
//
// Names may stand for the ids ("bob:dev"). A lone number is a user of the database
// with that id. Uid 0 has every capability. The errors are *UnknownError and
// *GoneError, and those of reading /proc.
func Find(text string, db *account.Database) (*Who, error) {
	switch pid, isPID := strings.CutPrefix(text, "pid:"); {
	case text == "" || text == "self":
		return findProcess("%s (this process)", db, Self)
	case isPID:
		n, err := strconv.ParseUint(pid, 10, 31)
		if err != nil || n == 0 {
			return nil, &UnknownError{What: "subject", Text: text}
		}
		return findProcess("process "+pid+" of %s", db, func() (*Process, error) { return Look(int(n)) })
	case strings.Contains(text, ":"):
		return findIDs(text, db)
	}
	return findUser(text, db)
}

func findProcess(as string, db *account.Database, look func() (*Process, error)) (*Who, error) {
	p, err := look()
	if err != nil {
		return nil, err
	}
	return &Who{Caller: p.Caller, Name: fmt.Sprintf(as, named(p.Caller.UID, db)), Process: p}, nil
}

func findUser(text string, db *account.Database) (*Who, error) {
	u, ok := db.User(text)
	if !ok {
		uid, err := strconv.ParseUint(text, 10, 32)
		if err == nil {
			u, ok = db.UserByID(ident.UID(uid))
		}
	}
	if !ok {
		return nil, &UnknownError{What: "user", Text: text, Near: near(text, userNames(db))}
	}
	// The line of this name, which need not be the first one of its id.
	s := ident.Subject{UID: u.UID, GID: u.GID, Groups: db.GroupsOf(u.Name)}
	return &Who{Caller: caller(s), Name: u.Name}, nil
}

func caller(s ident.Subject) access.Caller {
	if s.UID == 0 {
		s.Caps = ident.AllCapabilities
	}
	return access.Caller{Subject: s, Umask: usualUmask}
}

func findIDs(text string, db *account.Database) (*Who, error) {
	parts := strings.Split(text, ":")
	if len(parts) > 3 {
		return nil, &UnknownError{What: "subject", Text: text}
	}
	uid, err := findID("user", parts[0], db.IDs().User, func() []string { return userNames(db) })
	if err != nil {
		return nil, err
	}
	gids := parts[1:2]
	if len(parts) == 3 && parts[2] != "" {
		gids = append(gids, strings.Split(parts[2], ",")...)
	}
	groups := make([]ident.GID, len(gids))
	for i, name := range gids {
		gid, err := findID("group", name, db.IDs().Group, func() []string { return groupNames(db) })
		if err != nil {
			return nil, err
		}
		groups[i] = ident.GID(gid)
	}
	s := ident.Subject{UID: ident.UID(uid), GID: groups[0], Groups: groups[1:]}
	return &Who{Caller: caller(s), Name: named(s.UID, db)}, nil
}

func named(uid ident.UID, db *account.Database) string {
	if u, ok := db.UserByID(uid); ok {
		return u.Name
	}
	return "uid " + strconv.FormatUint(uint64(uid), 10)
}

func findID(what, text string, find func(string) (uint32, bool), names func() []string) (uint32, error) {
	if id, err := strconv.ParseUint(text, 10, 32); err == nil && uint32(id) != uint32(ident.NoUID) {
		return uint32(id), nil
	}
	if id, ok := find(text); ok {
		return id, nil
	}
	return 0, &UnknownError{What: what, Text: text, Near: near(text, names())}
}

func userNames(db *account.Database) []string {
	var names []string
	for _, u := range db.Users() {
		names = append(names, u.Name)
	}
	return names
}

func groupNames(db *account.Database) []string {
	var names []string
	for _, g := range db.Groups() {
		names = append(names, g.Name)
	}
	return names
}

// near lists up to three names that a slip of the fingers could have made of text.
func near(text string, names []string) []string {
	type candidate struct {
		name     string
		distance int
	}
	var all []candidate
	for _, name := range names {
		if d := slips(text, name); d <= max(1, min(2, len(text)/3)) {
			all = append(all, candidate{name, d})
		}
	}
	slices.SortStableFunc(all, func(a, b candidate) int { return cmp.Compare(a.distance, b.distance) })
	var found []string
	for _, c := range all[:min(3, len(all))] {
		found = append(found, c.name)
	}
	return found
}

// slips is how many letters were left out, added, exchanged or swapped with their
// neighbour (the restricted distance of Damerau).
func slips(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			rows[i][j] = step(rows, a, b, i, j)
		}
	}
	return rows[len(a)][len(b)]
}

func step(rows [][]int, a, b string, i, j int) int {
	cost := 1
	if a[i-1] == b[j-1] {
		cost = 0
	}
	d := min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+cost)
	if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
		d = min(d, rows[i-2][j-2]+1)
	}
	return d
}
