package lexed

import (
	"bytes"
	"strings"

	"ward/lint/source"
)

// C is how C is written, preprocessor and all (ISO/IEC 9899, 6.4 Lexical elements). Macros
// are not expanded: what stands in the text is read, of #if and #else both.
func C() *Dialect {
	return &Dialect{
		lineComments: []string{"//"}, blockOpen: "/*", blockClose: "*/",
		wordBytes: "$",
		operators: []string{
			"<<=", ">>=", "...", "->", "++", "--", "<<", ">>", "<=", ">=", "==", "!=", "&&", "||", "::",
			"+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "##",
		},
		access: set(".", "->"),
		keywords: set("if", "else", "while", "for", "do", "switch", "case", "default", "return", "goto", "break", "continue",
			"sizeof", "_Alignof", "alignof", "__alignof__", "typeof", "__typeof__", "__typeof", "__attribute__", "__attribute", "__asm__", "asm", "__asm",
			"_Static_assert", "static_assert", "_Alignas", "_Generic", "_Atomic", "__extension__", "defined", "__declspec",
			"__builtin_offsetof", "__builtin_va_arg", "__builtin_types_compatible_p", "__builtin_choose_expr", "offsetof", "va_arg",
			"typedef", "struct", "union", "enum", "static", "extern", "inline", "register", "auto", "const", "volatile", "restrict",
			"int", "char", "void", "long", "short", "unsigned", "signed", "float", "double", "_Bool", "bool", "__int128", "_Float128", "_Complex"),
		prefixes: set("~", "-", "+", "!", "*", "&", "++", "--"),
		infixes: infixes([][]string{
			{"?"}, {"||"}, {"&&"}, {"|"}, {"^"}, {"&"}, {"==", "!="}, {"<", ">", "<=", ">="}, {"<<", ">>"}, {"+", "-"}, {"*", "/", "%"},
		}),
		concat:  true,
		casts:   true,
		literal: cLiteral,
		unquote: cText,
		number: func(s string) (uint64, int, bool) {
			return prefixedNumber(strings.TrimRight(strings.ReplaceAll(s, "'", ""), "uUlLzZ"), true)
		},
		outline: cOutline,
		called:  cCalled,
	}
}

// cLiteral reads a string, a character or a line of the preprocessor.
func cLiteral(l *lexer) bool {
	n := 0
	for n < 2 && l.peek(n) != 0 && strings.IndexByte("LuU8", l.peek(n)) >= 0 {
		n++
	}
	start := l.at
	switch c := l.peek(n); {
	case c == '"' && (n == 0 || l.peek(0) != '8'):
		l.at += n + 1
		l.skipString('"', 1)
		l.take(text, start)
	case c == '\'' && (n == 0 || l.peek(0) != '8'):
		l.at += n + 1
		l.skipString('\'', 1)
		l.take(other, start)
	case c == '#' && n == 0 && l.beginsLine():
		l.directive()
	default:
		return false
	}
	return true
}

// beginsLine tells whether nothing but blanks stands before the lexer's place.
func (l *lexer) beginsLine() bool {
	for i := l.at - 1; i >= 0 && l.at-i < 200; i-- {
		switch l.text[i] {
		case '\n':
			return true
		case ' ', '\t':
		default:
			return false
		}
	}
	return l.at < 200
}

