package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// comparison is ward beside one peer.
type comparison struct {
	name string
	ward func(round int) []string // the command of a round
	peer func(round int) []string
	goal float64 // the ratio ward ÷ peer that must not be exceeded; 0: none, it is there to explain

	// alternates: each run undoes what the one before it did. The peer is first in
	// odd rounds, so that both do both halves of the work.
	alternates bool

	times int      // how often a round runs each; 0: once. For what is over in no time.
	needs string   // the command of ward that must exist; "": none in particular
	after []string // what puts the tree right again; nil: nothing
}

// compare alternates and prints one line. What cannot be compared here is said.
func (b *bench) compare(c comparison, cpus int) error {
	if !b.selected.MatchString(c.name) {
		return nil
	}
	if why := b.lacks(&c); why != "" {
		fmt.Fprintf(b.out, "%-62s not measured: %s\n", c.name, why)
		return nil
	}
	if err := b.alternate(c, cpus); err != nil || c.after == nil {
		return err
	}
	_, err := b.measure(c.after, cpus)
	return err
}

// lacks is what is not there for a comparison, or "".
func (b *bench) lacks(c *comparison) string {
	if peer := c.peer(0)[0]; !installed(peer) {
		return peer + " is not installed"
	}
	if c.needs != "" && exec.Command(b.ward, c.needs, "--help").Run() != nil {
		return "there is no ward " + c.needs + " yet"
	}
	return ""
}

func (b *bench) alternate(c comparison, cpus int) error {
	var wards, peers, ratios []float64
	for round := -1; round < b.rounds; round++ { // the first warms up and is not counted
		w, p, err := b.round(c, round, cpus)
		if err != nil {
			return err
		}
		if round >= 0 {
			wards, peers, ratios = append(wards, w), append(peers, p), append(ratios, w/p)
		}
	}
	_, err := fmt.Fprintf(b.out, "%-62s %7.3f s %7.3f s %7.2f  %s\n",
		c.name, median(wards), median(peers), median(ratios), c.verdict(median(ratios)))
	return err
}

func (c *comparison) verdict(ratio float64) string {
	switch {
	case c.goal == 0:
		return ""
	case ratio > c.goal:
		return fmt.Sprintf("at most %.2f: MISSED", c.goal)
	default:
		return fmt.Sprintf("at most %.2f: met", c.goal)
	}
}

func installed(program string) bool {
	_, err := exec.LookPath(program)
	return err == nil
}

func (b *bench) round(c comparison, round, cpus int) (ward, peer float64, err error) {
	runs := []struct {
		args []string
		took *float64
	}{{c.ward(round), &ward}, {c.peer(round), &peer}}
	if c.alternates && round%2 != 0 {
		slices.Reverse(runs)
	}
	for _, r := range runs {
		m, err := b.settled(r.args, cpus, &c)
		if err != nil {
			return 0, 0, err
		}
		*r.took = m.seconds
	}
	return ward, peer, nil
}

// The most that a run may fetch from disk and still count as one on a warm cache:
// some machines take memory back that was not used for a while.
const warmMiB = 1

// settled measures a command, again if the cache was not warm and it can be run
// again, and as often as the comparison wants.
func (b *bench) settled(args []string, cpus int, c *comparison) (measured, error) {
	m, err := b.measure(args, cpus)
	for try := 0; try < 3 && err == nil && m.readMiB > warmMiB && !c.alternates; try++ {
		m, err = b.measure(args, cpus)
	}
	if c.times == 0 || err != nil {
		return m, err
	}
	each := []float64{m.seconds}
	for len(each) < c.times && err == nil {
		m, err = b.measure(args, cpus)
		each = append(each, m.seconds)
	}
	m.seconds = median(each)
	return m, err
}

// measured is what one command cost.
type measured struct {
	seconds float64
	peakMiB float64
	readMiB float64
}

// measure runs a command on the given number of processors. Exit status 1 is a
// check's answer that something was found.
func (b *bench) measure(args []string, cpus int) (measured, error) {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env = append(os.Environ(), "XDG_STATE_HOME="+b.path("state"), "WARD_STATE_DIR="+b.path("state"))
	out, err := os.Create(b.path("output"))
	if err != nil {
		return measured{}, err
	}
	defer out.Close()
	cmd.Stdout, cmd.Stderr = out, out
	settle()
	var took time.Duration
	err = pinned(cpus, func() error {
		start := time.Now()
		defer func() { took = time.Since(start) }()
		return cmd.Run()
	})
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || exit.ExitCode() != 1) {
		said, _ := os.ReadFile(out.Name())
		return measured{}, fmt.Errorf("%s: %w: %.2000s", strings.Join(args, " "), err, said)
	}
	return measured{took.Seconds(), peakMiB(cmd.ProcessState), readMiB(cmd.ProcessState)}, nil
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 0 {
		return (sorted[middle-1] + sorted[middle]) / 2
	}
	return sorted[middle]
}
