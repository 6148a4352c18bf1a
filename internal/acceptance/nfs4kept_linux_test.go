package acceptance

import (
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"ward/acl/nfs4"
	"ward/internal/requires"
	"ward/internal/testfs"
	"ward/legacy/dos"
	"ward/mode"
)

// A change of the mode makes the server throw away entries of a list of NFS 4: undo
// brings the list back to the byte, though nobody spoke of it, and the changes before
// that are undone one by one.
func TestListsOfNFS4ComeBackAfterAChmod(t *testing.T) {
	for name, apart := range map[string]bool{"mode follows the list": false, "mode stands apart": true} {
		for _, way := range []string{"chmod", "policy"} {
			t.Run(name+", "+way, func(t *testing.T) {
				onHost(t, func(t *testing.T) {
					requires.Tool(t, "nfs4_getfacl")
					mount, _ := testfs.NFS4FS(t, apart)
					root := dir(t, filepath.Join(mount, "tree"), 0o755)
					f := file(t, filepath.Join(root, "f"), "x", 0o640)
					file(t, filepath.Join(root, "d/g"), "x", 0o640)
					if !apart {
						setNFS4(t, f, "A::OWNER@:rwatTnNcCoy,A::bob@example.org:rxtncy,A:g:GROUP@:rtncy,A::EVERYONE@:tcy")
					}
					before, snap := lists(t, root), snapshot(t, root)
					if way == "chmod" {
						ward(t, "chmod", "-R", "go=", root).wants(t, 0)
					} else {
						p := policyFile(t, `{name: own, match: {type: [file, dir]}, require: {mode: "go="}}`)
						ward(t, "plan", "-p", p, root).wants(t, 0, "as the server makes it of the mode")
						ward(t, "apply", "--yes", "-p", p, root).wants(t, 0)
						ward(t, "plan", "--exit-code", "-p", p, root).wants(t, 0)
					}
					wantMode(t, f, 0o600)
					if got := lists(t, root); !apart && got == before {
						t.Fatal("the server did not make the lists of the mode")
					}
					ward(t, "undo", "--yes").wants(t, 0)
					if got := lists(t, root); got != before {
						t.Errorf("undone:\n%swas:\n%s", got, before)
					}
					wantSnapshot(t, root, snap)
				})
			})
		}
	}
}

func setNFS4(t *testing.T, path, text string) {
	t.Helper()
	list, err := nfs4.Parse(text, nfs4.Linux, mode.Regular)
	must(t, err)
	value, err := list.Encode()
	must(t, err)
	must(t, unix.Setxattr(path, nfs4.Xattr, value, 0))
}

// stat and ls show lists of NFS 4 and DOS attributes where there are any.
func TestStatAndLsShowOtherModels(t *testing.T) {
	onHost(t, func(t *testing.T) {
		mount, _ := testfs.NFS4FS(t, false)
		root := dir(t, filepath.Join(mount, "tree"), 0o755)
		f := file(t, filepath.Join(root, "f"), "x", 0o640)
		plain := file(t, filepath.Join(root, "plain"), "x", 0o640)
		setNFS4(t, f, "A::OWNER@:rwatTnNcCoy,A::bob@example.org:rxtncy,A:g:GROUP@:rtncy,A::EVERYONE@:tcy")
		ward(t, "stat", f).wants(t, 0, "nfs4 list     A::OWNER@:rwatTnNcCoy", "A::bob@example.org:rxtncy", "-rw-r-----+")
		ward(t, "stat", plain).wants(t, 0, "nfs4 list", "It says no more than the mode.", "0640 -rw-r----- u=rw")
		ward(t, "stat", "--format", "json", f).wants(t, 0, `"nfs4": "A::OWNER@:rwatTnNcCoy,A::bob@example.org:rxtncy`)
		ward(t, "ls", root).wants(t, 0, "-rw-r-----+ root root A::OWNER@:rwatTnNcCoy,A::bob@example.org:rxtncy,+2 f")

		image := dir(t, filepath.Join(testfs.Image(t, testfs.Ext4, 0), "tree"), 0o755)
		g := file(t, filepath.Join(image, "g"), "x", 0o644)
		if r := ward(t, "stat", g).wants(t, 0); r.says("nfs4", "dos ") {
			t.Errorf("of other models:\n%v", r)
		}
		sambaFile(t, g, dos.Hidden|dos.System)
		ward(t, "stat", g).wants(t, 0, "dos           -HS-")
		ward(t, "ls", image).wants(t, 0, "dos:-HS-")
	})
}
