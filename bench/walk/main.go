// Command walk visits every entry of a tree with ward's own walk and a visitor
// that only counts: what the walk costs beside bench/floor, without a judge.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"runtime"
	"runtime/pprof"

	"ward/entry"
	"ward/internal/host/files"
	"ward/mode"
	"ward/tree"
)

type counter struct {
	want            entry.Facts
	entries, writes int
}

func (c *counter) Enter(*entry.Dir) bool { return true }

func (c *counter) Visit(e *entry.Entry) (entry.Facts, tree.Action) {
	if need := c.want &^ (e.Known | e.Denied); need != 0 {
		return need, tree.Continue
	}
	c.entries++
	if e.Mode&mode.OtherWrite != 0 && e.Kind != mode.Symlink {
		c.writes++
	}
	return 0, tree.Continue
}

func (c *counter) Fail(path string, err error) { fmt.Fprintln(os.Stderr, path, err) }

func main() {
	log.SetFlags(0)
	profile := flag.String("cpuprofile", "", "write a profile to this file")
	memory := flag.Bool("memory", false, "say how much memory the walk took")
	want := flag.Uint("facts", 0, "facts to fetch for every entry (entry.Facts)")
	flag.Parse()
	if *profile != "" {
		f, err := os.Create(*profile)
		if err != nil {
			log.Fatal(err)
		}
		if err := pprof.StartCPUProfile(f); err != nil {
			log.Fatal(err)
		}
		defer pprof.StopCPUProfile()
	}
	if err := walk(flag.Arg(0), entry.Facts(*want)); err != nil {
		log.Fatal(err)
	}
	if *memory {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		fmt.Printf("%d KiB from the system, %d KiB in all allocated, %d collections\n", m.Sys>>10, m.TotalAlloc>>10, m.NumGC)
	}
}

func walk(path string, want entry.Facts) error {
	root, err := files.Open(path)
	if err != nil {
		return err
	}
	defer root.Close()
	var counters []*counter
	err = root.Walk(context.Background(), tree.Options{NoBirth: true}, func() tree.Visitor {
		counters = append(counters, &counter{want: want})
		return counters[len(counters)-1]
	})
	var all counter
	for _, c := range counters {
		all.entries, all.writes = all.entries+c.entries, all.writes+c.writes
	}
	fmt.Println(all.entries, "entries,", all.writes, "that others may write")
	return err
}
