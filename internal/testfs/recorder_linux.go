package testfs

import (
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
	"golang.org/x/sys/unix"

	"ward/internal/requires"
)

// Event is one thing that happened to recorded disks, in the order in which they
// took it: a write, a flush of the disk's cache, or a mark that the test made.
type Event struct {
	Disk   int
	Offset int64
	Data   []byte // nil: no write
	Flush  bool   // all writes to the disk before it have reached the medium
	Mark   string
}

// Disks are image files that remember in which order they were written to, as
// dm-log-writes does, for kernels without the device mapper. A loop device on one
// is a disk of which every moment of its past can be seen again.
type Disks struct {
	dir    string
	log    string
	images []string
	actor  *Actor
	mark   *os.File
}

// Record starts to record what is written to images; until the end of it they are
// reached by Image only. The actor of that name must be [Recorder].
//
// The recorder is another process: a process that serves the disk on which it
// waits could not be killed.
func Record(t *testing.T, actor string, images ...string) *Disks {
	t.Helper()
	mustBePrivate(t)
	requires.Feature(t, requires.FUSE)
	d := &Disks{dir: t.TempDir(), images: images}
	d.log = filepath.Join(t.TempDir(), "log")
	d.actor = Start(t, User{}, actor, append([]string{d.dir, d.log}, images...)...)
	for deadline := time.Now().Add(10 * time.Second); d.mark == nil; time.Sleep(time.Millisecond) {
		f, err := os.OpenFile(filepath.Join(d.dir, "mark"), os.O_WRONLY, 0)
		if err == nil {
			d.mark = f
		} else if time.Now().After(deadline) {
			_, out := d.actor.Stop()
			t.Fatalf("the recorder did not start: %v %v", err, out)
		}
	}
	t.Cleanup(func() {
		d.mark.Close()
		_ = unix.Unmount(d.dir, unix.MNT_DETACH) // Stop may have done it
	})
	return d
}

// Image is the recorded file of the disk i.
func (d *Disks) Image(i int) string { return filepath.Join(d.dir, imageName(i)) }

func imageName(i int) string { return "image" + strconv.Itoa(i) }

// Mark puts a name into the record.
func (d *Disks) Mark(name string) error {
	_, err := d.mark.WriteAt([]byte(name), 0)
	return err
}

// Stop ends the recording, once nothing uses the images any more, and returns what
// happened.
func (d *Disks) Stop() ([]Event, error) {
	if err := errors.Join(d.mark.Close(), d.unmount()); err != nil {
		return nil, fmt.Errorf("stop the recorder: %w", err)
	}
	if err := d.actor.Wait(); err != nil {
		return nil, err
	}
	f, err := os.Open(d.log)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var events []Event
	for from := gob.NewDecoder(f); ; {
		var e Event
		switch err := from.Decode(&e); {
		case errors.Is(err, io.EOF):
			return events, nil
		case err != nil:
			return nil, fmt.Errorf("read the recording: %w", err)
		}
		events = append(events, e)
	}
}

// unmount waits for the kernel to let go of the images: it does so some time after
// the file systems on them were unmounted.
func (d *Disks) unmount() error {
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		err := unix.Unmount(d.dir, 0)
		if !errors.Is(err, unix.EBUSY) || time.Now().After(deadline) {
			return err
		}
	}
}

// Recorder is the actor that Record needs. Its arguments are the mount point, the
// file for the record, and the images.
func Recorder(args []string) error {
	log, err := os.Create(args[1])
	if err != nil {
		return err
	}
	defer log.Close()
	root := &recorded{log: gob.NewEncoder(log), images: args[2:]}
	server, err := fs.Mount(args[0], root, &fs.Options{MountOptions: fuse.MountOptions{
		DirectMount: true, FsName: "ward-test", Name: "recorder", MaxWrite: 1 << 20,
	}})
	if err != nil {
		return fmt.Errorf("mount the recorded disks: %w", err)
	}
	server.Wait()
	return log.Sync()
}

// recorded is the directory of the images.
type recorded struct {
	fs.Inode
	images []string

	lock sync.Mutex
	log  *gob.Encoder
}

