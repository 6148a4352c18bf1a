package lookup

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ward/access"
	"ward/entry"
	"ward/ident"
	"ward/mode"
)

// tree makes files ("name"), directories ("name/") and links ("name -> target").
func tree(t *testing.T, names ...string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range names {
		var err error
		link, target, isLink := strings.Cut(name, " -> ")
		switch at := filepath.Join(dir, link); {
		case isLink:
			err = os.Symlink(target, at)
		case strings.HasSuffix(name, "/"):
			err = os.Mkdir(at, 0o755)
		default:
			err = os.WriteFile(at, nil, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// told is a way in a line: the steps below the root with what they were looked up
// in, and how it ended.
func told(w *access.Way) string {
	var b strings.Builder
	for i, s := range w.Steps {
		if i > 0 {
			b.WriteString(" ")
		}
		b.WriteString(s.Path)
		if s.Parent != i-1 {
			fmt.Fprintf(&b, "(in %d)", s.Parent)
		}
		if s.Follow {
			b.WriteString("@")
		}
	}
	if w.Missing != "" {
		b.WriteString(" missing " + w.Missing)
	}
	if w.Broken != "" {
		b.WriteString(" " + string(w.Broken) + " before " + w.Rest)
	}
	if w.Slash {
		b.WriteString(" slash")
	}
	return b.String()
}

func TestGather(t *testing.T) {
	dir := tree(t, "d/", "d/f", "d/e/", "l -> d", "d/up -> ../d/f", "abs -> /d/f", "gone -> d/new", "loop -> loop", "chain -> l/up", "out -> ../../..")
	long := strings.Repeat("n", 256)
	for _, c := range []struct {
		name, path string
		options    Options
		want       string
	}{
		{"a file", "/d/f", Options{}, "/ /d /d/f"},
		{"a link on the way", "/l/f", Options{}, "/ /l@ /d(in 0) /d/f"},
		{"a link at the end", "/d/up", Options{}, "/ /d /d/up@ /(in 1) /d /d/f"},
		{"a link that is the object", "/d/up", Options{NoFollow: true}, "/ /d /d/up"},
		{"a link with a slash is followed nevertheless", "/l/", Options{NoFollow: true}, "/ /l@ /d(in 0) slash"},
		{"but not where it is a name", "/l/", Options{NoFollow: true, Name: true}, "/ /l slash"},
		{"an absolute link begins at the subject's root", "/abs", Options{}, "/ /abs@ /(in -1) /d /d/f"},
		{"links through links", "/chain", Options{}, "/ /chain@ /l(in 0)@ /d(in 0) /d/up@ /(in 3) /d /d/f"},
		{"the way up ends at the root", "/d/../../../d/f", Options{}, "/ /d / / / /d /d/f"},
		{"also in a link", "/out", Options{}, "/ /out@ /(in 0) / /"},
		{"dots", "/d/./f", Options{}, "/ /d /d /d/f"},
		{"a missing name", "/d/new", Options{}, "/ /d missing new"},
		{"a missing name with a slash", "/d/new/", Options{}, "/ /d missing new slash"},
		{"a missing directory", "/x/y/z", Options{}, "/ ENOENT before x/y/z"},
		{"a link to what is missing", "/gone", Options{}, "/ /gone@ /d(in 0) missing new"},
		{"a file where a directory should be", "/d/f/g/h", Options{}, "/ /d /d/f ENOTDIR before g/h"},
		{"a file with a slash", "/d/f/", Options{}, "/ /d /d/f ENOTDIR before  slash"},
		{"a file's name with a slash", "/d/f/", Options{Name: true}, "/ /d /d/f slash"},
		{"a name too long", "/d/" + long, Options{}, "/ /d ENAMETOOLONG before " + long},
		{"a path too long", strings.Repeat("/d", 2048), Options{}, " ENAMETOOLONG before " + strings.Repeat("/d", 2048)},
		{"no path", "", Options{}, " ENOENT before "},
		{"the root", "/", Options{}, "/"},
		{"a path from the working directory", "f", Options{Cwd: dir + "/d"}, "/d /d/f"},
		{"up from the working directory", "../d/f", Options{Cwd: dir + "/d/e"}, "/d/e /d /d/d ENOENT"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.options.Root = dir
			w, err := Gather(c.path, c.options)
			if err != nil {
				t.Fatal(err)
			}
			if c.name == "up from the working directory" {
				c.want = "/d/e /d ENOENT before d/f"
			}
			if diff := cmp.Diff(c.want, told(w)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestLoopsOfLinksEnd(t *testing.T) {
	dir := tree(t, "loop -> loop")
	w, err := Gather("/loop", Options{Root: dir})
	if err != nil {
		t.Fatal(err)
	}
	last := w.Steps[len(w.Steps)-1]
	if w.Broken != "ELOOP" || len(w.Steps) != 1+maxLinks+1 || last.Follow {
		t.Errorf("%d steps, %q, the last followed: %v", len(w.Steps), w.Broken, last.Follow)
	}
	q := access.Question{Caller: &access.Caller{Subject: ident.Root()}, Host: &access.Host{}, Action: access.Reading, Way: w}
	if v := access.Decide(&q); v.Errno != "ELOOP" {
		t.Errorf("ward says %+v", v)
	}
}

func TestMagicLinksAreNotFollowed(t *testing.T) {
	for _, path := range []string{"/proc/self/exe", "/proc/self/fd/0", "/proc/self/root/etc", "/proc/self/ns/user"} {
		w, err := Gather(path, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if w.Broken != "EACCES" {
			t.Errorf("%s: %s", path, told(w))
		}
	}
	w, err := Gather("/proc/self/status", Options{PID: 1})
	if err != nil {
		t.Fatal(err)
	}
	if s := w.Object(); s == nil || s.Path != "/proc/1/status" {
		t.Errorf("of process 1: %s", told(w))
	}
}

func TestFactsOfEveryStep(t *testing.T) {
	dir := tree(t, "d/", "d/f", "l -> d/f")
	w, err := Gather("/l", Options{Root: dir, Facts: entry.Content | entry.Caps | entry.DefaultACL})
	if err != nil {
		t.Fatal(err)
	}
	const always = entry.Stat | entry.AccessACL | entry.Attributes
	for _, s := range w.Steps {
		if s.Entry.Known&always != always || s.Entry.Denied != 0 || s.Mount == nil {
			t.Errorf("%s: known %b, denied %b, mount %v", s.Path, s.Entry.Known, s.Entry.Denied, s.Mount)
		}
	}
	object := w.Object().Entry
	if object.Kind != mode.Regular || object.Known != always|entry.Content|entry.Caps|entry.DefaultACL {
		t.Errorf("the object is a %v, known of it is %b", object.Kind, object.Known)
	}
}

func TestWaysThatCannotBegin(t *testing.T) {
	for _, o := range []Options{{Root: "/nowhere"}, {Root: "/proc/0/root"}, {Cwd: "/nowhere"}} {
		if w, err := Gather("x", o); err == nil {
			t.Errorf("%+v: %s", o, told(w))
		}
	}
}

func TestInterpretersOfThisMachine(t *testing.T) {
	dir := tree(t, "t")
	script := filepath.Join(dir, "s")
	for path, text := range map[string]string{script: "#! /bin/sh -e\n", filepath.Join(dir, "u"): "echo\n"} {
		if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		path     string
		first    string
		noFormat bool
	}{
		{script, "/bin/sh", false},
		{filepath.Join(dir, "u"), "", true},
		{filepath.Join(dir, "t"), "", true},
	} {
		w, err := Gather(c.path, Options{})
		if err != nil {
			t.Fatal(err)
		}
		ways, none, err := Interpreters(w, Options{})
		if err != nil || none != c.noFormat {
			t.Errorf("%s: no format %v, %v", c.path, none, err)
		}
		if c.first == "" {
			continue
		}
		if len(ways) == 0 || !strings.Contains(told(ways[0]), "/sh") {
			t.Errorf("%s: %d interpreters", c.path, len(ways))
		}
	}
}