// directive reads a line of the preprocessor. Of #define the replacement is tokens
// between one #define and a newline; brackets in it match none outside.
func (l *lexer) directive() {
	rest := bytes.TrimLeft(l.text[l.at+1:], " \t")
	start := l.at
	switch {
	case bytes.HasPrefix(rest, []byte("define")):
		l.at = len(l.text) - len(rest) + len("define")
		l.emit(token{kind: operator, op: "#define", start: int32(start), end: int32(l.at), match: -1})
		f := l.within()
		for l.at < len(l.text) && l.text[l.at] != '\n' {
			l.one()
		}
		l.without(f)
		l.emit(token{kind: newline, start: int32(l.at), end: int32(l.at), match: -1})
	case bytes.HasPrefix(rest, []byte("if 0\n")), bytes.HasPrefix(rest, []byte("if 0 ")):
		l.skipDirective()
		l.skipDisabled()
	case bytes.HasPrefix(rest, []byte("if")):
		l.skipDirective()
		l.branches = append(l.branches, len(l.open))
	case bytes.HasPrefix(rest, []byte("el")):
		l.skipDirective()
		if n := len(l.branches); n > 0 && l.branches[n-1] >= l.base {
			l.closeTo(min(len(l.open), l.branches[n-1]))
		}
	case bytes.HasPrefix(rest, []byte("endif")):
		l.skipDirective()
		if n := len(l.branches); n > 0 {
			l.branches = l.branches[:n-1]
		}
	default:
		l.skipDirective()
	}
}

// skipDirective goes to the end of a line that may go on behind a backslash or in a
// comment.
func (l *lexer) skipDirective() {
	for l.at < len(l.text) && l.text[l.at] != '\n' {
		switch {
		case l.has("/*") || l.has("//"):
			l.comment()
		case l.text[l.at] == '\\':
			l.at = min(l.at+2, len(l.text))
		default:
			l.at++
		}
	}
}

// skipDisabled goes to the #else, #elif or #endif of an #if 0.
func (l *lexer) skipDisabled() {
	for depth := 0; l.at < len(l.text); {
		l.at++
		line := bytes.TrimLeft(l.text[l.at:], " \t")
		if directive, ok := bytes.CutPrefix(line, []byte("#")); ok {
			directive = bytes.TrimLeft(directive, " \t")
			switch {
			case bytes.HasPrefix(directive, []byte("if")):
				depth++
			case bytes.HasPrefix(directive, []byte("endif")):
				depth--
			case depth == 0 && bytes.HasPrefix(directive, []byte("el")):
				l.branches = append(l.branches, len(l.open))
				return
			}
			if depth < 0 {
				l.skipLine()
				return
			}
		}
		l.skipLine()
	}
}

// cText is the contents of a string literal.
func cText(raw string, _ bool) (string, bool) {
	i := strings.IndexByte(raw, '"')
	return unescape(strings.TrimSuffix(raw[i+1:], `"`), escapes{letters: `abfnrtv\'"?e`, stand: "\a\b\f\n\r\t\v\\'\"?\x1b", unknown: "x"})
}

// cCalled: a bracket behind a bracket is a call but for casts, (int)(x), and for types
// of functions, (*)(int).
func cCalled(p *parser, open int) bool {
	before := p.token(open - 1)
	if before.kind != closing || before.bracket == '{' || before.match < 0 {
		return false
	}
	first := int(before.match) + 1
	switch {
	case before.bracket == '[':
		return true
	case p.cPointer(first - 2):
		return false
	case first == open-1, p.is(open-2, "*"), p.isWord(first-2, "__attribute__"), p.tokens[first-1].barred:
		return false
	case p.isType(first, open-1) && !p.is(first, "*"):
		return p.callOf(first-1) > 0 || first == open-2 && !p.typeName(first) && p.isName(first)
	}
	return !p.isWord(first-2, "sizeof") && !cControl(p.at(first-2))
}

// cPointer tells whether a type ends with the token at i: what follows in brackets is
// declared, as in int *(*f)(int).
func (p *parser) cPointer(i int) bool {
	for p.is(i, "*") {
		i--
	}
	return p.token(i).kind == word && (p.typeName(i) || cTag(p.at(i-1))) && !cBefore(p.at(i)) && !cControl(p.at(i))
}

// cTag tells whether a word stands before the name of a structure.
func cTag(w string) bool { return w == "struct" || w == "union" || w == "enum" }

