//go:build !windows

package ward_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"ward/internal/requires"
)

// checkout is the root of the module, of which every source file is read, so that
// a cached result of these tests is never taken for a new one.
func checkout(t *testing.T, each func(path string, content []byte)) string {
	t.Helper()
	root, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == ".git" || d.Name() == "bin" || d.Name() == "dist"):
			return fs.SkipDir
		case !d.Type().IsRegular():
			return nil
		}
		content, err := os.ReadFile(path)
		if err == nil {
			each(path[len(root)+1:], content)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// goes runs the go command without a network.
func goes(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOPROXY=off", "GOWORK=off")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// document reads a file that docs/library.md shows: its name between backticks,
// then its text in a fence.
func document(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile("docs/library.md")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile("(?s)\n`" + regexp.QuoteMeta(name) + "`\n\n```[a-z]*\n(.*?)\n```\n").FindSubmatch(text)
	if found == nil {
		t.Fatalf("docs/library.md does not show %s", name)
	}
	return string(found[1]) + "\n"
}

// The program of docs/library.md, in a module of its own, builds, runs and passes
// its test.
func TestUseFromAnotherModule(t *testing.T) {
	requires.Tool(t, "go")
	root := checkout(t, func(string, []byte) {})
	app := t.TempDir()
	for _, name := range []string{"go.mod", "main.go", "main_test.go"} {
		text := document(t, name)
		if name == "go.mod" {
			text = strings.Replace(text, "=> ../ward", "=> "+root, 1)
		}
		write(t, filepath.Join(app, name), []byte(text))
	}
	sums, err := os.ReadFile("go.sum")
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(app, "go.sum"), sums)
	if out := goes(t, app, "run", ".", t.TempDir()); !strings.Contains(out, "-r-------- server.key") {
		t.Errorf("it printed %q", out)
	}
	goes(t, app, "test", ".")
}

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o755); err != nil {
		t.Fatal(err)
	}
}

// A copy of the source under another path builds, and no old import is left.
func TestRenameBuilds(t *testing.T) {
	requires.Tool(t, "go", "gofmt", "sed", "sh")
	copied := t.TempDir()
	checkout(t, func(path string, content []byte) { write(t, filepath.Join(copied, path), content) })
	for _, module := range []string{"example.org/some.one/ward", "example.org/other"} {
		out, err := exec.Command("sh", filepath.Join(copied, "scripts/rename.sh"), module).CombinedOutput()
		if err != nil {
			t.Fatalf("rename: %v\n%s", err, out)
		}
	}
	goes(t, copied, "build", "-o", os.DevNull, "./...")
	goes(t, copied, "vet", ".", "./mode", "./wardtest")
	left := goes(t, copied, "list", "-f", `{{range .Imports}}{{println .}}{{end}}{{range .TestImports}}{{println .}}{{end}}{{range .XTestImports}}{{println .}}{{end}}`, "./...")
	if old := regexp.MustCompile(`(?m)^(ward|example\.org/some\.one)(/.*)?$`).FindString(left); old != "" {
		t.Errorf("%s is still imported", old)
	}
	if out, err := exec.Command("sh", filepath.Join(copied, "scripts/rename.sh"), "no path").CombinedOutput(); err == nil {
		t.Errorf("a path that is none is taken: %s", out)
	}
}
