//go:build !linux

package standin

import "syscall"

func errnoText(e syscall.Errno) string { return e.Error() }
