package lexed

import (
	"strings"

	"ward/lint/source"
)

// A parser finds calls and assignments among the tokens of a file.
type parser struct {
	dialect  *Dialect
	unit     *source.Unit
	tokens   []token
	types    map[string]bool   // names that are types
	aliases  map[string]string // names that imports give, to what they stand for
	made     []made            // calls, innermost first
	callAt   []int32           // by the token that it begins with: the longest call so far, from 1
	startOf  []int32           // by its last token: the token that a call begins with, from 1
	pending  []pending
	deferred []source.Span
}

// made is a call and the tokens that it has.
type made struct {
	*source.Call
	close int // its last token
}

// pending is an assignment whose value is read when the calls are known.
type pending struct {
	source.Assign
	value int // the token that it begins with; -1 where it is not known
}

func newParser(d *Dialect, unit *source.Unit, tokens []token) *parser {
	return &parser{dialect: d, unit: unit, tokens: tokens, types: map[string]bool{}, aliases: map[string]string{}, callAt: make([]int32, len(tokens)+1), startOf: make([]int32, len(tokens)+1)}
}

// token is the one at i; the zero token where there is none.
func (p *parser) token(i int) token {
	if i < 0 || i >= len(p.tokens) {
		return token{match: -1}
	}
	return p.tokens[i]
}

// at is the text of a token.
func (p *parser) at(i int) string {
	t := p.token(i)
	return string(p.unit.File.Text[t.start:t.end])
}

// is tells whether the token at i is that operator.
func (p *parser) is(i int, op string) bool {
	t := p.token(i)
	return t.kind == operator && t.op == op
}

// isWord tells whether the token at i is that word.
func (p *parser) isWord(i int, w string) bool {
	t := p.token(i)
	return t.kind == word && string(p.unit.File.Text[t.start:t.end]) == w
}

// isName tells whether the token at i is a word that is no keyword.
func (p *parser) isName(i int) bool {
	t := p.token(i)
	return t.kind == word && !p.dialect.keywords[string(p.unit.File.Text[t.start:t.end])]
}

// opens tells whether the token at i is that opening bracket.
func (p *parser) opens(i int, bracket byte) bool {
	t := p.token(i)
	return t.kind == opening && t.bracket == bracket
}

// behind is the token after i or, if i opens a bracket, after the one that closes it.
func (p *parser) behind(i int) int {
	if t := p.tokens[i]; t.kind == opening && int(t.match) > i {
		return int(t.match) + 1
	}
	return i + 1
}

// isAccess tells whether the token at i is a dot or what the language has for it.
func (p *parser) isAccess(i int) bool {
	t := p.token(i)
	return t.kind == operator && p.dialect.access[t.op]
}

// span is the text from the token at first up to the one at last.
func (p *parser) span(first, last int) source.Span {
	return source.Span{Start: int(p.token(first).start), End: int(p.token(max(first, last)).end)}
}

// calls finds every call, those within another's arguments before it.
func (p *parser) calls() {
	for i := range p.tokens {
		t := &p.tokens[i]
		if t.kind != closing || t.bracket != '(' || t.match < 0 {
			continue
		}
		if open := int(t.match); !p.tokens[open].barred && p.isCall(open) {
			p.call(open, i)
		}
	}
}

// isCall tells whether a ( belongs to a call: a name stands before it, or the end of
// something that may have made a function.
func (p *parser) isCall(open int) bool {
	switch before := p.token(open - 1); before.kind {
	case word:
		return p.isName(open-1) || p.isAccess(open-2)
	case closing:
		return p.dialect.called(p, open)
	case operator:
		return p.dialect.called(p, open)
	}
	return false
}

// call makes the call whose arguments stand between two brackets.
func (p *parser) call(open, closed int) {
	c := &source.Call{}
	start := p.callee(c, open)
	c.Span = p.span(start, closed)
	c.Args = p.args(open+1, closed)
	p.keep(c, start, closed)
}

func (p *parser) keep(c *source.Call, start, last int) {
	p.unit.Calls = append(p.unit.Calls, c)
	p.made = append(p.made, made{c, last})
	p.callAt[start], p.startOf[last] = int32(len(p.made)), int32(start+1)
}

