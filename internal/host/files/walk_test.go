//go:build linux

package files

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ward/entry"
	"ward/internal/host/sys"
	"ward/internal/requires"
	"ward/internal/testfs"
	"ward/mode"
	"ward/tree"
)

// onEachFileSystem runs a test on an empty file system of each kind.
func onEachFileSystem(t *testing.T, test func(t *testing.T, dir string)) {
	for _, kind := range testfs.AllFileSystems() {
		t.Run(string(kind), func(t *testing.T) {
			testfs.InMountNamespace(t, func(t *testing.T) { test(t, testfs.Image(t, kind, 0)) })
		})
	}
}

func compareWalk(t *testing.T, dir string, o tree.Options) {
	t.Helper()
	s := walk(t, opened(t, dir), o, 0)
	got := map[string]entry.Entry{}
	for path, e := range s.entries {
		got[path] = bare(e)
	}
	if diff := cmp.Diff(byLstat(t, dir), got); diff != "" {
		t.Errorf("(-lstat +walk) %s", diff)
	}
	if len(s.failed) > 0 {
		t.Errorf("failed: %v", s.failed)
	}
}

func TestWalkSeesWhatLstatSees(t *testing.T) {
	for seed := range uint64(10) {
		dir := t.TempDir()
		plant(t, dir, seed, 500)
		for _, workers := range []int{1, 2, 5} {
			t.Run(fmt.Sprintf("seed %d, %d workers", seed, workers), func(t *testing.T) {
				compareWalk(t, dir, tree.Options{Workers: workers})
			})
		}
	}
}

func TestWalkOnEachFileSystem(t *testing.T) {
	onEachFileSystem(t, func(t *testing.T, dir string) {
		plant(t, dir, 7, 800)
		compareWalk(t, dir, tree.Options{})
	})
}

// More directories in one than wait at a time: it is read on from where it was left.
func TestWalkOfACrowdedDirectory(t *testing.T) {
	onEachFileSystem(t, func(t *testing.T, dir string) {
		const crowd = 70_000
		if strings.HasSuffix(t.Name(), "/ext4") {
			dir = testfs.Image(t, testfs.Ext4, 2<<30) // a small image has too few inodes
		}
		dir = filepath.Join(dir, "crowd") // without lost+found
		must(t, os.Mkdir(dir, 0o755))
		for i := range crowd {
			must(t, os.Mkdir(filepath.Join(dir, fmt.Sprintf("directory-%d", i)), 0o755))
		}
		for _, workers := range []int{1, 2} {
			s := walk(t, opened(t, dir), tree.Options{Workers: workers}, 0)
			if len(s.entries) != crowd+1 || len(s.failed) > 0 {
				t.Errorf("%d workers: %d entries, failed %v", workers, len(s.entries), s.failed)
			}
		}
	})
}

// counts is a visitor that keeps nothing.
type counts struct{ entries, failed int }

func (c *counts) Enter(*entry.Dir) bool { return true }

func (c *counts) Visit(*entry.Entry) (entry.Facts, tree.Action) {
	c.entries++
	return 0, tree.Continue
}

func (c *counts) Fail(string, error) { c.failed++ }

func TestMillionEntriesInOneDirectory(t *testing.T) {
	testfs.InMountNamespace(t, func(t *testing.T) {
		dir := testfs.Image(t, testfs.Tmpfs, 2<<30)
		const million = 1_000_000
		must(t, os.WriteFile(filepath.Join(dir, "0"), nil, 0o600))
		fd, err := syscall.Open(dir, syscall.O_DIRECTORY, 0)
		must(t, err)
		defer syscall.Close(fd)
		t.Chdir(dir)
		for i := 1; i < million; i++ {
			must(t, syscall.Link("0", fmt.Sprint(i)))
		}
		t.Chdir("/")
		runtime.GC()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		c := &counts{}
		must(t, opened(t, dir).Walk(context.Background(), tree.Options{Workers: 1}, func() tree.Visitor { return c }))
		runtime.ReadMemStats(&after)
		if c.entries != million+1 || c.failed != 0 {
			t.Errorf("%d entries, %d failures", c.entries, c.failed)
		}
		if grown := after.TotalAlloc - before.TotalAlloc; grown > 2<<20 {
			t.Errorf("allocated %d bytes", grown)
		}
	})
}

