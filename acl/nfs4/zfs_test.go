package nfs4_test

import (
	"errors"
	"testing"

	"ward/acl/nfs4"
	"ward/mode"
)

// The list that the cases of aclmode and aclinherit start from, as zfs(8) and Oracle's
// guide ("Setting ACL Inheritance on ZFS Files") use it: a named user and inheritable
// entries for the classes.
const zfsStart = "user:gozer:read_data/write_data/execute/write_acl:file_inherit/dir_inherit:allow," +
	"owner@:read_data/write_data/append_data/execute:file_inherit/dir_inherit:allow," +
	"group@:read_data/execute:file_inherit/dir_inherit:allow,everyone@:read_data::deny"

func TestChmodByACLMode(t *testing.T) {
	a := parse(t, zfsStart, nfs4.Solaris, dir)
	for _, c := range []struct {
		how  nfs4.ACLMode
		kind mode.Kind
		want string
	}{
		{nfs4.ModeDiscard, dir, ""},
		{nfs4.ModePassthrough, dir, "user:gozer:rwx--------C--:fd-----:allow,owner@:rwxp----------:fdi----:allow,group@:r-x-----------:fdi----:allow,"},
		{nfs4.ModeGroupMask, dir, "user:gozer:r-x-----------:fd-----:allow,owner@:rwxp----------:fdi----:allow,group@:r-x-----------:fdi----:allow,"},
		{nfs4.ModePassthrough, file, "user:gozer:rwx--------C--:fd-----:allow,"},
		{nfs4.ModeGroupMask, file, "user:gozer:r-x-----------:fd-----:allow,"},
	} {
		got, err := a.Chmod(0o750, c.kind, nfs4.ZFS, c.how)
		if err != nil {
			t.Error(err)
			continue
		}
		trivial := nfs4.FromMode(0o750, c.kind, nfs4.ZFS)
		if want := c.want + trivial.String(); got.String() != normal(want) {
			t.Errorf("%v on a %v:\n got %v\nwant %v", c.how, c.kind, got, normal(want))
		}
		if m := got.Mode(nfs4.Object{Rules: nfs4.ZFS, Kind: c.kind}); m != 0o750 {
			t.Errorf("%v on a %v: the mode is %s", c.how, c.kind, m.Octal())
		}
	}
	if _, err := a.Chmod(0o750, dir, nfs4.ZFS, nfs4.ModeRestricted); !errors.Is(err, nfs4.ErrRestricted) {
		t.Errorf("restricted: %v", err)
	}
	if got, err := nfs4.FromMode(0o777, dir, nfs4.ZFS).Chmod(0o750, dir, nfs4.ZFS, nfs4.ModeRestricted); err != nil || !got.Equal(nfs4.FromMode(0o750, dir, nfs4.ZFS)) {
		t.Errorf("restricted on a trivial list: %v, %v", got, err)
	}
}

// normal writes a short list with all columns.
func normal(s string) string {
	a, err := nfs4.Parse(s, nfs4.Solaris, mode.Directory)
	if err != nil {
		return err.Error()
	}
	return a.String()
}

func TestCreateByACLInherit(t *testing.T) {
	a := parse(t, zfsStart+",user:lori:write_data:file_inherit:deny,user:np:read_data:dir_inherit/no_propagate:allow", nfs4.Solaris, dir)
	const lori = "user:lori:-w------------:------I:deny,"
	for _, c := range []struct {
		how   nfs4.ACLInherit
		kind  mode.Kind
		asked mode.Mode
		want  string
		trivial,
		mode mode.Mode // trivial: after the entries come those of this mode; 0 for none
	}{
		{nfs4.InheritDiscard, file, 0o644, "", 0o644, 0o644},
		{nfs4.InheritNoAllow, file, 0o644, lori, 0o644, 0o644},
		{nfs4.InheritRestricted, file, 0o644, "user:gozer:rwx-----------:------I:allow,owner@:rwxp----------:------I:allow,group@:r-x-----------:------I:allow," + lori, 0o644, 0o754},
		{nfs4.InheritPassthrough, file, 0o644, "user:gozer:rwx--------C--:------I:allow,owner@:rwxp----------:------I:allow,group@:r-x-----------:------I:allow," + lori, 0, 0o750},
		{nfs4.InheritPassthroughX, file, 0o644, "user:gozer:rw---------C--:------I:allow,owner@:rw-p----------:------I:allow,group@:r-------------:------I:allow," + lori, 0, 0o640},
		{nfs4.InheritPassthroughX, file, 0o755, "user:gozer:rwx--------C--:------I:allow,owner@:rwxp----------:------I:allow,group@:r-x-----------:------I:allow," + lori, 0, 0o750},
		{nfs4.InheritPassthrough, dir, 0o755, "user:gozer:rwx--------C--:fd----I:allow,owner@:rwxp----------:fd----I:allow,group@:r-x-----------:fd----I:allow,user:lori:-w------------:f-i---I:deny,user:np:r-------------:------I:allow,", 0, 0o750},
		{nfs4.InheritNoAllow, dir, 0o755, "user:lori:-w------------:f-i---I:deny,", 0o755, 0o755},
	} {
		made, m := a.Create(nfs4.Creation{Mode: c.asked, Object: nfs4.Object{Owner: 7, Kind: c.kind, Rules: nfs4.ZFS}, Inherit: c.how})
		want := parseAll(t, c.want)
		if c.trivial != 0 {
			want.Entries = append(want.Entries, nfs4.FromMode(c.trivial, c.kind, nfs4.ZFS).Entries...)
		}
		if !made.Equal(want) || m != c.mode {
			t.Errorf("%v, a %v of %s: mode %s\n got %v\nwant %v, mode %s", c.how, c.kind, c.asked.Octal(), m.Octal(), made, want, c.mode.Octal())
		}
	}
	plain, m := nfs4.FromMode(0o755, dir, nfs4.ZFS).Create(nfs4.Creation{Mode: 0o2640, Object: nfs4.Object{Kind: file, Rules: nfs4.ZFS}, Inherit: nfs4.InheritPassthrough})
	if !plain.Equal(nfs4.FromMode(0o640, file, nfs4.ZFS)) || m != 0o2640 {
		t.Errorf("nothing to hand down: %v, %s", plain, m.Octal())
	}
}

func parseAll(t *testing.T, s string) nfs4.ACL {
	t.Helper()
	if s == "" {
		return nfs4.ACL{}
	}
	return parse(t, s, nfs4.Solaris, dir)
}

func TestWhatIsNotTrivial(t *testing.T) {
	for s, want := range map[string]bool{
		"owner@:rwxpaARWcCos::allow":       true,
		"owner@:rwxpdaARWcCos::allow":      false, // delete
		"owner@:rwxpDaARWcCos::allow":      true,
		"owner@:r-xpDaARWcCos::allow":      false, // delete_child without write_data
		"everyone@:raC::allow":             false,
		"everyone@:ra:fd:allow":            false,
		"group@:a::deny":                   false,
		"user:7:r::allow":                  false,
		"everyone@:r:S:audit":              false,
		"owner@:w::deny,everyone@:r:allow": true,
	} {
		if got := parse(t, s, nfs4.Solaris, dir).Trivial(dir, nfs4.ZFS); got != want {
			t.Errorf("%s: %v", s, got)
		}
	}
}
