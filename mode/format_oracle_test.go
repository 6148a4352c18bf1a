//go:build linux

package mode_test

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"ward/internal/requires"
	"ward/mode"
)

// stat(1) shows every mode of files, directories, FIFOs and sockets as Format does,
// and its st_mode in hexadecimal reads back.
func TestFormatOracleStat(t *testing.T) {
	requires.Tool(t, "stat")
	dir := t.TempDir()
	makers := map[mode.Kind]uint32{mode.Regular: syscall.S_IFREG, mode.FIFO: syscall.S_IFIFO, mode.Socket: syscall.S_IFSOCK}
	for _, k := range []mode.Kind{mode.Regular, mode.Directory, mode.FIFO, mode.Socket} {
		var paths []string
		step := mode.Mode(1)
		if k != mode.Regular && k != mode.Directory {
			step = 13
		}
		for m := mode.Mode(0); m <= mode.All; m += step {
			path := filepath.Join(dir, k.String()+m.Octal())
			create(t, path, makers[k])
			if err := syscall.Chmod(path, uint32(m)); err != nil {
				t.Fatal(err)
			}
			paths = append(paths, path)
		}
		out, err := exec.Command("stat", append([]string{"-c", "%A %f"}, paths...)...).Output()
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")
		for i, line := range lines {
			m := mode.Mode(i) * step
			if want := fmt.Sprintf("%s %x", m.Format(k), m.Stat(k)); line != want {
				t.Fatalf("%s %s: stat says %q, want %q", k, m.Octal(), line, want)
			}
			shown, number, _ := strings.Cut(line, " ")
			for _, text := range []string{shown, "0x" + number} {
				if got, err := mode.ParseSpelling(text); err != nil || got.Mode != m || got.Kind != k {
					t.Fatalf("%q reads as %+v: %v", text, got, err)
				}
			}
		}
		if len(lines) != len(paths) {
			t.Errorf("%s: %d lines", k, len(lines))
		}
	}
}

// create makes something of a type, or a directory where there is none.
func create(t *testing.T, path string, fileType uint32) {
	t.Helper()
	making := func() error { return syscall.Mknod(path, fileType|0o600, 0) }
	if fileType == 0 {
		making = func() error { return syscall.Mkdir(path, 0o700) }
	}
	if err := making(); err != nil {
		t.Fatal(err)
	}
}
