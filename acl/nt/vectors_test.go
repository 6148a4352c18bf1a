package nt

import (
	"encoding/hex"
	"errors"
	"strings"
	"testing"
)

// Vectors W1 to W22 are numbered as in the collection that the project keeps of what
// other programs do: executed with Samba 4.17, or stated by Samba's tests, which were
// run on Windows.

func domain() SID { return NewSID(5, 21, 2447931902, 1787058256, 3961074038) }

func inDomain() SDDLOptions {
	return SDDLOptions{Machine: domain(), Domain: domain(), Forest: domain()}
}

func parse(t *testing.T, sddl string) Descriptor {
	t.Helper()
	d, err := ParseSDDL(sddl, inDomain())
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestBytesOfSamba(t *testing.T) {
	for _, c := range []struct{ name, sddl, hex string }{
		{"W1", "O:BAG:SYD:(A;;0x1f01ff;;;SY)", "01000480140000002400000000000000300000000102000000000005200000002002000001010000000000051200000004001c000100000000001400ff011f00010100000000000512000000"},
		{"W2", "D:PAI(A;OICI;0x1200a9;;;BU)(D;ID;0x2;;;WD)", "0100049400000000000000000000000014000000040034000200000000031800a9001200010200000000000520000000210200000110140002000000010100000000000100000000"},
		{"W3 empty list", "D:", "0100048000000000000000000000000014000000" + "0400080000000000"},
		{"W3 nothing", "", "0100008000000000000000000000000000000000"},
		{"W4", "O:BAG:BAD:P", "010004901400000024000000000000003400000001020000000000052000000020020000010200000000000520000000200200000400080000000000"},
		{"audit", "O:SYG:BAS:(AU;SAFA;0x1f01ff;;;WD)", "01001080140000002000000030000000000000000101000000000005120000000102000000000005200000002002000004001c000100000002c01400ff011f00010100000000000100000000"},
		{"object", "D:(OA;;CR;ab721a53-1e2f-11d0-9819-00aa0040529b;;WD)", "0100048000000000000000000000000014000000" + "0400300001000000050028000001000001000000531a72ab2f1ed011981900aa0040529b010100000000000100000000"},
		{"inheritance required", "D:AR(A;;0x1;;;OW)", "010004810000000000000000000000001400000004001c00010000000000140001000000010100000000000304000000"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := parse(t, c.sddl)
			for _, list := range []*ACL{d.DACL, d.SACL} {
				if list != nil {
					list.Revision = 4 // Samba's; Windows writes 2 where 4 is not needed
				}
			}
			b, err := d.Encode()
			if got := hex.EncodeToString(b); err != nil || got != c.hex {
				t.Fatalf("got  %s %v\nwant %s", got, err, c.hex)
			}
			back, err := Decode(b)
			if err != nil || !back.Equal(d) {
				t.Errorf("read again: %+v %v", back, err)
			}
		})
	}
}

