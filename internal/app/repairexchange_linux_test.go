package app

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"

	"ward/internal/requires"
	"ward/mode"
)

// Between the first run and the second, which grants privileges, a file may become
// another one: whatever it is then, it gets none that its content was not looked at for.
func TestNothingExchangedBetweenTheRunsGetsPrivileges(t *testing.T) {
	requires.Root(t)
	for name, exchange := range map[string]func(t *testing.T, su string){
		"another file with the same mode":   func(t *testing.T, su string) { replaceBy(t, su, "evil") },
		"another file with the same text":   func(t *testing.T, su string) { replaceBy(t, su, "su") },
		"other content in place":            func(t *testing.T, su string) { must(t, os.WriteFile(su, []byte("evil"), 0o755)) },
		"another mode":                      func(t *testing.T, su string) { must(t, os.Chmod(su, 0o775)) },
		"another owner":                     func(t *testing.T, su string) { must(t, os.Chown(su, 61101, 0)) },
		"a link to another file":            linkElsewhere,
		"nothing":                           func(t *testing.T, su string) { must(t, os.Remove(su)) },
		"a further name":                    func(t *testing.T, su string) { must(t, os.Link(su, su+"2")) },
		"its directory open to all":         func(t *testing.T, su string) { must(t, os.Chmod(filepath.Dir(su), 0o777)) },
		"its directory given to somebody":   func(t *testing.T, su string) { must(t, os.Chown(filepath.Dir(su), 61101, 0)) },
		"a directory of the name":           func(t *testing.T, su string) { must(t, os.Remove(su)); must(t, os.Mkdir(su, 0o755)) },
		"its directory a link to elsewhere": linkDirectory,
	} {
		t.Run(name, func(t *testing.T) {
			p, su := betweenTheRuns(t)
			exchange(t, su)
			second, err := p.prepareGrants(context.Background(), "")
			must(t, err)
			defer second.Close()
			if second.Changes != 0 {
				t.Errorf("%d changes are planned", second.Changes)
			}
		})
	}
	t.Run("not exchanged", func(t *testing.T) { // else the others prove nothing
		p, su := betweenTheRuns(t)
		second, err := p.prepareGrants(context.Background(), "")
		must(t, err)
		defer second.Close()
		_, err = second.Run(context.Background(), nil)
		must(t, err)
		info, err := os.Stat(su)
		must(t, err)
		if info.Mode()&os.ModeSetuid == 0 {
			t.Errorf("the mode is %v", info.Mode())
		}
	})
}

// betweenTheRuns is a repair whose first run is done, and the program that is to get
// its privileges back.
func betweenTheRuns(t *testing.T) (*PreparedRepair, string) {
	t.Helper()
	t.Setenv("WARD_STATE_DIR", t.TempDir())
	root := filepath.Join(t.TempDir(), "tree")
	su := filepath.Join(root, "bin", "su")
	must(t, os.MkdirAll(filepath.Dir(su), 0o755))
	must(t, os.WriteFile(su, []byte("su"), 0o755))
	must(t, os.Chmod(su, 0o755|os.ModeSetuid))
	var text bytes.Buffer
	_, err := WriteManifest(context.Background(), ManifestRequest{Root: root}, &text, nil)
	must(t, err)
	manifest := filepath.Join(t.TempDir(), "good.mtree")
	must(t, os.WriteFile(manifest, text.Bytes(), 0o600))
	must(t, os.Chmod(su, 0o777))
	p, err := PrepareRepair(context.Background(), RepairRequest{Root: root, From: manifest}, nil)
	must(t, err)
	_, err = p.Prepared.Run(context.Background(), nil)
	must(t, err)
	must(t, p.Prepared.Close())
	if !p.SecondRun() {
		t.Fatal("there is no second run")
	}
	if info, err := os.Stat(su); err != nil || mode.Mode(info.Mode().Perm()) != 0o755 {
		t.Fatalf("the first run left %v, %v", info.Mode(), err)
	}
	return p, su
}

func replaceBy(t *testing.T, name, text string) {
	t.Helper()
	must(t, os.WriteFile(name+".new", []byte(text), 0o755))
	must(t, os.Rename(name+".new", name))
}

func linkElsewhere(t *testing.T, su string) {
	other := filepath.Join(t.TempDir(), "other")
	must(t, os.WriteFile(other, []byte("su"), 0o755))
	must(t, os.Remove(su))
	must(t, os.Symlink(other, su))
}

func linkDirectory(t *testing.T, su string) {
	dir := filepath.Dir(su)
	elsewhere := t.TempDir()
	must(t, os.WriteFile(filepath.Join(elsewhere, "su"), []byte("su"), 0o755))
	must(t, os.Rename(dir, dir+".old"))
	must(t, os.Symlink(elsewhere, dir))
}
