package racf_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"ward/legacy/racf"
	"ward/mode"
)

// R1, R2, R3, R4, R6, R13, R18: the tables of the manual.
func TestNamesMatch(t *testing.T) {
	vars := map[string][]string{"&RACLNDE": {"NODE1", "NODE2"}}
	for _, c := range []struct {
		n, pattern string
		naming     racf.Naming
		yes, no    string
	}{
		{"R1", "AB.CD*", racf.EGN, "AB.CD AB.CDEF", "AB.CD.EF"},
		{"R1", "AB.CD*", racf.NoEGN, "AB.CD AB.CDEF AB.CD.EF", "AB.C"},
		{"R2", "AB.CD.*", racf.EGN, "AB.CD.EF AB.CD.XY", "AB.CD AB.CD.EF.GH"},
		{"R2", "AB.CD.*", racf.NoEGN, "AB.CD.EF AB.CD.EF.GH", "AB.CD"},
		{"R3", "AB.CD.**", racf.EGN, "AB.CD AB.CD.EF AB.CD.EF.GH AB.CD.XY", "AB.CDE AB"},
		{"R4", "AB.CD*.**", racf.EGN, "AB.CD AB.CDEF AB.CD.EF AB.CD.EF.GH", "AB.C"},
		{"R4", "AB.CD.*.**", racf.EGN, "AB.CD.EF AB.CD.EF.GH", "AB.CD"},
		{"R6", "AB.CD.%", racf.EGN, "AB.CD.E AB.CD.F", "AB.CD.EF AB.CD"},
		{"R18", "AA.*", racf.NoEGN, "AA.BB AA.B.C AA.%%", "AA"},
		{"", "AB.*.EF", racf.NoEGN, "AB.C.EF AB.CD.EF", "AB.EF AB.C.D.EF"},
		{"", "AB.C*.EF", racf.NoEGN, "AB.C.EF AB.CD.EF", "AB.D.EF AB.C.D.EF"},
		{"", "AB.**.EF", racf.EGN, "AB.EF AB.C.EF AB.C.D.EF", "AB.C.EFG AB.CEF"},
		{"", "**", racf.General, "A A.B", ""},
		{"", "**.B", racf.General, "B A.B A.A.B", "AB A.B.C"},
		{"", "*.B", racf.General, "A.B", "B A.A.B"},
		{"", "A.B*", racf.General, "A.B A.BC A.B.C", "A"},
		{"", "*", racf.General, "A A.B", ""},
		{"", "&RACLNDE.A", racf.General, "NODE1.A NODE2.A", "NODE3.A &RACLNDE.A"},
	} {
		p := racf.Compile(c.pattern, c.naming, vars)
		for _, name := range strings.Fields(c.yes) {
			if !p.Matches(name) {
				t.Errorf("%s: %s does not match %s (%d)", c.n, c.pattern, name, c.naming)
			}
		}
		for _, name := range strings.Fields(c.no) {
			if p.Matches(name) {
				t.Errorf("%s: %s matches %s (%d)", c.n, c.pattern, name, c.naming)
			}
		}
	}
}

// R5.
func TestNamesOfProfiles(t *testing.T) {
	for _, s := range []string{"ABC.EF*", "abc.def", "A.B.**", "A.B*.**", "A.%%%", "A.*.B", "#A.$1.@-"} {
		if got, err := racf.ParseDatasetProfile(s, true); err != nil || got != strings.ToUpper(s) {
			t.Errorf("R5: %s is %s, %v", s, got, err)
		}
	}
	for in, want := range map[string]struct {
		at int
		of string
	}{
		"A%C.EFG":                {1, "no generics"},
		"*.EFG":                  {0, "no generics"},
		"ABC*.XYZ":               {3, "no generics"},
		"**.XYZ":                 {0, "no generics"},
		"A.**.B.**":              {7, "not permitted"},
		"A.B*C":                  {3, "at the end of a qualifier"},
		"A..B":                   {2, "is empty"},
		"A.1B":                   {2, "may not stand"},
		"A.ABCDEFGHI":            {10, "longer than 8"},
		strings.Repeat("A.", 23): {44, "longer than 44"},
	} {
		_, err := racf.ParseDatasetProfile(in, true)
		checkSyntax(t, in, err, want.at, want.of)
	}
	if _, err := racf.ParseDatasetProfile("A.**", false); err == nil {
		t.Error("R5: ** without EGN")
	}
	if _, err := racf.ParseDatasetName("A.*"); err == nil {
		t.Error("a generic name of a data set")
	}
}

