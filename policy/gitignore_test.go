package policy

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ward/internal/requires"
	"ward/mode"
)

// Git is asked about the same patterns, with the slash before them that anchors
// them. What it answers for a path includes the directories above it; here they
// are tried one by one. Characters beyond ASCII are left out: for git "?" is a byte.
func TestPatternsAreThoseOfGit(t *testing.T) {
	requires.Tool(t, "git")
	dir := t.TempDir()
	if out, err := exec.Command("git", "init", "-q", dir).CombinedOutput(); err != nil {
		t.Fatalf("git init: %v: %s", err, out)
	}
	paths := []string{
		"a", "b", "lib", "x.sh", "a.key", "a/a", "a/b", "a/b/a", "a/lib/b/x.sh", "lib/a.key", "b/a/lib/a", "*", "a*", "bin/x",
		"b/x_rsa", "LongerNameThanEightBytes.tar.gz", "a/LongerNameThanEightBytes", "-", "x~", "b/.key", "[a]", "a/b/lib/bin/x.sh",
	}
	rapid.Check(t, func(rt *rapid.T) {
		text := drawPattern(rt)
		if strings.Contains(text, "ä") || strings.Contains(text, "\\") && strings.HasSuffix(text, "\\") {
			rt.Skip()
		}
		p, err := parsePattern(text)
		if err != nil {
			rt.Skip()
		}
		if err := os.WriteFile(filepath.Join(dir, ".git", "info", "exclude"), []byte("/"+text+"\n"), 0o644); err != nil {
			rt.Fatal(err)
		}
		theirs := gitIgnores(rt, dir, paths)
		for _, path := range paths {
			if ours := fitsAbove(p, path); ours != theirs[path] {
				rt.Fatalf("pattern %q, path %q: %v, git says %v", text, path, ours, theirs[path])
			}
		}
	})
}

// fitsAbove tells whether the pattern fits the path or a directory above it.
func fitsAbove(p pattern, path string) bool {
	names := strings.Split(path, "/")
	for i := range names {
		if automatonFits(p, strings.Join(names[:i+1], "/"), i < len(names)-1) {
			return true
		}
	}
	return false
}

// automatonFits asks the compiled form.
func automatonFits(p pattern, path string, dir bool) bool {
	var a automaton
	a.add(&p, false)
	a.compile()
	w := steps{automaton: &a}
	s, kind := a.top, mode.Regular
	if dir {
		kind = mode.Directory
	}
	names := strings.Split(path, "/")
	for _, name := range names[:len(names)-1] {
		s = w.child(s, name)
	}
	k := keyOf(names[len(names)-1])
	return len(w.hits(nil, s, &k, kind)) > 0
}

func gitIgnores(t *rapid.T, dir string, paths []string) map[string]bool {
	cmd := exec.Command("git", "-C", dir, "check-ignore", "--no-index", "-z", "--stdin")
	cmd.Stdin = strings.NewReader(strings.Join(paths, "\x00") + "\x00")
	out, err := cmd.Output()
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || exit.ExitCode() != 1) {
		t.Fatalf("git check-ignore: %v", err)
	}
	ignored := map[string]bool{}
	for _, path := range strings.Split(string(out), "\x00") {
		ignored[path] = true
	}
	return ignored
}