func TestW5toW7AsWindowsWrites(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"W5 16", "D:(A;;16;;;LG)", "D:(A;;RP;;;LG)"},
		{"W5 17", "D:(A;;17;;;LG)", "D:(A;;CCRP;;;LG)"},
		{"W5 0xff", "D:(A;;0xff;;;LG)", "D:(A;;CCDCLCSWRPWPDTLO;;;LG)"},
		{"W5 0xf01ff", "D:(A;;0xf01ff;;;LG)", "D:(A;;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;LG)"},
		{"W5 0xe00f0000", "D:(A;;0xe00f0000;;;LG)", "D:(A;;SDRCWDWOGXGWGR;;;LG)"},
		{"W5 decimal", "D:(A;;123456789;;;LG)", "D:(A;;0x75bcd15;;;LG)"},
		{"W5 octal", "D:(A;;01234567;;;LG)", "D:(A;;0x53977;;;LG)"},
		{"W5 FAGX", "D:(A;;FAGX;;;LG)", "D:(A;;0x201f01ff;;;LG)"},
		{"W5 0x1ff", "D:(A;;0x1ff;;;LG)", "D:(A;;CCDCLCSWRPWPDTLOCR;;;LG)"},
		{"W5 file rights", "D:(A;;0x1f01ff;;;WD)(A;;0x120089;;;WD)", "D:(A;;FA;;;WD)(A;;FR;;;WD)"},
		{"W6 ARPAI", "D:ARPAI(A;;GA;;;SY)", "D:PARAI(A;;GA;;;SY)"},
		{"W6 AIPAR", "D:AIPAR(A;;GA;;;SY)", "D:PARAI(A;;GA;;;SY)"},
		{"W6 PARP", "D:PARP(A;;GA;;;SY)", "D:PAR(A;;GA;;;SY)"},
		{"W6 twelve P", "D:PPPPPPPPPPPP(A;;GA;;;SY)", "D:P(A;;GA;;;SY)"},
		{"W6 S first", "S:D:P", "D:PS:"},
		{"W6 empty lists", "S:D:", "D:S:"},
		{"W6 space between rights", "D:AI(A;CI;RP LCLORC;;;AU)", "D:AI(A;CI;LCRPLORC;;;AU)"},
		{"W6 space before rights", "D:(A;; GA;;;LG)", "D:(A;;GA;;;LG)"},
		{"W7 hex authority", "O:S-1-0x2-3-4", "O:S-1-2-3-4"},
		{"W7 hex sub-authority", "O:S-1-3-0x00000002-3-4", "O:S-1-3-2-3-4"},
		{"W7 great authority", "O:S-1-5000000000-30-40", "O:S-1-0x12A05F200-30-40"},
		{"W7 greater authority", "D:(A;;CC;;;S-1-21474836480-32-579)", "D:(A;;CC;;;S-1-0x500000000-32-579)"},
		{"W7 D after hex", "O:S-1-2-0x200D:", "O:S-1-2-512D:"},
		{"null list", "O:BAD:NO_ACCESS_CONTROL", "O:BAD:NO_ACCESS_CONTROL"},
		{"protected null list", "D:PNO_ACCESS_CONTROL", "D:PNO_ACCESS_CONTROL"},
		{"label", "S:(ML;;NW;;;LW)", "S:(ML;;NW;;;LW)"},
		{"policy", "S:(SP;;;;;S-1-17-1)", "S:(SP;;;;;S-1-17-1)"},
		{"trust", "S:(TL;;RC;;;S-1-19-512-8192)", "S:(TL;;RC;;;S-1-19-512-8192)"},
		{"small s", "O:s-1-5-18", "O:SY"},
		{"registry", "D:(A;;KA;;;SY)(A;;KR;;;SY)", "D:(A;;CCDCLCSWRPWPSDRCWDWO;;;SY)(A;;CCSWRPRC;;;SY)"},
		{
			"GUIDs", "D:(OA;CIIO;RP;037088F8-0ae1-11d2-b422-00a0c968f939;4828CC14-1437-45bc-9B07-AD6F015E5F28;RU)",
			"D:(OA;CIIO;RP;037088f8-0ae1-11d2-b422-00a0c968f939;4828cc14-1437-45bc-9b07-ad6f015e5f28;RU)",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := parse(t, c.in).FormatSDDL(inDomain())
			if err != nil || got != c.want {
				t.Errorf("got %s %v\nwant %s", got, err, c.want)
			}
		})
	}
}