// deepen makes a chain of directories, each with a file in it.
func deepen(t *testing.T, dir string, levels int) {
	t.Helper()
	fd, err := sys.Open(sys.AtCWD, dir, sys.HoldDirectory)
	must(t, err)
	for range levels {
		must(t, syscall.Mkdirat(fd, "directory", 0o755))
		next, err := sys.Open(fd, "directory", sys.HoldDirectory)
		must(t, err)
		file, err := syscall.Openat(next, "file", syscall.O_CREAT|syscall.O_WRONLY|syscall.O_CLOEXEC, 0o644)
		must(t, err)
		must(t, syscall.Close(file))
		sys.Close(fd)
		fd = next
	}
	sys.Close(fd)
}

// limited runs a test in a process that may open few files.
func limited(t *testing.T, descriptors uint64, test func(t *testing.T)) {
	testfs.InMountNamespace(t, func(t *testing.T) {
		var old syscall.Rlimit
		must(t, syscall.Getrlimit(syscall.RLIMIT_NOFILE, &old))
		must(t, syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: descriptors, Max: old.Max}))
		t.Cleanup(func() { must(t, syscall.Setrlimit(syscall.RLIMIT_NOFILE, &old)) })
		test(t)
	})
}

func TestDeepTree(t *testing.T) {
	const levels = 5000
	dir := t.TempDir()
	t.Cleanup(func() { _ = exec.Command("rm", "-rf", dir+"/directory").Run() })
	limited(t, 256, func(t *testing.T) {
		deepen(t, dir, levels)
		r := opened(t, dir)
		for _, workers := range []int{1, 4} {
			s := walk(t, r, tree.Options{Workers: workers}, 0)
			if len(s.entries) != 2*levels+1 || len(s.failed) > 0 {
				t.Errorf("%d workers: %d entries, failed %d", workers, len(s.entries), len(s.failed))
			}
		}
		deepest := strings.Repeat("directory/", levels) + "file"
		o, err := r.Object(deepest)
		must(t, err)
		must(t, o.Chmod(0o600))
		if e, err := o.Look(entry.Stat); err != nil || e.Mode != 0o600 || e.Path() != deepest {
			t.Errorf("%v %v", e.Mode, err)
		}
		must(t, o.Close())
	})
}

func TestDeepTreeWithoutOpenat2(t *testing.T) {
	dir := t.TempDir()
	deepen(t, dir, 800)
	r, err := open(dir, sys.Calls{})
	must(t, err)
	defer r.Close()
	s := walk(t, r, tree.Options{}, entry.AccessACL)
	if len(s.entries) != 2*800+1 || len(s.failed) > 0 {
		t.Errorf("%d entries, failed %v", len(s.entries), s.failed)
	}
}

// So few descriptors that not even every worker gets what it wants at once.
func TestFewDescriptors(t *testing.T) {
	dir := t.TempDir()
	plant(t, dir, 11, 3000)
	limited(t, 32, func(t *testing.T) {
		s := walk(t, opened(t, dir), tree.Options{Workers: 12}, entry.AccessACL|entry.Content|entry.Attributes|entry.Handle)
		if want := len(byLstat(t, dir)); len(s.entries) != want || len(s.failed) > 0 {
			t.Errorf("%d of %d entries, %d failures", len(s.entries), want, len(s.failed))
		}
	})
}

// churn makes and removes things in dir until the test ends.
func churn(t *testing.T, change func(i int)) {
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
				change(i)
			}
		}
	}()
	t.Cleanup(func() { close(stop); <-done })
}

func TestWhatVanishesIsNoFailure(t *testing.T) {
	dir := t.TempDir()
	plant(t, dir, 13, 300)
	still := byLstat(t, dir)
	churn(t, func(i int) {
		p := filepath.Join(dir, "volatile")
		_ = os.MkdirAll(filepath.Join(p, "a", "b"), 0o755)
		_ = os.WriteFile(filepath.Join(p, "file"), nil, 0o600)
		_ = os.WriteFile(filepath.Join(p, "a", "file"), nil, 0o600)
		_ = os.RemoveAll(p)
	})
	r := opened(t, dir)
	for range 200 {
		s := walk(t, r, tree.Options{}, entry.AccessACL|entry.Content|entry.Attributes)
		for path, err := range s.failed {
			if !errors.Is(err, tree.ErrChanged) {
				t.Fatalf("%s: %v", path, err)
			}
		}
		for path := range still {
			if _, ok := s.entries[path]; !ok {
				t.Fatalf("%q was not seen", path)
			}
		}
	}
}

