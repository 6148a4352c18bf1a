package access_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"ward/access"
	"ward/account"
	"ward/acl"
	"ward/entry"
	"ward/ident"
	"ward/mode"
)

// step is a component of a way with everything known about it.
func step(path string, parent int, k mode.Kind, st entry.State) access.Step {
	const known = entry.Stat | entry.AccessACL | entry.DefaultACL | entry.Attributes | entry.Caps | entry.Content
	return access.Step{
		Path: path, Parent: parent, Mount: &access.Mount{ID: 1, Point: "/", FSType: "ext4"},
		Entry: entry.Entry{Name: path, Kind: k, State: st, Known: known},
	}
}

func state(m mode.Mode, uid ident.UID, gid ident.GID, list ...acl.Entry) entry.State {
	st := entry.State{Mode: m, UID: uid, GID: gid}
	if list != nil {
		st.ACL = list
		st.Mode = st.ACL.Mode(m)
	}
	return st
}

// asks is a question about one directory with one file in it.
func asks(a access.Action, dir, file entry.State) *access.Question {
	return &access.Question{
		Host: &access.Host{}, Action: a,
		Way: &access.Way{Steps: []access.Step{
			step("/", -1, mode.Directory, state(0o755, 0, 0)),
			step("/srv", 0, mode.Directory, dir),
			step("/srv/file", 1, mode.Regular, file),
		}},
	}
}

func smallTown() *account.Database {
	return account.New(
		[]account.User{
			{Name: "root"},
			{Name: "ann", UID: 1, GID: 100},
			{Name: "bob", UID: 2, GID: 100},
			{Name: "eve", UID: 3, GID: 101},
			{Name: "toor", UID: 0, GID: 7},
			{Name: "zoe", UID: 4, GID: 20},
		},
		[]account.Group{
			{Name: "users", GID: 100},
			{Name: "dev", GID: 20, Members: []string{"ann", "eve", "ldapuser"}},
			{Name: "ops", GID: 30, Members: []string{"eve"}},
			{Name: "none", GID: 40},
		},
	)
}

func ExampleWhoMay() {
	q := asks(access.Reading, state(0o755, 0, 0), state(0o640, 2, 20))
	db := smallTown()
	p := access.WhoMay(q, db)
	for i, s := range p.Standings {
		for u := range p.Users(i) {
			fmt.Println(u.Name, s.Verdict.Answer, s.Verdict.Reason.Format(db))
		}
	}
	// Unordered output:
	// root allowed CAP_DAC_READ_SEARCH allows it
	// toor allowed CAP_DAC_READ_SEARCH allows it
	// bob allowed the bits of its owner bob say rw-
	// ann allowed the bits of its group dev say r--
	// eve allowed the bits of its group dev say r--
	// zoe allowed the bits of its group dev say r--
}

func TestEveryoneAndOnlyRoot(t *testing.T) {
	db := smallTown()
	if p := access.WhoMay(asks(access.Reading, state(0o755, 0, 0), state(0o644, 2, 20)), db); !p.Everyone() || p.OnlyRoot() {
		t.Error("0644 below 0755 is not for everyone")
	}
	if p := access.WhoMay(asks(access.Reading, state(0o700, 0, 0), state(0o644, 2, 20)), db); p.Everyone() || !p.OnlyRoot() {
		t.Error("0644 below root's 0700 is not for root alone")
	}
	if p := access.WhoMay(asks(access.Reading, state(0o750, 0, 40), state(0o644, 2, 20)), db); p.OnlyRoot() {
		t.Error("a group without members may nevertheless")
	}
}

// whoState is a random state that concerns the people of a town.
func whoState(t *rapid.T, label string) entry.State {
	ids := rapid.SampledFrom([]uint32{0, 1, 2, 3, 4, 4711})
	gids := rapid.SampledFrom([]uint32{0, 20, 30, 40, 100, 4712})
	rights := rapid.Custom(func(t *rapid.T) mode.Rights { return mode.Rights(rapid.IntRange(0, 7).Draw(t, "rights")) })
	st := state(mode.Mode(rapid.IntRange(0, 0o1777).Draw(t, label)), ident.UID(ids.Draw(t, "uid")), ident.GID(gids.Draw(t, "gid")))
	if !rapid.Bool().Draw(t, "list") {
		return st
	}
	list := acl.List{{Tag: acl.UserObj, ID: acl.NoID, Rights: rights.Draw(t, "u")}}
	for _, id := range rapid.SliceOfNDistinct(ids, 0, 2, rapid.ID).Draw(t, "users") {
		list = append(list, acl.Entry{Tag: acl.User, ID: id, Rights: rights.Draw(t, "r")})
	}
	list = append(list, acl.Entry{Tag: acl.GroupObj, ID: acl.NoID, Rights: rights.Draw(t, "g")})
	for _, id := range rapid.SliceOfNDistinct(gids, 0, 2, rapid.ID).Draw(t, "groups") {
		list = append(list, acl.Entry{Tag: acl.Group, ID: id, Rights: rights.Draw(t, "r")})
	}
	st.ACL = append(list, acl.Entry{Tag: acl.Mask, ID: acl.NoID, Rights: rights.Draw(t, "m")}, acl.Entry{Tag: acl.Other, ID: acl.NoID, Rights: rights.Draw(t, "o")})
	st.Mode = st.ACL.Mode(st.Mode)
	return st
}