func TestW8Refused(t *testing.T) {
	for _, s := range []string{
		"Z:(A;;GA;;;SY)", "D:(Antlers;;GA;;;SY)", "Q:(A;;GA;;;RU)", "d:(A;;GA;;;LG)", "D:((A;;GA;;;LG))", "D:(A;;GA;;)",
		"D :S:", "S:(AU;SA;CROOO;;;WD)", "D:(A;;GA;;;S-1-0x1313131313131-513)", "D:(A;;GA;a;;SY)", "D:P:S:",
		"D:(OA;;GA;00potato7c1;;WD)", "D:(Ā;;GA;;;LG)", "D:(A;;123456789 ;;;LG)", "D:(A;;0x75bcd15\t;;;LG)", "D:(A;; 0x75bcd15;;;LG",
		"D:(A;;0x 75bcd15;;;LG)", "D:(A;;GA ;;;LG)", "D:(A;;RP ;;;LG)", "D:(A;;GA;;;S-1-3-4 )",
		"D:(OA;;GA; f30e3bbf-9ff0-11d1-b603-0000f80367c1;;WD)", "D:(OA;;GA;f30e3bbf-9ff0-11d1-b603-0000f80367c1 ;;WD)",
		"D:(OA;;GA;;{f30e3bbf-9ff0-11d1-b603-0000f80367c1};WD)", "D:(OA;;GA;;0123456789abcdef;WD)",
		"D:AI(A;CI;RP LCLOR C;;;AU)", "D:AI(A;CI;RP LC\tLORC;;;AU)", "D:AI(A;CI;RP LC\t LORC;;;AU)",
		"O:S", "O:S-", "O:S-1", "O:S-10", "O:S-0", "O:S-1-", "O:S-0x1", "O:S-0x1-", "O:", "O:XX", "O:S-1-5", "O:SYO:SY",
		"D:(A;;GA;;;SY;)", "D:(A;;GA;;;SY;;)", "D:NO_ACCESS_CONTROL(A;;GA;;;SY)",
		// W9: only loose reading takes these.
		"D:(a;;GA;;;LG)", "D:(A;;ga;;;LG)", "D:(A;;GA;;;lg)", "D: (A;;GA;;;LG)", "D:(A;;0x123456789;;;LG)", "D:(A;;-99;;;LG)", "O:S-0x1-20-0-579",
		// W10: Windows refuses entries that audit in a DACL.
		"D:(A;;RP;;;WD)(AU;SA;CR;;;BA)", "S:(A;;RP;;;WD)",
	} {
		_, err := ParseSDDL(s, inDomain())
		var syntax *SyntaxError
		if !errors.As(err, &syntax) {
			t.Errorf("%q: no syntax error, but %v", s, err)
		}
	}
	if _, err := ParseSDDL("O:DA", SDDLOptions{}); err == nil || !strings.Contains(err.Error(), "domain") {
		t.Errorf("a pair of an unknown domain: %v", err)
	}
}

