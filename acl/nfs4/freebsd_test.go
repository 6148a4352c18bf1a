package nfs4_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ward/acl/nfs4"
	"ward/mode"
)

// The sessions quoted here are those of tests/sys/acl/tools-nfs4-psarc.test and
// tools-nfs4.test of FreeBSD; what getfacl prints is quoted as it stands there.

// quoted drops the marks in which the tests quote output.
func quoted(s string) string {
	var b strings.Builder
	for line := range strings.Lines(s) {
		b.WriteString(strings.TrimPrefix(strings.TrimLeft(line, "\t"), "> "))
	}
	return b.String()
}

// prepended is the list after setfacl -a0 for each of the specs.
func prepended(t *testing.T, a nfs4.ACL, specs ...string) nfs4.ACL {
	t.Helper()
	for _, s := range specs {
		a.Entries = append(parse(t, s, nfs4.FreeBSD, dir).Entries, a.Entries...)
	}
	return a
}

func getfacl(t *testing.T, a nfs4.ACL) string {
	t.Helper()
	s, err := a.List(nfs4.FreeBSD, dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func checkGetfacl(t *testing.T, what string, a nfs4.ACL, want string) {
	t.Helper()
	if d := cmp.Diff(quoted(want), getfacl(t, a)); d != "" {
		t.Errorf("%s: %s", what, d)
	}
	if back := parse(t, quoted(want), nfs4.FreeBSD, dir); !back.Equal(a) {
		t.Errorf("%s: what getfacl prints reads as %v", what, back)
	}
}

func TestFreeBSDPrintsVerbose(t *testing.T) {
	a := nfs4.FromMode(0o644, file, nfs4.FreeBSDRules)
	got, err := a.List(nfs4.FreeBSDVerbose, file)
	if err != nil {
		t.Fatal(err)
	}
	want := quoted(`>             owner@:read_data/write_data/append_data/read_attributes/write_attributes/read_xattr/write_xattr/read_acl/write_acl/write_owner/synchronize::allow
	>             group@:read_data/read_attributes/read_xattr/read_acl/synchronize::allow
	>          everyone@:read_data/read_attributes/read_xattr/read_acl/synchronize::allow
	`)
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if back := parse(t, want, nfs4.FreeBSDVerbose, file); !back.Equal(a) {
		t.Errorf("read back it is %v", back)
	}
}

func TestFreeBSDDraftList(t *testing.T) {
	checkGetfacl(t, "0644", nfs4.FromModeDraft(0o644), `>             owner@:--x-----------:-------:deny
	>             owner@:rw-p---A-W-Co-:-------:allow
	>             group@:-wxp----------:-------:deny
	>             group@:r-------------:-------:allow
	>          everyone@:-wxp---A-W-Co-:-------:deny
	>          everyone@:r-----a-R-c--s:-------:allow
	`)
}

// getfacl -i prints ids behind names; two fields behind the name may be rights and type.
func TestFreeBSDNamesAndIDs(t *testing.T) {
	a := parse(t, "user:root:-----------C--:-------:allow:0,g:daemon:read_acl:deny,everyone@::deny", nfs4.FreeBSD, file)
	want := []nfs4.Entry{
		{Type: nfs4.Allow, Rights: nfs4.WriteACL, Who: nfs4.Who{Name: "root", HasID: true}},
		{Type: nfs4.Deny, Flags: nfs4.IdentifierGroup, Rights: nfs4.ReadACL, Who: nfs4.Name("daemon")},
		{Type: nfs4.Deny, Who: nfs4.Special(nfs4.Everyone)},
	}
	if d := cmp.Diff(want, a.Entries); d != "" {
		t.Error(d)
	}
	if got := text(t, a, nfs4.FreeBSD, file); got != "user:root:-----------C--:-------:allow:0,group:daemon:----------c---:-------:deny,everyone@:--------------:-------:deny" {
		t.Errorf("it prints as %s", got)
	}
}

func TestChmodOnUFSDiscards(t *testing.T) {
	a := prepended(t, nfs4.FromMode(0o644, file, nfs4.FreeBSDRules), "user:42:r:allow,user:43:w:deny,user:43:w:allow,user:44:x:allow")
	for _, m := range []mode.Mode{0o600, 0o124, 0o412} {
		got, err := a.Chmod(m, file, nfs4.FreeBSDRules, nfs4.ModePassthrough)
		if err != nil || !got.Equal(nfs4.FromMode(m, file, nfs4.FreeBSDRules)) {
			t.Errorf("chmod %s leaves %v, %v", m.Octal(), got, err)
		}
	}
}

// N23 and N24.
func TestModeOfAList(t *testing.T) {
	zero := nfs4.FromMode(0, dir, nfs4.FreeBSDRules)
	for _, c := range []struct {
		start nfs4.ACL
		spec  string
		want  string
	}{
		{nfs4.FromMode(0o755, dir, nfs4.FreeBSDRules), "u:42:rwx:fi:allow", "drwxr-xr-x"},
		{zero, "owner@:r:allow,group@:w:deny,group@:wx:allow", "dr----x---"},
		{zero, "owner@:r:allow,group@:w:fi:deny,group@:wx:allow", "dr---wx---"},
		{zero, "owner@:r:allow,group:43:w:deny,group:43:wx:allow", "dr--------"},
		{zero, "owner@:r:allow,user:43:w:deny,user:43:wx:allow", "dr--------"},
	} {
		got := prepended(t, c.start, c.spec).Mode(nfs4.Object{Kind: dir, Rules: nfs4.FreeBSDRules})
		if got.Format(dir) != c.want {
			t.Errorf("%s: ls -l shows %s, want %s", c.spec, got.Format(dir), c.want)
		}
	}
	named := parse(t, "user:7:r::allow,group:8:w::allow,everyone@:x::allow", nfs4.FreeBSD, file)
	if m := named.Mode(nfs4.Object{Owner: 7, Group: 8, Rules: nfs4.ZFS}); m != 0o531 {
		t.Errorf("on ZFS entries for owner and group by number make %s", m.Octal())
	}
	if m := named.Mode(nfs4.Object{Owner: 7, Group: 8, Rules: nfs4.FreeBSDRules}); m != 0o111 {
		t.Errorf("on FreeBSD they make %s", m.Octal())
	}
}

// N25 and N26, with the rows of the session that the table leaves out.
func TestInheritanceOnUFS(t *testing.T) {
	ddd := prepended(t, nfs4.FromMode(0o755, dir, nfs4.FreeBSDRules),
		"group:43:write_data/write_acl:fin:deny,u:43:rwxp:allow",
		"user:42:rx:fi:allow,group:42:write_data/delete_child:dn:deny",
		"user:42:write_acl/write_owner:fi:allow",
		"group:41:read_data/read_attributes:dni:allow",
		"user:41:write_data/write_attributes:fn:allow")
	checkGetfacl(t, "ddd", ddd, `>            user:41:-w-----A------:f--n---:allow
	>           group:41:r-----a-------:-din---:allow
	>            user:42:-----------Co-:f-i----:allow
	>            user:42:r-x-----------:f-i----:allow
	>           group:42:-w--D---------:-d-n---:deny
	>           group:43:-w---------C--:f-in---:deny
	>            user:43:rwxp----------:-------:allow
	>             owner@:rwxp--aARWcCos:-------:allow
	>             group@:r-x---a-R-c--s:-------:allow
	>          everyone@:r-x---a-R-c--s:-------:allow
	`)
	for _, c := range []struct {
		umask mode.Mode
		kind  mode.Kind
		want  string
	}{
		{0o022, file, `>            user:41:--------------:------I:allow
	>            user:42:--------------:------I:allow
	>            user:42:r-------------:------I:allow
	>           group:43:-w---------C--:------I:deny
	>             owner@:rw-p--aARWcCos:-------:allow
	>             group@:r-----a-R-c--s:-------:allow
	>          everyone@:r-----a-R-c--s:-------:allow
	`},
		{0o077, file, `>            user:41:--------------:------I:allow
	>            user:42:--------------:------I:allow
	>            user:42:--------------:------I:allow
	>           group:43:-w---------C--:------I:deny
	>             owner@:rw-p--aARWcCos:-------:allow
	>             group@:------a-R-c--s:-------:allow
	>          everyone@:------a-R-c--s:-------:allow
	`},
		{0o770, file, `>             owner@:rw-p----------:-------:deny
	>             group@:rw-p----------:-------:deny
	>            user:41:--------------:------I:allow
	>            user:42:--------------:------I:allow
	>            user:42:--------------:------I:allow
	>           group:43:-w---------C--:------I:deny
	>             owner@:------aARWcCos:-------:allow
	>             group@:------a-R-c--s:-------:allow
	>          everyone@:rw-p--a-R-c--s:-------:allow
	`},
		{0o707, file, `>             owner@:rw-p----------:-------:deny
	>            user:41:-w------------:------I:allow
	>            user:42:--------------:------I:allow
	>            user:42:r-------------:------I:allow
	>           group:43:-w---------C--:------I:deny
	>             owner@:------aARWcCos:-------:allow
	>             group@:rw-p--a-R-c--s:-------:allow
	>          everyone@:------a-R-c--s:-------:allow
	`},
		{0o077, dir, `>           group:41:------a-------:------I:allow
	>            user:42:-----------Co-:f-i---I:allow
	>            user:42:r-x-----------:f-i---I:allow
	>           group:42:-w--D---------:------I:deny
	>             owner@:rwxp--aARWcCos:-------:allow
	>             group@:------a-R-c--s:-------:allow
	>          everyone@:------a-R-c--s:-------:allow
	`},
		{0o770, dir, `>             owner@:rwxp----------:-------:deny
	>             group@:rwxp----------:-------:deny
	>           group:41:------a-------:------I:allow
	>            user:42:-----------Co-:f-i---I:allow
	>            user:42:r-x-----------:f-i---I:allow
	>           group:42:-w--D---------:------I:deny
	>             owner@:------aARWcCos:-------:allow
	>             group@:------a-R-c--s:-------:allow
	>          everyone@:rwxp--a-R-c--s:-------:allow
	`},
		{0o707, dir, `>             owner@:rwxp----------:-------:deny
	>           group:41:r-----a-------:------I:allow
	>            user:42:-----------Co-:f-i---I:allow
	>            user:42:r-x-----------:f-i---I:allow
	>           group:42:-w--D---------:------I:deny
	>             owner@:------aARWcCos:-------:allow
	>             group@:rwxp--a-R-c--s:-------:allow
	>          everyone@:------a-R-c--s:-------:allow
	`},
	} {
		asked := mode.Request(c.kind).Under(c.umask)
		made, m := ddd.Create(nfs4.Creation{Mode: asked, Object: nfs4.Object{Kind: c.kind, Rules: nfs4.FreeBSDRules}})
		checkGetfacl(t, c.kind.String()+" under "+c.umask.Octal(), made, c.want)
		if m != asked {
			t.Errorf("%v under %s has the mode %s", c.kind, c.umask.Octal(), m.Octal())
		}
	}
}

// N27: which flags of the directory's entry reach what, and whether its C and o do.
func TestInheritanceOfFlagsOnUFS(t *testing.T) {
	for _, c := range []struct{ flags, file, dir string }{
		{"f", "--------------:------I", "-----------Co-:f-i---I"},
		{"d", "", "--------------:-d----I"},
		{"fd", "--------------:------I", "--------------:fd----I"},
		{"fi", "--------------:------I", "-----------Co-:f-i---I"},
		{"di", "", "--------------:-d----I"},
		{"fdi", "--------------:------I", "--------------:fd----I"},
		{"fn", "--------------:------I", ""},
		{"dn", "", "--------------:------I"},
		{"fdn", "--------------:------I", "--------------:------I"},
		{"fni", "--------------:------I", ""},
		{"dni", "", "--------------:------I"},
		{"fdni", "--------------:------I", "--------------:------I"},
	} {
		for _, kind := range []mode.Kind{file, dir} {
			for _, typ := range []string{"allow", "deny"} {
				want := map[mode.Kind]string{file: c.file, dir: c.dir}[kind]
				if typ == "deny" { // what is denied stays denied
					want = strings.Replace(want, "--------------:", "-----------Co-:", 1)
				}
				checkOneInherited(t, "user:42:Co:"+c.flags+":"+typ, kind, want)
			}
		}
	}
}

func checkOneInherited(t *testing.T, spec string, k mode.Kind, want string) {
	t.Helper()
	c := nfs4.Creation{Mode: mode.Request(k).Under(0o022), Object: nfs4.Object{Kind: k, Rules: nfs4.FreeBSDRules}}
	made, _ := parse(t, spec, nfs4.FreeBSD, dir).Create(c)
	got := ""
	if len(made.Entries) == 4 {
		one := nfs4.ACL{Entries: made.Entries[:1]}
		got, _, _ = strings.Cut(strings.TrimPrefix(text(t, one, nfs4.FreeBSD, dir), "user:42:"), ":"+made.Entries[0].Type.String())
	}
	if got != want {
		t.Errorf("%s gives a new %v %q, want %q", spec, k, got, want)
	}
}

func TestTrivialityOnFreeBSD(t *testing.T) {
	for m := range mode.Permissions + 1 {
		for _, a := range []nfs4.ACL{nfs4.FromMode(m, file, nfs4.FreeBSDRules), nfs4.FromModeDraft(m)} {
			if !a.Trivial(file, nfs4.FreeBSDRules) || !a.Trivial(file, nfs4.ZFS) {
				t.Errorf("a list of %s is not trivial: %v", m.Octal(), a)
			}
			if got := a.Mode(nfs4.Object{Rules: nfs4.FreeBSDRules}); got != m {
				t.Errorf("the mode of the list of %s is %s", m.Octal(), got.Octal())
			}
		}
	}
	more := prepended(t, nfs4.FromMode(0o644, file, nfs4.FreeBSDRules), "u:42:r:allow")
	if more.Trivial(file, nfs4.FreeBSDRules) || more.Trivial(file, nfs4.ZFS) {
		t.Error("a list with a name is trivial")
	}
}