func checkSyntax(t *testing.T, in string, err error, at int, problem string) {
	t.Helper()
	var s *racf.SyntaxError
	if !errors.As(err, &s) || !strings.Contains(s.Problem, problem) || s.Offset != at || s.Input != in {
		t.Errorf("%q: %#v; want %q at %d", in, err, problem, at)
	}
}

// R16, R17, and the order that the guide gives.
func TestTheMostSpecificProfileIsSelected(t *testing.T) {
	for _, c := range []struct {
		n     string
		names []string // the first is to be selected
		name  string
	}{
		{"R16", []string{"=AB.CD", "AB.*"}, "AB.CD"},
		{"R17", []string{"AB.C*", "AB.*"}, "AB.CD"},
		{"", []string{"A.B.*", "A.*.C", "A.**"}, "A.B.C"},
		{"", []string{"AB.C%", "AB.C*", "AB.**"}, "AB.CD"},
		{"", []string{"AB.*", "AB.**"}, "AB.CD"},
		{"", []string{"AB.CD", "AB.CD.**"}, "AB.CD"},
		{"", []string{"AB.**.EF", "AB.**"}, "AB.C.EF"},
	} {
		s := racf.System{EGN: true}
		for i := len(c.names) - 1; i >= 0; i-- {
			name, discrete := strings.CutPrefix(c.names[i], "=")
			s.Profiles = append(s.Profiles, racf.Profile{Class: racf.Dataset, Name: name, Generic: !discrete})
		}
		if got := s.Select(racf.Dataset, c.name, ""); got != len(c.names)-1 {
			t.Errorf("%s: %v of %v", c.n, got, s.Profiles)
		}
	}
}

func TestDiscreteProfilesAreOfAVolume(t *testing.T) {
	s := racf.System{Profiles: []racf.Profile{{Class: racf.Dataset, Name: "A.B", Volume: "VOL1"}, {Class: racf.Dataset, Name: "A.*", Generic: true}}}
	for volume, want := range map[string]int{"": 0, "VOL1": 0, "VOL2": 1} {
		if got := s.Select(racf.Dataset, "A.B", volume); got != want {
			t.Errorf("%q: %d", volume, got)
		}
	}
}