func TestW9Loose(t *testing.T) {
	opts := inDomain()
	opts.Loose = true
	for in, want := range map[string]string{
		"D:(A;;GA;;; LG)":                 "D:(A;;GA;;;LG)",
		"D: (A;;GA;;;LG)":                 "D:(A;;GA;;;LG)",
		"D: AI(A;;GA;;;LG)":               "D:AI(A;;GA;;;LG)",
		"D:(a;;GA;;;LG)":                  "D:(A;;GA;;;LG)",
		"D:(A;;GA;;;lg)":                  "D:(A;;GA;;;LG)",
		"D:(A;;ga;;;LG)":                  "D:(A;;GA;;;LG)",
		"D: S:":                           "D:S:",
		"D:P (A;;GA;;;LG)":                "D:P(A;;GA;;;LG)",
		"D:P(A;;GA;;;LG) (A;;GX;;;AA)":    "D:P(A;;GA;;;LG)(A;;GX;;;AA)",
		"D:(A; ;GA;;;LG)":                 "D:(A;;GA;;;LG)",
		"D:(A;;GA;;;WD )":                 "D:(A;;GA;;;WD)",
		"D:(A;;GA;; ;S-1-3-4)":            "D:(A;;GA;;;OW)",
		"D:(A;;GA; ;;S-1-333-4)":          "D:(A;;GA;;;S-1-333-4)",
		"  O:AA   ":                       "O:AA",
		"  O:AA G:WD  ":                   "O:AAG:WD",
		"O:S- 1- 2-3":                     "O:S-1-2-3",
		"D:(A;;0x123456789;;;LG)":         "D:(A;;0xffffffff;;;LG)",
		"D:(A;;CC;;;S-0x1-0-0-579)":       "D:(A;;CC;;;S-1-0-0-1401)",
		"O:S-0x1-20-0-579":                "O:S-1-32-0-1401",
		"D:(A;;GA;;;S-1-3-4294967296-3)":  "D:(A;;GA;;;S-1-3-4294967295-3)",
		"D:(A;;GA;;;S-1-3-0x100000000-3)": "D:(A;;GA;;;S-1-3-4294967295-3)",
		"D:(A;;-99;;;LG)":                 "D:(A;;0xffffff9d;;;LG)",
		"D:(A;;-0xffffff55;;;LG)":         "D:(A;;CCDCSWWPLO;;;LG)",
		"D:(A;;-9876543210;;;LG)":         "D:(A;;CC;;;LG)",
		"D:(A;;100000000000000000;;;LG)":  "D:(A;;0xffffffff;;;LG)",
	} {
		d, err := ParseSDDL(in, opts)
		if err != nil {
			t.Error(err)
			continue
		}
		if got, err := d.FormatSDDL(inDomain()); err != nil || got != want {
			t.Errorf("%q: got %s %v, want %s", in, got, err, want)
		}
	}
}

// someone is the caller of Samba's test: a user, its group, everyone, authenticated.
func someone() Subject {
	return Subject{User: NewSID(5, 21, 1, 2, 3, 1000), Groups: []Group{{SID: NewSID(5, 21, 1, 2, 3, 513)}, {SID: Everyone()}, {SID: AuthenticatedUsers()}}}
}

const me = "S-1-5-21-1-2-3-1000"

// sambaAnswer is one line of the table of Samba 4.17. Where Windows answers otherwise
// by MS-DTYP, its answer stands beside it.
type sambaAnswer struct {
	name, sddl      string
	wanted, granted Mask // granted 0: denied
	windows         Mask // granted by WindowsRules, where that is different
	differs         bool
}

