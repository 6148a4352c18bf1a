package acceptance

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ward/internal/requires"
)

const tinySpec = `Name: tiny
Version: 1
Release: 1
Summary: tiny
License: none
BuildArch: noarch
%description
tiny
%install
mkdir -p %{buildroot}/usr/bin %{buildroot}/etc/tiny %{buildroot}/var/lib/tiny
echo su >%{buildroot}/usr/bin/su
echo ping >%{buildroot}/usr/bin/ping
ln -s su %{buildroot}/usr/bin/link
echo conf >%{buildroot}/etc/tiny/tiny.conf
echo data >%{buildroot}/var/lib/tiny/data
%files
%attr(4755, root, root) /usr/bin/su
%attr(0755, root, root) %caps(cap_net_raw=ep) /usr/bin/ping
/usr/bin/link
%dir %attr(2750, root, daemon) /etc/tiny
%config %attr(0640, root, daemon) /etc/tiny/tiny.conf
%dir %attr(1777, root, root) /var/lib/tiny
%attr(0644, daemon, daemon) /var/lib/tiny/data
`

// rpmTree installs a package with rpm into a tree of its own.
func rpmTree(t *testing.T) string {
	t.Helper()
	requires.Root(t)
	requires.Tool(t, "rpm", "rpmbuild")
	build, root := t.TempDir(), t.TempDir()
	must(t, os.WriteFile(filepath.Join(build, "tiny.spec"), []byte(tinySpec), 0o644))
	system(t, "", "rpmbuild", "-bb", "--define", "_topdir "+build, "--define", "_build_id_links none", filepath.Join(build, "tiny.spec"))
	must(t, os.Chmod(root, 0o755))
	must(t, os.MkdirAll(filepath.Join(root, "etc"), 0o755))
	must(t, os.WriteFile(filepath.Join(root, "etc/passwd"), []byte("root:x:0:0::/root:/bin/sh\ndaemon:x:2:2::/:/bin/sh\n"), 0o644))
	must(t, os.WriteFile(filepath.Join(root, "etc/group"), []byte("root:x:0:\ndaemon:x:2:\n"), 0o644))
	system(t, "", "rpm", "--root", root, "--dbpath", "/var/lib/rpm", "--nodeps", "-i", filepath.Join(build, "RPMS/noarch/tiny-1-1.noarch.rpm"))
	return root
}

// Owners are those of the tree's own accounts, where daemon is not who it is here; rpm
// itself looks names up in this system, and so numbers are compared. /usr/bin belongs to
// no package here: unless it is mended by a guess, nothing in it gets privileges.
func TestDamagedRPMTreeComesBack(t *testing.T) {
	root := rpmTree(t)
	t.Setenv("WARD_STATE_DIR", t.TempDir())
	fresh := listed(t, root)
	for name, owner := range map[string]string{"etc/tiny": "0:2", "etc/tiny/tiny.conf": "0:2", "var/lib/tiny/data": "2:2"} {
		mode, _, _ := strings.Cut(fresh[name], " ")
		fresh[name] = mode + " " + owner
	}
	system(t, `cd "$1" && chmod -R 777 usr etc/tiny var/lib/tiny && chown -R 65534:65534 usr etc/tiny var/lib/tiny`, "sh", "-s", root)
	damaged := listed(t, root)
	says(t, ward(t, "repair", "--yes", root), 3, "it gets no privileges while somebody other than root can write to", "usr/bin")
	says(t, ward(t, "undo", "--yes"), 0)
	says(t, ward(t, "repair", "--yes", "--guess=sure", root), 0, "reference: rpm: 1 packages", "files with privileges: 2")
	if got := differing(fresh, listed(t, root)); len(got) > 0 {
		t.Errorf("%q", got)
	}
	if out := system(t, "", "getcap", filepath.Join(root, "usr/bin/ping")); !strings.Contains(out, "cap_net_raw=ep") {
		t.Errorf("capabilities: %q", out)
	}
	says(t, ward(t, "repair", "--yes", root), 0, "nothing to change", "2 right")
	says(t, ward(t, "undo", "--yes"), 0)
	if got := differing(damaged, listed(t, root)); len(got) > 0 {
		t.Errorf("%q", got)
	}
}

// A tree of Alpine's, with the database that apk left there.
func TestDamagedAPKTreeComesBack(t *testing.T) {
	requires.Root(t)
	requires.Tool(t, "openssl")
	t.Setenv("WARD_STATE_DIR", t.TempDir())
	root := t.TempDir()
	must(t, os.Chmod(root, 0o755))
	system(t, `cd "$1" && mkdir -p lib/apk/db bin etc root tmp var/spool && printf bbsuid >bin/bbsuid && ln -s bbsuid bin/su && echo motd >etc/motd && echo shadow >etc/shadow
cat >etc/passwd <<.
root:x:0:0::/root:/bin/sh
.
cat >lib/apk/db/installed <<.
P:alpine-baselayout
V:3.6.5-r0
A:x86_64
F:etc
R:motd
F:root
M:0:0:700
F:tmp
M:0:0:1777
F:var
F:var/spool

P:busybox-suid
V:1.36.1-r29
A:x86_64
F:bin
R:bbsuid
a:0:0:4111
Z:Q1$(printf bbsuid | openssl dgst -sha1 -binary | base64)
R:su
a:0:0:777

P:alpine-baselayout-data
V:3.6.5-r0
F:etc
R:shadow
a:0:42:640
.
chgrp 42 etc/shadow && chmod -R 777 bin etc root tmp var && chown -R 65534:65534 var && chown 65534 tmp`, "sh", "-s", root)
	says(t, ward(t, "repair", "--yes", root), 0, "reference: apk: 3 packages")
	got := listed(t, root)
	for name, want := range map[string]string{
		"bin": "755 0:0", "bin/bbsuid": "4111 0:0", "bin/su": "link 0:0", "etc/motd": "644 0:0", "etc/shadow": "640 0:42",
		"root": "700 0:0", "tmp": "1777 0:0", "var/spool": "755 0:0",
	} {
		if got[name] != want {
			t.Errorf("%s: %s, want %s", name, got[name], want)
		}
	}
}
