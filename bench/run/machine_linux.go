package main

import (
	"os"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// peakMiB is the most memory that a process held at a time (getrusage(2): KiB).
func peakMiB(s *os.ProcessState) float64 {
	usage, ok := s.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	return float64(usage.Maxrss) / 1024
}

// readMiB is what a process had to fetch from disk (getrusage(2): blocks of 512 bytes).
func readMiB(s *os.ProcessState) float64 {
	usage, ok := s.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	return float64(usage.Inblock) / 2048
}

// settle lets the disk finish what an earlier command left to it, so that none
// pays for another.
func settle() { syscall.Sync() }

// pinned calls f with the processors that it, and what it starts, may use.
func pinned(cpus int, f func() error) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var before, few unix.CPUSet
	if err := unix.SchedGetaffinity(0, &before); err != nil {
		return err
	}
	for i := range cpus {
		few.Set(i)
	}
	if err := unix.SchedSetaffinity(0, &few); err != nil {
		return err
	}
	err := f()
	if back := unix.SchedSetaffinity(0, &before); err == nil {
		err = back
	}
	return err
}
