package grouping_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ward/access"
	"ward/account"
	"ward/account/grouping"
	"ward/acl"
	"ward/entry"
	"ward/ident"
	"ward/mode"
)

// village is six users, some of whom share groups.
func village() *account.Database {
	users := []account.User{{Name: "root"}}
	for i, name := range []string{"ann", "bob", "cat", "dan", "eve", "fay"} {
		users = append(users, account.User{Name: name, UID: ident.UID(1000 + i), GID: ident.GID(1000 + i)})
	}
	users[6].GID = 100
	groups := []account.Group{
		{Name: "root"},
		{Name: "users", GID: 100},
		{Name: "dev", GID: 2000, Members: []string{"ann", "bob"}},
		{Name: "ops", GID: 2001, Members: []string{"cat"}},
		{Name: "both", GID: 2002, Members: []string{"ann", "bob", "cat"}},
	}
	for i, name := range []string{"ann", "bob", "cat", "dan", "eve"} {
		groups = append(groups, account.Group{Name: name, GID: ident.GID(1000 + i)})
	}
	return account.New(users, groups)
}

func list(mask mode.Rights, owner, group, other mode.Rights, named ...acl.Entry) entry.State {
	l := acl.List{{Tag: acl.UserObj, ID: acl.NoID, Rights: owner}}
	for _, tag := range []acl.Tag{acl.User, acl.GroupObj, acl.Group} {
		if tag == acl.GroupObj {
			l = append(l, acl.Entry{Tag: tag, ID: acl.NoID, Rights: group})
		}
		for _, e := range named {
			if e.Tag == tag {
				l = append(l, e)
			}
		}
	}
	l = append(l, acl.Entry{Tag: acl.Mask, ID: acl.NoID, Rights: mask}, acl.Entry{Tag: acl.Other, ID: acl.NoID, Rights: other})
	return entry.State{Mode: mode.Mode(owner)<<6 | mode.Mode(mask)<<3 | mode.Mode(other), ACL: l}
}

func user(uid uint32, r mode.Rights) acl.Entry { return acl.Entry{Tag: acl.User, ID: uid, Rights: r} }

func group(gid uint32, r mode.Rights) acl.Entry { return acl.Entry{Tag: acl.Group, ID: gid, Rights: r} }

func ExamplePropose() {
	st := list(6, 6, 4, 0, user(1003, 6), group(2000, 6), user(1004, 6))
	st.UID, st.GID = 1003, 1003
	p := grouping.Propose([]grouping.Pattern{{Kind: mode.Regular, State: st, Count: 1, First: "plan.txt"}}, village(), grouping.Options{Prefix: "srv"})
	for _, g := range p.Groups {
		fmt.Println(g.Name, g.GID, g.Members, g.New)
	}
	fmt.Println(p.Outcomes[0].After.Mode.Octal(), p.Outcomes[0].After.GID, p.Outcomes[0].Differences)
	// Output:
	// srv-rw 1005 [ann bob dan eve] true
	// 0660 1005 []
}

// The group that a list names is taken where it has just the right members.
func TestGroupsThatAreThereAreUsed(t *testing.T) {
	st := list(7, 7, 5, 0, group(2000, 7))
	st.UID, st.GID = 1000, 0
	p := grouping.Propose([]grouping.Pattern{{Kind: mode.Directory, State: st}}, village(), grouping.Options{})
	if len(p.Groups) != 1 || p.Groups[0].Name != "dev" || p.Groups[0].New || p.Outcomes[0].After.Mode != 0o770 {
		t.Errorf("%+v", p)
	}
}

func TestWhatAModeCannotSayStays(t *testing.T) {
	three := list(7, 7, 4, 0, user(1001, 6), user(1002, 4))
	three.UID, three.GID = 1000, 1000
	ghost := list(7, 7, 0, 0, user(4711, 6))
	ghost.UID = 1000
	setgid := list(7, 7, 5, 5, user(1001, 7))
	setgid.Mode |= mode.SetGID
	for _, st := range []entry.State{three, ghost, setgid} {
		p := grouping.Propose([]grouping.Pattern{{Kind: mode.Regular, State: st}}, village(), grouping.Options{})
		if p.Outcomes[0].Stays == "" || len(p.Outcomes[0].Differences) > 0 {
			t.Errorf("%+v", p.Outcomes[0])
		}
	}
}

