// Command run measures ward beside its peers and prints ratios.
//
//	go run ./bench/run -ward bin/ward
//
// It makes a tree in the shape of a source tree, warms the cache, and then runs
// ward and one peer alternately, so that whatever else the machine does hits both.
// Each line shows the medians and the median of the ratios of the rounds, on two
// processors and on one. Times without their peers say nothing: machines differ.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// options are the flags.
type options struct {
	ward     string // the binary
	dir      string // where trees and state are made
	existing string // a tree; "": one is made
	files    int    // files of the tree that is made
	many     int    // entries of the tree on which memory is measured; 0: not measured
	rounds   int    // alternations of each comparison
	cpus     []int  // how many processors, one after the other
	selected *regexp.Regexp
}

func main() {
	o, err := parse(os.Args[1:])
	if err == nil {
		err = run(o, os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func parse(args []string) (options, error) {
	var o options
	var cpus, only string
	flags := flag.NewFlagSet("run", flag.ContinueOnError)
	flags.StringVar(&o.ward, "ward", "bin/ward", "the ward `binary`")
	flags.StringVar(&o.dir, "dir", os.TempDir(), "make trees below this `directory`")
	flags.StringVar(&o.existing, "tree", "", "measure on this existing `directory`, whose modes will change")
	flags.IntVar(&o.files, "files", 500_000, "files in the tree")
	flags.IntVar(&o.many, "many", 2_000_000, "entries in the tree on which memory is measured; 0: leave it out")
	flags.IntVar(&o.rounds, "rounds", 5, "alternations of each comparison")
	flags.StringVar(&cpus, "cpus", "2,1", "how many processors, one run after the other")
	flags.StringVar(&only, "only", "", "only comparisons that match this `regexp`")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	for field := range strings.SplitSeq(cpus, ",") {
		n, err := strconv.Atoi(field)
		if err != nil || n < 1 {
			return o, fmt.Errorf("-cpus %q: want numbers of processors", cpus)
		}
		o.cpus = append(o.cpus, n)
	}
	var err error
	if o.selected, err = regexp.Compile(only); err != nil {
		return o, err
	}
	o.ward, err = filepath.Abs(o.ward)
	return o, err
}

func run(o options, out io.Writer) error {
	work, err := os.MkdirTemp(o.dir, "ward-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	if err := os.Chmod(work, 0o755); err != nil { // reach asks for a stranger, who must get in
		return err
	}
	b := bench{options: o, work: work, out: out}
	if err := b.prepare(); err != nil {
		return err
	}
	for _, cpus := range o.cpus {
		fmt.Fprintf(out, "\n%s, warm cache, %d processor(s), %d rounds\n", b.what(), cpus, o.rounds)
		fmt.Fprintf(out, "%-62s %9s %9s %7s  %s\n", "", "ward", "peer", "ratio", "goal")
		for _, c := range append(b.comparisons(), b.standIns()...) {
			if err := b.compare(c, cpus); err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
		}
	}
	return b.memory()
}

// bench is one run of the benchmarks.
type bench struct {
	options
	work  string // scratch directory
	tree  string // on which is measured
	floor string // the binary of bench/floor
	out   io.Writer
}

func (b *bench) prepare() error {
	for _, name := range []string{"floor", "changefloor", "maketree"} {
		cmd := exec.Command("go", "build", "-o", filepath.Join(b.work, name), "./bench/"+name)
		if said, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("build bench/%s: %w: %s", name, err, said)
		}
	}
	b.floor = filepath.Join(b.work, "floor")
	if err := os.Symlink(b.ward, b.path("chmod")); err != nil {
		return err
	}
	if err := b.writePolicies(); err != nil {
		return err
	}
	if b.tree = b.existing; b.tree == "" {
		b.tree = filepath.Join(b.work, "tree")
		return b.makeTree(b.tree, b.files)
	}
	return nil
}

// what says on what is measured.
func (b *bench) what() string {
	if b.existing != "" {
		return b.tree
	}
	return fmt.Sprintf("%d files", b.files)
}

func (b *bench) makeTree(dir string, files int) error {
	fmt.Fprintf(b.out, "making a tree of %d files …\n", files)
	said, err := exec.Command(filepath.Join(b.work, "maketree"), "-files", strconv.Itoa(files), dir).CombinedOutput()
	if err != nil {
		return fmt.Errorf("make a tree: %w: %s", err, said)
	}
	return nil
}

func (b *bench) path(name string) string { return filepath.Join(b.work, name) }