// A directory is exchanged for a symbolic link and back while it is walked: what
// the link leads to is never seen.
func TestSwappedDirectory(t *testing.T) {
	for name, calls := range map[string]sys.Calls{"newest calls": sys.Probe(), "oldest calls": {}} {
		t.Run(name, func(t *testing.T) {
			dir, outside := t.TempDir(), t.TempDir()
			must(t, os.MkdirAll(filepath.Join(outside, "deeper", "secret"), 0o755))
			must(t, os.MkdirAll(filepath.Join(dir, "victim", "deeper", "harmless"), 0o755))
			must(t, os.Symlink(outside, filepath.Join(dir, "link")))
			churn(t, func(int) { must(t, exchange(filepath.Join(dir, "victim"), filepath.Join(dir, "link"))) })
			r, err := open(dir, calls)
			must(t, err)
			defer r.Close()
			changed := 0
			for range 2000 {
				s := walk(t, r, tree.Options{}, 0)
				for path, err := range s.failed {
					changed++
					if !errors.Is(err, tree.ErrChanged) {
						t.Fatalf("%s: %v", path, err)
					}
				}
				for path := range s.entries {
					if strings.HasSuffix(path, "secret") {
						t.Fatalf("led to %q", path)
					}
				}
			}
			t.Logf("%d of 2000 walks met the change", changed)
		})
	}
}

// exchange swaps two names (renameat2 with RENAME_EXCHANGE).
func exchange(a, b string) error {
	const renameat2, exchange = 316, 2
	if runtime.GOARCH != "amd64" {
		return errors.Join(os.Rename(a, a+"~"), os.Rename(b, a), os.Rename(a+"~", b))
	}
	pa, _ := syscall.BytePtrFromString(a)
	pb, _ := syscall.BytePtrFromString(b)
	return renameExchange(renameat2, pa, pb, exchange)
}

// One directory for another: it is not what was looked at.
func TestAnotherDirectoryInItsPlace(t *testing.T) {
	dir := t.TempDir()
	must(t, os.Mkdir(filepath.Join(dir, "a"), 0o755))
	r := opened(t, dir)
	reader := newReader(r, r.slowPlaces(), false)
	defer reader.Close()
	e, err := r.Entry(entry.Stat)
	must(t, err)
	top := &entry.Dir{Path: "."}
	must(t, reader.Open(top, e.ID, 0))
	batch, err := reader.Next()
	must(t, err)
	id := batch[0].ID
	must(t, os.Rename(filepath.Join(dir, "a"), filepath.Join(dir, "b")))
	must(t, os.Mkdir(filepath.Join(dir, "a"), 0o755))
	err = reader.Open(&entry.Dir{Path: "a", Parent: top, Depth: 1}, id, 0)
	if !errors.Is(err, tree.ErrChanged) {
		t.Errorf("got %v", err)
	}
}

func TestMountsAreLeftOutAndTold(t *testing.T) {
	testfs.InMountNamespace(t, func(t *testing.T) {
		dir := testfs.Image(t, testfs.Tmpfs, 0)
		for _, name := range []string{"other", "bind", "plain"} {
			must(t, os.MkdirAll(filepath.Join(dir, name, "below"), 0o755))
		}
		must(t, syscall.Mount("tmpfs", filepath.Join(dir, "other"), "tmpfs", 0, ""))
		t.Cleanup(func() { must(t, syscall.Unmount(filepath.Join(dir, "other"), 0)) })
		must(t, os.Mkdir(filepath.Join(dir, "other", "inside"), 0o755))
		testfs.Bind(t, filepath.Join(dir, "plain"), filepath.Join(dir, "bind"))

		s := walk(t, opened(t, dir), tree.Options{}, 0)
		want := map[string]tree.Skip{"other": tree.OtherFileSystem, "bind": tree.OtherFileSystem}
		if diff := cmp.Diff(want, s.skipped); diff != "" {
			t.Error(diff)
		}
		for _, path := range []string{"other/inside", "bind/below"} {
			if _, ok := s.entries[path]; ok {
				t.Errorf("%s was visited", path)
			}
		}
		crossing := walk(t, opened(t, dir), tree.Options{CrossMounts: true}, 0)
		for _, path := range []string{"other/inside", "bind/below", "plain/below"} {
			if _, ok := crossing.entries[path]; !ok {
				t.Errorf("%s was not visited", path)
			}
		}
	})
}

func TestSubvolumeIsAnotherFileSystem(t *testing.T) {
	testfs.InMountNamespace(t, func(t *testing.T) {
		requires.Tool(t, "btrfs")
		dir := testfs.Image(t, testfs.Btrfs, 0)
		out, err := exec.Command("btrfs", "subvolume", "create", filepath.Join(dir, "sub")).CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		must(t, os.Mkdir(filepath.Join(dir, "sub", "inside"), 0o755))
		if s := walk(t, opened(t, dir), tree.Options{}, 0); s.skipped["sub"] != tree.OtherFileSystem || len(s.entries) != 2 {
			t.Errorf("skipped %v of %d", s.skipped, len(s.entries))
		}
		if s := walk(t, opened(t, dir), tree.Options{CrossMounts: true}, 0); len(s.entries) != 3 || len(s.failed) > 0 {
			t.Errorf("visited %d, failed %v", len(s.entries), s.failed)
		}
	})
}

