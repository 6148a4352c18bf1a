package racf_test

import (
	"math/rand/v2"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ward/legacy/racf"
	"ward/mode"
)

// naiveMatch turns the tables of the manual into a regular expression, a qualifier at a
// time. It shares nothing with the package.
func naiveMatch(pattern string, n racf.Naming, name string) bool {
	const q = `[^.]+`
	qs := strings.Split(pattern, ".")
	var b strings.Builder
	for i, s := range qs {
		last := i == len(qs)-1
		dot := ""
		if i > 0 {
			dot = `\.`
		}
		switch {
		case s == "**" && i == 0 && last:
			b.WriteString(`.*`)
		case s == "**" && i == 0:
			b.WriteString(`(?:` + q + `\.)*`)
			qs[1] = "\x00" + qs[1] // its dot is written
		case s == "**":
			b.WriteString(`(?:\.` + q + `)*`)
		case s == "*" && last && n != racf.EGN:
			b.WriteString(dot + `.+`)
		case s == "*":
			b.WriteString(dot + q)
		default:
			if strings.HasPrefix(s, "\x00") {
				dot, s = "", s[1:]
				if s == "*" {
					if last {
						b.WriteString(`.+`)
					} else {
						b.WriteString(q)
					}
					continue
				}
			}
			b.WriteString(dot)
			star := strings.HasSuffix(s, "*")
			s = strings.ReplaceAll(regexp.QuoteMeta(strings.TrimSuffix(s, "*")), "%", `[^.]`)
			b.WriteString(s)
			switch {
			case star && last && n != racf.EGN:
				b.WriteString(`.*`)
			case star:
				b.WriteString(`[^.]*`)
			}
		}
	}
	return regexp.MustCompile(`^(?:` + b.String() + `)$`).MatchString(name)
}

func randomName(r *rand.Rand, alphabet []string) string {
	var qs []string
	for range 1 + r.IntN(4) {
		qs = append(qs, alphabet[r.IntN(len(alphabet))])
	}
	return strings.Join(qs, ".")
}

func TestMatchesAgreeWithANaiveReader(t *testing.T) {
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 0))
	const rounds = 100_000
	matched := 0
	for range rounds {
		n := racf.Naming(r.IntN(3))
		alphabet := []string{"A", "B", "AB", "A*", "%", "*", "A%", "B*"}
		var pattern string
		for {
			pattern = randomName(r, alphabet)
			if n != racf.NoEGN && r.IntN(2) == 0 {
				qs := strings.Split(pattern, ".")
				i := r.IntN(len(qs) + 1)
				if i > 0 || n == racf.General {
					pattern = strings.Join(slices.Insert(qs, i, "**"), ".")
				}
			}
			break
		}
		name := randomName(r, []string{"A", "B", "AB", "ABC", "BA"})
		got, want := racf.Compile(pattern, n, nil).Matches(name), naiveMatch(pattern, n, name)
		if got != want {
			t.Fatalf("seed %d: %s (%d) and %s: %v, the naive reader says %v", seed, pattern, n, name, got, want)
		}
		if got {
			matched++
		}
	}
	t.Logf("%d names, %d matched", rounds, matched)
	if matched < rounds/20 {
		t.Errorf("seed %d: only %d matched", seed, matched)
	}
}

// naive follows the steps of "Authorizing access to RACF-protected resources" one after
// the other, over facts in maps.
type naiveCase struct {
	user                                                       string
	current                                                    string
	groups                                                     map[string]bool
	restricted, operations, trusted, revoked, grplist, warning bool
	program                                                    string
	own                                                        bool
	global                                                     int // -1: no entry
	uacc                                                       int
	list                                                       map[string]int
	when                                                       map[[2]string]int // program, id
	wanted                                                     int
}

func naive(c naiveCase) bool {
	mine := func(id string) bool {
		if c.grplist {
			return c.groups[id] || id == c.current
		}
		return id == c.current
	}
	if c.revoked {
		return false
	}
	if c.trusted {
		return true
	}
	if !c.restricted && c.global >= c.wanted {
		return true
	}
	if c.own {
		return true
	}
	have, listed := -1, false
	if c.user != "" {
		if l, ok := c.list[c.user]; ok {
			have, listed = l, true
		} else {
			for id, l := range c.list {
				if mine(id) {
					listed = true
					have = max(have, l)
				}
			}
		}
	}
	if !listed && !c.restricted {
		if l, ok := c.list["*"]; ok && c.user != "" {
			have = l
		} else {
			have = c.uacc
		}
	}
	if !listed && c.restricted {
		have = 0
	}
	if have >= c.wanted {
		return true
	}
	if c.user != "" {
		if l, ok := c.when[[2]string{c.program, c.user}]; ok {
			if l >= c.wanted {
				return true
			}
		} else {
			best, found := -1, false
			for k, l := range c.when {
				if k[0] == c.program && mine(k[1]) {
					best, found = max(best, l), true
				}
			}
			if l, ok := c.when[[2]string{c.program, "*"}]; ok && !found && !c.restricted {
				best = l
			}
			if best >= c.wanted {
				return true
			}
		}
		if c.operations && !listed {
			return true
		}
	}
	return c.warning
}

