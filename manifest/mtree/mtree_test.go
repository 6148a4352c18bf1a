package mtree

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"ward/acl"
	"ward/entry"
	"ward/ident"
	"ward/internal/requires"
	"ward/mode"
	"ward/packages"
)

func ExampleReader_Next() {
	r := NewReader(strings.NewReader("#mtree\n/set uname=root gname=wheel\n./bin/su type=file mode=4755\n"))
	e, err := r.Next()
	fmt.Println(e.Path, e.Kind, e.Mode.Octal(), e.User, e.Group, err)
	// Output: bin/su file 4755 root wheel <nil>
}

func readAll(text string) (all []Entry, err error) {
	r := NewReader(strings.NewReader(text))
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

// bsd is as mtree -c of FreeBSD 14 writes a tree.
const bsd = `#	   user: root
#	machine: test
#	   tree: /tmp/x
#	   date: Sun Nov 22 09:00:00 2026

# .
/set type=file uid=0 gid=0 mode=0644 nlink=1 flags=none
.               type=dir mode=0755 nlink=3 time=1795339065.473921208
    a\040b      size=3 time=1795339065.461204573 \
                sha256digest=98ea6e4f216f2fb4b69fff9b3a44842c38686ca685f3f55dc48c5d3fb1107be4

# ./sub
sub             type=dir mode=01777 nlink=2
    su          mode=4755 uid=0 uname=root flags=schg,uarch
    l           type=link mode=0755 link=../a\sb
# ./sub
..
/set gid=5
z               optional

..
`

func TestReadBSD(t *testing.T) {
	all, err := readAll(bsd)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range all {
		got = append(got, fmt.Sprintf("%s %v %s %d:%d %q %d %v %v", e.Path, e.Kind, e.Mode.Octal(), e.UID, e.GID, e.Link, e.Flags, e.Digest.Algorithm, e.Optional))
	}
	want := []string{
		`. directory 0755 0:0 "" 0  false`,
		`a b file 0644 0:0 "" 0 sha256 false`,
		`sub directory 1777 0:0 "" 0  false`,
		`sub/su file 4755 0:0 "" 16  false`,
		`sub/l symlink 0755 0:0 "../a b" 0  false`,
		`z file 0644 0:5 "" 0  true`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestReadRefuses(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"a decimal mode", "./a mode=0999", `line 1: mode: "0999" is no mode`},
		{"a mode too wide", "\n./a mode=17777", `line 2: mode: "17777" is no mode`},
		{"a type that is none", "./a type=folder", `line 1: type: "folder" is no type`},
		{"a path upwards", "./../etc type=file", `line 1: "./../etc" is no path in the tree`},
		{"too many steps up", "..", "line 1: it leads above the root"},
		{"a slash hidden in a name", `a\057..\057..\057etc type=file`, `line 1: "a/../../etc" is no name`},
		{"a command that is none", "/include x", `line 1: "/include" is no command: there are /set and /unset`},
		{"an id too large", "./a uid=4294967295", `line 1: uid: "4294967295" is no id`},
		{"a bad default", "/set mode=rw", `line 1: mode:`},
		{"an escape that is none", `./a\q type=file`, `line 1: "./a\\q" has an escape that is none of vis(3)`},
		{"a list that is none", "./a acl=u::rwz", "line 1: acl:"},
		{"a sum that is none", "./a sha256=xyz", `line 1: sha256: "xyz" is no checksum`},
	} {
		_, err := readAll(c.text)
		var syntax *SyntaxError
		if !errors.As(err, &syntax) || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
	if _, err := readAll(strings.Repeat("a", MaxLine+2)); err == nil {
		t.Error("a line of a megabyte is read")
	}
}

// entries generates what a manifest can say.
func entries(t *rapid.T) Entry {
	name := rapid.StringMatching(`[a-z #=\\\n\x01\x7fé]{1,6}(/[^/\x00.]{1,4}){0,2}`)
	path, ok := packages.Clean(name.Draw(t, "path"))
	if !ok {
		path = "x"
	}
	e := Entry{
		Path: path, Known: Known(rapid.Uint16Range(0, 1<<13-1).Draw(t, "known")),
		Kind: rapid.SampledFrom([]mode.Kind{mode.Regular, mode.Directory, mode.Symlink, mode.FIFO, mode.Socket, mode.CharDevice, mode.BlockDevice}).Draw(t, "kind"),
		Mode: mode.Mode(rapid.Uint16Range(0, 0o7777).Draw(t, "mode")),
		UID:  ident.UID(rapid.Uint32Range(0, 1<<32-2).Draw(t, "uid")), GID: ident.GID(rapid.Uint32Range(0, 1<<32-2).Draw(t, "gid")),
		User: rapid.StringMatching(`[a-z_ \\]{1,8}`).Draw(t, "user"), Group: rapid.StringMatching(`[a-z_]{1,8}`).Draw(t, "group"),
		Link:  rapid.StringMatching(`[^\x00]{1,9}`).Draw(t, "link"),
		Flags: entry.Flags(rapid.Uint8Range(0, 15).Draw(t, "flags")) << 4, Size: rapid.Int64Min(0).Draw(t, "size"),
		Digest:   packages.Digest{Algorithm: "sha256", Sum: rapid.StringMatching(`[a-f\x01]{32}`).Draw(t, "sum")},
		ACL:      acl.List{{Tag: acl.UserObj, ID: acl.NoID, Rights: 6}, {Tag: acl.User, ID: 7, Rights: 4}, {Tag: acl.GroupObj, ID: acl.NoID}, {Tag: acl.Mask, ID: acl.NoID, Rights: 4}, {Tag: acl.Other, ID: acl.NoID}},
		Default:  acl.List{{Tag: acl.UserObj, ID: acl.NoID, Rights: 7}, {Tag: acl.GroupObj, ID: acl.NoID}, {Tag: acl.Other, ID: acl.NoID}},
		Caps:     rapid.SampledFrom([]string{"", capability(false), capability(true), "odd\x00bytes"}).Draw(t, "caps"),
		Optional: rapid.Bool().Draw(t, "optional"),
	}
	return only(e)
}

func capability(namespaced bool) string {
	c := ident.FileCapabilities{Permitted: ident.Set(ident.CapNetRaw), Effective: true, Namespaced: namespaced}
	if namespaced {
		c.Root = 1000
	}
	return string(c.Encode())
}

// only keeps the fields that are known.
func only(e Entry) Entry {
	clean := Entry{Path: e.Path, Known: e.Known, Optional: e.Optional}
	for _, f := range []struct {
		known Known
		take  func()
	}{
		{Type, func() { clean.Kind = e.Kind }},
		{Mode, func() { clean.Mode = e.Mode }},
		{UID, func() { clean.UID = e.UID }},
		{GID, func() { clean.GID = e.GID }},
		{User, func() { clean.User = e.User }},
		{Group, func() { clean.Group = e.Group }},
		{Link, func() { clean.Link = e.Link }},
		{Flags, func() { clean.Flags = e.Flags }},
		{Digest, func() { clean.Digest = e.Digest }},
		{ACL, func() { clean.ACL = e.ACL }},
		{Default, func() { clean.Default = e.Default }},
		{Caps, func() { clean.Caps = e.Caps }},
		{Size, func() { clean.Size = e.Size }},
	} {
		if e.Known&f.known != 0 {
			f.take()
		}
	}
	return clean
}

func TestReadGivesBackWhatWasWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := entries(t)
		line := Append(nil, &e)
		got, err := readAll(string(line))
		if err != nil || len(got) != 1 {
			t.Fatalf("%q: %v, %v", line, got, err)
		}
		if diff := cmp.Diff(e, got[0]); diff != "" {
			t.Errorf("%q: %s", line, diff)
		}
		if again := Append(nil, &got[0]); !bytes.Equal(line, again) {
			t.Errorf("%q is written again as %q", line, again)
		}
	})
}

