// Package wardtest helps tests that care about permissions: it makes trees with
// exact modes, whatever the umask, and compares what is there with what is wanted,
// in the words of ls and chmod.
package wardtest

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ward"
	"ward/mode"
)

// Mode fails the test unless the object at path has the wanted mode. want is a
// mode in any spelling ("0600", "rw-------", "u=rwx,go=rx"), which must be met to
// the bit, or a change such as "go-rwx" or "u+x", which must be met already: making
// it would change nothing. A symbolic link is looked at itself.
func Mode(t testing.TB, path, want string) {
	t.Helper()
	info, err := os.Lstat(path)
	if err != nil {
		t.Errorf("mode: %v", err)
		return
	}
	found, kind := mode.FromFileMode(info.Mode())
	wanted, err := apply(want, found, kind)
	switch {
	case err != nil:
		t.Errorf("mode of %q: %v", path, err)
	case found != wanted:
		t.Errorf("%q is %s (%s), want %s (%s)", path, found.Octal(), found.Format(kind), wanted.Octal(), wanted.Format(kind))
	}
}

// apply is what want makes of a mode.
func apply(want string, found mode.Mode, kind mode.Kind) (mode.Mode, error) {
	exact, notOne := mode.Parse(want)
	if notOne == nil {
		return exact, nil
	}
	change, err := mode.ParseRequirement(want)
	if err != nil {
		return 0, err
	}
	return change.Apply(found, kind, 0), nil
}

// Private fails the test if anybody but its owner may do something with the
// object at path.
func Private(t testing.TB, path string) {
	t.Helper()
	Mode(t, path, "go-rwx")
}

// Make makes objects in dir, one for each line of a listing: letters as ls shows
// them, then a path. Parents come before what lies in them; modes are exact
// whatever the umask, and those of directories are set at the end.
//
//	drwxr-x--- etc
//	-rw------- etc/key
//	lrwxrwxrwx etc/current -> key
func Make(t testing.TB, dir, listing string) {
	t.Helper()
	lines := parse(t, listing)
	for _, l := range lines {
		if err := l.create(dir); err != nil {
			t.Fatalf("make tree: %v", err)
		}
	}
	for i := len(lines) - 1; i >= 0; i-- {
		l := lines[i]
		if l.kind == mode.Symlink {
			continue
		}
		if err := ward.Ensure(filepath.Join(dir, l.name), l.mode, ward.Options{}); err != nil {
			t.Fatalf("make tree: %v", err)
		}
	}
}

// Tree fails the test unless dir holds exactly what the listing says, in the form
// that Make takes, in any order.
func Tree(t testing.TB, dir, listing string) {
	t.Helper()
	wanted := map[string]string{}
	for _, l := range parse(t, listing) {
		wanted[l.name] = l.String()
	}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		name, _ := filepath.Rel(dir, path)
		name = filepath.ToSlash(name)
		found, err := look(path, name)
		if err != nil {
			return err
		}
		if want := wanted[name]; want != found.String() {
			t.Errorf("in %q: found %q, want %q", dir, found, want)
		}
		delete(wanted, name)
		return nil
	})
	if err != nil {
		t.Errorf("look at tree: %v", err)
	}
	for _, missing := range wanted {
		t.Errorf("in %q: nothing found, want %q", dir, missing)
	}
}

// line is one line of a listing.
type line struct {
	mode   mode.Mode
	kind   mode.Kind
	name   string
	target string // of a symbolic link
}

func (l line) String() string {
	text := l.mode.Format(l.kind) + " " + l.name
	if l.kind == mode.Symlink {
		text += " -> " + l.target
	}
	return text
}

func parse(t testing.TB, listing string) []line {
	t.Helper()
	var lines []line
	for text := range strings.Lines(listing) {
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		letters, rest, _ := strings.Cut(text, " ")
		m, k, _, err := mode.ParseListing(letters)
		if err != nil {
			t.Fatalf("listing: %q: %v", text, err)
		}
		name, target, _ := strings.Cut(strings.TrimSpace(rest), " -> ")
		if !filepath.IsLocal(name) {
			t.Fatalf("listing: %q: the path does not stay in the directory", text)
		}
		lines = append(lines, line{mode: m, kind: k, name: name, target: target})
	}
	return lines
}

func (l line) create(dir string) error {
	path := filepath.Join(dir, l.name)
	switch l.kind {
	case mode.Directory:
		return os.Mkdir(path, 0o700)
	case mode.Symlink:
		return os.Symlink(l.target, path)
	case mode.Regular:
		f, err := ward.CreatePrivate(path)
		if err != nil {
			return err
		}
		return f.Close()
	}
	return fmt.Errorf("%q: a listing has files, directories and symbolic links", l)
}

func look(path, name string) (line, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return line{}, err
	}
	l := line{name: name}
	l.mode, l.kind = mode.FromFileMode(info.Mode())
	if l.kind == mode.Symlink {
		l.mode = mode.Permissions // as Linux shows it; other systems differ and it means nothing
		l.target, err = os.Readlink(path)
	}
	return l, err
}