func TestDecisionsAgreeWithANaiveReader(t *testing.T) {
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 0))
	const rounds = 150_000
	ids := []string{"JOE", "ANN", "G1", "G2", "G3", "*"}
	allowed, reasons := 0, map[racf.Reason]int{}
	for range rounds {
		c := naiveCase{
			user: "JOE", current: "G1", groups: map[string]bool{"G1": true}, restricted: r.IntN(4) == 0, operations: r.IntN(6) == 0, trusted: r.IntN(30) == 0, revoked: r.IntN(30) == 0,
			grplist: r.IntN(2) == 0, warning: r.IntN(10) == 0, program: "P1", own: r.IntN(20) == 0, global: -1, uacc: r.IntN(6), list: map[string]int{}, when: map[[2]string]int{}, wanted: 1 + r.IntN(5),
		}
		if r.IntN(8) == 0 && !c.own {
			c.user, c.current, c.groups, c.operations = "", "", nil, false
		}
		if c.user != "" && r.IntN(2) == 0 {
			c.groups["G2"] = true
		}
		p := racf.Profile{Class: racf.Dataset, Name: "AB.**", Generic: true, UACC: racf.Level(c.uacc), Warning: c.warning}
		s := racf.System{EGN: true, ListOfGroups: c.grplist}
		for range r.IntN(5) {
			id := ids[r.IntN(len(ids))]
			if _, ok := c.list[id]; !ok {
				c.list[id] = r.IntN(6)
				p.Access = append(p.Access, racf.Permit{ID: id, Level: racf.Level(c.list[id])})
			}
		}
		for range r.IntN(4) {
			k := [2]string{[]string{"P1", "P2"}[r.IntN(2)], ids[r.IntN(len(ids))]}
			if _, ok := c.when[k]; !ok {
				c.when[k] = r.IntN(6)
				p.Conditional = append(p.Conditional, racf.Conditional{Permit: racf.Permit{ID: k[1], Level: racf.Level(c.when[k])}, When: racf.Condition{Type: "PROGRAM", Value: k[0]}})
			}
		}
		if r.IntN(6) == 0 {
			c.global = r.IntN(6)
			s.Global = []racf.Global{{Class: racf.Dataset, Name: "*.CD", Level: racf.Level(c.global)}, {Class: "OTHER", Name: "**", Level: racf.Alter}}
		}
		s.Profiles = []racf.Profile{{Class: racf.Dataset, Name: "A*.**", Generic: true, UACC: racf.Alter}, p}
		u := racf.Subject{User: c.user, Group: c.current, Operations: c.operations, Restricted: c.restricted, Trusted: c.trusted, Revoked: c.revoked, Conditions: []racf.Condition{{Type: "PROGRAM", Value: "P1"}}}
		for g := range c.groups {
			u.Groups = append(u.Groups, g)
		}
		req := racf.Request{Name: "AB.CD", Wanted: racf.Level(c.wanted)}
		if c.own {
			req.Name = "JOE.CD"
			s.Profiles[1].Name = "JOE.**"
		}
		v := s.Decide(u, req)
		reasons[v.Reason]++
		if want := naive(c); v.Allowed != want {
			t.Fatalf("seed %d: %+v\n%+v: %+v (%v), the naive reader says %v", seed, c, s.Profiles[1], v, v.Reason, want)
		}
		if v.Allowed {
			allowed++
		}
	}
	for reason := racf.UserRevoked; reason <= racf.RestrictedUser; reason++ {
		if reasons[reason] == 0 && reason != racf.NoProfile && reason != racf.NoProfileFails && reason != racf.NoProfileWarns && reason != racf.ByGroupOperations {
			t.Errorf("seed %d: never met: %v", seed, reason)
		}
	}
	if allowed < rounds/5 || allowed > rounds*9/10 {
		t.Errorf("seed %d: %d of %d were allowed", seed, allowed, rounds)
	}
	t.Logf("%d decisions, %d allowed", rounds, allowed)
}

