package nfs4_test

import (
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ward/acl/nfs4"
	"ward/mode"
)

const (
	file = mode.Regular
	dir  = mode.Directory
)

func parse(t testing.TB, s string, n nfs4.Notation, k mode.Kind) nfs4.ACL {
	t.Helper()
	a, err := nfs4.Parse(s, n, k)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func text(t testing.TB, a nfs4.ACL, n nfs4.Notation, k mode.Kind) string {
	t.Helper()
	s, err := a.Format(n, k)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// What nfs4_setfacl stored and nfs4_getfacl 0.3.7 printed for a text, on a file and on
// a directory.
func TestLinuxTextAsTheToolsReadIt(t *testing.T) {
	for _, c := range []struct {
		n    string // of the table of vectors; "" where the row is of the raw results alone
		kind mode.Kind
		in   string
		hex  string
		out  string
	}{
		{"N1", file, "A::OWNER@:r", "00000001000000000000000000000001000000064f574e4552400000", "A::OWNER@:r"},
		{"N2", file, "A::OWNER@:R", "00000001000000000000000000120089000000064f574e4552400000", "A::OWNER@:rtncy"},
		{"N2", file, "A::OWNER@:W", "00000001000000000000000000160196000000064f574e4552400000", "A::OWNER@:watTNcCy"},
		{"N2", file, "A::OWNER@:X", "000000010000000000000000001200a0000000064f574e4552400000", "A::OWNER@:xtcy"},
		{"N2", file, "A::OWNER@:RWX", "000000010000000000000000001601bf000000064f574e4552400000", "A::OWNER@:rwaxtTnNcCy"},
		{"", file, "A::OWNER@:rwx", "00000001000000000000000000000023000000064f574e4552400000", "A::OWNER@:rwx"},
		{"", file, "A::OWNER@:rwaxdDtTnNcCoy", "000000010000000000000000001f01bf000000064f574e4552400000", "A::OWNER@:rwadxtTnNcCoy"},
		{"N3", file, "A:g:1001:r", "000000010000000000000040000000010000000431303031", "A:g:1001:r"},
		{"", file, "A::1001:r", "000000010000000000000000000000010000000431303031", "A::1001:r"},
		{"N4", file, "A::GROUP@:r", "000000010000000000000040000000010000000647524f5550400000", "A:g:GROUP@:r"},
		{"", file, "A:g:GROUP@:r", "000000010000000000000040000000010000000647524f5550400000", "A:g:GROUP@:r"},
		{"", file, "A::EVERYONE@:r", "000000010000000000000000000000010000000945564552594f4e4540000000", "A::EVERYONE@:r"},
		{"N5", file, "A:fdnig:ops@dom.org:rx", "000000010000000000000040000000210000000b6f707340646f6d2e6f726700", "A:g:ops@dom.org:rx"},
		{"", file, "D::EVERYONE@:w", "000000010000000100000000000000020000000945564552594f4e4540000000", "D::EVERYONE@:w"},
		{"", file, "U:S:EVERYONE@:w", "000000010000000200000010000000020000000945564552594f4e4540000000", "U:S:EVERYONE@:w"},
		{"N8", file, "L:F:EVERYONE@:w", "000000010000000300000020000000020000000945564552594f4e4540000000", "L:F:EVERYONE@:w"},
		{"N8", file, "U:SF:EVERYONE@:w", "000000010000000200000030000000020000000945564552594f4e4540000000", "U:SF:EVERYONE@:w"},
		{"", file, "A::owner@:r", "00000001000000000000000000000001000000066f776e6572400000", "A::owner@:r"},
		{"N7", file, "AB::OWNER@:r", "00000001000000000000000000000001000000064f574e4552400000", "A::OWNER@:r"},
		{"", file, "A::OWNER@:rr", "00000001000000000000000000000001000000064f574e4552400000", "A::OWNER@:r"},
		{"", file, "A::OWNER@:", "00000001000000000000000000000000000000064f574e4552400000", "A::OWNER@:"},
		{"", file, "A::OWNER@:r,A::EVERYONE@:r", "00000002000000000000000000000001000000064f574e45524000000000000000000000000000010000000945564552594f4e4540000000", "A::OWNER@:r,A::EVERYONE@:r"},
		{"N7", file, "A::OWNER@:r,", "00000001000000000000000000000001000000064f574e4552400000", "A::OWNER@:r"},
		{"N7", file, ",A::OWNER@:r", "00000001000000000000000000000001000000064f574e4552400000", "A::OWNER@:r"},
		{"N7", file, "A::OWNER@:r,,A::EVERYONE@:r", "00000002000000000000000000000001000000064f574e45524000000000000000000000000000010000000945564552594f4e4540000000", "A::OWNER@:r,A::EVERYONE@:r"},
		{"", dir, "A::OWNER@:W", "000000010000000000000000001601d6000000064f574e4552400000", "A::OWNER@:waDtTNcCy"},
		{"N2", dir, "A::OWNER@:RWX", "000000010000000000000000001601ff000000064f574e4552400000", "A::OWNER@:rwaDxtTnNcCy"},
		{"", dir, "A:fdg:GROUP@:RWX", "000000010000000000000043001601ff0000000647524f5550400000", "A:fdg:GROUP@:rwaDxtTnNcCy"},
		{"N6", dir, "A:fdni:bob@dom.org:rwaxdDtTnNcCoy", "00000001000000000000000f001f01ff0000000b626f6240646f6d2e6f726700", "A:fdni:bob@dom.org:rwaDdxtTnNcCoy"},
		{"", dir, "A:i:bob@dom.org:r", "000000010000000000000008000000010000000b626f6240646f6d2e6f726700", "A:i:bob@dom.org:r"},
		{"", dir, "D:fdi:EVERYONE@:D", "00000001000000010000000b000000400000000945564552594f4e4540000000", "D:fdi:EVERYONE@:D"},
		{"N9", file, "A::OWNER@:rwatTnNcCy,A:g:GROUP@:rtncy,A::bob@dom.org:rwx,D:g:ops@dom.org:waD,A:fdi:alice@dom.org:RX,A::EVERYONE@:rtncy", "", "A::OWNER@:rwatTnNcCy,A:g:GROUP@:rtncy,A::bob@dom.org:rwx,D:g:ops@dom.org:wa,A::alice@dom.org:rxtncy,A::EVERYONE@:rtncy"},
	} {
		t.Run(c.n+" "+c.kind.String()+" "+c.in, func(t *testing.T) {
			a := parse(t, c.in, nfs4.Linux, c.kind)
			raw, err := a.Encode()
			if err != nil {
				t.Fatal(err)
			}
			if c.hex != "" && hex.EncodeToString(raw) != c.hex {
				t.Errorf("it is %x, the tools store %s", raw, c.hex)
			}
			back, err := nfs4.Decode(raw)
			if err != nil || !back.Equal(a) {
				t.Errorf("read back it is %v, %v", back, err)
			}
			if got := text(t, a, nfs4.Linux, c.kind); got != c.out {
				t.Errorf("it prints as %q, the tools print %q", got, c.out)
			}
		})
	}
	a := parse(t, "A::OWNER@:rwatTnNcCy,A:g:GROUP@:rtncy,A::bob@dom.org:rwx,D:g:ops@dom.org:waD,A:fdi:alice@dom.org:RX,A::EVERYONE@:rtncy", nfs4.Linux, file)
	for i, want := range []nfs4.Rights{0x16019f, 0x120089, 0x23, 0x6, 0x1200a9, 0x120089} {
		if got := a.Entries[i].Rights; got != want {
			t.Errorf("N9: the mask of entry %d is %#x, want %#x", i, got, want)
		}
	}
}

// N7: what the tools refuse, with the place where this says the mistake lies.
func TestLinuxTextThatTheToolsRefuse(t *testing.T) {
	for in, want := range map[string]struct {
		at int
		of string
	}{
		"a::OWNER@:r":                {0, `"a" is no type`},
		"A:::r":                      {3, "nobody is named"},
		"A::OWNER@:q":                {10, `"q" is no right`},
		"A:z:OWNER@:r":               {2, `"z" is no flag`},
		"A::OWNER@":                  {0, "3 fields"},
		"A::OWNER@:r:x":              {0, "5 fields"},
		"A:O:OWNER@:r":               {2, `"O" is no flag`},
		"":                           {0, "there is no entry"},
		"# c":                        {0, "there is no entry"},
		"A::OWNER@:r A::EVERYONE@:r": {0, "7 fields"},
		"A::OWNER@:-":                {10, `"-" is no right`},
		"A::OWNER@:r,D:x:OWNER@:r":   {14, `"x" is no flag`},
	} {
		_, err := nfs4.Parse(in, nfs4.Linux, file)
		checkSyntax(t, in, err, want.at, want.of)
	}
}

func checkSyntax(t *testing.T, in string, err error, at int, problem string) {
	t.Helper()
	var s *nfs4.SyntaxError
	if !errors.As(err, &s) || s.Offset != at || !strings.Contains(s.Problem, problem) {
		t.Errorf("%q: %v; want %q at %d", in, err, problem, at)
	}
}

// What the setfacl and getfacl of TrueNAS, which read FreeBSD's text, stored as
// system.nfs4_acl_xdr. Its getfacl hides S and F of allow and deny entries; this does not.
func TestFreeBSDTextAsTrueNASReadsIt(t *testing.T) {
	for _, c := range []struct{ n, in, hex, out string }{
		{"N10", "owner@:rwxpDdaARWcCos:fd-----:allow", "0000000000000001000000000000000300000001001f01ff00000001", "owner@:rwxpDdaARWcCos:fd-----:allow"},
		{"N11", "owner@:rw-p--aARWcCos:-------:allow", "0000000000000001000000000000000000000001001e019f00000001", "owner@:rw-p--aARWcCos:-------:allow"},
		{"", "owner@:full_set:fd:allow", "0000000000000001000000000000000300000001001f01ff00000001", "owner@:rwxpDdaARWcCos:fd-----:allow"},
		{"", "owner@:modify_set::allow", "0000000000000001000000000000000000000001001301ff00000001", "owner@:rwxpDdaARWc--s:-------:allow"},
		{"N12", "group@:read_set::allow", "00000000000000010000000000000040000000010002008900000002", "group@:r-----a-R-c---:-------:allow"},
		{"", "everyone@:write_set::deny", "0000000000000001000000010000000000000001" + "0000011600000003", "everyone@:-w-p---A-W----:-------:deny"},
		{"N13", "u:1001:rwx:fd:allow", "000000000000000100000000000000030000000000000023000003e9", "user:1001:rwx-----------:fd-----:allow"},
		{"N14", "user:1001:r:fdinSFI:allow", "000000000000000100000000000000bf0000000000000001000003e9", "user:1001:r-------------:fdinSFI:allow"},
		{"N14", "group:1002:r:-:deny", "000000000000000100000001000000400000000000000001000003ea", "group:1002:r-------------:-------:deny"},
		{"", "g:1002:r:I:allow", "000000000000000100000000000000c00000000000000001000003ea", "group:1002:r-------------:------I:allow"},
		{"", "everyone@:r:allow", "00000000000000010000000000000000000000010000000100000003", "everyone@:r-------------:-------:allow"},
		{"", "owner@:rx::allow,everyone@:x::allow", "000000000000000200000000000000000000000100000021000000010000000000000000000000010000002000000003", "owner@:r-x-----------:-------:allow,everyone@:--x-----------:-------:allow"},
		{"", "owner@:w::audit", "00000000000000010000000200000000000000010000000200000001", "owner@:-w------------:-------:audit"},
		{"", "owner@:read_data/write_data:file_inherit:allow", "00000000000000010000000000000001000000010000000300000001", "owner@:rw------------:f------:allow"},
		{"", "owner@:rw-p--aARWcCos:------:allow", "0000000000000001000000000000000000000001001e019f00000001", "owner@:rw-p--aARWcCos:-------:allow"},
	} {
		t.Run(c.n+" "+c.in, func(t *testing.T) {
			a := parse(t, c.in, nfs4.FreeBSD, dir)
			raw, err := a.EncodeTrueNAS()
			if err != nil || hex.EncodeToString(raw) != c.hex {
				t.Errorf("it is %x, %v; the tools store %s", raw, err, c.hex)
			}
			if back, err := nfs4.DecodeTrueNAS(raw); err != nil || !back.Equal(a) {
				t.Errorf("read back it is %v, %v", back, err)
			}
			if got := text(t, a, nfs4.FreeBSD, dir); got != c.out {
				t.Errorf("it prints as %q, want %q", got, c.out)
			}
		})
	}
	_, err := nfs4.Parse("mask:rw::allow", nfs4.FreeBSD, dir) // N15
	checkSyntax(t, "mask:rw::allow", err, 0, `unknown tag "mask"`)
}

// What bsdtar of libarchive 3.6.2 wrote for SCHILY.acl.ace when it was given a text; ""
// where it dropped the whole list without a word, which is an error here.
func TestLibarchiveText(t *testing.T) {
	for in, want := range map[string]string{
		"owner@:rwxp--aARWcCos:-------:allow":            "owner@:rwxpaARWcCos::allow",
		"owner@:rwxpDdaARWcCos:fdinSFI:allow":            "owner@:rwxpdDaARWcCos:fdinSFI:allow",
		"owner@:rwxpdDaARWcCos:fdinSFI:allow":            "owner@:rwxpdDaARWcCos:fdinSFI:allow",
		"user:joe:rw-p--a-R-c-o-:-------:allow":          "user:joe:rwpaRco::allow",
		"user:joe:rwpaRco::allow:77":                     "user:joe:rwpaRco::allow:77",
		"user:joe:rwpaRco::allow":                        "user:joe:rwpaRco::allow",
		"user:77:rwpaRco::allow":                         "user:77:rwpaRco::allow:77",
		"group:g:r:fd:deny:78":                           "group:g:r:fd:deny:78",
		"everyone@:r-----a-R-c--s:-------:allow":         "everyone@:raRcs::allow",
		"everyone@:w:S:audit":                            "everyone@:w:S:audit",
		"everyone@:w:F:alarm":                            "everyone@:w:F:alarm",
		"owner@:rwx::allow,group@:r::deny":               "owner@:rwx::allow,group@:r::deny",
		"# c\nowner@:r::allow\ngroup@:r::allow":          "owner@:r::allow,group@:r::allow",
		"owner@:read_data/write_data:file_inherit:allow": "",
		"owner@:full_set::allow":                         "",
		"owner@:rwx:allow":                               "",
		"user::r::allow":                                 "", // libarchive reads user 0 here
		"u:joe:r::allow:5":                               "",
		"owner@:zz::allow":                               "",
		"bogus@:r::allow":                                "",
		"sid:S-1-1-0:r::allow":                           "",
	} {
		a, err := nfs4.Parse(in, nfs4.Libarchive, file)
		if err != nil {
			if want != "" {
				t.Error(err)
			}
			continue
		}
		if got := text(t, a, nfs4.Libarchive, file); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}

// trivialText is the trivial list of a mode as FreeBSD prints it, with blanks between.
func trivialText(t *testing.T, m mode.Mode, k mode.Kind, r nfs4.Rules) string {
	return strings.ReplaceAll(text(t, nfs4.FromMode(m, k, r), nfs4.FreeBSD, k), ",", " ")
}

func TestTrivialLists(t *testing.T) {
	for _, c := range []struct {
		n     string
		m     mode.Mode
		kind  mode.Kind
		rules nfs4.Rules
		want  string
	}{
		{"", 0o000, file, nfs4.FreeBSDRules, "owner@:------aARWcCos:-------:allow group@:------a-R-c--s:-------:allow everyone@:------a-R-c--s:-------:allow"},
		{"", 0o400, file, nfs4.FreeBSDRules, "owner@:r-----aARWcCos:-------:allow group@:------a-R-c--s:-------:allow everyone@:------a-R-c--s:-------:allow"},
		{"N17", 0o600, file, nfs4.FreeBSDRules, "owner@:rw-p--aARWcCos:-------:allow group@:------a-R-c--s:-------:allow everyone@:------a-R-c--s:-------:allow"},
		{"N16", 0o644, file, nfs4.FreeBSDRules, "owner@:rw-p--aARWcCos:-------:allow group@:r-----a-R-c--s:-------:allow everyone@:r-----a-R-c--s:-------:allow"},
		{"", 0o640, file, nfs4.FreeBSDRules, "owner@:rw-p--aARWcCos:-------:allow group@:r-----a-R-c--s:-------:allow everyone@:------a-R-c--s:-------:allow"},
		{"", 0o755, file, nfs4.FreeBSDRules, "owner@:rwxp--aARWcCos:-------:allow group@:r-x---a-R-c--s:-------:allow everyone@:r-x---a-R-c--s:-------:allow"},
		{"", 0o700, file, nfs4.FreeBSDRules, "owner@:rwxp--aARWcCos:-------:allow group@:------a-R-c--s:-------:allow everyone@:------a-R-c--s:-------:allow"},
		{"", 0o777, file, nfs4.FreeBSDRules, "owner@:rwxp--aARWcCos:-------:allow group@:rwxp--a-R-c--s:-------:allow everyone@:rwxp--a-R-c--s:-------:allow"},
		{"N22", 0o604, file, nfs4.FreeBSDRules, "owner@:r-------------:-------:allow group@:r-------------:-------:deny owner@:rw-p--aARWcCos:-------:allow group@:------a-R-c--s:-------:allow everyone@:r-----a-R-c--s:-------:allow"},
		{"N22", 0o077, file, nfs4.FreeBSDRules, "owner@:rwxp----------:-------:deny owner@:------aARWcCos:-------:allow group@:rwxp--a-R-c--s:-------:allow everyone@:rwxp--a-R-c--s:-------:allow"},
		{"", 0o007, file, nfs4.FreeBSDRules, "owner@:rwxp----------:-------:deny group@:rwxp----------:-------:deny owner@:------aARWcCos:-------:allow group@:------a-R-c--s:-------:allow everyone@:rwxp--a-R-c--s:-------:allow"},
		{"", 0o070, file, nfs4.FreeBSDRules, "owner@:rwxp----------:-------:deny owner@:------aARWcCos:-------:allow group@:rwxp--a-R-c--s:-------:allow everyone@:------a-R-c--s:-------:allow"},
		{"", 0o466, file, nfs4.FreeBSDRules, "owner@:-w-p----------:-------:deny owner@:r-----aARWcCos:-------:allow group@:rw-p--a-R-c--s:-------:allow everyone@:rw-p--a-R-c--s:-------:allow"},
		{"N22", 0o705, file, nfs4.FreeBSDRules, "owner@:r-x-----------:-------:allow group@:r-x-----------:-------:deny owner@:rwxp--aARWcCos:-------:allow group@:------a-R-c--s:-------:allow everyone@:r-x---a-R-c--s:-------:allow"},
		{"", 0o570, file, nfs4.FreeBSDRules, "owner@:-w-p----------:-------:deny owner@:r-x---aARWcCos:-------:allow group@:rwxp--a-R-c--s:-------:allow everyone@:------a-R-c--s:-------:allow"},
		{"N18", 0o124, file, nfs4.FreeBSDRules, "owner@:rw-p----------:-------:deny group@:r-------------:-------:deny owner@:--x---aARWcCos:-------:allow group@:-w-p--a-R-c--s:-------:allow everyone@:r-----a-R-c--s:-------:allow"},
		{"N19", 0o412, file, nfs4.FreeBSDRules, "owner@:-wxp----------:-------:deny group@:-w-p----------:-------:deny owner@:r-----aARWcCos:-------:allow group@:--x---a-R-c--s:-------:allow everyone@:-w-p--a-R-c--s:-------:allow"},
		{"N20", 0o543, file, nfs4.FreeBSDRules, "owner@:--x-----------:-------:allow owner@:-w-p----------:-------:deny group@:-wxp----------:-------:deny owner@:r-x---aARWcCos:-------:allow group@:r-----a-R-c--s:-------:allow everyone@:-wxp--a-R-c--s:-------:allow"},
		{"N21", 0o476, file, nfs4.FreeBSDRules, "owner@:-wxp----------:-------:deny owner@:r-----aARWcCos:-------:allow group@:rwxp--a-R-c--s:-------:allow everyone@:rw-p--a-R-c--s:-------:allow"},
		{"N22", 0o123, file, nfs4.FreeBSDRules, "owner@:--x-----------:-------:allow owner@:-w-p----------:-------:deny group@:--x-----------:-------:deny owner@:--x---aARWcCos:-------:allow group@:-w-p--a-R-c--s:-------:allow everyone@:-wxp--a-R-c--s:-------:allow"},
		{"", 0o654, file, nfs4.FreeBSDRules, "owner@:--x-----------:-------:deny owner@:rw-p--aARWcCos:-------:allow group@:r-x---a-R-c--s:-------:allow everyone@:r-----a-R-c--s:-------:allow"},
		{"", 0o321, file, nfs4.FreeBSDRules, "owner@:--x-----------:-------:allow group@:--x-----------:-------:deny owner@:-wxp--aARWcCos:-------:allow group@:-w-p--a-R-c--s:-------:allow everyone@:--x---a-R-c--s:-------:allow"},
		{"N22", 0o417, file, nfs4.FreeBSDRules, "owner@:r-------------:-------:allow owner@:-wxp----------:-------:deny group@:rw-p----------:-------:deny owner@:r-----aARWcCos:-------:allow group@:--x---a-R-c--s:-------:allow everyone@:rwxp--a-R-c--s:-------:allow"},
		{"", 0o755, dir, nfs4.ZFS, "owner@:rwxpD-aARWcCos:-------:allow group@:r-x---a-R-c--s:-------:allow everyone@:r-x---a-R-c--s:-------:allow"},
		{"", 0o077, dir, nfs4.ZFS, "owner@:rwxpD---------:-------:deny owner@:------aARWcCos:-------:allow group@:rwxpD-a-R-c--s:-------:allow everyone@:rwxpD-a-R-c--s:-------:allow"},
		{"", 0o705, dir, nfs4.ZFS, "owner@:r-x-----------:-------:allow group@:r-x-----------:-------:deny owner@:rwxpD-aARWcCos:-------:allow group@:------a-R-c--s:-------:allow everyone@:r-x---a-R-c--s:-------:allow"},
		{"T", 0o777, dir, nfs4.FreeBSDRules, "owner@:rwxp--aARWcCos:-------:allow group@:rwxp--a-R-c--s:-------:allow everyone@:rwxp--a-R-c--s:-------:allow"},
	} {
		got := trivialText(t, c.m, c.kind, c.rules)
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s %v %v: %s", c.n, c.m.Octal(), c.kind, d)
		}
	}
}
