package facl

import (
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"ward/internal/requires"
)

func readAll(text string) (all []Entry, err error) {
	r := NewReader(strings.NewReader(text), nil)
	for {
		e, err := r.Next()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return all, err
		}
		all = append(all, e)
	}
}

// What getfacl -R prints of a tree is read as the tree is.
func TestAgainstGetfacl(t *testing.T) {
	requires.Root(t)
	requires.Tool(t, "getfacl", "setfacl")
	dir := t.TempDir()
	script := `mkdir -p d/e && echo x >'d/a b' && setfacl -m u:77:rw,m::r 'd/a b' && setfacl -d -m g:33:rx d/e &&
cp /bin/true d/su && chmod 6751 d/su && chmod 1777 d/e && echo x >"d/$(printf 'n\nl')" && chown 12:34 d/su && chmod 6751 d/su && getfacl -Rnp d`
	cmd := exec.Command("sh", "-c", script)
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	all, err := readAll(string(out))
	if err != nil || len(all) != 5 {
		t.Fatalf("%d objects, %v, of\n%s", len(all), err, out)
	}
	for _, e := range all {
		want, err := exec.Command("stat", "-c", "%a %u %g", filepath.Join(dir, e.Path)).Output()
		if err != nil {
			t.Error(err)
		}
		if got := fmt.Sprintf("%o %s %s", uint16(e.Mode), e.User, e.Group); got != strings.TrimSpace(string(want)) {
			t.Errorf("%q is %s, stat says %s", e.Path, got, want)
		}
		switch e.Path {
		case "d/a b":
			if e.ACL.String() != "u::rw-,u:77:rw-,g::r--,m::r--,o::r--" {
				t.Errorf("%v", e.ACL)
			}
		case "d/e":
			if e.ACL != nil || !strings.Contains(e.Default.String(), "g:33:r-x") {
				t.Errorf("%v, %v", e.ACL, e.Default)
			}
		}
	}
}

func TestRefused(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"a list without path", "user::rwx\n\n", `line 1: there is no "# file:" before the list`},
		{"a path upwards", "# file: ../etc\n", `line 1: "../etc" is no path in the tree`},
		{"no list", "# file: a\n\n", `line 1: "a" has no access list`},
		{"odd flags", "# file: a\n# flags: xyz\n", `line 2: "xyz" are no flags`},
		{"half an escape", "# file: a\\0\n", "line 1: an escape is cut off"},
	} {
		_, err := readAll(c.text)
		if err == nil || err.Error() != c.want {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
	if !Is([]byte("# file: x\n# owner: root\n")) || Is([]byte("#mtree\n")) || Is(nil) {
		t.Error("the form is not recognised")
	}
}

func FuzzReader(f *testing.F) {
	f.Add([]byte("# file: a\\040b\n# owner: 1\n# group: 2\n# flags: s-t\nuser::rw-\ngroup::r--\nother::---\ndefault:user::rwx\ndefault:group::---\ndefault:other::---\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		all, _ := readAll(string(b))
		for _, e := range all {
			if e.Path == "" || e.ACL.Validate() != nil {
				t.Errorf("%+v", e)
			}
		}
	})
}