// cControl tells whether a bracket behind a word is part of a statement.
func cControl(w string) bool {
	switch w {
	case "if", "while", "for", "switch", "__asm__", "asm", "typeof", "__typeof__", "__attribute__", "__attribute", "_Generic", "_Atomic", "_Alignas":
		return true
	}
	return false
}

// typeName tells whether the token at i is a word that certainly is a type: by its end,
// or because the file defines it.
func (p *parser) typeName(i int) bool {
	w := p.at(i)
	return strings.HasSuffix(w, "_t") || p.types[w] || p.dialect.keywords[w]
}

// cOutline goes through declarations and, within functions, through statements.
func cOutline(p *parser) {
	c := &cFile{parser: p}
	for i := 0; i < len(p.tokens); {
		i = c.declaration(i)
	}
	c.values()
}

// A cFile is where the outline of a file stands.
type cFile struct {
	*parser
}

// declaration looks at the token at i outside functions, and returns the next to look
// at. All brackets here are of parameters but those of a value.
func (c *cFile) declaration(i int) int {
	t := c.tokens[i]
	switch {
	case t.kind == operator && t.op == "#define":
		return c.define(i)
	case c.isWord(i, "typedef"):
		c.typedef(i)
	case t.kind == operator && t.op == "=":
		for i < len(c.tokens) && !c.is(i, ";") && !c.is(i, ",") && c.tokens[i].kind != closing && c.tokens[i].kind != newline {
			i = c.behind(i)
		}
		return max(i, 1)
	case c.opens(i, '('):
		c.barAll(i)
		return c.behind(i)
	case c.opens(i, '{') && c.isBody(i):
		c.function(i)
		c.statements(i+1, c.behind(i))
		return c.behind(i)
	}
	return i + 1
}

// barAll says that nothing in a bracket is a call.
func (p *parser) barAll(open int) {
	for i := open; i < p.behind(open); i++ {
		if p.tokens[i].kind == opening {
			p.tokens[i].barred = true
		}
	}
}

// isBody tells whether the brace at i is that of a function: parameters stand before it.
func (c *cFile) isBody(i int) bool { return c.parameters(i) >= 0 }

// parameters is the bracket of the parameters before a function's brace; -1 if that is
// of something else.
func (c *cFile) parameters(brace int) int {
	i := c.oldParameters(brace - 1)
	for c.token(i).kind == word && !c.isWord(i, "struct") && c.token(i-1).kind == closing { // const, noexcept, a macro
		i--
	}
	for hops := 0; hops < 8 && c.token(i).kind == closing && c.tokens[i].bracket == '(' && c.tokens[i].match > 0; hops++ {
		open := int(c.tokens[i].match)
		switch name := c.at(open - 1); {
		case name == "__attribute__" || name == "__attribute" || name == "__asm__":
			i = open - 2
		case c.token(open-1).kind == word || c.token(open-1).kind == closing:
			return open
		default:
			return -1
		}
	}
	return -1
}

// oldParameters is what stands before declarations of parameters, int f(a) int a; {
func (c *cFile) oldParameters(i int) int {
	if !c.is(i, ";") {
		return i
	}
	for n := i; n > 0 && n > i-200; n-- {
		switch t := c.tokens[n]; {
		case t.kind == closing && t.bracket == '(':
			return n
		case t.kind != word && t.op != ";" && t.op != "," && t.op != "*" && t.bracket != '[':
			return i
		}
	}
	return i
}

// function is a function by its brace; its parameters are variables in it.
func (c *cFile) function(brace int) {
	open := c.parameters(brace)
	name := max(0, open-1)
	c.unit.Functions = append(c.unit.Functions, source.Function{Span: c.span(name, c.behind(brace)-1), Name: c.at(name)})
	for i, last := open+1, int(c.tokens[open].match); i < last; {
		next := c.comma(i, last)
		if c.isName(next-1) && next-1 > i {
			c.set(next-1, next, -1, "")
		}
		i = next + 1
	}
}

