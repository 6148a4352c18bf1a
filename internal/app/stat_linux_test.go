package app

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"ward/internal/host/files"
	"ward/internal/requires"
	"ward/internal/testfs"
	"ward/mode"
)

// Everything that can bear on an object's permissions is there at once.
func TestStatShowsEverything(t *testing.T) {
	requires.Root(t)
	requires.Tool(t, "setfacl", "setcap", "setfattr", "chattr")
	testfs.InMountNamespace(t, func(t *testing.T) {
		dir := testfs.Image(t, testfs.Ext4, 0)
		file := filepath.Join(dir, "f")
		must(t, os.WriteFile(file, []byte("x"), 0o640))
		must(t, syscall.Chown(file, 1234567, 0))
		runs(t, "setfacl", "-m", "u:1:rwx,g:2:rw,m:r", file)
		runs(t, "setcap", "cap_net_raw+ep", file)
		runs(t, "setfattr", "-n", "security.selinux", "-v", "system_u:object_r:etc_t:s0", file)
		runs(t, "chattr", "+idA", file)
		t.Cleanup(func() { runs(t, "chattr", "-i", file) })
		must(t, syscall.Mount("", dir, "", syscall.MS_REMOUNT|syscall.MS_BIND|syscall.MS_NOSUID|syscall.MS_NOEXEC, ""))

		s, err := Stat(StatRequest{Paths: []string{file}})
		must(t, err)
		l := s.Objects[0]
		if l.Entry.Mode != 0o640 || l.Entry.UID != 1234567 || len(l.Entry.ACL) != 6 || l.Entry.Caps == "" || l.Entry.ID.Handle == "" {
			t.Errorf("%+v", l.Entry)
		}
		if want := []string{"immutable", "no-dump", "no-atime"}; !slices.Equal(l.Details.Flags, want) {
			t.Errorf("flags %q, want %q", l.Details.Flags, want)
		}
		if l.Details.Label != "system_u:object_r:etc_t:s0" {
			t.Errorf("label %q", l.Details.Label)
		}
		if l.Mount == nil || l.Mount.Point != dir || l.Mount.FSType != "ext4" || !l.Mount.NoSUID || !l.Mount.NoExec || l.Mount.NoDev {
			t.Errorf("mount %+v", l.Mount)
		}
	})
}

// Somebody who may not read a file is told of its mode, list and flags all the same.
func TestStatWithoutReadPermission(t *testing.T) {
	dir := testfs.ReachableDir(t)
	file := filepath.Join(dir, "f")
	testfs.Once(t, func() {
		must(t, os.WriteFile(file, nil, 0o600))
		must(t, syscall.Chmod(file, 0o200))
	})
	testfs.As(t, testfs.HostileOwner, func(t *testing.T) {
		s, err := Stat(StatRequest{Paths: []string{file}})
		must(t, err)
		if l := s.Objects[0]; l.Entry.Mode != 0o200 || l.Entry.Denied != 0 {
			t.Errorf("%+v", l.Entry)
		}
	})
}

func runs(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %q: %v: %s", name, args, err, out)
	}
}

// A listing follows no symbolic link below what was named, says what it could not
// look into, and is sorted by bytes.
func TestLs(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"b", "B", "ä", "a\nb", ".hidden", "sub/deep/x"} {
		must(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755))
		must(t, os.WriteFile(filepath.Join(dir, name), nil, 0o644))
	}
	must(t, os.Symlink("/", filepath.Join(dir, "sub", "root")))
	must(t, syscall.Mkfifo(filepath.Join(dir, "p"), 0o600)) // nobody waits for its other end

	got := listed(t, LsRequest{Paths: []string{dir}, Recursive: true}, dir)
	want := []string{"B", "a\nb", "b", "p", "sub", "ä", "sub/deep", "sub/root", "sub/deep/x"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	got = listed(t, LsRequest{Paths: []string{dir}, All: true}, dir)
	if !slices.Contains(got, ".hidden") || slices.Contains(got, "sub/deep") {
		t.Errorf("%q", got)
	}
	if got := listed(t, LsRequest{Paths: []string{dir}, Directories: true}, dir); len(got) != 1 {
		t.Errorf("%q", got)
	}
	unseen, err := Ls(t.Context(), LsRequest{Paths: []string{dir + "/missing"}}, func(*Listing) error { return nil })
	if err != nil || unseen.Count != 1 || !strings.HasSuffix(unseen.First[0].Path, "missing") {
		t.Errorf("%+v, %v", unseen, err)
	}
}

