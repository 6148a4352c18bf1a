package macos_test

import (
	"errors"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"ward/acl/macos"
	"ward/acl/nfs4"
	"ward/ident"
	"ward/mode"
)

// The evaluator below follows the comments of kauth_acl_evaluate and
// vnode_authorize_simple in xnu, a right at a time, and shares nothing with the package:
//
//	"Determine whether this entry applies to the current request": a permission when it
//	has a right that is still missing, a denial when it has one that was asked for.
//	"satisfy rights"; "deny the request".
//	"if not permitted, defer to other modes of authorisation".
//	"If we are the file owner, we automatically have some rights": to write the list.
//	"We grant WRITE_ATTRIBUTES to the owner if it hasn't been denied."
//	"Bail if we have residual rights that can't be granted by posix permissions."
func naive(a macos.ACL, uid, gid uint32, wanted uint32, owner, group uint32, m uint32) bool {
	asked, missing := map[int]bool{}, map[int]bool{}
	for bit := 1; bit <= 20; bit++ {
		if wanted>>bit&1 == 1 && !(bit == 12 && (uid == owner || wanted>>13&1 == 1)) {
			asked[bit], missing[bit] = true, true
		}
	}
	for _, e := range a.Entries {
		if e.Flags&0x100 != 0 || !naiveWho(e.Who, uid, gid) {
			continue
		}
		for bit := range asked {
			if uint32(e.Rights)>>bit&1 == 1 {
				switch e.Kind {
				case 2:
					if len(missing) > 0 {
						return false
					}
				case 1:
					delete(missing, bit)
				}
			}
		}
		if len(missing) == 0 {
			return true
		}
	}
	return naiveMode(missing, uid, gid, owner, group, m)
}

func naiveMode(missing map[int]bool, uid, gid, owner, group, m uint32) bool {
	class := m
	if uid == owner {
		delete(missing, 8)
		class = m >> 6
	} else if gid == group {
		class = m >> 3
	}
	for bit := range missing {
		need := map[int]uint32{1: 4, 9: 4, 2: 2, 5: 2, 6: 2, 8: 2, 10: 2, 3: 1, 13: 8, 12: 8, 4: 8}[bit]
		if need&^(class&7) != 0 {
			return false
		}
	}
	return true
}

func naiveWho(w macos.Who, uid, gid uint32) bool {
	switch {
	case w.Name == "everyone":
		return true
	case w.Sort == macos.Group:
		return w.ID == gid
	default:
		return w.ID == uid
	}
}

