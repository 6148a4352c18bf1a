package nfs4_test

import (
	"testing"

	"ward/acl/nfs4"
	"ward/ident"
	"ward/mode"
)

func user(uid ident.UID, groups ...ident.GID) nfs4.Subject {
	return nfs4.Subject{IDs: ident.Subject{UID: uid, GID: ident.GID(uid), Groups: groups}}
}

// owned is an object of root's with entries before those of a mode, as setfacl -a0
// makes it.
func owned(t *testing.T, m mode.Mode, k mode.Kind, r nfs4.Rules, specs ...string) nfs4.Secured {
	t.Helper()
	return nfs4.Secured{ACL: prepended(t, nfs4.FromMode(m, k, r), specs...), Object: nfs4.Object{Kind: k, Mode: m, Rules: r}}
}

// N28 to N34: what tests/granular of pjdfstest finds on FreeBSD.
func TestFreeBSDDecides(t *testing.T) {
	nobody := user(65534)
	may := func(o nfs4.Secured, s nfs4.Subject, want nfs4.Rights) nfs4.Verdict {
		return o.ACL.Decide(s, want, o.Object)
	}
	target := owned(t, 0o644, file, nfs4.FreeBSDRules)
	for _, c := range []struct {
		n, what string
		got     nfs4.Verdict
		want    nfs4.Errno
	}{
		{"N28", "create", may(owned(t, 0o755, dir, nfs4.FreeBSDRules, "user:65534:write_data::allow,user:65534:append_data::deny"), nobody, nfs4.AddFile), ""},
		{"N28", "mkdir", may(owned(t, 0o755, dir, nfs4.FreeBSDRules, "user:65534:write_data::allow,user:65534:append_data::deny"), nobody, nfs4.AddSubdirectory), "EACCES"},
		{"N28", "unlink", target.RemoveFrom(owned(t, 0o755, dir, nfs4.FreeBSDRules, "user:65534:write_data::allow,user:65534:append_data::deny"), nobody), ""},
		{"N29", "mkdir", may(owned(t, 0o755, dir, nfs4.FreeBSDRules, "user:65534:write_data::deny,user:65534:append_data::allow"), nobody, nfs4.AddSubdirectory), ""},
		{"N29", "create", may(owned(t, 0o755, dir, nfs4.FreeBSDRules, "user:65534:write_data::deny,user:65534:append_data::allow"), nobody, nfs4.AddFile), "EACCES"},
		{"N29", "unlink", target.RemoveFrom(owned(t, 0o755, dir, nfs4.FreeBSDRules, "user:65534:write_data::deny,user:65534:append_data::allow"), nobody), "EACCES"},
		{"N29", "unlink with delete_child", target.RemoveFrom(owned(t, 0o755, dir, nfs4.FreeBSDRules, "user:65534:write_data::deny,user:65534:append_data/delete_child::allow"), nobody), ""},
		{"N30", "unlink, delete_child denied", target.RemoveFrom(owned(t, 0o777, dir, nfs4.FreeBSDRules, "user:65534:delete_child::deny"), nobody), "EPERM"},
		{"N30", "the same, delete allowed", owned(t, 0o644, file, nfs4.FreeBSDRules, "user:65534:delete::allow").RemoveFrom(owned(t, 0o777, dir, nfs4.FreeBSDRules, "user:65534:delete_child::deny"), nobody), ""},
		{"N31", "unlink, delete denied", owned(t, 0o644, file, nfs4.FreeBSDRules, "user:65534:delete::deny").RemoveFrom(owned(t, 0o777, dir, nfs4.FreeBSDRules), nobody), ""},
		{"N31", "the same on OpenZFS", owned(t, 0o644, file, nfs4.ZFS, "user:65534:delete::deny").RemoveFrom(owned(t, 0o777, dir, nfs4.ZFS), nobody), "EACCES"},
		{"N32", "stat", may(owned(t, 0o644, file, nfs4.FreeBSDRules, "user:65534:read_attributes::deny"), nobody, nfs4.ReadAttributes), "EACCES"},
		{"N32", "stat by root", may(owned(t, 0o644, file, nfs4.FreeBSDRules, "user:65534:read_attributes::deny"), user(0), nfs4.ReadAttributes), ""},
		{"N33", "the owner reads and writes the list", may(owned(t, 0o644, file, nfs4.FreeBSDRules, "user:0:cCaA::deny"), user(0), nfs4.ReadACL|nfs4.WriteACL|nfs4.ReadAttributes|nfs4.WriteAttributes), ""},
		{"N34", "chown", may(owned(t, 0o644, file, nfs4.FreeBSDRules, "user:65534:write_owner::allow"), nobody, nfs4.WriteOwner), ""},
		{"N34", "chown without", may(owned(t, 0o644, file, nfs4.FreeBSDRules), nobody, nfs4.WriteOwner), "EPERM"},
		{"", "execute what has no x", may(owned(t, 0o644, file, nfs4.FreeBSDRules, "user:65534:x::allow"), nobody, nfs4.Execute), "EACCES"},
		{"", "append is write", may(owned(t, 0o644, file, nfs4.FreeBSDRules, "user:65534:p::allow"), nobody, nfs4.AppendData), "EACCES"},
		{"", "the superuser writes", may(owned(t, 0o644, file, nfs4.FreeBSDRules), nfs4.Subject{IDs: ident.Subject{UID: 7}, Privileged: true}, nfs4.WriteData), ""},
		{"", "the superuser executes what has no x", may(owned(t, 0o644, file, nfs4.FreeBSDRules), nfs4.Subject{IDs: ident.Subject{UID: 7}, Privileged: true}, nfs4.Execute), "EACCES"},
		{"", "sticky", target.RemoveFrom(owned(t, 0o1777, dir, nfs4.FreeBSDRules), nobody), "EPERM"},
		{"", "sticky, delete_child", target.RemoveFrom(owned(t, 0o1777, dir, nfs4.FreeBSDRules, "user:65534:D::allow"), nobody), ""},
	} {
		if c.got.Errno != c.want || c.got.Allowed != (c.want == "") {
			t.Errorf("%s %s: %+v, want %q", c.n, c.what, c.got, c.want)
		}
	}
}

