package access_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ward/access"
	"ward/account"
	"ward/acl"
	"ward/entry"
	"ward/ident"
	"ward/mode"
)

func ExampleFixes() {
	town := smallTown()
	q := asks(access.Reading, state(0o750, 0, 0), state(0o644, 1, 100)) // an ancestor is closed to zoe
	q.Caller = &access.Caller{Subject: town.Subject(4)}
	for _, f := range access.Fixes(q, access.Crowd{Accounts: town})[:2] {
		for _, r := range f.Remedies {
			fmt.Println(f.Users, "others:", strings.Join(r.Commands(town, "zoe")[0], " "))
		}
	}
	// Output:
	// 0 others: setfacl -m u:zoe:--x /srv
	// 2 others: setfacl -m g:dev:--x /srv
}

func ExampleStops() {
	town := smallTown()
	q := asks(access.Reading, state(0o755, 0, 0), state(0o640, 1, 20)) // eve is in dev
	q.Caller = &access.Caller{Subject: town.Subject(3)}
	f := access.Stops(q, access.Crowd{Accounts: town})[0]
	fmt.Println(f.Users, "others:", strings.Join(f.Remedies[0].Commands(town, "eve")[0], " "))
	// Output: 0 others: setfacl -m u:eve:--- /srv/file
}

// lines are the commands of a fix.
func lines(f access.Fix, town *account.Database, who string) string {
	var all []string
	for _, r := range f.Remedies {
		for _, c := range r.Commands(town, who) {
			all = append(all, strings.Join(c, " "))
		}
	}
	return strings.Join(all, "; ")
}

func user(id uint32, r mode.Rights) acl.Entry { return acl.Entry{Tag: acl.User, ID: id, Rights: r} }

func group(id uint32, r mode.Rights) acl.Entry { return acl.Entry{Tag: acl.Group, ID: id, Rights: r} }

// listed is an access list: the rights of owner, group, mask and others in one number.
func listed(ugmo mode.Mode, named ...acl.Entry) []acl.Entry {
	l := []acl.Entry{{Tag: acl.UserObj, ID: acl.NoID, Rights: mode.Rights(ugmo >> 9 & 7)}}
	for _, e := range named {
		if e.Tag == acl.User {
			l = append(l, e)
		}
	}
	l = append(l, acl.Entry{Tag: acl.GroupObj, ID: acl.NoID, Rights: mode.Rights(ugmo >> 6 & 7)})
	for _, e := range named {
		if e.Tag == acl.Group {
			l = append(l, e)
		}
	}
	return append(l, acl.Entry{Tag: acl.Mask, ID: acl.NoID, Rights: mode.Rights(ugmo >> 3 & 7)}, acl.Entry{Tag: acl.Other, ID: acl.NoID, Rights: mode.Rights(ugmo & 7)})
}

func TestFixes(t *testing.T) {
	town := smallTown()
	open := state(0o755, 0, 0)
	for name, c := range map[string]struct {
		action    access.Action
		dir, file entry.State
		who       ident.UID
		want      []string // the first fixes, "others: commands"
	}{
		"the owner's own bits": {access.Writing, open, state(0o444, 1, 100), 1, []string{"0: chmod u+w /srv/file"}},
		"an emptied mask, after chmod 700": {
			access.Reading, open, state(0o700, 0, 0, listed(0o7000, user(1, 7), user(2, 7), group(30, 4))...), 1,
			[]string{"0: setfacl -m u:bob:---,g:ops:---,m::r-- /srv/file", "0: chown ann /srv/file", "2: setfacl -m m::r-- /srv/file"},
		},
		"two closed places": {
			access.Reading, state(0o700, 0, 0), state(0o600, 0, 0), 4,
			[]string{"0: setfacl -m u:zoe:--x /srv; setfacl -m u:zoe:r-- /srv/file"},
		},
		"a group that has it": {access.Writing, open, state(0o660, 0, 30), 4, []string{"0: setfacl -m u:zoe:-w- /srv/file"}},
		"delete in a sticky directory of a group": {
			access.Deleting, state(0o1770, 0, 100), state(0o644, 1, 100), 2, []string{"0: chown bob /srv/file", "0: sudo -u ann -- COMMAND"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			q := asks(c.action, c.dir, c.file)
			q.Caller = &access.Caller{Subject: town.Subject(c.who)}
			fixes := access.Fixes(q, access.Crowd{Accounts: town})
			for i, want := range c.want {
				if i >= len(fixes) {
					t.Fatalf("no fix %q", want)
				}
				if got := fmt.Sprintf("%d: %s", fixes[i].Users, lines(fixes[i], town, town.UserName(c.who))); !strings.HasPrefix(got, want) {
					t.Errorf("%d is %q, want %q", i, got, want)
				}
			}
		})
	}
}

