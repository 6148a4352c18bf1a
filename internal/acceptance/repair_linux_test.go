package acceptance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"ward/internal/requires"
)

// debianVariable names a tar archive of the tree that debian makes, for machines
// without a network. Else it is made once and kept in the user's cache.
const debianVariable = "WARD_TEST_DEBIAN"

const (
	debianSuite    = "bookworm"
	debianMirror   = "http://deb.debian.org/debian"
	debianPackages = "login,openssh-client,openssh-server,passwd,sudo"
)

// debian unpacks a minimal Debian system, with its packages in apt's cache.
func debian(t *testing.T) string {
	t.Helper()
	requires.Root(t)
	requires.Tool(t, "debootstrap", "tar")
	archive := os.Getenv(debianVariable)
	if archive == "" {
		cache, err := os.UserCacheDir()
		must(t, err)
		archive = filepath.Join(cache, "ward-tests", "debian-"+debianSuite+"-1.tar")
	}
	if _, err := os.Stat(archive); err != nil {
		bootstrap(t, archive)
	}
	root := t.TempDir()
	system(t, "", "tar", "--xattrs", "--acls", "-xpf", archive, "-C", root)
	return root
}

// bootstrap makes the archive: whole or not at all.
func bootstrap(t *testing.T, archive string) {
	t.Helper()
	must(t, os.MkdirAll(filepath.Dir(archive), 0o700))
	root := t.TempDir()
	must(t, os.Chmod(root, 0o755))
	system(t, "", "debootstrap", "--variant=minbase", "--include="+debianPackages, debianSuite, root, debianMirror)
	half := archive + ".half"
	system(t, "", "tar", "--xattrs", "--acls", "--one-file-system", "-cpf", half, "-C", root, ".")
	must(t, os.Rename(half, archive))
}

// system runs a program and returns what it prints.
func system(t *testing.T, in, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Stdin = strings.NewReader(in)
	cmd.Env = append(os.Environ(), "LC_ALL=C", "DEBIAN_FRONTEND=noninteractive", "PATH=/usr/sbin:/usr/bin:/sbin:/bin")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, tail(out.String()))
	}
	return out.String()
}

func tail(text string) string { return text[max(0, len(text)-2000):] }

// listed is mode and owner of every object of a tree, links by their owner alone.
func listed(t *testing.T, root string) map[string]string {
	t.Helper()
	all := map[string]string{}
	must(t, filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		var st syscall.Stat_t
		if err := syscall.Lstat(name, &st); err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		m := fmt.Sprintf("%o", st.Mode&0o7777)
		if d.Type()&fs.ModeSymlink != 0 {
			m = "link"
		}
		all[rel] = fmt.Sprintf("%s %d:%d", m, st.Uid, st.Gid)
		return err
	}))
	return all
}

// differing lists what is not the same in two listings.
func differing(a, b map[string]string) []string {
	var all []string
	for name, x := range a {
		if b[name] != x {
			all = append(all, fmt.Sprintf("%s: %s, now %s", name, x, b[name]))
		}
	}
	slices.Sort(all)
	return all
}

// The disaster of the requirements on a real system, and the way back: every file of
// a package is as in a fresh tree, and what was tightened on purpose, altered or not
// known is left, and said.
func TestDamagedDebianComesBack(t *testing.T) {
	root := debian(t)
	t.Setenv("WARD_STATE_DIR", t.TempDir())
	people(t, root)
	fresh := listed(t, root)
	damage(t, root)
	damaged := listed(t, root)

	left := notLoosened(t, root)
	if got := listed(t, root); len(differing(damaged, got)) > 0 {
		t.Fatalf("looking changed something: %q", differing(damaged, got))
	}
	r := ward(t, "repair", "--yes", "--loosen=etc", "--guess=likely", "--all", root)
	says(t, r, 3, "its content is not the package's", "usr/bin/chfn", "usr/bin/newgrp", "--loosen=usr/bin/newgrp")
	if got := differing(fresh, listed(t, root)); !slices.Equal(got, expected) {
		t.Errorf("after the repair these differ:\n%s\nwant\n%s\n%s", strings.Join(got, "\n"), strings.Join(expected, "\n"), r)
	}
	if !strings.Contains(left, `"path":"usr/bin/newgrp"`) {
		t.Error("JSON does not tell of what was tightened")
	}
	t.Run("the page says what is printed", func(t *testing.T) { pageIsTrue(t, r.out) })
	t.Run("it works", func(t *testing.T) { works(t, root) })
	t.Run("nothing is left to do", func(t *testing.T) {
		says(t, ward(t, "repair", "--dry-run", "--loosen=etc", "--guess=likely", root), 3, "nothing to change")
	})
	t.Run("it is taken back", func(t *testing.T) { takenBack(t, root, damaged) })
}

// expected is what differs from the fresh tree after the repair.
var expected = []string{
	"etc/hostname: 755 0:0, now 644 0:0",    // a guess: debootstrap copies it with odd modes
	"etc/resolv.conf: 755 0:0, now 644 0:0", // likewise
	"usr/bin/chfn: 4755 0:0, now 755 0:0",   // altered
	"usr/bin/newgrp: 4755 0:0, now 755 0:0", // tightened on purpose
	"var/log: 755 0:0, now 750 0:0",         // likewise
}

