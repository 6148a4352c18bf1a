// Package chmod is chmod(1) as GNU coreutils 9.10 has it: its options, its messages,
// its statuses. Trees are gone through by descriptor and, where no order shows, with
// several workers; what is as wanted already is not written again.
package chmod

import (
	"fmt"

	"ward/internal/getopt"
	"ward/internal/standin"
	"ward/internal/standin/fts"
	"ward/internal/standin/options"
	"ward/mode"
)

// Request is a command line, read.
type Request struct {
	Change    mode.Expr
	Text      string // the mode as it was written, "" for --reference
	Naive     bool   // the mode came as options: tell where the umask surprises
	Reference bool   // the mode is that of a file
	Files     []string
	options.Shared
}

const letters = "HLPRcfhvr::w::x::X::s::t::u::g::o::a::,::+::=::0::1::2::3::4::5::6::7::"

func longOptions() []getopt.Long {
	return []getopt.Long{
		{Name: "changes", Value: 'c'},
		{Name: "dereference", Value: options.Dereference},
		{Name: "recursive", Value: 'R'},
		{Name: "no-dereference", Value: 'h'},
		{Name: "no-preserve-root", Value: options.NoPreserveRoot},
		{Name: "preserve-root", Value: options.PreserveRoot},
		{Name: "quiet", Value: 'f'},
		{Name: "reference", Argument: getopt.Required, Value: options.Reference},
		{Name: "silent", Value: 'f'},
		{Name: "verbose", Value: 'v'},
		{Name: "help", Value: options.Help},
		{Name: "version", Value: options.Version},
	}
}

// Caller is what a command line may have beyond chmod's own.
type Caller struct {
	Options []getopt.Long                        // more long options
	Help    string                               // what --help says of them
	Mode    func(path string) (mode.Mode, error) // of the file of --reference

	// Without reports whether the caller's options stand for a mode. nil: never.
	Without func(more []getopt.Option) bool

	// Hint says what to do about a mode that is none, "" for nothing. nil: nothing.
	Hint func(mode string, files []string) string
}

// Parse reads a command line. Where there is nothing to be done any more (--help, a
// mistake) ok is false, all has been said, and status is how to end.
func Parse(p *standin.Program, args []string, c Caller) (r Request, status int, ok bool) {
	l := &line{program: p, caller: c, request: Request{Shared: options.Shared{Links: fts.Arguments}}}
	spec := getopt.Spec{Short: letters, Long: append(longOptions(), c.Options...)}
	parser := spec.Parser(args, p.Posix)
	for parser.Next() {
		if l.option(parser.Option()) {
			return Request{}, l.status, false
		}
	}
	if err := parser.Err(); err != nil {
		p.Fail("%v", err)
		return Request{}, p.TryHelp(), false
	}
	l.operands = parser.Operands()
	if status, ok = l.finish(); !ok {
		return Request{}, status, false
	}
	return l.request, 0, true
}

// line is a command line while it is read.
type line struct {
	program   *standin.Program
	caller    Caller
	request   Request
	mode      string // of the options that look like modes
	hasMode   bool
	reference string
	operands  []string
	status    int // of a line that ended early
}

// option takes one option. ended tells that nothing is to be done any more; status is
// then how to end.
func (l *line) option(o getopt.Option) (ended bool) {
	r := &l.request
	if r.Take(o) {
		return false
	}
	switch o.Value {
	case options.Reference:
		l.reference, r.Reference = o.Arg, true
	case options.Help:
		l.program.Say("%s", help(l.program.Name, l.caller.Help))
		return true
	case options.Version:
		l.program.Say("%s", l.program.VersionText("chmod"))
		return true
	default:
		l.looksLikeMode(o)
	}
	return false
}

// looksLikeMode takes the whole word that a letter of modes stands in, such as -rwx
// or -Rw; several are joined.
func (l *line) looksLikeMode(o getopt.Option) {
	if l.mode != "" {
		l.mode += ","
	}
	l.mode += o.Word
	l.hasMode, l.request.Naive = true, true
}

// finish finds the mode and the files among the operands, in the order in which GNU
// chmod notices what is wrong.
func (l *line) finish() (status int, ok bool) {
	p, r := l.program, &l.request
	if !r.Settle(p) {
		return 1, false
	}
	if r.Follow == standin.ByDefault && r.Links == fts.Logical {
		r.Follow = standin.Always
	}
	if r.Reference && l.hasMode {
		p.Fail("cannot combine mode and --reference options")
		return p.TryHelp(), false
	}
	operand := !r.Reference && !l.hasMode && !(l.caller.Without != nil && l.caller.Without(r.More))
	r.Files = l.operands
	if operand && len(r.Files) > 0 {
		l.mode, r.Files = r.Files[0], r.Files[1:]
		l.hasMode = true
	}
	if len(r.Files) == 0 {
		if operand && l.hasMode {
			p.Fail("missing operand after %s", p.Quoting.Word(l.mode))
		} else {
			p.Fail("missing operand")
		}
		return p.TryHelp(), false
	}
	return l.change()
}

func (l *line) change() (status int, ok bool) {
	p, r := l.program, &l.request
	switch {
	case r.Reference:
		m, err := l.caller.Mode(l.reference)
		if err != nil {
			p.FailOf(err, "failed to get attributes of %s", p.Quoting.Name(l.reference))
			return 1, false
		}
		r.Change = exactly(m)
	case l.hasMode:
		e, err := mode.ParseExpr(l.mode)
		if err != nil {
			p.Fail("invalid mode: %s", p.Quoting.Word(l.mode))
			if l.caller.Hint != nil {
				p.Hint(l.caller.Hint(l.mode, r.Files))
			}
			return p.TryHelp(), false
		}
		r.Change, r.Text = e, l.mode
	}
	return 0, true
}

// exactly is the mode with all of its twelve bits, for directories too.
func exactly(m mode.Mode) mode.Expr {
	e, err := mode.ParseExpr(fmt.Sprintf("%05o", uint16(m)))
	if err != nil {
		panic(err) // five octal digits are a mode
	}
	return e
}
