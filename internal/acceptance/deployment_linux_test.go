package acceptance

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"ward/internal/requires"
	"ward/internal/testfs"
)

// release makes a release directory with the mistakes that people make.
func release(t *testing.T, root string) {
	t.Helper()
	dir(t, root, 0o755)
	file(t, filepath.Join(root, "bin/start.sh"), "#!/bin/sh\necho started\n", 0o644) // a script without x
	file(t, filepath.Join(root, "conf/server.key"), privateKey, 0o644)               // a key that all may read
	file(t, filepath.Join(root, "lib/module/code.py"), "pass\n", 0o644)
	file(t, filepath.Join(root, "www/upload/x"), "", 0o644)
	dir(t, filepath.Join(root, "www/upload"), 0o777) // everybody may replace what is in it
	program, err := os.ReadFile("/bin/true")
	must(t, err)
	file(t, filepath.Join(root, "bin/tool"), string(program), 0o4777)
	file(t, filepath.Join(root, "README"), "read me\n", 0o644)
	dir(t, filepath.Join(root, "lib/module"), 0o644) // nobody can enter it
	must(t, unix.Chown(filepath.Join(root, "www/upload"), app, app))
}

func TestDeploymentTreeIsMendedAndUndone(t *testing.T) {
	for _, kind := range testfs.AllFileSystems() {
		t.Run(string(kind), func(t *testing.T) {
			onHost(t, func(t *testing.T) {
				root := filepath.Join(testfs.Image(t, kind, 0), "release")
				release(t, root)
				before := snapshot(t, root)
				ward(t, "check", root).wants(t, 1,
					"bin/start.sh", "conf/server.key", "lib/module", "www/upload", "bin/tool", "ward apply")
				p := policyFile(t,
					`{name: directories, match: {type: dir}, require: {mode: "0755"}}`,
					`{name: uploads, match: {type: dir, path: [/www/upload]}, require: {mode: "0750"}}`,
					`{name: files, match: {type: file, not: {content: [shebang, elf]}}, require: {mode: "0644"}}`,
					`{name: programs, match: {type: file, content: [shebang, elf]}, require: {mode: "0755"}}`,
					`{name: keys, match: {type: file, path: ["**/*.key"]}, require: {mode: "0600"}, severity: critical, reason: "A private key is its owner's alone."}`,
				)
				ward(t, "plan", "-p", p, "--exit-code", root).wants(t, 1, "0644", "0600", "04777"[1:])
				wantSnapshot(t, root, before)
				ward(t, "apply", "--yes", "-p", p, root).wants(t, 0)
				for path, want := range map[string]uint32{
					"bin/start.sh": 0o755, "conf/server.key": 0o600, "lib/module": 0o755, "lib/module/code.py": 0o644,
					"www/upload": 0o750, "bin/tool": 0o755, "README": 0o644,
				} {
					wantMode(t, filepath.Join(root, path), want)
				}
				ward(t, "plan", "-p", p, "--exit-code", root).wants(t, 0)
				ward(t, "undo", "--yes").wants(t, 0)
				wantSnapshot(t, root, before)
			})
		})
	}
}

// The pack that works on any tree must mend what it can of the same mistakes, and
// undo must bring back lists and capabilities too.
func TestBaselineMendsADeploymentTree(t *testing.T) {
	onHost(t, func(t *testing.T) {
		requires.Tool(t, "setfacl", "setcap")
		root := filepath.Join(testfs.Image(t, testfs.Ext4, 0), "release")
		release(t, root)
		shell(t, `setfacl -m u:bob:rw "$1/conf/server.key"; setfacl -m d:o:rwx "$1/www/upload"
			cp /bin/true "$1/bin/net"; setcap cap_net_bind_service=ep "$1/bin/net"; chmod 777 "$1/bin/net"`, root)
		before := snapshot(t, root)
		ward(t, "check", root).wants(t, 1)
		run := ward(t, "apply", "--yes", root).wants(t, 0)
		for path, bits := range map[string]uint32{"bin/tool": 0o002, "www/upload": 0o002, "conf/server.key": 0o004, "bin/net": 0o002} {
			if got := modeOf(t, filepath.Join(root, path)); got&bits != 0 {
				t.Errorf("%s is still %04o\n%v", path, got, run)
			}
		}
		wantMode(t, filepath.Join(root, "bin/start.sh"), 0o755)
		ward(t, "undo", "--yes").wants(t, 0)
		wantSnapshot(t, root, before)
	})
}
