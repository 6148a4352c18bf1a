package testfs

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"

	"golang.org/x/sys/unix"
)

// Replay goes through a recording and makes images of what a power cut would have
// left at any moment of it.
type Replay struct {
	Events []Event

	media   []string  // what has been flushed
	at      int       // how many events have happened
	pending [][]Event // by disk: writes since its last flush
}

// NewReplay begins at the start of a recording. The media are the images as they
// were when it started; they are written to.
func NewReplay(events []Event, media ...string) *Replay {
	return &Replay{Events: events, media: media, pending: make([][]Event, len(media))}
}

// To lets time pass until n events have happened. It does not go back.
func (r *Replay) To(n int) error {
	for ; r.at < n; r.at++ {
		e := r.Events[r.at]
		switch {
		case e.Flush:
			if err := write(r.media[e.Disk], r.pending[e.Disk], nil); err != nil {
				return err
			}
			r.pending[e.Disk] = nil
		case len(e.Data) > 0:
			r.pending[e.Disk] = append(r.pending[e.Disk], e)
		}
	}
	return nil
}

// Cut writes to the named files what the disks hold after a power cut now: of what
// they had not flushed, everything, or a random choice if some is lost.
func (r *Replay) Cut(lost *rand.Rand, to ...string) error {
	for i := range r.media {
		if err := CopyDisk(r.media[i], to[i]); err != nil {
			return err
		}
		if err := write(to[i], r.pending[i], lost); err != nil {
			return err
		}
	}
	return nil
}

// CopyDisk copies an image, which takes as long as there is something in it.
func CopyDisk(from, to string) error {
	out, err := exec.Command("cp", "--sparse=always", from, to).CombinedOutput()
	if err != nil {
		return fmt.Errorf("copy a disk: %w: %s", err, out)
	}
	return nil
}

// page is what a disk writes whole or not at all: file systems count on it for
// their superblocks.
const page = 4096

// write brings writes to a medium, in pages of which a random half is lost.
func write(medium string, writes []Event, lost *rand.Rand) error {
	f, err := os.OpenFile(medium, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	for _, w := range writes {
		for data, at := w.Data, w.Offset; len(data) > 0; {
			n := min(int64(len(data)), page-at%page)
			if lost == nil || lost.IntN(2) == 0 {
				if _, err := f.WriteAt(data[:n], at); err != nil {
					return err
				}
			}
			data, at = data[n:], at+n
		}
	}
	return nil
}

// NewImage makes an image file with an empty file system.
func NewImage(t *testing.T, kind FileSystem, name string, size int64) {
	t.Helper()
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(f.Truncate(size), f.Close()); err != nil {
		t.Fatal(err)
	}
	run(t, "mkfs."+string(kind), "-q", name)
}

// MountImage mounts an image file until the returned function is called, which
// fails the test if something in it is still open.
func MountImage(t *testing.T, kind FileSystem, image, dir string) (unmountNow func()) {
	t.Helper()
	mustBePrivate(t)
	options := "loop"
	if kind == Btrfs {
		options = "loop,nodiscard" // a recording knows only writes
	}
	run(t, "mount", "-t", string(kind), "-o", options, image, dir)
	mounted := true
	t.Cleanup(func() {
		if mounted {
			unmount(t, dir)
		}
	})
	return func() {
		t.Helper()
		if err := unix.Unmount(dir, 0); err != nil {
			t.Fatalf("unmount %q: %v", dir, err)
		}
		mounted = false
	}
}

// ShiftDevices makes file systems that are mounted before the returned function is
// called get other device numbers than those they had, as after a start of the
// machine: the lowest free loop device and the lowest free number are taken.
func ShiftDevices(t *testing.T) (restore func()) {
	t.Helper()
	mustBePrivate(t)
	held := t.TempDir()
	if err := unix.Mount("ward-test", held, "tmpfs", 0, ""); err != nil {
		t.Fatal(err)
	}
	image := held + "/image"
	if err := os.WriteFile(image, make([]byte, 1<<16), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("losetup", "--find", "--show", image).Output()
	if err != nil {
		t.Fatal(err)
	}
	device := string(out[:len(out)-1])
	return func() {
		t.Helper()
		run(t, "losetup", "--detach", device)
		unmount(t, held) // the loop device may not have let go of the image yet
	}
}

// SyncFS writes the file system of an open file to its disk.
func SyncFS(f *os.File) error { return unix.Syncfs(int(f.Fd())) }

// WriteBackDevice starts and awaits writing of a part of a file system's metadata
// that the kernel caches as blocks of its device, as memory pressure does. File
// systems with a cache of their own notice nothing.
func WriteBackDevice(f *os.File, offset, length int64) error {
	var st unix.Stat_t
	if err := unix.Fstat(int(f.Fd()), &st); err != nil {
		return err
	}
	const loopMajor = 7
	if unix.Major(st.Dev) != loopMajor {
		return nil
	}
	device, err := os.Open(fmt.Sprintf("/dev/loop%d", unix.Minor(st.Dev)))
	if err != nil {
		return err
	}
	defer device.Close()
	const all = unix.SYNC_FILE_RANGE_WAIT_BEFORE | unix.SYNC_FILE_RANGE_WRITE | unix.SYNC_FILE_RANGE_WAIT_AFTER
	return unix.SyncFileRange(int(device.Fd()), offset, length, all)
}