func TestUnreadableDirectories(t *testing.T) {
	testfs.As(t, testfs.Stranger, func(t *testing.T) {
		dir := testfs.ReachableDir(t)
		for name, bits := range map[string]uint32{"closed": 0, "list": 0o400, "search": 0o100, "open": 0o700} {
			must(t, os.MkdirAll(filepath.Join(dir, name, "below"), 0o755))
			must(t, os.MkdirAll(filepath.Join(dir, name, "beside"), 0o755))
			must(t, syscall.Chmod(filepath.Join(dir, name), bits))
			t.Cleanup(func() { must(t, os.Chmod(filepath.Join(dir, name), 0o700)) })
		}
		must(t, os.WriteFile(filepath.Join(dir, "secret"), []byte("#!/bin/sh\n"), 0))
		s := walk(t, opened(t, dir), tree.Options{}, entry.Content)
		for _, path := range []string{"closed", "search", "list", "secret"} {
			if !errors.Is(s.failed[path], syscall.EACCES) {
				t.Errorf("%s: %v", path, s.failed[path])
			}
		}
		if len(s.failed) != 4 {
			t.Errorf("failed: %v", s.failed)
		}
		if e := s.entries["secret"]; e.Denied != entry.Content || e.Kind != mode.Regular {
			t.Errorf("secret: denied %b", e.Denied)
		}
		if _, ok := s.entries["open/below"]; !ok {
			t.Error("open/below was not visited")
		}
	})
}

// A fifo that nobody writes, a socket and a device: no fact makes the walk open them.
func TestFifosAndDevicesAreNotOpened(t *testing.T) {
	dir := t.TempDir()
	must(t, syscall.Mkfifo(filepath.Join(dir, "fifo"), 0o666))
	fd, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	must(t, err)
	defer syscall.Close(fd)
	t.Chdir(dir) // the path of a socket must be short
	must(t, syscall.Bind(fd, &syscall.SockaddrUnix{Name: "socket"}))
	if os.Geteuid() == 0 {
		must(t, syscall.Mknod(filepath.Join(dir, "device"), syscall.S_IFCHR|0o600, 1<<8|3))
	}
	const everything = entry.AccessACL | entry.DefaultACL | entry.Content | entry.Caps | entry.Attributes | entry.Handle
	r := opened(t, dir)
	done := make(chan struct{})
	go func() {
		defer close(done)
		s := walk(t, r, tree.Options{}, everything)
		if len(s.failed) > 0 || r.Opened() != 0 {
			t.Errorf("failed %v, opened %d", s.failed, r.Opened())
		}
		for path := range s.entries {
			o, err := r.Object(path)
			if err != nil {
				t.Error(err)
				continue
			}
			if e, err := o.Look(everything); err != nil || e.Known&everything != everything {
				t.Errorf("%s: knows %b, %v", path, e.Known, err)
			}
			_ = o.Close()
		}
	}()
	select {
	case <-done:
	case <-time.After(20 * time.Second):
		t.Fatal("something waits")
	}
}

func TestSingleFileIsATree(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	must(t, os.WriteFile(file, []byte("#!/bin/sh\n"), 0o755))
	r := opened(t, file)
	s := walk(t, r, tree.Options{}, entry.Content|entry.AccessACL|entry.Handle)
	if e := s.entries["."]; len(s.entries) != 1 || e.Content != entry.Shebang || e.Name != "." || e.Mode != 0o755 {
		t.Errorf("entries %v", s.entries)
	}
	o, err := r.Object(".")
	must(t, err)
	defer o.Close()
	must(t, o.Chmod(0o700))
	must(t, r.Sync())
	if _, err := r.Object("x"); !errors.Is(err, syscall.ENOTDIR) {
		t.Errorf("below a file: %v", err)
	}
}

func TestBesideSlow(t *testing.T) {
	const mounts = `22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
30 22 0:26 / /home/anna/My\040Drive rw,nosuid shared:5 - fuse.rclone remote: rw
31 22 0:27 / /srv/nfs rw - nfs4 server:/export rw
32 22 0:28 / /tmp rw - tmpfs tmpfs rw
33 22 0:29 / /net rw - autofs systemd-1 rw
bad line
`
	if diff := cmp.Diff(map[string]bool{"home/anna": true, "srv": true, ".": true}, besideSlow(mounts, "/")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]bool{"anna": true}, besideSlow(mounts, "/home")); diff != "" {
		t.Error(diff)
	}
}
