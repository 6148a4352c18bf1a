//go:build linux

// Command changefloor is the least that a safe change of every mode of a tree can
// cost: each directory is read once and each entry looked at; every object is held
// by a descriptor, looked at, changed and looked at again through it; at the end all
// is on disk. It judges nothing, keeps no journal and cannot go back. It is what
// bench compares an apply with beside chmod -R, which does less.
package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"runtime"
	"sync"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

const wanted = unix.STATX_BASIC_STATS | unix.STATX_BTIME

type worker struct {
	wide    bool // others get what the group has; else nothing
	buf     []byte
	st      unix.Statx_t
	changed int
}

// change makes every mode of one directory's entries wide or narrow, and tells the
// directories among them.
func (w *worker) change(path string) (below []string) {
	fd, err := syscall.Open(path, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		fmt.Fprintln(os.Stderr, path, err)
		return nil
	}
	defer func() { _ = syscall.Close(fd) }()
	for {
		n, _, e := syscall.Syscall(unix.SYS_GETDENTS64, uintptr(fd), uintptr(unsafe.Pointer(&w.buf[0])), uintptr(len(w.buf)))
		if e != 0 || n == 0 {
			return below
		}
		for names := w.buf[:n]; len(names) > 0; {
			size := binary.NativeEndian.Uint16(names[16:])
			name := names[19:size]
			names = names[size:]
			if name[0] == '.' && (name[1] == 0 || name[1] == '.' && name[2] == 0) {
				continue
			}
			if w.object(fd, name) {
				below = append(below, path+"/"+unix.ByteSliceToString(name))
			}
		}
	}
}

func (w *worker) statx(fd int, name *byte, flags uintptr) bool {
	_, _, e := syscall.RawSyscall6(unix.SYS_STATX, uintptr(fd), uintptr(unsafe.Pointer(name)),
		flags|unix.AT_SYMLINK_NOFOLLOW|unix.AT_NO_AUTOMOUNT, wanted, uintptr(unsafe.Pointer(&w.st)), 0)
	return e == 0
}

// object changes one object, and says whether it is a directory.
func (w *worker) object(dir int, name []byte) bool {
	if !w.statx(dir, &name[0], 0) || w.st.Mode&unix.S_IFMT == unix.S_IFLNK {
		return false
	}
	held, _, e := syscall.RawSyscall6(unix.SYS_OPENAT, uintptr(dir), uintptr(unsafe.Pointer(&name[0])),
		unix.O_PATH|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0, 0, 0)
	if e != 0 {
		return false
	}
	var empty [1]byte
	w.statx(int(held), &empty[0], unix.AT_EMPTY_PATH)
	mode := uintptr(w.st.Mode) & 0o7770
	if w.wide {
		mode |= mode >> 3 & 5
	}
	_, _, e = syscall.RawSyscall6(unix.SYS_FCHMODAT2, held, uintptr(unsafe.Pointer(&empty[0])), mode, unix.AT_EMPTY_PATH, 0, 0)
	if e == 0 && w.statx(int(held), &empty[0], unix.AT_EMPTY_PATH) && uintptr(w.st.Mode)&0o7777 == mode {
		w.changed++
	}
	_, _, _ = syscall.RawSyscall(unix.SYS_CLOSE, held, 0, 0)
	return w.st.Mode&unix.S_IFMT == unix.S_IFDIR
}

// share lets workers take directories from one list until all are done.
func share(root string, workers []worker) {
	var mu sync.Mutex
	waiting, busy := []string{root}, 0
	wake := sync.NewCond(&mu)
	run := func(w *worker) {
		mu.Lock()
		defer mu.Unlock()
		for {
			for len(waiting) == 0 && busy > 0 {
				wake.Wait()
			}
			if len(waiting) == 0 {
				wake.Broadcast()
				return
			}
			next := waiting[len(waiting)-1]
			waiting = waiting[:len(waiting)-1]
			busy++
			mu.Unlock()
			below := w.change(next)
			mu.Lock()
			busy--
			waiting = append(waiting, below...)
			wake.Broadcast()
		}
	}
	var all sync.WaitGroup
	for i := range workers {
		all.Go(func() { run(&workers[i]) })
	}
	all.Wait()
}

func main() {
	if len(os.Args) != 3 || os.Args[1] != "wide" && os.Args[1] != "narrow" {
		fmt.Fprintln(os.Stderr, "usage: changefloor wide|narrow DIRECTORY")
		os.Exit(2)
	}
	workers := make([]worker, runtime.GOMAXPROCS(0))
	for i := range workers {
		workers[i] = worker{wide: os.Args[1] == "wide", buf: make([]byte, 64<<10)}
	}
	share(os.Args[2], workers)
	changed := 0
	for i := range workers {
		changed += workers[i].changed
	}
	if fd, err := syscall.Open(os.Args[2], unix.O_RDONLY|unix.O_DIRECTORY, 0); err == nil {
		_ = unix.Syncfs(fd)
	}
	fmt.Println(changed, "changed")
}
