package main

import (
	"fmt"
	"os"
)

const memoryGoalMiB = 100

// memory prints the most that ward held on a tree of many entries: it must not
// grow with their number.
func (b *bench) memory() error {
	if b.many == 0 || !b.selected.MatchString("memory") {
		return nil
	}
	tree := b.path("many")
	if err := b.makeTree(tree, b.many); err != nil {
		return err
	}
	defer os.RemoveAll(tree)
	for _, c := range []struct {
		name string
		args []string
	}{
		{"check --pack baseline", []string{b.ward, "check", "--pack", "baseline", tree}},
		{"apply, nothing to change", []string{b.ward, "apply", "--yes", "-p", b.path("complying.yaml"), tree}},
		{"apply, every mode changes", []string{b.ward, "apply", "--yes", "-p", b.path("narrow.yaml"), tree}},
	} {
		m, err := b.measure(c.args, b.cpus[0])
		if err != nil {
			return fmt.Errorf("memory: %s: %w", c.name, err)
		}
		verdict := "met"
		if m.peakMiB > memoryGoalMiB {
			verdict = "MISSED"
		}
		fmt.Fprintf(b.out, "memory, %d files: %-36s %7.1f MiB  at most %d: %s   (%.1f s)\n",
			b.many, c.name, m.peakMiB, memoryGoalMiB, verdict, m.seconds)
	}
	return nil
}
