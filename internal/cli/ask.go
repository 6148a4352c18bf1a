package cli

import (
	"bufio"
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
	takes(rule string, changes int64) (bool, error)
	// goes says whether the plan is carried out.
	goes() (bool, error)
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

func (nobody) takes(string, int64) (bool, error) { return false, nil }
func (nobody) goes() (bool, error)               { return true, nil }
func (nobody) close() error                      { return nil }

// person answers questions at a terminal.
type person struct {
	lines *bufio.Reader
	out   io.Writer
	tty   *os.File // nil: standard input, which is not ours to close
}

func (p *person) takes(rule string, changes int64) (bool, error) {
	return p.agrees("\n%s\nThis rule asks first. Take its changes of %s too?", rule, report.Plural(changes, "object"))
}

func (p *person) goes() (bool, error) { return p.agrees("\nMake these changes?") }

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

// agrees asks a question; only a clear yes is one.
func (p *person) agrees(format string, args ...any) (bool, error) {
	question := report.Printable(fmt.Sprintf(format, args...))
	if _, err := fmt.Fprintf(p.out, "%s [y/N] ", question); err != nil {
		return false, fmt.Errorf("ask: %w", err)
	}
	line, err := p.lines.ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return false, fmt.Errorf("read the answer: %w", err)
	}
	if errors.Is(err, io.EOF) {
		fmt.Fprintln(p.out)
	}
	answer := strings.ToLower(strings.TrimSpace(line))
	return answer == "y" || answer == "yes", nil
}
