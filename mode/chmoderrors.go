package mode

import (
	"fmt"
	"strings"
)

// The problems of mode expressions, in words.

func (p *parser) problem(text string) error { return p.problemAt(p.at, text) }

func (p *parser) problemAt(at int, text string) error {
	return syntaxError(p.input, at, text, "")
}

func (p *parser) noOperator() error {
	c := p.peek()
	switch {
	case p.at == len(p.input) || c == ',':
		return p.problem("a clause needs +, - or =")
	case c == ' ' || c == '\t':
		return p.problem("spaces do not belong in a mode")
	case c == 'r' || c == 'w' || c == 'x' || c == 'X' || c == 's' || c == 't':
		e := syntaxError(p.input, p.at, fmt.Sprintf("%s comes before any +, - or =", quotedAt(p.input, p.at)), "")
		if m, err := parseNine(p.input); err == nil {
			e.Hint = "write " + m.Octal()
		}
		return e
	case digit(c):
		return p.problem(quotedAt(p.input, p.at) + " is no octal digit")
	}
	return p.problem(quotedAt(p.input, p.at) + " is not one of u, g, o, a, +, - and =")
}

func parseNine(s string) (Mode, error) {
	if len(s) != 9 {
		return 0, syntaxError(s, 0, "is not nine letters", "")
	}
	return parseRights(s, 0)
}

// unknownRight explains what follows an action and is neither comma nor operator.
func (p *parser) unknownRight(last action) error {
	c := p.peek()
	switch {
	case c == ' ' || c == '\t':
		return p.problem("spaces do not belong in a mode")
	case last.copies, c == 'u' || c == 'g' || c == 'o':
		return p.problem("a class that is copied stands alone right of its operator")
	case digit(c):
		return p.problem(quotedAt(p.input, p.at) + " is no octal digit")
	case strings.IndexByte("RWTS", c) >= 0:
		problem := quotedAt(p.input, p.at) + " is not one of r, w, x, X, s and t"
		return syntaxError(p.input, p.at, problem, "write it small")
	}
	return p.problem(quotedAt(p.input, p.at) + " is not one of r, w, x, X, s and t")
}

// whoMissing asks for the classes that a clause leaves to the umask.
func (p *parser) whoMissing(start int) error {
	e := syntaxError(p.input, start, "without who the result depends on the umask of whoever runs it", "")
	if m, _, _, err := ParseListing(p.input); err == nil {
		e.Problem = "is what ls shows, not a mode expression"
		e.Hint = "write " + m.Octal()
		return e
	}
	clause, _, _ := strings.Cut(p.input[start:], ",")
	e.Hint = "write a" + clause
	return e
}