func TestDefaultsAndWhatWasNotRead(t *testing.T) {
	all, err := readAll(Header + Defaults + "./a type=file mode=0644\n./b type=file mode=0644 acl=unknown flags=schg\n")
	if err != nil {
		t.Fatal(err)
	}
	const none = ACL | Default | Caps | Flags
	if all[0].Known&none != none || all[0].ACL != nil || all[0].Flags != 0 {
		t.Errorf("%+v", all[0])
	}
	if b := all[1]; b.Known&ACL != 0 || b.Unread != ACL || b.Flags != entry.Immutable {
		t.Errorf("%+v", b)
	}
}

// tree makes objects of every kind with odd names.
func tree(t *testing.T) string {
	t.Helper()
	requires.Root(t)
	requires.Tool(t, "bsdtar")
	dir := t.TempDir()
	script := `mkdir -p 'd/sub dir' && echo hi >'d/a b#c\x' && chmod 4755 'd/a b#c\x' && ln -s 't arget' d/l &&
mkfifo d/f && mknod d/null c 1 3 && chmod 2775 'd/sub dir' && chown 12:34 d/f && echo x >"d/$(printf 'new\nline\351')" && chmod 600 d/new*`
	cmd := exec.Command("sh", "-c", script)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return dir
}

// What bsdtar writes is read as the tree is, in each of its forms.
func TestReadAgainstBsdtar(t *testing.T) {
	dir := tree(t)
	for _, options := range []string{"mtree:all", "mtree:!all,mtree:type,mtree:mode,mtree:uid,mtree:gid,mtree:link,mtree:use-set,mtree:indent"} {
		cmd := exec.Command("bsdtar", "-cf", "-", "--format=mtree", "--options="+options, "d")
		cmd.Dir = dir
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		all, err := readAll(string(out))
		if err != nil {
			t.Fatalf("%v in\n%s", err, out)
		}
		if len(all) != 7 {
			t.Errorf("%d objects in\n%s", len(all), out)
		}
		for _, e := range all {
			sameAsDisk(t, dir, &e)
		}
	}
}

