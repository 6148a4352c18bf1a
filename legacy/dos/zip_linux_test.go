package dos_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"ward/internal/requires"
	"ward/internal/testfs"
	"ward/legacy/dos"
	"ward/mode"
)

func members() []testfs.ZipMember {
	var all []testfs.ZipMember
	for _, host := range []uint8{dos.ZipFAT, dos.ZipNTFSInfoZIP} {
		for a := range uint32(64) {
			all = append(all, testfs.ZipMember{Name: fmt.Sprintf("f%d-%d.%s", host, a, []string{"txt", "exe", "command", "xyz", "BAT"}[a%5]), Host: host, External: a})
		}
	}
	for i, unix := range []uint32{0o644, 0o600, 0o755, 0o444, 0o000, 0o400, 0o640} {
		all = append(all, testfs.ZipMember{Name: fmt.Sprintf("unix%d", i), Host: dos.ZipFAT, External: (0o100000|unix)<<16 | 0x20})
	}
	return all
}

func TestZipinfoListsTheSame(t *testing.T) {
	requires.Tool(t, "zipinfo")
	all := members()
	listed := testfs.Zipinfo(t, testfs.Zip(t, all))
	for _, m := range all {
		if m.External>>16 != 0 {
			continue // zipinfo shows the Unix bits
		}
		if got, want := dos.FromZip(m.External).FormatZipinfo(m.Name), listed[m.Name]; got != want {
			t.Errorf("%+v: %q, zipinfo says %q", m, got, want)
		}
	}
}

func TestUnzipMakesTheSame(t *testing.T) {
	requires.Tool(t, "unzip")
	var files []testfs.ZipMember
	for _, m := range members() {
		if m.External&uint32(dos.VolumeLabel|dos.Directory) == 0 {
			files = append(files, m)
		}
	}
	dir := t.TempDir()
	out, err := exec.Command("sh", "-c", `umask 022 && exec unzip -q "$1" -d "$2"`, "sh", testfs.Zip(t, files), dir).CombinedOutput()
	if err != nil {
		t.Fatalf("unzip: %v\n%s", err, out)
	}
	for _, m := range files {
		info, err := os.Stat(filepath.Join(dir, m.Name))
		if err != nil {
			t.Error(err)
			continue
		}
		want := mode.Mode(info.Mode().Perm())
		if got := dos.Unzipped(m.External, m.Host, m.Name).Under(0o022); got != want {
			t.Errorf("%+v: %s, unzip makes it %s", m, got.Octal(), want.Octal())
		}
	}
}
