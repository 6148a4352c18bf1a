package acceptance

import (
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"ward/internal/requires"
	"ward/internal/testfs"
)

// A refusal names the accounts that it is about, wherever it is said.
func TestRefusalsNameAccounts(t *testing.T) {
	onHost(t, func(t *testing.T) {
		requires.Tool(t, "setfacl")
		root := dir(t, filepath.Join(testfs.Image(t, testfs.Ext4, 0), "tree"), 0o755)
		f := file(t, filepath.Join(root, "f"), "", 0o640)
		shell(t, `setfacl -m u:bob:rw,m::r "$1"`, f)
		p := policyFile(t, `{name: alice, match: {type: file}, require: {acl: "u:alice:rw"}}`)
		for _, args := range [][]string{{"check", "-p", p, root}, {"plan", "-p", p, root}, {"policy", "explain", "--root", root, p, f}} {
			if r := ward(t, args...); !r.says("user:bob") {
				t.Errorf("bob is not named:\n%v", r)
			}
		}
	})
}

// Capabilities are in words wherever they are shown, and exactly in JSON.
func TestCapabilitiesInWords(t *testing.T) {
	onHost(t, func(t *testing.T) {
		requires.Tool(t, "setcap")
		root := dir(t, filepath.Join(testfs.Image(t, testfs.Ext4, 0), "tree"), 0o755)
		program := file(t, filepath.Join(root, "program"), "\x7fELF", 0o755)
		must(t, unix.Chown(program, alice, alice))
		shell(t, `setcap cap_net_bind_service=ep "$1"`, program)
		p := policyFile(t, `{name: roots, match: {type: file}, require: {owner: root, group: root}}`)
		const words = "capabilities cap_net_bind_service=ep -> none"
		ward(t, "plan", "-p", p, root).wants(t, 0, words)
		ward(t, "apply", "--yes", "-p", p, root).wants(t, 0, words)
		id := strings.Fields(ward(t, "log").wants(t, 0).out)[0]
		ward(t, "log", id).wants(t, 0, words)
		ward(t, "log", "--format", "json", id).wants(t, 0,
			`"capabilities":"0100000200040000000000000000000000000000","capabilitiesText":"cap_net_bind_service=ep"`)
	})
}
