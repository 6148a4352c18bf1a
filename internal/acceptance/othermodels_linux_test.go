package acceptance

import (
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"ward/acl/nfs4"
	"ward/internal/requires"
	"ward/internal/testfs"
	"ward/legacy/dos"
	"ward/mode"
)

// A list of NFS 4 is required, found lacking, shown, written and taken back to the
// byte, where the server makes the mode of it and where it does not.
func TestRequiredNFS4ListsComeAndGo(t *testing.T) {
	for name, apart := range map[string]bool{"mode follows the list": false, "mode stands apart": true} {
		t.Run(name, func(t *testing.T) {
			onHost(t, func(t *testing.T) {
				requires.Tool(t, "nfs4_getfacl")
				mount, _ := testfs.NFS4FS(t, apart)
				root := dir(t, filepath.Join(mount, "tree"), 0o755)
				f := file(t, filepath.Join(root, "f"), "x", 0o640)
				file(t, filepath.Join(root, "d/g"), "x", 0o604)
				before := lists(t, root)
				snap := snapshot(t, root)
				p := policyFile(t, `{name: bob-reads, reason: "he audits", require: {nfs4: ["A::bob@example.org:rxtncy", "D::EVERYONE@:w", "A::EVERYONE@:rtncy"]}}`)
				ward(t, "check", "-p", p, root).wants(t, 1, "A::bob@example.org:rxtncy", "nfs4")
				ward(t, "plan", "-p", p, root).wants(t, 0, "A::bob@example.org:rxtncy", "mode 0640 -rw-r----- -> 0444 -r--r--r-- where the server makes it", "user bob@example.org: read, execute", "may do less: the owner: write", "may do more: everyone else: read; user bob@example.org: read, execute")
				if got := lists(t, root); got != before {
					t.Fatalf("check and plan changed lists:\n%s", got)
				}
				ward(t, "apply", "--yes", "-p", p, root).wants(t, 0)
				want := "A::bob@example.org:rxtncy\nD::EVERYONE@:w\nA::EVERYONE@:rtncy\nA::OWNER@:rwatTnNcCoy\nA:g:GROUP@:rtncy\n"
				if got := nfs4Getfacl(t, f); got != want {
					t.Errorf("nfs4_getfacl shows\n%swant\n%s", got, want)
				}
				if !apart {
					wantMode(t, f, 0o444)
				}
				ward(t, "check", "-p", p, root).wants(t, 0)
				ward(t, "plan", "--exit-code", "-p", p, root).wants(t, 0)
				ward(t, "policy", "explain", "--root", root, p, f).wants(t, 0, "complies", "A::bob@example.org in the NFSv4 list")
				ward(t, "undo", "--yes").wants(t, 0)
				if got := lists(t, root); got != before {
					t.Errorf("undone:\n%swas:\n%s", got, before)
				}
				wantSnapshot(t, root, snap)
			})
		})
	}
}

// A mode and a list that agree are both brought about; a saved plan carries lists.
func TestNFS4ListWithAMode(t *testing.T) {
	onHost(t, func(t *testing.T) {
		mount, _ := testfs.NFS4FS(t, false)
		root := dir(t, filepath.Join(mount, "tree"), 0o755)
		f := file(t, filepath.Join(root, "f"), "x", 0o666)
		before := lists(t, root)
		p := policyFile(t, `{name: whole, match: {type: file}, require: {mode: "0640", nfs4: "exactly A::OWNER@:rwatTnNcCy,A::GROUP@:rtncy,A::EVERYONE@:tcy"}}`)
		saved := filepath.Join(t.TempDir(), "plan")
		ward(t, "plan", "--out", saved, "-p", p, root).wants(t, 0)
		ward(t, "apply", "--yes", saved).wants(t, 0)
		wantMode(t, f, 0o640)
		ward(t, "check", "-p", p, root).wants(t, 0)
		ward(t, "undo", "--yes").wants(t, 0)
		wantMode(t, f, 0o666)
		if got := lists(t, root); got != before {
			t.Errorf("undone:\n%swas:\n%s", got, before)
		}
	})
}