// people adds a user with a key, who may run one program as root.
func people(t *testing.T, root string) {
	t.Helper()
	must(t, os.Chmod(root, 0o755))
	script := `set -e
useradd -m -s /bin/sh joe
install -d -m 700 -o joe -g joe /home/joe/.ssh
ssh-keygen -q -t ed25519 -N '' -f /home/joe/.ssh/id
cp /home/joe/.ssh/id.pub /home/joe/.ssh/authorized_keys
chown -R joe:joe /home/joe/.ssh
chmod 600 /home/joe/.ssh/*
echo 'joe ALL=(ALL) NOPASSWD: /usr/bin/id' >/etc/sudoers.d/joe
chmod 440 /etc/sudoers.d/joe
chmod 755 /etc/hostname /etc/resolv.conf
mkdir -p /run/sshd
`
	system(t, script, "chroot", root, "sh", "-s")
	if data, err := os.ReadFile("/etc/hosts"); err == nil {
		must(t, os.WriteFile(filepath.Join(root, "etc/hosts"), data, 0o644))
	}
}

// damage tramples on the tree; some was changed for good reasons afterwards.
func damage(t *testing.T, root string) {
	t.Helper()
	script := `set -e
cd "$1"
chmod -R 777 usr
chmod -R 700 etc
chown -R nobody var
chmod 750 var/log
chmod 755 usr/bin/newgrp
echo '# another program' >>usr/bin/chfn
`
	system(t, script, "sh", "-s", root)
}

// notLoosened looks at what would be done unasked: nobody gains anything.
func notLoosened(t *testing.T, root string) string {
	t.Helper()
	r := ward(t, "repair", "--format", "json", root)
	says(t, r, 3)
	var doc struct {
		Changes []struct {
			Relative      string
			Type          string
			Before, After struct {
				Mode     string
				UID, GID int
			}
		}
		Privileged, Tighter, Unknown struct{ Count int }
	}
	if err := json.Unmarshal([]byte(r.out), &doc); err != nil {
		t.Fatal(err)
	}
	if len(doc.Changes) < 5000 || doc.Tighter.Count < 100 || doc.Privileged.Count < 12 || doc.Unknown.Count < 500 {
		t.Errorf("%d changes, %d tighter, %d privileged, %d unknown", len(doc.Changes), doc.Tighter.Count, doc.Privileged.Count, doc.Unknown.Count)
	}
	for _, c := range doc.Changes {
		var before, after uint32
		fmt.Sscanf(c.Before.Mode, "%o", &before)
		fmt.Sscanf(c.After.Mode, "%o", &after)
		if after&^before&0o777 != 0 || c.Type != "directory" && after&^before&0o6000 != 0 || c.Before.UID == 0 && c.After.UID != 0 {
			t.Errorf("%s goes from %s to %s", c.Relative, c.Before.Mode, c.After.Mode)
		}
	}
	return r.out
}

// works tries what a system is for, in a chroot: su, sudo, and a login that sshd's
// StrictModes agrees with.
func works(t *testing.T, root string) {
	t.Helper()
	for _, c := range []struct{ name, script, want string }{
		{"su", "su joe -c id", "uid=1000(joe)"},
		{"sudo lists", "su joe -c 'sudo -n -l'", "NOPASSWD: /usr/bin/id"},
		{"sudo runs", "su joe -c 'sudo -n id'", "uid=0(root)"},
		{"sshd's configuration and keys", "/usr/sbin/sshd -t && echo fine", "fine"},
		{"shadow is nobody's to read", "su joe -c 'cat /etc/shadow || echo refused'", "refused"},
		{"dpkg", "dpkg --audit && dpkg -s sudo", "install ok installed"},
	} {
		if out := system(t, c.script, "chroot", root, "sh", "-s"); !strings.Contains(out, c.want) {
			t.Errorf("%s: %q", c.name, out)
		}
	}
	requires.Tool(t, "ssh")
	key := filepath.Join(t.TempDir(), "id")
	data, err := os.ReadFile(filepath.Join(root, "home/joe/.ssh/id"))
	must(t, err)
	must(t, os.WriteFile(key, data, 0o600))
	out := system(t, "", "ssh", "-F", "none", "-i", key, "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
		"-o", "PasswordAuthentication=no", "-o", "ProxyCommand=chroot "+root+" /usr/sbin/sshd -i", "joe@chroot", "id -un; sudo -n id -u")
	if !strings.Contains(out, "joe\n0\n") {
		t.Errorf("ssh: %q", out)
	}
}

// says fails unless a run of ward ended so and printed every text.
func says(t *testing.T, r result, exit int, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(r.out+r.err, text) {
			t.Errorf("there is no %q in: %s", text, tail(r.String()))
		}
	}
	if r.exit != exit {
		t.Errorf("exit %d, want %d: %s", r.exit, exit, tail(r.String()))
	}
}

// pageIsTrue looks for every line of the transcript in docs/repair.md in what was
// printed, in this order. "..." stands for lines, and in a line for numbers.
func pageIsTrue(t *testing.T, printed string) {
	t.Helper()
	page, err := os.ReadFile("../../docs/repair.md")
	must(t, err)
	_, block, _ := strings.Cut(string(page), "```console\n")
	block, _, _ = strings.Cut(block, "```")
	lines := strings.Split(strings.TrimSpace(block), "\n")
	if len(lines) < 20 {
		t.Fatalf("the page has %d lines of a transcript", len(lines))
	}
	rest := printed
	for _, line := range lines[1:] {
		if line == "..." {
			continue
		}
		start, _, _ := strings.Cut(line, "...")
		_, after, found := strings.Cut(rest, start)
		if !found {
			t.Errorf("the page has %q, which is not printed there", line)
			continue
		}
		rest = after
	}
}

// takenBack undoes both runs of the repair.
func takenBack(t *testing.T, root string, damaged map[string]string) {
	t.Helper()
	says(t, ward(t, "undo", "--yes"), 0, "part 2 of 2")
	if got := differing(damaged, listed(t, root)); len(got) > 0 {
		t.Errorf("%q", got)
	}
}
