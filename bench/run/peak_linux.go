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
