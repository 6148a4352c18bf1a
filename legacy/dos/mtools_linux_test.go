package dos_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"ward/internal/requires"
	"ward/legacy/dos"
)

// mtools sets every combination on a floppy image; what it prints, and what stands in the
// directory, is what this package says.
func TestMtoolsShowTheSame(t *testing.T) {
	requires.Tool(t, "mformat", "mcopy", "mattrib")
	image := filepath.Join(t.TempDir(), "floppy.img")
	run := func(name string, args ...string) string {
		t.Helper()
		out, err := exec.Command(name, append([]string{"-i", image}, args...)...).CombinedOutput()
		if err != nil {
			t.Fatalf("%s %q: %v\n%s", name, args, err, out)
		}
		return string(out)
	}
	run("mformat", "-C", "-f", "1440", "::")
	for n := range 16 {
		a := [...]dos.Attributes{0, dos.ReadOnly}[n&1] | [...]dos.Attributes{0, dos.Hidden}[n>>1&1] |
			[...]dos.Attributes{0, dos.System}[n>>2&1] | [...]dos.Attributes{0, dos.Archive}[n>>3&1]
		file := fmt.Sprintf("::/F%d.TXT", n)
		run("mcopy", "/dev/null", file)
		if change := dos.Archive.To(a).Format(); change != "" {
			run("mattrib", append(strings.Fields(change), file)...)
		}
		line := strings.TrimRight(run("mattrib", file), "\n")
		got, path, err := dos.ParseMattrib(line)
		if err != nil || got != a || path != file || a.FormatMattrib()+file != line {
			t.Errorf("%v: %q: %v, %q, %v", a, line, got, path, err)
		}
		if out := strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(run("mattrib", "-X", file)), file)); out != a.FormatPacked() {
			t.Errorf("%v: mattrib -X says %q", a, out)
		}
		replay, want := run("mattrib", "-p", file), a.Replay()
		words := strings.TrimSpace(strings.TrimPrefix(strings.Split(replay, `"`)[0], "mattrib"))
		if c, err := dos.ParseChange(words); err != nil || c != want {
			t.Errorf("%v: mattrib -p says %q, want %q, %v", a, replay, want.Format(), err)
		}
		disk, err := os.ReadFile(image)
		if err != nil {
			t.Fatal(err)
		}
		at := bytes.Index(disk, fmt.Appendf(nil, "%-8sTXT", fmt.Sprintf("F%d", n)))
		if stored, err := dos.Decode(disk[at+dos.DirentOffset : at+dos.DirentOffset+1]); err != nil || stored != a {
			t.Errorf("%v: the directory has %v, %v", a, stored, err)
		}
	}
}