func TestDecisionsAgreeWithANaiveReader(t *testing.T) {
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 0))
	const rounds = 120_000
	allowed := 0
	for range rounds {
		var a macos.ACL
		for range r.IntN(6) {
			e := macos.Entry{Kind: macos.Kind(1 + r.IntN(2)), Rights: macos.Rights(r.Uint32()&r.Uint32()) & 0x103ffe, Who: macos.Everyone()}
			if r.IntN(8) == 0 {
				e.Flags, e.Kind = macos.Flags(r.Uint32()&0x1f0), macos.Kind(r.IntN(6))
			}
			if r.IntN(3) > 0 {
				e.Who = macos.Numbered(macos.Sort(1+r.IntN(2)), 501+r.Uint32N(3))
			}
			a.Entries = append(a.Entries, e)
		}
		wanted := uint32(1) << (1 + r.IntN(13))
		for r.IntN(2) == 0 {
			wanted |= uint32(1) << (1 + r.IntN(13))
		}
		uid, gid, owner, group, m := 501+r.Uint32N(3), 501+r.Uint32N(3), 501+r.Uint32N(3), 501+r.Uint32N(3), r.Uint32N(0o1000)
		s := macos.Subject{IDs: ident.Subject{UID: ident.UID(uid), GID: ident.GID(gid)}}
		o := macos.Object{Owner: ident.UID(owner), Group: ident.GID(group), Mode: mode.Mode(m), Kind: mode.Regular}
		v := a.Decide(s, macos.Rights(wanted), o)
		if want := naive(a, uid, gid, wanted, owner, group, m); v.Allowed != want {
			t.Fatalf("seed %d: %v\n%+v wants %#x of %+v: %+v, the naive reader says %v", seed, a, s.IDs, wanted, o, v, want)
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

var whos = rapid.Custom(func(t *rapid.T) macos.Who {
	sort := macos.Sort(rapid.IntRange(1, 2).Draw(t, "sort"))
	switch rapid.IntRange(0, 3).Draw(t, "who") {
	case 0:
		return macos.Everyone()
	case 1:
		return macos.Numbered(sort, rapid.Uint32().Draw(t, "id"))
	case 2:
		return macos.Named(sort, rapid.StringMatching(`[a-z]{1,4}( [A-Z]| allow|\\[0-9]{3}|[:,é\n])?[a-z]`).Draw(t, "name"))
	}
	return macos.Who{Sort: sort, GUID: macos.GUID{1, byte(rapid.IntRange(0, 255).Draw(t, "guid"))}}
})

var lists = rapid.Custom(func(t *rapid.T) macos.ACL {
	return macos.ACL{Entries: rapid.SliceOfN(rapid.Custom(func(t *rapid.T) macos.Entry {
		return macos.Entry{
			Kind: macos.Kind(rapid.IntRange(0, 15).Draw(t, "kind")), Flags: macos.Flags(rapid.Uint32().Draw(t, "flags") &^ 0xf),
			Rights: macos.Rights(rapid.Uint32Range(1, 1<<32-1).Draw(t, "rights")), Who: whos.Draw(t, "who"),
		}
	}), 0, 5).Draw(t, "entries")}
})

func TestWhatIsWrittenReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := lists.Draw(t, "list")
		for _, e := range a.Entries {
			if back, err := macos.ParseEntry(e.String()); err != nil || back != e {
				t.Fatalf("%q reads as %+v, %v; it was %+v", e, back, err, e)
			}
		}
		shown := a.FormatListing(mode.Directory)
		if back, err := macos.ParseListing(shown); err != nil || !back.Equal(a) {
			t.Fatalf("%q reads as %v, %v; it was %v", shown, back, err, a)
		}
		a.Flags = macos.ListFlags(rapid.Uint32().Draw(t, "list flags"))
		text := a.FormatExternal()
		if back, err := macos.ParseExternal(text); err != nil || !back.Equal(a) {
			t.Fatalf("%q reads as %v, %v; it was %v", text, back, err, a)
		}
	})
}

func TestWhatIsEncodedDecodes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := macos.Filesec{Owner: macos.UserGUID(rapid.Uint32().Draw(t, "owner")), HasACL: true, ACL: lists.Draw(t, "list")}
		b, err := f.Encode()
		var cannot *macos.FormatError
		if errors.As(err, &cannot) {
			return
		}
		back, err := macos.Decode(b)
		if err != nil || back.Owner != f.Owner || len(back.ACL.Entries) != len(f.ACL.Entries) {
			t.Fatalf("%x decodes to %+v, %v", b, back, err)
		}
		for i, e := range back.ACL.Entries {
			if want := f.ACL.Entries[i]; e.Who.GUID != want.Who.GUID || e.Kind != want.Kind || e.Flags != want.Flags || e.Rights != want.Rights {
				t.Fatalf("entry %d is %+v, it was %+v", i, e, want)
			}
		}
	})
}

