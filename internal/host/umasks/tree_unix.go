//go:build unix

package umasks

import "syscall"

const nonblocking = syscall.O_NONBLOCK
