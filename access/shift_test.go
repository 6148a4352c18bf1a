package access_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ward/access"
	"ward/acl"
	"ward/entry"
	"ward/ident"
	"ward/mode"
)

func TestCompare(t *testing.T) {
	ann := func(m mode.Mode, text string) entry.State {
		st := entry.State{Mode: m, UID: 1001, GID: 2001}
		st.ACL, st.Mode = list(text).Fold(m)
		return st
	}
	owned := func(st entry.State, uid ident.UID, gid ident.GID) entry.State {
		st.UID, st.GID = uid, gid
		return st
	}
	inheriting := func(st entry.State, text string) entry.State {
		st.Default = list(text)
		return st
	}
	immutable := func(st entry.State) entry.State {
		st.Flags = entry.Immutable
		return st
	}
	capable := func(st entry.State, caps string) entry.State {
		st.Caps = caps
		return st
	}
	const dev = "group dev (ann, eve)"
	for _, c := range []struct {
		name          string
		before, after entry.State
		kind          mode.Kind
		want          string
	}{
		{"nothing changes", ann(0o644, ""), ann(0o644, ""), mode.Regular, ""},
		{"others lose write", ann(0o666, ""), ann(0o664, ""), mode.Regular, "everyone else loses write"},
		{
			"a class may less than the one outside it", ann(0o604, ""), ann(0o640, ""), mode.Regular,
			dev + " gains read; everyone else loses read",
		},
		{
			"a directory is entered, not executed", ann(0o700, ""), ann(0o711, ""), mode.Directory,
			dev + " gains enter; everyone else gains enter",
		},
		{
			"with x a directory's w comes to be of use", ann(0o766, ""), ann(0o777, ""), mode.Directory,
			dev + " gains create and delete, enter; everyone else gains create and delete, enter",
		},
		{
			"w of a directory is of no use without x", ann(0o766, ""), ann(0o764, ""), mode.Directory,
			"",
		},
		{
			"root's own bits mean little to root", owned(ann(0o700, ""), 0, 0), owned(ann(0o000, ""), 0, 0), mode.Regular,
			"root (owner) loses execute",
		},
		{
			"a new owner who had nothing", ann(0o600, ""), owned(ann(0o600, ""), 1002, 2001), mode.Regular,
			"ann (owner) loses read, write, change permissions; bob (owner) gains read, write, change permissions",
		},
		{
			"an old owner keeps what his group has", ann(0o640, ""), owned(ann(0o640, ""), 0, 2001), mode.Regular,
			"ann (owner) loses write, change permissions",
		},
		{
			"a new group", owned(ann(0o640, ""), 0, 2001), owned(ann(0o640, ""), 0, 2002), mode.Regular,
			dev + " loses read; group ops (eve) gains read",
		},
		{
			"a named user appears", ann(0o640, ""), ann(0o640, "u::rw,u:bob:rw,g::r,m::rw,o::-"), mode.Regular,
			"bob (named user) gains read, write",
		},
		{
			"a mask cuts names and group", ann(0o660, "u::rw,u:bob:rw,g::rw,m::rw,o::-"), ann(0o640, "u::rw,u:bob:rw,g::rw,m::r,o::-"),
			mode.Regular, "bob (named user) loses write; " + dev + " loses write",
		},
		{
			"an empty mask puts the list out of force", ann(0o644, "u::rw,u:bob:-,g::r,m::r,o::r"), ann(0o604, "u::rw,u:bob:-,g::r,m::-,o::r"),
			mode.Regular, "bob (named user) gains read; " + dev + " loses read",
		},
		{
			"who is in two groups is told apart", ann(0o640, "u::rw,g::r,g:ops:w,m::rw,o::-"), ann(0o600, "u::rw,g::-,g:ops:-,m::rw,o::-"),
			mode.Regular, dev + " loses read; group ops (eve) loses write; eve (by several groups) loses read, write",
		},
		{
			"who is in two groups and keeps what one had gains only the rest", ann(0o640, "u::rw,g::r,g:ops:-,m::rwx,o::-"),
			ann(0o640, "u::rw,g::r,g:ops:rw,m::rwx,o::-"), mode.Regular,
			"group ops (eve) gains read, write; eve (by several groups) gains write",
		},
		{
			"a program starts to run as root", owned(ann(0o755, ""), 0, 0), owned(ann(0o4755, ""), 0, 0), mode.Regular,
			"whoever may execute it gains run as user root (setuid)",
		},
		{
			"a program ends to run as its group", ann(0o2755, ""), ann(0o755, ""), mode.Regular,
			"whoever may execute it loses run as group dev (setgid)",
		},
		{"setgid without the group's x is no such program", ann(0o2745, ""), ann(0o745, ""), mode.Regular, ""},
		{
			"a setuid program changes hands", owned(ann(0o4755, ""), 1001, 2001), owned(ann(0o4755, ""), 1002, 2001), mode.Regular,
			"ann (owner) loses write, change permissions; bob (owner) gains write, change permissions; " +
				"whoever may execute it loses run as user ann (setuid); whoever may execute it gains run as user bob (setuid)",
		},
		{
			"a setuid program opens to others", owned(ann(0o4750, ""), 0, 2001), owned(ann(0o4755, ""), 0, 2001), mode.Regular,
			"everyone else gains read, execute with more than their own rights (set-id or capabilities)",
		},
		{
			"capabilities go", capable(ann(0o755, ""), "\x01"), ann(0o755, ""), mode.Regular,
			"whoever may execute it loses run with its file capabilities",
		},
		{
			"other capabilities come", capable(ann(0o755, ""), "\x01"), capable(ann(0o755, ""), "\x02"), mode.Regular,
			"whoever may execute it loses run with its file capabilities; whoever may execute it gains run with its file capabilities",
		},
		{
			"a shared directory loses its sticky bit", ann(0o1777, ""), ann(0o777, ""), mode.Directory,
			"whoever may create in it gains delete what others own",
		},
		{"a sticky bit where nobody else writes means nothing", ann(0o1755, ""), ann(0o755, ""), mode.Directory, ""},
		{
			"a default list comes", ann(0o755, ""), inheriting(ann(0o755, ""), "u::rwx,u:bob:rwx,g::rx,m::rx,o::-"), mode.Directory,
			"bob (named user) gains r-x in what is created in it",
		},
		{
			"a default list comes that gives the others what a umask would", ann(0o755, ""), inheriting(ann(0o755, ""), "u::rwx,u:bob:rwx,g::rx,m::rx,o::rx"), mode.Directory,
			"bob (named user) gains r-x in what is created in it",
		},
		{
			"a default list goes", inheriting(ann(0o755, ""), "u::rwx,g::rx,o::rx"), ann(0o755, ""), mode.Directory, "",
		},
		{
			"a default list comes that lets the others write", ann(0o755, ""), inheriting(ann(0o755, ""), "u::rwx,g::rx,o::rwx"), mode.Directory,
			"everyone else gains -w- in what is created in it",
		},
		{
			"a default list changes", inheriting(ann(0o755, ""), "u::rwx,g::rx,o::rx"), inheriting(ann(0o755, ""), "u::rwx,g::rx,o::rwx"),
			mode.Directory, "everyone else gains -w- in what is created in it",
		},
		{"flags do not hide the bits", immutable(ann(0o600, "")), ann(0o602, ""), mode.Regular, "everyone else gains write"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := access.Compare(c.before, c.after, c.kind, db).String(); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestCompareWithoutAccounts(t *testing.T) {
	shift := access.Compare(entry.State{Mode: 0o640, UID: 7, GID: 8}, entry.State{Mode: 0o600, UID: 9, GID: 8}, mode.Regular, nil)
	const want = "7 (owner) loses read, write, change permissions; 9 (owner) gains read, write, change permissions; group 8 loses read"
	if shift.String() != want {
		t.Errorf("got %s", shift)
	}
}

func TestEqualShiftsCountAsOne(t *testing.T) {
	counts := map[access.Shift]int{}
	for i := range ident.UID(1000) {
		before := entry.State{Mode: 0o646, UID: i, GID: ident.GID(i)}
		after := before
		after.Mode = 0o644
		if i%2 == 0 { // the same, told by a list
			before.ACL, _ = list("u::rw,g::r,m::r,o::rw").Fold(0)
			after.ACL, _ = list("u::rw,g::r,m::r,o::r").Fold(0)
		}
		counts[access.Compare(before, after, mode.Regular, db)]++
	}
	if len(counts) != 1 {
		t.Errorf("%d different shifts, want one: %v", len(counts), counts)
	}
}

func TestComparePlainStatesAllocatesNothing(t *testing.T) {
	before := entry.State{Mode: 0o3777, UID: 1001, GID: 2001}
	after := before
	after.Mode = 0o3755
	counts := map[access.Shift]int{access.Compare(before, after, mode.Directory, db): 0}
	if n := testing.AllocsPerRun(100, func() { counts[access.Compare(before, after, mode.Directory, db)]++ }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestAllowsAllocatesNothing(t *testing.T) {
	st := entry.State{Mode: 0o670, UID: 1, GID: 1, ACL: list("u::rw,u:ann:r,g::r,g:dev:rwx,m::rwx,o::-")}
	eve := db.Subject(1003)
	if n := testing.AllocsPerRun(100, func() { access.Allows(eve, st, mode.Regular, mode.R|mode.W) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// states is few owners, groups and names, so that all cases come together.
var states = rapid.Custom(func(t *rapid.T) entry.State {
	rights := func(name string) mode.Rights { return mode.Rights(rapid.IntRange(0, 7).Draw(t, name)) }
	st := entry.State{
		Mode: mode.Mode(rapid.IntRange(0, 0o777).Draw(t, "mode")),
		UID:  rapid.SampledFrom([]ident.UID{0, 1001, 1002}).Draw(t, "owner"),
		GID:  rapid.SampledFrom([]ident.GID{0, 2001, 2002}).Draw(t, "group"),
	}
	if rapid.Bool().Draw(t, "plain") {
		return st
	}
	l := acl.List{{Tag: acl.UserObj, ID: acl.NoID, Rights: rights("u")}}
	for _, id := range []uint32{1001, 1003} {
		if rapid.Bool().Draw(t, "named user") {
			l = append(l, acl.Entry{Tag: acl.User, ID: id, Rights: rights("named")})
		}
	}
	l = append(l, acl.Entry{Tag: acl.GroupObj, ID: acl.NoID, Rights: rights("g")})
	for _, id := range []uint32{2001, 2002} {
		if rapid.Bool().Draw(t, "named group") {
			l = append(l, acl.Entry{Tag: acl.Group, ID: id, Rights: rights("named")})
		}
	}
	l = append(l, acl.Entry{Tag: acl.Mask, ID: acl.NoID, Rights: rights("m")}, acl.Entry{Tag: acl.Other, ID: acl.NoID, Rights: rights("o")})
	st.ACL, st.Mode = l.Fold(st.Mode)
	return st
})

// TestNobodysGainIsUntold compares a shift with what each user of the database
// and a stranger really may before and after.
func TestNobodysGainIsUntold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before, after := states.Draw(t, "before"), states.Draw(t, "after")
		kind := rapid.SampledFrom([]mode.Kind{mode.Regular, mode.Directory}).Draw(t, "kind")
		shift := access.Compare(before, after, kind, db)
		subjects := []ident.Subject{{UID: 4711, GID: 4711}}
		for _, u := range db.Users() {
			subjects = append(subjects, db.Subject(u.UID))
		}
		for _, s := range subjects {
			had, has := ofUse(access.Rights(s, before, kind), kind), ofUse(access.Rights(s, after, kind), kind)
			if had == has || s.UID == 0 {
				continue
			}
			if !told(shift, s, has&^had, had&^has) {
				t.Fatalf("%+v went from %v to %v; told: %s", s, had, has, shift)
			}
		}
	})
}

// ofUse is the rights without a directory's w where there is no x to get at it.
func ofUse(r mode.Rights, k mode.Kind) mode.Rights {
	if k == mode.Directory && r&mode.X == 0 {
		return r &^ mode.W
	}
	return r
}

// told reports whether some line of the shift says exactly this of the subject.
func told(shift access.Shift, s ident.Subject, gains, loses mode.Rights) bool {
	for _, c := range shift.Changes() {
		concerned := false
		switch c.Who {
		case access.Owner, access.User, access.Member:
			concerned = ident.UID(c.ID) == s.UID
		case access.Group:
			concerned = s.InGroup(ident.GID(c.ID))
		case access.Others:
			concerned = true
		}
		if concerned && mode.Rights(c.Gains&7) == gains && mode.Rights(c.Loses&7) == loses {
			return true
		}
	}
	return false
}

func TestCompareIsTheReverseOfTheReverse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before, after := states.Draw(t, "before"), states.Draw(t, "after")
		there := access.Compare(before, after, mode.Regular, db)
		back := access.Compare(after, before, mode.Regular, db)
		if len(there.Gains()) != len(back.Loses()) || there.IsZero() != back.IsZero() {
			t.Fatalf("there: %s\nback:  %s", there, back)
		}
		if same := access.Compare(before, before, mode.Regular, db); !same.IsZero() || same.String() != "" {
			t.Fatalf("to itself: %s", same)
		}
	})
}

func TestReasonsInWords(t *testing.T) {
	st := entry.State{Mode: 0o460, UID: 1001, GID: 2001, ACL: list("u::r,u:bob:rwx,g::r,g:ops:w,m::rw,o::-")}
	for _, c := range []struct {
		name string
		who  ident.Subject
		want mode.Rights
		says string
	}{
		{"owner", db.Subject(1001), mode.W, "the bits of its owner ann say r--"},
		{"named user cut by the mask", db.Subject(1002), mode.X, "the mask leaves the entry for user bob only rw-"},
		{"a group that lacks it", ident.Subject{UID: 9, GID: 2001}, mode.W, "the bits of its group dev say r--"},
		{"two groups that lack it", db.Subject(1003), mode.X, "several groups match, and none has all of it"},
		{"others", ident.Subject{UID: 9, GID: 9}, mode.R, "the bits of others say ---"},
		{"capability to read", ident.Subject{UID: 9, GID: 9, Caps: ident.Set(ident.CapDACReadSearch)}, mode.R, "CAP_DAC_READ_SEARCH allows it"},
		{"root cannot execute what nobody may", ident.Root(), mode.X, "the bits of others say ---"},
	} {
		_, why := access.Allows(c.who, st, mode.Regular, c.want)
		if got := why.Format(db); got != c.says {
			t.Errorf("%s: %s, want %s", c.name, got, c.says)
		}
	}
	st.Flags = entry.Immutable
	if ok, why := access.Allows(ident.Root(), st, mode.Regular, mode.W); ok || !strings.Contains(why.String(), "immutable") {
		t.Errorf("immutable: %v, %v", ok, why)
	}
}

func BenchmarkCompare(b *testing.B) {
	before := entry.State{Mode: 0o666, UID: 1001, GID: 2001}
	after := before
	after.Mode = 0o644
	listed := before
	listed.ACL = list("u::rw,u:bob:rw,g::rw,g:ops:r,m::rw,o::rw")
	for _, c := range []struct {
		name   string
		before entry.State
	}{{"plain", before}, {"list", listed}} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				access.Compare(c.before, after, mode.Regular, db)
			}
		})
	}
}

func BenchmarkAllows(b *testing.B) {
	st := entry.State{Mode: 0o640, UID: 1001, GID: 2001}
	eve := db.Subject(1003)
	b.ReportAllocs()
	for b.Loop() {
		access.Allows(eve, st, mode.Regular, mode.R)
	}
}
