package testfs

import (
	"archive/zip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// ZipMember is an empty member of an archive with the attributes of a system.
type ZipMember struct {
	Name     string
	Host     uint8 // "version made by", upper byte
	External uint32
}

// Zip writes an archive of such members, and gives its path.
func Zip(t testing.TB, members []ZipMember) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a.zip")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w := zip.NewWriter(f)
	for _, m := range members {
		if _, err := w.CreateRaw(&zip.FileHeader{Name: m.Name, CreatorVersion: uint16(m.Host)<<8 | 20, ExternalAttrs: m.External}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// Zipinfo is the first column that zipinfo(1) lists for each member of an archive.
func Zipinfo(t testing.TB, archive string) map[string]string {
	t.Helper()
	out, err := exec.Command("zipinfo", "-s", archive).CombinedOutput()
	if err != nil {
		t.Fatalf("zipinfo: %v\n%s", err, out)
	}
	listed := map[string]string{}
	for line := range strings.Lines(string(out)) {
		if f := strings.Fields(line); len(f) == 9 {
			listed[f[8]] = f[0]
		}
	}
	return listed
}
