package hpux_test

import (
	"errors"
	"slices"
	"testing"

	"ward/ident"
	"ward/legacy/hpux"
	"ward/mode"
)

func parse(t *testing.T, s string) hpux.ACL {
	t.Helper()
	a, err := hpux.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestParse(t *testing.T) {
	for _, c := range []struct{ name, in, short, operators string }{
		{"lsacl of a file with a mode alone (Security Management, example 6-1)", "(allan.%,rw-)(%.users,r--)(%.%,r--)", "(allan.%,rw-)(%.users,r--)(%.%,r--)", "allan.%=rw,%.users=r,%.%=r"},
		{"after chacl 'naomi.users=rw' (the same)", "(naomi.users,rw-)(allan.%,rw-)(%.users,r--)(%.%,r--)", "(naomi.users,rw-)(allan.%,rw-)(%.users,r--)(%.%,r--)", "naomi.users=rw,allan.%=rw,%.users=r,%.%=r"},
		{"numbers (acl(5), ACL Uniqueness)", "(23.14,7)(23.%,4)", "(23.14,rwx)(23.%,r--)", "23.14=rwx,23.%=r"},
		{"the owner and the group", "@.%=7, %.@=rx, %.%=", "(@.%,rwx)(%.@,r-x)(%.%,---)", "@.%=rwx,%.@=rx,%.%="},
		{"blanks", " ( a . b , r w ) ", "", ""},
		{"operators one after another", "a.b=rw-w+x", "(a.b,r-x)", "a.b=rx"},
		{"the same entry again", "a.b=rw,a.b-w", "(a.b,r--)", "a.b=r"},
		{"nothing", "", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, err := hpux.Parse(c.in)
			if c.name == "blanks" {
				if err == nil {
					t.Errorf("%v: a mode has no blanks", a)
				}
				return
			}
			if err != nil || a.Format() != c.short || a.FormatOperators() != c.operators {
				t.Errorf("%q, %q, %v", a.Format(), a.FormatOperators(), err)
			}
		})
	}
	for _, c := range []struct {
		in     string
		offset int
	}{
		{"a", 1},
		{"a.b", 3},
		{"a.b=q", 4},
		{".b=r", 0},
		{"a.=r", 2},
		{"a.b=8", 4},
		{"(a.b,r", 6},
		{"(a.b=r)", 4},
		{"(a.b,r)c.d=r", 7},
		{"a.b=r,", 6},
		{"a.b=r c.d=r", 6},
		{"99999999999.b=r", 0},
		{"a.b=r,(c.d,r)", 6},
		{"(a.b,9)", 5},
	} {
		var syntax *hpux.SyntaxError
		if a, err := hpux.Parse(c.in); !errors.As(err, &syntax) || syntax.Offset != c.offset {
			t.Errorf("%q: %v, %v", c.in, a, err)
		}
	}
}

func TestChange(t *testing.T) {
	o := hpux.Object{Owner: 5, Group: 6}
	before := parse(t, "(7.%,rw-)(5.%,rw-)(%.6,r--)(%.%,r--)")
	for _, c := range []struct{ in, after, replaced string }{
		{"7.%=r", "(7.%,r--)(5.%,rw-)(%.6,r--)(%.%,r--)", "(5.%,---)(7.%,r--)(%.6,---)(%.%,---)"},
		{"%.%-r,8.9+w", "(7.%,rw-)(5.%,rw-)(%.6,r--)(%.%,---)(8.9,-w-)", "(8.9,-w-)(5.%,---)(%.6,---)(%.%,---)"},
	} {
		change, err := hpux.ParseChange(c.in)
		if err != nil {
			t.Fatal(err)
		}
		if got := change.Apply(before).Format(); got != c.after {
			t.Errorf("%q: %q, want %q", c.in, got, c.after)
		}
		if got := change.Replace(o).Format(); got != c.replaced {
			t.Errorf("%q replaces: %q, want %q", c.in, got, c.replaced)
		}
	}
	if before.Format() != "(7.%,rw-)(5.%,rw-)(%.6,r--)(%.%,r--)" {
		t.Errorf("the list was changed: %v", before)
	}
}