func sameAsDisk(t *testing.T, dir string, e *Entry) {
	t.Helper()
	out, err := exec.Command("stat", "-c", "%f %u %g", filepath.Join(dir, e.Path)).Output()
	if err != nil {
		t.Errorf("%q: %v", e.Path, err)
		return
	}
	if got := fmt.Sprintf("%x %d %d", e.Mode.Stat(e.Kind), e.UID, e.GID); got != strings.TrimSpace(string(out)) {
		t.Errorf("%q: %s, stat says %s", e.Path, got, out)
	}
}

// What Append writes is read by bsdtar as it was meant.
func TestAppendAgainstBsdtar(t *testing.T) {
	dir := tree(t)
	var b bytes.Buffer
	w := NewWriter(&b)
	var want []string
	for _, e := range []Entry{
		{Path: ".", Known: Type | Mode | UID | GID, Kind: mode.Directory, Mode: 0o755},
		{Path: "d", Known: Type | Mode | UID | GID, Kind: mode.Directory, Mode: 0o755},
		{Path: `d/a b#c\x`, Known: Type | Mode | UID | GID | User, Kind: mode.Regular, Mode: 0o4755, UID: 5, GID: 6},
		{Path: "d/l", Known: Type | UID | GID | Link, Kind: mode.Symlink, UID: 7, Link: "t arget"},
		{Path: "d/new\nline\xe9", Known: Type | Mode | UID | GID | ACL, Kind: mode.Regular, Mode: 0o640, UID: 1, GID: 2},
	} {
		if err := w.Write(&e); err != nil {
			t.Fatal(err)
		}
		if e.Path != "." && e.Kind != mode.Symlink {
			want = append(want, fmt.Sprintf("%s %d %d", e.Mode.Format(e.Kind), e.UID, e.GID))
		}
	}
	name := filepath.Join(dir, "manifest")
	if err := os.WriteFile(name, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("bsdtar", "-tvf", name, "--numeric-owner")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	out, _ := cmd.Output() // it warns of the keyword that is ward's own
	var got []string
	for line := range strings.Lines(string(out)) {
		words := strings.Fields(line)
		if len(words) > 3 && words[0][0] != 'l' && words[len(words)-1] != "." {
			got = append(got, strings.Join([]string{words[0], words[2], words[3]}, " "))
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("bsdtar reads %q, want %q of\n%s", got, want, b.String())
	}
}

func FuzzReader(f *testing.F) {
	f.Add([]byte(bsd))
	f.Add([]byte(Header + Defaults + "./a type=file acl=u::rw-,g::r--,o::--- caps=cap_net_raw=ep\\040[rootid=5]\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		r := NewReader(bytes.NewReader(text))
		for {
			e, err := r.Next()
			if err != nil {
				return
			}
			if clean, ok := packages.Clean(e.Path); !ok || clean != e.Path {
				t.Fatalf("path %q", e.Path)
			}
			line := Append(nil, &e)
			again, err := readAll(string(line))
			if err != nil || len(again) != 1 || !bytes.Equal(Append(nil, &again[0]), line) {
				t.Fatalf("%q reads as %+v, %v", line, again, err)
			}
		}
	})
}
