package nt

import "testing"

func TestLabelsTrustAndParents(t *testing.T) {
	low := someone()
	low.Integrity = NewSID(16, 0x1000)
	full := "O:BAG:BAD:(A;;FA;;;WD)"
	dir := parse(t, "O:BAG:BAD:(A;;0x41;;;WD)")
	for _, c := range []struct {
		name    string
		sddl    string
		subject Subject
		wanted  Mask
		object  Object
		allowed bool
		reason  Reason
	}{
		{"write up without a label", full, low, WriteData, Object{}, false, ByLabel},
		{"read up", full, low, FileRead, Object{}, true, AllowedByEntry},
		{"delete up", full, low, Delete, Object{}, false, ByLabel},
		{"a low label", full + "S:(ML;;NW;;;LW)", low, WriteData, Object{}, true, AllowedByEntry},
		{"no read up", full + "S:(ML;;NR;;;HI)", someone(), ReadData, Object{}, false, ByLabel},
		{"a label that is only inherited", full + "S:(ML;OICIIO;NWNRNX;;;HI)", someone(), ReadData, Object{}, true, AllowedByEntry},
		{"trust", full + "S:(TL;;FR;;;S-1-19-512-8192)", someone(), WriteData, Object{}, false, ByTrustLabel},
		{"delete by the directory", "O:BAG:BAD:", someone(), Delete, Object{Parent: &dir}, true, ByParent},
		{"attributes by the directory", "O:BAG:BAD:", someone(), ReadAttributes, Object{Parent: &dir}, true, ByParent},
		{"no more than that", "O:BAG:BAD:", someone(), Delete | ReadData, Object{Parent: &dir}, false, NotAllowed},
		{"no list", "O:BAG:BA", someone(), FileAll, Object{}, true, NoList},
		{"null list", "O:BAG:BAD:NO_ACCESS_CONTROL", someone(), FileAll, Object{}, true, NoList},
		{"self", "O:BAG:BAD:(A;;RP;;;PS)", someone(), 0x10, Object{Self: someone().User}, true, AllowedByEntry},
		{"not self", "O:BAG:BAD:(A;;RP;;;PS)", someone(), 0x10, Object{Self: Guests()}, false, NotAllowed},
	} {
		t.Run(c.name, func(t *testing.T) {
			if v := parse(t, c.sddl).Decide(c.subject, c.wanted, c.object); v.Allowed != c.allowed || v.Reason != c.reason {
				t.Errorf("%+v: %s", v, v.Reason)
			}
		})
	}
	if v := parse(t, full+"S:(SP;;;;;S-1-17-1)").Decide(someone(), 1, Object{}); !v.Allowed || !v.Doubtful {
		t.Errorf("a central policy that is not known: %+v", v)
	}
}

func TestUnknownEntriesAreKept(t *testing.T) {
	d := Descriptor{Control: SelfRelative | DACLPresent, Owner: System(), DACL: &ACL{Revision: 2, Sbz1: 7, Sbz2: 9, Entries: []ACE{
		{Type: 0x77, Flags: 0xe0, Data: "\x01\x02\x03\x04"}, {Type: Allow, Mask: 0x00e00000, SID: Everyone(), Data: "tail"},
	}}}
	b, err := d.Encode()
	if err != nil {
		t.Fatal(err)
	}
	back, err := Decode(b)
	if err != nil || !back.Equal(d) {
		t.Fatalf("%+v %v", back, err)
	}
	if _, err := d.FormatSDDL(SDDLOptions{}); err == nil {
		t.Error("an entry that SDDL cannot say was written")
	}
	if ps := d.Problems(); len(ps) != 3 {
		t.Errorf("%v", ps)
	}
	if v := d.Decide(someone(), 1, Object{}); v.Allowed || !v.Doubtful {
		t.Errorf("%+v", v)
	}
}
