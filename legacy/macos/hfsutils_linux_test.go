package macos_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"ward/internal/requires"
	"ward/legacy/macos"
)

// hfsutils locks and hides files on an HFS image; what stands in its catalog is what this
// package reads, and its MacBinary does not carry the lock (C1 to C4).
func TestHfsutilsWriteTheSame(t *testing.T) {
	requires.Tool(t, "hformat", "hmount", "hattrib", "hcopy")
	dir := t.TempDir()
	image, plain := filepath.Join(dir, "image"), filepath.Join(dir, "plain")
	for _, path := range []string{image, plain} {
		if err := os.WriteFile(path, make([]byte, 1<<20), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	run := func(name string, args ...string) {
		t.Helper()
		cmd := exec.Command(name, args...)
		cmd.Env = append(os.Environ(), "HOME="+dir)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s %q: %v\n%s", name, args, err, out)
		}
	}
	if err := os.WriteFile(plain, []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	run("hformat", "-l", "Volume", image)
	run("hmount", image)
	for _, c := range []struct {
		name   string
		set    []string
		locked bool
		flags  macos.FinderFlags
	}{
		{"Plainfile", nil, false, 0},
		{"Lockedfile", []string{"+l"}, true, 0},
		{"Hiddenfile", []string{"+i"}, false, macos.Invisible},
		{"Bothfile", []string{"+l", "+i"}, true, macos.Invisible},
	} {
		run("hcopy", "-r", plain, ":"+c.name)
		for _, set := range c.set {
			run("hattrib", set, ":"+c.name)
		}
		binary := filepath.Join(dir, c.name+".bin")
		run("hcopy", "-m", ":"+c.name, binary)
		header, err := os.ReadFile(binary)
		if err != nil {
			t.Fatal(err)
		}
		if m, err := macos.DecodeMacBinary(header); err != nil || m.Protected || m.Finder.Flags&macos.Invisible != c.flags {
			t.Errorf("%s as MacBinary: %+v, %v", c.name, m, err)
		}
	}
	run("humount")
	disk, err := os.ReadFile(image)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]struct {
		locked bool
		flags  macos.FinderFlags
	}{"Plainfile": {}, "Lockedfile": {true, 0}, "Hiddenfile": {false, macos.Invisible}, "Bothfile": {true, macos.Invisible}} {
		f, err := macos.DecodeHFSFile(catalogRecord(t, disk, name))
		if err != nil || f.Locked() != want.locked || f.Finder.Flags&macos.Invisible != want.flags {
			t.Errorf("%s: %+v, %v", name, f, err)
		}
	}
}

// catalogRecord is what follows the key of a file in a leaf of the catalog: a length, a
// zero byte, the directory's number and the name, to an even number of bytes.
func catalogRecord(t *testing.T, disk []byte, name string) []byte {
	t.Helper()
	key := append([]byte{byte(len(name))}, name...)
	for at := 0; ; {
		i := bytes.Index(disk[at:], key)
		if i < 0 {
			t.Fatalf("%s is not in the catalog", name)
		}
		at += i
		end := (at + len(key) + 1) &^ 1
		if disk[end] == 2 && int(disk[at-6]) >= 6+len(name) {
			return disk[end : end+102]
		}
		at++
	}
}
