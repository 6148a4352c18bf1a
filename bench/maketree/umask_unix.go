//go:build unix

package main

import "syscall"

// usualUmask makes modes what they are on most machines, whatever the caller's is.
func usualUmask() { syscall.Umask(0o022) }
