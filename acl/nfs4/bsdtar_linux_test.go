package nfs4_test

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ward/acl/nfs4"
	"ward/internal/requires"
)

const paxKey = "SCHILY.acl.ace"

// archived is what bsdtar writes for texts: for each the text it has instead, or "".
func archived(t *testing.T, texts []string) []string {
	t.Helper()
	var in, out, complaints bytes.Buffer
	w := tar.NewWriter(&in)
	for i, s := range texts {
		h := &tar.Header{Name: fmt.Sprintf("f%d", i), Mode: 0o644, Format: tar.FormatPAX, PAXRecords: map[string]string{paxKey: s}}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("bsdtar", "-cf", "-", "--format=pax", "@-")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = &in, &out, &complaints
	if err := cmd.Run(); err != nil && out.Len() == 0 { // it complains of texts, and goes on
		t.Fatalf("%v: %s", err, complaints.Bytes())
	}
	list := make([]string, len(texts))
	for r := tar.NewReader(&out); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return list
		}
		if err != nil {
			t.Fatal(err)
		}
		var i int
		if _, err := fmt.Sscanf(h.Name, "f%d", &i); err != nil {
			t.Fatal(err)
		}
		list[i] = h.PAXRecords[paxKey]
	}
}

// archivable is entries as libarchive can hold them: rights and flags that have
// letters, owner, group and everybody, and names and numbers.
var archivable = rapid.Custom(func(t *rapid.T) nfs4.Entry {
	e := nfs4.Entry{Type: nfs4.Type(rapid.IntRange(0, 3).Draw(t, "type")), Rights: nfs4.Rights(rapid.Uint32().Draw(t, "rights")) & nfs4.FullSet}
	e.Flags = nfs4.Flags(rapid.Uint32Range(0, 255).Draw(t, "flags")) &^ nfs4.IdentifierGroup
	switch rapid.IntRange(0, 4).Draw(t, "who") {
	case 0:
		e.Who = nfs4.Special(nfs4.Class(rapid.IntRange(1, 3).Draw(t, "class")))
		return e
	case 1:
		e.Who = nfs4.Number(rapid.Uint32Range(0, 1<<31-1).Draw(t, "id"))
	case 2:
		e.Who = nfs4.Name(rapid.StringMatching(`[a-z][a-z0-9._-]{0,6}`).Draw(t, "name"))
	default:
		e.Who = nfs4.Name(rapid.StringMatching(`[a-z][a-z@]{0,6}`).Draw(t, "name"))
		e.Who.ID, e.Who.HasID = rapid.Uint32Range(0, 1<<31-1).Draw(t, "id"), true
	}
	if rapid.Bool().Draw(t, "group") {
		e.Flags |= nfs4.IdentifierGroup
	}
	return e
})

// bsdtar reads a text and writes its own: the same text as this package, in compact
// form and in the wide one.
func TestBsdtarWritesTheSameText(t *testing.T) {
	requires.Tool(t, "bsdtar")
	var texts, want []string
	sample := rapid.SliceOfN(archivable, 1, 6)
	for i := range 1500 {
		a := nfs4.ACL{Entries: sample.Example(i)}.Canonical()
		compact := text(t, a, nfs4.Libarchive, file)
		wide, err := a.Format(nfs4.Solaris, file) // has a column for each letter, and no id behind a number
		if err != nil {
			t.Fatal(err)
		}
		texts, want = append(texts, compact, wide), append(want, compact, compact)
	}
	for i, got := range archived(t, texts) {
		if got != want[i] {
			t.Errorf("bsdtar reads %q as %q, this package as %q", texts[i], got, want[i])
		}
	}
	t.Logf("%d lists", len(texts))
}

// What bsdtar drops without a word is an error here, and the reverse, except for what
// it takes for somebody who was not named and for what it does not look at.
func TestBsdtarDropsWhatIsAnErrorHere(t *testing.T) {
	requires.Tool(t, "bsdtar")
	texts := []string{"owner@:r::allow"}
	for _, tag := range []string{"owner@", "group@", "everyone@", "user:joe", "group:7", "user", "mask", "u:joe", "sid:S-1-1-0", "interactive@", ""} {
		for _, rights := range []string{"", "r", "rwxpdDaARWcCos", "r-x", "read_data", "full_set", "y", "0x600"} {
			for _, flags := range []string{"", "fd", "-------", "g", "fdx"} {
				for _, rest := range []string{"allow", "deny", "permit", "", "allow:5", "allow:joe"} {
					texts = append(texts, tag+":"+rights+":"+flags+":"+rest)
				}
			}
		}
	}
	dropped := 0
	for i, got := range archived(t, texts) {
		a, err := nfs4.Parse(texts[i], nfs4.Libarchive, file)
		switch {
		case err != nil && got == "":
			dropped++
		case err != nil && got != "":
			if !toleratedByLibarchive(texts[i]) {
				t.Errorf("%q: bsdtar reads %q, here it is an error: %v", texts[i], got, err)
			}
		case got == "":
			if !onlyHere(texts[i]) {
				t.Errorf("%q: bsdtar drops it, and here it is %v", texts[i], a)
			}
		case got != text(t, a, nfs4.Libarchive, file):
			t.Errorf("%q: bsdtar reads %q, here it is %v", texts[i], got, a)
		}
	}
	t.Logf("%d texts, %d of them dropped by both", len(texts), dropped)
}

// toleratedByLibarchive is fields behind an entry that has no place for them, and ids
// that are no numbers: libarchive does not look at either.
func toleratedByLibarchive(s string) bool {
	return strings.Count(s, ":") > 3 && strings.Contains(s, "@:") || strings.HasSuffix(s, ":joe")
}

// onlyHere is bits without a letter.
func onlyHere(s string) bool { return strings.Contains(s, "0x") }
