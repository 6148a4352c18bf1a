package probe_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"ward/account"
	"ward/internal/host/probe"
	"ward/internal/requires"
	"ward/internal/testfs"
	"ward/mode"
)

func run(t *testing.T, dir string, patience time.Duration) *probe.Result {
	t.Helper()
	r, err := probe.Run(context.Background(), dir, probe.Options{Now: time.Now, Patience: patience, Rounds: 3})
	if err != nil {
		t.Fatal(err)
	}
	empty(t, dir)
	return r
}

// empty fails the test if a probe left anything.
func empty(t *testing.T, dir string) {
	t.Helper()
	left, err := filepath.Glob(filepath.Join(dir, ".ward*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestOnEveryFileSystem(t *testing.T) {
	requires.Root(t)
	testfs.InMountNamespace(t, func(t *testing.T) {
		for _, kind := range testfs.AllFileSystems() {
			t.Run(string(kind), func(t *testing.T) {
				r := run(t, testfs.Image(t, kind, 0), 0)
				if !r.ModesStick() || r.Squashed() || r.Late != 0 {
					t.Errorf("modes %+v, owner %d, late %v", r.Trials, r.Owner, r.Late)
				}
				for name, a := range map[string]account.Answer{
					"chown": r.GivesAway, "setgid group": r.SetgidGroup, "setgid handed down": r.SetgidHandedDown, "lists": r.AccessLists,
					"default lists": r.DefaultLists, "capabilities": r.Capabilities, "hard links": r.HardLinks, "symlinks": r.Symlinks, "case": r.CaseMatters,
				} {
					if a != account.Yes {
						t.Errorf("%s: %v; notes %q", name, a, r.Notes)
					}
				}
				if r.Create <= 0 || r.Stat <= 0 || r.Chmod <= 0 || r.Remove <= 0 {
					t.Errorf("times %v %v %v %v", r.Create, r.Stat, r.Chmod, r.Remove)
				}
			})
		}
		t.Run("ramfs, which has no lists", func(t *testing.T) {
			dir := t.TempDir()
			if err := syscall.Mount("none", dir, "ramfs", 0, ""); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
			r := run(t, dir, 0)
			if !r.ModesStick() || r.AccessLists != account.No || r.DefaultLists != account.No || r.InodeFlags != account.No {
				t.Errorf("%+v", r)
			}
		})
	})
}

// A file system that lies about chmod is found out.
func TestLies(t *testing.T) {
	requires.Root(t)
	requires.Feature(t, requires.FUSE)
	for _, c := range []struct {
		name string
		lie  testfs.Lie
		want func(*probe.Result) bool
	}{
		{"ignores", testfs.Ignores, func(r *probe.Result) bool { return !r.ModesStick() && lost(r, 0o777) }},
		{"delays", testfs.Delays, func(r *probe.Result) bool { return r.ModesStick() && r.Late > testfs.LieDelay/2 }},
		{"alters", testfs.Alters, func(r *probe.Result) bool { _, added := r.Lost(); return !r.ModesStick() && added == 1 }},
	} {
		t.Run(c.name, func(t *testing.T) {
			testfs.InMountNamespace(t, func(t *testing.T) {
				mountPoint, _ := testfs.LyingFS(t, c.lie)
				patience := 300 * time.Millisecond
				if c.lie == testfs.Delays {
					patience = time.Minute // a loaded machine
				}
				if r := run(t, mountPoint, patience); !c.want(r) {
					t.Errorf("%+v", r)
				}
			})
		})
	}
}

func lost(r *probe.Result, bits mode.Mode) bool {
	l, _ := r.Lost()
	return l&bits != 0
}

// Somebody without privileges finds out what he can.
func TestAsUser(t *testing.T) {
	dir := testfs.ReachableDir(t)
	testfs.Once(t, func() {
		if err := os.Chmod(dir, 0o777); err != nil {
			t.Fatal(err)
		}
	})
	testfs.As(t, testfs.User{UID: 61001, GID: 61001, Groups: []uint32{61007}}, func(t *testing.T) {
		r := run(t, dir, 0)
		if !r.ModesStick() || r.Squashed() || r.GivesAway != account.CannotTell || r.SetgidGroup != account.Yes || r.WriteClears != account.Yes || r.Capabilities != account.CannotTell {
			t.Errorf("%+v", r)
		}
	})
}

func TestCancelled(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(context.Background())
	rounds := 0
	clock := func() time.Time {
		if rounds++; rounds == 20 {
			cancel()
		}
		return time.Now()
	}
	_, err := probe.Run(ctx, dir, probe.Options{Now: clock, Rounds: 1000})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	empty(t, dir)
}

func TestWhereNothingCanBeMade(t *testing.T) {
	_, err := probe.Run(context.Background(), filepath.Join(t.TempDir(), "missing"), probe.Options{Now: time.Now})
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	_, err = probe.Run(context.Background(), "/proc", probe.Options{Now: time.Now})
	if err == nil {
		t.Error("something was made in /proc")
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err = probe.Run(context.Background(), file, probe.Options{Now: time.Now}); err == nil {
		t.Error("a file was probed")
	}
}
