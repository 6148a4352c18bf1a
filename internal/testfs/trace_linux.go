package testfs

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A trace is made by ptrace(2) itself: the strace of Debian 12 does not know
// fchmodat2 and setxattrat and prints their paths as bare addresses.

// Call is one system call of a traced program that changes a file system object,
// or opens one so that it could.
type Call struct {
	PID    int
	Name   string
	Paths  []Place // the objects that it names, in the order of its arguments
	Result int64   // what it returned: -1 to -4095 are errors
}

// Place is one object as a system call names it.
type Place struct {
	Dir  string // what the directory descriptor stands for; "" when the call has none
	Path string // "" for the descriptor itself
}

// Absolute is the path that the place had by its letters.
func (p Place) Absolute() string {
	if filepath.IsAbs(p.Path) {
		return filepath.Clean(p.Path)
	}
	return filepath.Join(p.Dir, p.Path)
}

func (c Call) String() string {
	places := make([]string, len(c.Paths))
	for i, p := range c.Paths {
		places[i] = fmt.Sprintf("<%s>%q", p.Dir, p.Path)
	}
	return fmt.Sprintf("%d %s(%s) = %d", c.PID, c.Name, strings.Join(places, ", "), c.Result)
}

// Program is what TraceWrites runs.
type Program struct {
	Args  []string // the first is the program: an absolute path, or found in PATH
	Env   []string // nil: that of the test
	Dir   string   // "": that of the test
	Stdin string   // what it reads
}

// Traced is how a traced program ended, and its calls.
type Traced struct {
	Calls  []Call
	Output string // standard output and standard error
	Exit   int    // exit status; 128 and the signal when one ended it
}

