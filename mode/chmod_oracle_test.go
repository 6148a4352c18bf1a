//go:build linux

package mode_test

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"ward/internal/requires"
	"ward/internal/testexpr"
	"ward/mode"
)

// bench is the files and directories that each generated expression is run on.
type bench struct {
	paths []string
	kinds []mode.Kind
}

func newBench(t *testing.T, each int) bench {
	t.Helper()
	dir := t.TempDir()
	var b bench
	for i := range each {
		file, sub := filepath.Join(dir, fmt.Sprintf("f%d", i)), filepath.Join(dir, fmt.Sprintf("d%d", i))
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Mkdir(sub, 0o700); err != nil {
			t.Fatal(err)
		}
		b.paths = append(b.paths, file, sub)
		b.kinds = append(b.kinds, mode.Regular, mode.Directory)
	}
	return b
}

func (b bench) set(t *testing.T, modes []mode.Mode) {
	t.Helper()
	for i, path := range b.paths {
		if err := syscall.Chmod(path, uint32(modes[i])); err != nil {
			t.Fatal(err)
		}
	}
}

func (b bench) look(t *testing.T) []mode.Mode {
	t.Helper()
	modes := make([]mode.Mode, len(b.paths))
	for i, path := range b.paths {
		var st syscall.Stat_t
		if err := syscall.Lstat(path, &st); err != nil {
			t.Fatal(err)
		}
		modes[i], _ = mode.FromStat(st.Mode)
	}
	return modes
}

// chmod runs the real program and tells whether it took the expression.
func (b bench) chmod(t *testing.T, expr string, umask mode.Mode) bool {
	t.Helper()
	args := append([]string{"-c", `umask "$1"; shift; exec chmod -- "$@"`, "sh", umask.Octal(), expr}, b.paths...)
	out, err := exec.Command("sh", args...).CombinedOutput()
	if err != nil && !strings.Contains(string(out), "invalid mode") {
		t.Fatalf("chmod %q: %v: %s", expr, err, out)
	}
	return err == nil
}

// What chmod(1) of GNU does with generated expressions is what ParseExpr says.
func TestExprOracleChmod(t *testing.T) {
	requires.Tool(t, "chmod", "sh")
	if out, err := exec.Command("chmod", "--version").Output(); err != nil || !strings.Contains(string(out), "GNU coreutils") {
		requires.Tool(t, "GNU chmod")
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	b := newBench(t, 12)
	before := make([]mode.Mode, len(b.paths))
	accepted := 0
	for range 1200 {
		expr, umask := testexpr.Mode(random), mode.Mode(random.IntN(0o1000))
		for i := range before {
			before[i] = mode.Mode(random.IntN(0o10000))
		}
		b.set(t, before)
		before = b.look(t) // a directory that keeps setgid for somebody else's group may differ
		took := b.chmod(t, expr, umask)
		e, err := mode.ParseExpr(expr)
		if took != (err == nil) {
			t.Fatalf("seed %d: chmod accepts %q: %v, ward: %v", seed, expr, took, err)
		}
		if !took {
			continue
		}
		accepted++
		for i, got := range b.look(t) {
			if want := e.Apply(before[i], b.kinds[i], umask); got != want {
				t.Fatalf("seed %d: chmod %q under %s makes %s of %s %s, ward says %s", seed, expr, umask.Octal(), got.Octal(), b.kinds[i], before[i].Octal(), want.Octal())
			}
		}
	}
	if accepted < 300 {
		t.Errorf("seed %d: only %d of the generated expressions were valid", seed, accepted)
	}
}

// FileMode and FromFileMode agree with what the os package makes of a real file.
func TestFileModeOracleOS(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for m := mode.Mode(0); m <= mode.All; m += 0o111 {
		if err := os.Chmod(path, m.FileMode(mode.Regular)); err != nil {
			t.Fatal(err)
		}
		var info fs.FileInfo
		info, err := os.Lstat(path)
		if err != nil {
			t.Fatal(err)
		}
		got, kind := mode.FromFileMode(info.Mode())
		raw, rawKind := mode.FromStat(info.Sys().(*syscall.Stat_t).Mode)
		if got != m || raw != m || kind != mode.Regular || rawKind != kind {
			t.Fatalf("%s: os says %s %s, stat %s %s", m.Octal(), got.Octal(), kind, raw.Octal(), rawKind)
		}
	}
}
