package nt

import (
	"bufio"
	"bytes"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"strings"
	"testing"

	"ward/internal/requires"
)

// Samba decides the same generated questions, and reads the same bytes.
func TestSambaDecidesAlike(t *testing.T) {
	const python = "/usr/bin/python3"
	requires.Tool(t, python, "samba-tool")
	if out, err := exec.Command(python, "-c", "from samba.security import access_check").CombinedOutput(); err != nil {
		t.Fatalf("samba-tool is there, and its python modules are not: %s", out)
	}
	r := rand.New(rand.NewPCG(11, 11))
	var questions bytes.Buffer
	var want []string
	for range 100000 {
		line, answer := sambaQuestion(t, r)
		questions.WriteString(line)
		want = append(want, answer)
	}
	cmd := exec.Command(python, "testdata/access.py")
	asked := questions.String()
	cmd.Stdin = &questions
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(asked, "\n")
	answers := bufio.NewScanner(bytes.NewReader(out))
	for i := range want {
		if !answers.Scan() || answers.Text() != want[i] {
			t.Fatalf("question %d, %s: Samba says %q, we %q", i, lines[i], answers.Text(), want[i])
		}
	}
}

func sambaQuestion(t *testing.T, r *rand.Rand) (line, answer string) {
	d, s := someDescriptor(r), someSubject(r)
	s.Restricted, s.Integrity = nil, SID{}
	var groups []Group
	for _, g := range s.Groups {
		if !g.DenyOnly {
			groups = append(groups, g)
		}
	}
	s.Groups = groups
	s.Privileges &= SeSecurity | SeTakeOwnership
	wanted := someMask(r)
	if r.IntN(10) == 0 && d.DACL != nil && d.Control&DACLPresent != 0 {
		wanted = MaximumAllowed
	}
	b, err := d.Encode()
	if err != nil {
		t.Fatal(err)
	}
	privileges := 0
	if s.Privileges&SeSecurity != 0 {
		privileges |= 0x2000
	}
	if s.Privileges&SeTakeOwnership != 0 {
		privileges |= 0x800
	}
	line = fmt.Sprintf("%x %d %d %s", b, uint32(wanted), privileges, s.User)
	for _, g := range s.Groups {
		line += " " + g.SID.String()
	}
	v := d.Decide(s, wanted, Object{Rules: SambaRules})
	if v.Allowed {
		return line + "\n", fmt.Sprintf("granted %d", uint32(v.Granted))
	}
	return line + "\n", fmt.Sprintf("denied %d", uint32(v.Status))
}
