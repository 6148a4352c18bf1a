package amiga_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"ward/internal/requires"
	"ward/internal/testfs"
	"ward/legacy/amiga"
	"ward/mode"
)

func members() []testfs.ZipMember {
	var all []testfs.ZipMember
	for word := range uint32(0x1000) {
		all = append(all, testfs.ZipMember{Name: fmt.Sprintf("f%d", word), Host: amiga.ZipHost, External: word << 16})
	}
	return all
}

func TestZipinfoListsTheSame(t *testing.T) {
	requires.Tool(t, "zipinfo")
	all := members()
	listed := testfs.Zipinfo(t, testfs.Zip(t, all))
	for _, m := range all {
		if got, want := amiga.FormatZipinfo(m.External), listed[m.Name]; got != want {
			t.Errorf("%+v: %q, zipinfo says %q", m, got, want)
		}
	}
}

func TestUnzipMakesTheSame(t *testing.T) {
	requires.Tool(t, "unzip")
	files := members()[:0x100]
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
		if got := amiga.Unzipped(m.External).Under(0o022); got != want {
			t.Errorf("%+v: %s, unzip makes it %s", m, got.Octal(), want.Octal())
		}
	}
}
