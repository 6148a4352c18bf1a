package vms_test

import (
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"ward/legacy/vms"
)

// The reader below follows the words of the guide (HP OpenVMS Guide to System Security,
// 4.4 to 4.6), one after the other, and shares nothing with the package but the facts:
//
//	"scans it, looking for an entry that matches any of the user's rights identifiers. If
//	a matching ACE is found, the system either grants or denies access, and further
//	checking of the ACL stops."
//	"When the matching ACE denies access, a user can still gain access either through the
//	system and owner fields of the protection code or through privilege."
//	"READALL: read access … In addition any other access granted through the protection code."
type naiveEntry struct {
	needs   []string
	rights  string
	ignored bool
}

type naiveUser struct {
	group, member                   int
	ids                             map[string]bool
	bypass, readall, sysprv, grpprv bool
}

func naive(u naiveUser, ownerGroup, ownerMember, maxSystem int, columns [4]string, acl []naiveEntry, wanted string) bool {
	refused := false
	for _, e := range acl {
		all := !e.ignored
		for _, id := range e.needs {
			all = all && u.ids[id]
		}
		if all {
			if within(wanted, e.rights) {
				return true
			}
			refused = true
			break
		}
	}
	var mine []string
	if ownerGroup != 0 || ownerMember != 0 {
		if u.group <= maxSystem || u.sysprv || u.grpprv && u.group == ownerGroup {
			mine = append(mine, columns[0]+"c")
		}
		if u.group == ownerGroup && u.member == ownerMember {
			mine = append(mine, columns[1]+"c")
		}
		if !refused && u.group == ownerGroup {
			mine = append(mine, columns[2])
		}
		if !refused {
			mine = append(mine, columns[3])
		}
	}
	for _, m := range mine {
		if within(wanted, m) {
			return true
		}
	}
	if u.bypass {
		return true
	}
	if u.readall {
		if within(wanted, "r") {
			return true
		}
		for _, m := range mine {
			if within(wanted, m+"r") {
				return true
			}
		}
	}
	return false
}

// within: every letter asked for is among those given; reading brings executing.
func within(wanted, given string) bool {
	has := map[rune]bool{}
	for _, r := range given {
		has[r] = true
		if r == 'r' {
			has['e'] = true
		}
	}
	for _, w := range wanted {
		if !has[w] {
			return false
		}
	}
	return true
}

func letters(a vms.Access) string {
	s := ""
	for i, l := range "rwedc" {
		if a>>i&1 == 1 {
			s += string(l)
		}
	}
	return s
}

func TestDecisionsAgreeWithANaiveReader(t *testing.T) {
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 0))
	const rounds = 150_000
	names := []string{"A", "B", "C"}
	allowed, reasons := 0, map[vms.Reason]int{}
	for range rounds {
		u := naiveUser{group: 7 + r.IntN(4), member: 1 + r.IntN(3), ids: map[string]bool{}, bypass: r.IntN(12) == 0, readall: r.IntN(8) == 0, sysprv: r.IntN(10) == 0, grpprv: r.IntN(6) == 0}
		s := vms.Subject{UIC: vms.NewUIC(uint16(u.group), uint16(u.member))}
		for i, p := range []bool{u.bypass, u.readall, u.sysprv, u.grpprv} {
			if p {
				s.Privileges |= 1 << i
			}
		}
		for _, n := range names {
			if r.IntN(2) == 0 {
				u.ids[n] = true
				s.Identifiers = append(s.Identifiers, n)
			}
		}
		og, om := 8+r.IntN(3), 1+r.IntN(3)
		if r.IntN(20) == 0 {
			og, om = 0, 0
		}
		o := vms.Object{Owner: vms.NewUIC(uint16(og), uint16(om)), Protection: vms.Protection(r.Uint32()), MaxSystemGroup: uint16(r.IntN(10))}
		maxSystem := int(o.MaxSystemGroup)
		if maxSystem == 0 {
			maxSystem = 8
		}
		var columns [4]string
		for c := range columns {
			columns[c] = letters(o.Protection.Of(vms.Category(c)))
		}
		var acl []naiveEntry
		for range r.IntN(4) {
			n, e := naiveEntry{ignored: r.IntN(5) == 0}, vms.ACE{Access: vms.Access(r.Uint32() & 31)}
			for range 1 + r.IntN(2) {
				id := names[r.IntN(3)]
				n.needs = append(n.needs, id)
				e.Identifiers = append(e.Identifiers, vms.Identifier{Name: id})
			}
			if n.ignored && r.IntN(2) == 0 {
				e.Kind = vms.Audit
			} else if n.ignored {
				e.Options = vms.Default
			}
			n.rights = letters(e.Access)
			acl, o.ACL = append(acl, n), append(o.ACL, e)
		}
		wanted := vms.Access(1 << r.IntN(5))
		for r.IntN(3) == 0 {
			wanted |= 1 << r.IntN(5)
		}
		v := o.Decide(s, wanted)
		reasons[v.Reason]++
		if want := naive(u, og, om, maxSystem, columns, acl, letters(wanted)); v.Allowed != want {
			t.Fatalf("seed %d: %+v\n%+v wants %v: %+v (%v), the naive reader says %v", seed, o, s, wanted, v, v.Reason, want)
		}
		if v.Allowed {
			allowed++
		}
	}
	if allowed < rounds/5 || allowed > rounds*9/10 {
		t.Errorf("seed %d: %d of %d were allowed: the generator shows too little", seed, allowed, rounds)
	}
	for reason := vms.AllowedByEntry; reason <= vms.NoOwner; reason++ {
		if reasons[reason] == 0 {
			t.Errorf("seed %d: never met: %v", seed, reason)
		}
	}
	t.Logf("%d decisions, %d allowed", rounds, allowed)
}

