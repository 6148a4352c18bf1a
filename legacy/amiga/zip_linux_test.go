package amiga_test

import (
	"archive/zip"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"ward/internal/requires"
	"ward/legacy/amiga"
	"ward/mode"
)

type member struct {
	name     string
	external uint32
}

func members() []member {
	var all []member
	for word := range uint32(0x1000) {
		all = append(all, member{fmt.Sprintf("f%d", word), word << 16})
	}
	return all
}

func archive(t *testing.T, members []member) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a.zip")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w := zip.NewWriter(f)
	for _, m := range members {
		if _, err := w.CreateRaw(&zip.FileHeader{Name: m.name, CreatorVersion: uint16(amiga.ZipHost)<<8 | 20, ExternalAttrs: m.external}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestZipinfoListsTheSame(t *testing.T) {
	requires.Tool(t, "zipinfo")
	all := members()
	out, err := exec.Command("zipinfo", "-s", archive(t, all)).CombinedOutput()
	if err != nil {
		t.Fatalf("zipinfo: %v\n%s", err, out)
	}
	listed := map[string]string{}
	for line := range strings.Lines(string(out)) {
		if f := strings.Fields(line); len(f) == 9 {
			listed[f[8]] = f[0]
		}
	}
	for _, m := range all {
		if got, want := amiga.FormatZipinfo(m.external), listed[m.name]; got != want {
			t.Errorf("%+v: %q, zipinfo says %q", m, got, want)
		}
	}
}

func TestUnzipMakesTheSame(t *testing.T) {
	requires.Tool(t, "unzip")
	files := members()[:0x100]
	dir := t.TempDir()
	out, err := exec.Command("sh", "-c", `umask 022 && exec unzip -q "$1" -d "$2"`, "sh", archive(t, files), dir).CombinedOutput()
	if err != nil {
		t.Fatalf("unzip: %v\n%s", err, out)
	}
	for _, m := range files {
		info, err := os.Stat(filepath.Join(dir, m.name))
		if err != nil {
			t.Error(err)
			continue
		}
		want := mode.Mode(info.Mode().Perm())
		if got := amiga.Unzipped(m.external).Under(0o022); got != want {
			t.Errorf("%+v: %s, unzip makes it %s", m, got.Octal(), want.Octal())
		}
	}
}
