package acl_test

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os/exec"
	"regexp"
	"testing"

	"ward/acl"
	"ward/ident"
	"ward/internal/requires"
	"ward/mode"
)

// tarNames gives every id a name.
type tarNames struct{}

func (tarNames) UserName(id ident.UID) string  { return fmt.Sprintf("u%d", id) }
func (tarNames) GroupName(id ident.GID) string { return fmt.Sprintf("g%d", id) }

// bsdtar reads lists as FormatLibarchive and FormatSolaris (S3) write them, with names
// and without, and writes each as FormatLibarchive does (P34).
func TestBsdtarWritesTheSameLists(t *testing.T) {
	requires.Tool(t, "bsdtar")
	r := rand.New(rand.NewPCG(34, 3))
	numbers := regexp.MustCompile(`(:[rwx-]{3}):[0-9]+`) // which the text of Solaris does not have
	var texts, want []string
	for range 500 {
		l := tarList(r)
		text := l.FormatLibarchive(tarNames{})
		texts = append(texts, text, l.FormatSolaris(nil, tarNames{}), l.FormatLibarchive(nil))
		want = append(want, text, numbers.ReplaceAllString(text, "$1"), l.FormatLibarchive(nil))
	}
	for i, got := range throughBsdtar(t, texts) {
		if got != want[i] {
			t.Fatalf("bsdtar reads %q as %q, want %q", texts[i], got, want[i])
		}
	}
}

// tarList is a list that a mode does not say whole.
func tarList(r *rand.Rand) acl.List {
	rights := func() mode.Rights { return mode.Rights(r.IntN(8)) }
	l := acl.List{{Tag: acl.UserObj, ID: acl.NoID, Rights: rights()}}
	for id := range uint32(1 + r.IntN(3)) {
		l = append(l, acl.Entry{Tag: acl.User, ID: 1000 + id, Rights: rights()})
	}
	l = append(l, acl.Entry{Tag: acl.GroupObj, ID: acl.NoID, Rights: rights()})
	for id := range uint32(r.IntN(3)) {
		l = append(l, acl.Entry{Tag: acl.Group, ID: 2000 + id, Rights: rights()})
	}
	return append(l, acl.Entry{Tag: acl.Mask, ID: acl.NoID, Rights: rights()}, acl.Entry{Tag: acl.Other, ID: acl.NoID, Rights: rights()})
}

// throughBsdtar is what bsdtar writes for texts of SCHILY.acl.access.
func throughBsdtar(t *testing.T, texts []string) []string {
	t.Helper()
	const key = "SCHILY.acl.access"
	var in, out bytes.Buffer
	w := tar.NewWriter(&in)
	for i, s := range texts {
		h := &tar.Header{Name: fmt.Sprint("f", i), Mode: 0o644, Format: tar.FormatPAX, PAXRecords: map[string]string{key: s}}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("bsdtar", "-cf", "-", "--format=pax", "@-")
	cmd.Stdin, cmd.Stdout = &in, &out
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	got := make([]string, len(texts))
	for r, i := tar.NewReader(&out), 0; ; i++ {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return got
		}
		if err != nil {
			t.Fatal(err)
		}
		got[i] = h.PAXRecords[key]
	}
}
