//go:build unix

package accounts

import "syscall"

// nonblocking keeps a fifo in the place of a file from being waited for.
const nonblocking = syscall.O_NONBLOCK
