package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"
)

// comparison is ward beside one peer.
type comparison struct {
	name string
	ward func(round int) []string // the command of a round
	peer func(round int) []string
	goal float64 // the ratio ward ÷ peer that must not be exceeded; 0: none, it is there to explain

	// peerFirst in odd rounds: where each run undoes what the other did, both
	// must do both halves of the work.
	peerFirst bool
}

// compare alternates and prints one line. A peer that is not installed is said
// to be missing.
func (b *bench) compare(c comparison, cpus int) error {
	if !b.selected.MatchString(c.name) {
		return nil
	}
	if !installed(c.peer(0)[0]) {
		fmt.Fprintf(b.out, "%-62s %s is not installed\n", c.name, c.peer(0)[0])
		return nil
	}
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
	if c.peerFirst && round%2 != 0 {
		slices.Reverse(runs)
	}
	for _, r := range runs {
		m, err := b.measure(r.args, cpus)
		if err != nil {
			return 0, 0, err
		}
		*r.took = m.seconds
	}
	return ward, peer, nil
}

// measured is what one command cost.
type measured struct {
	seconds float64
	peakMiB float64
}

// measure runs a command on the given number of processors. Exit status 1 is a
// check's answer that something was found.
func (b *bench) measure(args []string, cpus int) (measured, error) {
	cmd := exec.Command("taskset", append([]string{"-c", processors(cpus)}, args...)...)
	cmd.Env = append(os.Environ(), "XDG_STATE_HOME="+b.path("state"), "WARD_STATE_DIR="+b.path("state"))
	out, err := os.Create(b.path("output"))
	if err != nil {
		return measured{}, err
	}
	defer out.Close()
	cmd.Stdout, cmd.Stderr = out, out
	settle()
	start := time.Now()
	err = cmd.Run()
	took := time.Since(start)
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || exit.ExitCode() != 1) {
		said, _ := os.ReadFile(out.Name())
		return measured{}, fmt.Errorf("%s: %w: %.2000s", strings.Join(args, " "), err, said)
	}
	return measured{took.Seconds(), peakMiB(cmd.ProcessState)}, nil
}

func processors(n int) string {
	if n == 1 {
		return "0"
	}
	return "0-" + strconv.Itoa(n-1)
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 0 {
		return (sorted[middle-1] + sorted[middle]) / 2
	}
	return sorted[middle]
}