func TestDecisions(t *testing.T) {
	joe := racf.Subject{User: "JOE", Group: "DEV", Groups: []string{"DEV", "OPS"}}
	permit := func(entries ...any) (out []racf.Permit) {
		for i := 0; i < len(entries); i += 2 {
			out = append(out, racf.Permit{ID: entries[i].(string), Level: entries[i+1].(racf.Level)})
		}
		return out
	}
	for _, c := range []struct {
		n, what string
		profile racf.Profile
		change  func(*racf.System, *racf.Subject)
		wanted  racf.Level
		allowed bool
		reason  racf.Reason
	}{
		{"R7", "the user's NONE stands against the group's ALTER", racf.Profile{Access: permit("DEV", racf.Alter, "JOE", racf.None)}, nil, racf.Read, false, racf.ByUserEntry},
		{"R8", "the highest of all groups", racf.Profile{Access: permit("DEV", racf.Read, "OPS", racf.Update)}, func(s *racf.System, _ *racf.Subject) { s.ListOfGroups = true }, racf.Update, true, racf.ByGroupEntry},
		{"R8", "the current group", racf.Profile{Access: permit("DEV", racf.Read, "OPS", racf.Update)}, nil, racf.Update, false, racf.ByGroupEntry},
		{"R9", "own data", racf.Profile{Access: permit("JOE", racf.None)}, func(s *racf.System, u *racf.Subject) { u.User = "AB" }, racf.Alter, true, racf.OwnData},
		{"R10", "UACC is not enough", racf.Profile{UACC: racf.Read}, nil, racf.Update, false, racf.ByUACC},
		{"R11", "ID(*)", racf.Profile{Access: permit("*", racf.Update)}, nil, racf.Update, true, racf.ByEverybody},
		{"R11", "ID(*) for an undefined user", racf.Profile{Access: permit("*", racf.Update)}, func(_ *racf.System, u *racf.Subject) { u.User = "" }, racf.Read, false, racf.ByUACC},
		{"R11", "ID(*) for a restricted user", racf.Profile{Access: permit("*", racf.Update)}, func(_ *racf.System, u *racf.Subject) { u.Restricted = true }, racf.Read, false, racf.RestrictedUser},
		{"R12", "OPERATIONS", racf.Profile{}, func(_ *racf.System, u *racf.Subject) { u.Operations = true }, racf.Alter, true, racf.ByOperations},
		{"R12", "OPERATIONS, but listed", racf.Profile{Access: permit("JOE", racf.Read)}, func(_ *racf.System, u *racf.Subject) { u.Operations = true }, racf.Update, false, racf.ByUserEntry},
		{"R13", "the global table grants", racf.Profile{}, func(s *racf.System, u *racf.Subject) {
			s.Global, u.User = []racf.Global{{Class: racf.Dataset, Name: "&RACUID.**", Level: racf.Alter}}, "AB"
		}, racf.Alter, true, racf.ByGlobal},
		{"R13", "and does not refuse", racf.Profile{UACC: racf.Update}, func(s *racf.System, _ *racf.Subject) {
			s.Global = []racf.Global{{Class: racf.Dataset, Name: "AB.**", Level: racf.Read}}
		}, racf.Update, true, racf.ByUACC},
		{"R14", "it is passed over for restricted users", racf.Profile{}, func(s *racf.System, u *racf.Subject) {
			s.Global, u.Restricted = []racf.Global{{Class: racf.Dataset, Name: "AB.**", Level: racf.Read}}, true
		}, racf.Read, false, racf.RestrictedUser},
		{"R15", "WARNING", racf.Profile{Warning: true}, nil, racf.Alter, true, racf.ByWarning},
		{"R19", "PROTECTALL(FAILURES)", racf.Profile{Class: "OTHER"}, func(s *racf.System, _ *racf.Subject) { s.ProtectAll = racf.ProtectAllFails }, racf.Read, false, racf.NoProfileFails},
		{"", "no profile", racf.Profile{Class: "OTHER"}, nil, racf.Alter, true, racf.NoProfile},
		{"", "a condition holds", racf.Profile{Access: permit("JOE", racf.None), Conditional: []racf.Conditional{{Permit: racf.Permit{ID: "DEV", Level: racf.Update}, When: racf.Condition{Type: "PROGRAM", Value: "PAY"}}}}, func(_ *racf.System, u *racf.Subject) {
			u.Conditions = []racf.Condition{{Type: "PROGRAM", Value: "PAY"}}
		}, racf.Update, true, racf.ByConditional},
		{"", "trusted", racf.Profile{}, func(_ *racf.System, u *racf.Subject) { u.Trusted = true }, racf.Alter, true, racf.ByTrust},
		{"", "revoked", racf.Profile{UACC: racf.Alter}, func(_ *racf.System, u *racf.Subject) { u.Revoked = true }, racf.Read, false, racf.UserRevoked},
		{"", "group OPERATIONS in scope", racf.Profile{Owner: "SUB"}, func(s *racf.System, u *racf.Subject) {
			s.Groups, u.GroupOperations = map[string]racf.Group{"SUB": {Superior: "DEV", Owner: "DEV"}, "DEV": {Superior: "SYS1", Owner: "SYS1"}}, []string{"DEV"}
		}, racf.Alter, true, racf.ByGroupOperations},
		{"", "group OPERATIONS out of scope", racf.Profile{Owner: "SUB"}, func(s *racf.System, u *racf.Subject) {
			s.Groups, u.GroupOperations = map[string]racf.Group{"SUB": {Superior: "DEV", Owner: "IBMUSER"}}, []string{"DEV"}
		}, racf.Alter, false, racf.ByUACC},
	} {
		if c.profile.Class == "" {
			c.profile.Class = racf.Dataset
		}
		c.profile.Name, c.profile.Generic = "AB.**", true
		s, u := racf.System{EGN: true, Profiles: []racf.Profile{c.profile}}, joe
		if c.change != nil {
			c.change(&s, &u)
		}
		if v := s.Decide(u, racf.Request{Name: "AB.CD", Wanted: c.wanted}); v.Allowed != c.allowed || v.Reason != c.reason {
			t.Errorf("%s %s: %+v (%v)", c.n, c.what, v, v.Reason)
		}
	}
}

