//go:build !windows

package wardtest_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ward/wardtest"
)

// listener takes the failures of a test and goes on.
type listener struct {
	testing.TB
	heard []string
}

func (l *listener) Helper() {}

func (l *listener) Errorf(format string, args ...any) {
	l.heard = append(l.heard, fmt.Sprintf(format, args...))
}

func (l *listener) hears(t *testing.T, what string) {
	t.Helper()
	if what == "" && len(l.heard) != 0 || what != "" && !strings.Contains(strings.Join(l.heard, "\n"), what) {
		t.Errorf("heard %q, want %q", l.heard, what)
	}
	l.heard = nil
}

func TestMode(t *testing.T) {
	dir := t.TempDir()
	wardtest.Make(t, dir, "-rwxr-x--- prog\nlrwxrwxrwx link -> prog")
	path := filepath.Join(dir, "prog")
	for want, says := range map[string]string{
		"0750": "", "rwxr-x---": "", "-rwxr-x---": "", "u=rwx,g=rx,o=": "", "o-rwx": "", "u+x": "", "a+X": "is 0750 (-rwxr-x---), want 0751 (-rwxr-x--x)",
		"0700": "want 0700 (-rwx------)", "go-rwx": "want 0700", "+x": "write a+x", "0888": "no octal digit",
	} {
		l := &listener{TB: t}
		wardtest.Mode(l, path, want)
		l.hears(t, says)
	}
	l := &listener{TB: t}
	wardtest.Mode(l, filepath.Join(dir, "nothing"), "0644")
	l.hears(t, "no such file")
	wardtest.Private(l, path)
	l.hears(t, "want 0700")
}

func TestMakeAndTree(t *testing.T) {
	dir := t.TempDir()
	const listing = `
		drwxr-s--T etc
		-r-sr-x--- etc/prog
		dr-x------ etc/closed
		---------- etc/closed/nothing
		lrwxrwxrwx etc/current -> prog`
	wardtest.Make(t, dir, listing)
	t.Cleanup(func() { os.Chmod(filepath.Join(dir, "etc/closed"), 0o700) })
	l := &listener{TB: t}
	wardtest.Tree(l, dir, listing)
	l.hears(t, "")
	wardtest.Tree(l, dir, strings.Replace(listing, "-r-sr-x---", "-r-xr-x---", 1))
	l.hears(t, `found "-r-sr-x--- etc/prog", want "-r-xr-x--- etc/prog"`)
	wardtest.Tree(l, dir, listing+"\n-rw-r--r-- more")
	l.hears(t, `nothing found, want "-rw-r--r-- more"`)
	wardtest.Tree(l, dir, strings.Replace(listing, "lrwxrwxrwx etc/current -> prog", "", 1))
	l.hears(t, `found "lrwxrwxrwx etc/current -> prog", want ""`)
}

// exampleDir is a directory, and what removes it.
func exampleDir() (dir string, done func()) {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		panic(err)
	}
	return dir, func() { _ = os.RemoveAll(dir) }
}

func ExampleMode() {
	dir, done := exampleDir()
	defer done()
	path := filepath.Join(dir, "server.key")
	if err := os.WriteFile(path, nil, 0o600); err != nil { // the code under test
		panic(err)
	}

	t := &listener{}                 // in a test: its *testing.T
	wardtest.Mode(t, path, "0600")   // exactly
	wardtest.Mode(t, path, "go-rwx") // at most the owner's bits
	fmt.Println(len(t.heard), "failures")
	wardtest.Mode(t, path, "0640")
	fmt.Println(len(t.heard), "failure")
	// Output:
	// 0 failures
	// 1 failure
}

// A tree with exact modes to begin with, and what a program should have left of it.
func ExampleTree() {
	dir, done := exampleDir()
	defer done()
	t := &listener{} // in a test: its *testing.T
	wardtest.Make(t, dir, `
		drwxr-xr-x etc
		-rw-r--r-- etc/key`)
	if err := os.Remove(filepath.Join(dir, "etc/key")); err != nil { // the code under test
		panic(err)
	}
	wardtest.Tree(t, dir, "drwxr-xr-x etc")
	fmt.Println(len(t.heard), "failures")
	wardtest.Tree(t, dir, `
		drwxr-xr-x etc
		-rw------- etc/key`)
	fmt.Println(len(t.heard), "failure")
	// Output:
	// 0 failures
	// 1 failure
}

func ExampleMake() {
	dir, done := exampleDir()
	defer done()
	t := &listener{} // in a test: its *testing.T
	wardtest.Make(t, dir, `
		drwxrwsr-x shared
		-rw-rw-r-- shared/plan
		lrwxrwxrwx shared/current -> plan`)
	info, err := os.Stat(filepath.Join(dir, "shared/current"))
	if err != nil {
		panic(err)
	}
	fmt.Println(info.Mode(), info.Name())
	// Output: -rw-rw-r-- current
}

func ExamplePrivate() {
	dir, done := exampleDir()
	defer done()
	t := &listener{} // in a test: its *testing.T
	wardtest.Make(t, dir, "-rw------- token\n-rw-r----- shared")
	wardtest.Private(t, filepath.Join(dir, "token"))
	fmt.Println(len(t.heard), "failures")
	wardtest.Private(t, filepath.Join(dir, "shared"))
	fmt.Println(len(t.heard), "failure")
	// Output:
	// 0 failures
	// 1 failure
}
