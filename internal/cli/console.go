package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"ward/internal/app"
	"ward/internal/report"
	"ward/notation"
)

// console is where ward reads from and writes to.
type console struct {
	in       *os.File
	out, err io.Writer
	style    report.Style // of out
	live     bool         // err is a terminal, and out no pipe: progress may be shown
}

func newConsole(in, out, err *os.File) *console {
	return &console{
		in: in, out: out, err: err, style: styleOf(out),
		live: term.IsTerminal(int(err.Fd())) && os.Getenv("TERM") != "dumb" && !isPipe(out),
	}
}

// isPipe tells whether what is written goes to another program, which may show it on
// the same terminal: a pager does.
func isPipe(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeNamedPipe != 0
}

// styleOf colours only a terminal that can, and nobody asked not to
// (https://no-color.org). Text is 80 columns wide everywhere, narrower terminals
// excepted, so that what people paste to each other looks the same.
func styleOf(f *os.File) report.Style {
	if !term.IsTerminal(int(f.Fd())) {
		return report.Style{}
	}
	s := report.Style{Colour: os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"}
	if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
		s.Width = min(width, 80)
	}
	return s
}

// fail says what went wrong, and what can be done about it.
func (c *console) fail(err error) {
	for _, e := range parts(err) {
		var said verdict
		if errors.As(e, &said) {
			continue
		}
		var problems *app.PolicyError
		if errors.As(e, &problems) {
			c.warn(problems.Problems) // they begin with file and line, as editors want it
			continue
		}
		var cutOff *app.CutOffError
		if errors.Is(e, context.Canceled) && !errors.As(e, &cutOff) {
			fmt.Fprintln(c.err, "ward: interrupted")
			continue
		}
		message := report.Message(e)
		fmt.Fprintf(c.err, "ward: %s\n", message)
		if !strings.Contains(message, "\n") {
			c.mark(e)
		}
		var mistake *usageError
		if errors.As(e, &mistake) {
			fmt.Fprintf(c.err, "  see %s --help\n", mistake.command)
		} else if hint := hintFor(e); hint != "" {
			fmt.Fprintf(c.err, "  hint: %s\n", hint)
		}
	}
}

// mark shows where a text is not in its notation.
func (c *console) mark(err error) {
	var wrong *notation.SyntaxError
	if !errors.As(err, &wrong) || wrong.Input == "" {
		return
	}
	fmt.Fprintln(c.err, "    "+strings.ReplaceAll(wrong.Mark(), "\n", "\n    "))
}

// parts takes joined errors apart.
func parts(err error) []error {
	if err == nil {
		return nil
	}
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var all []error
	for _, e := range joined.Unwrap() {
		all = append(all, parts(e)...)
	}
	return all
}