const (
	record0404 = "0404 AB.CD.**                                            JOE      UPDATE   00003"
	record0205 = "0205 JOE      DEVGRP              SYS1                         NONE                NO   NO   NO  "
	record0400 = "0400 AB.CD.**                                            YES  2024-01-31 SYS1                                                   READ     NO  "
)

// R21, R22, R23, R24.
func TestRecordsOfTheUnload(t *testing.T) {
	text := record0404 + "\n" + record0205 + "\n" + record0400 + "\n"
	plain, err := racf.DecodeRecords([]byte(text), racf.Coding{})
	if err != nil {
		t.Fatal(err)
	}
	for n, c := range map[string]racf.Coding{"R21": {}, "R22": {RDW: true}, "R23": {EBCDIC: true}, "R23 with RDW": {RDW: true, EBCDIC: true}} {
		b, err := racf.EncodeRecords(plain, c)
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := racf.DetectCoding(b); !ok || got != c {
			t.Errorf("%s: detected %+v", n, got)
		}
		rs, err := racf.DecodeRecords(b, c)
		if err != nil || !reflect.DeepEqual(rs, plain) {
			t.Errorf("%s: %v, %v", n, rs, err)
		}
		checkUnload(t, n, rs)
	}
	short := append(plain, racf.Record{Type: "0400", Text: "0400 X.Y"}, racf.Record{Type: "0999", Text: "0999 ?"}) // R24
	s, left, err := racf.ReadUnload(short)
	if err != nil || len(s.Profiles) != 2 || s.Profiles[1].UACC != racf.None || s.Profiles[1].Owner != "" || len(left) != 1 || left[0].Type != "0999" {
		t.Errorf("R24: %+v, %v, %v", s, left, err)
	}
}

func checkUnload(t *testing.T, n string, rs []racf.Record) {
	t.Helper()
	s, left, err := racf.ReadUnload(rs)
	if err != nil || len(left) != 0 || len(s.Profiles) != 1 {
		t.Fatalf("%s: %+v, %v, %v", n, s, left, err)
	}
	want := racf.Profile{Class: racf.Dataset, Name: "AB.CD.**", Generic: true, Owner: "SYS1", UACC: racf.Read, Access: []racf.Permit{{ID: "JOE", Level: racf.Update, Count: 3}}}
	if !reflect.DeepEqual(s.Profiles[0], want) {
		t.Errorf("%s: %+v", n, s.Profiles[0])
	}
	if c := s.Users["JOE"].Connections["DEVGRP"]; c.Owner != "SYS1" || c.UACC != racf.None || c.Special || c.Operations || c.Revoked {
		t.Errorf("%s: %+v", n, c)
	}
	s.EGN = true
	u, ok := s.Subject("JOE", "DEVGRP")
	if v := s.Decide(u, racf.Request{Name: "AB.CD.X", Wanted: racf.Update}); !ok || !v.Allowed || v.Reason != racf.ByUserEntry {
		t.Errorf("%s: %+v", n, v)
	}
}

func TestBadRecords(t *testing.T) {
	for what, c := range map[string]struct {
		in string
		c  racf.Coding
	}{
		"no type":               {"hello", racf.Coding{}},
		"a cut descriptor word": {"\x00", racf.Coding{RDW: true}},
		"too long":              {"\x00\x10\x00\x000400", racf.Coding{RDW: true}},
		"too short":             {"\x00\x03\x00\x00", racf.Coding{RDW: true}},
	} {
		if rs, err := racf.DecodeRecords([]byte(c.in), c.c); err == nil {
			t.Errorf("%s: %v", what, rs)
		}
	}
	if _, _, err := racf.ReadUnload([]racf.Record{{Type: "0404", Text: strings.Replace(record0404, "UPDATE", "UPWARD", 1)}}); err == nil || !strings.Contains(err.Error(), "record 1") {
		t.Error(err)
	}
}