// Each right for itself is decided alike in both models where an entry decides it, and
// the way there and back loses nothing.
func TestTheSameEntriesInNFSv4(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := lists.Draw(t, "list")
		for i := range a.Entries {
			e := &a.Entries[i]
			e.Kind, e.Flags, e.Rights = 1+e.Kind%2, e.Flags&0x1f0, e.Rights&0x103ffe
			e.Who = macos.Numbered(macos.Sort(1+i%2), 501+uint32(i)%3)
		}
		n, err := a.ToNFS4()
		if err != nil {
			t.Fatal(err)
		}
		back, err := macos.FromNFS4(n)
		if err != nil || !back.Equal(a) {
			t.Fatalf("%v comes back as %v, %v", a, back, err)
		}
		s := ident.Subject{UID: 501, GID: 502, Groups: []ident.GID{503}}
		for bit := macos.ReadData; bit <= macos.ChangeOwner; bit <<= 1 {
			right, _ := bit.NFS4()
			there := n.Decide(nfs4.Subject{IDs: s}, right, nfs4.Object{Owner: 1, Group: 1, Kind: mode.Regular})
			here := a.Decide(macos.Subject{IDs: s}, bit, macos.Object{Owner: 1, Group: 1})
			if here.Entry >= 0 && (here.Allowed != there.Allowed || here.Entry != there.Entry) {
				t.Fatalf("%v of %v: %+v here, %+v there", right, a, here, there)
			}
		}
	})
	everyone, err := macos.ACL{Entries: []macos.Entry{{Kind: macos.Deny, Rights: macos.Delete, Who: macos.Everyone()}}}.ToNFS4()
	if err != nil || everyone.Entries[0].Who != nfs4.Special(nfs4.Everyone) {
		t.Errorf("everyone is %+v, %v", everyone, err)
	}
	if _, err := (macos.ACL{Entries: []macos.Entry{{Kind: macos.Allow, Who: macos.Who{GUID: macos.GUID{1}}}}}).ToNFS4(); err == nil {
		t.Error("a GUID of a directory service has an NFSv4 name")
	}
}

func FuzzText(f *testing.F) {
	f.Add("user:joe allow read,write,file_inherit")
	f.Add(lsOutput)
	f.Add("!#acl 1 no_inherit\ngroup:ABCDEFAB-CDEF-ABCD-EFAB-CDEF0000000C:everyone:12:deny,inherited:delete,0x8000\n")
	f.Fuzz(func(t *testing.T, s string) {
		if a, err := macos.ParseExternal(s); err == nil {
			if back, err := macos.ParseExternal(a.FormatExternal()); err != nil || !back.Equal(a) {
				t.Fatalf("%q prints as %q, which reads as %v, %v", s, a.FormatExternal(), back, err)
			}
		} else {
			checkPlace(t, s, err)
		}
		if a, err := macos.ParseListing(s); err == nil {
			if back, err := macos.ParseListing(a.FormatListing(mode.Directory)); err != nil || !back.Equal(a) {
				t.Fatalf("%q prints as %q, which reads as %v, %v", s, a.FormatListing(mode.Directory), back, err)
			}
		} else {
			checkPlace(t, s, err)
		}
		if e, err := macos.ParseEntry(s); err == nil {
			if back, err := macos.ParseEntry(e.String()); err != nil || back != e {
				t.Fatalf("%q prints as %q, which reads as %v, %v", s, e, back, err)
			}
		} else {
			checkPlace(t, s, err)
		}
	})
}

// checkPlace makes sure that a mistake lies inside the text.
func checkPlace(t *testing.T, s string, err error) {
	t.Helper()
	var e *macos.SyntaxError
	if !errors.As(err, &e) || e.Offset < 0 || e.Offset > len(s) {
		t.Fatalf("%q: %#v", s, err)
	}
}

func FuzzDecode(f *testing.F) {
	b, err := macos.Filesec{HasACL: true, ACL: macos.ACL{Entries: []macos.Entry{{Kind: macos.Deny, Rights: macos.Delete, Who: macos.Everyone()}}}}.Encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := macos.Decode(b)
		if err != nil {
			var e *macos.FormError
			if !errors.As(err, &e) || e.Offset < 0 || e.Offset > len(b) {
				t.Fatalf("%x: %v", b, err)
			}
			return
		}
		if out, err := got.Encode(); err != nil || string(out) != string(b) {
			t.Fatalf("%x decodes to %+v, which is %x, %v", b, got, out, err)
		}
	})
}
