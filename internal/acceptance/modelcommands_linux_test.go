package acceptance

import (
	"encoding/hex"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"ward/internal/requires"
	"ward/internal/testfs"
)

// hostileNames are names that a shell, a program's options or a terminal could take for
// something else.
func hostileNames() []string {
	return []string{
		"-b", "--", "a b", "it's", `"q"`, "$HOME", "$(touch x)", "`id`", "a;b", "a&b", "a|b", "*", "?", "~", "#c", "=x",
		"new\nline", "tab\there", "esc\x1b[31m", "\xff\xfe", "back\\slash", "e\u0301", "\u202eright", "!x", "{a,b}", "%s",
	}
}

// What convert prints for setfacl, chmod and nfs4_setfacl, those programs do, on files of
// any name, and nothing else is touched.
func TestPrintedCommandsDoWhatTheySay(t *testing.T) {
	onHost(t, func(t *testing.T) {
		requires.Tool(t, "setfacl", "nfs4_setfacl", "bash")
		const list = "A::OWNER@:rwatTnNcCoy,D::bob@example.org:w,A::bob@example.org:rxtncy,A:g:GROUP@:rtncy,A::EVERYONE@:tcy"
		mount, _ := testfs.NFS4FS(t, false)
		for _, c := range []struct {
			dir, from, text, to, show, want string
		}{
			{testfs.Image(t, testfs.Ext4, 0), "posix", "u::rw-,u:1001:r--,g::r--,m::r--,o::---", "setfacl", "getfacl", "user::rw-\nuser:1001:r--\ngroup::r--\nmask::r--\nother::---\n"},
			{testfs.Image(t, testfs.Ext4, 0), "unix", "4751", "chmod", "octal", "4751\n"},
			{mount, "nfs4", list, "nfs4_setfacl", "nfs4", list + "\n"},
		} {
			root := dir(t, filepath.Join(c.dir, "tree"), 0o755)
			for _, name := range hostileNames() {
				file(t, filepath.Join(root, name), "x", 0o600)
			}
			before := snapshot(t, root)
			for _, name := range hostileNames() {
				r := ward(t, "convert", "--quiet", "-n", "--from", c.from, "--to", c.to, "--path", name, c.text).wants(t, 0)
				runIn(t, root, r.out)
				shown := ward(t, "convert", "--quiet", "-n", "--which", c.from, "--to", c.show, filepath.Join(root, name)).wants(t, 0)
				if shown.out != c.want {
					t.Errorf("%s of %q:\n%sset\n%swant\n%s", c.to, name, r.out, shown.out, c.want)
				}
			}
			if after := snapshot(t, root); len(after) != len(before) {
				t.Errorf("%s: there were %d objects, and are %d", c.to, len(before), len(after))
			}
		}
	})
}

// What `ward acl check` prints mends what it found; a malformed attribute is a finding
// with its place.
func TestAclCheckIsMended(t *testing.T) {
	onHost(t, func(t *testing.T) {
		requires.Tool(t, "setfacl", "nfs4_setfacl", "setfattr", "bash")
		mount, _ := testfs.NFS4FS(t, true)
		root := dir(t, filepath.Join(mount, "tree"), 0o755)
		f := file(t, filepath.Join(root, "it's"), "x", 0o644)
		setNFS4(t, f, "A::OWNER@:rwatTnNcCoy,A::EVERYONE@:rtncy,A::bob@example.org:r")
		r := ward(t, "acl", "check", "-n", "--which", "nfs4", f).wants(t, 1, "idle", "Nobody whom it names gains or loses", "nfs4_setfacl -s ")
		runIn(t, root, printedCommands(r.out))
		ward(t, "acl", "check", "-n", "--which", "nfs4", f).wants(t, 0)
		if got := nfs4Getfacl(t, f); got != "A::OWNER@:rwatTnNcCoy\nA::EVERYONE@:rtncy\n" {
			t.Errorf("mended:\n%s", got)
		}

		image := dir(t, filepath.Join(testfs.Image(t, testfs.Ext4, 0), "tree"), 0o755)
		g := file(t, filepath.Join(image, "a b"), "x", 0o640)
		runIn(t, image, "setfacl --set u::rw,u:1001:rw,g::r,m::r,o::- 'a b'")
		r = ward(t, "acl", "check", "-n", g).wants(t, 1, "the mask leaves r-- of its rw-", "user 1001 gains write, append")
		runIn(t, image, printedCommands(r.out))
		ward(t, "acl", "check", "-n", g).wants(t, 0)
		wantMode(t, g, 0o660)

		for _, broken := range []struct{ name, value, place string }{
			{"user.DOSATTRIB", "00000500050000", "byte 8"},
			{"security.NTACL", "0400040000000200", "byte 8"},
		} {
			value, err := hex.DecodeString(broken.value)
			must(t, err)
			must(t, unix.Setxattr(g, broken.name, value, 0))
			ward(t, "acl", "check", "-n", g).wants(t, 1, "malformed", broken.place, "setfattr -x "+broken.name)
			ward(t, "acl", "check", "-n", "--format", "json", g).wants(t, 1, `"sort": "malformed"`)
			must(t, unix.Removexattr(g, broken.name))
		}
	})
}

// printedCommands are the lines that stand furthest to the right.
func printedCommands(out string) (commands string) {
	for line := range strings.Lines(out) {
		if command, ok := strings.CutPrefix(line, "      "); ok && strings.Contains(command, "setfa") {
			commands += command
		}
	}
	return commands
}

// runIn runs commands with the shell that has $'…'.
func runIn(t *testing.T, dir, commands string) {
	t.Helper()
	cmd := exec.Command("bash", "-euc", commands)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", commands, err, out)
	}
}