// naiveUnix follows the steps of "Authorizing access to z/OS UNIX files and directories".
func naiveUnix(f racf.UnixFile, s racf.UnixSubject, wanted mode.Rights) bool {
	gives := func(r mode.Rights) bool { return r&wanted == wanted }
	if s.UID == 0 {
		return true
	}
	byEntry := false
	decided, answer := false, false
	if s.UID == f.OwnerUID {
		decided, answer = true, gives(f.ACL.Mode.Owner())
	}
	if f.FSSEC && !decided {
		for _, e := range f.ACL.Access {
			if !decided && !e.Group && e.ID == s.User {
				decided, byEntry, answer = true, true, gives(e.Rights)
			}
		}
	}
	if !decided {
		for _, g := range s.Groups {
			if g == f.Group {
				decided = true
				answer = answer || gives(f.ACL.Mode.Group())
			}
			for _, e := range f.ACL.Access {
				if f.FSSEC && e.Group && e.ID == g {
					decided, byEntry = true, true
					answer = answer || gives(e.Rights)
				}
			}
		}
	}
	if !decided {
		answer = gives(f.ACL.Mode.Other()) && !(s.Restricted && s.FilesysAccess < racf.Read)
	}
	if answer {
		return true
	}
	level := s.Filesys
	if byEntry && f.ACLOverrideDefined {
		level = s.ACLOverride
	}
	for _, bit := range []mode.Rights{4, 2, 1} {
		need := map[mode.Rights]racf.Level{4: racf.Read, 2: racf.Update, 1: 99}[bit]
		if f.Directory {
			need = map[mode.Rights]racf.Level{4: racf.Read, 2: racf.Control, 1: racf.Read}[bit]
		}
		if wanted&bit != 0 && level < need {
			return false
		}
	}
	return true
}

func TestUnixDecisionsAgreeWithANaiveReader(t *testing.T) {
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 0))
	const rounds = 120_000
	allowed := 0
	for range rounds {
		f := racf.UnixFile{OwnerUID: 1 + r.Uint32N(3), Group: []string{"G1", "G2"}[r.IntN(2)], Directory: r.IntN(2) == 0, FSSEC: r.IntN(4) > 0, ACLOverrideDefined: r.IntN(2) == 0}
		f.ACL.Mode = mode.Mode(r.Uint32N(0o1000))
		for range r.IntN(4) {
			e := racf.UnixEntry{Group: r.IntN(2) == 0, Rights: mode.Rights(r.IntN(8))}
			e.ID = map[bool][]string{true: {"G1", "G2", "G3"}, false: {"JOE", "ANN", "EVE"}}[e.Group][r.IntN(3)]
			f.ACL.Access = append(f.ACL.Access, e)
		}
		uid := r.Uint32N(20)
		s := racf.UnixSubject{UID: uid, User: []string{"JOE", "ANN", "BOB"}[uid%3], Restricted: r.IntN(4) == 0, FilesysAccess: racf.Level(r.IntN(3))}
		if r.IntN(3) == 0 {
			s.Filesys, s.ACLOverride = racf.Level(r.IntN(6)), racf.Level(r.IntN(6))
		}
		for _, g := range []string{"G1", "G2", "G3"} {
			if r.IntN(3) == 0 {
				s.Groups = append(s.Groups, g)
			}
		}
		wanted := mode.Rights(1 + r.IntN(7))
		v := f.Decide(s, wanted)
		if want := naiveUnix(f, s, wanted); v.Allowed != want {
			t.Fatalf("seed %d: %+v\n%+v wants %v: %+v, the naive reader says %v", seed, f, s, wanted, v, want)
		}
		if v.Allowed {
			allowed++
		}
	}
	if allowed < rounds/10 || allowed > rounds*9/10 {
		t.Errorf("seed %d: %d of %d were allowed", seed, allowed, rounds)
	}
	t.Logf("%d decisions, %d allowed", rounds, allowed)
}

func anyProfileName() *rapid.Generator[string] {
	return rapid.StringMatching(`[A-C]{1,2}(\.([A-C]{1,2}|[A-C]\*|%|\*|[A-C]%)){0,3}(\.\*\*)?`)
}

func TestSpecificityIsAnOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := anyProfileName().Draw(t, "a"), anyProfileName().Draw(t, "b"), anyProfileName().Draw(t, "c")
		ab, ba, bc, ac := racf.MoreSpecific(a, b), racf.MoreSpecific(b, a), racf.MoreSpecific(b, c), racf.MoreSpecific(a, c)
		if (ab < 0) != (ba > 0) || (ab == 0) != (a == b) {
			t.Fatalf("%s and %s: %d, %d", a, b, ab, ba)
		}
		if ab < 0 && bc < 0 && ac >= 0 {
			t.Fatalf("%s, %s, %s: %d, %d, %d", a, b, c, ab, bc, ac)
		}
	})
}

func anyProfile() *rapid.Generator[racf.Profile] {
	return rapid.Custom(func(t *rapid.T) racf.Profile {
		level := func(what string) racf.Level { return racf.Level(rapid.IntRange(0, 5).Draw(t, what)) }
		id := rapid.StringMatching(`[A-Z]{1,8}|\*`)
		p := racf.Profile{Class: rapid.SampledFrom([]string{racf.Dataset, "FACILITY"}).Draw(t, "class"), Name: anyProfileName().Draw(t, "name"), Owner: rapid.StringMatching(`[A-Z]{1,8}`).Draw(t, "owner"), UACC: level("uacc"), Warning: rapid.Bool().Draw(t, "warning")}
		p.Generic = racf.IsGeneric(p.Name) || rapid.Bool().Draw(t, "generic")
		for range rapid.IntRange(0, 3).Draw(t, "permits") {
			p.Access = append(p.Access, racf.Permit{ID: id.Draw(t, "id"), Level: level("level"), Count: rapid.IntRange(0, 99999).Draw(t, "count")})
		}
		for range rapid.IntRange(0, 2).Draw(t, "conditions") {
			p.Conditional = append(p.Conditional, racf.Conditional{Permit: racf.Permit{ID: id.Draw(t, "id"), Level: level("level")}, When: racf.Condition{Type: rapid.SampledFrom([]string{"PROGRAM", "CONSOLE"}).Draw(t, "type"), Value: rapid.StringMatching(`[A-Z]{1,8}`).Draw(t, "value")}})
		}
		return p
	})
}

func TestRecordsComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := anyProfile().Draw(t, "profile")
		c := racf.Coding{RDW: rapid.Bool().Draw(t, "rdw"), EBCDIC: rapid.Bool().Draw(t, "ebcdic")}
		b, err := racf.EncodeRecords(p.Records(), c)
		if err != nil {
			t.Fatal(err)
		}
		rs, err := racf.DecodeRecords(b, c)
		if err != nil {
			t.Fatal(err)
		}
		s, left, err := racf.ReadUnload(rs)
		if err != nil || len(left) != 0 || len(s.Profiles) != 1 || !reflect.DeepEqual(s.Profiles[0], p) {
			t.Fatalf("%+v, %v, %v", s, left, err)
		}
	})
}

func FuzzDecodeRecords(f *testing.F) {
	f.Add([]byte(record0404+"\n"+record0205+"\n"+record0400), false, false)
	f.Add([]byte("\x00\x08\x00\x000400"), true, false)
	f.Fuzz(func(t *testing.T, b []byte, rdw, ebcdic bool) {
		c := racf.Coding{RDW: rdw, EBCDIC: ebcdic}
		racf.DetectCoding(b)
		rs, err := racf.DecodeRecords(b, c)
		if err != nil {
			return
		}
		if s, _, err := racf.ReadUnload(rs); err == nil && s == nil {
			t.Fatal("neither a system nor an error")
		}
		out, err := racf.EncodeRecords(rs, c)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := racf.DecodeRecords(out, c); err != nil || !slices.Equal(again, rs) {
			t.Fatalf("%q comes back as %q, %v", rs, again, err)
		}
	})
}

func FuzzParseUnixACL(f *testing.F) {
	f.Add("#owner: A\nuser::rwx\ngroup::r-x\nother::---\ndefault:user:JOE:rwx\nfdefault:group:G:r--\n")
	f.Fuzz(func(t *testing.T, s string) {
		a, err := racf.ParseUnixACL(s)
		if err != nil {
			return
		}
		if again, err := racf.ParseUnixACL(a.String()); err != nil || !again.Equal(a) {
			t.Fatalf("%q: %+v comes back as %+v, %v", s, a, again, err)
		}
	})
}

func FuzzMatches(f *testing.F) {
	f.Add("AB.CD*.**", "AB.CD.EF", uint8(1))
	f.Fuzz(func(_ *testing.T, pattern, name string, n uint8) {
		racf.Compile(pattern, racf.Naming(n%3), nil).Matches(name)
		racf.MoreSpecific(pattern, name)
	})
}
