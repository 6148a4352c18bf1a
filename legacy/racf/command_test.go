package racf_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"ward/legacy/racf"
)

func TestCommands(t *testing.T) {
	for in, want := range map[string]string{
		"ADDSD 'AB.CD.**' UACC(READ) OWNER(SYS1) GENERIC WARNING":       "",
		"addsd data.** uacc(none)":                                      "ADDSD 'JOE.DATA.**' UACC(NONE)",
		"PERMIT 'AB.CD.**' ID(JOE DEVGRP *) ACCESS(UPDATE)":             "",
		"pe 'ab.cd' cl(dataset) id(joe,ann) ac(alter) gen":              "PERMIT 'AB.CD' ID(JOE ANN) ACCESS(ALTER) GENERIC",
		"PERMIT 'AB.CD.**' ID(JOE)":                                     "PERMIT 'AB.CD.**' ID(JOE) ACCESS(READ)",
		"PERMIT 'AB.CD.**' ID(JOE) ACCESS(NONE)":                        "",
		"PERMIT 'AB.CD.**' ID(JOE) ACCESS(READ) WHEN(PROGRAM(PAY))":     "",
		"PERMIT 'AB.CD.**' ID(JOE) DELETE":                              "",
		"PERMIT 'AB.CD.**' RESET":                                       "PERMIT 'AB.CD.**' RESET(ALL)",
		"RDEFINE FACILITY BPX.SUPERUSER UACC(NONE)":                     "",
		"RDEF FACILITY (BPX.A BPX.*) -\n UACC(NONE) DATA('KEEP, THIS')": "RDEFINE FACILITY (BPX.A BPX.*) UACC(NONE) DATA('KEEP, THIS')",
		"PERMIT BPX.SUPERUSER CLASS(FACILITY) ID(JOE) ACCESS(READ)":     "",
		"ALTDSD 'AB.CD.**' UACC(NONE) NOWARNING":                        "",
		"DELDSD ('A.B' 'A.C')":                                          "",
	} {
		c, err := racf.ParseCommand(in, "JOE")
		if want == "" {
			want = in
		}
		if err != nil || c.String() != want {
			t.Errorf("%s is %s, %v; want %s", in, c, err, want)
		}
	}
	for in, want := range map[string]struct {
		at int
		of string
	}{
		"":                                   {0, "no command"},
		"LISTDSD 'A.B'":                      {0, "no command for profiles"},
		"ADDSD":                              {5, "names no profile"},
		"ADDSD 'A*.B'":                       {6, "no name of a data set profile"},
		"ADDSD 'A.B' UACC(SOME)":             {17, "is no level"},
		"ADDSD 'A.B":                         {6, "quote is not closed"},
		"ADDSD 'A.B' UACC(READ":              {16, "parenthesis is not closed"},
		"PERMIT 'A.B'":                       {12, "neither ID nor RESET"},
		"PERMIT 'A.B' ID(J.E)":               {16, "neither a user nor a group"},
		"PERMIT 'A.B' ID(JOE) WHEN(PROGRAM)": {26, "no condition"},
		"PERMIT 'A.B' RESET(NO)":             {19, "is no list"},
		"ADDSD 'A.B' ID(JOE)":                {12, "not expected"},
		"RDEFINE":                            {7, "names no class"},
	} {
		_, err := racf.ParseCommand(in, "JOE")
		checkSyntax(t, in, err, want.at, want.of)
	}
}

func TestCommandsApply(t *testing.T) {
	var ps []racf.Profile
	for _, s := range []string{
		"ADDSD 'AB.**' UACC(READ) OWNER(SYS1)", "PERMIT 'AB.**' ID(JOE ANN) ACCESS(UPDATE)", "PERMIT 'AB.**' ID(JOE) ACCESS(NONE)",
		"PERMIT 'AB.**' ID(ANN) DELETE", "ALTDSD 'AB.**' WARNING UACC(NONE)", "PERMIT 'AB.**' ID(G) ACCESS(READ) WHEN(PROGRAM(P))",
	} {
		c, err := racf.ParseCommand(s, "")
		if err != nil {
			t.Fatal(err)
		}
		if ps, err = c.ApplyTo(ps); err != nil {
			t.Fatal(err)
		}
	}
	want := racf.Profile{
		Class: racf.Dataset, Name: "AB.**", Generic: true, Owner: "SYS1", Warning: true, Access: []racf.Permit{{ID: "JOE"}},
		Conditional: []racf.Conditional{{Permit: racf.Permit{ID: "G", Level: racf.Read}, When: racf.Condition{Type: "PROGRAM", Value: "P"}}},
	}
	if len(ps) != 1 || !ps[0].Equal(want) {
		t.Errorf("%+v", ps)
	}
	for _, s := range []string{"ADDSD 'AB.**'", "DELDSD 'X.Y'"} {
		c, _ := racf.ParseCommand(s, "")
		if _, err := c.ApplyTo(ps); err == nil {
			t.Errorf("%s is applied", s)
		}
	}
}

func TestCommandsMakeTheProfile(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := anyProfile().Draw(t, "profile")
		p.Generic = racf.IsGeneric(p.Name)
		seen := map[string]bool{}
		p.Access = slices.DeleteFunc(p.Access, func(e racf.Permit) bool { was := seen[e.ID]; seen[e.ID] = true; return was })
		p.Conditional = p.Conditional[:min(1, len(p.Conditional))]
		var ps []racf.Profile
		for _, c := range p.Commands() {
			again, err := racf.ParseCommand(c.String(), "")
			if err != nil || again.String() != c.String() {
				t.Fatalf("%s comes back as %s, %v", c, again, err)
			}
			if ps, err = again.ApplyTo(ps); err != nil {
				t.Fatal(err)
			}
		}
		if len(ps) != 1 || !ps[0].Equal(p) {
			t.Fatalf("%+v, want %+v", ps, p)
		}
	})
}

func FuzzParseCommand(f *testing.F) {
	f.Add("PERMIT 'AB.CD.**' ID(JOE *) ACCESS(UPDATE) WHEN(PROGRAM(PAY)) RESET(WHEN)")
	f.Add("RDEFINE FACILITY (A B) UACC(READ) DATA('X')")
	f.Fuzz(func(t *testing.T, s string) {
		c, err := racf.ParseCommand(s, "JOE")
		if err != nil {
			return
		}
		again, err := racf.ParseCommand(c.String(), "JOE")
		if err != nil || again.String() != c.String() {
			t.Fatalf("%q: %s comes back as %s, %v", s, c, again, err)
		}
	})
}

func ExampleSystem_Decide() {
	define, _ := racf.ParseCommand("ADDSD 'PAY.**' UACC(READ)", "")
	permit, _ := racf.ParseCommand("PERMIT 'PAY.**' ID(JOE) ACCESS(NONE)", "")
	profiles, _ := define.ApplyTo(nil)
	profiles, _ = permit.ApplyTo(profiles)
	s := racf.System{EGN: true, Profiles: profiles}
	v := s.Decide(racf.Subject{User: "JOE", Group: "STAFF"}, racf.Request{Name: "PAY.ROLL", Wanted: racf.Read})
	fmt.Println(v.Allowed, v.Reason)
	// Output: false the user's entry in the access list decides
}
