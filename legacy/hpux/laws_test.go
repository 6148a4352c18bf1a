package hpux_test

import (
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"ward/ident"
	"ward/legacy/hpux"
	"ward/mode"
)

// The evaluator below follows acl(5) sentence by sentence, over entries that it keeps as
// three plain numbers, -1 for "%":
//
//	"ACLs are compared to the effective user and group IDs in this order: specific user,
//	specific group; specific user, no specific group; no specific user, specific group;
//	no specific user, no specific group."
//	"Once an entry for the combination of a process effective user ID and effective
//	group ID (or any supplementary group ID) is matched, no further (that is, less
//	specific) entries are checked."
//	"The access modes in all matching entries (of the same level of specificity, u.g or
//	%.g) are OR'd together. Access is granted if the resulting mode bits allow it."
func naive(entries [][3]int, uid int, gids []int, wanted int) bool {
	for _, specific := range [][2]bool{{true, true}, {true, false}, {false, true}, {false, false}} {
		matched, bits := false, 0
		for _, e := range entries {
			if (e[0] != -1) != specific[0] || (e[1] != -1) != specific[1] || specific[0] && e[0] != uid {
				continue
			}
			if !specific[1] {
				matched, bits = true, bits|e[2]
			}
			for _, g := range gids {
				if specific[1] && e[1] == g {
					matched, bits = true, bits|e[2]
				}
			}
		}
		if matched {
			return bits&wanted == wanted
		}
	}
	return false
}

func TestDecisionsAgreeWithANaiveReader(t *testing.T) {
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 0))
	const rounds = 150_000
	allowed, levels := 0, [hpux.NoEntry + 1]int{}
	id := func(n int) hpux.ID {
		if n < 0 {
			return hpux.ID{}
		}
		return hpux.Number(uint32(n))
	}
	for range rounds {
		var entries [][3]int
		var a hpux.ACL
		for range 1 + r.IntN(6) {
			e := [3]int{r.IntN(5) - 1, r.IntN(5) - 1, r.IntN(8)}
			if e[0] == 0 {
				e[0] = 4
			}
			entries = append(entries, e)
			a = append(a, hpux.Entry{User: id(e[0]), Group: id(e[1]), Rights: mode.Rights(e[2])})
		}
		uid, gids, wanted := 1+r.IntN(4), []int{r.IntN(4), r.IntN(4)}, 1+r.IntN(7)
		s := hpux.Subject{IDs: ident.Subject{UID: ident.UID(uid), GID: ident.GID(gids[0]), Groups: []ident.GID{ident.GID(gids[1])}}}
		v := a.Decide(s, mode.Rights(wanted), hpux.Object{Owner: 1, Group: 1})
		if want := naive(entries, uid, gids, wanted); v.Allowed != want {
			t.Fatalf("seed %d: %v, %+v wants %o: %+v, the naive reader says %v", seed, a, s.IDs, wanted, v, want)
		}
		levels[v.Level]++
		if v.Allowed {
			allowed++
		}
	}
	for level, n := range levels {
		if n < rounds/50 {
			t.Errorf("seed %d: level %d decided only %d of %d", seed, level, n, rounds)
		}
	}
	if allowed < rounds/10 || allowed > rounds*9/10 {
		t.Errorf("seed %d: %d of %d were allowed: the generator shows too little", seed, allowed, rounds)
	}
	t.Logf("%d decisions, %d allowed", rounds, allowed)
}

func lists() *rapid.Generator[hpux.ACL] {
	ids := rapid.OneOf(
		rapid.SampledFrom([]hpux.ID{{}, {Sort: hpux.Own}}), rapid.Map(rapid.Uint32(), hpux.Number),
		rapid.Map(rapid.StringMatching(`[a-z][a-z0-9_$]{0,7}`), hpux.Name),
	)
	return rapid.Map(rapid.SliceOfNDistinct(rapid.Custom(func(t *rapid.T) hpux.Entry {
		return hpux.Entry{User: ids.Draw(t, "user"), Group: ids.Draw(t, "group"), Rights: mode.Rights(rapid.Uint8Range(0, 7).Draw(t, "rights"))}
	}), 0, hpux.MaxEntries, func(e hpux.Entry) [2]hpux.ID { return [2]hpux.ID{e.User, e.Group} }), func(e []hpux.Entry) hpux.ACL { return e })
}

func TestFormatsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := lists().Draw(t, "list")
		for _, text := range []string{a.Format(), a.FormatOperators()} {
			if back, err := hpux.Parse(text); err != nil || back.Format() != a.Format() {
				t.Fatalf("%q: %v, %v", text, back, err)
			}
		}
		if !a.Sorted().Equal(a) || a.Sorted().Sorted().Format() != a.Sorted().Format() {
			t.Fatalf("%v sorted: %v", a, a.Sorted())
		}
		if problems := a.Problems(); problems != nil {
			t.Fatalf("%v: %q", a, problems)
		}
	})
}

func TestModesComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, m := lists().Draw(t, "list"), mode.Mode(rapid.Uint16Range(0, 0o777).Draw(t, "mode"))
		o := hpux.Object{Owner: ident.UID(rapid.Uint32Range(1, 3).Draw(t, "owner")), Group: 4}
		for _, keep := range []bool{true, false} {
			if got := a.Chmod(m, o, keep).Mode(o); got != m {
				t.Fatalf("%v with %s shows %s", a, m.Octal(), got.Octal())
			}
		}
		if hpux.FromMode(m, o).Optional(o) {
			t.Fatalf("%s has entries of its own", m.Octal())
		}
		to := hpux.Object{Owner: 9, Group: 10}
		if got := hpux.FromMode(m, o).Chown(o, to); !got.Equal(hpux.FromMode(m, to)) {
			t.Fatalf("%s given away: %v", m.Octal(), got)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"(allan.%,rw-)(%.users,r--)(%.%,r--)", "naomi.users=rw", "@.%=7,%.@+x-w", " a . b = rw , c.d=", "(1.2,7)"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c, err := hpux.ParseChange(s)
		if err != nil {
			return
		}
		if back, err := hpux.ParseChange(c.Format()); err != nil || back.Format() != c.Format() {
			t.Fatalf("%q as %q: %q, %v", s, c.Format(), back.Format(), err)
		}
		a := c.Apply(nil)
		if back, err := hpux.Parse(a.Format()); err != nil || back.Format() != a.Format() {
			t.Fatalf("%q as %q: %q, %v", s, a.Format(), back.Format(), err)
		}
	})
}
