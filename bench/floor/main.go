//go:build linux

// Command floor is the least that a look at every entry of a tree can cost: each
// directory opened by its name in its parent, read with getdents64 and closed, one
// statx for each entry, on as many threads as there are processors. It judges
// nothing but counts, trusts the tree and holds as many descriptors as it takes. It
// is what bench compares ward with.
package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// shared is where workers without a directory find one.
type shared struct {
	mu      sync.Mutex
	wake    sync.Cond
	paths   []pending
	idle    int
	workers int
	wanted  atomic.Int32
}

// pending is a directory that waits to be read.
type pending struct {
	in   *open
	name string
}

// open is a directory that is open for those in it.
type open struct {
	fd   int
	left atomic.Int32 // directories in it that are not yet open themselves
}

func (o *open) done(n int32) {
	if o.left.Add(-n) == 0 && o.fd >= 0 {
		_, _, _ = syscall.RawSyscall(unix.SYS_CLOSE, uintptr(o.fd), 0, 0)
	}
}

type worker struct {
	shared  *shared
	stack   []pending
	buf     []byte
	st      unix.Statx_t
	entries int
	writes  int // entries that others may write
}

func (s *shared) take() (pending, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.idle++
	s.wanted.Store(int32(s.idle - len(s.paths)))
	for len(s.paths) == 0 {
		if s.idle == s.workers {
			s.wake.Broadcast()
			return pending{}, false
		}
		s.wake.Wait()
	}
	s.idle--
	path := s.paths[len(s.paths)-1]
	s.paths = s.paths[:len(s.paths)-1]
	return path, true
}

func (w *worker) give() {
	half := len(w.stack) / 2
	if half == 0 || w.shared.wanted.Load() <= 0 {
		return
	}
	w.shared.mu.Lock()
	w.shared.paths = append(w.shared.paths, w.stack[:half]...)
	w.shared.wanted.Store(int32(w.shared.idle - len(w.shared.paths)))
	w.shared.mu.Unlock()
	w.shared.wake.Broadcast()
	w.stack = append(w.stack[:0], w.stack[half:]...)
}

func (w *worker) run() {
	for {
		var path pending
		if n := len(w.stack); n > 0 {
			path, w.stack = w.stack[n-1], w.stack[:n-1]
		} else if next, ok := w.shared.take(); ok {
			path = next
		} else {
			return
		}
		w.read(path)
		w.give()
	}
}

func (w *worker) read(p pending) {
	fd, err := unix.Openat(p.in.fd, p.name, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	p.in.done(1)
	if err != nil {
		fmt.Fprintln(os.Stderr, p.name, err)
		return
	}
	dir := &open{fd: fd}
	dir.left.Store(1) // until it is read
	for {
		n, _, e := syscall.RawSyscall(unix.SYS_GETDENTS64, uintptr(fd), uintptr(unsafe.Pointer(&w.buf[0])), uintptr(len(w.buf)))
		if e != 0 || n == 0 {
			break
		}
		w.look(dir, w.buf[:n])
	}
	dir.done(1)
}

func (w *worker) look(dir *open, names []byte) {
	for len(names) > 0 {
		size := binary.NativeEndian.Uint16(names[16:])
		name := names[19:size]
		names = names[size:]
		if name[0] == '.' && (name[1] == 0 || name[1] == '.' && name[2] == 0) {
			continue
		}
		_, _, e := syscall.RawSyscall6(unix.SYS_STATX, uintptr(dir.fd), uintptr(unsafe.Pointer(&name[0])),
			unix.AT_SYMLINK_NOFOLLOW|unix.AT_NO_AUTOMOUNT, unix.STATX_BASIC_STATS, uintptr(unsafe.Pointer(&w.st)), 0)
		if e != 0 {
			continue
		}
		w.entries++
		if w.st.Mode&0o002 != 0 && w.st.Mode&unix.S_IFMT != unix.S_IFLNK {
			w.writes++
		}
		if w.st.Mode&unix.S_IFMT == unix.S_IFDIR {
			dir.left.Add(1)
			w.stack = append(w.stack, pending{dir, unix.ByteSliceToString(name)})
		}
	}
}

func main() {
	n := runtime.GOMAXPROCS(0)
	top := &open{fd: unix.AT_FDCWD}
	top.left.Store(1)
	s := &shared{paths: []pending{{top, os.Args[1]}}, workers: n}
	s.wake.L = &s.mu
	workers := make([]worker, n)
	var all sync.WaitGroup
	for i := range workers {
		workers[i] = worker{shared: s, buf: make([]byte, 64<<10)}
		all.Go(workers[i].run)
	}
	all.Wait()
	entries, writes := 1, 0
	for i := range workers {
		entries, writes = entries+workers[i].entries, writes+workers[i].writes
	}
	fmt.Println(entries, "entries,", writes, "that others may write")
}