// Where a list was changed after the plan, the object is left alone.
func TestAChangedNFS4ListIsLeftAlone(t *testing.T) {
	onHost(t, func(t *testing.T) {
		mount, _ := testfs.NFS4FS(t, true)
		root := dir(t, filepath.Join(mount, "tree"), 0o755)
		f := file(t, filepath.Join(root, "f"), "x", 0o644)
		p := policyFile(t, `{name: bob, match: {type: file}, require: {nfs4: "A::bob@example.org:r"}}`)
		saved := filepath.Join(t.TempDir(), "plan")
		ward(t, "plan", "--out", saved, "-p", p, root).wants(t, 0)
		list, err := nfs4.Parse("A::carol@example.org:rw", nfs4.Linux, mode.Regular)
		must(t, err)
		value, err := list.Encode()
		must(t, err)
		must(t, unix.Setxattr(f, nfs4.Xattr, value, 0))
		ward(t, "apply", "--yes", saved).wants(t, 3, "its NFSv4 list was changed")
		if got := nfs4Getfacl(t, f); got != "A::carol@example.org:rw\n" {
			t.Errorf("the list is now\n%s", got)
		}
	})
}

// Where the file system keeps neither, that is a finding and no compliance.
func TestFileSystemsWithoutOtherModels(t *testing.T) {
	onHost(t, func(t *testing.T) {
		root := dir(t, filepath.Join(testfs.Image(t, testfs.Ext4, 0), "tree"), 0o755)
		file(t, filepath.Join(root, "f"), "x", 0o644)
		for require, lack := range map[string]string{
			`nfs4: "A::bob@example.org:r"`: "its file system keeps no NFSv4 list",
			`dos: "+r"`:                    "its file system keeps no DOS attributes",
		} {
			p := policyFile(t, `{name: other, match: {type: file}, require: {`+require+`}}`)
			ward(t, "check", "-p", p, root).wants(t, 1, lack)
			ward(t, "plan", "-p", p, root).wants(t, 3, lack)
			ward(t, "apply", "--yes", "-p", p, root).wants(t, 3, lack)
		}
	})
}

// The DOS attributes that Samba keeps, with all else that stands in the attribute.
func TestRequiredDOSAttributesOfSamba(t *testing.T) {
	onHost(t, func(t *testing.T) {
		root := dir(t, filepath.Join(testfs.Image(t, testfs.Ext4, 0), "tree"), 0o755)
		f := file(t, filepath.Join(root, "f"), "x", 0o644)
		v5, err := hex.DecodeString("0000050005000000110000002200000080d4e5f6a7b8d701")
		must(t, err)
		must(t, unix.Setxattr(f, dos.SambaXattr, v5, 0))
		p := policyFile(t, `{name: shown, match: {type: file}, require: {dos: "+r-h"}}`)
		ward(t, "check", "-p", p, root).wants(t, 1, "-H-A", "R--A")
		ward(t, "apply", "--yes", "-p", p, root).wants(t, 0)
		want := append([]byte{}, v5...)
		want[12] = 0x21
		if got := attribute(t, f, dos.SambaXattr); string(got) != string(want) {
			t.Errorf("%s is %x, want %x", dos.SambaXattr, got, want)
		}
		ward(t, "plan", "--exit-code", "-p", p, root).wants(t, 0)
		ward(t, "undo", "--yes").wants(t, 0)
		if got := attribute(t, f, dos.SambaXattr); string(got) != string(v5) {
			t.Errorf("undone, %s is %x, want %x", dos.SambaXattr, got, v5)
		}
	})
}

// The DOS attributes that vfat keeps, whose mode follows them.
func TestRequiredDOSAttributesOfFAT(t *testing.T) {
	onHost(t, func(t *testing.T) {
		mount, below := testfs.FATFS(t)
		root := dir(t, filepath.Join(below, "tree"), 0o755)
		f := file(t, filepath.Join(root, "f"), "x", 0o644)
		file(t, filepath.Join(root, "d/g"), "x", 0o644)
		root = filepath.Join(mount, "tree")
		kept := func() string { return hex.EncodeToString(attribute(t, f, testfs.FATBelow)) }
		p := policyFile(t, `{name: sealed, match: {type: [file, dir]}, require: {dos: "+r-a"}}`)
		ward(t, "check", "-p", p, root).wants(t, 1, "---A", "R---")
		ward(t, "apply", "--yes", "-p", p, root).wants(t, 0)
		wantMode(t, f, 0o444)
		if got := kept(); got != "01000000" {
			t.Errorf("the attributes are %s", got)
		}
		ward(t, "plan", "--exit-code", "-p", p, root).wants(t, 0)
		ward(t, "undo", "--yes").wants(t, 0)
		wantMode(t, f, 0o644)
		if got := kept(); got != "20000000" {
			t.Errorf("undone, the attributes are %s", got)
		}
	})
}

