package nt

import (
	"bytes"
	"reflect"
	"slices"
	"testing"
)

// What is read is written back to the same value; what is refused answers nothing.

func FuzzDecode(f *testing.F) {
	for _, s := range []string{"O:BAG:SYD:PAI(A;OICI;FA;;;BU)(D;ID;0x2;;;WD)S:(AU;SAFA;FA;;;WD)(ML;;NW;;;LW)", "D:(OA;;CR;ab721a53-1e2f-11d0-9819-00aa0040529b;;WD)(XA;;FA;;;WD;(a == 1))"} {
		d, err := ParseSDDL(s, SDDLOptions{})
		if err != nil {
			f.Fatal(err)
		}
		for _, l := range []Layout{SambaLayout, WindowsLayout} {
			b, _ := d.EncodeAs(l)
			f.Add(b)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := Decode(b)
		if err != nil {
			if !reflect.DeepEqual(d, Descriptor{}) {
				t.Fatal("an error with a value")
			}
			return
		}
		again, err := d.Encode()
		if err != nil {
			t.Fatal(err)
		}
		back, err := Decode(again)
		if err != nil || !back.Equal(d) {
			t.Fatalf("%+v\n%+v %v", d, back, err)
		}
		d.Decide(someone(), MaximumAllowed, Object{})
		d.Problems()
		if text, err := d.FormatSDDL(SDDLOptions{}); err == nil {
			if _, err := ParseSDDL(text, SDDLOptions{}); err != nil && !misplaced(d.DACL, false) && !misplaced(d.SACL, true) {
				t.Fatal(err)
			}
		}
	})
}

func FuzzParseSDDL(f *testing.F) {
	for _, s := range []string{
		"O:BAG:SYD:PAI(A;OICI;FA;;;BU)(D;ID;0x2;;;WD)S:(AU;SAFA;FA;;;WD)(ML;;NW;;;LW)", "D:NO_ACCESS_CONTROL", "O:S-1-2-0x200D:",
		`D:(XA;;FA;;;WD;(@User.a == {1, "x"} && !(Member_of {SID(BA)})))S:(RA;;;;;WD;("n",TI,0x0,1,-2))`, "D:(OA;;CR;ab721a53-1e2f-11d0-9819-00aa0040529b;;WD)",
	} {
		f.Add(s, false)
		f.Add(s, true)
	}
	f.Fuzz(func(t *testing.T, s string, loose bool) {
		opts := inDomain()
		opts.Loose = loose
		d, err := ParseSDDL(s, opts)
		if err != nil {
			return
		}
		text, err := d.FormatSDDL(inDomain())
		if err != nil {
			t.Fatal(err)
		}
		back, err := ParseSDDL(text, inDomain())
		if err != nil || !back.Equal(d) {
			t.Fatalf("%q\n%q\n%+v\n%+v %v", s, text, d, back, err)
		}
		b, err := d.Encode()
		if err != nil {
			return
		}
		if bin, err := Decode(b); err != nil || !bin.Equal(d) {
			t.Fatalf("%q: %+v %v", s, bin, err)
		}
	})
}

func FuzzCondition(f *testing.F) {
	for _, s := range []string{`(@User.a == {1, "x"} && !(Member_of {SID(BA)}))`, `(a == #01 || Exists b)`, `(@Device.b >= -0x5)`} {
		c, _ := ParseCondition(s, SDDLOptions{})
		f.Add(c.Encode())
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := DecodeCondition(b)
		if err != nil {
			return
		}
		if back, err := DecodeCondition(c.Encode()); err != nil || !reflect.DeepEqual(back, c) {
			t.Fatalf("%+v\n%+v %v", c, back, err)
		}
		text := c.Format(SDDLOptions{})
		again, err := ParseCondition(text, SDDLOptions{})
		if err != nil || again.Format(SDDLOptions{}) != text {
			t.Fatalf("%q %q %v", text, again.Format(SDDLOptions{}), err)
		}
		facts := Facts{Member: func(SID) bool { return true }}
		if c.Evaluate(facts) != again.Evaluate(facts) {
			t.Fatalf("%q decides otherwise", text)
		}
	})
}