// The chart above zfs_zaccess_delete in OpenZFS, row by row; it takes for granted that
// the directory may be entered.
func TestZFSDeletes(t *testing.T) {
	nobody := user(65534)
	bare := func(k mode.Kind, spec string) nfs4.Secured {
		o := nfs4.Secured{Object: nfs4.Object{Kind: k, Rules: nfs4.ZFS}}
		if spec != "" {
			o.ACL = parse(t, spec, nfs4.FreeBSD, k)
		}
		return o
	}
	targets := []string{"user:65534:d::allow", "user:65534:d::deny", ""}
	for parent, want := range map[string][3]bool{
		"user:65534:D::allow":  {true, false, true},
		"user:65534:D::deny":   {true, false, false},
		"user:65534:wx::allow": {true, false, true},
		"user:65534:wx::deny":  {true, false, false},
		"":                     {true, false, false},
	} {
		for i, spec := range targets {
			v := bare(file, spec).RemoveFrom(bare(dir, parent), nobody)
			if v.Allowed != want[i] {
				t.Errorf("directory %q, object %q: %+v", parent, spec, v)
			}
		}
	}
	sticky := bare(dir, "everyone@:wx::allow")
	sticky.Object.Mode = mode.Sticky
	if v := bare(file, "").RemoveFrom(sticky, nobody); v.Allowed || v.Reason != nfs4.StickyBit {
		t.Errorf("sticky: %+v", v)
	}
	if v := bare(file, "everyone@:w::allow").RemoveFrom(sticky, nobody); !v.Allowed {
		t.Errorf("sticky, and the file may be written: %+v", v)
	}
}

// RFC 8881, section 6.2.1.3.2.
func TestStandardDeletes(t *testing.T) {
	nobody := user(65534)
	with := func(m mode.Mode, k mode.Kind, specs ...string) nfs4.Secured {
		return owned(t, m, k, nfs4.RFC8881, specs...)
	}
	for _, c := range []struct {
		what        string
		target, dir nfs4.Secured
		want        bool
	}{
		{"DELETE, the directory denies", with(0o644, file, "user:65534:d::allow"), with(0o777, dir, "user:65534:D::deny"), true},
		{"DELETE_CHILD, the object denies", with(0o644, file, "user:65534:d::deny"), with(0o755, dir, "user:65534:D::allow"), true},
		{"neither, and ADD_FILE", with(0o644, file), with(0o777, dir), true},
		{"neither, and no ADD_FILE", with(0o644, file), with(0o755, dir), false},
		{"DELETE is denied, and ADD_FILE", with(0o644, file, "user:65534:d::deny"), with(0o777, dir), false},
		{"neither, and the directory is sticky", with(0o644, file), with(0o1777, dir), false},
	} {
		if v := c.target.RemoveFrom(c.dir, nobody); v.Allowed != c.want || v.Allowed != (v.Errno == "") {
			t.Errorf("%s: %+v", c.what, v)
		}
	}
}

