package nfs4_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"ward/acl/nfs4"
)

// What `ls -dv` prints on Solaris 10, as a description of its ACLs quotes it.
const lsVerbose = `     0:owner@::deny
     1:owner@:list_directory/read_data/add_file/write_data/add_subdirectory
         /append_data/write_xattr/execute/write_attributes/write_acl
         /write_owner:allow
     2:group@::deny
     3:group@:list_directory/read_data/add_file/write_data/add_subdirectory
         /append_data/execute:allow
     4:everyone@:add_file/write_data/add_subdirectory/append_data/write_xattr
         /write_attributes/write_acl/write_owner:deny
     5:everyone@:list_directory/read_data/read_xattr/execute/read_attributes
         /read_acl/synchronize:allow
`

func TestSolarisListing(t *testing.T) {
	a := parse(t, lsVerbose, nfs4.SolarisVerbose, dir)
	got, err := a.List(nfs4.SolarisVerbose, dir)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(lsVerbose, got); d != "" {
		t.Error(d)
	}
	if got := a.Mode(nfs4.Object{Kind: dir, Rules: nfs4.ZFS}); got != 0o775 {
		t.Errorf("its mode is %s", got.Octal())
	}
}

// The operands of chmod A+ in Oracle's and others' descriptions, and the forms beside
// them: a legacy order of the fields, and identifiers of Windows.
func TestSolarisText(t *testing.T) {
	for _, c := range []struct {
		n    nfs4.Notation
		in   string
		want string
	}{
		{nfs4.Solaris, "user:gozer:read_data/execute:allow", "user:gozer:r-x-----------:-------:allow"},
		{nfs4.Solaris, "user:gozer:rwxpdDaARWcCos:fdinSFI:deny", "user:gozer:rwxpdDaARWcCos:fdinSFI:deny"},
		{nfs4.Solaris, "owner@:d:allow", "owner@:----d---------:-------:allow"},
		{nfs4.Solaris, "group@:full_set:file_inherit/dir_inherit:allow", "group@:rwxpdDaARWcCos:fd-----:allow"},
		{nfs4.Solaris, "usersid:S-1-5-21-1-2-3-500:r:allow,groupsid:S-1-5-32-544:w::allow,sid:S-1-1-0:x:deny", "usersid:S-1-5-21-1-2-3-500:r-------------:-------:allow,groupsid:S-1-5-32-544:-w------------:-------:allow,sid:S-1-1-0:--x-----------:-------:deny"},
		{nfs4.Solaris, "user:bob:r::allow:1001", "user:bob:r-------------:-------:allow:1001"},
		{nfs4.Solaris2005, "user:bob:read_data/write_data:deny:file_inherit/no_propagate", "user:bob:rw------------:f--n---:deny"},
		{nfs4.SolarisVerbose, "user:bob:list_directory:dir_inherit:allow", "user:bob:r-------------:-d-----:allow"},
	} {
		if got := text(t, parse(t, c.in, c.n, dir), nfs4.Solaris, dir); got != c.want {
			t.Errorf("%v: %s becomes %s, want %s", c.n, c.in, got, c.want)
		}
	}
	for in, want := range map[string]struct {
		at int
		of string
	}{
		"u:bob:r:allow":            {0, `unknown tag "u"`},
		"user::r:allow":            {0, "nobody is named"},
		"owner@:read_data/w:allow": {17, `"w" is no right`},
		"owner@:rz:allow":          {8, `"z" is no right`},
		"owner@:r:permit":          {0 + 9, `"permit" is no type`},
		"owner@":                   {0, "right number of fields"},
		"user:OWNER@:r:allow":      {5, "cannot be a name"},
		"user:b:r:allow:x7":        {15, "is no user or group id"},
	} {
		_, err := nfs4.Parse(in, nfs4.Solaris, dir)
		checkSyntax(t, in, err, want.at, want.of)
	}
}

// The same letters stand in another order on FreeBSD and Solaris.
func TestDeleteLettersAreInTheirPlaces(t *testing.T) {
	a := nfs4.ACL{Entries: []nfs4.Entry{{Rights: nfs4.Delete, Who: nfs4.Special(nfs4.Owner)}}}
	for n, want := range map[nfs4.Notation]string{
		nfs4.FreeBSD: "owner@:-----d--------:-------:allow", nfs4.Solaris: "owner@:----d---------:-------:allow",
		nfs4.Libarchive: "owner@:d::allow", nfs4.Linux: "A::OWNER@:d",
	} {
		if got := text(t, a, n, dir); got != want {
			t.Errorf("%v: %s, want %s", n, got, want)
		}
	}
}
