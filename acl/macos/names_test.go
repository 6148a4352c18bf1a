package macos_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ward/acl/macos"
	"ward/acl/nfs4"
	"ward/ident"
	"ward/mode"
)

// known is a user and two groups, one of them called as the user is.
type known struct{}

func (known) User(name string) (uint32, bool) { return 501, name == "joe" }

func (known) Group(name string) (uint32, bool) {
	id, ok := map[string]uint32{"staff": 20, "joe": 601}[name]
	return id, ok
}

func (known) UserName(id ident.UID) string { return map[ident.UID]string{501: "joe", 7: "7"}[id] }

func (known) GroupName(id ident.GID) string { return map[ident.GID]string{20: "staff"}[id] }

func TestNamesBecomeGUIDsAndBack(t *testing.T) {
	a := list(t, "joe allow read", "group:joe allow read", "staff allow read", "user:staff allow read", "everyone deny delete")
	got, unknown := a.Resolve(known{})
	if d := cmp.Diff([]int{3}, unknown); d != "" {
		t.Error(d)
	}
	for i, want := range []macos.GUID{macos.UserGUID(501), macos.GroupGUID(601), macos.GroupGUID(20), {}, macos.GroupGUID(12)} {
		if got.Entries[i].Who.GUID != want {
			t.Errorf("entry %d has the GUID %v", i, got.Entries[i].Who.GUID)
		}
	}
	if _, err := (macos.Filesec{HasACL: true, ACL: got}).Encode(); err == nil || err.Error() != `macOS ACL, entry 3: "staff" has no GUID` {
		t.Errorf("a name without a GUID is encoded: %v", err)
	}
	ids := macos.ACL{Entries: []macos.Entry{
		{Kind: macos.Allow, Rights: macos.ReadData, Who: macos.Numbered(macos.User, 501)},
		{Kind: macos.Allow, Rights: macos.ReadData, Who: macos.Numbered(macos.Group, 20)},
		{Kind: macos.Allow, Rights: macos.ReadData, Who: macos.Numbered(macos.User, 7)},
	}}
	want := " 0: user:joe allow read\n 1: group:staff allow read\n 2: FFFFEEEE-DDDD-CCCC-BBBB-AAAA00000007 allow read\n"
	if got := ids.WithNames(known{}).FormatListing(mode.Regular); got != want {
		t.Errorf("with names it is %q", got)
	}
}

// A GUID of a directory service says nothing about the sort; who has it is matched.
func TestGUIDsOfADirectoryService(t *testing.T) {
	const guid = "8D2B5A62-4C3E-4F4B-9B7C-0A1B2C3D4E5F"
	g, err := macos.ParseGUID(guid)
	if err != nil {
		t.Fatal(err)
	}
	a := list(t, guid+" allow write")
	s := user(7)
	s.GUIDs = []macos.GUID{g}
	if v := a.Decide(s, macos.WriteData, macos.Object{Owner: 1}); !v.Allowed || v.Entry != 0 {
		t.Errorf("who has it: %+v", v)
	}
	if v := a.Decide(user(7), macos.WriteData, macos.Object{Owner: 1}); v.Allowed {
		t.Errorf("who has it not: %+v", v)
	}
	if got := a.Effective(s, macos.Object{Owner: 1, Mode: 0o004}); got != macos.ReadData|macos.WriteData|macos.ReadExtattr|macos.ReadAttributes|macos.ReadSecurity|macos.Synchronize {
		t.Errorf("its rights are %v", got)
	}
}

// T14 of the examples of translation: a denial after a permission of the same right.
func TestADenialHoldsAgainstTheWholeRequest(t *testing.T) {
	mac := list(t, "FFFFEEEE-DDDD-CCCC-BBBB-AAAA000001F5 allow read", "FFFFEEEE-DDDD-CCCC-BBBB-AAAA000001F5 deny read")
	there, err := mac.ToNFS4()
	if err != nil {
		t.Fatal(err)
	}
	there.Entries = append(there.Entries, nfs4.Entry{Type: nfs4.Allow, Rights: nfs4.WriteData, Who: nfs4.Special(nfs4.Everyone)})
	joe := ident.Subject{UID: 501, GID: 20}
	o := macos.Object{Owner: 1, Mode: 0o777}
	if v := mac.Decide(macos.Subject{IDs: joe}, macos.ReadData, o); !v.Allowed || v.Entry != 0 {
		t.Errorf("reading: %+v", v)
	}
	if v := mac.Decide(macos.Subject{IDs: joe}, macos.ReadData|macos.WriteData, o); v.Allowed || v.Entry != 1 {
		t.Errorf("reading and writing: %+v", v)
	}
	if v := there.Decide(nfs4.Subject{IDs: joe}, nfs4.ReadData|nfs4.WriteData, nfs4.Object{}); !v.Allowed {
		t.Errorf("reading and writing in NFSv4: %+v", v)
	}
}

func TestWhatHasNoPlace(t *testing.T) {
	a := list(t, "joe allow read")
	for _, change := range []func() (macos.ACL, error){
		func() (macos.ACL, error) { return a.Insert(2, a.Entries[0]) },
		func() (macos.ACL, error) { return a.Replace(1, a.Entries[0]) },
		func() (macos.ACL, error) { return a.RemoveAt(-1) },
	} {
		if _, err := change(); !errors.Is(err, macos.ErrNoSuchEntry) {
			t.Errorf("%v", err)
		}
	}
	for _, b := range [][]byte{nil, make([]byte, 44), []byte("\x01\x2c\xc1\x6d" + string(make([]byte, 41)))} {
		var wrong *macos.FormError
		if _, err := macos.Decode(b); !errors.As(err, &wrong) || wrong.Error() == "" {
			t.Errorf("%x: %v", b, err)
		}
	}
	for _, e := range []nfs4.Entry{
		{Rights: nfs4.WriteHold, Who: nfs4.Special(nfs4.Everyone)},
		{Type: 9, Who: nfs4.Special(nfs4.Everyone)},
		{Who: nfs4.Special(nfs4.Interactive)},
	} {
		var cannot *macos.FormatError
		if _, err := macos.FromNFS4(nfs4.ACL{Entries: []nfs4.Entry{e}}); !errors.As(err, &cannot) {
			t.Errorf("%v: %v", e, err)
		}
	}
	classes := parseNFS4(t, "owner@:r::allow,group@:w::deny,everyone@:x::allow,user:7:r:fdI:allow")
	mac, err := macos.FromNFS4(classes)
	if err != nil {
		t.Fatal(err)
	}
	if back, err := mac.ToNFS4(); err != nil || !back.Equal(classes) {
		t.Errorf("%v comes back as %v, %v", classes, back, err)
	}
}

func parseNFS4(t *testing.T, s string) nfs4.ACL {
	t.Helper()
	a, err := nfs4.Parse(s, nfs4.Solaris, mode.Directory)
	if err != nil {
		t.Fatal(err)
	}
	return a
}