// The DOS attributes that NTFS keeps.
func TestRequiredDOSAttributesOfNTFS(t *testing.T) {
	onHost(t, func(t *testing.T) {
		root := dir(t, filepath.Join(testfs.NTFS(t, "permissions"), "tree"), 0o755)
		f := file(t, filepath.Join(root, "f"), "x", 0o644)
		dosOf := func() string { return hex.EncodeToString(attribute(t, f, dos.NTFSXattr+"_be")) }
		before := dosOf()
		p := policyFile(t, `{name: hidden, match: {type: file}, require: {dos: "+rh-a"}}`)
		ward(t, "check", "-p", p, root).wants(t, 1, "RH--")
		ward(t, "apply", "--yes", "-p", p, root).wants(t, 0)
		if got := dosOf(); got != "00000003" {
			t.Errorf("the attributes are %s", got)
		}
		ward(t, "plan", "--exit-code", "-p", p, root).wants(t, 0)
		ward(t, "undo", "--yes").wants(t, 0)
		if got := dosOf(); got != before {
			t.Errorf("undone, the attributes are %s, and were %s", got, before)
		}
		p = policyFile(t, `{name: system, match: {type: file}, require: {dos: "+s"}}`)
		file(t, filepath.Join(root, "empty"), "", 0o644)
		file(t, f, "content", 0o644)
		ward(t, "check", "-p", p, root).wants(t, 1, "Interix")
		ward(t, "apply", "--yes", "-p", p, root).wants(t, 3, "Interix")
		if got := dosOf(); got != "00000024" {
			t.Errorf("the attributes are %s", got)
		}
	})
}

// What is wrong in a policy is shown where it stands.
func TestPolicyErrorsOfOtherModels(t *testing.T) {
	p := filepath.Join(t.TempDir(), "ward.yaml")
	for text, want := range map[string]string{
		`{nfs4: "A::bob:q"}`:           p + ":4:29: error: require.nfs4",
		`{nfs4: "X::bob:r"}`:           p + ":4:22: error: require.nfs4",
		`{dos: "+rz"}`:                 p + `:4:23: error: require.dos: "z" is no attribute`,
		`{nfs: "A::bob:r"}`:            `did you mean "nfs4"`,
		`{doss: "+r"}`:                 `did you mean "dos"`,
		`{dos: " "}`:                   "require.dos is empty",
		`{nfs4: [A::bob:r, A::bob:w]}`: "is for the same as entry 1",
	} {
		must(t, os.WriteFile(p, []byte("version: 1\nrules:\n  - name: x\n    require: "+text+"\n"), 0o600))
		ward(t, "policy", "check", p).wants(t, 2, want)
	}
}

// sambaFile gives a file the DOS attributes that Samba would.
func sambaFile(t *testing.T, path string, a dos.Attributes) (value string) {
	t.Helper()
	b, err := dos.Samba{Version: 5, Valid: dos.ValidAttributes | dos.ValidCreateTime, Stored: a, CreateTime: 1 << 56}.Encode()
	must(t, err)
	must(t, unix.Setxattr(path, dos.SambaXattr, b, 0))
	return string(b)
}

// lists is the raw lists of a tree.
func lists(t *testing.T, root string) (all string) {
	t.Helper()
	must(t, filepath.WalkDir(root, func(p string, _ os.DirEntry, err error) error {
		must(t, err)
		all += p + " " + hex.EncodeToString(attribute(t, p, nfs4.Xattr)) + "\n"
		return nil
	}))
	return all
}

func attribute(t *testing.T, path, name string) []byte {
	t.Helper()
	value := make([]byte, 64<<10)
	n, err := unix.Getxattr(path, name, value)
	if err != nil {
		t.Fatalf("%s of %s: %v", name, path, err)
	}
	return value[:n]
}

func nfs4Getfacl(t *testing.T, path string) string {
	t.Helper()
	out, err := exec.Command("nfs4_getfacl", path).CombinedOutput()
	if err != nil {
		t.Fatalf("nfs4_getfacl: %v\n%s", err, out)
	}
	_, list, _ := strings.Cut(string(out), "\n") // "# file: …"
	return strings.TrimSuffix(list, "\n")
}
