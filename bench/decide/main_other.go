//go:build !linux

// Command decide measures what a decision costs; on Linux only.
package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "decide: this measures calls of Linux")
	os.Exit(1)
}
