package cli

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"ward/internal/requires"
)

// Under their names the commands say and do in many situations what the installed
// ones do: owners in all their forms, links that lead nowhere, names that are hard to
// quote, directories that nobody may read, mistakes of every kind.
func TestStandInsOracleSituations(t *testing.T) {
	requires.Root(t)
	besideInstalled(t)
	requires.Tool(t, "bash", "chmod", "chown", "chgrp", "setpriv", "find")
	want := situations(t, os.Getenv("PATH"))
	got := situations(t, links(t, "chmod", "chown", "chgrp")+":"+os.Getenv("PATH"))
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range w {
		if i >= len(g) || w[i] != g[i] {
			t.Fatalf("line %d after %s:\ngot  %s\nwant %s", i, command(w[:i]), strings.Join(g[min(i, len(g)):min(i+3, len(g))], "\n     "), strings.Join(w[i:min(i+3, len(w))], "\n     "))
		}
	}
	if len(w) < 700 || len(g) != len(w) {
		t.Errorf("%d lines, want %d", len(g), len(w))
	}
}

// installedPath is PATH as it was before testscript put ward's names in front of it.
var installedPath = os.Getenv("PATH")

// besideInstalled has a test find the installed programs, and makes sure that they are
// GNU's.
func besideInstalled(t *testing.T) requires.Release {
	t.Helper()
	t.Setenv("PATH", installedPath)
	requires.Tool(t, "chmod")
	if out, err := exec.Command("chmod", "--version").Output(); err != nil || !strings.Contains(string(out), "(GNU coreutils)") {
		t.Fatalf("the chmod in PATH is not GNU's: %v %s", err, out)
	}
	return requires.ReleaseOf(t, "chmod")
}

// command is the last one that was run.
func command(lines []string) string {
	for i := len(lines) - 1; i >= 0; i-- {
		if strings.HasPrefix(lines[i], "$ ") {
			return lines[i]
		}
	}
	return "the beginning"
}

// links makes a directory with links to this test program, which then is ward.
func links(t *testing.T, names ...string) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := openDir(t)
	program := filepath.Join(dir, "ward")
	copyProgram(t, self, program)
	for _, name := range names {
		if err := os.Symlink(program, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// copyProgram is for users who may not look into the directory of test programs.
func copyProgram(t *testing.T, from, to string) {
	t.Helper()
	text, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, text, 0o755); err != nil {
		t.Fatal(err)
	}
}

// openDir is a directory that everybody may pass.
func openDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "ward-standin-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	f, err := os.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := f.Chmod(0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func situations(t *testing.T, path string) string {
	t.Helper()
	script, err := filepath.Abs("testdata/standin/situations.sh")
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(openDir(t), "w")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	c := exec.Command("bash", script)
	c.Dir = dir
	c.Env = append(os.Environ(), "PATH="+path, asWard+"=1")
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	if err := c.Run(); err != nil {
		t.Fatalf("%v\n%s", err, &out)
	}
	return unknownOwner.ReplaceAllString(out.String(), "${1}somebody")
}

// Scripts that give files to others.
func TestScriptsAsRoot(t *testing.T) {
	requires.Root(t)
	requires.Feature(t, requires.Chown, requires.ACLs)
	requires.Tool(t, "setfacl", "getfacl")
	testscript.Run(t, testscript.Params{
		Dir: "testdata/asroot",
		Setup: func(e *testscript.Env) error {
			e.Setenv("WARD_STATE_DIR", filepath.Join(e.WorkDir, ".state"))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"status": status, "mode": modes, "link": link, "owner": owners,
		},
	})
}

// owner UID:GID FILE… compares owners, of links themselves.
func owners(ts *testscript.TestScript, _ bool, args []string) {
	for _, name := range args[1:] {
		info, err := os.Lstat(ts.MkAbs(name))
		ts.Check(err)
		st := info.Sys().(*syscall.Stat_t)
		if got := fmt.Sprintf("%d:%d", st.Uid, st.Gid); got != args[0] {
			ts.Fatalf("%s belongs to %s, want %s", name, got, args[0])
		}
	}
}
