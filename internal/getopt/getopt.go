// Package getopt reads command lines as GNU getopt_long(3) does, to the letter:
// options and operands in any order, clusters of short options, long options that
// are cut short, and the words in which mistakes are told.
//
// A Spec is what a program takes. A Parser hands out one option after another, and
// then has the operands:
//
//	p := spec.Parser(args, posix)
//	for p.Next() {
//		switch o := p.Option(); o.Value { … }
//	}
//	if p.Err() != nil { … }
//	files := p.Operands()
package getopt

import "strings"

// Argument says whether an option takes one.
type Argument uint8

// The kinds of options. An optional argument must stand in the same word.
const (
	None Argument = iota
	Required
	Optional
)

// Long is an option with a name. Several names may share a value; an abbreviation
// that fits only such names is not ambiguous.
type Long struct {
	Name     string // without the dashes
	Argument Argument
	Value    int // what Option.Value will be: a short option's letter, or any other number
}

// Spec is the options of a program. It is immutable in use and may be shared.
type Spec struct {
	// Short is getopt's option string: the letters, each with ":" behind it when an
	// argument is required, "::" when it is optional. A leading "+" ends the options
	// at the first operand; a leading "-" hands out operands among the options, with
	// the value Operand. A ":" after that is allowed and does nothing: whoever does
	// not want the messages need not print them.
	Short string
	Long  []Long
}

// Operand is the value of an operand that is handed out in order.
const Operand = 1

// Option is one option of a command line.
type Option struct {
	Value int    // the letter, the Long's Value, or Operand
	Long  string // the whole name, where it was given by one
	Arg   string
	// HasArg tells an empty argument from none.
	HasArg bool
	// Word is the word of the command line that the option stands in, with its
	// dashes: chmod takes "-rwx" for a mode.
	Word string
}

// Parser goes through one command line. It is for one goroutine.
type Parser struct {
	letters  string
	long     []Long
	order    ordering
	rest     []string
	word     string // the word of a cluster
	cluster  string // what of a word of short options is still to be read
	operands []string
	option   Option
	err      error
}

type ordering uint8

const (
	permute ordering = iota
	requireOrder
	inOrder
)

// Parser goes through args, which do not begin with the program's name. posix ends
// the options at the first operand, as POSIXLY_CORRECT in the environment asks,
// unless the Spec hands them out in order.
func (s *Spec) Parser(args []string, posix bool) *Parser {
	p := &Parser{letters: s.Short, long: s.Long, rest: args}
	switch {
	case strings.HasPrefix(s.Short, "-"):
		p.order, p.letters = inOrder, s.Short[1:]
	case strings.HasPrefix(s.Short, "+"):
		p.order, p.letters = requireOrder, s.Short[1:]
	case posix:
		p.order = requireOrder
	}
	return p
}

// Next goes on to the next option. It is false at the end of the options, and at a
// mistake, which Err then tells; after a mistake Next may be called again and goes
// on behind it.
func (p *Parser) Next() bool {
	p.option, p.err = Option{}, nil
	if p.cluster != "" {
		return p.short()
	}
	for len(p.rest) > 0 {
		word := p.rest[0]
		switch {
		case len(word) < 2 || word[0] != '-':
			if p.order == requireOrder {
				return p.end()
			}
			p.rest = p.rest[1:]
			if p.order == inOrder {
				p.option = Option{Value: Operand, Arg: word, HasArg: true, Word: word}
				return true
			}
			p.operands = append(p.operands, word)
			continue
		case word == "--":
			p.rest = p.rest[1:]
			return p.end()
		}
		p.rest = p.rest[1:]
		if p.word = word; word[1] == '-' && p.long != nil {
			return p.longOption(word[2:])
		}
		p.cluster = word[1:]
		return p.short()
	}
	return false
}

// end makes operands of all that is left.
func (p *Parser) end() bool {
	p.operands = append(p.operands, p.rest...)
	p.rest = nil
	return false
}

// Option is the option that Next went to.
func (p *Parser) Option() Option { return p.option }

// Err is the mistake that Next stopped at, of type *Error, or nil at the end.
func (p *Parser) Err() error { return p.err }

// Operands is what is no option, in order; all of it once Next is false and Err nil.
func (p *Parser) Operands() []string { return p.operands }

// short takes the first letter off a cluster.
func (p *Parser) short() bool {
	letter := p.cluster[0]
	p.cluster = p.cluster[1:]
	p.option = Option{Value: int(letter), Word: p.word}
	at := strings.IndexByte(p.letters, letter)
	if at < 0 || letter == ':' || letter == ';' {
		return p.fail(&Error{Problem: Invalid, Letter: letter})
	}
	switch argumentOf(p.letters[at+1:]) {
	case None:
		return true
	case Optional:
		p.option.Arg, p.option.HasArg = p.cluster, p.cluster != ""
	case Required:
		if p.cluster != "" {
			p.option.Arg, p.option.HasArg = p.cluster, true
		} else if !p.argument() {
			return p.fail(&Error{Problem: Missing, Letter: letter})
		}
	}
	p.cluster = ""
	return true
}

func argumentOf(after string) Argument {
	switch {
	case strings.HasPrefix(after, "::"):
		return Optional
	case strings.HasPrefix(after, ":"):
		return Required
	}
	return None
}

// argument takes the next word for the option's argument, whatever it looks like.
func (p *Parser) argument() bool {
	if len(p.rest) == 0 {
		return false
	}
	p.option.Arg, p.option.HasArg = p.rest[0], true
	p.rest = p.rest[1:]
	return true
}

// longOption reads what follows two dashes.
func (p *Parser) longOption(text string) bool {
	name, arg, hasArg := strings.Cut(text, "=")
	found, candidates := p.find(name)
	switch {
	case candidates != nil:
		return p.fail(&Error{Problem: Ambiguous, Name: text, Candidates: candidates})
	case found == nil:
		return p.fail(&Error{Problem: Unrecognized, Name: text})
	}
	p.option = Option{Value: found.Value, Long: found.Name, Arg: arg, HasArg: hasArg, Word: p.word}
	switch {
	case hasArg && found.Argument == None:
		return p.fail(&Error{Problem: Unwanted, Name: found.Name})
	case !hasArg && found.Argument == Required && !p.argument():
		return p.fail(&Error{Problem: Missing, Name: found.Name})
	}
	return true
}

// find looks for a name, or for the one option that it begins. Where it begins
// several that differ, they are the candidates: those that are like the first one
// are left out, as glibc does since 2.26.
func (p *Parser) find(name string) (found *Long, candidates []string) {
	for i := range p.long {
		if p.long[i].Name == name {
			return &p.long[i], nil
		}
	}
	for i := range p.long {
		l := &p.long[i]
		switch {
		case !strings.HasPrefix(l.Name, name):
		case found == nil:
			found = l
		case found.Argument != l.Argument || found.Value != l.Value:
			if candidates == nil {
				candidates = append(candidates, found.Name)
			}
			candidates = append(candidates, l.Name)
		}
	}
	return found, candidates
}

func (p *Parser) fail(e *Error) bool {
	p.err = e
	return false
}
