package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ward/internal/cli"
)

// The pages and scripts in docs are those that the commands generate now.
func TestGeneratedDocumentsAreFresh(t *testing.T) {
	dir := t.TempDir()
	if err := write(dir, cli.Commands()); err != nil {
		t.Fatal(err)
	}
	for _, sub := range []string{"man", "completions"} {
		fresh, kept := texts(t, filepath.Join(dir, sub)), texts(t, filepath.Join("../../../docs", sub))
		if d := cmp.Diff(kept, fresh); d != "" {
			t.Errorf("docs/%s is stale; run make generate:\n%.2000s", sub, d)
		}
	}
}

func texts(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		all[filepath.Base(path)] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
