//go:build !linux

package main

import "os"

func peakMiB(*os.ProcessState) float64 { return 0 }

func readMiB(*os.ProcessState) float64 { return 0 }

func settle() {}

func pinned(_ int, f func() error) error { return f() }
