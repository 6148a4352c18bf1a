package lexed

import (
	"strings"

	"ward/lint/source"
)

// args is the arguments between two tokens.
func (p *parser) args(at, end int) []source.Arg {
	var all []source.Arg
	for at < end {
		next := p.comma(at, end)
		if next > at {
			all = append(all, p.arg(at, next))
		}
		at = next + 1
	}
	return all
}

// comma is the next comma at this depth, or end.
func (p *parser) comma(at, end int) int {
	for at < end && !p.is(at, ",") {
		if t := p.tokens[at]; t.kind == word && p.dialect.clause != nil {
			if after := p.dialect.clause(p, at, end); after > at {
				at = after
				continue
			}
		}
		at = p.behind(at)
	}
	return min(at, end)
}

func (p *parser) arg(at, end int) source.Arg {
	a := source.Arg{}
	if t := p.token(at); t.kind == operator && p.dialect.flat[t.op] && at+1 < end {
		a.Flat = true
		at++
	}
	if p.dialect.named != nil {
		a.Name, at = p.dialect.named(p, at, end)
	}
	a.Value = *p.whole(at, end)
	return a
}

// whole is the expression that stands between two tokens: Opaque if that is more than
// one expression, or none that is understood.
func (p *parser) whole(at, end int) *source.Expr {
	e, next := p.expr(at, end, 0, 0)
	if next != end {
		e = source.Expr{Span: p.span(at, end-1)}
	}
	return &e
}

// assigned is the value that begins at a token and goes on as far as it is understood.
func (p *parser) assigned(at int) (e source.Expr, next int) {
	if at < 0 || at >= len(p.tokens) {
		return source.Expr{}, at
	}
	start := at
	e, next = p.expr(at, len(p.tokens), 0, 0)
	for hops := 0; p.is(next, "=") && hops < deepestField; hops++ { // a = b = value
		e, next = p.expr(next+1, len(p.tokens), 0, 0)
	}
	if !p.stops(next) {
		return source.Expr{Span: p.span(start, max(start, next-1))}, next
	}
	return e, next
}

// stops tells whether an expression can be over before the token at i: a separator, a
// closing bracket, a word or something on another line.
func (p *parser) stops(i int) bool {
	t := p.token(i)
	switch t.kind {
	case newline, closing, end:
		return true
	case operator:
		return t.op == ";" || t.op == ","
	}
	before := p.token(i - 1)
	return !p.dialect.newlines && strings.Contains(string(p.unit.File.Text[before.end:t.start]), "\n")
}

// expr is the longest expression that begins at a token, all of whose operators bind
// at least so strongly, and the token after it. One that is not understood is Opaque,
// and next is then where it began.
func (p *parser) expr(at, end, strength, depth int) (e source.Expr, next int) {
	if depth > deepestExpr || at >= end {
		return source.Expr{}, at
	}
	e, next = p.prefixed(at, end, depth)
	if next == at {
		return e, at
	}
	for next < end {
		op, in := p.infix(next)
		if !in || op.strength < strength {
			break
		}
		var ok bool
		if e, next, ok = p.joined(e, op, at, next, end, depth); !ok {
			break
		}
	}
	return e, next
}

// infix is the operator between operands at a token.
func (p *parser) infix(i int) (infix, bool) {
	switch t := p.token(i); t.kind {
	case operator:
		op, ok := p.dialect.infixes[t.op]
		return op, ok
	case word:
		op, ok := p.dialect.infixes[string(p.unit.File.Text[t.start:t.end])]
		return op, ok
	}
	return infix{}, false
}

// joined is left with what the operator at a token joins to it.
func (p *parser) joined(left source.Expr, op infix, first, at, end, depth int) (source.Expr, int, bool) {
	if op.op == "?" || op.op == "if" {
		return p.conditional(left, op, first, at, end, depth)
	}
	width := 1
	if t := p.token(at); t.kind == word && (p.isWord(at, "not") || p.isWord(at, "is") && p.isWord(at+1, "not")) {
		width = 2 // Python's "not in", "is not"
	}
	stronger := op.strength + 1
	if op.right {
		stronger = op.strength
	}
	right, next := p.expr(at+width, end, stronger, depth+1)
	if next == at+width {
		return left, at, false
	}
	e := source.Expr{Span: p.span(first, next-1), Kind: source.Binary, Op: op.op, Parts: []source.Expr{left, right}}
	switch {
	case op.op == "||" || op.op == "??":
		e.Kind = source.Choice
	case op.op == "%" && (left.Kind == source.Text || left.Kind == source.Template):
		e.Kind, e.Text, e.Parts = source.Template, formatted(left.Text), nil
	}
	return e, next, true
}

