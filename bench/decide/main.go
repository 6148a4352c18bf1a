//go:build linux

// Command decide measures what a decision on gathered facts costs, beside the system
// call by which a program asks the kernel about the same path of five components.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"ward/access"
	"ward/ident"
	"ward/internal/host/lookup"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "decide:", err)
		os.Exit(1)
	}
}

func run() error {
	dir, err := os.MkdirTemp("", "ward-decide-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	// With the temporary directory and its parent that makes five components.
	path := filepath.Join(dir, "a", "b", "file")
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		return err
	}
	way, err := lookup.Gather(path, lookup.Options{})
	if err != nil {
		return err
	}
	q := access.Question{Caller: &access.Caller{Subject: ident.Root()}, Host: lookup.HostRules(), Action: access.Reading, Way: way}
	decide := testing.Benchmark(func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			access.Decide(&q)
		}
	})
	kernel := testing.Benchmark(func(b *testing.B) {
		for b.Loop() {
			if err := syscall.Access(path, 4); err != nil {
				b.Fatal(err)
			}
		}
	})
	fmt.Printf("decision %d ns, %d allocations; faccessat(2) %d ns; ratio %.2f (at most 0.33)\n",
		decide.NsPerOp(), decide.AllocsPerOp(), kernel.NsPerOp(), float64(decide.NsPerOp())/float64(kernel.NsPerOp()))
	return nil
}
