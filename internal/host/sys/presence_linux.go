package sys

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// Presence is the answer of a probe.
type Presence uint8

// The answers. Unsure is used like Absent where there is another safe way.
const (
	Unsure Presence = iota
	There
	Absent // not in this kernel, or refused by a filter
)

func (p Presence) String() string {
	switch p {
	case There:
		return "there"
	case Absent:
		return "not there"
	default:
		return "could not tell"
	}
}

// Calls says which of the newer system calls may be used. It is a value, so that
// tests can take a call away. The zero value uses none of them.
type Calls struct {
	Openat2    Presence // openat2(2), Linux 5.6
	Fchmodat2  Presence // fchmodat2(2), Linux 6.6
	Xattrat    Presence // getxattrat(2) and setxattrat(2), Linux 6.13
	HandleFID  Presence // AT_HANDLE_FID of name_to_handle_at(2), Linux 6.5
	NameHandle Presence // name_to_handle_at(2)
}

// Probe asks the kernel once for each call, with arguments that no call accepts:
// a call that is there finds them invalid, one that is absent or filtered away
// answers ENOSYS or EPERM. A later EPERM of a call that is there is thus a real
// refusal.
func Probe() Calls {
	return Calls{
		Openat2:    probe(unix.SYS_OPENAT2, 0),
		Fchmodat2:  probe(unix.SYS_FCHMODAT2, invalid),
		Xattrat:    probe(unix.SYS_GETXATTRAT, invalid),
		HandleFID:  probeHandleFID(),
		NameHandle: probe(unix.SYS_NAME_TO_HANDLE_AT, 0),
	}
}

// A size or flags that no call knows.
const invalid = ^uintptr(0)

// probe calls with descriptor −1, no path, and fourth argument a4; the last two
// are invalid everywhere.
func probe(call, a4 uintptr) Presence {
	_, _, e := unix.Syscall6(call, invalid, 0, 0, a4, invalid, invalid)
	switch e {
	case unix.EINVAL, unix.EBADF, unix.EFAULT, unix.E2BIG, unix.ENOENT:
		return There
	case unix.ENOSYS, unix.EPERM:
		return Absent
	default:
		return Unsure
	}
}

// A kernel that knows the flag gets as far as the bad descriptor; one that does
// not answers EINVAL.
func probeHandleFID() Presence {
	var handle fileHandle
	var mount int32
	_, _, e := unix.Syscall6(unix.SYS_NAME_TO_HANDLE_AT, ^uintptr(0), uintptr(unsafe.Pointer(&emptyName[0])),
		uintptr(unsafe.Pointer(&handle)), uintptr(unsafe.Pointer(&mount)), atHandleFID|unix.AT_EMPTY_PATH, 0)
	switch e {
	case unix.EBADF:
		return There
	case unix.EINVAL, unix.ENOSYS, unix.EPERM:
		return Absent
	default:
		return Unsure
	}
}

// The most attempts at a call that answers EINTR or EAGAIN.
const attempts = 64

func again(e unix.Errno) bool { return e == unix.EINTR || e == unix.EAGAIN }

// repeat calls until the answer is something else than "again".
func repeat(call func() error) error {
	var err error
	for range attempts {
		err = call()
		if e, ok := err.(unix.Errno); !ok || !again(e) { //nolint:errorlint // calls answer bare numbers
			return err
		}
	}
	return err
}

func result(e unix.Errno) error {
	if e == 0 {
		return nil
	}
	return e
}