// formatted is a format without its verbs.
func formatted(format string) string {
	var b strings.Builder
	for i := 0; i < len(format); i++ {
		if format[i] != '%' {
			b.WriteByte(format[i])
			continue
		}
		for i++; i < len(format) && strings.IndexByte("-+ #0123456789.", format[i]) >= 0; i++ {
		}
		if i < len(format) && format[i] == '%' {
			b.WriteByte('%')
		}
	}
	return b.String()
}

// conditional is `a if c else b`, or `c ? a : b`.
func (p *parser) conditional(left source.Expr, op infix, first, at, end, depth int) (source.Expr, int, bool) {
	between := op.strength + 1
	if op.op == "?" {
		between = 0
	}
	middle, next := p.expr(at+1, end, between, depth+1)
	if next == at+1 || !(p.is(next, ":") || p.isWord(next, "else")) {
		return left, at, false
	}
	last, after := p.expr(next+1, end, op.strength, depth+1)
	if after == next+1 {
		return left, at, false
	}
	e := source.Expr{Span: p.span(first, after-1), Kind: source.Choice, Parts: []source.Expr{left, last}}
	if op.op == "?" {
		e.Parts[0] = middle
	}
	return e, after, true
}

// prefixed is an operand with the operators before it.
func (p *parser) prefixed(at, end, depth int) (source.Expr, int) {
	t := p.token(at)
	var op string
	switch t.kind {
	case operator:
		op = t.op
	case word:
		op = string(p.unit.File.Text[t.start:t.end])
	}
	if op == "" || !p.dialect.prefixes[op] {
		return p.postfixed(at, end, depth)
	}
	strength := strongest
	if op == "not" {
		strength = p.dialect.infixes["=="].strength
	}
	operand, next := p.expr(at+1, end, strength, depth+1)
	if next == at+1 {
		return source.Expr{}, at
	}
	if t.kind == word && op != "not" {
		return operand, next // await x, typeof x: as good as x, or nothing that is computed
	}
	return source.Expr{Span: p.span(at, next-1), Kind: source.Unary, Op: op, Parts: []source.Expr{operand}}, next
}

// strongest is more than any infix binds, but for Python's **.
const strongest = 50

// postfixed is an operand with calls, members and indices behind it.
func (p *parser) postfixed(at, end, depth int) (source.Expr, int) {
	var e source.Expr
	var next int
	if n := p.callAt[at]; n > 0 && p.made[n-1].close < end {
		e, next = p.invocation(p.made[n-1])
	} else if e, next = p.primary(at, end, depth); next == at {
		return e, at
	}
	for next < end {
		after := p.suffix(next, end)
		if after == next {
			break
		}
		e = source.Expr{Span: p.span(at, after-1)}
		next = after
	}
	return e, next
}

// invocation is a call as an expression. A format is what is literal in it.
func (p *parser) invocation(m made) (source.Expr, int) {
	e := source.Expr{Span: m.Span, Kind: source.Invocation, Call: m.Call}
	if m.Callee == ".format" && m.Receiver.Kind == source.Text {
		e.Kind, e.Text = source.Template, braced(m.Receiver.Text)
	}
	return e, m.close + 1
}

// braced is a format without what stands in braces.
func braced(format string) string {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(format, "{")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		if _, format, ok = strings.Cut(rest, "}"); !ok {
			return b.String()
		}
	}
}

// suffix is the token after a member, an index or what else makes something of an
// operand that is not followed here; at if there is none.
func (p *parser) suffix(at, end int) int {
	t := p.token(at)
	switch {
	case p.isAccess(at) && at+1 < end && p.token(at+1).kind == word:
		return at + 2
	case t.kind == opening && (t.bracket == '[' || t.bracket == '('):
		if next := p.behind(at); next > at+1 && next <= end {
			return next
		}
	case t.kind == operator && (t.op == "++" || t.op == "--"):
		return at + 1
	case t.kind == operator && (t.op == "?" || t.op == "!") && at+1 < end && p.isAccess(at+1):
		return at + 1
	}
	return at
}

// primary is an operand without anything behind it.
func (p *parser) primary(at, end, depth int) (source.Expr, int) {
	t := p.token(at)
	e := source.Expr{Span: p.span(at, at)}
	switch t.kind {
	case number:
		e.Text = p.at(at)
		if v, radix, ok := p.dialect.number(e.Text); ok {
			e.Kind, e.Value, e.Radix = source.Number, v, radix
		}
		return e, at + 1
	case other:
		return e, at + 1
	case text:
		return p.texts(at, end)
	case word:
		return p.name(at, end)
	case opening:
		if t.match > 0 && int(t.match) < end {
			return p.bracketed(at, int(t.match), end, depth)
		}
	}
	return source.Expr{}, at
}