// listed are the paths of a listing, relative to a directory.
func listed(t *testing.T, q LsRequest, dir string) []string {
	t.Helper()
	var all []string
	unseen, err := Ls(t.Context(), q, func(l *Listing) error {
		for _, e := range l.Entries {
			path := strings.TrimPrefix(filepath.Join(l.Dir, e.Path), dir)
			all = append(all, strings.TrimPrefix(path, "/"))
		}
		return nil
	})
	if err != nil || unseen.Count != 0 {
		t.Fatalf("%+v, %v", unseen, err)
	}
	return all
}

// A directory that is deeper than a path may be long is listed whole.
func TestLsBeyondTheLongestPath(t *testing.T) {
	top := t.TempDir()
	dir, err := os.Open(top)
	must(t, err)
	name := strings.Repeat("d", 200)
	const depth = 30
	for range depth {
		must(t, syscall.Mkdirat(int(dir.Fd()), name, 0o755))
		fd, err := syscall.Openat(int(dir.Fd()), name, syscall.O_DIRECTORY, 0)
		must(t, err)
		must(t, dir.Close())
		dir = os.NewFile(uintptr(fd), name)
	}
	must(t, dir.Close())
	if got := listed(t, LsRequest{Paths: []string{top}, Recursive: true}, top); len(got) != depth {
		t.Errorf("%d directories were listed, want %d", len(got), depth)
	}
}

// The expressions of --from do what chmod does to a file and to a directory.
func TestReadModesFromAPath(t *testing.T) {
	dir := t.TempDir()
	must(t, syscall.Chmod(dir, 0o2755))
	m, err := ReadModes(ModesRequest{Texts: []string{"755", "00755", "go="}, From: dir, Umask: "0"})
	must(t, err)
	for i, want := range []mode.Mode{0o2755, 0o755, 0o2700} {
		r := m.Answers[i].Results
		if len(r) != 1 || r[0].Mode != want || !slices.Equal(r[0].Kinds, []mode.Kind{mode.Directory}) {
			t.Errorf("%s: %+v, want %s", m.Answers[i].Text, r, want.Octal())
		}
	}
}

func TestReadModesRefusesWithAPlaceToLook(t *testing.T) {
	_, err := ReadModes(ModesRequest{Texts: []string{"u+x", "0644", "banana", "/nowhere/at/all"}})
	said := err.Error()
	for _, want := range []string{"result depends", "banana", "/nowhere"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q says nothing of %q", said, want)
		}
	}
	var at *files.Error
	if !errors.As(err, &at) {
		t.Errorf("no error about a path: %v", err)
	}
}

// The names in a directory that may be read and not entered are told, although
// nothing can be said of them.
func TestLsOfADirectoryWithoutSearch(t *testing.T) {
	dir := filepath.Join(testfs.ReachableDir(t), "d")
	testfs.Once(t, func() {
		must(t, os.Mkdir(dir, 0o700))
		must(t, os.WriteFile(filepath.Join(dir, "x"), nil, 0o644))
		must(t, syscall.Chmod(dir, 0o744))
	})
	testfs.As(t, testfs.HostileOwner, func(t *testing.T) {
		unseen, err := Ls(t.Context(), LsRequest{Paths: []string{dir}}, func(*Listing) error { return nil })
		if err != nil || unseen.Count != 1 || unseen.First[0].Path != dir+"/x" || !errors.Is(unseen.First[0].Err, fs.ErrPermission) {
			t.Errorf("%+v, %v", unseen, err)
		}
	})
}
