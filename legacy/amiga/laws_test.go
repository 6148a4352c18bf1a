package amiga_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ward/ident"
	"ward/legacy/amiga"
	"ward/mode"
)

// The evaluator below knows the sixteen letters by their place in one string, the
// highest bit first, and reads them as the manuals do: of the last four "a set bit
// means that the action is not allowed"; group's and others' "a set bit means that it
// is". "S: the file is a script, and can be run by its name if it can be read."
func naive(p uint32, uid, gid, owner, group uint32, wanted string, multi bool) bool {
	const places = "RWEDrwedhspaRWED"
	bits := map[string]bool{}
	for i, l := range places {
		class := []string{"other ", "group ", "", "owner "}[i/4]
		bits[class+strings.ToLower(string(l))] = p>>(15-i)&1 == 1
	}
	for _, l := range wanted {
		if l == 's' {
			if !bits["s"] {
				return false
			}
			l = 'r'
		}
		switch {
		case multi && uid == 0:
		case !multi || uid == owner:
			if bits["owner "+string(l)] {
				return false
			}
		case gid == group:
			if !bits["group "+string(l)] {
				return false
			}
		default:
			if !bits["other "+string(l)] {
				return false
			}
		}
	}
	return true
}

func TestDecisionsAgreeWithANaiveReader(t *testing.T) {
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 0))
	const rounds = 150_000
	allowed := 0
	for range rounds {
		p, uid, gid, owner, group := r.Uint32(), r.Uint32N(4), r.Uint32N(3), r.Uint32N(4), r.Uint32N(3)
		wanted, word := amiga.Rights(0), ""
		for range 1 + r.IntN(2) {
			i := r.IntN(5)
			wanted |= 1 << i
			word += "dewrs"[i : i+1]
		}
		by := amiga.Rules(r.IntN(2))
		v := amiga.Protection(p).Decide(ident.Subject{UID: ident.UID(uid), GID: ident.GID(gid)}, wanted, amiga.Object{Owner: ident.UID(owner), Group: ident.GID(group)}, by)
		if want := naive(p, uid, gid, owner, group, word, by == amiga.MultiUser); v.Allowed != want {
			t.Fatalf("seed %d: %#x, %d:%d of %d:%d wants %q: %+v, the naive reader says %v", seed, p, uid, gid, owner, group, word, v, want)
		}
		if v.Allowed {
			allowed++
		}
	}
	if allowed < rounds/10 || allowed > rounds*9/10 {
		t.Errorf("seed %d: %d of %d were allowed: the generator shows too little", seed, allowed, rounds)
	}
	t.Logf("%d decisions, %d allowed", rounds, allowed)
}

func TestFormatsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := amiga.Protection(rapid.Uint32().Draw(t, "protection"))
		if back, err := amiga.Parse(p.Format()); err != nil || back != p {
			t.Fatalf("%q: %#x, %v", p.Format(), uint32(back), err)
		}
		f := p.Flags()
		if back := p.WithFlags(f); back != p {
			t.Fatalf("%v became %v", p, back)
		}
		if back, err := amiga.ParseFlags(f.Format()); err != nil || back != f {
			t.Fatalf("%q: %v, %v", f.Format(), back, err)
		}
		k := rapid.SampledFrom([]mode.Kind{mode.Unknown, mode.Regular, mode.Directory}).Draw(t, "kind")
		external := f.ToZip(k)
		if back, kind := amiga.FromZip(external); back != f || kind != k || amiga.PKAZip(external) {
			t.Fatalf("%v, %v as %#x: %v, %v", f, k, external, back, kind)
		}
	})
}

// A mode that affs keeps is shown as it was given; directories show more x.
func TestModesComeBack(t *testing.T) {
	for m := range mode.Mode(0o1000) {
		for _, p := range []amiga.Protection{0, 0xff, 0xffffffff} {
			after := p.Chmod(m)
			if got := after.Mode(mode.Regular); got != m {
				t.Fatalf("%v was given %s and shows %s", p, m.Octal(), got.Octal())
			}
			if after.Flags()&0xf0 != p.Flags()&0xf0 || after>>16 != p>>16 {
				t.Fatalf("%v became %v", p, after)
			}
			if after.Chmod(m) != after {
				t.Fatalf("%v and then %v", after, after.Chmod(m))
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"----rwed", "-s--r-e-", "arwed", "rwed,group=r", "rwed,other=rwed,0x10000", "+s -w", "rw ADD"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if p, err := amiga.Parse(s); err == nil {
			if back, err := amiga.Parse(p.Format()); err != nil || back != p {
				t.Fatalf("%q: %v, %v", s, back, err)
			}
		}
		if c, err := amiga.ParseChange(s); err == nil {
			if back, err := amiga.ParseChange(c.Format()); err != nil || back != c {
				t.Fatalf("%q as %q: %+v, and back %+v, %v", s, c.Format(), c, back, err)
			}
		}
	})
}

func FuzzDecodeUAEM(f *testing.F) {
	f.Add([]byte("----rw-d 2015-06-01 12:00:00.00 hello"))
	f.Add([]byte("\ufeffhsparwed 2015-06-01 12:00:00.00 \r\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		u, err := amiga.DecodeUAEM(b)
		if err != nil {
			if u != (amiga.UAEM{}) {
				t.Fatalf("%+v with %v", u, err)
			}
			return
		}
		again, err := u.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if back, err := amiga.DecodeUAEM(again); err != nil || back != u {
			t.Fatalf("%+v, and back %+v, %v", u, back, err)
		}
	})
}

func FuzzDecodeUAEFSDB(f *testing.F) {
	f.Add(make([]byte, 600))
	f.Fuzz(func(t *testing.T, b []byte) {
		records, err := amiga.DecodeUAEFSDB(b)
		if err != nil {
			return
		}
		again, err := amiga.EncodeUAEFSDB(records)
		if err != nil || len(again) != len(b) {
			t.Fatalf("%d bytes became %d, %v", len(b), len(again), err)
		}
		back, err := amiga.DecodeUAEFSDB(again)
		if err != nil {
			t.Fatal(err)
		}
		for i := range back {
			if back[i] != records[i] {
				t.Fatalf("%+v became %+v", records[i], back[i])
			}
		}
	})
}
