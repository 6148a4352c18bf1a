package testfs

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"ward/internal/requires"
)

// InMountNamespace runs body in a process whose mounts nobody else sees. Needs root.
func InMountNamespace(t *testing.T, body func(t *testing.T)) {
	t.Helper()
	if mountNamespace.entered(t) {
		body(t)
		return
	}
	requires.Feature(t, requires.PrivateMountNamespace)
	// The syscall package makes every mount private before it starts the process.
	mountNamespace.enter(t, &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS})
}

// FileSystem is a type of file system that Image can make.
type FileSystem string

// The file systems.
const (
	Ext4    FileSystem = "ext4"
	XFS     FileSystem = "xfs"
	Btrfs   FileSystem = "btrfs"
	Tmpfs   FileSystem = "tmpfs"
	Overlay FileSystem = "overlay"
)

// AllFileSystems is every type that Image can make.
func AllFileSystems() []FileSystem {
	return []FileSystem{Ext4, XFS, Btrfs, Tmpfs, Overlay}
}

// smallest sizes that the mkfs programs accept, and what tests need beside.
var smallest = map[FileSystem]int64{Ext4: 64 << 20, XFS: 320 << 20, Btrfs: 256 << 20, Tmpfs: 64 << 20, Overlay: 64 << 20}

var needs = map[FileSystem]requires.Need{
	Ext4: requires.Ext4, XFS: requires.XFS, Btrfs: requires.Btrfs, Tmpfs: requires.Tmpfs, Overlay: requires.Overlay,
}

// Image mounts an empty file system of the given type and returns its root, mode
// 0755. The size is in bytes; 0 is the smallest that the type allows. It must be
// called within InMountNamespace.
func Image(t *testing.T, kind FileSystem, size int64) string {
	t.Helper()
	return once(t, func() string {
		mustBePrivate(t)
		requires.Feature(t, needs[kind])
		return image(t, kind, max(size, smallest[kind]))
	})
}

func image(t *testing.T, kind FileSystem, size int64) string {
	t.Helper()
	switch kind {
	case Tmpfs:
		return tmpfs(t, size)
	case Overlay:
		return OverlayOn(t, tmpfs(t, size)).Merged
	default:
		return loop(t, kind, size)
	}
}

// Full makes every later write of new data on the file system fail with ENOSPC,
// until the returned function is called.
func Full(t *testing.T, dir string) (release func()) {
	t.Helper()
	ballast := filepath.Join(dir, ".ballast")
	f, err := os.OpenFile(ballast, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for chunk := make([]byte, 1<<20); len(chunk) > 0; {
		if _, err := f.Write(chunk); errors.Is(err, unix.ENOSPC) {
			chunk = chunk[:len(chunk)/2]
		} else if err != nil {
			t.Fatal(err)
		}
	}
	return func() { os.Remove(ballast) }
}

// OverlayMount is where the parts of an overlay mount are.
type OverlayMount struct {
	Lower, Upper, Merged string
}

// OverlayOn mounts an overlay whose layers are folders of dir: lower, upper and
// work, made where they are missing. What lies in lower shows through.
func OverlayOn(t *testing.T, dir string) OverlayMount {
	t.Helper()
	m := OverlayMount{Lower: filepath.Join(dir, "lower"), Upper: filepath.Join(dir, "upper"), Merged: filepath.Join(dir, "merged")}
	Once(t, func() {
		mustBePrivate(t)
		requires.Feature(t, requires.Overlay)
		for _, name := range []string{"lower", "upper", "work", "merged"} {
			if err := os.Mkdir(filepath.Join(dir, name), 0o755); err != nil && !errors.Is(err, os.ErrExist) {
				t.Fatal(err)
			}
		}
		options := fmt.Sprintf("lowerdir=%s,upperdir=%s,workdir=%s", m.Lower, m.Upper, filepath.Join(dir, "work"))
		mount(t, "overlay", m.Merged, "overlay", 0, options)
	})
	return m
}

// ReadOnly makes the mount at dir read-only, and writable again when the test ends.
func ReadOnly(t *testing.T, dir string) {
	t.Helper()
	Once(t, func() {
		mustBePrivate(t)
		if err := unix.Mount("", dir, "", unix.MS_REMOUNT|unix.MS_BIND|unix.MS_RDONLY, ""); err != nil {
			t.Fatalf("make %q read-only: %v", dir, err)
		}
		t.Cleanup(func() { _ = unix.Mount("", dir, "", unix.MS_REMOUNT|unix.MS_BIND, "") })
	})
}

// Bind mounts the directory from at the existing directory to.
func Bind(t *testing.T, from, to string) {
	t.Helper()
	Once(t, func() {
		mustBePrivate(t)
		mount(t, from, to, "", unix.MS_BIND, "")
	})
}

func tmpfs(t *testing.T, size int64) string {
	t.Helper()
	dir := reachableDir(t)
	mount(t, "ward-test", dir, "tmpfs", 0, fmt.Sprintf("mode=0755,nr_inodes=0,size=%d", size))
	return dir
}

func loop(t *testing.T, kind FileSystem, size int64) string {
	t.Helper()
	image := filepath.Join(t.TempDir(), "image")
	if err := os.WriteFile(image, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(image, size); err != nil {
		t.Fatal(err)
	}
	run(t, "mkfs."+string(kind), "-q", image)
	dir := reachableDir(t)
	run(t, "mount", "-t", string(kind), "-o", "loop", image, dir)
	t.Cleanup(func() { unmount(t, dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func mount(t *testing.T, source, target, kind string, flags uintptr, options string) {
	t.Helper()
	if err := unix.Mount(source, target, kind, flags, options); err != nil {
		t.Fatalf("mount %s on %q: %v", kind, target, err)
	}
	t.Cleanup(func() { unmount(t, target) })
}

func unmount(t *testing.T, dir string) {
	if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
		t.Errorf("unmount %q: %v", dir, err)
	}
}

func mustBePrivate(t *testing.T) {
	t.Helper()
	if !mountNamespace.entered(t) {
		t.Fatal("mounts are made within testfs.InMountNamespace only")
	}
}

func run(t testing.TB, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %v: %v: %s", name, args, err, out)
	}
}
