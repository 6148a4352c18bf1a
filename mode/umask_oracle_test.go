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

// What the kernel makes of requests under a umask is what Created says. The umask
// belongs to the whole process, so a shell sets it and mkfifo(1), mkdir(1) and a
// redirection ask.
func TestCreatedOracleKernel(t *testing.T) {
	requires.Tool(t, "sh", "stat", "mkdir", "mkfifo")
	for mask := mode.Mode(0); mask <= mode.Permissions; mask += 0o031 {
		dir := t.TempDir()
		script := fmt.Sprintf(`umask %03o; : > "$1/f"; mkdir "$1/d"; mkfifo "$1/p"; stat -c %%a "$1/f" "$1/d" "$1/p"`, uint16(mask))
		out, err := exec.Command("sh", "-c", script, "sh", dir).Output()
		if err != nil {
			t.Fatal(err)
		}
		want := ""
		for _, k := range []mode.Kind{mode.Regular, mode.Directory, mode.FIFO} {
			want += fmt.Sprintf("%o\n", uint16(mode.Request(k).Created(k, mask)))
		}
		if string(out) != want {
			t.Errorf("umask %s: %q, want %q", mask.Octal(), out, want)
		}
	}
}

// mkdir(2) ignores setuid and setgid in what it is asked for.
func TestCreatedOracleKernelMkdir(t *testing.T) {
	dir := t.TempDir()
	for ask := mode.Mode(0o700); ask <= mode.All; ask += 0o1000 {
		name := filepath.Join(dir, ask.Octal())
		if err := syscall.Mkdir(name, uint32(ask)); err != nil {
			t.Fatal(err)
		}
		var st syscall.Stat_t
		if err := syscall.Stat(name, &st); err != nil {
			t.Fatal(err)
		}
		if got, k := mode.FromStat(st.Mode); got != ask.Created(k, 0) {
			t.Errorf("mkdir with %s made %s", ask.Octal(), got.Octal())
		}
	}
}

// bash shows masks, and takes them in words, as FormatUmask and ParseUmask do.
func TestUmaskOracleShell(t *testing.T) {
	requires.Tool(t, "bash")
	for _, text := range []string{"027", "0", "777", "u=rwx,g=rx,o=", "g-w,o=", "a+r", "go=", "u=rx,o+w", "-w"} {
		out, err := exec.Command("bash", "-c", `umask 0022; umask -- "$1"; umask -S`, "bash", text).Output()
		if err != nil {
			t.Fatal(err)
		}
		mask, err := mode.ParseUmask(text, 0o022)
		if got := mode.FormatUmask(mask); err != nil || got != strings.TrimSpace(string(out)) {
			t.Errorf("%s: %s, %v; bash says %s", text, got, err, out)
		}
	}
}