// texts is a string, with those beside it where the language makes one of them.
func (p *parser) texts(at, end int) (source.Expr, int) {
	e := source.Expr{Kind: source.Text}
	next := at
	for next < end {
		t := p.token(next)
		switch {
		case t.kind == text:
			s, ok := p.dialect.unquote(p.at(next), true)
			if !ok {
				e.Kind = source.Template
			}
			e.Text += s
			next++
		case t.kind == opening && t.bracket == '`' && int(t.match) > next && int(t.match) < end:
			e.Kind = source.Template
			e.Text += p.pieces(next)
			next = int(t.match) + 1
		default:
			end = next
			continue
		}
		if !p.dialect.concat {
			break
		}
	}
	e.Span = p.span(at, next-1)
	return e, next
}

// pieces is the literal parts of a template.
func (p *parser) pieces(open int) string {
	var b strings.Builder
	for i := open + 1; i < int(p.tokens[open].match); i = p.behind(i) {
		if p.tokens[i].kind == piece {
			s, _ := p.dialect.unquote(p.at(i), false)
			b.WriteString(s)
		}
	}
	return b.String()
}

// name is a name with its members.
func (p *parser) name(at, end int) (source.Expr, int) {
	if !p.isName(at) && !isSelf(p.at(at)) {
		return source.Expr{}, at
	}
	next := at + 1
	for next+1 < end && p.isAccess(next) && p.token(next+1).kind == word {
		next += 2
	}
	e := source.Expr{Span: p.span(at, next-1), Kind: source.Name}
	e.Text, _ = p.resolve(p.dotted(at, next))
	return e, next
}

// bracketed is what stands in brackets.
func (p *parser) bracketed(open, closed, end, depth int) (source.Expr, int) {
	e := source.Expr{Span: p.span(open, closed)}
	switch p.tokens[open].bracket {
	case '`':
		return p.texts(open, end)
	case '(':
		if open+1 == closed || p.comma(open+1, closed) < closed {
			e.Kind, e.Parts = source.Sequence, p.elements(open+1, closed, depth)
			return e, closed + 1
		}
		if p.dialect.casts {
			if operand, next := p.cast(open, closed, end, depth); next > closed+1 {
				operand.Span.Start = e.Start
				return operand, next
			}
		}
		inner, next := p.expr(open+1, closed, 0, depth+1)
		if next == closed {
			return inner, closed + 1
		}
	case '[':
		e.Kind, e.Parts = source.Sequence, p.elements(open+1, closed, depth)
	case '{':
		e.Kind, e.Parts = source.Table, p.pairs(open+1, closed, depth)
	}
	return e, closed + 1
}

// cast is what stands behind a type in brackets. An operator that may stand between
// operands too, (mode) & 1, is behind a type only if that is certain.
func (p *parser) cast(open, closed, end, depth int) (source.Expr, int) {
	if !p.isType(open+1, closed) || closed+1 >= end {
		return source.Expr{}, closed + 1
	}
	certain := p.is(closed-1, "*") || p.typeName(closed-1) || p.typeName(open+1)
	if after := p.token(closed + 1); !certain && (after.kind == operator || after.kind == opening) {
		return source.Expr{}, closed + 1
	}
	return p.expr(closed+1, end, strongest, depth+1)
}

// elements is expressions with commas between.
func (p *parser) elements(at, end, depth int) []source.Expr {
	var all []source.Expr
	for at < end {
		next := p.comma(at, end)
		if next > at {
			all = append(all, p.within(at, next, depth))
		}
		at = next + 1
	}
	return all
}

// within is whole, one bracket deeper.
func (p *parser) within(at, end, depth int) source.Expr {
	e, next := p.expr(at, end, 0, depth+1)
	if next != end {
		e = source.Expr{Span: p.span(at, end-1)}
	}
	return e
}

// pairs is what stands in braces: keys and their values.
func (p *parser) pairs(at, end, depth int) []source.Expr {
	var all []source.Expr
	for at < end {
		next := p.comma(at, end)
		if next > at {
			all = append(all, p.pair(at, next, depth))
		}
		at = next + 1
	}
	return all
}

func (p *parser) pair(at, end, depth int) source.Expr {
	if !p.is(at+1, ":") && !p.is(at+1, "=>") || at+2 >= end {
		return p.within(at, end, depth)
	}
	key := p.at(at)
	if p.token(at).kind == text {
		key, _ = p.dialect.unquote(key, true)
	}
	return source.Expr{Span: p.span(at, end-1), Kind: source.Pair, Text: key, Parts: []source.Expr{p.within(at+2, end, depth)}}
}

// isType tells whether what stands in brackets looks like a type: words, with stars, and
// behind a type that is certain with brackets, int (*)(int).
func (p *parser) isType(at, end int) bool {
	words := 0
	for i := at; i < end; i++ {
		t := p.tokens[i]
		switch {
		case t.kind == word:
			words++
		case t.kind == opening && words > 0 && p.typeName(at):
			i = p.behind(i) - 1
		case t.kind != operator || t.op != "*" && t.op != "::" && t.op != "&":
			return false
		}
	}
	return words > 0
}
