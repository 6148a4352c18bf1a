// Package lexed reads programming languages for the linter with one tolerant lexer and
// one extractor of calls, and a small table for each language. It does not know the
// grammars: it knows what a comment, a string, a number, a bracket and a call look like,
// and leaves alone what it does not need. Text that no compiler would take is read as far
// as it goes. Time is linear in the length of the text, depth is bounded.
package lexed

import (
	"cmp"
	"slices"

	"ward/lint/source"
)

// A Dialect is how one language is written.
type Dialect struct {
	lineComments []string
	blockOpen    string
	blockClose   string
	nested       bool     // block comments nest
	newlines     bool     // a newline outside brackets ends a statement
	wordBytes    string   // what names are made of besides letters, digits and _
	operators    []string // of more than one character
	access       map[string]bool
	keywords     map[string]bool // words that nothing can be called by
	prefixes     map[string]bool // operators and words before an operand
	infixes      map[string]infix
	concat       bool // strings side by side are one
	casts        bool // (type)value

	// literal reads a string, a character, a regular expression or the like that begins
	// at the lexer's place, and tells whether there was one.
	literal func(l *lexer) bool
	// unquote is the contents of a string literal, or of a piece of a template; false if
	// not all of it is sure.
	unquote func(raw string, whole bool) (string, bool)
	// number is the value of a literal and the base in which the language reads it.
	number func(text string) (value uint64, radix int, ok bool)
	// outline finds functions, imports, assignments and what only looks like a call.
	outline func(p *parser)
	// named tells whether an argument has a name, and where its value begins.
	named func(p *parser, at, end int) (name string, value int)
	// clause is the token after words whose commas separate nothing else: the parameters
	// of a lambda; the token itself where no such words begin.
	clause func(p *parser, at, end int) int
	// flat is the operators before an argument that stands for several.
	flat map[string]bool
	// called tells whether the bracket at a token can be that of a call, where the
	// token before it is no name.
	called func(p *parser, open int) bool
}

// An infix is an operator between two operands.
type infix struct {
	strength int
	op       string // as source.Expr has it
	right    bool   // groups from the right
}

// Parse is what stands in a file of the dialect.
func (d *Dialect) Parse(f *source.File) *source.Unit {
	unit := &source.Unit{File: f}
	l := &lexer{dialect: d, text: f.Text, unit: unit}
	if len(f.Text) > largest {
		unit.Notes = append(unit.Notes, source.Note{Text: "the file is too large to be read"})
		return unit
	}
	l.all()
	p := newParser(d, unit, l.tokens)
	d.outline(p)
	p.calls()
	p.finish()
	return unit
}

// largest is the length of a text that is still read; offsets of tokens have 32 bits.
const largest = 64 << 20

// finish gives everything its function and puts it into the order of the text.
func (p *parser) finish() {
	u := p.unit
	for _, pending := range p.pending {
		value, _ := p.assigned(pending.value)
		a := pending.Assign
		a.Value = value
		if pending.value < 0 {
			a.Value = source.Expr{}
		}
		u.Assigns = append(u.Assigns, a)
	}
	slices.SortStableFunc(u.Calls, func(a, b *source.Call) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End))
	})
	slices.SortStableFunc(u.Assigns, func(a, b source.Assign) int { return cmp.Compare(a.Start, b.Start) })
	p.nest()
	inside := p.sweep()
	for _, c := range u.Calls {
		c.Function = inside(c.Start)
	}
	inside = p.sweep()
	for i := range u.Assigns {
		u.Assigns[i].Function = inside(u.Assigns[i].Start)
	}
	p.markDeferred()
}

// nest puts the functions in the order of the text and gives each the one around it.
func (p *parser) nest() {
	fs := p.unit.Functions
	slices.SortStableFunc(fs, func(a, b source.Function) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(b.End, a.End))
	})
	var open []int
	for i := range fs {
		for len(open) > 0 && fs[open[len(open)-1]].End <= fs[i].Start {
			open = open[:len(open)-1]
		}
		fs[i].Outer = -1
		if len(open) > 0 {
			fs[i].Outer = open[len(open)-1]
		}
		open = append(open, i)
	}
}

// sweep tells of offsets, asked for in rising order, which function they are in.
func (p *parser) sweep() func(offset int) int {
	fs, next, open := p.unit.Functions, 0, []int(nil)
	return func(offset int) int {
		for next < len(fs) && fs[next].Start <= offset {
			open = append(open, next)
			next++
		}
		for len(open) > 0 && fs[open[len(open)-1]].End <= offset {
			open = open[:len(open)-1]
		}
		if len(open) == 0 {
			return -1
		}
		return open[len(open)-1]
	}
}

// markDeferred marks the calls in the parts of their own function that run at its end.
func (p *parser) markDeferred() {
	if len(p.deferred) == 0 {
		return
	}
	slices.SortFunc(p.deferred, func(a, b source.Span) int { return cmp.Compare(a.Start, b.Start) })
	inside := p.sweep()
	next, end, function := 0, -1, -1
	for _, c := range p.unit.Calls {
		for next < len(p.deferred) && p.deferred[next].Start <= c.Start {
			if p.deferred[next].End > end {
				end, function = p.deferred[next].End, inside(p.deferred[next].Start)
			}
			next++
		}
		c.Deferred = c.Start < end && c.Function == function
	}
}