// TraceWrites runs a program to its end and records each call, of all its threads
// and children, that names an object by path and may change it, and each that
// changes one by descriptor.
func TraceWrites(t testing.TB, p Program) Traced {
	t.Helper()
	runtime.LockOSThread() // the tracer is a thread, not a process
	defer runtime.UnlockOSThread()
	out, err := os.Create(filepath.Join(t.TempDir(), "output"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	pid, err := startTraced(t, p, out)
	if err != nil {
		t.Fatalf("trace %q: %v", p.Args, err)
	}
	tr := tracer{root: pid, pending: map[int]*Call{}, seen: map[int]bool{pid: true}}
	if err := tr.follow(); err != nil {
		_ = syscall.Kill(pid, syscall.SIGKILL)
		t.Fatalf("trace %q: %v", p.Args, err)
	}
	said, err := os.ReadFile(out.Name())
	if err != nil {
		t.Fatal(err)
	}
	return Traced{Calls: tr.calls, Output: string(said), Exit: tr.exit}
}

func startTraced(t testing.TB, p Program, out *os.File) (int, error) {
	in, err := os.CreateTemp(t.TempDir(), "input")
	if err != nil {
		return 0, err
	}
	defer in.Close()
	if _, err := in.WriteString(p.Stdin); err != nil {
		return 0, err
	}
	if _, err := in.Seek(0, 0); err != nil {
		return 0, err
	}
	env := p.Env
	if env == nil {
		env = os.Environ()
	}
	program, err := lookPath(p.Args[0])
	if err != nil {
		return 0, err
	}
	return syscall.ForkExec(program, p.Args, &syscall.ProcAttr{
		Dir: p.Dir, Env: env, Files: []uintptr{in.Fd(), out.Fd(), out.Fd()},
		Sys: &syscall.SysProcAttr{Ptrace: true, Pdeathsig: syscall.SIGKILL},
	})
}

type tracer struct {
	root    int
	exit    int
	calls   []Call
	pending map[int]*Call // by thread: entered and not yet left
	seen    map[int]bool  // threads whose first stop has been seen
}

const traceOptions = unix.PTRACE_O_TRACESYSGOOD | unix.PTRACE_O_TRACECLONE | unix.PTRACE_O_TRACEFORK |
	unix.PTRACE_O_TRACEVFORK | unix.PTRACE_O_TRACEEXEC | unix.PTRACE_O_EXITKILL

// follow runs until the traced program and all that it started have ended.
func (tr *tracer) follow() error {
	var status syscall.WaitStatus
	if _, err := syscall.Wait4(tr.root, &status, syscall.WALL, nil); err != nil {
		return err
	}
	if err := syscall.PtraceSetOptions(tr.root, traceOptions); err != nil {
		return err
	}
	if err := syscall.PtraceSyscall(tr.root, 0); err != nil {
		return err
	}
	for {
		// Only what this thread traces: other children are not ours to reap.
		pid, err := syscall.Wait4(-1, &status, syscall.WALL|unix.WNOTHREAD, nil)
		switch {
		case errors.Is(err, syscall.EINTR):
			continue
		case errors.Is(err, syscall.ECHILD):
			return nil
		case err != nil:
			return err
		}
		if err := tr.step(pid, status); err != nil && !errors.Is(err, syscall.ESRCH) {
			return err
		}
	}
}

func (tr *tracer) step(pid int, status syscall.WaitStatus) error {
	switch {
	case status.Exited() || status.Signaled():
		tr.end(pid, status)
		return nil
	case !status.Stopped():
		return nil
	}
	deliver := 0
	switch sig := status.StopSignal(); {
	case sig == syscall.SIGTRAP|0x80:
		if err := tr.stopInCall(pid); err != nil {
			return err
		}
	case sig == syscall.SIGTRAP && status.TrapCause() > 0: // an event of clone, fork or exec
	case sig == syscall.SIGSTOP && !tr.seen[pid]: // how a new thread begins
		tr.seen[pid] = true
	default:
		deliver = int(sig)
	}
	tr.seen[pid] = true
	return syscall.PtraceSyscall(pid, deliver)
}

func (tr *tracer) end(pid int, status syscall.WaitStatus) {
	delete(tr.pending, pid)
	if pid != tr.root {
		return
	}
	tr.exit = status.ExitStatus()
	if status.Signaled() {
		tr.exit = 128 + int(status.Signal())
	}
}

// callInfo is struct ptrace_syscall_info of <linux/ptrace.h>, which has the same
// layout on every architecture.
type callInfo struct {
	op     uint8
	_      [3]uint8
	_      uint32
	_, _   uint64    // instruction and stack pointers
	values [7]uint64 // entry: number and arguments; exit: result and whether it is an error
}

const (
	syscallInfoRequest = 0x420e // PTRACE_GET_SYSCALL_INFO
	stoppedAtEntry     = 1
	stoppedAtExit      = 2
)

func (tr *tracer) stopInCall(pid int) error {
	var info callInfo
	_, _, errno := syscall.Syscall6(syscall.SYS_PTRACE, syscallInfoRequest, uintptr(pid),
		unsafe.Sizeof(info), uintptr(unsafe.Pointer(&info)), 0, 0)
	if errno != 0 {
		return errno
	}
	switch info.op {
	case stoppedAtEntry:
		if shape, ok := writes[info.values[0]]; ok {
			tr.pending[pid] = shape.read(pid, info.values[1:])
		}
	case stoppedAtExit:
		if c := tr.pending[pid]; c != nil {
			delete(tr.pending, pid)
			c.Result = int64(info.values[0])
			tr.calls = append(tr.calls, *c)
		}
	}
	return nil
}

// shape is where the arguments of a call name objects.
type shape struct {
	name  string
	named []argument
	open  int  // position of an open's flags plus one; 0: not an open
	how   bool // the flags lie in a struct open_how
}

// argument is the position of a path and of the directory descriptor that it is
// relative to; -1 for neither.
type argument struct{ dir, path int }

func (s shape) read(pid int, args []uint64) *Call {
	if s.open > 0 && !opensForWriting(pid, s, args) {
		return nil
	}
	c := &Call{PID: pid, Name: s.name}
	for _, a := range s.named {
		c.Paths = append(c.Paths, a.read(pid, args))
	}
	return c
}

func (a argument) read(pid int, args []uint64) Place {
	var p Place
	if a.path >= 0 {
		p.Path = readString(pid, args[a.path])
	}
	switch {
	case a.dir < 0 || int32(args[a.dir]) == unix.AT_FDCWD:
		p.Dir = link(fmt.Sprintf("/proc/%d/cwd", pid))
	default:
		p.Dir = link(fmt.Sprintf("/proc/%d/fd/%d", pid, int32(args[a.dir])))
	}
	return p
}

func opensForWriting(pid int, s shape, args []uint64) bool {
	flags := args[s.open-1]
	if s.how {
		var first [8]byte
		if readMemory(pid, flags, first[:]) != len(first) {
			return true
		}
		flags = *(*uint64)(unsafe.Pointer(&first))
	}
	if flags&unix.O_PATH != 0 {
		return false
	}
	return flags&unix.O_ACCMODE != unix.O_RDONLY || flags&(unix.O_CREAT|unix.O_TRUNC) != 0
}

func link(path string) string {
	to, err := os.Readlink(path)
	if err != nil {
		return "?"
	}
	return to
}

func readString(pid int, address uint64) string {
	if address == 0 {
		return ""
	}
	var s []byte
	for len(s) < unix.PathMax {
		// One page at a time: the next one need not be mapped.
		chunk := make([]byte, 4096-address%4096)
		n := readMemory(pid, address, chunk)
		if n == 0 {
			return string(s) + "…"
		}
		if end := bytes.IndexByte(chunk[:n], 0); end >= 0 {
			return string(append(s, chunk[:end]...))
		}
		s = append(s, chunk[:n]...)
		address += uint64(n)
	}
	return string(s)
}

func readMemory(pid int, address uint64, into []byte) int {
	local := []unix.Iovec{{Base: &into[0], Len: uint64(len(into))}}
	remote := []unix.RemoteIovec{{Base: uintptr(address), Len: len(into)}}
	n, err := unix.ProcessVMReadv(pid, local, remote, 0)
	if err != nil {
		return 0
	}
	return n
}
