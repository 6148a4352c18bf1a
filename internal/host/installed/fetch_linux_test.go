package installed

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ward/packages"
)

// fakeApt puts an apt-get first in PATH that writes down what it was asked for, one
// call a line. It has every package but "gone".
func fakeApt(t *testing.T) (calls func() []string) {
	t.Helper()
	bin, log := t.TempDir(), filepath.Join(t.TempDir(), "calls")
	script := `#!/bin/sh
echo "$(pwd) $*" >>` + log + `
for last; do :; done
case $last in
update) ;;
gone*) echo "E: first" >&2; echo "E: Version for gone was not found" >&2; exit 100 ;;
*) : >"$last.deb" ;;
esac
`
	if err := os.WriteFile(filepath.Join(bin, "apt-get"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	return func() []string {
		text, err := os.ReadFile(log)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Split(strings.TrimSpace(string(text)), "\n")
	}
}

func wantedPackages() []packages.Package {
	return []packages.Package{
		{Name: "one", Version: "1:2.0-1", Architecture: "amd64"},
		{Name: "gone", Version: "3", Architecture: "amd64"},
		{Name: "docs", Version: "4", Architecture: "all"},
	}
}

// apt is asked by the sources of the tree, keeps to the directory, and goes on after a
// package that it does not have.
func TestFetchAsksAptForTheTree(t *testing.T) {
	calls := fakeApt(t)
	s := system(t, "var/lib/dpkg/status: ")
	dir := t.TempDir()
	var steps []int
	err := s.Fetch(context.Background(), dir, wantedPackages(), func(n int) { steps = append(steps, n) })
	if err == nil || !strings.Contains(err.Error(), "fetch gone") || !strings.HasSuffix(err.Error(), "E: Version for gone was not found") || strings.Contains(err.Error(), "\n") {
		t.Errorf("the error is %v", err)
	}
	all := calls()
	var asked []string
	for _, call := range all {
		where, args, _ := strings.Cut(call, " ")
		if where != dir {
			t.Errorf("apt-get was run in %s, not in %s", where, dir)
		}
		for _, want := range []string{
			"Dir::Etc::sourcelist=" + s.path + "/etc/apt/sources.list", "Dir::State::lists=" + dir + "/lists",
			"Dir::State::status=" + s.path + "/var/lib/dpkg/status", "Dir::Cache=" + dir,
		} {
			if !strings.Contains(args, want) {
				t.Errorf("%q lacks %q", args, want)
			}
		}
		asked = append(asked, args[strings.LastIndexByte(args, ' ')+1:])
	}
	if got, want := strings.Join(asked, " "), "update one:amd64=1:2.0-1 gone:amd64=3 docs=4"; got != want {
		t.Errorf("asked for %q, want %q", got, want)
	}
	for _, name := range []string{"one:amd64=1:2.0-1.deb", "docs=4.deb"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
	if len(steps) != 4 || steps[3] != 3 {
		t.Errorf("the progress was %v", steps)
	}
}

func TestFetchStopsWhenItIsToldTo(t *testing.T) {
	fakeApt(t)
	s := system(t, "var/lib/dpkg/status: ")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	dir := t.TempDir()
	if err := s.Fetch(ctx, dir, wantedPackages(), func(int) {}); err == nil {
		t.Error("nothing was said")
	}
	if _, err := os.Stat(filepath.Join(dir, "docs=4.deb")); err == nil {
		t.Error("it went on")
	}
}

func TestFetchNeedsApt(t *testing.T) {
	s := system(t, "var/lib/dpkg/status: ")
	t.Setenv("PATH", t.TempDir())
	if err := s.Fetch(context.Background(), t.TempDir(), wantedPackages(), func(int) {}); err == nil || !strings.Contains(err.Error(), "apt-get") {
		t.Errorf("the error is %v", err)
	}
}
