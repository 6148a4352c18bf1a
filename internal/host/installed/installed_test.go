package installed

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"ward/internal/requires"
	"ward/packages/rpm"
)

// system makes a tree: "path: content", "path -> target" or "path/".
func system(t *testing.T, lines ...string) *System {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("links of this kind are Unix's")
	}
	root := t.TempDir()
	for _, line := range lines {
		name, target, link := strings.Cut(line, " -> ")
		name, text, file := strings.Cut(name, ": ")
		path := filepath.Join(root, name)
		var err error
		switch err = os.MkdirAll(filepath.Dir(path), 0o755); {
		case err != nil:
		case link:
			err = os.Symlink(target, path)
		case file:
			err = os.WriteFile(path, []byte(strings.ReplaceAll(text, "|", "\n")), 0o644)
		default:
			err = os.MkdirAll(path, 0o755)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	s, err := Open(root)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestResolveStaysInTheSystem(t *testing.T) {
	s := system(t, "usr/bin/", "bin -> usr/bin", "var/run -> /run", "run/", "up -> ../../../etc", "etc/", "loop -> loop", "a -> b", "b -> a", "deep -> bin")
	for _, c := range []struct{ name, path, want string }{
		{"merged", "bin/su", "usr/bin/su"},
		{"through two links", "deep/su", "usr/bin/su"},
		{"the last one is not followed", "bin", "bin"},
		{"absolute links are the system's", "var/run/x/y", "run/x/y"},
		{"above the root is the root", "up/shadow", "etc/shadow"},
		{"no link", "usr/bin/x", "usr/bin/x"},
		{"not there", "opt/x/y", "opt/x/y"},
	} {
		if got := s.Resolve(c.path); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	for _, circle := range []string{"loop/x", "a/x"} {
		if got := s.Resolve(circle); strings.HasPrefix(got, "..") || got == "" {
			t.Errorf("%q leads to %q", circle, got)
		}
	}
	if got := s.ResolveDirectory("bin"); got != "usr/bin" {
		t.Errorf("as a directory /bin is %q", got)
	}
}

func TestNothingOutsideIsRead(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(outside, []byte("Package: x\nStatus: install ok installed\nVersion: 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := system(t, "var/lib/dpkg/status -> "+outside)
	if d, err := s.Dpkg(); d != nil || err == nil {
		t.Errorf("a status file outside was read: %+v, %v", d, err)
	}
}

func TestFifosAreNotWaitedFor(t *testing.T) {
	requires.Tool(t, "mkfifo")
	s := system(t, "var/lib/dpkg/")
	if err := mkfifo(filepath.Join(s.Path(), "var/lib/dpkg/status")); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Dpkg(); err == nil || !strings.Contains(err.Error(), "no regular file") {
		t.Errorf("%v", err)
	}
	if _, _, err := s.Digest("var/lib/dpkg/status", "md5"); err == nil {
		t.Error("a fifo has a checksum")
	}
}

func TestDpkgPutsItsFilesTogether(t *testing.T) {
	s := system(t,
		"var/lib/dpkg/status: Package: a|Status: install ok installed|Architecture: amd64|Multi-Arch: same|Version: 1||Package: ../../b|Status: install ok installed|Version: 2|",
		"var/lib/dpkg/info/a:amd64.list: /.|/usr|/usr/bin/x|",
		"var/lib/dpkg/info/a:amd64.postinst: chmod 4755 /usr/bin/x|",
		"var/lib/dpkg/statoverride: root root 755 /usr/bin/x|bad|",
		"var/cache/apt/archives/a_1_amd64.deb: x",
	)
	d, err := s.Dpkg()
	if err != nil {
		t.Fatal(err)
	}
	if p := d.Packages[0]; !slices.Equal(p.Paths, []string{"usr", "usr/bin/x"}) || len(p.Said) != 1 {
		t.Errorf("%+v", p)
	}
	if len(d.Overrides) != 1 || len(d.Problems) != 2 {
		t.Errorf("%+v, %v", d.Overrides, d.Problems)
	}
	if all, err := s.Archives(nil); err != nil || len(all) != 1 || all[0].Name != "a_1_amd64.deb" {
		t.Errorf("%v, %v", all, err)
	}
}

func TestFragmentsHideEachOther(t *testing.T) {
	s := system(t,
		"usr/lib/tmpfiles.d/b.conf: d /b 0700|",
		"usr/lib/tmpfiles.d/a.conf: d /a 0700|",
		"etc/tmpfiles.d/b.conf: d /b 0711|",
		"usr/lib/tmpfiles.d/c.conf: d /c|",
		"etc/tmpfiles.d/c.conf -> /dev/null",
		"etc/tmpfiles.d/README: d /x|",
	)
	items, problems := s.Tmpfiles()
	var got []string
	for _, i := range items {
		got = append(got, i.Path+" "+i.Mode.Octal())
	}
	if !slices.Equal(got, []string{"a 0700", "b 0711"}) || len(problems) > 0 {
		t.Errorf("%v, %v", got, problems)
	}
}

func TestBerkeleyDBIsNamed(t *testing.T) {
	s := system(t, "var/lib/rpm/Packages: 0123456789ab\x61\x15\x06\x00"+strings.Repeat("x", 100))
	name, err := s.RPM(func(*rpm.Header) error { return nil })
	if name != "var/lib/rpm/Packages" || !errors.Is(err, rpm.ErrBerkeleyDB) {
		t.Errorf("%q, %v", name, err)
	}
}