// R20, and the order of the checks.
func TestUnixDecisions(t *testing.T) {
	acl, err := racf.ParseUnixACL("#owner: ANN\n#group: DEV\nuser::r--\ngroup::-w-\nother::rwx\nuser:JOE:---\ngroup:OPS:r--\n")
	if err != nil {
		t.Fatal(err)
	}
	f := racf.UnixFile{OwnerUID: 7, Group: "DEV", ACL: acl, FSSEC: true}
	both := racf.UnixSubject{UID: 9, Groups: []string{"DEV", "OPS"}}
	for _, c := range []struct {
		n, what string
		f       racf.UnixFile
		s       racf.UnixSubject
		wanted  mode.Rights
		allowed bool
		reason  racf.UnixReason
	}{
		{"R20", "an entry of a group reads", f, both, 4, true, racf.UnixGroup},
		{"R20", "the owning group writes", f, both, 2, true, racf.UnixGroup},
		{"", "in a group there is no other", f, both, 1, false, racf.UnixGroup},
		{"", "the owner has no other bits", f, racf.UnixSubject{UID: 7, Groups: []string{"DEV"}}, 2, false, racf.UnixOwner},
		{"", "the user's entry", f, racf.UnixSubject{UID: 9, User: "JOE", Groups: []string{"OPS"}}, 4, false, racf.UnixUserEntry},
		{"", "others", f, racf.UnixSubject{UID: 10}, 7, true, racf.UnixOther},
		{"", "others, restricted", f, racf.UnixSubject{UID: 10, Restricted: true}, 4, false, racf.UnixRestricted},
		{"", "others, restricted, permitted", f, racf.UnixSubject{UID: 10, Restricted: true, FilesysAccess: racf.Read}, 4, true, racf.UnixOther},
		{"", "superuser", f, racf.UnixSubject{}, 7, true, racf.UnixSuperuser},
		{"", "SUPERUSER.FILESYS", f, racf.UnixSubject{UID: 9, User: "JOE", Filesys: racf.Read}, 4, true, racf.UnixPrivilege},
		{"", "ACLOVERRIDE stands against it", withOverride(f), racf.UnixSubject{UID: 9, User: "JOE", Filesys: racf.Read}, 4, false, racf.UnixUserEntry},
		{"", "but not where bits refused", withOverride(f), racf.UnixSubject{UID: 7, Filesys: racf.Update}, 2, true, racf.UnixPrivilege},
	} {
		if v := c.f.Decide(c.s, c.wanted); v.Allowed != c.allowed || v.Reason != c.reason {
			t.Errorf("%s %s: %+v (%v)", c.n, c.what, v, v.Reason)
		}
	}
	f.FSSEC = false
	if v := f.Decide(racf.UnixSubject{UID: 9, User: "JOE"}, 4); !v.Allowed {
		t.Error("entries count though FSSEC is not active")
	}
}

func withOverride(f racf.UnixFile) racf.UnixFile {
	f.ACLOverrideDefined = true
	return f
}

func TestUnixTexts(t *testing.T) {
	a, err := racf.ParseUnixACL("u::rwx,g::r-x,o::4,u:JOE:rw-,d:g:OPS:r-x,f:u:JOE:r--")
	if err != nil || a.Mode != 0o754 || len(a.Access) != 1 || len(a.Default) != 1 || len(a.FileDefault) != 1 {
		t.Fatalf("%+v, %v", a, err)
	}
	if m := a.Made(true, 0o700); len(m.Access) != 1 || !m.Access[0].Group || len(m.Default) != 1 || len(m.FileDefault) != 1 {
		t.Errorf("%+v", m)
	}
	if m := a.Made(false, 0o600); len(m.Access) != 1 || m.Access[0].ID != "JOE" || m.Default != nil {
		t.Errorf("%+v", m)
	}
	for in, want := range map[string]struct {
		at int
		of string
	}{
		"u::rwx,g::rwx":       {13, "not all there"},
		"u::rwx,u::rwx":       {7, "twice"},
		"u::rwx,mask::rwx":    {7, "is no entry"},
		"u::rwz":              {0, "are no rights"},
		"u::rwx\n  joe:rwx\n": {9, "is no entry"},
	} {
		_, err := racf.ParseUnixACL(in)
		checkSyntax(t, in, err, want.at, want.of)
	}
}
