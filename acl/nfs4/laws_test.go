package nfs4_test

import (
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ward/acl/nfs4"
)

var texts = []nfs4.Notation{nfs4.Linux, nfs4.FreeBSD, nfs4.FreeBSDVerbose, nfs4.Solaris, nfs4.SolarisVerbose, nfs4.Solaris2005, nfs4.Libarchive}

// whos is whom an entry may speak of, strange names included.
var whos = rapid.Custom(func(t *rapid.T) nfs4.Who {
	switch rapid.IntRange(0, 5).Draw(t, "who") {
	case 0, 1:
		return nfs4.Special(nfs4.Class(rapid.IntRange(1, 3).Draw(t, "class")))
	case 2:
		return nfs4.Number(rapid.Uint32Range(0, 1<<32-2).Draw(t, "id"))
	case 3:
		w := nfs4.Name(rapid.StringMatching(`[a-z]{1,3}(@[a-z]{2}|\\[0-9]{0,4}|[:, #é\x00-\x1f]{0,2})`).Draw(t, "name"))
		if rapid.Bool().Draw(t, "with id") && !w.HasID {
			w.ID, w.HasID = rapid.Uint32Range(0, 1<<32-2).Draw(t, "id"), true
		}
		return w
	case 4:
		return nfs4.Special(nfs4.Class(rapid.IntRange(4, 10).Draw(t, "class")))
	}
	return nfs4.Who{Class: rapid.SampledFrom([]nfs4.Class{nfs4.SID, nfs4.AnySID}).Draw(t, "sid"), Name: "S-1-5-32-" + rapid.StringMatching(`[0-9]{1,3}`).Draw(t, "rid")}
})

// lists is lists of entries with any bits at all.
var lists = rapid.Custom(func(t *rapid.T) nfs4.ACL {
	es := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) nfs4.Entry {
		e := nfs4.Entry{Type: nfs4.Type(rapid.IntRange(0, 4).Draw(t, "type")), Who: whos.Draw(t, "who")}
		e.Flags = nfs4.Flags(rapid.Uint32Range(0, 0xff).Draw(t, "flags"))
		e.Rights = nfs4.Rights(rapid.Uint32().Draw(t, "rights")) & nfs4.FullSet
		if rapid.IntRange(0, 3).Draw(t, "odd") == 0 {
			e.Flags, e.Rights = nfs4.Flags(rapid.Uint32().Draw(t, "any flags")), nfs4.Rights(rapid.Uint32().Draw(t, "any rights"))
		}
		return e
	}), 1, 5).Draw(t, "entries")
	return nfs4.ACL{Entries: es}.Canonical()
})

func TestWhatIsWrittenReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := lists.Draw(t, "list")
		for _, n := range texts {
			s, err := a.Format(n, dir)
			var cannot *nfs4.FormatError
			if errors.As(err, &cannot) {
				continue
			}
			want := a
			if n == nfs4.Linux || n == nfs4.Solaris2005 { // which have no numbers behind names
				want = withoutIDs(a)
			}
			if back, err := nfs4.Parse(s, n, dir); err != nil || !back.Equal(want) {
				t.Fatalf("%v: %q reads as %v, %v; it was %v", n, s, back, err, want)
			}
			shown, _ := a.List(n, dir)
			if back, err := nfs4.Parse(shown, n, dir); err != nil || !back.Equal(want) {
				t.Fatalf("%v: the lines %q read as %v, %v", n, shown, back, err)
			}
			if strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }) {
				t.Fatalf("%v: %q has control characters", n, s)
			}
		}
	})
}

func withoutIDs(a nfs4.ACL) nfs4.ACL {
	es := append([]nfs4.Entry(nil), a.Entries...)
	for i, e := range es {
		if e.Who.Name != "" {
			es[i].Who.ID, es[i].Who.HasID = 0, false
		}
	}
	return nfs4.ACL{Entries: es}.Canonical()
}

func TestWhatIsEncodedDecodes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := lists.Draw(t, "list")
		a.Flags = nfs4.ListFlags(rapid.Uint32().Draw(t, "list flags"))
		if b, err := a.EncodeTrueNAS(); err == nil {
			back, err := nfs4.DecodeTrueNAS(b)
			if want := onlyIDs(a); err != nil || !back.Equal(want) {
				t.Fatalf("%x decodes to %v, %v; it was %v", b, back, err, want)
			}
		}
		b, err := a.EncodeDACL()
		if err != nil {
			return
		}
		want := withoutIDs(a)
		plain, _ := a.Encode()
		if back, err := nfs4.Decode(plain); err != nil || !back.Equal(want) {
			t.Fatalf("%x decodes to %v, %v; it was %v", plain, back, err, want)
		}
		want.Flags = a.Flags
		if back, err := nfs4.DecodeDACL(b); err != nil || !back.Equal(want) {
			t.Fatalf("%x decodes to %v, %v; it was %v", b, back, err, want)
		}
	})
}