func TestWhoIsMeant(t *testing.T) {
	o := nfs4.Object{Owner: 10, Group: 20, Kind: file}
	named := user(5)
	named.Name, named.GroupNames = "bob@example.org", []string{"staff@example.org"}
	sid := user(5)
	sid.SIDs = []string{"S-1-5-32-544"}
	at := func(s nfs4.Sessions) nfs4.Subject { return nfs4.Subject{IDs: user(5).IDs, Sessions: s} }
	for _, c := range []struct {
		entry    string
		n        nfs4.Notation
		s        nfs4.Subject
		want     bool
		doubtful bool
	}{
		{"A::OWNER@:r", nfs4.Linux, user(10), true, false},
		{"A::OWNER@:r", nfs4.Linux, user(20), false, false},
		{"A:g:GROUP@:r", nfs4.Linux, user(5, 20), true, false},
		{"A:g:GROUP@:r", nfs4.Linux, user(10), false, false},
		{"A::EVERYONE@:r", nfs4.Linux, user(10), true, false},
		{"A::5:r", nfs4.Linux, user(5), true, false},
		{"A:g:5:r", nfs4.Linux, user(6, 5), true, false},
		{"A::5:r", nfs4.Linux, user(6, 5), false, false},
		{"A::bob@example.org:r", nfs4.Linux, named, true, false},
		{"A:g:staff@example.org:r", nfs4.Linux, named, true, false},
		{"A:g:bob@example.org:r", nfs4.Linux, named, false, false},
		{"A::bob@example.org:r", nfs4.Linux, user(5), false, true},
		{"A:g:staff@example.org:r", nfs4.Linux, user(5), false, true},
		{"A::INTERACTIVE@:r", nfs4.Linux, at(nfs4.FromTerminal), true, false},
		{"A::NETWORK@:r", nfs4.Linux, at(nfs4.FromTerminal), false, false},
		{"A::NETWORK@:r", nfs4.Linux, at(nfs4.FromNetwork), true, false},
		{"A::DIALUP@:r", nfs4.Linux, at(nfs4.FromDialup), true, false},
		{"A::BATCH@:r", nfs4.Linux, at(nfs4.FromBatch), true, false},
		{"A::SERVICE@:r", nfs4.Linux, at(nfs4.FromAService), true, false},
		{"A::ANONYMOUS@:r", nfs4.Linux, at(nfs4.WithoutName), true, false},
		{"A::AUTHENTICATED@:r", nfs4.Linux, at(nfs4.WithoutName), false, false},
		{"A::AUTHENTICATED@:r", nfs4.Linux, user(5), true, false},
		{"groupsid:S-1-5-32-544:r:allow", nfs4.Solaris, sid, true, false},
		{"usersid:S-1-5-32-545:r:allow", nfs4.Solaris, sid, false, false},
		{"usersid:S-1-5-32-545:r:allow", nfs4.Solaris, user(5), false, true},
	} {
		v := parse(t, c.entry, c.n, file).Decide(c.s, nfs4.ReadData, o)
		if v.Allowed != c.want || v.Doubtful != c.doubtful {
			t.Errorf("%s for %+v: %+v", c.entry, c.s, v)
		}
	}
}

func TestVerdictsSayWhy(t *testing.T) {
	a := parse(t, "A::5:r,D::5:w,A::EVERYONE@:w,U::EVERYONE@:x", nfs4.Linux, file)
	o := nfs4.Object{Owner: 10, Kind: file}
	for _, c := range []struct {
		want   nfs4.Rights
		reason nfs4.Reason
		entry  int
		missed nfs4.Rights
	}{
		{0, nfs4.NothingAsked, -1, 0},
		{nfs4.ReadData, nfs4.AllowedByEntry, 0, 0},
		{nfs4.ReadData | nfs4.WriteData, nfs4.DeniedByEntry, 1, nfs4.WriteData},
		{nfs4.ReadData | nfs4.Execute, nfs4.NotAllowed, -1, nfs4.Execute},
	} {
		v := a.Decide(user(5), c.want, o)
		if v.Reason != c.reason || v.Entry != c.entry || v.Missing != c.missed {
			t.Errorf("%v: %+v", c.want, v)
		}
	}
	o.Rules = nfs4.ZFS
	if v := a.Decide(user(10), nfs4.ReadACL|nfs4.WriteACL, o); !v.Allowed || v.Reason != nfs4.OwnerAlways {
		t.Errorf("the owner: %+v", v)
	}
	if got := a.Effective(user(5), nfs4.Object{Kind: file}); got != nfs4.ReadData {
		t.Errorf("effective rights are %v", got)
	}
	for r := nfs4.NothingAsked; r <= nfs4.StickyBit; r++ {
		if r.String() == "" {
			t.Errorf("reason %d has no words", r)
		}
	}
}