var whoActions = []access.Action{
	access.Reading, access.Writing, access.Executing, access.Deleting, access.Stating, access.ChangingMode, access.ChangingGroup, access.SettingTimes,
}

func TestWhoIsWhatDecideSaysOfEachUser(t *testing.T) {
	db := smallTown()
	rapid.Check(t, func(t *rapid.T) {
		q := asks(rapid.SampledFrom(whoActions).Draw(t, "action"), whoState(t, "dir"), whoState(t, "file"))
		q.With = access.With{UID: ident.NoUID, GID: 30, Now: rapid.Bool().Draw(t, "now")}
		p := access.WhoMay(q, db)
		seen := 0
		for i, s := range p.Standings {
			for u := range p.Users(i) {
				who := ident.Subject{UID: u.UID, GID: u.GID, Groups: db.GroupsOf(u.Name)}
				if u.UID == 0 {
					who.Caps = ident.AllCapabilities
				}
				asked := *q
				asked.Caller = &access.Caller{Subject: who}
				if got := access.Decide(&asked); got.Answer != s.Verdict.Answer || got.Errno != s.Verdict.Errno {
					t.Fatalf("%s: %+v, alone %+v", u.Name, s.Verdict, got)
				}
				seen++
			}
		}
		if seen < len(db.Users()) {
			t.Fatalf("%d of %d users", seen, len(db.Users()))
		}
	})
}

// city is ten thousand users, a hundred to a group, of whom each is in three more.
func city(n int) *account.Database {
	users := []account.User{{Name: "root"}}
	groups := make([]account.Group, 100)
	for i := range groups {
		groups[i] = account.Group{Name: fmt.Sprint("g", i), GID: ident.GID(1000 + i)}
	}
	r := rand.New(rand.NewPCG(1, 2))
	for i := range n {
		u := account.User{Name: fmt.Sprint("user", i), UID: ident.UID(10000 + i), GID: 100}
		for range 3 {
			g := &groups[r.IntN(len(groups))]
			g.Members = append(g.Members, u.Name)
		}
		users = append(users, u)
	}
	return account.New(users, append(groups, account.Group{Name: "users", GID: 100}))
}

func cityQuestion() *access.Question {
	return asks(access.Reading, state(0o750, 0, 1005), state(0o640, 10007, 1006,
		acl.Entry{Tag: acl.UserObj, ID: acl.NoID, Rights: 6}, acl.Entry{Tag: acl.User, ID: 10077, Rights: 4},
		acl.Entry{Tag: acl.GroupObj, ID: acl.NoID, Rights: 4}, acl.Entry{Tag: acl.Group, ID: 1007, Rights: 4},
		acl.Entry{Tag: acl.Mask, ID: acl.NoID, Rights: 4}, acl.Entry{Tag: acl.Other, ID: acl.NoID}))
}

// BenchmarkWho is who of ten thousand users may, against one decision for each.
func BenchmarkWho(b *testing.B) {
	db := city(10_000)
	q := cityQuestion()
	b.Run("together", func(b *testing.B) {
		for b.Loop() {
			access.WhoMay(q, db)
		}
	})
	b.Run("one by one", func(b *testing.B) {
		for b.Loop() {
			asked := *q
			for _, u := range db.Users() {
				asked.Caller = &access.Caller{Subject: db.Subject(u.UID)}
				access.Decide(&asked)
			}
		}
	})
	b.Run("decisions only", func(b *testing.B) {
		callers := make([]access.Caller, len(db.Users()))
		for i, u := range db.Users() {
			callers[i] = access.Caller{Subject: db.Subject(u.UID)}
		}
		asked := *q
		for b.Loop() {
			for i := range callers {
				asked.Caller = &callers[i]
				access.Decide(&asked)
			}
		}
	})
}

func TestEveryRuleHasANameOfItsOwn(t *testing.T) {
	seen := map[string]access.Rule{}
	for r := access.Rule(1); r <= access.ServerDecides; r++ {
		if r > access.DACOverride && r < access.NothingAsked {
			continue
		}
		name := r.String()
		if other, taken := seen[name]; taken || name == "none" {
			t.Errorf("%d and %d are both %q", r, other, name)
		}
		seen[name] = r
	}
}
