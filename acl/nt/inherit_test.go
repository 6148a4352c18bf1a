package nt

import "testing"

func TestCreate(t *testing.T) {
	const own, grp = "S-1-5-21-1-2-3-1000", "S-1-5-21-1-2-3-513"
	for _, c := range []struct {
		name, parent, creator, want string
		container, auto             bool
	}{
		{"a file gets what is for files", "D:(A;OI;FR;;;WD)(A;CI;FW;;;WD)(A;;FX;;;WD)", "", "D:(A;;FR;;;WD)", false, false},
		{"a directory hands on what is for files", "D:(A;OI;FR;;;WD)(A;CI;FW;;;WD)", "", "D:(A;OIIO;FR;;;WD)(A;CI;FW;;;WD)", true, false},
		{"marked as inherited", "D:(A;OICI;FR;;;WD)", "", "D:AI(A;OICIID;FR;;;WD)", true, true},
		{"not handed on", "D:(A;OICINP;FR;;;WD)(A;OINP;FW;;;WD)", "", "D:(A;;FR;;;WD)", true, false},
		{"inherit-only becomes effective", "D:(A;OICIIO;FR;;;WD)", "", "D:(A;;FR;;;WD)", false, false},
		{"creator owner in a file", "D:(A;OICIIO;FA;;;CO)(A;OICIIO;FR;;;CG)", "", "D:(A;;FA;;;" + own + ")(A;;FR;;;" + grp + ")", false, false},
		{"creator owner in a directory", "D:(A;OICIIO;FA;;;CO)", "", "D:AI(A;ID;FA;;;" + own + ")(A;OICIIOID;FA;;;CO)", true, true},
		{"generic rights in a directory", "D:(A;OICI;GA;;;WD)", "", "D:(A;;FA;;;WD)(A;OICIIO;GA;;;WD)", true, false},
		{"generic rights in a file", "D:(A;OICI;GR;;;WD)", "", "D:(A;;FR;;;WD)", false, false},
		{"stated list stands", "D:(A;OICI;FR;;;WD)", "D:(A;;FA;;;SY)", "D:(A;;FA;;;SY)", false, false},
		{"stated list, then what is inherited", "D:(A;OICI;FR;;;WD)", "D:(A;;FA;;;SY)(A;ID;FX;;;BU)", "D:AI(A;;FA;;;SY)(A;ID;FR;;;WD)", false, true},
		{"protected", "D:(A;OICI;FR;;;WD)", "D:P(A;;GA;;;SY)", "D:PAI(A;;FA;;;SY)", false, true},
		{"stated null list", "D:(A;OICI;FR;;;WD)", "D:NO_ACCESS_CONTROL", "D:NO_ACCESS_CONTROL", false, true},
		{"the default", "D:(A;;FR;;;WD)", "", "D:(A;;FA;;;SY)", false, false},
		{"for another kind, on its way", "D:(OA;CI;CC;;bf967aba-0de6-11d0-a285-00aa003049e2;WD)", "", "D:(OA;CIIO;CC;;bf967aba-0de6-11d0-a285-00aa003049e2;WD)", true, false},
		{"label", "D:(A;OI;FR;;;WD)S:(ML;OICI;NW;;;LW)", "", "D:(A;;FR;;;WD)S:(ML;;NW;;;LW)", false, false},
		{"condition is kept", "D:(XA;OI;FR;;;WD;(a == 1))", "", "D:(XA;;FR;;;WD;(a == 1))", false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			made := parse(t, c.parent).Create(parse(t, c.creator), Creation{
				Container: c.container, Owner: NewSID(5, 21, 1, 2, 3, 1000), Group: NewSID(5, 21, 1, 2, 3, 513),
				Default: parse(t, "D:(A;;GA;;;SY)").DACL, AutoInherit: c.auto,
			})
			got, err := made.FormatSDDL(SDDLOptions{})
			if want := "O:" + own + "G:" + grp + c.want; err != nil || got != want {
				t.Errorf("got  %s %v\nwant %s", got, err, want)
			}
		})
	}
}