// callee is what is called by the bracket at open, and the token that it begins with.
func (p *parser) callee(c *source.Call, open int) (start int) {
	i := open - 1
	if p.is(i, "!") && p.token(i-1).kind == word { // Rust's macros
		c.Macro = true
		i--
	}
	if p.token(i).kind != word {
		start = p.primaryStart(i)
		c.Receiver = p.whole(start, i+1)
		if c.Receiver.Kind == source.Name { // (os.chmod)(…)
			c.Callee, c.Receiver = c.Receiver.Text, nil
		}
		return start
	}
	first := i
	for p.isAccess(first-1) && p.token(first-2).kind == word && !(p.dialect.keywords[p.at(first-2)] && !isSelf(p.at(first-2))) {
		first -= 2
	}
	if p.isAccess(first-1) && p.token(first-2).kind != word && first-2 >= 0 && p.mayEnd(first-2) {
		start = p.primaryStart(first - 2)
		c.Receiver = p.whole(start, i-1)
		c.Callee = "." + p.at(i)
		return start
	}
	name, imported := p.resolve(p.dotted(first, i+1))
	c.Callee = name
	if first < i && !imported {
		c.Receiver = &source.Expr{Span: p.span(first, i-2), Kind: source.Name, Text: p.dotted(first, i-1)}
	}
	return first
}

func isSelf(w string) bool {
	return w == "self" || w == "this" || w == "super" || w == "Self" || w == "crate" || w == "cls" || w == "parent" || w == "static"
}

// mayEnd tells whether the token at i can end something that has members.
func (p *parser) mayEnd(i int) bool {
	switch t := p.token(i); t.kind {
	case closing, text, number, other:
		return true
	case operator:
		return t.op == "?" || t.op == "!"
	}
	return false
}

// primaryStart is the token with which begins what the token at i ends: f(x)[0].y.
func (p *parser) primaryStart(i int) int {
	for i > 0 {
		before, goesOn := p.backward(i)
		if !goesOn {
			return before
		}
		i = before
	}
	return max(i, 0)
}

// backward is one step of primaryStart: the token that ends what stands before the last
// part or, if nothing does, the one that begins it.
func (p *parser) backward(i int) (token int, goesOn bool) {
	switch t := p.token(i); {
	case t.kind == operator && (t.op == "?" || t.op == "!"):
		return i - 1, true
	case t.kind == closing && t.match >= 0:
		return p.backwardBracket(int(t.match))
	case t.kind == text:
		return p.textStart(i), false
	case t.kind != word && t.kind != number && t.kind != other:
		return i + 1, false
	}
	if p.isAccess(i-1) && (p.token(i-2).kind == word || p.mayEnd(i-2)) {
		return i - 2, true
	}
	return i, false
}

// backwardBracket is backward for what a bracket at open begins: a call, an index, a group
// or a template.
func (p *parser) backwardBracket(open int) (token int, goesOn bool) {
	if n := p.callOf(open); n > 0 {
		return int(n - 1), false
	}
	if p.tokens[open].bracket == '`' {
		return p.textStart(open), false
	}
	before := p.token(open - 1)
	if before.kind == closing && before.bracket != '{' || before.kind == word && p.isName(open-1) {
		return open - 1, true
	}
	return open, false
}

// textStart is the first of the strings side by side of which the one that begins at i is
// the last.
func (p *parser) textStart(i int) int {
	for p.dialect.concat && i > 0 {
		switch before := p.tokens[i-1]; {
		case before.kind == text:
			i--
		case before.kind == closing && before.bracket == '`' && before.match >= 0:
			i = int(before.match)
		default:
			return i
		}
	}
	return i
}

// callOf is the token with which the call begins whose bracket stands at open, plus
// one; 0 if that is no call.
func (p *parser) callOf(open int) int32 {
	if closed := p.tokens[open].match; closed > int32(open) {
		return p.startOf[closed]
	}
	return 0
}

// dotted is the names of the tokens from first up to end, with dots between.
func (p *parser) dotted(first, end int) string {
	if end == first+1 {
		return p.at(first)
	}
	var b strings.Builder
	for i := first; i < end; i += 2 {
		if i > first {
			b.WriteByte('.')
		}
		b.WriteString(p.at(i))
	}
	return b.String()
}

// resolve puts what an import stands for in the place of a name's first part.
func (p *parser) resolve(name string) (canonical string, imported bool) {
	first, rest, dots := strings.Cut(name, ".")
	own, ok := p.aliases[first]
	switch {
	case !ok:
		return name, false
	case dots:
		return own + "." + rest, true
	}
	return own, true
}
