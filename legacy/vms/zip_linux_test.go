package vms_test

import (
	"archive/zip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"ward/internal/requires"
	"ward/legacy/vms"
	"ward/mode"
)

// zipHostVMS is the host of members that were made on VMS (APPNOTE.TXT, section
// 4.4.2).
const zipHostVMS = 2

// archiveOfModes has a member for each mode, made on VMS.
func archiveOfModes(t *testing.T, modes []mode.Mode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a.zip")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w := zip.NewWriter(f)
	for _, m := range modes {
		h := &zip.FileHeader{Name: "f" + m.Octal(), CreatorVersion: zipHostVMS<<8 | 20, ExternalAttrs: (0o100000 | uint32(m)) << 16}
		if _, err := w.CreateRaw(h); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// V6: zipinfo prints what FormatZipinfo writes, for every mode; its long listing adds
// the system, which has what the owner has.
func TestV6ZipinfoListsTheSame(t *testing.T) {
	requires.Tool(t, "zipinfo")
	var modes []mode.Mode
	for m := range mode.Mode(0o1000) {
		modes = append(modes, m)
	}
	archive := archiveOfModes(t, modes)
	out, err := exec.Command("zipinfo", "-s", archive).CombinedOutput()
	if err != nil {
		t.Fatalf("zipinfo: %v\n%s", err, out)
	}
	listed := map[string]string{}
	for line := range strings.Lines(string(out)) {
		if f := strings.Fields(line); len(f) > 7 { // wide protections run into the version
			listed[f[len(f)-1]] = strings.TrimRight(f[0], "0123456789.")
		}
	}
	for _, m := range modes {
		p := vms.FromMode(m)
		if got, want := p.FormatZipinfo(), listed["f"+m.Octal()]; got != want {
			t.Errorf("%s: %q, zipinfo says %q", m.Octal(), got, want)
		}
	}
	for _, m := range []mode.Mode{0o755, 0o640, 0, 0o777, 0o123} {
		out, err := exec.Command("zipinfo", "-v", archive, "f"+m.Octal()).CombinedOutput()
		if err != nil {
			t.Fatalf("zipinfo: %v\n%s", err, out)
		}
		if want := vms.FromMode(m).FormatListing(vms.File); !strings.Contains(string(out), want) {
			t.Errorf("%s: want %q in\n%s", m.Octal(), want, out)
		}
	}
}

// V7: unzip keeps the modes of members from VMS whatever the umask is.
func TestV7UnzipKeepsModes(t *testing.T) {
	requires.Tool(t, "unzip")
	modes := []mode.Mode{0o777, 0o755, 0o640, 0o600, 0o444}
	dir := t.TempDir()
	out, err := exec.Command("sh", "-c", `umask 022 && exec unzip -q "$1" -d "$2"`, "sh", archiveOfModes(t, modes), dir).CombinedOutput()
	if err != nil {
		t.Fatalf("unzip: %v\n%s", err, out)
	}
	for _, m := range modes {
		info, err := os.Stat(filepath.Join(dir, "f"+m.Octal()))
		if err != nil {
			t.Error(err)
			continue
		}
		if got := mode.Mode(info.Mode().Perm()); got != m {
			t.Errorf("%s is unpacked as %s", m.Octal(), got.Octal())
		}
		if back := vms.FromMode(m).Mode(); back != m {
			t.Errorf("%s comes back as %s", m.Octal(), back.Octal())
		}
	}
}
