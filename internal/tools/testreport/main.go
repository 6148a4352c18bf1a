// Command testreport runs go test and closes with the truth about it: how many
// tests passed and failed, and each test that could not run, and why.
//
//	go run ./internal/tools/testreport [go test's arguments]
//
// What go test says of each package, and the output of what failed, is printed as
// it comes. The exit status is go test's own.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	status, err := run(os.Args[1:], os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "testreport:", err)
		os.Exit(3)
	}
	os.Exit(status)
}

func run(args []string, out io.Writer) (status int, err error) {
	dir, err := os.MkdirTemp("", "ward-testreport-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	skips := filepath.Join(dir, "skips")
	cmd := exec.Command("go", append([]string{"test", "-json"}, args...)...)
	cmd.Env = append(os.Environ(), "WARD_TEST_SKIPS="+skips)
	cmd.Stderr = os.Stderr
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		return 0, err
	}
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	r := newReport(out)
	readErr := r.read(pipe)
	waitErr := cmd.Wait()
	r.close(skips)
	var exit *exec.ExitError
	if errors.As(waitErr, &exit) {
		return exit.ExitCode(), readErr
	}
	return 0, errors.Join(readErr, waitErr)
}

// event is one line of go test -json (go doc test2json).
type event struct {
	Action, Package, Test, Output, ImportPath string
	FailedBuild                               string
	Elapsed                                   float64
}

// report gathers the events of a run.
type report struct {
	out                     io.Writer
	passed, failed, skipped int
	output                  map[string]*strings.Builder // by package and test: what it printed so far
	reasons                 map[string]string           // by test: why it was skipped
	broken                  map[string]bool             // packages in which a test failed
}

func newReport(out io.Writer) *report {
	return &report{out: out, output: map[string]*strings.Builder{}, reasons: map[string]string{}, broken: map[string]bool{}}
}

func (r *report) read(from io.Reader) error {
	lines := bufio.NewReader(from)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			var e event
			if json.Unmarshal(line, &e) != nil {
				fmt.Fprintf(r.out, "%s", line) // go test's own words
			} else {
				r.take(e)
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read go test's output: %w", err)
		}
	}
}

func (r *report) take(e event) {
	if e.Action == "build-output" {
		io.WriteString(r.out, e.Output)
		return
	}
	key := e.Package + " " + e.Test
	switch e.Action {
	case "output":
		r.keep(key, e)
	case "pass", "fail", "skip":
		if e.Test == "" {
			r.endPackage(e)
		} else {
			r.endTest(key, e)
		}
	}
}

// keep holds a test's output until it is known whether anybody needs it; the
// closing line of a package is printed at once.
func (r *report) keep(key string, e event) {
	if e.Test == "" {
		if closes(e.Output) {
			io.WriteString(r.out, e.Output)
			return
		}
	}
	b := r.output[key]
	if b == nil {
		b = &strings.Builder{}
		r.output[key] = b
	}
	b.WriteString(e.Output)
}

func closes(line string) bool {
	return strings.HasPrefix(line, "ok  \t") || strings.HasPrefix(line, "FAIL\t") ||
		strings.HasPrefix(line, "?   \t") || strings.HasPrefix(line, "---")
}

func (r *report) endTest(key string, e event) {
	top := !strings.Contains(e.Test, "/")
	switch e.Action {
	case "fail":
		r.broken[e.Package] = true
		r.print(key)
		r.count(&r.failed, top)
	case "skip":
		r.reasons[e.Package+"."+e.Test] = reason(r.output[key])
		r.count(&r.skipped, top)
	default:
		r.count(&r.passed, top)
	}
	delete(r.output, key)
}

func (r *report) count(n *int, top bool) {
	if top {
		*n++
	}
}

// endPackage counts a package that failed without a failed test, by a panic, a
// time limit or a mistake in its code, as one failure.
func (r *report) endPackage(e event) {
	if e.Action == "fail" {
		if !r.broken[e.Package] {
			r.failed++
		}
		for key := range r.output {
			if strings.HasPrefix(key, e.Package+" ") {
				r.print(key)
			}
		}
	}
	for key := range r.output {
		if strings.HasPrefix(key, e.Package+" ") {
			delete(r.output, key)
		}
	}
}

func (r *report) print(key string) {
	if b := r.output[key]; b != nil {
		io.WriteString(r.out, b.String())
	}
}

// reason is the last thing that a skipped test said.
func reason(said *strings.Builder) string {
	if said == nil {
		return "no reason given"
	}
	why := "no reason given"
	for line := range strings.Lines(said.String()) {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, "===") && !strings.HasPrefix(line, "---") {
			why = line
		}
	}
	return why
}

// close prints what could not run and the closing line.
func (r *report) close(skips string) {
	unable := r.reasons
	if list, err := os.ReadFile(skips); err == nil {
		for line := range strings.Lines(string(list)) {
			merge(unable, strings.TrimRight(line, "\n"))
		}
	}
	if len(unable) == 0 {
		fmt.Fprintln(r.out, "every test could run")
	} else {
		fmt.Fprintf(r.out, "tests that could not run: %d\n", len(unable))
		for _, name := range slices.Sorted(maps.Keys(unable)) {
			fmt.Fprintf(r.out, "  %s: %s\n", name, unable[name])
		}
	}
	fmt.Fprintf(r.out, "%d passed, %d failed, %d skipped\n", r.passed, r.failed, r.skipped)
}

// merge adds a line of the list that the tests keep themselves. Some of them are
// skipped in a process of their own, and their outer test may hide that.
func merge(unable map[string]string, line string) {
	fields := strings.SplitN(line, "\t", 3)
	if len(fields) != 3 {
		return
	}
	why := fmt.Sprintf("needs %s: %s", fields[1], fields[2])
	for name := range unable {
		if strings.HasSuffix(name, "."+fields[0]) {
			unable[name] = why
			return
		}
	}
	unable[fields[0]] = why
}