// statements bars what a function declares: brackets of parameters behind a type and a
// name.
func (c *cFile) statements(at, end int) {
	for i := at; i < end; i++ {
		switch {
		case c.is(i, "#define"):
			i = c.define(i) - 1
		case c.isWord(i, "typedef"):
			c.typedef(i)
		case c.opens(i, '(') && strings.HasPrefix(c.at(i-1), "__attribute"):
			c.barAll(i)
		case c.opens(i, '(') && c.declares(i):
			c.barAll(i)
			if after := c.behind(i); c.opens(after, '(') {
				c.barAll(after)
			}
		}
	}
}

// declares tells whether the bracket at open is of something that is declared: int f(int),
// mode_t (*f)(int).
func (c *cFile) declares(open int) bool {
	if !c.isName(open - 1) {
		return false
	}
	before := c.token(open - 2)
	if before.kind == operator && before.op == "*" && c.token(open-3).kind == word {
		return c.typeName(open-3) && !cBefore(c.at(open-3))
	}
	if before.kind == word {
		return !cBefore(c.at(open - 2))
	}
	statement := before.kind == opening || before.kind == closing || before.kind == newline || before.op == ";"
	return statement && c.is(open+1, "*") && c.opens(c.behind(open), '(')
}

// cBefore tells whether an expression may stand behind a word.
func cBefore(w string) bool {
	switch w {
	case "return", "else", "do", "case", "goto", "sizeof", "__extension__", "typeof", "defined", "_Alignof", "__alignof__":
		return true
	}
	return false
}

// typedef keeps the name that a typedef gives.
func (c *cFile) typedef(at int) {
	for i := at + 1; i < len(c.tokens) && !c.is(i, ";") && c.tokens[i].kind != closing; i = c.behind(i) {
		if c.token(i).kind == word && (c.is(i+1, ";") || c.is(i+1, ",") || c.opens(i+1, '[') || strings.HasPrefix(c.at(i+1), "__attribute")) {
			c.types[c.at(i)] = true
		}
		if c.opens(i, '(') && c.is(i+1, "*") && c.token(i+2).kind == word {
			c.types[c.at(i+2)] = true
		}
	}
}

// define is a macro: without parameters it is a constant.
func (c *cFile) define(at int) int {
	end := at + 1
	for end < len(c.tokens) && c.tokens[end].kind != newline {
		end++
	}
	name := c.token(at + 1)
	switch {
	case name.kind != word || at+2 >= end:
	case c.opens(at+2, '(') && c.tokens[at+2].start == name.end:
		c.barAll(at + 2)
	default:
		c.constant(at+1, at+2)
	}
	return end
}

// constant is an assignment that is never made again.
func (p *parser) constant(name, value int) {
	p.set(name, name+1, value, "")
	p.pending[len(p.pending)-1].Const = true
}

// values finds the assignments.
func (c *cFile) values() {
	for i, t := range c.tokens {
		if t.kind != operator || t.op == "" || t.op[len(t.op)-1] != '=' || c.infixes(t.op) || c.token(i-1).kind != word {
			continue
		}
		first := i - 1
		for c.isAccess(first-1) && c.token(first-2).kind == word {
			first -= 2
		}
		before := c.token(first - 1)
		if c.isAccess(first-1) || before.kind == operator && before.op == "*" && c.token(first-2).kind != word {
			continue // *p = value, .member = value
		}
		c.set(first, i, i+1, strings.TrimSuffix(t.op, "="))
		if c.isConst(first) {
			c.pending[len(c.pending)-1].Const = true
		}
	}
}

// isConst tells whether const stands before the name at i, or it is of an enumeration.
func (c *cFile) isConst(i int) bool {
	for n := i - 1; n >= 0 && n > i-6 && c.token(n).kind == word; n-- {
		if c.isWord(n, "const") || c.isWord(n, "constexpr") {
			return true
		}
	}
	return false
}
