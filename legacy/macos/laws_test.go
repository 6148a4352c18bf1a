package macos_test

import (
	"math/rand/v2"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"ward/ident"
	"ward/legacy/macos"
)

// The evaluator below takes one wish at a time. Classic, from Inside Macintosh, Files:
// "fLckdErr: file is locked" is what opening for writing, deleting and renaming answer;
// moving (PBCatMove) does not; "wPrErr: the volume is locked by hardware", "vLckdErr: by
// software" is what every change answers. Mac OS X, from chflags(2): "UF_IMMUTABLE: the
// file may not be changed"; "UF_APPEND: the file may only be appended to"; the SF flags
// the same; "the UF flags may be set or unset by either the owner of a file or the
// super-user"; "the SF flags may only be set or unset by the super-user", and cleared
// "only in single-user mode".
func naive(f macos.File, s macos.Subject, wish string, classic bool) bool {
	flag := func(bit int) bool { return f.Flags>>bit&1 == 1 }
	if wish == "read" {
		return true
	}
	if f.VolumeLocked {
		return false
	}
	locked := f.Locked && !f.Directory
	if classic {
		forbidden := map[string]bool{"write": true, "append": true, "delete": true, "rename": true}
		return !locked || !forbidden[wish]
	}
	immutable, appendOnly := locked || flag(1) || flag(17), flag(2) || flag(18)
	if wish == "unlock" {
		if flag(17) || flag(18) {
			return s.Superuser && s.SingleUser
		}
		return s.Owner || s.Superuser
	}
	return !immutable && (!appendOnly || wish == "append")
}

func TestDecisionsAgreeWithANaiveReader(t *testing.T) {
	wishes := []string{"read", "write", "append", "delete", "rename", "move", "set", "unlock"}
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 0))
	const rounds = 150_000
	allowed := 0
	for range rounds {
		coin := func(n int) bool { return r.IntN(n) == 0 }
		f := macos.File{Locked: coin(3), Directory: coin(4), VolumeLocked: coin(8), Flags: macos.BSDFlags(r.Uint32() & r.Uint32() & r.Uint32())}
		s := macos.Subject{Owner: coin(2), Superuser: coin(2), SingleUser: coin(2)}
		by, wanted, want := macos.System(r.IntN(2)), macos.Rights(0), true
		for range 1 + r.IntN(2) {
			i := r.IntN(len(wishes))
			wanted |= 1 << i
			want = want && naive(f, s, wishes[i], by == macos.Classic)
		}
		v := f.Decide(s, wanted, by)
		if v.Allowed != want || v.Allowed != (v.Missing == 0) || v.Allowed != (v.Reason == macos.NothingForbids) {
			t.Fatalf("seed %d: %+v, %+v wants %#x by %d: %+v, the naive reader says %v", seed, f, s, wanted, by, v, want)
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
		bsd, finder := macos.BSDFlags(rapid.Uint32().Draw(t, "flags")), macos.FinderFlags(rapid.Uint16().Draw(t, "Finder"))
		if back, err := macos.ParseBSDFlags(bsd.Format()); err != nil || back != bsd {
			t.Fatalf("%q: %v, %v", bsd, back, err)
		}
		if back, err := macos.ParseFinderFlags(finder.Format()); err != nil || back != finder {
			t.Fatalf("%q: %v, %v", finder, back, err)
		}
		i := macos.BSDInfo{
			Owner: ident.UID(rapid.Uint32().Draw(t, "owner")), Group: ident.GID(rapid.Uint32().Draw(t, "group")),
			FileMode: rapid.Uint16().Draw(t, "mode"), Special: rapid.Uint32().Draw(t, "special"),
		}
		i, lost := i.WithFlags(bsd)
		if i.Flags()|lost != bsd || i.Flags()&lost != 0 {
			t.Fatalf("%v: %v and %v", bsd, i.Flags(), lost)
		}
		if back, err := macos.DecodeBSDInfo(i.Encode()); err != nil || back != i {
			t.Fatalf("%+v: %+v, %v", i, back, err)
		}
	})
}

// same reports whether two files say the same, wherever their entries lie.
func same(a, b macos.AppleFile) bool {
	for _, f := range []*macos.AppleFile{&a, &b} {
		entries := append([]macos.Entry(nil), f.Entries...)
		for i := range entries {
			entries[i].Offset, entries[i].Contents = 0, append([]byte{}, entries[i].Contents...)
		}
		f.Entries = entries
	}
	return reflect.DeepEqual(a, b)
}

func FuzzDecodeApple(f *testing.F) {
	f.Add([]byte("\x00\x05\x16\x07\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x0a\x00\x00\x00\x26\x00\x00\x00\x04\x00\x00\x00\x01"))
	f.Add(dotUnderscore("com.apple.acl.text", "!#acl 1\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if xattrs, err := macos.DecodeXattrs(b); err == nil && len(xattrs) > len(b) {
			t.Fatalf("%d attributes in %d bytes", len(xattrs), len(b))
		}
		a, err := macos.DecodeApple(b)
		if err != nil {
			return
		}
		total := 0
		for _, e := range a.Entries {
			total += len(e.Contents)
		}
		if total > 1<<20 {
			return // entries may overlap: many times the file
		}
		again, err := a.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if back, err := macos.DecodeApple(again); err != nil || !same(back, a) {
			t.Fatalf("%+v, and back %+v, %v", a, back, err)
		}
	})
}

func FuzzRecords(f *testing.F) {
	f.Add(make([]byte, 128))
	f.Add([]byte("\x02\x00\x01\x00TEXTttxt\x40\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if h, err := macos.DecodeHFSFile(b); err == nil {
			if back, err := h.Encode(b); err != nil || string(back) != string(b) || h.Locked() != (b[2]&1 == 1) {
				t.Fatalf("%x: %+v, and back %x, %v", b, h, back, err)
			}
		}
		if m, err := macos.DecodeMacBinary(b); err == nil && m.Protected != (b[81]&1 == 1) {
			t.Fatalf("%x: %+v", b, m)
		}
		if i, err := macos.DecodeBSDInfo(b); err == nil && string(i.Encode()) != string(b) {
			t.Fatalf("%x: %+v", b, i)
		}
	})
}

func FuzzParseFlags(f *testing.F) {
	for _, s := range []string{"uchg,schg", "invisible,0x2", "-", "hidden"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if a, err := macos.ParseBSDFlags(s); err == nil {
			if back, err := macos.ParseBSDFlags(a.Format()); err != nil || back != a {
				t.Fatalf("%q: %v, %v", s, back, err)
			}
		}
		if a, err := macos.ParseFinderFlags(s); err == nil {
			if back, err := macos.ParseFinderFlags(a.Format()); err != nil || back != a {
				t.Fatalf("%q: %v, %v", s, back, err)
			}
		}
	})
}