func FuzzClaim(f *testing.F) {
	f.Add(Claim{Name: "n", Kind: Text, Values: []Value{{Kind: Text, Text: "x"}}}.Encode())
	f.Add(Claim{Name: "n", Kind: Account, Values: []Value{{Kind: Account, SID: System()}}}.Encode())
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := DecodeClaim(b)
		if err != nil {
			return
		}
		if back, err := DecodeClaim(c.Encode()); err != nil || !reflect.DeepEqual(back, c) {
			t.Fatalf("%+v\n%+v %v", c, back, err)
		}
		p := sddlParser{text: c.Format(SDDLOptions{}), notation: "SDDL"}
		if back, err := p.claim(); err != nil || !reflect.DeepEqual(back, c) {
			t.Fatalf("%+v\n%+v %v", c, back, err)
		}
	})
}

func FuzzNTACL(f *testing.F) {
	d, _ := ParseSDDL("O:BAG:SYD:(A;;FA;;;SY)", SDDLOptions{})
	for v := 1; v <= 4; v++ {
		b, _ := NTACL{Version: v, Description: "acl_xattr", Descriptor: d}.Encode()
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		n, err := DecodeNTACL(b)
		if err != nil {
			return
		}
		again, err := n.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if back, err := DecodeNTACL(again); err != nil || !back.Descriptor.Equal(n.Descriptor) || back.Hash != n.Hash {
			t.Fatalf("%+v\n%+v %v", n, back, err)
		}
	})
}

func FuzzTexts(f *testing.F) {
	f.Add("REVISION:0x1\nCONTROL:0x8004\nOWNER:S-1-5-32-544\nACL:S-1-1-0:ALLOWED/OI|CI/RWX\n")
	f.Add("x BUILTIN\\Guests:(N)\n  Everyone:(I)(OI)(RX,WD)\n")
	f.Fuzz(func(t *testing.T, s string) {
		for _, dialect := range []CIFSDialect{GetCIFSACL, SMBCACLs} {
			if d, err := ParseCIFS(s, dialect, Names{}); err == nil {
				text, err := d.FormatCIFS(dialect, Names{})
				if err != nil {
					t.Fatal(err)
				}
				if back, err := ParseCIFS(text, dialect, Names{}); err != nil || !back.Equal(d) {
					t.Fatalf("%q\n%q\n%+v\n%+v %v", s, text, d, back, err)
				}
			}
		}
		if d, err := ParseIcacls(s, "", Names{}); err == nil {
			text, err := d.FormatIcacls("x", Names{})
			if err != nil {
				t.Fatal(err)
			}
			if back, err := ParseIcacls(text, "x", Names{}); err != nil || !back.Equal(d) {
				t.Fatalf("%q\n%q\n%+v\n%+v %v", s, text, d, back, err)
			}
		}
	})
}

func FuzzIcaclsFile(f *testing.F) {
	f.Add([]byte("dir\r\nD:AI(A;ID;FA;;;SY)\r\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		saved, err := DecodeIcaclsFile(b, SDDLOptions{})
		if err != nil {
			return
		}
		again, err := EncodeIcaclsFile(saved, SDDLOptions{})
		if err != nil {
			return
		}
		back, err := DecodeIcaclsFile(again, SDDLOptions{})
		if err != nil || len(back) != len(saved) {
			t.Fatalf("%+v\n%+v %v", saved, back, err)
		}
		twice, _ := EncodeIcaclsFile(back, SDDLOptions{})
		if !bytes.Equal(again, twice) {
			t.Fatalf("%q\n%q", again, twice)
		}
	})
}

func FuzzSID(f *testing.F) {
	f.Add("S-1-5-21-0x10-4294967295")
	f.Fuzz(func(t *testing.T, s string) {
		sid, err := ParseSID(s)
		if err != nil {
			return
		}
		if back, err := ParseSID(sid.String()); err != nil || back != sid {
			t.Fatalf("%q %q %v", s, sid, err)
		}
		if back, n, err := DecodeSID(sid.Encode()); err != nil || back != sid || n != sid.size() {
			t.Fatalf("%q %v", s, err)
		}
	})
}

// misplaced reports whether a list has entries that belong into the other one: they
// are shown, and not read.
func misplaced(a *ACL, system bool) bool {
	if a == nil {
		return false
	}
	return slices.ContainsFunc(a.Entries, func(e ACE) bool { return e.Type.inSACL() != system })
}