func TestW11toW17(t *testing.T) {
	mine := "O:" + me + "G:BAD:"
	for _, c := range []sambaAnswer{
		{"W19 null dacl (control DP absent)", "O:BAG:BA", 0x1f01ff, 0, 0x1f01ff, true},
		{"W11 empty dacl non-owner", "O:BAG:BAD:", 1, 0, 0, false},
		{"W11 owner READ_CONTROL", mine, 0x20000, 0x20000, 0, false},
		{"W11 owner WRITE_DAC", mine, 0x40000, 0x40000, 0, false},
		{"W11 owner WRITE_OWNER", mine, 0x80000, 0, 0, false},
		{"W11 owner DELETE", mine, 0x10000, 0, 0, false},
		{"W11 owner FILE_READ", mine, 0x1, 0, 0, false},
		{"W11 owner MAX", mine, MaximumAllowed, 0x60000, 0, false},
		{"W12 owner rights, WRITE_DAC", mine + "(A;;0x20000;;;OW)", 0x40000, 0, 0, false},
		{"W12 owner rights, READ_CONTROL", mine + "(A;;0x20000;;;OW)", 0x20000, 0x20000, 0, false},
		{"W13 deny before allow", "O:BAG:BAD:(D;;0x2;;;WD)(A;;0x3;;;WD)", 3, 0, 0, false},
		{"W13 ask what is not denied", "O:BAG:BAD:(D;;0x2;;;WD)(A;;0x3;;;WD)", 1, 1, 0, false},
		{"W13 allow before deny", "O:BAG:BAD:(A;;0x3;;;WD)(D;;0x2;;;WD)", 3, 3, 0, false},
		{"W14 split", "O:BAG:BAD:(A;;1;;;" + me + ")(A;;2;;;S-1-5-21-1-2-3-513)", 3, 3, 0, false},
		{"W14 incomplete", "O:BAG:BAD:(A;;1;;;" + me + ")", 3, 0, 0, false},
		{"W15 inherit-only ignored", "O:BAG:BAD:(A;OICIIO;0x3;;;WD)", 1, 0, 0, false},
		{"W15 inherit-only deny ignored", "O:BAG:BAD:(D;IO;0x3;;;WD)(A;;0x3;;;WD)", 3, 3, 0, false},
		{"generic in an entry", "O:BAG:BAD:(A;;GA;;;WD)", 1, 0, 1, true},
		{"generic in both", "O:BAG:BAD:(A;;GA;;;WD)", GenericAll, GenericAll, FileAll, true},
		{"deny of what is granted", "O:BAG:BAD:(A;;1;;;" + me + ")(D;;1;;;" + me + ")", 1, 1, 0, false},
		{"deny one bit", "O:BAG:BAD:(D;;1;;;WD)(A;;3;;;WD)", 3, 0, 0, false},
		{"W16 deny first", "O:BAG:BAD:(D;;0x2;;;WD)(A;;0x7;;;WD)", MaximumAllowed, 5, 0, false},
		{"W16 allow first", "O:BAG:BAD:(A;;0x7;;;WD)(D;;0x2;;;WD)", MaximumAllowed, 7, 0, false},
		{"WRITE_OWNER by an entry", "O:BAG:BAD:(A;;0x80000;;;WD)", 0x80000, 0x80000, 0, false},
		{"W18 deny for another", "O:BAG:BAD:(D;;0x1;;;BG)(A;;0x1;;;WD)", 1, 1, 0, false},
		{"W17 audit without privilege", "O:BAG:BAD:(A;;0x1f01ff;;;WD)", AccessSystemSecurity, 0, 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := parse(t, c.sddl)
			if v := d.Decide(someone(), c.wanted, Object{Rules: SambaRules}); v.Granted != c.granted || v.Allowed != (c.granted != 0) {
				t.Errorf("Samba: %+v, want 0x%x", v, c.granted)
			}
			want := c.granted
			if c.differs {
				want = c.windows
			}
			if v := d.Decide(someone(), c.wanted, Object{}); v.Granted != want || v.Allowed != (want != 0) {
				t.Errorf("Windows: %+v, want 0x%x", v, want)
			}
		})
	}
	if v := parse(t, "O:BAG:BAD:").Decide(someone(), 0, Object{}); !v.Allowed || v.Reason != NothingAsked {
		t.Errorf("W18 nothing asked: %+v", v)
	}
	if v := parse(t, "O:BAG:BAD:").Decide(someone(), AccessSystemSecurity, Object{}); v.Status != StatusPrivilegeNotHeld {
		t.Errorf("W17: %+v", v)
	}
}

// The lines of the same table about privileges, on an empty DACL.
func TestW17Privileges(t *testing.T) {
	d := parse(t, "O:BAG:BAD:")
	gives := map[Privileges]Mask{SeTakeOwnership: WriteOwner, SeSecurity: AccessSystemSecurity, SeBackup: 0, SeRestore: 0}
	for p, given := range gives {
		s := someone()
		s.Privileges = p
		for _, wanted := range []Mask{WriteOwner, AccessSystemSecurity, 1, 2, Delete} {
			for _, rules := range []Rules{WindowsRules, SambaRules} {
				v := d.Decide(s, wanted, Object{Rules: rules})
				status := StatusAccessDenied
				switch {
				case given&wanted != 0:
					status = StatusSuccess
				case wanted == AccessSystemSecurity:
					status = StatusPrivilegeNotHeld
				}
				if v.Status != status || v.Allowed != (status == StatusSuccess) {
					t.Errorf("rules %d, privilege %d, wanted 0x%x: %+v", rules, p, wanted, v)
				}
			}
		}
	}
}
