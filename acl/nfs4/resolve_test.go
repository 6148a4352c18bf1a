package nfs4_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"ward/acl/nfs4"
	"ward/ident"
)

// known is two users and a group.
type known struct{}

func (known) User(name string) (uint32, bool) {
	id, ok := map[string]uint32{"bob": 1001, "ann": 1002}[name]
	return id, ok
}

func (known) Group(name string) (uint32, bool) { return 50, name == "staff" }

func (known) UserName(id ident.UID) string {
	return map[ident.UID]string{1001: "bob", 1002: "ann", 7: "7", 8: "OWNER@"}[id]
}

func (known) GroupName(ident.GID) string { return "staff" }

func TestNamesBecomeNumbersAndBack(t *testing.T) {
	a := parse(t, "A::bob@example.org:r,A:g:staff@example.org:r,A::bob@elsewhere.org:r,A::1002:r,A::OWNER@:r", nfs4.Linux, file)
	got, unknown := a.Resolve(known{}, "example.org")
	if d := cmp.Diff([]int{2}, unknown); d != "" {
		t.Error(d)
	}
	if got.Entries[0].Who != (nfs4.Who{Name: "bob@example.org", ID: 1001, HasID: true}) || got.Entries[1].Who.ID != 50 {
		t.Errorf("resolved it is %+v", got)
	}
	if a.Entries[0].Who.HasID {
		t.Error("the list itself has changed")
	}
	numbers := parse(t, "A::1001:r,A:g:50:r,A::7:r,A::8:r,A::9:r", nfs4.Linux, file)
	if s := text(t, numbers.WithNames(known{}), nfs4.Libarchive, file); s != "user:bob:r::allow:1001,group:staff:r::allow:50,user:7:r::allow:7,user:8:r::allow:8,user:9:r::allow:9" {
		t.Errorf("with names it is %s", s)
	}
}

func TestWhoCannotBeWritten(t *testing.T) {
	for _, c := range []struct {
		e    nfs4.Entry
		cant []nfs4.Notation
	}{
		{nfs4.Entry{Who: nfs4.Who{Class: nfs4.SID, Name: "S-1-1-0"}}, []nfs4.Notation{nfs4.Linux, nfs4.FreeBSD, nfs4.Libarchive}},
		{nfs4.Entry{Who: nfs4.Special(nfs4.Interactive)}, []nfs4.Notation{nfs4.FreeBSD, nfs4.Libarchive}},
		{nfs4.Entry{Who: nfs4.Who{Name: "OWNER@"}}, []nfs4.Notation{nfs4.Linux, nfs4.FreeBSD, nfs4.Solaris, nfs4.Libarchive}},
		{nfs4.Entry{}, []nfs4.Notation{nfs4.Linux, nfs4.FreeBSD, nfs4.Solaris, nfs4.Libarchive}},
	} {
		for _, n := range c.cant {
			if s, err := (nfs4.ACL{Entries: []nfs4.Entry{c.e}}).Format(n, file); err == nil {
				t.Errorf("%v writes %q", n, s)
			}
		}
		if c.e.String() == "" {
			t.Errorf("%+v is not shown", c.e)
		}
	}
	for _, who := range []nfs4.Who{{Class: nfs4.SID, Name: "S-1-1-0"}, {Name: "OWNER@"}, {}} {
		a := nfs4.ACL{Entries: []nfs4.Entry{{Who: who}}}
		if b, err := a.Encode(); err == nil {
			t.Errorf("%v is encoded as %x", who, b)
		}
		if b, err := a.EncodeTrueNAS(); err == nil {
			t.Errorf("%v is encoded as %x", who, b)
		}
	}
}