func TestModes(t *testing.T) {
	o, to := hpux.Object{Owner: 5, Group: 6}, hpux.Object{Owner: 7, Group: 8}
	a := parse(t, "(9.6,rwx)(@.%,rw-)(%.6,r--)(%.%,---)")
	if got := a.Mode(o); got != 0o640 || !a.Optional(o) {
		t.Errorf("%s", got.Octal())
	}
	if got := a.Chmod(0o751, o, true).Format(); got != "(9.6,rwx)(5.%,rwx)(%.6,r-x)(%.%,--x)" {
		t.Errorf("chmod -A: %s", got)
	}
	if got := a.Chmod(0o751, o, false); got.Optional(o) || got.Mode(o) != 0o751 {
		t.Errorf("chmod: %s", got)
	}
	if got := a.Chown(o, to).Format(); got != "(9.6,rwx)(7.%,rw-)(%.8,r--)(%.%,---)" {
		t.Errorf("chown: %s", got)
	}
	if got := parse(t, "(5.%,rw-)(7.%,r--)(%.6,r--)(%.%,---)").Chown(o, to); got.Mode(to) != 0o440 {
		t.Errorf("chown to who has an entry: %s", got)
	}
}

// The levels of acl(5), Access Check Algorithm.
func TestDecide(t *testing.T) {
	o := hpux.Object{Owner: 5, Group: 6, Kind: mode.Regular}
	user := func(uid ident.UID, gids ...ident.GID) hpux.Subject {
		return hpux.Subject{IDs: ident.Subject{UID: uid, GID: gids[0], Groups: gids[1:]}}
	}
	named := user(40, 41)
	named.Name, named.GroupNames = "naomi", []string{"users"}
	for _, c := range []struct {
		name, acl string
		s         hpux.Subject
		wanted    mode.Rights
		want      bool
		level     hpux.Specificity
		entries   []int
	}{
		{"the most specific takes precedence, though it allows less", "(7.8,---)(7.%,rwx)(%.%,rwx)", user(7, 8), 4, false, hpux.UserInGroup, []int{0}},
		{"a user before groups", "(7.%,r--)(%.8,rwx)(%.%,rwx)", user(7, 8), 2, false, hpux.UserAlone, []int{0}},
		{"groups add up, also for one open", "(%.8,r--)(%.9,-w-)(%.%,---)", user(7, 8, 9), 6, true, hpux.GroupAlone, []int{0, 1}},
		{"the user's groups add up", "(7.8,r--)(7.9,-w-)(7.%,---)", user(7, 9, 8), 6, true, hpux.UserInGroup, []int{0, 1}},
		{"anybody", "(7.8,r--)(%.%,--x)", user(1, 1), 1, true, hpux.Anyone, []int{1}},
		{"the owner by its sign", "(@.%,r--)(%.@,rw-)(%.%,rwx)", user(5, 6), 2, false, hpux.UserAlone, []int{0}},
		{"no entry", "(7.8,r--)", user(1, 1), 4, false, hpux.NoEntry, nil},
		{"by name", "(naomi.users,rw-)(%.%,---)", named, 6, true, hpux.UserInGroup, []int{0}},
		{"the superuser", "(%.%,---)", hpux.Subject{}, 6, true, hpux.NoEntry, nil},
		{"the superuser and what nobody executes", "(%.%,rw-)", hpux.Subject{}, 1, false, hpux.NoEntry, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := parse(t, c.acl).Decide(c.s, c.wanted, o)
			if v.Allowed != c.want || v.Level != c.level || !slices.Equal(v.Entries, c.entries) {
				t.Errorf("%+v: %s", v, v.Reason())
			}
		})
	}
}

func TestProblemsAndResolve(t *testing.T) {
	many := hpux.ACL{{Rights: 9}, {}}
	for n := range uint32(15) {
		many = append(many, hpux.Entry{User: hpux.Number(n)})
	}
	if got := many.Problems(); len(got) != 3 {
		t.Errorf("%q", got)
	}
	a, unknown := parse(t, "(naomi.users,rw-)(nobody.%,---)").Resolve(
		func(name string) (uint32, bool) { return 40, name == "naomi" }, func(string) (uint32, bool) { return 41, true })
	if a.Format() != "(40.41,rw-)(nobody.%,---)" || !slices.Equal(unknown, []string{"nobody"}) {
		t.Errorf("%v, %q", a, unknown)
	}
}
