// Package standin is what the commands have in common that ward stands in for
// under their own names: the environment of such a program, and the words in which
// GNU coreutils quotes names and tells errors.
package standin

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"syscall"

	"ward/mode"
)

// Program is a command about to run: its name, its environment and its streams.
// Say and Fail may be called from several goroutines.
type Program struct {
	Name    string // as it was called, argv[0]: messages begin with it
	Version string // of ward
	Posix   bool   // POSIXLY_CORRECT is set
	Quoting Quoting

	out      io.Writer
	err      io.Writer
	terminal bool

	lock    sync.Mutex
	umask   *mode.Mode
	pending []byte
	broken  error // of the first write to out that went wrong
}

// NewProgram is a program whose standard output goes to out, through a buffer as
// C's does, and whose messages go to err. terminal says that out is one: then each
// line is written at once. look looks up variables of the environment.
func NewProgram(name string, out, err io.Writer, terminal bool, look func(string) (string, bool)) *Program {
	_, posix := look("POSIXLY_CORRECT")
	return &Program{Name: name, Posix: posix, Quoting: Quoting{UTF8: utf8Locale(look)}, out: out, err: err, terminal: terminal}
}

// utf8Locale reports whether the locale of the environment has UTF-8 for its
// character set. That the locale is installed is taken for granted.
func utf8Locale(look func(string) (string, bool)) bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if value, _ := look(name); value != "" {
			_, set, _ := strings.Cut(value, ".")
			set, _, _ = strings.Cut(set, "@")
			return strings.EqualFold(set, "UTF-8") || strings.EqualFold(set, "UTF8")
		}
	}
	return false
}

const enough = 32 << 10 // what is pending before it is written

// Say prints to standard output.
func (p *Program) Say(format string, args ...any) {
	p.lock.Lock()
	defer p.lock.Unlock()
	p.pending = fmt.Appendf(p.pending, format, args...)
	if p.terminal || len(p.pending) >= enough {
		p.flush()
	}
}

// Fail prints a message that begins with the program's name, as error(3) does:
// after all that was said before it.
func (p *Program) Fail(format string, args ...any) {
	p.lock.Lock()
	defer p.lock.Unlock()
	p.flush()
	_, _ = fmt.Fprintf(p.err, "%s: %s\n", p.Name, fmt.Sprintf(format, args...))
}

// FailOf is Fail with the system's reason behind the message.
func (p *Program) FailOf(err error, format string, args ...any) {
	p.Fail("%s: %s", fmt.Sprintf(format, args...), Reason(err))
}

// Hint says below a message what can be done about it; "" is nothing.
func (p *Program) Hint(text string) {
	if text == "" {
		return
	}
	p.lock.Lock()
	defer p.lock.Unlock()
	p.flush()
	_, _ = fmt.Fprintf(p.err, "  hint: %s\n", text)
}

// TryHelp points to --help and gives the exit status of a wrong command line.
func (p *Program) TryHelp() int {
	p.lock.Lock()
	defer p.lock.Unlock()
	p.flush()
	_, _ = fmt.Fprintf(p.err, "Try '%s --help' for more information.\n", p.Name)
	return 1
}

// flush writes what is pending.
func (p *Program) flush() {
	if len(p.pending) == 0 {
		return
	}
	_, err := p.out.Write(p.pending)
	p.pending = p.pending[:0]
	if err != nil && p.broken == nil {
		p.broken = err
	}
}

// Finish writes all that was said, and gives the exit status: 1 where that failed.
func (p *Program) Finish(status int) int {
	p.lock.Lock()
	defer p.lock.Unlock()
	p.flush()
	if p.broken == nil {
		return status
	}
	_, _ = fmt.Fprintf(p.err, "%s: write error: %s\n", p.Name, Reason(p.broken))
	return 1
}

// Reason is the text of the error number in err, as strerror(3) gives it in the C
// locale.
func Reason(err error) string {
	for e := err; e != nil; {
		if number, ok := e.(syscall.Errno); ok { //nolint:errorlint // the chain is walked here
			return errnoText(number)
		}
		wrapped, ok := e.(interface{ Unwrap() error })
		if !ok {
			break
		}
		e = wrapped.Unwrap()
	}
	return err.Error()
}
