// Command profile writes what the compiler is to know of ward's busy paths: a profile
// of the commands that go through whole trees, each run several times on a tree of
// bench/maketree, most of the time in check. cmd/ward/default.pgo is such a profile;
// `make profile` makes it anew.
package main

import (
	"flag"
	"fmt"
	"log"
	"os"
	"runtime/pprof"

	"ward/internal/cli"
)

func main() {
	log.SetFlags(0)
	into := flag.String("o", "cmd/ward/default.pgo", "the `file` to write")
	rounds := flag.Int("rounds", 10, "how often each command runs")
	flag.Parse()
	if flag.NArg() != 1 {
		log.Fatal("usage: profile [-o FILE] [-rounds N] TREE")
	}
	if err := profile(*into, *rounds, flag.Arg(0)); err != nil {
		log.Fatal(err)
	}
}

func profile(into string, rounds int, tree string) error {
	f, err := os.Create(into)
	if err != nil {
		return err
	}
	defer f.Close()
	quiet, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	os.Stdout = quiet
	if err := pprof.StartCPUProfile(f); err != nil {
		return err
	}
	for range rounds {
		if err := runAll(tree); err != nil {
			return err
		}
	}
	pprof.StopCPUProfile()
	return f.Close()
}

// runAll runs what only looks, so that the tree stays as it is.
func runAll(tree string) error {
	for _, command := range [][]string{
		{"ward", "check", "--pack", "baseline", tree},
		{"ward", "check", "--pack", "baseline", tree},
		{"ward", "chmod", "-R", "u+rwX,go-w", tree},
		{"ward", "getfacl", "-R", tree},
	} {
		os.Args = command
		if status := cli.Main(); status > 1 {
			return fmt.Errorf("%v: exit status %d", command, status)
		}
	}
	return nil
}
