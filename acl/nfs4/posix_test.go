package nfs4_test

import (
	"errors"
	"testing"

	"pgregory.net/rapid"

	"ward/acl"
	"ward/acl/nfs4"
	"ward/mode"
)

// The entries of a Linux server for lists, in nfs4_getfacl's letters, worked out by hand
// from the eight steps of _posix_to_nfsv4_one.
func TestWhatALinuxServerShows(t *testing.T) {
	for _, c := range []struct {
		posix string
		kind  mode.Kind
		want  string
	}{
		{"u::rw-,g::r--,o::r--", file, "A::OWNER@:rwatTcCy,A::GROUP@:rtcy,A::EVERYONE@:rtcy"},
		{"u::rwx,g::r-x,o::---", dir, "A::OWNER@:rwaDxtTcCy,A::GROUP@:rxtcy,A::EVERYONE@:tcy"},
		{"u::r--,g::rw-,o::r-x", file, "D::OWNER@:wax,A::OWNER@:rtTcCy,A::GROUP@:rwatcy,D::GROUP@:x,A::EVERYONE@:rxtcy"},
		{"u::rw-,u:1001:rw-,g::r--,g:1002:rwx,m::r--,o::---", file, "A::OWNER@:rwatTcCy,A::1001:rtcy,A::GROUP@:rtcy,A:g:1002:rtcy,A::EVERYONE@:tcy"},
		{"u::rw-,u:1001:---,g::r--,g:1002:-w-,m::rw-,o::r--", file, "A::OWNER@:rwatTcCy,D::1001:rwa,A::1001:tcy,A::GROUP@:rtcy,A:g:1002:watcy,D:g:1002:r,A::EVERYONE@:rtcy"},
	} {
		l, _, err := acl.ParseText(c.posix, nil)
		if err != nil {
			t.Fatal(err)
		}
		a := nfs4.FromPOSIX(l, nil, c.kind)
		if got := text(t, a, nfs4.Linux, c.kind); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.posix, got, c.want)
		}
	}
	def, _, _ := acl.ParseText("u::rwx,g::r-x,o::---", nil)
	want := "A::OWNER@:rwaDxtTcCy,A::GROUP@:rxtcy,A::EVERYONE@:tcy,A:fdi:OWNER@:rwaDxtTcCy,A:fdi:GROUP@:rxtcy,A:fdi:EVERYONE@:tcy"
	if got := text(t, nfs4.FromPOSIX(def, def, dir), nfs4.Linux, dir); got != want {
		t.Errorf("with a default list:\n got %s\nwant %s", got, want)
	}
}

func TestWhatALinuxServerStores(t *testing.T) {
	for _, c := range []struct{ in, access, def string }{
		{"A::OWNER@:rwaD,A:g:GROUP@:r,A::EVERYONE@:r", "u::rw-,g::r--,o::r--", ""},
		{"A::OWNER@:rw,A:g:GROUP@:r,A::EVERYONE@:r", "u::r--,g::r--,o::r--", ""}, // w without a
		{"A::1001:r,A::OWNER@:rwaD,A::EVERYONE@:r", "u::rw-,u:1001:r--,g::r--,m::r--,o::r--", ""},
		{"D:g:1002:r,A::OWNER@:rwaD,A::EVERYONE@:r", "u::-w-,g::---,g:1002:---,m::---,o::r--", ""}, // whoever might be in the group
		{"D::1001:r,A::EVERYONE@:rx", "u::--x,u:1001:--x,g::r-x,m::r-x,o::r-x", ""},
		{"A::EVERYONE@:r,A:fd:1001:rx", "u::r--,u:1001:r-x,g::r--,m::r-x,o::r--", "u::---,u:1001:r-x,g::---,m::r-x,o::---"},
		{"A::EVERYONE@:r,A:di:EVERYONE@:rx,U::EVERYONE@:w", "u::r--,g::r--,o::r--", "u::r-x,g::r-x,o::r-x"},
	} {
		access, def, err := parse(t, c.in, nfs4.Linux, dir).ToPOSIX(dir)
		if err != nil || access.String() != c.access || def.String() != c.def {
			t.Errorf("%s: %v and %v, %v; want %s and %s", c.in, access, def, err, c.access, c.def)
		}
		if access.Validate() != nil || def.Validate() != nil {
			t.Errorf("%s: the lists are not valid", c.in)
		}
	}
	for _, in := range []string{"A::bob@example.org:r", "A:n:EVERYONE@:r", "A::INTERACTIVE@:r"} {
		var refused *nfs4.FormatError
		if _, _, err := parse(t, in, nfs4.Linux, dir).ToPOSIX(dir); !errors.As(err, &refused) {
			t.Errorf("%s is stored: %v", in, err)
		}
	}
}

// A list that the server shows and is given back means the same: who is named has the
// rights that the mask left.
func TestAPOSIXListComesBack(t *testing.T) {
	rights := rapid.Custom(func(t *rapid.T) mode.Rights { return mode.Rights(rapid.IntRange(0, 7).Draw(t, "rwx")) })
	rapid.Check(t, func(t *rapid.T) {
		l := acl.List{{Tag: acl.UserObj, ID: acl.NoID, Rights: rights.Draw(t, "owner")}}
		named := false
		for id := uint32(1); id < 3; id++ {
			if rapid.Bool().Draw(t, "user") {
				l, named = append(l, acl.Entry{Tag: acl.User, ID: id, Rights: rights.Draw(t, "user")}), true
			}
		}
		l = append(l, acl.Entry{Tag: acl.GroupObj, ID: acl.NoID, Rights: rights.Draw(t, "group")})
		for id := uint32(1); id < 3; id++ {
			if rapid.Bool().Draw(t, "group") {
				l, named = append(l, acl.Entry{Tag: acl.Group, ID: id, Rights: rights.Draw(t, "group")}), true
			}
		}
		if named {
			l = append(l, acl.Entry{Tag: acl.Mask, ID: acl.NoID, Rights: rights.Draw(t, "mask")})
		}
		l = append(l, acl.Entry{Tag: acl.Other, ID: acl.NoID, Rights: rights.Draw(t, "other")})
		kind := rapid.SampledFrom([]mode.Kind{file, dir}).Draw(t, "kind")
		back, _, err := nfs4.FromPOSIX(l, nil, kind).ToPOSIX(kind)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range l {
			got, ok := back.Find(e.Tag, e.ID)
			if e.Tag != acl.Mask && (!ok || back.Effective(acl.Entry{Tag: e.Tag, ID: e.ID, Rights: got}) != l.Effective(e)) {
				t.Fatalf("%v of %v comes back in %v", e, l, back)
			}
		}
	})
}
