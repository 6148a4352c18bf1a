package nt

import (
	"bytes"
	"encoding/hex"
	"math/rand/v2"
	"strings"
	"testing"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestEveryLayoutReadsBack(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	for range 3000 {
		d := someDescriptor(r)
		if d.Control&DACLPresent == 0 {
			d.DACL = nil
		}
		for _, l := range []Layout{SambaLayout, WindowsLayout, NTFS3GLayout} {
			b, err := d.EncodeAs(l)
			if err != nil {
				t.Fatal(err)
			}
			if back, err := Decode(b); err != nil || !back.Equal(d) {
				t.Fatalf("%+v\n%+v %v", d, back, err)
			}
		}
		text, err := d.FormatSDDL(SDDLOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if back, err := ParseSDDL(text, SDDLOptions{}); err != nil || !back.Equal(d) {
			t.Fatalf("%s\n%+v\n%+v %v", text, d, back, err)
		}
	}
}

func TestTextsReadBack(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	for range 3000 {
		d := someDescriptor(r)
		d.Control = SelfRelative | DACLPresent
		d.SACL, d.DACL = nil, someACL(r)
		if len(d.DACL.Entries) == 0 {
			continue
		}
		for _, dialect := range []CIFSDialect{GetCIFSACL, SMBCACLs} {
			text, err := d.FormatCIFS(dialect, Names{})
			if err != nil {
				t.Fatal(err)
			}
			if back, err := ParseCIFS(text, dialect, Names{}); err != nil || !back.Equal(d) {
				t.Fatalf("%s\n%+v\n%+v %v", text, d, back, err)
			}
		}
		text, err := d.FormatIcacls(`C:\a dir`, Names{})
		if err != nil {
			t.Fatal(err)
		}
		back, err := ParseIcacls(text, `C:\a dir`, Names{})
		if err != nil || !back.DACL.Equal(d.DACL) {
			t.Fatalf("%s\n%+v\n%+v %v", text, d.DACL, back.DACL, err)
		}
		file, err := EncodeIcaclsFile([]Saved{{"x", d}, {"y", d}}, SDDLOptions{})
		if err != nil {
			t.Fatal(err)
		}
		saved, err := DecodeIcaclsFile(file, SDDLOptions{})
		if err != nil || len(saved) != 2 || saved[1].Path != "y" || !saved[1].Descriptor.DACL.Equal(d.DACL) {
			t.Fatalf("%+v %v", saved, err)
		}
	}
}

func TestIcaclsText(t *testing.T) {
	d := parse(t, "D:AI(D;;FA;;;BG)(A;OICI;FA;;;BA)(A;OICIID;0x1301bf;;;AU)(A;OICIIOID;GA;;;CO)(A;ID;0x1201bf;;;BU)(A;CI;LC;;;S-1-5-21-1-2-3-1000)S:(ML;OINPIO;NW;;;HI)")
	want := `C:\PS BUILTIN\Guests:(N)
      BUILTIN\Administrators:(OI)(CI)(F)
      NT AUTHORITY\Authenticated Users:(I)(OI)(CI)(M)
      CREATOR OWNER:(I)(OI)(CI)(IO)(GA)
      BUILTIN\Users:(I)(RX,W)
      *S-1-5-21-1-2-3-1000:(CI)(AD)
      Mandatory Label\High Mandatory Level:(OI)(NP)(IO)(NW)
`
	got, err := d.FormatIcacls(`C:\PS`, Names{})
	if err != nil || got != want {
		t.Fatalf("got\n%s%v", got, err)
	}
	back, err := ParseIcacls(got+"\nSuccessfully processed 1 files; Failed processing 0 files\n", `C:\PS`, Names{})
	if err != nil || !back.DACL.Equal(d.DACL) || !back.SACL.Equal(d.SACL) {
		t.Errorf("%+v %v", back, err)
	}
	for _, bad := range []string{"Everyone", "Nobody:(F)", "Everyone:(XX)(F)", "Everyone:(F,Q)", "Everyone:()"} {
		if _, err := ParseIcacls(bad, "", Names{}); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
}

// What setcifsacl makes of its words (models: executed with cifs-utils).
func TestCIFSWords(t *testing.T) {
	for text, want := range map[string]Mask{"R": 0x1200a9, "CHANGE": 0x1301bf, "RWXDPO": 0xf01ff, "FULL": 0x1f01ff, "0x120116": 0x120116} {
		d, err := ParseCIFS("ACL:S-1-1-0:DENIED/0x0/"+text, GetCIFSACL, Names{})
		if err != nil || d.DACL.Entries[0].Mask != want || d.DACL.Entries[0].Type != Deny {
			t.Errorf("%s: %+v %v", text, d.DACL, err)
		}
	}
	d, err := ParseCIFS("REVISION:0x1\nCONTROL:0x8004\nOWNER:S-1-5-32-544\nGROUP:S-1-5-18\nACL:S-1-1-0:ALLOWED/0x0/FULL\nACL:S-1-1-0:0x1/0x13/0x120116\n", GetCIFSACL, Names{})
	if err != nil || d.Owner != Administrators() || d.Group != System() || d.DACL.Entries[1].Flags != 0x13 {
		t.Errorf("%+v %v", d, err)
	}
	for _, bad := range []string{"ACL", "ACL:x", "ACL:S-1-1-0:A/0x0/FULL", "ACL:S-1-1-0:ALLOWED/ZZ/FULL", "ACL:S-1-1-0:ALLOWED/0x0/Q", "CONTROL:x", "REVISION:2", "OWNER:nobody at all"} {
		if _, err := ParseCIFS(bad, GetCIFSACL, Names{}); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
}

// W20 and the other versions, as Samba 4.17 writes them.
func TestW20NTACL(t *testing.T) {
	aa, bb := strings.Repeat("aa", 64), strings.Repeat("bb", 64)
	sd := func(base int) string {
		off := func(n int) string { return hex.EncodeToString([]byte{byte(base + n), byte((base + n) >> 8), 0, 0}) }
		return "01000480" + off(0x14) + off(0x24) + "00000000" + off(0x30) +
			"0102000000000005200000002002000001010000000000051200000004001c000100000000001400ff011f00010100000000000512000000"
	}
	want := parse(t, "O:BAG:SYD:(A;;0x1f01ff;;;SY)")
	want.DACL.Revision = 4
	for _, c := range []struct{ name, hex string }{
		{"1", "0100010000000200" + sd(8)},
		{"2", "020002000000020004000200" + strings.Repeat("00", 16) + sd(0x1c)},
		{"3", "0300030000000200040002000100" + aa + "0000" + sd(0x50)},
		{"4", "0400040000000200040002000100" + aa + "61636c5f78617474720000005af64cf5d401" + bb + sd(0xa0)},
	} {
		b := unhex(t, c.hex)
		n, err := DecodeNTACL(b)
		if err != nil || !n.Descriptor.Equal(want) {
			t.Errorf("version %s: %+v %v", c.name, n, err)
			continue
		}
		if back, err := n.Encode(); err != nil || !bytes.Equal(back, b) {
			t.Errorf("version %s: %x %v\nwant      %x", c.name, back, err, b)
		}
	}
	n, err := DecodeNTACL(unhex(t, "0100010000000200"+sd(0)))
	if err != nil || !n.Descriptor.Equal(want) {
		t.Errorf("offsets from the descriptor: %+v %v", n, err)
	}
}
