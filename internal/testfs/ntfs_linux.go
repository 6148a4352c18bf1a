package testfs

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"ward/internal/requires"
)

// NTFS makes a small file system of NTFS in an image and mounts it by ntfs-3g with
// some options, for the length of the test. It is to be called in a mount namespace
// of the test's own (InMountNamespace).
func NTFS(t *testing.T, options string) (mountPoint string) {
	t.Helper()
	mountPoint = MountNTFS(t, NTFSImage(t), options)
	if err := unix.Chmod(mountPoint, 0o755); err != nil {
		t.Fatal(err)
	}
	return mountPoint
}

// NTFSImage makes an image of a small, empty NTFS.
func NTFSImage(t *testing.T) (image string) {
	t.Helper()
	requires.Root(t)
	requires.Feature(t, requires.FUSE)
	requires.Tool(t, "mkfs.ntfs", "ntfs-3g")
	image = filepath.Join(t.TempDir(), "ntfs.img")
	if err := os.WriteFile(image, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(image, 16<<20); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("mkfs.ntfs", "-q", "-F", "-Q", image).CombinedOutput(); err != nil {
		t.Fatalf("mkfs.ntfs: %v\n%s", err, out)
	}
	return image
}

// MountNTFS mounts an image of NTFS for the length of the test.
func MountNTFS(t *testing.T, image, options string) (mountPoint string) {
	t.Helper()
	mountPoint = ReachableDir(t)
	serve := exec.Command("ntfs-3g", "-o", strings.Trim("no_detach,big_writes,"+options, ","), image, mountPoint)
	var said strings.Builder
	serve.Stdout, serve.Stderr = &said, &said
	if err := serve.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- serve.Wait() }()
	for !isMounted(mountPoint) {
		select {
		case err := <-ended:
			t.Fatalf("ntfs-3g: %v\n%s", err, said.String())
		case <-time.After(5 * time.Millisecond):
		}
	}
	t.Cleanup(func() {
		if err := unix.Unmount(mountPoint, 0); err != nil {
			t.Errorf("unmount ntfs-3g: %v", err)
			_ = unix.Unmount(mountPoint, unix.MNT_DETACH)
		}
		if err := <-ended; err != nil { // the image is whole now
			t.Errorf("ntfs-3g: %v", err)
		}
	})
	return mountPoint
}

// isMounted tells whether a directory is another file system than its parent.
func isMounted(dir string) bool {
	var here, above unix.Stat_t
	return unix.Stat(dir, &here) == nil && unix.Stat(filepath.Dir(dir), &above) == nil && here.Dev != above.Dev
}
