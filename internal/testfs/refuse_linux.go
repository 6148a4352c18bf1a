package testfs

import (
	"fmt"
	"runtime"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"ward/internal/requires"
)

// callNumbers are the system calls that a test can have refused: those that are
// newer than the oldest kernel ward runs on, or that filters are known to refuse.
var callNumbers = map[string]uint32{
	"openat2":           unix.SYS_OPENAT2,
	"fchmodat2":         unix.SYS_FCHMODAT2,
	"faccessat2":        unix.SYS_FACCESSAT2,
	"statx":             unix.SYS_STATX,
	"setxattrat":        unix.SYS_SETXATTRAT,
	"getxattrat":        unix.SYS_GETXATTRAT,
	"listxattrat":       unix.SYS_LISTXATTRAT,
	"removexattrat":     unix.SYS_REMOVEXATTRAT,
	"fsetxattr":         unix.SYS_FSETXATTR,
	"setxattr":          unix.SYS_SETXATTR,
	"fchmod":            unix.SYS_FCHMOD,
	"fchmodat":          unix.SYS_FCHMODAT,
	"fchown":            unix.SYS_FCHOWN,
	"fchownat":          unix.SYS_FCHOWNAT,
	"name_to_handle_at": unix.SYS_NAME_TO_HANDLE_AT,
	"open_by_handle_at": unix.SYS_OPEN_BY_HANDLE_AT,
	"file_getattr":      468,
	"file_setattr":      469,
	"ioctl":             unix.SYS_IOCTL,
	"fallocate":         unix.SYS_FALLOCATE,
	"syncfs":            unix.SYS_SYNCFS,
	"renameat2":         unix.SYS_RENAMEAT2,
	"close_range":       unix.SYS_CLOSE_RANGE,
	"getrandom":         unix.SYS_GETRANDOM,
	"memfd_create":      unix.SYS_MEMFD_CREATE,
}

// NewestCalls are the calls that a hardened file library would like to use and
// that a container's filter, or a kernel of Debian 11, does not give it.
func NewestCalls() []string {
	return []string{
		"openat2", "fchmodat2", "faccessat2", "setxattrat", "getxattrat", "listxattrat", "removexattrat",
		"file_getattr", "file_setattr",
	}
}

// WithSyscallsRefused runs body in a process in which the named system calls, and
// those of its children, answer errno.
func WithSyscallsRefused(t *testing.T, names []string, errno syscall.Errno, body func(t *testing.T)) {
	t.Helper()
	requires.Feature(t, requires.Seccomp)
	if !refusedCalls.entered(t) {
		refusedCalls.enter(t, &syscall.SysProcAttr{})
		return
	}
	if err := refuse(names, errno); err != nil {
		t.Fatal(err)
	}
	body(t)
}

// refuse puts the filter on every thread of this process.
func refuse(names []string, errno syscall.Errno) error {
	program, err := filter(names, errno)
	if err != nil {
		return err
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("set no_new_privs: %w", err)
	}
	sock := unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
	_, _, e := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER,
		unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&sock)))
	if e != 0 {
		return fmt.Errorf("install the system call filter: %w", e)
	}
	return nil
}

// filter is a classic BPF program over struct seccomp_data: the number at offset
// 0, the architecture at offset 4. Calls of another architecture pass.
func filter(names []string, errno syscall.Errno) ([]unix.SockFilter, error) {
	const (
		load   = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS
		equal  = unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K
		ending = unix.BPF_RET | unix.BPF_K
	)
	n := len(names)
	if n > 250 {
		return nil, fmt.Errorf("%d calls are more than one jump spans", n)
	}
	program := []unix.SockFilter{
		{Code: load, K: 4},
		{Code: equal, K: architecture(), Jf: uint8(n + 1)},
		{Code: load, K: 0},
	}
	for i, name := range names {
		number, ok := callNumbers[name]
		if !ok {
			return nil, fmt.Errorf("no system call %q in the table of those that can be refused", name)
		}
		program = append(program, unix.SockFilter{Code: equal, K: number, Jt: uint8(n - i)})
	}
	return append(program,
		unix.SockFilter{Code: ending, K: unix.SECCOMP_RET_ALLOW},
		unix.SockFilter{Code: ending, K: unix.SECCOMP_RET_ERRNO | uint32(errno)},
	), nil
}

func architecture() uint32 {
	if runtime.GOARCH == "arm64" {
		return unix.AUDIT_ARCH_AARCH64
	}
	return unix.AUDIT_ARCH_X86_64
}
