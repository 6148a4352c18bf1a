package vms_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ward/legacy/vms"
	"ward/mode"
)

func code(t testing.TB, s string) vms.Protection {
	t.Helper()
	p, err := vms.ParseProtection(s, vms.File)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func list(t testing.TB, s string) vms.ACL {
	t.Helper()
	l, err := vms.ParseACL(s, vms.File)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// V1, V2, V3, V15.
func TestProtectionCodes(t *testing.T) {
	for _, c := range []struct {
		n, text string
		word    vms.Protection
		listing string
	}{
		{"V1", "(S:RWED,O:RWED,G:RE,W)", 0xFA00, "(RWED,RWED,RE,)"},
		{"V2", "(S:RWED,O:RWED,G:RWED,W:RWED)", 0, "(RWED,RWED,RWED,RWED)"},
		{"V2", "(S,O,G,W)", 0xFFFF, "(,,,)"},
		{"V15", "(S,O,G,W:W)", 0xDFFF, "(,,,W)"},
	} {
		if got := c.word.String(); got != c.text {
			t.Errorf("%s: %#x is %s, want %s", c.n, c.word, got, c.text)
		}
		if got := c.word.FormatListing(vms.File); got != c.listing {
			t.Errorf("%s: %#x is listed as %s, want %s", c.n, c.word, got, c.listing)
		}
		for _, s := range []string{c.text, c.listing, strings.ToLower(c.text), strings.Trim(c.text, "()"), c.word.FormatShow(vms.File)} {
			if got := code(t, s); got != c.word { // V3
				t.Errorf("%s: %s is %#x, want %#x", c.n, s, got, c.word)
			}
		}
	}
}

func TestSpellingsOfCodes(t *testing.T) {
	for _, s := range []string{
		"(SYSTEM:RWED,OWNER:RWED,GROUP:RE,WORLD)", "W,G:ER,O:DEWR,S:RWED", "(Sys:rwed, Own: R W E D, gr:re, wor:)",
		"SYSTEM=RWED, OWNER=RWED, GROUP=RE, WORLD", " ( RWED , rwed , er , ) ",
	} {
		if got := code(t, s); got != vms.DefaultProtection {
			t.Errorf("%q is %v", s, got)
		}
	}
	for in, want := range map[string]struct {
		at int
		of string
	}{
		"":                      {0, `"" is no category`},
		" ":                     {1, `"" is no category`},
		"(S:RWED":               {7, "not closed"},
		"(S:RWED,X:R)":          {8, `"X" is no category`},
		"(S:RWED,S:R)":          {8, "named twice"},
		"(S:RWED,O:RQ)":         {11, `"Q" is no access`},
		"(S:RWED,O:RWED,G:RE)":  {20, "says nothing of WORLD"},
		"(SYSTEMS:RWED,O,G,W)":  {1, "is no category"},
		"(RWED,RWED,RE)":        {1, "is no category"},
		"(S:RWED,O:RWED,G:C,W)": {17, `"C" is no access`},
	} {
		_, err := vms.ParseProtection(in, vms.File)
		checkSyntax(t, in, err, want.at, want.of)
	}
}

func checkSyntax(t *testing.T, in string, err error, at int, problem string) {
	t.Helper()
	var s *vms.SyntaxError
	if !errors.As(err, &s) || !strings.Contains(s.Problem, problem) || s.Offset != at || s.Input != in {
		t.Errorf("%q: %#v; want %q at %d", in, err, problem, at)
	}
}

// V4, V5: what a code leaves out stays.
func TestPartialCodes(t *testing.T) {
	for n, c := range map[string]struct {
		text string
		want vms.Protection
	}{"V4": {"(OWNER:RWE,GROUP,WORLD)", 0xFF80}, "V5": {"(O:R,W:R)", 0xEAE0}} {
		k, err := vms.ParseCode(c.text, vms.File)
		if err != nil || k.Complete() || k.ApplyTo(vms.DefaultProtection) != c.want {
			t.Errorf("%s: %v, %v gives %#x, want %#x", n, k, err, k.ApplyTo(vms.DefaultProtection), c.want)
		}
	}
}

// V6, V13, with the output of zipinfo.
func TestModesOfArchives(t *testing.T) {
	for m, want := range map[mode.Mode][2]string{
		0o755: {"RWED,RE,RE", "(RWED,RWED,RE,RE)"},
		0o640: {"RWD,R,", "(RWD,RWD,R,)"},
		0o777: {"RWED,RWED,RWED", "(RWED,RWED,RWED,RWED)"},
		0:     {",,", "(,,,)"},
		0o750: {"RWED,RE,", "(RWED,RWED,RE,)"},
	} {
		p := vms.FromMode(m)
		if p.FormatZipinfo() != want[0] || p.FormatListing(vms.File) != want[1] {
			t.Errorf("V6: %o is %s, %s; want %q", m, p.FormatZipinfo(), p.FormatListing(vms.File), want)
		}
	}
	for m := range mode.Mode(0o1000) {
		if got := vms.FromMode(m).Mode(); got != m { // V13
			t.Fatalf("V13: %o comes back as %o", m, got)
		}
	}
}

// V14: volumes and logical name tables have C, devices P and L.
func TestLettersOfOtherClasses(t *testing.T) {
	for c, s := range map[vms.Class]string{vms.NameTable: "(S:RWCD,O:RWCD,G:R,W:R)", vms.Device: "(S:RWPL,O:RWPL,G:R,W)"} {
		p, err := vms.ParseProtection(s, c)
		if err != nil || p.Format(c) != s || p.Of(vms.System) != 15 {
			t.Errorf("V14: %s is %s, %v", s, p.Format(c), err)
		}
	}
}

// V16.
func TestPositiveMasks(t *testing.T) {
	for cat, mask := range map[vms.Category]uint16{vms.System: 0x000F, vms.Owner: 0x00F0, vms.Group: 0x0F00, vms.World: 0xF000} {
		if got := vms.Protection(0xFFFF).With(cat, 15).Positive(); got != mask {
			t.Errorf("V16: %v is %#04x, want %#04x", cat, got, mask)
		}
	}
}

func TestDecisions(t *testing.T) {
	owner := vms.NewUIC(0o200, 1)
	stranger := vms.Subject{UIC: vms.NewUIC(0o300, 5), Identifiers: []string{"STAFF"}}
	peer := vms.Subject{UIC: vms.NewUIC(0o200, 5)}
	self := vms.Subject{UIC: owner, Identifiers: []string{"STAFF"}}
	system := vms.Subject{UIC: vms.NewUIC(0o10, 5)}
	with := func(s vms.Subject, p vms.Privileges) vms.Subject { s.Privileges = p; return s }
	entry := list(t, "(IDENTIFIER=STAFF,ACCESS=NONE)")
	for _, c := range []struct {
		n, what, code string
		acl           vms.ACL
		s             vms.Subject
		wanted        vms.Access
		allowed       bool
		reason        vms.Reason
		cat           vms.Category
	}{
		{"V8", "system writes by WORLD", "(S:R,O,G,W:RWED)", nil, system, vms.Write, true, vms.AllowedByCategory, vms.World},
		{"V9", "the entry refuses", "(S,O,G,W:RWED)", entry, stranger, vms.Read, false, vms.DeniedByEntry, 0},
		{"V9", "the owner's column overrules", "(S,O:RWED,G,W)", entry, self, vms.Write, true, vms.AllowedByCategory, vms.Owner},
		{"V9", "BYPASS overrules", "(S,O,G,W)", entry, with(stranger, vms.Bypass), vms.Delete, true, vms.AllowedByBypass, 0},
		{"V10", "READALL reads", "(S,O,G,W)", entry, with(stranger, vms.ReadAll), vms.Read | vms.Execute, true, vms.AllowedByReadAll, 0},
		{"V10", "READALL does not write", "(S,O,G,W)", nil, with(stranger, vms.ReadAll), vms.Read | vms.Write, false, vms.DeniedByProtection, 0},
		{"V10", "but by the code", "(S,O,G,W:W)", nil, with(stranger, vms.ReadAll), vms.Read | vms.Write, true, vms.AllowedByReadAll, 0},
		{"V11", "a low group is SYSTEM", "(S:W,O,G,W)", nil, system, vms.Write, true, vms.AllowedByCategory, vms.System},
		{"V11", "the next is not", "(S:W,O,G,W)", nil, vms.Subject{UIC: vms.NewUIC(0o11, 5)}, vms.Write, false, vms.DeniedByProtection, 0},
		{"V12", "GRPPRV in its group", "(S:W,O,G,W)", nil, with(peer, vms.GrpPrv), vms.Write, true, vms.AllowedByCategory, vms.System},
		{"V12", "GRPPRV in another", "(S:W,O,G,W:R)", nil, with(stranger, vms.GrpPrv), vms.Write, false, vms.DeniedByProtection, 0},
		{"V17", "the owner reads by WORLD", "(S,O,G,W:R)", nil, self, vms.Read, true, vms.AllowedByCategory, vms.World},
		{"V17", "and does not write", "(S,O,G,W:R)", nil, self, vms.Write, false, vms.DeniedByProtection, 0},
		{"", "columns are not added up", "(S,O:R,G:W,W)", nil, self, vms.Read | vms.Write, false, vms.DeniedByProtection, 0},
		{"", "SYSPRV", "(S:D,O,G,W)", nil, with(stranger, vms.SysPrv), vms.Delete, true, vms.AllowedByCategory, vms.System},
		{"", "read executes", "(S,O,G,W:R)", nil, stranger, vms.Execute, true, vms.AllowedByCategory, vms.World},
		{"", "the owner controls", "(S,O,G,W)", nil, self, vms.Control, true, vms.AllowedByCategory, vms.Owner},
		{"", "the group does not", "(S,O,G:RWED,W)", nil, peer, vms.Control, false, vms.DeniedByProtection, 0},
		{"", "an entry with DEFAULT has no effect", "(S,O,G,W:R)", list(t, "(IDENTIFIER=STAFF,OPTIONS=DEFAULT,ACCESS=NONE)"), stranger, vms.Read, true, vms.AllowedByCategory, vms.World},
		{"", "all identifiers must be held", "(S,O,G,W)", list(t, "(IDENTIFIER=STAFF+DIALUP,ACCESS=NONE)(IDENTIFIER=[*,*],ACCESS=READ)"), stranger, vms.Read, true, vms.AllowedByEntry, 0},
		{"", "by UIC", "(S,O,G,W)", list(t, "(IDENTIFIER=[300,*],ACCESS=WRITE)"), stranger, vms.Write, true, vms.AllowedByEntry, 0},
	} {
		o := vms.Object{Owner: owner, Protection: code(t, c.code), ACL: c.acl}
		if v := o.Decide(c.s, c.wanted); v.Allowed != c.allowed || v.Reason != c.reason || v.Category != c.cat {
			t.Errorf("%s %s: %+v (%v)", c.n, c.what, v, v.Reason)
		}
	}
}

func TestAnObjectWithoutOwner(t *testing.T) {
	o := vms.Object{Protection: 0}
	if v := o.Decide(vms.Subject{UIC: vms.NewUIC(0o300, 1)}, vms.Read); v.Allowed || v.Reason != vms.NoOwner {
		t.Errorf("%+v", v)
	}
}

func TestIdentifiersByName(t *testing.T) {
	s := vms.Subject{UIC: vms.NewUIC(0o10, 5), Group: "ACCT", Name: "MARTIN", Identifiers: []string{"batch", "%X80010001"}}
	for text, want := range map[string]bool{
		"[acct,martin]": true, "[MARTIN]": true, "[ACCT,*]": true, "[*,MARTIN]": true, "[10,5]": true, "[10,*]": true, "<10,5>": true, "[10,MARTIN]": true,
		"[11,MARTIN]": false, "[ACCT,5]": true, "BATCH": true, "%X80010001": true, "%X00080005": true, "[SALES,*]": false, "[JONES]": false, "LOCAL": false, "[10,6]": false,
	} {
		id, err := vms.ParseIdentifier(text)
		if err != nil || s.Holds(id) != want {
			t.Errorf("%s (%v): held %v, %v", text, id, s.Holds(id), err)
		}
	}
	for _, bad := range []string{"", "[]", "[8,1]", "[40000,1]", "[1,200000]", "[a b]", "A-B", "12345", "%Xg", "[1,2,3]", strings.Repeat("A", 32)} {
		if id, err := vms.ParseIdentifier(bad); err == nil {
			t.Errorf("%q is %v", bad, id)
		}
	}
}

func TestEntries(t *testing.T) {
	for in, want := range map[string]string{
		"(IDENTIFIER=[SAM,SADAMS],ACCESS=READ+WRITE+EXECUTE+DELETE+CONTROL)": "",
		"(id=staff,opt=def+prot,acc=r+w)":                                    "(IDENTIFIER=STAFF,OPTIONS=DEFAULT+PROTECTED,ACCESS=READ+WRITE)",
		"(IDENTIFIER=A+B,OPTIONS=NONE,ACCESS=NONE)":                          "(IDENTIFIER=A+B,ACCESS=NONE)",
		"(DEFAULT_PROTECTION,SYSTEM:RWED,OWNER:RWED,GROUP,WORLD)":            "(DEFAULT_PROTECTION,S:RWED,O:RWED,G,W)",
		"(DEFAULT_PROTECTION,OPTIONS=NOPROPAGATE,O=RW)":                      "(DEFAULT_PROTECTION,OPTIONS=NOPROPAGATE,O:RW)",
		"(ALARM=SECURITY,ACCESS=DELETE+CONTROL+SUCCESS+FAILURE)":             "",
		"(AUDIT=SECURITY,OPTIONS=HIDDEN,ACCESS=FAILURE)":                     "",
		"(CREATOR,ACCESS=NONE)":                                              "",
		"(SUBSYSTEM,IDENTIFIER=MAIL,ATTRIBUTE=NONE)":                         "",
		"(IDENTIFIER=X, ACCESS=READ+BIT_7)":                                  "(IDENTIFIER=X,ACCESS=READ+BIT_7)",
	} {
		e, err := vms.ParseACE(in, vms.File)
		if want == "" {
			want = in
		}
		if err != nil || e.String() != want {
			t.Errorf("%s is %s, %v; want %s", in, e, err, want)
		}
	}
	for in, want := range map[string]struct {
		at int
		of string
	}{
		"IDENTIFIER=X":                       {0, "in parentheses"},
		"(IDENTIFIER=X)":                     {13, "no ACCESS"},
		"(IDENTIFIER=X,ACCESS=FLY)":          {21, `"FLY" is no access`},
		"(IDENTIFIER=X+?,ACCESS=READ)":       {14, "is no identifier"},
		"(IDENTIFIER=X,OPTIONS=SO,ACCESS=R)": {22, `"SO" is no option`},
		"(IDENTIFIER=X,ACCESS=R,ACCESS=W)":   {23, "is not expected"},
		"(DEFAULT_PROTECTION,Q:R)":           {20, `"Q" is no category`},
		"(DEFAULT_PROTECTION)":               {19, "no protection code"},
		"()":                                 {1, "has no kind"},
	} {
		_, err := vms.ParseACE(in, vms.File)
		checkSyntax(t, in, err, want.at, want.of)
	}
}

// The listings of a manual (Using Files and Directories, 10.5).
const (
	manualListing = `Directory DBA1:[SADAMS]

IMAGES.DIR;1         [VMS,SADAMS]                     (RWE,RWE,RE,E)
          (IDENTIFIER=[VMS,SADAMS],ACCESS=READ+WRITE+EXECUTE+DELETE+CONTROL)

Total of 1 file.
`
	manualShow = `DBA1:[SADAMS]IMAGES.DIR;1 object of class FILE
     Owner: [SAM,SADAMS]
     Protection: (System: RWE, Owner: RWE, Group: RE, World: E)
     Access Control List:
          (IDENTIFIER=[SAM,SADAMS],ACCESS=READ+WRITE+EXECUTE+DELETE+CONTROL)
`
)

func TestListings(t *testing.T) {
	files, err := vms.ParseDirectory(manualListing)
	if err != nil || len(files) != 1 || files[0].Name != "DBA1:[SADAMS]IMAGES.DIR;1" {
		t.Fatalf("%+v, %v", files, err)
	}
	if diff := cmp.Diff(manualListing, vms.FormatDirectory(files)); diff != "" {
		t.Error(diff)
	}
	shown, err := vms.ParseShow(manualShow)
	if err != nil || len(shown) != 1 {
		t.Fatal(err)
	}
	if diff := cmp.Diff(manualShow, shown[0].FormatShow()); diff != "" {
		t.Error(diff)
	}
	if shown[0].Protection != files[0].Protection || shown[0].Owner.Name != "[SAM,SADAMS]" {
		t.Errorf("%+v", shown[0])
	}
}

func TestFoldedListing(t *testing.T) {
	files, err := vms.ParseDirectory("Directory D:[A]\r\n\r\nA_VERY_LONG_NAME_OF_A_FILE.TXT;12\r\n                     [1,4]       (RWED,RWED,RE,)\r\n" +
		"          (IDENTIFIER=[VMS,SADAMS],\r\n           ACCESS=READ)\r\n          (IDENTIFIER=X,ACCESS=NONE)\r\nB.TXT;1   [SYSTEM]  (RWED,,,)\r\n\r\nTotal of 2 files.\r\n")
	if err != nil || len(files) != 2 || len(files[0].ACL) != 2 || files[0].Owner.UIC != vms.NewUIC(1, 4) || files[1].Name != "D:[A]B.TXT;1" {
		t.Fatalf("%+v, %v", files, err)
	}
	for in, want := range map[string]struct {
		at int
		of string
	}{
		"A.TXT;1 no privilege for attempted operation\n":            {0, "not a name, an owner"},
		"A.TXT;1 [1,4] (RQ,,,)\n":                                   {0, "is no protection code"},
		"A.TXT;1 ? (R,,,)\n":                                        {0, "is no owner"},
		"A.TXT;1 [1,4] (R,,,)\n   (IDENTIFIER=X,\n   ACCESS=FLY)\n": {49, "is no access"},
		"A.TXT;1 [1,4] (R,,,)\n   (IDENTIFIER=X":                    {24, "not closed"},
		"A.TXT;1":                                                   {7, "ends after a name"},
	} {
		_, err := vms.ParseDirectory(in)
		checkSyntax(t, in, err, want.at, want.of)
	}
}

func TestCommands(t *testing.T) {
	in := "$ set secur/class=file/prot=(o:r,w:r)/own=[10,5]/acl=((id=x,acc=r),(id=y,acc=none)) DBA1:[SADAMS]A.TXT;1"
	c, err := vms.ParseCommand(in)
	want := "SET SECURITY/OWNER=[10,5]/PROTECTION=(O:R,W:R)/ACL=((IDENTIFIER=X,ACCESS=READ),(IDENTIFIER=Y,ACCESS=NONE)) DBA1:[SADAMS]A.TXT;1"
	if err != nil || c.String() != want {
		t.Fatalf("%s, %v", c, err)
	}
	before := vms.Security{Name: "A", Protection: vms.DefaultProtection, ACL: list(t, "(IDENTIFIER=Y,ACCESS=NONE)(IDENTIFIER=Z,OPTIONS=PROTECTED,ACCESS=READ)")}
	after := c.ApplyTo(before)
	if after.Protection != 0xEAE0 || after.Owner.UIC != vms.NewUIC(0o10, 5) || after.ACL.String() != "((IDENTIFIER=X,ACCESS=READ),(IDENTIFIER=Y,ACCESS=NONE),(IDENTIFIER=Z,OPTIONS=PROTECTED,ACCESS=READ))" {
		t.Errorf("V5: %+v", after)
	}
	for text, left := range map[string]int{"SET SECURITY/ACL/DELETE A": 1, "SET SECURITY/ACL/DELETE=ALL A": 0, "SET SECURITY/ACL=(IDENTIFIER=Y,ACCESS=NONE)/DELETE A": 1} {
		c, err := vms.ParseCommand(text)
		if got := c.ApplyTo(before); err != nil || len(got.ACL) != left {
			t.Errorf("%s leaves %v, %v", text, got.ACL, err)
		}
	}
	for in, want := range map[string]struct {
		at int
		of string
	}{
		"DELETE A":                        {0, "not SET SECURITY"},
		"SET SECURITY/PROTECTION=(O:Q) A": {27, "is no access"},
		"SET SECURITY/COLOUR=RED A":       {12, "not known"},
		"SET SECURITY/ACL":                {16, "no object"},
		"SET SECURITY/CLASS=CAT A":        {12, "class is not known"},
		"SET SECURITY A B":                {15, "one object"},
	} {
		_, err := vms.ParseCommand(in)
		checkSyntax(t, in, err, want.at, want.of)
	}
}

func TestInheritance(t *testing.T) {
	l := list(t, "(IDENTIFIER=A,OPTIONS=DEFAULT,ACCESS=READ)(IDENTIFIER=B,ACCESS=READ)(IDENTIFIER=C,OPTIONS=DEFAULT+NOPROPAGATE,ACCESS=READ)(DEFAULT_PROTECTION,W:R)")
	if got := l.Inherited().String(); got != "((IDENTIFIER=A,ACCESS=READ))" {
		t.Error(got)
	}
	if got := len(l.InheritedByDirectory()); got != 3 {
		t.Error(got)
	}
	if got := l.NewProtection(vms.DefaultProtection); got != 0xEA00 {
		t.Errorf("%#x", got)
	}
}

func TestExtraFields(t *testing.T) {
	raw := append([]byte{1, 2, 3, 4, 21, 0, 4, 0}, vms.NewUIC(0o10, 5).Encode()...)
	raw = append(append(raw, 22, 0, 2, 0), vms.DefaultProtection.Encode()...)
	a, err := vms.DecodeAttributes(append(raw, 99, 0, 1, 0, 7))
	owner, ok := a.Owner()
	p, ok2 := a.Protection()
	if err != nil || !ok || !ok2 || owner.String() != "[10,5]" || p != vms.DefaultProtection || len(a.List) != 3 {
		t.Fatalf("%+v, %v", a, err)
	}
	if b, err := a.Encode(); err != nil || !bytes.Equal(b, append(raw, 99, 0, 1, 0, 7)) {
		t.Errorf("%x, %v", b, err)
	}
	for _, cut := range []int{0, 3, 6, 9} {
		if a, err := vms.DecodeAttributes(raw[:cut]); err == nil {
			t.Errorf("%d bytes: %+v", cut, a)
		}
	}
	xab := append(make([]byte, 8), 0, 0xFA, 0, 0, 5, 0, 8, 0)
	k, err := vms.DecodeBlock(append([]byte("VPRO\x00\x00\x10\x00\x00\x00\x00\x00"), xab...))
	if p, u, ok := k.Protection(); err != nil || !ok || p != vms.DefaultProtection || u.String() != "[10,5]" {
		t.Errorf("%+v, %v", k, err)
	}
	if _, err := vms.DecodeBlock([]byte("VPRO\x00\x00\x11\x00\x00\x00\x00\x00a")); err == nil {
		t.Error("a size that is not the data's is taken")
	}
}