func onlyIDs(a nfs4.ACL) nfs4.ACL {
	es := append([]nfs4.Entry(nil), a.Entries...)
	for i, e := range es {
		if e.Who.HasID {
			es[i].Who = nfs4.Number(e.Who.ID)
		}
	}
	return nfs4.ACL{Flags: a.Flags, Entries: es}
}

func TestMalformedAttributes(t *testing.T) {
	good, err := nfs4.FromMode(0o604, file, nfs4.FreeBSDRules).Encode()
	if err != nil {
		t.Fatal(err)
	}
	for cut := range good {
		var wrong *nfs4.FormError
		if _, err := nfs4.Decode(good[:cut]); !errors.As(err, &wrong) || wrong.Offset > cut {
			t.Errorf("cut after %d bytes: %v", cut, err)
		}
	}
	if _, err := nfs4.Decode(append(good, 0)); err == nil || !strings.Contains(err.Error(), "1 bytes follow") {
		t.Errorf("with a byte too many: %v", err)
	}
	if _, err := nfs4.Decode([]byte{0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0}); err == nil {
		t.Error("four thousand million entries are read from eight bytes")
	}
	if a, err := nfs4.Decode([]byte{0, 0, 0, 0}); err != nil || len(a.Entries) != 0 {
		t.Errorf("an empty list: %v, %v", a, err)
	}
	if _, err := nfs4.DecodeTrueNAS(make([]byte, 8)); err == nil {
		t.Error("an empty list of TrueNAS is read")
	}
	unfilled := []byte("\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x06OWNER@xy")
	if a, err := nfs4.Decode(unfilled); err != nil || a.Entries[0].Who != nfs4.Special(nfs4.Owner) {
		t.Errorf("bytes that fill up need not be zero: %v, %v", a, err)
	}
}

func TestListsThatSystemsRefuse(t *testing.T) {
	for s, want := range map[string][2]string{
		"owner@:r::allow":     {"", ""},
		"owner@:r:f:allow":    {"only directories", "only directories"},
		"user:bob:r::allow":   {"", "no number"},
		"owner@:r:S:audit":    {"", "takes no audit"},
		"owner@:r:S:allow":    {"", "no flags but those of inheritance"},
		"owner@:r:n:allow":    {"only directories", "only directories"},
		"owner@:r0x600:allow": {"", "the rights 0x600"},
	} {
		a := parse(t, s, nfs4.FreeBSD, dir)
		for i, rules := range []nfs4.Rules{nfs4.RFC8881, nfs4.FreeBSDRules} {
			err := a.Validate(file, rules)
			if (err == nil) != (want[i] == "") || err != nil && !strings.Contains(err.Error(), want[i]) {
				t.Errorf("%s by rules %d: %v, want %q", s, rules, err, want[i])
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"A:fdi:bob@example.org:rwxRWX0x600", "owner@:rwxp--aARWcCos:fd-----:allow", "0:user:bob:read_data/execute\n   /delete:deny", "usersid:S-1-5-32-544:r:I:allow", "user:joe:rwp::allow:77", `group:a\072b:r::type0x9`} {
		for i := range texts {
			f.Add(s, byte(i))
		}
	}
	f.Fuzz(func(t *testing.T, s string, i byte) {
		n := texts[int(i)%len(texts)]
		a, err := nfs4.Parse(s, n, dir)
		if err != nil {
			var wrong *nfs4.SyntaxError
			if !errors.As(err, &wrong) || wrong.Offset < 0 || wrong.Offset > len(s) || len(a.Entries) != 0 {
				t.Fatalf("%q: %#v", s, err)
			}
			return
		}
		out, err := a.Format(n, dir)
		if err != nil {
			t.Fatalf("%q parses and does not print: %v", s, err)
		}
		if back, err := nfs4.Parse(out, n, dir); err != nil || !back.Equal(a) {
			t.Fatalf("%q prints as %q, which reads as %v, %v", s, out, back, err)
		}
	})
}

func FuzzDecode(f *testing.F) {
	a := nfs4.FromMode(0o604, file, nfs4.FreeBSDRules)
	for _, encode := range []func() ([]byte, error){a.Encode, a.EncodeDACL, a.EncodeTrueNAS} {
		b, _ := encode()
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, c := range []struct {
			decode func([]byte) (nfs4.ACL, error)
			encode func(nfs4.ACL) ([]byte, error)
		}{
			{nfs4.Decode, nfs4.ACL.Encode}, {nfs4.DecodeDACL, nfs4.ACL.EncodeDACL}, {nfs4.DecodeTrueNAS, nfs4.ACL.EncodeTrueNAS},
		} {
			a, err := c.decode(b)
			if err != nil {
				continue
			}
			out, err := c.encode(a)
			if err != nil || len(out) != len(b) {
				t.Fatalf("%x decodes to %v, which is %x, %v", b, a, out, err)
			}
			if back, err := c.decode(out); err != nil || !back.Equal(a) {
				t.Fatalf("%x decodes to %v, and again to %v, %v", b, a, back, err)
			}
		}
	})
}
