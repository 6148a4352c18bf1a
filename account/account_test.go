package account_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ward/account"
	"ward/acl"
	"ward/ident"
)

const passwd = `root:x:0:0:root:/root:/bin/bash
ann:x:1000:1000:Ann,,,:/home/ann:/bin/bash
bob:x:1001:100::/home/bob:/bin/sh
`

const group = `root:x:0:
ann:x:1000:
users:x:100:ann,carol
dev:x:2000:ann,bob,ann
dev-too:x:2000:root
`

func database() *account.Database {
	users, _ := account.ParsePasswd([]byte(passwd))
	groups, _ := account.ParseGroup([]byte(group))
	return account.New(users, groups)
}

func ExampleDatabase_MembersOf() {
	for _, u := range database().MembersOf(100) {
		fmt.Println(u.Name)
	}
	// Output:
	// bob
	// ann
	// carol
}

func ExampleDatabase_KnowsUser() {
	files := database()
	fmt.Println(files.KnowsUser(1000), "/", files.KnowsUser(4711))

	domain := files.Beyond(account.Outside{}) // nsswitch.conf names a source that cannot be asked
	fmt.Println(domain.KnowsUser(1000), "/", domain.KnowsUser(4711))
	// Output:
	// yes / no
	// yes / cannot tell
}

func ExampleDatabase_UserName() {
	fmt.Println(database().UserName(1001), database().UserName(4711))
	// Output: bob 4711
}

func ExampleParsePasswd() {
	users, problems := account.ParsePasswd([]byte("ann:x:1000:1000::/home/ann:/bin/sh\nbob:x:10o1:100\n"))
	fmt.Println(len(users), problems)
	// Output: 1 [line 2: 4 fields, want 7]
}

var (
	_ acl.Names    = (*account.Database)(nil)
	_ acl.Resolver = account.IDs{}
)

func TestMembersOfCountsEveryLineOfTheGroup(t *testing.T) {
	var names []string
	for _, u := range database().MembersOf(2000) {
		names = append(names, u.Name)
	}
	if want := []string{"ann", "bob", "root"}; !slices.Equal(names, want) {
		t.Errorf("members %v, want %v", names, want)
	}
}

func TestMemberWithoutAnAccountHasNoID(t *testing.T) {
	members := database().MembersOf(100)
	if carol := members[len(members)-1]; carol.Name != "carol" || carol.UID != ident.NoUID {
		t.Errorf("got %+v", carol)
	}
}

func TestSubject(t *testing.T) {
	d := database()
	for uid, want := range map[ident.UID]ident.Subject{
		1000: {UID: 1000, GID: 1000, Groups: []ident.GID{100, 2000, 2000}},
		0:    {UID: 0, GID: 0, Groups: []ident.GID{2000}, Caps: ident.AllCapabilities},
		4711: {UID: 4711, GID: ident.NoGID},
	} {
		if diff := cmp.Diff(want, d.Subject(uid)); diff != "" {
			t.Errorf("Subject(%d): %s", uid, diff)
		}
	}
}

func TestNilDatabase(t *testing.T) {
	var d *account.Database
	if d.KnowsUser(0) != account.CannotTell || d.KnowsGroup(0) != account.CannotTell || d.Complete() {
		t.Error("a nil database must not be sure of anything")
	}
	if d.UserName(0) != "0" || d.GroupName(7) != "7" || d.MembersOf(0) != nil {
		t.Error("a nil database answers with numbers")
	}
	if _, ok := d.User("root"); ok {
		t.Error("a nil database knows nobody")
	}
}

func TestOutside(t *testing.T) {
	var asked []string
	d := database().Beyond(account.Outside{
		User: func(key string) (account.User, account.Answer) {
			asked = append(asked, key)
			switch key {
			case "4711", "dora":
				return account.User{Name: "dora", UID: 4711, GID: 100}, account.Yes
			case "4712":
				return account.User{}, account.No
			}
			return account.User{}, account.CannotTell
		},
		Group: func(key string) (account.Group, account.Answer) {
			return account.Group{Name: "remote", GID: 4711, Members: []string{"ann", "dora"}}, account.Yes
		},
	})
	if d.UserName(4711) != "dora" || d.KnowsUser(4712) != account.No || d.KnowsUser(4713) != account.CannotTell {
		t.Error("ids outside the lists are asked for")
	}
	if u, ok := d.User("dora"); !ok || u.UID != 4711 {
		t.Error("names outside the lists are asked for")
	}
	if _, ok := d.User("4711"); ok {
		t.Error("a name of digits must not be taken for an id")
	}
	if d.UserName(1000) != "ann" {
		t.Error("the lists come first")
	}
	if m := d.MembersOf(4711); len(m) != 2 || m[0].UID != 1000 || m[1].UID != 4711 {
		t.Errorf("members of an outside group: %v", m)
	}
	if want := "4711 4712 4713 dora dora"; strings.Join(asked, " ") != want {
		t.Errorf("asked %v, want %s", asked, want)
	}
}

func TestParseToleratesBadLines(t *testing.T) {
	users, problems := account.ParsePasswd([]byte("# comment\n\nann:x:1000:1000:a:b:c:d\n+::::::\nx:x:-1:0:::\nx:x:4294967295:0:::\n:x:1:1:::\nx:x:1:z:::\r\nlast:x:5:5:::"))
	if len(users) != 2 || users[0].Shell != "c:d" || users[1].Name != "last" {
		t.Errorf("users %+v", users)
	}
	var lines []int
	for _, p := range problems {
		lines = append(lines, p.Line)
	}
	if want := []int{4, 5, 6, 7, 8}; !slices.Equal(lines, want) {
		t.Errorf("problems %v", problems)
	}
	groups, problems := account.ParseGroup([]byte("g:x:1: a, ,b,\nbad:x:y:\nbad:x:1"))
	if len(groups) != 1 || !slices.Equal(groups[0].Members, []string{"a", "b"}) || len(problems) != 2 {
		t.Errorf("groups %+v, problems %v", groups, problems)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(passwd))
	f.Add([]byte(group))
	f.Fuzz(func(t *testing.T, text []byte) {
		users, _ := account.ParsePasswd(text)
		groups, _ := account.ParseGroup(text)
		d := account.New(users, groups)
		for _, u := range users {
			if _, ok := d.User(u.Name); !ok || d.KnowsUser(u.UID) != account.Yes {
				t.Fatalf("%+v is not found", u)
			}
			if !slices.ContainsFunc(d.MembersOf(u.GID), func(m account.User) bool { return m.Name == u.Name }) {
				t.Fatalf("%+v is no member of his group", u)
			}
		}
	})
}
