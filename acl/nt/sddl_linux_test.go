package nt

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"strings"
	"testing"

	"ward/internal/requires"
)

// Samba makes the same bytes of what FormatSDDL writes, and what it writes itself is
// read back. Its version 4.17 knows FA and the like by other numbers than Windows, so
// that rights are given as numbers.
func TestSambaReadsAndWritesTheSameSDDL(t *testing.T) {
	const python = "/usr/bin/python3"
	requires.Tool(t, python, "samba-tool")
	domain := SDDLOptions{Machine: NewSID(5, 21, 1, 2, 3), Domain: NewSID(5, 21, 1, 2, 3), Forest: NewSID(5, 21, 1, 2, 3)}
	r := rand.New(rand.NewPCG(5, 3))
	var asked bytes.Buffer
	var want []Descriptor
	for range 5000 {
		d := sddlDescriptor(r)
		want = append(want, d)
		fmt.Fprintln(&asked, numeric(t, d))
	}
	cmd := exec.Command(python, "testdata/sddl.py")
	questions := strings.Split(asked.String(), "\n")
	cmd.Stdin = &asked
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	answers := bufio.NewScanner(bytes.NewReader(out))
	for i, d := range want {
		if !answers.Scan() {
			t.Fatalf("%d answers to %d questions", i, len(want))
		}
		bytes, text, _ := strings.Cut(answers.Text(), " ")
		b, err := d.EncodeAs(SambaLayout)
		if err != nil {
			t.Fatal(err)
		}
		if bytes != hex.EncodeToString(b) {
			t.Fatalf("%s: Samba makes\n%s, we\n%x", questions[i], bytes, b)
		}
		back, err := ParseSDDL(text, domain)
		for _, a := range []*ACL{back.DACL, back.SACL} {
			if a != nil {
				a.Revision = ObjectRevision
			}
		}
		if err != nil || !back.Equal(d) {
			t.Fatalf("%s: Samba writes %s, which is read as %+v, %v", questions[i], text, back, err)
		}
	}
}

// sddlDescriptor has what Samba 4.17 has words for.
func sddlDescriptor(r *rand.Rand) Descriptor {
	someone := func() SID {
		return []SID{Everyone(), Administrators(), System(), NTFS3GUser(1001), NewSID(5, 11), NewSID(5, 21, 9, 9, 9, 1000), NewSID(3, 0), NewSID(5, 21, 1, 2, 3, 512), NewSID(16, 8192)}[r.IntN(9)]
	}
	list := func(types ...Type) *ACL {
		a := &ACL{Revision: ObjectRevision} // whatever the entries are
		for range r.IntN(5) {
			e := ACE{Type: types[r.IntN(len(types))], Flags: Flags(r.IntN(32)), Mask: Mask(r.Uint32()) & 0xf1f01ff, SID: someone()}
			if e.Type == types[0] && len(types) == 1 {
				e.Flags |= Flags(r.IntN(4)) << 6
			}
			if e.Mask == 0 {
				e.Mask = 1
			}
			a.Entries = append(a.Entries, e)
		}
		return a
	}
	d := Descriptor{Control: SelfRelative}
	if r.IntN(4) > 0 {
		d.Owner = someone()
	}
	if r.IntN(4) > 0 {
		d.Group = someone()
	}
	if r.IntN(5) > 0 {
		d.DACL = list(Allow, Deny)
		d.Control |= DACLPresent | []Control{0, DACLProtected, DACLAutoInherited, DACLInheritRequired}[r.IntN(4)]
	}
	if d.SACL = list(Audit); len(d.SACL.Entries) == 0 {
		d.SACL = nil
	} else {
		d.Control |= SACLPresent
	}
	return d
}

// numeric is SDDL with rights and SIDs as numbers.
func numeric(t *testing.T, d Descriptor) string {
	t.Helper()
	var b strings.Builder
	if !d.Owner.IsZero() {
		b.WriteString("O:" + d.Owner.String())
	}
	if !d.Group.IsZero() {
		b.WriteString("G:" + d.Group.String())
	}
	flags := map[Control]string{DACLProtected: "P", DACLAutoInherited: "AI", DACLInheritRequired: "AR"}
	for i, a := range []*ACL{d.SACL, d.DACL} { // it takes no "S:" behind flags
		if a == nil {
			continue
		}
		b.WriteString([]string{"S:", "D:"}[i])
		if i == 1 {
			b.WriteString(flags[d.Control&(DACLProtected|DACLAutoInherited|DACLInheritRequired)])
		}
		for _, e := range a.Entries {
			text, err := SDDLOptions{}.FormatACE(ACE{Type: e.Type, Flags: e.Flags, Mask: 1, SID: NewSID(1, 0)})
			if err != nil {
				t.Fatal(err)
			}
			text = strings.Replace(strings.Replace(text, ";CC;", fmt.Sprintf(";%#x;", uint32(e.Mask)), 1), ";WD)", ";"+e.SID.String()+")", 1)
			b.WriteString(text)
		}
	}
	return b.String()
}
