package testfs_test

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"ward/internal/testfs"
)

// What was synced survives every cut, what was not may be lost, and the record has
// it all in order.
func TestRecordedDisks(t *testing.T) {
	testfs.InMountNamespace(t, func(t *testing.T) {
		memory := testfs.Image(t, testfs.Tmpfs, 0)
		image, medium, cut := filepath.Join(memory, "image"), filepath.Join(memory, "medium"), filepath.Join(memory, "cut")
		testfs.NewImage(t, testfs.Ext4, image, 16<<20)
		must(t, testfs.CopyDisk(image, medium))
		disks := testfs.Record(t, "recorder", image)
		dir := filepath.Join(memory, "mount")
		must(t, os.Mkdir(dir, 0o755))
		unmount := testfs.MountImage(t, testfs.Ext4, disks.Image(0), dir)
		must(t, os.WriteFile(filepath.Join(dir, "file"), []byte("written"), 0o600))
		must(t, disks.Mark("written"))
		f, err := os.Open(dir)
		must(t, err)
		must(t, testfs.SyncFS(f))
		must(t, f.Close())
		must(t, disks.Mark("synced"))
		unmount()
		events, err := disks.Stop()
		must(t, err)

		written, synced := position(t, events, "written"), position(t, events, "synced")
		if !slices.ContainsFunc(events[written:synced], func(e testfs.Event) bool { return e.Flush }) {
			t.Error("the sync brought no flush")
		}
		replay := testfs.NewReplay(events, medium)
		for _, c := range []struct {
			at   int
			want string
		}{{written, ""}, {synced, "written"}} {
			must(t, replay.To(c.at))
			for seed := range uint64(4) {
				must(t, replay.Cut(rand.New(rand.NewPCG(seed, 0)), cut))
				if got := contentAfter(t, cut, dir); got != c.want {
					t.Errorf("after event %d, seed %d: %q, want %q", c.at, seed, got, c.want)
				}
			}
		}
		must(t, replay.To(len(events)))
		must(t, replay.Cut(nil, cut))
		if !bytes.Equal(read(t, image), read(t, cut)) {
			t.Error("the whole record does not make the disk as it is in the end")
		}
	})
}

func position(t *testing.T, events []testfs.Event, mark string) int {
	t.Helper()
	n := slices.IndexFunc(events, func(e testfs.Event) bool { return e.Mark == mark })
	if n < 0 {
		t.Fatalf("no mark %q in the record", mark)
	}
	return n
}

// contentAfter is the file of an image as it is after the file system's recovery.
func contentAfter(t *testing.T, image, dir string) string {
	t.Helper()
	unmount := testfs.MountImage(t, testfs.Ext4, image, dir)
	defer unmount()
	b, err := os.ReadFile(filepath.Join(dir, "file"))
	if os.IsNotExist(err) {
		return ""
	}
	must(t, err)
	return string(b)
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(name)
	must(t, err)
	return b
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
