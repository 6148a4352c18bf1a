//go:build !linux

// Command changefloor needs Linux.
package main

import "os"

func main() { os.Exit(1) }
