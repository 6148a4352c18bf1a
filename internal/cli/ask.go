package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"ward/internal/report"
)

// errNobody is the answer where nobody is there to be asked.
var errNobody = errors.New("there is no terminal to ask on, and --yes was not given")

// asker answers ward's questions.
type asker interface {
	// takes says whether a rule that asks first is taken into the plan.
	takes(ctx context.Context, rule string, changes int64) (bool, error)
	// goes says whether the plan is carried out.
	goes(ctx context.Context) (bool, error)
	close() error
}

func (c *console) asker(yes bool) (asker, error) {
	if yes {
		return nobody{}, nil
	}
	return c.person()
}

// nobody is asked with --yes: plans are carried out, and rules that ask first are
// left alone.
type nobody struct{}

func (nobody) takes(context.Context, string, int64) (bool, error) { return false, nil }
func (nobody) goes(context.Context) (bool, error)                 { return true, nil }
func (nobody) close() error                                       { return nil }

// person answers questions at a terminal.
type person struct {
	lines *bufio.Reader
	out   io.Writer
	tty   *os.File // nil: standard input, which is not ours to close
}

func (p *person) takes(ctx context.Context, rule string, changes int64) (bool, error) {
	return p.agrees(ctx, "\n%s\nThis rule asks first. Take its changes of %s too?", rule, report.Plural(changes, "object"))
}

func (p *person) goes(ctx context.Context) (bool, error) {
	return p.agrees(ctx, "\nMake these changes?")
}

func (p *person) close() error {
	if p.tty == nil {
		return nil
	}
	return p.tty.Close()
}

// person is who sits at standard input or, where that is something else, at the
// terminal of the session.
func (c *console) person() (*person, error) {
	if term.IsTerminal(int(c.in.Fd())) {
		return &person{bufio.NewReader(c.in), c.err, nil}, nil
	}
	tty, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		return nil, errNobody
	}
	return &person{bufio.NewReader(tty), tty, tty}, nil
}

// agrees asks a question; only a clear yes is one. Who interrupts it has answered.
func (p *person) agrees(ctx context.Context, format string, args ...any) (bool, error) {
	question := report.Printable(fmt.Sprintf(format, args...))
	if _, err := fmt.Fprintf(p.out, "%s [y/N] ", question); err != nil {
		return false, fmt.Errorf("ask: %w", err)
	}
	line, err := p.line(ctx)
	if err != nil {
		fmt.Fprintln(p.out)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return false, fmt.Errorf("read the answer: %w", err)
	}
	answer := strings.ToLower(strings.TrimSpace(line))
	return answer == "y" || answer == "yes", nil
}

// line reads a line. A terminal's read cannot be called off: when ctx is done it is
// left behind, and the process is about to end.
func (p *person) line(ctx context.Context) (string, error) {
	type read struct {
		line string
		err  error
	}
	got := make(chan read, 1)
	go func() {
		line, err := p.lines.ReadString('\n')
		got <- read{line, err}
	}()
	select {
	case r := <-got:
		return r.line, r.err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}
