package cli

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"ward/internal/app"
	"ward/internal/requires"
	"ward/internal/testfs"
)

// Directories that nobody could look into before the change itself opens them are
// changed with all that they hold, by one command, and are taken back by one.
func TestWardChmodGoesOnInWhatItOpens(t *testing.T) {
	requires.Root(t)
	c := newClosedTree(t)
	before := c.modes()
	if status, said := c.ward("chmod", "-R", "--dry-run", "u+rwX", "t", "t/a"); status != 1 || !strings.Contains(said, "hint: the change itself opens it") {
		t.Errorf("dry run: status %d: %s", status, said)
	}
	if status, said := c.ward("chmod", "-R", "u+rwX", "t", "t/a"); status != 0 || said != "" {
		t.Fatalf("status %d: %s", status, said)
	}
	for path, m := range c.modes() {
		if m&0o600 != 0o600 || m.IsDir() && m&0o100 == 0 {
			t.Errorf("%s: %s", path, m)
		}
	}
	if _, said := c.ward("log"); strings.Count(said, "continues") != 3 {
		t.Errorf("the log says\n%s", said)
	}
	if status, said := c.ward("undo", "--yes"); status != 0 || strings.Count(said, "of one command") != 4 {
		t.Errorf("undo: status %d: %s", status, said)
	}
	for path, m := range c.modes() {
		if m != before[path] {
			t.Errorf("%s has mode %s, want %s", path, m, before[path])
		}
	}
	if status, said := c.ward("undo", "--yes"); status != 3 {
		t.Errorf("there is more to take back: status %d: %s", status, said)
	}
}

// What does not become readable is told of once, and ends nothing.
func TestWardChmodDoesNotOpen(t *testing.T) {
	requires.Root(t)
	c := newClosedTree(t)
	status, said := c.ward("chmod", "-Rv", "g+rwx", "t")
	if status != 1 || strings.Count(said, "cannot read directory 't/q'") != 1 || strings.Count(said, "cannot read directory 't/a'") != 1 {
		t.Errorf("status %d: %s", status, said)
	}
}

// closedTree is a tree with directories that its owner cannot look into.
type closedTree struct {
	t       *testing.T
	dir     string
	program string
}

func newClosedTree(t *testing.T) *closedTree {
	t.Helper()
	c := &closedTree{t, openDir(t), filepath.Join(links(t), "ward")}
	for _, d := range []string{"state", "t/a/b/c", "t/q/r", "t/open"} {
		if err := os.MkdirAll(filepath.Join(c.dir, d), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(c.dir, d, "f"), nil, 0o400); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Remove(filepath.Join(c.dir, "state/f")); err != nil {
		t.Fatal(err)
	}
	if err := filepath.WalkDir(c.dir, func(path string, _ fs.DirEntry, err error) error {
		u := testfs.HostileOwner
		return errors.Join(err, os.Lchown(path, int(u.UID), int(u.GID)))
	}); err != nil {
		t.Fatal(err)
	}
	for path, mode := range map[string]uint32{"t/a/b/c": 0, "t/a/b": 0o600, "t/q/r": 0o300, "t/q": 0, "t/a": 0o600} {
		if err := syscall.Chmod(filepath.Join(c.dir, path), mode); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// ward runs ward as the owner of the tree.
func (c *closedTree) ward(args ...string) (int, string) {
	p := exec.Command(c.program, args...)
	p.Dir = c.dir
	p.Env = append(os.Environ(), asWard+"=1", app.StateVariable+"="+filepath.Join(c.dir, "state"))
	u := testfs.HostileOwner
	p.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: u.UID, Gid: u.GID}}
	return outcome(p)
}

func (c *closedTree) modes() map[string]fs.FileMode {
	c.t.Helper()
	all := map[string]fs.FileMode{}
	if err := filepath.WalkDir(filepath.Join(c.dir, "t"), func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil {
			all[path] = info.Mode()
		}
		return err
	}); err != nil {
		c.t.Fatal(err)
	}
	return all
}