// What runs a program runs many others: it gets no other owner, and no access is
// ended at it.
func TestInterpretersStayWhoseTheyAre(t *testing.T) {
	town := smallTown()
	for _, shell := range []mode.Mode{0o755, 0o750} {
		q := asks(access.Executing, state(0o755, 0, 0), state(0o755, 1, 100))
		runs := asks(access.Executing, state(0o755, 0, 0), state(shell, 0, 0)).Way
		runs.Steps[2].Path = "/srv/shell"
		q.With.Interpreters = []*access.Way{runs}
		q.Caller = &access.Caller{Subject: town.Subject(2)}
		fixes := append(access.Fixes(q, access.Crowd{Accounts: town}), access.Stops(q, access.Crowd{Accounts: town})...)
		if len(fixes) == 0 {
			t.Errorf("%o: no fixes", shell)
		}
		for _, f := range fixes {
			r := f.Remedies[0]
			if r.Path == "/srv/shell" && (shell == 0o755 || r.Before.UID != r.After.UID || r.Before.GID != r.After.GID) {
				t.Errorf("%o: %s", shell, lines(f, town, "bob"))
			}
		}
	}
}

// Each fix is what it says: with it the question is allowed (or not any more), for as
// many others as it counts, and nobody gets to write who could not before.
func TestFixesHold(t *testing.T) {
	town := smallTown()
	denied, allowed := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		q := asks(rapid.SampledFrom(whoActions).Draw(t, "action"), whoState(t, "dir"), whoState(t, "file"))
		q.With = access.With{UID: ident.NoUID, GID: 30}
		who := rapid.SampledFrom(town.Users()).Draw(t, "who")
		q.Caller = &access.Caller{Subject: town.Subject(who.UID)}
		crowd := access.Crowd{Accounts: town}
		fixes, want := access.Fixes(q, crowd), access.Allowed
		if access.Decide(q).Answer == access.Allowed {
			fixes, want = access.Stops(q, crowd), access.Denied
			allowed++
		} else {
			denied++
		}
		for _, f := range fixes {
			fixed := access.Applied(q, f)
			if got := access.Decide(fixed); got.Answer != want || got != f.Verdict {
				t.Fatalf("%s: %+v", lines(f, town, who.Name), got)
			}
			if got := turned(q, fixed, town, who.UID, want); got != f.Users {
				t.Fatalf("%s concerns %d others, it says %d", lines(f, town, who.Name), got, f.Users)
			}
			for _, r := range f.Remedies {
				if r.Does == access.Alter && r.After.Mode&0o002 != 0 && r.Before.Mode&0o002 == 0 {
					t.Fatalf("%s opens it to the world", lines(f, town, who.Name))
				}
				if err := r.After.ACL.Validate(); err != nil {
					t.Fatalf("%v: %v", r.After.ACL, err)
				}
			}
		}
	})
	if denied == 0 || allowed == 0 {
		t.Errorf("%d denied, %d allowed", denied, allowed)
	}
}

// turned counts the users, one by one, to whom the answer becomes the wanted one.
func turned(before, after *access.Question, town *account.Database, but ident.UID, want access.Answer) (n int) {
	for _, u := range town.Users() {
		s := ident.Subject{UID: u.UID, GID: u.GID, Groups: town.GroupsOf(u.Name)}
		if u.UID == 0 {
			s.Caps = ident.AllCapabilities
		}
		b, a := *before, *after
		b.Caller, a.Caller = &access.Caller{Subject: s}, &access.Caller{Subject: s}
		was, is := access.Decide(&b).Answer == want, access.Decide(&a).Answer == want
		if !was && is && u.UID != but {
			n++
		}
	}
	return n
}