func anyIdentifier() *rapid.Generator[vms.Identifier] {
	return rapid.OneOf(
		rapid.Map(rapid.StringMatching(`[A-Z$_][A-Z0-9$_]{0,9}`), func(s string) vms.Identifier { return vms.Identifier{Name: s} }),
		rapid.Map(rapid.StringMatching(`\[[A-Z]{1,8}(,([A-Z$]{1,8}|\*))?\]`), func(s string) vms.Identifier { return vms.Identifier{Name: s} }),
		rapid.Map(rapid.Uint32(), func(n uint32) vms.Identifier { return vms.Identifier{UIC: vms.UIC(n)} }),
	)
}

func anyACE() *rapid.Generator[vms.ACE] {
	return rapid.Custom(func(t *rapid.T) vms.ACE {
		e := vms.ACE{Kind: vms.Kind(rapid.IntRange(0, 4).Draw(t, "kind")), Options: vms.Options(rapid.IntRange(0, 15).Draw(t, "options"))}
		switch e.Kind {
		case vms.ForNewFiles:
			named := rapid.SampledFrom([]uint16{0xF, 0xF0, 0xFF00, 0xFFFF, 0xF00F}).Draw(t, "named")
			e.Default = vms.Code{Word: vms.Protection(rapid.Uint16().Draw(t, "word") | ^named), Named: named}
			return e
		case vms.Alarm, vms.Audit:
			e.Journal, e.Occasions = "SECURITY", vms.Occasions(rapid.IntRange(0, 3).Draw(t, "occasions"))
		case vms.Identified:
			e.Identifiers = rapid.SliceOfN(anyIdentifier(), 1, 3).Draw(t, "identifiers")
		}
		e.Access = vms.Access(rapid.Uint32().Draw(t, "access"))
		return e
	})
}

func anySecurity() *rapid.Generator[vms.Security] {
	return rapid.Custom(func(t *rapid.T) vms.Security {
		return vms.Security{
			Name:  rapid.StringMatching(`(D[A-Z]{2}1:\[[A-Z]{1,9}(\.[A-Z]{1,9})?\])`).Draw(t, "dir") + rapid.StringMatching(`[A-Z0-9_$]{1,30}\.[A-Z]{0,3};[1-9]`).Draw(t, "name"),
			Owner: anyIdentifier().Draw(t, "owner"), Protection: vms.Protection(rapid.Uint16().Draw(t, "word")),
			ACL: rapid.SliceOfN(anyACE(), 0, 3).Draw(t, "acl"),
		}
	})
}

func TestTextComesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := anySecurity().Draw(t, "security")
		files, err := vms.ParseDirectory(vms.FormatDirectory([]vms.Security{s, s}))
		if err != nil || len(files) != 2 || !files[0].Equal(s) || !files[1].Equal(s) {
			t.Fatalf("listing: %+v, %v", files, err)
		}
		shown, err := vms.ParseShow(s.FormatShow())
		if err != nil || len(shown) != 1 || !shown[0].Equal(s) {
			t.Fatalf("show: %+v, %v", shown, err)
		}
		c, err := vms.ParseCommand(s.Set().String())
		if err != nil || !c.ApplyTo(vms.Security{Name: s.Name}).Equal(s) && s.Owner != (vms.Identifier{}) {
			t.Fatalf("command: %+v, %v", c, err)
		}
	})
}

func TestMoreInTheCodeIsNeverLess(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := vms.Object{Owner: vms.NewUIC(8, 1), Protection: vms.Protection(rapid.Uint16().Draw(t, "word"))}
		s := vms.Subject{UIC: vms.NewUIC(rapid.Uint16Range(7, 10).Draw(t, "group"), rapid.Uint16Range(1, 2).Draw(t, "member"))}
		wanted := vms.Access(rapid.Uint32Range(1, 31).Draw(t, "wanted"))
		before := o.Decide(s, wanted)
		o.Protection &= vms.Protection(rapid.Uint16().Draw(t, "given"))
		if before.Allowed && !o.Decide(s, wanted).Allowed {
			t.Fatal("a right given took one away")
		}
	})
}

func FuzzParseProtection(f *testing.F) {
	for _, s := range []string{"(S:RWED,O:RWED,G:RE,W)", "(RWED,,RE,)", "w"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		k, err := vms.ParseCode(s, vms.File)
		if err == nil {
			if again, err := vms.ParseCode(k.String(), vms.File); err != nil || again != k {
				t.Fatalf("%q: %v comes back as %v, %v", s, k, again, err)
			}
		}
		if p, err := vms.ParseProtection(s, vms.File); err == nil && code(t, p.String()) != p {
			t.Fatalf("%q: %v", s, p)
		}
	})
}

func FuzzParseACL(f *testing.F) {
	for _, s := range []string{"((IDENTIFIER=[A,B],OPTIONS=DEFAULT,ACCESS=READ))", "(DEFAULT_PROTECTION,O:R)(ALARM=SECURITY,ACCESS=SUCCESS)", "(SUBSYSTEM,ID=X)"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		l, err := vms.ParseACL(s, vms.File)
		if err != nil {
			return
		}
		again, err := vms.ParseACL(l.String(), vms.File)
		if err != nil || !again.Equal(l) {
			t.Fatalf("%q: %v comes back as %v, %v", s, l, again, err)
		}
	})
}

func FuzzParseListings(f *testing.F) {
	f.Add(manualListing)
	f.Add(manualShow)
	f.Fuzz(func(t *testing.T, s string) {
		if files, err := vms.ParseDirectory(s); err == nil && len(files) > 0 {
			vms.FormatDirectory(files)
		}
		shown, err := vms.ParseShow(s)
		for i := 0; err == nil && i < len(shown); i++ {
			shown[i].FormatShow()
		}
	})
}

func FuzzParseCommand(f *testing.F) {
	f.Add("SET SECURITY/OWNER=[10,5]/PROTECTION=(O:R,W:R)/ACL=((IDENTIFIER=X,ACCESS=READ)) A.TXT")
	f.Fuzz(func(t *testing.T, s string) {
		c, err := vms.ParseCommand(s)
		if err != nil {
			return
		}
		again, err := vms.ParseCommand(c.String())
		if err != nil || again.String() != c.String() {
			t.Fatalf("%q: %s comes back as %s, %v", s, c, again, err)
		}
	})
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("\x01\x02\x03\x04\x15\x00\x04\x00\x05\x00\x08\x00"))
	f.Add([]byte("VPRO\x00\x00\x01\x00\x00\x00\x00\x00a"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if a, err := vms.DecodeAttributes(b); err == nil {
			if out, err := a.Encode(); err != nil || string(out) != string(b) {
				t.Fatalf("%x comes back as %x, %v", b, out, err)
			}
		}
		if k, err := vms.DecodeBlock(b); err == nil && string(k.Encode()) != string(b) {
			t.Fatalf("%x comes back as %x", b, k.Encode())
		}
	})
}
