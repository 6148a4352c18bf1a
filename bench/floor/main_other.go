//go:build !linux

// Command floor needs Linux.
package main

import "os"

func main() { os.Exit(1) }
