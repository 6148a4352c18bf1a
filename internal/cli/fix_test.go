package cli

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ward/internal/requires"
)

// checkDocument is what this test needs of a check in JSON.
type checkDocument struct {
	Findings []struct {
		Rule, Path, Relative string
		Fix                  *struct{ Command string }
	}
}

// The command that a finding names, pasted into a shell, mends that finding and
// nothing else.
func TestFixMendsItsFindingAlone(t *testing.T) {
	requires.Tool(t, "bash")
	policy := filepath.Join(t.TempDir(), "my policy's.yaml")
	write(t, policy, `version: 1
rules:
  - {name: files, match: {type: file}, require: {mode: "o-w"}}
  - {name: careful, match: {type: file}, require: {mode: "g-w"}, fix: ask}
  - {name: dirs, match: {type: dir}, require: {mode: "go-w"}}
`)
	for name, args := range map[string][]string{"baseline": nil, "own policy": {"-p", policy}} {
		t.Run(name, func(t *testing.T) {
			root := brokenTree(t)
			findings := findings(t, root, args)
			if len(findings) < 8 {
				t.Fatalf("only %d findings", len(findings))
			}
			for key, command := range findings {
				t.Run(key, func(t *testing.T) { mendsAlone(t, key, command, args) })
			}
		})
	}
}

// mendsAlone runs a finding's command on a fresh tree at the same place.
func mendsAlone(t *testing.T, key, command string, args []string) {
	root := brokenTree(t)
	before, all := modesBelow(t, root), findings(t, root, args)
	if out, err := bash(command+" --yes", t.TempDir()); err != nil {
		t.Fatalf("%s: %v\n%s", command, err, out)
	}
	left := findings(t, root, args)
	if _, there := left[key]; there {
		t.Errorf("%s: the finding is still there", command)
	}
	delete(all, key)
	if d := cmp.Diff(all, left); d != "" {
		t.Errorf("%s: other findings changed:\n%s", command, d)
	}
	changed := 0
	for path, m := range modesBelow(t, root) {
		if before[path] != m {
			changed++
		}
	}
	if changed != 1 {
		t.Errorf("%s changed %d objects", command, changed)
	}
}

// brokenTree is made anew at the same path each time.
func brokenTree(t *testing.T) string {
	t.Helper()
	root := filepath.Join(os.TempDir(), fmt.Sprintf("ward-fix-%d", os.Getpid()))
	if err := os.RemoveAll(root); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(root) })
	names := []string{
		"plain", "two words", "new\nline", "esc\x1b[31m", "bad\xff", "star*", "[x]", "!bang", "back\\slash",
		"quote's", "-dash", "~tilde", "$(id)", "dir/inner", "dir/a*b",
	}
	for _, name := range names {
		write(t, filepath.Join(root, name), "")
		setMode(t, filepath.Join(root, name), 0o666)
	}
	// Empty, for what lies in a directory that others may write is not touched
	// while its names are new.
	if err := os.Mkdir(filepath.Join(root, "open"), 0o755); err != nil {
		t.Fatal(err)
	}
	setMode(t, filepath.Join(root, "open"), 0o777)
	setMode(t, filepath.Join(root, "dir"), 0o755)
	setMode(t, root, 0o755)
	return root
}

func findings(t *testing.T, root string, args []string) map[string]string {
	t.Helper()
	cmd := exec.Command(os.Args[0], append([]string{"check", "--format", "json", root}, args...)...)
	cmd.Env = append(os.Environ(), asWard+"=1")
	out, _ := cmd.Output() // 1 is a good answer here
	var d checkDocument
	if err := json.Unmarshal(out, &d); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	all := map[string]string{}
	for _, f := range d.Findings {
		if f.Fix == nil {
			t.Fatalf("%s %s has no fix", f.Rule, f.Path)
		}
		all[f.Rule+" "+f.Path] = f.Fix.Command
	}
	return all
}

// bash runs a command line in which ward is this test binary.
func bash(line, state string) (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	cmd := exec.Command("bash", "-c", `ward() { "$WARD_TEST_SELF" "$@"; }; `+line)
	cmd.Env = append(os.Environ(), asWard+"=1", "WARD_TEST_SELF="+self, "WARD_STATE_DIR="+state)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func modesBelow(t *testing.T, root string) map[string]fs.FileMode {
	t.Helper()
	all := map[string]fs.FileMode{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		all[path] = info.Mode()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func setMode(t *testing.T, path string, m fs.FileMode) {
	t.Helper()
	out, err := exec.Command("chmod", fmt.Sprintf("%04o", m), "--", path).CombinedOutput()
	if err != nil {
		t.Fatalf("chmod %q: %v: %s", path, err, out)
	}
}