var _ fs.NodeOnAdder = (*recorded)(nil)

// OnAdd makes the files.
func (r *recorded) OnAdd(ctx context.Context) {
	for i, name := range r.images {
		f, err := os.OpenFile(name, os.O_RDWR, 0)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		d := &recordedDisk{log: r, number: i, file: f}
		r.AddChild(imageName(i), r.NewPersistentInode(ctx, d, fs.StableAttr{Mode: fuse.S_IFREG}), false)
	}
	m := &recordedMark{log: r}
	r.AddChild("mark", r.NewPersistentInode(ctx, m, fs.StableAttr{Mode: fuse.S_IFREG}), false)
}

// take writes an event down, and does it while no other can come between.
func (r *recorded) take(e Event, do func() error) syscall.Errno {
	r.lock.Lock()
	defer r.lock.Unlock()
	if err := do(); err != nil {
		return fs.ToErrno(err)
	}
	if err := r.log.Encode(&e); err != nil {
		return syscall.EIO
	}
	return 0
}

// recordedDisk is an image.
type recordedDisk struct {
	fs.Inode
	log    *recorded
	number int
	file   *os.File
}

var (
	_ fs.NodeGetattrer = (*recordedDisk)(nil)
	_ fs.NodeOpener    = (*recordedDisk)(nil)
	_ fs.NodeReader    = (*recordedDisk)(nil)
	_ fs.NodeWriter    = (*recordedDisk)(nil)
	_ fs.NodeFsyncer   = (*recordedDisk)(nil)
	_ fs.NodeGetattrer = (*recordedMark)(nil)
	_ fs.NodeOpener    = (*recordedMark)(nil)
	_ fs.NodeWriter    = (*recordedMark)(nil)
)

// Getattr tells the size.
func (d *recordedDisk) Getattr(_ context.Context, _ fs.FileHandle, out *fuse.AttrOut) syscall.Errno {
	info, err := d.file.Stat()
	if err != nil {
		return fs.ToErrno(err)
	}
	out.Mode, out.Size = fuse.S_IFREG|0o600, uint64(info.Size())
	return 0
}

// Open keeps what the kernel has read: nobody else writes to the image.
func (d *recordedDisk) Open(context.Context, uint32) (fs.FileHandle, uint32, syscall.Errno) {
	return nil, fuse.FOPEN_KEEP_CACHE, 0
}

func (d *recordedDisk) Read(_ context.Context, _ fs.FileHandle, dest []byte, off int64) (fuse.ReadResult, syscall.Errno) {
	n, err := d.file.ReadAt(dest, off)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fs.ToErrno(err)
	}
	return fuse.ReadResultData(dest[:n]), 0
}

func (d *recordedDisk) Write(_ context.Context, _ fs.FileHandle, data []byte, off int64) (uint32, syscall.Errno) {
	errno := d.log.take(Event{Disk: d.number, Offset: off, Data: data}, func() error {
		_, err := d.file.WriteAt(data, off)
		return err
	})
	return uint32(len(data)), errno
}

// Fsync is what a flush of the loop device arrives as.
func (d *recordedDisk) Fsync(context.Context, fs.FileHandle, uint32) syscall.Errno {
	return d.log.take(Event{Disk: d.number, Flush: true}, func() error { return nil })
}

// recordedMark is the file that marks are written to.
type recordedMark struct {
	fs.Inode
	log *recorded
}

// Getattr says that it may be written to.
func (m *recordedMark) Getattr(_ context.Context, _ fs.FileHandle, out *fuse.AttrOut) syscall.Errno {
	out.Mode = fuse.S_IFREG | 0o600
	return 0
}

// Open bypasses the cache: each write is a mark.
func (m *recordedMark) Open(context.Context, uint32) (fs.FileHandle, uint32, syscall.Errno) {
	return nil, fuse.FOPEN_DIRECT_IO, 0
}

func (m *recordedMark) Write(_ context.Context, _ fs.FileHandle, data []byte, _ int64) (uint32, syscall.Errno) {
	return uint32(len(data)), m.log.take(Event{Mark: string(data)}, func() error { return nil })
}