func randomState(t *rapid.T) (mode.Kind, entry.State) {
	right := rapid.Custom(func(t *rapid.T) mode.Rights {
		return mode.Rights(rapid.SampledFrom([]int{0, 0, 4, 5, 6, 7, 7, 1, 2, 3}).Draw(t, "rights"))
	})
	var named []acl.Entry
	for _, uid := range rapid.SliceOfNDistinct(rapid.Uint32Range(1000, 1006), 0, 4, rapid.ID[uint32]).Draw(t, "users") {
		named = append(named, user(uid, right.Draw(t, "r")))
	}
	for _, gid := range rapid.SliceOfNDistinct(rapid.SampledFrom([]uint32{100, 1000, 1001, 2000, 2001, 2002}), 0, 3, rapid.ID[uint32]).Draw(t, "groups") {
		named = append(named, group(gid, right.Draw(t, "r")))
	}
	st := list(right.Draw(t, "mask"), right.Draw(t, "owner"), right.Draw(t, "group"), right.Draw(t, "other"), named...)
	st.UID = ident.UID(rapid.SampledFrom([]int{0, 1000, 1001, 1002, 4711}).Draw(t, "uid"))
	st.GID = ident.GID(rapid.SampledFrom([]int{0, 100, 1000, 1001, 2000, 2001, 2002}).Draw(t, "gid"))
	return rapid.SampledFrom([]mode.Kind{mode.Regular, mode.Directory}).Draw(t, "kind"), st
}

// changes compares everybody's rights before and after by the database as it then is:
// another way to the answer than the proposal's own.
func changes(db *account.Database, p *grouping.Proposal, out *grouping.Outcome) (gained, lost []string) {
	groups := db.Groups()
	for _, g := range p.Groups {
		if g.New {
			groups = append(groups[:len(groups):len(groups)], account.Group{Name: g.Name, GID: g.GID, Members: g.Members})
		}
	}
	after := account.New(db.Users(), groups)
	for _, uid := range []ident.UID{1000, 1001, 1002, 1003, 1004, 1005, 4711, 99} {
		was := access.Rights(db.Subject(uid), out.State, out.Kind)
		is := access.Rights(after.Subject(uid), out.After, out.Kind)
		if is&^was != 0 {
			gained = append(gained, fmt.Sprintf("%d: %v to %v", uid, was, is))
		}
		if was&^is != 0 {
			lost = append(lost, fmt.Sprintf("%d: %v to %v", uid, was, is))
		}
	}
	return gained, lost
}

// Nobody's access changes, unless the proposal lists it; and nobody ever gains.
func TestProposalsKeepEverybodysAccess(t *testing.T) {
	replaced := 0
	rapid.Check(t, func(t *rapid.T) {
		var patterns []grouping.Pattern
		for range rapid.IntRange(1, 4).Draw(t, "patterns") {
			k, st := randomState(t)
			patterns = append(patterns, grouping.Pattern{Kind: k, State: st, Count: 1})
		}
		approximate := rapid.Bool().Draw(t, "approximate")
		db := village()
		p := grouping.Propose(patterns, db, grouping.Options{Approximate: approximate})
		for i := range p.Outcomes {
			out := &p.Outcomes[i]
			if out.Stays == "" {
				replaced++
			}
			gained, lost := changes(db, &p, out)
			if len(gained) > 0 || !approximate && len(lost) > 0 {
				t.Fatalf("gained %v, lost %v: %+v", gained, lost, out)
			}
			for _, who := range lost {
				if !listed(db, who, out.Differences) {
					t.Fatalf("%s lost rights, and the proposal lists %v", who, out.Differences)
				}
			}
			if out.Stays == "" && len(out.After.ACL) > 0 {
				t.Fatalf("%+v keeps a list", out)
			}
		}
	})
	if replaced == 0 {
		t.Error("nothing was ever replaced")
	}
}

// listed reports whether a proposal owns up to a loss, "1003: r-- to ---".
func listed(db *account.Database, lost string, differences []grouping.Difference) bool {
	id, _, _ := strings.Cut(lost, ":")
	uid, _ := strconv.Atoi(id)
	for _, d := range differences {
		if d.Who == db.UserName(ident.UID(uid)) || d.Who == "uid "+id || d.Who == "everybody else" && !db.Lists(ident.UID(uid)) {
			return true
		}
	}
	return false
}

// A list in the place of a group gives everybody what he had.
func TestBackKeepsEverybodysAccess(t *testing.T) {
	replaced := 0
	rapid.Check(t, func(t *rapid.T) {
		db := village()
		k, st := randomState(t)
		st.ACL = nil
		g, _ := db.GroupByID(rapid.SampledFrom([]ident.GID{2000, 2001, 2002}).Draw(t, "group"))
		if rapid.Bool().Draw(t, "of the group") {
			st.GID = g.GID
		}
		p := grouping.Back([]grouping.Pattern{{Kind: k, State: st}}, g, db)
		out := &p.Outcomes[0]
		if out.Stays == "" {
			replaced++
			if err := out.After.ACL.Validate(); err != nil {
				t.Fatalf("%v: %v", err, out.After.ACL)
			}
		}
		gained, lost := changes(db, &p, out)
		if len(gained)+len(lost)+len(out.Differences) > 0 {
			t.Fatalf("gained %v, lost %v, listed %v: %+v", gained, lost, out.Differences, out)
		}
	})
	if replaced == 0 {
		t.Error("nothing was ever replaced")
	}
}
