//go:build linux

package files

import (
	"syscall"
	"unsafe"
)

func renameExchange(call uintptr, a, b *byte, flags uintptr) error {
	const cwd = ^uintptr(99) // AT_FDCWD
	_, _, e := syscall.Syscall6(call, cwd, uintptr(unsafe.Pointer(a)), cwd, uintptr(unsafe.Pointer(b)), flags, 0)
	if e != 0 {
		return e
	}
	return nil
}
