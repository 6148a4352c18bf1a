package main

import (
	"os"
	"syscall"
)

// peakMiB is the most memory that a process held at a time (getrusage(2): KiB).
func peakMiB(s *os.ProcessState) float64 {
	usage, ok := s.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	return float64(usage.Maxrss) / 1024
}

// settle lets the disk finish what an earlier command left to it, so that none
// pays for another.
func settle() { syscall.Sync() }
