package chmod

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"ward/internal/host/sys"
	"ward/internal/standin"
	"ward/internal/standin/fts"
	"ward/internal/standin/options"
	"ward/mode"
)

// swapper does something to each file after the walk has looked at it and before it
// is changed.
type swapper struct {
	*changer
	swap func(path string)
}

func (s swapper) Visit(e *fts.Entry) bool {
	if e.What == fts.Other {
		s.swap(e.Path())
	}
	return s.changer.Visit(e)
}

// walkSwapping runs chmod -R on a directory.
func walkSwapping(t *testing.T, dir, expr string, calls sys.Calls, swap func(string)) (failed bool) {
	t.Helper()
	e, err := mode.ParseExpr(expr)
	if err != nil {
		t.Fatal(err)
	}
	p := standin.NewProgram("chmod", io.Discard, io.Discard, false, func(string) (string, bool) { return "", false })
	proc, err := sys.OpenProc()
	if err != nil {
		t.Fatal(err)
	}
	defer proc.Close()
	r := &Request{Change: e, Shared: options.Shared{Recurse: true, Links: fts.Arguments}}
	c := &changer{Request: r, program: p, runner: standin.Who(), calls: calls, proc: proc}
	fts.Walk([]string{dir}, fts.Options{Links: r.Links, Recurse: true}, func() fts.Visitor { return swapper{c, swap} })
	return c.failed.Load()
}

// A link that is put in a file's place at the last moment leads nowhere, in a
// directory that everybody may write and in one that only its owner may, with the new
// system calls and without them.
func TestALinkInItsPlaceLeadsNowhere(t *testing.T) {
	for _, c := range []struct {
		situation string
		directory os.FileMode
		calls     sys.Calls
	}{
		{"everybody may write", 0o777, sys.Probe()},
		{"only the owner may write", 0o755, sys.Probe()},
		{"without newer calls", 0o777, sys.Calls{}},
	} {
		t.Run(c.situation, func(t *testing.T) {
			dir := t.TempDir()
			secret, tree := filepath.Join(dir, "secret"), filepath.Join(dir, "tree")
			file := filepath.Join(tree, "f")
			create(t, secret, 0o600)
			if err := os.Mkdir(tree, 0o700); err != nil {
				t.Fatal(err)
			}
			create(t, file, 0o600)
			set(t, tree, c.directory)
			walkSwapping(t, tree, "a+r", c.calls, func(path string) {
				if err := os.Remove(path); err != nil {
					t.Error(err)
				}
				if err := os.Symlink(secret, path); err != nil {
					t.Error(err)
				}
			})
			if info, err := os.Lstat(secret); err != nil || info.Mode() != 0o600 {
				t.Errorf("the file that the link leads to has mode %v (%v)", info.Mode(), err)
			}
		})
	}
}

// Another file in its place gets what the mode makes of its own bits, where others
// may write the directory: not the set-id bits of the one that was looked at.
func TestAnotherFileInItsPlaceIsJudgedAnew(t *testing.T) {
	dir := t.TempDir()
	tree, other := filepath.Join(dir, "tree"), filepath.Join(dir, "other")
	if err := os.Mkdir(tree, 0o700); err != nil {
		t.Fatal(err)
	}
	create(t, filepath.Join(tree, "f"), 0o755|os.ModeSetuid)
	create(t, other, 0o700)
	set(t, tree, 0o777)
	walkSwapping(t, tree, "o+w", sys.Probe(), func(path string) {
		if err := os.Rename(other, path); err != nil {
			t.Error(err)
		}
	})
	if info, err := os.Lstat(filepath.Join(tree, "f")); err != nil || info.Mode() != 0o702 {
		t.Errorf("it has mode %v (%v), want 0702", info.Mode(), err)
	}
}

// Files that vanish while the walk goes on are told of, and end nothing.
func TestVanishingFiles(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a", "b", "c"} {
		create(t, filepath.Join(dir, name), 0o600)
	}
	left := ""
	failed := walkSwapping(t, dir, "o+r", sys.Probe(), func(path string) {
		if left == "" {
			left = path
		}
		for _, name := range []string{"a", "b", "c"} {
			if other := filepath.Join(dir, name); other != left {
				_ = os.Remove(other)
			}
		}
	})
	if info, err := os.Lstat(left); err != nil || info.Mode() != 0o604 || !failed {
		t.Errorf("%s has mode %v (%v); failed: %v", left, info.Mode(), err, failed)
	}
}

func create(t *testing.T, path string, m os.FileMode) {
	t.Helper()
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	set(t, path, m)
}

func set(t *testing.T, path string, m os.FileMode) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := f.Chmod(m); err != nil {
		t.Fatal(err)
	}
}
