package lexed

import (
	"strings"

	"ward/lint/source"
)

// Python is how Python is written, 3 and 2 (The Python Language Reference, 2 Lexical
// analysis).
func Python() *Dialect {
	return &Dialect{
		lineComments: []string{"#"},
		newlines:     true,
		operators: []string{
			"**=", "//=", ">>=", "<<=", "...", "->", ":=", "==", "!=", "<>", "<=", ">=", "**", "//", "<<", ">>",
			"+=", "-=", "*=", "/=", "%=", "@=", "&=", "|=", "^=",
		},
		access: set("."),
		keywords: set("and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif", "else", "except",
			"finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return",
			"try", "while", "with", "yield"),
		prefixes: set("~", "-", "+", "not", "await"),
		infixes: infixes([][]string{
			{"if"},
			{"or=||"},
			{"and=&&"},
			{"==", "!=", "<", ">", "<=", ">=", "in", "is", "not"},
			{"|"},
			{"^"},
			{"&"},
			{"<<", ">>"},
			{"+", "-"},
			{"*", "/", "//", "%", "@"},
			{"**"},
		}),
		concat:  true,
		literal: pythonString,
		unquote: pythonText,
		number:  pythonNumber,
		outline: pythonOutline,
		named:   equalsNamed,
		clause:  pythonClause,
		flat:    set("*", "**"),
		called: func(p *parser, open int) bool {
			before := p.token(open - 1)
			return before.kind == closing && before.bracket != '{'
		},
	}
}

// set is a set of words.
func set(words ...string) map[string]bool {
	m := make(map[string]bool, len(words))
	for _, w := range words {
		m[w] = true
	}
	return m
}

// infixes is operators from the weakest to the strongest; "or=||" is one that the linter
// knows by another name.
func infixes(levels [][]string) map[string]infix {
	all := map[string]infix{}
	for i, level := range levels {
		for _, op := range level {
			written, known := op, op
			if w, k, ok := strings.Cut(op, "="); ok && w != "" && k != "" && k != "=" && w != "!" && w != "<" && w != ">" {
				written, known = w, k
			}
			all[written] = infix{strength: i + 1, op: known, right: written == "**" || written == "?" || written == "if"}
		}
	}
	return all
}

// equalsNamed is the name of an argument that is written name=value.
func equalsNamed(p *parser, at, end int) (string, int) {
	if at+2 < end && p.token(at).kind == word && p.is(at+1, "=") {
		return p.at(at), at + 2
	}
	return "", at
}

// pythonClause is the parameters of a lambda, and the targets of a for.
func pythonClause(p *parser, at, end int) int {
	lambda := p.isWord(at, "lambda")
	if !lambda && !p.isWord(at, "for") {
		return at
	}
	for i := at + 1; i < end; i = p.behind(i) {
		if lambda && p.is(i, ":") || !lambda && p.isWord(i, "in") {
			return i + 1
		}
	}
	return at
}

// pythonString reads a string with its prefix; f-strings become templates.
func pythonString(l *lexer) bool {
	n := 0
	for n < 2 && strings.IndexByte("rRbBuUfFtT", l.peek(n)) >= 0 && l.peek(n) != 0 {
		n++
	}
	quote := l.peek(n)
	if quote != '"' && quote != '\'' {
		return false
	}
	prefix := strings.ToLower(string(l.text[l.at : l.at+n]))
	start := l.at
	l.at += n + 1
	marks := 1
	if l.peek(0) == quote && l.peek(1) == quote {
		marks = 3
		l.at += 2
	}
	if strings.ContainsAny(prefix, "ft") && l.fields < deepestField {
		pythonTemplate(l, start, quote, marks)
		return true
	}
	l.skipString(quote, marks)
	l.take(text, start)
	return true
}

// skipString goes behind the marks that end a string; one in single marks ends with
// its line at the latest.
func (l *lexer) skipString(quote byte, marks int) {
	for l.at < len(l.text) {
		switch c := l.text[l.at]; {
		case c == '\\' && l.at+1 < len(l.text):
			l.at += 2
			if l.text[l.at-1] == '\r' && l.peek(0) == '\n' {
				l.at++
			}
		case c == '\n' && marks == 1:
			return
		case c == quote && l.ends(quote, marks):
			l.at += marks
			return
		default:
			l.at++
		}
	}
}

// ends tells whether that many quotes stand at the lexer's place.
func (l *lexer) ends(quote byte, marks int) bool {
	for i := range marks {
		if l.peek(i) != quote {
			return false
		}
	}
	return true
}

// pythonTemplate reads an f-string (2.4.3 Formatted string literals).
func pythonTemplate(l *lexer, start int, quote byte, marks int) {
	f := l.within()
	open := len(l.tokens)
	l.fields++
	l.opening('`', start)
	l.pythonPieces(quote, marks, false)
	l.fields--
	l.without(f)
	l.closeTemplate(open)
}

// closeTemplate ends the template that the token at open begins.
func (l *lexer) closeTemplate(open int) {
	last := len(l.tokens)
	l.emit(token{kind: closing, bracket: '`', start: int32(l.at), end: int32(l.at), match: int32(open)})
	l.tokens[open].match = int32(last)
}

// pythonPieces reads literal text and fields, up to the quotes or, in the format of a
// field, up to the brace that ends the field.
func (l *lexer) pythonPieces(quote byte, marks int, format bool) {
	start := l.at
	for l.at < len(l.text) {
		c := l.text[l.at]
		switch {
		case c == '\\' && l.at+1 < len(l.text) && l.text[l.at+1] != '{':
			l.at += 2
		case !format && c == quote && l.ends(quote, marks):
			l.piece(start)
			l.at += marks
			return
		case c == '\n' && marks == 1, format && c == '}', format && c == quote && l.ends(quote, marks):
			l.piece(start)
			return
		case c == '{' && l.peek(1) == '{' && !format, c == '}' && l.peek(1) == '}':
			l.at += 2
		case c == '{':
			l.piece(start)
			l.pythonField(quote, marks)
			start = l.at
		default:
			l.at++
		}
	}
	l.piece(start)
}

// piece is a literal part of a template.
func (l *lexer) piece(start int) {
	if l.at > start {
		l.take(piece, start)
	}
}

// pythonField reads {expression!r:format}.
func (l *lexer) pythonField(quote byte, marks int) {
	l.at++
	l.opening('{', l.at-1)
	depth := len(l.open)
	for l.at < len(l.text) {
		c := l.text[l.at]
		top := len(l.open) <= depth
		switch {
		case top && c == '}':
			l.closing('{')
			return
		case top && c == ':' && l.fields < deepestField:
			l.at++
			l.fields++
			l.pythonPieces(quote, marks, true)
			l.fields--
			if l.peek(0) != '}' {
				return
			}
		case top && c == '!' && l.peek(1) != '=':
			l.at += 2
		case top && c == quote && l.ends(quote, marks) && marks == 3, c == '\n' && marks == 1:
			return
		default:
			l.one()
		}
	}
}

// pythonText is the contents of a string literal, or of a piece of an f-string.
func pythonText(raw string, whole bool) (string, bool) {
	if !whole {
		return unescape(strings.ReplaceAll(strings.ReplaceAll(raw, "{{", "{"), "}}", "}"), pythonEscapes(true))
	}
	i := max(0, strings.IndexAny(raw, `"'`))
	prefix, body := strings.ToLower(raw[:i]), raw[i:]
	marks := 1
	if len(body) >= 6 && body[1] == body[0] && body[2] == body[0] {
		marks = 3
	}
	body = strings.TrimSuffix(body[marks:], body[:marks])
	if strings.Contains(prefix, "r") {
		return body, true
	}
	return unescape(body, pythonEscapes(!strings.Contains(prefix, "b")))
}

// pythonEscapes: a backslash before anything else stays (2.4.1.1 Escape sequences).
func pythonEscapes(runes bool) escapes {
	return escapes{letters: "abfnrtv\\'\"", stand: "\a\b\f\n\r\t\v\\'\"", unknown: "N", runes: runes}
}

// pythonNumber is an integer literal. 0644 is octal in Python 2, and an error in 3.
func pythonNumber(s string) (uint64, int, bool) {
	s = strings.TrimRight(strings.ReplaceAll(s, "_", ""), "lL")
	return prefixedNumber(s, true)
}

// pythonOutline goes through the logical lines.
func pythonOutline(p *parser) {
	o := &pythonFile{parser: p}
	start := 0
	for i := 0; i < len(p.tokens); i = p.behind(i) {
		if p.tokens[i].kind != newline {
			continue
		}
		if i > start {
			o.line(start, i)
		}
		start = i + 1
	}
	o.leave(-1, len(p.unit.File.Text))
}

// A pythonFile is where the outline of a file stands.
type pythonFile struct {
	*parser
	blocks []pythonBlock // those that the line is in
}

// A pythonBlock is a function or a finally clause, by how far its head is indented.
type pythonBlock struct {
	indent, start int
	name          string
	finally       bool
}

// leave ends the blocks that a line so far indented is not in.
func (o *pythonFile) leave(indent, at int) {
	for len(o.blocks) > 0 && o.blocks[len(o.blocks)-1].indent >= indent {
		b := o.blocks[len(o.blocks)-1]
		o.blocks = o.blocks[:len(o.blocks)-1]
		span := source.Span{Start: b.start, End: at}
		if b.finally {
			o.deferred = append(o.deferred, span)
		} else {
			o.unit.Functions = append(o.unit.Functions, source.Function{Span: span, Name: b.name})
		}
	}
}

// line is one logical line, without its end.
func (o *pythonFile) line(at, end int) {
	indent := o.indent(int(o.tokens[at].start))
	o.leave(indent, int(o.token(at-1).end))
	if o.isWord(at, "async") {
		at++
	}
	switch first := o.at(at); first {
	case "import":
		o.imports(at+1, end, "")
	case "from":
		o.from(at+1, end)
	case "def":
		o.define(at, end, indent)
	case "class":
		o.class(at+2, end)
	case "finally":
		o.blocks = append(o.blocks, pythonBlock{indent: indent, start: int(o.tokens[at].start), finally: true})
	case "for":
		o.targets(at+1, end, "in")
	case "with", "except":
		o.as(at+1, end)
	case "match", "case":
		o.pattern(at, end)
	}
	o.statements(at, end)
}

// indent is how far the text at an offset is from the beginning of its line.
func (o *pythonFile) indent(offset int) int {
	text, n := o.unit.File.Text, 0
	start := offset
	for start > 0 && text[start-1] != '\n' && offset-start < 1000 {
		start--
	}
	for _, c := range text[start:offset] {
		switch c {
		case ' ':
			n++
		case '\t':
			n = n/8*8 + 8
		default:
			return n
		}
	}
	return n
}

// bar says that the bracket at a token is not that of a call.
func (p *parser) bar(open int) {
	if p.opens(open, '(') {
		p.tokens[open].barred = true
	}
}

// class is the bases of a class, which look like a call of its name.
func (o *pythonFile) class(at, end int) {
	if o.opens(at, '[') {
		at = o.behind(at)
	}
	if at < end {
		o.bar(at)
	}
}

// pattern is a match or a case, if it is one: both words may be names.
func (o *pythonFile) pattern(at, end int) {
	colon := at + 1
	for colon < end && !o.is(colon, ":") {
		colon = o.behind(colon)
	}
	if colon >= end || colon == at+1 {
		return
	}
	last := colon
	if o.isWord(at, "match") {
		last = at + 2
	}
	for i := at + 1; i < last && !o.isWord(i, "if"); i++ {
		o.bar(i)
	}
}

// define is a function's head; its parameters are assignments in it.
func (o *pythonFile) define(at, end, indent int) {
	o.blocks = append(o.blocks, pythonBlock{indent: indent, start: int(o.tokens[at].start), name: o.at(at + 1)})
	open := at + 2
	for open < end && !o.opens(open, '(') { // type parameters
		open = o.behind(open)
	}
	if open >= end || o.tokens[open].match < 0 {
		return
	}
	o.bar(open)
	for i, last := open+1, int(o.tokens[open].match); i < last; {
		next := o.comma(i, last)
		o.parameter(i, next)
		i = next + 1
	}
}

// parameter is one parameter: name: type = default.
func (o *pythonFile) parameter(at, end int) {
	if o.is(at, "*") || o.is(at, "**") {
		at++
	}
	if at >= end || o.token(at).kind != word {
		return
	}
	for i := at + 1; i < end; i = o.behind(i) {
		if o.is(i, "=") {
			o.set(at, at+1, i+1, "")
			return
		}
	}
	o.set(at, at+1, -1, "")
}

// set is an assignment to the names between two tokens.
func (p *parser) set(at, end, value int, op string) {
	name, _ := p.resolve(p.dotted(at, end))
	if end == at+1 {
		name = p.at(at)
	}
	last := end - 1
	if value >= 0 {
		last = value
	}
	p.pending = append(p.pending, pending{
		Assign: source.Assign{Span: p.span(at, last), Name: name, Op: op, Const: op == "" && name == strings.ToUpper(name)},
		value:  value,
	})
}

// statements finds the assignments of a line.
func (o *pythonFile) statements(at, end int) {
	start := at
	for i := at; i < end; i = o.behind(i) {
		t := o.tokens[i]
		if t.kind != operator {
			continue
		}
		switch {
		case t.op == ";":
			start = i + 1
			if o.isWord(start, "import") {
				o.imports(start+1, end, "")
			}
		case t.op == ":" && o.token(start).kind == word && o.dialect.keywords[o.at(start)] && o.at(start) != "lambda":
			start = i + 1
		case t.op == ":=":
		case t.op == "=" || len(t.op) > 1 && t.op[len(t.op)-1] == '=' && !o.infixes(t.op):
			o.assignment(start, i)
			if t.op == "=" {
				start = i + 1
			}
		}
	}
}

func (p *parser) infixes(op string) bool {
	_, ok := p.dialect.infixes[op]
	return ok
}

// assignment is what stands left of the operator at equals.
func (o *pythonFile) assignment(start, equals int) {
	op := strings.TrimSuffix(o.tokens[equals].op, "=")
	for i := start; i < equals; i = o.behind(i) {
		if o.is(i, ":") && i > start { // name: type = value
			o.target(start, i, equals+1, op)
			return
		}
	}
	if o.comma(start, equals) == equals {
		o.target(start, equals, equals+1, op)
		return
	}
	for i := start; i < equals; {
		next := o.comma(i, equals)
		o.target(i, next, -1, op)
		i = next + 1
	}
}

// target is one thing that is assigned to, if it is a name.
func (o *pythonFile) target(at, end, value int, op string) {
	for i := at; i < end; i++ {
		if (i-at)%2 == 0 && o.token(i).kind != word || (i-at)%2 == 1 && !o.is(i, ".") {
			return
		}
	}
	if (end-at)%2 == 1 {
		o.set(at, end, value, op)
	}
}

// targets is the names before a word: those of a for.
func (o *pythonFile) targets(at, end int, before string) {
	for i := at; i < end && !o.isWord(i, before); i++ {
		if o.isName(i) && !o.is(i-1, ".") && !o.is(i+1, ".") {
			o.set(i, i+1, -1, "")
		}
	}
}

// as is the names that with and except give.
func (o *pythonFile) as(at, end int) {
	for i := at; i+1 < end; i++ {
		if o.isWord(i, "as") && o.isName(i+1) {
			o.set(i+1, i+2, -1, "")
		}
	}
}

// imports is what stands behind import: a.b as c, d. Names of module are what follows
// from.
func (o *pythonFile) imports(at, end int, module string) {
	if o.opens(at, '(') && int(o.tokens[at].match) > at {
		at, end = at+1, int(o.tokens[at].match)
	}
	for at < end {
		next := o.comma(at, end)
		last := at
		for last+2 < next && o.is(last+1, ".") {
			last += 2
		}
		name := o.dotted(at, last+1)
		switch {
		case o.is(at, "*"):
			o.star(module)
		case o.isWord(last+1, "as"):
			o.aliases[o.at(last+2)] = joinName(module, name)
		case module != "":
			o.aliases[name] = joinName(module, name)
		default:
			first, _, _ := strings.Cut(name, ".")
			o.aliases[first] = first
		}
		at = next + 1
	}
}

func joinName(module, name string) string {
	if module == "" {
		return name
	}
	return module + "." + name
}

// from is what stands behind from. What comes from the package itself keeps its name,
// by which the package's other files assign it.
func (o *pythonFile) from(at, end int) {
	i := at
	for i < end && !o.isWord(i, "import") {
		i++
	}
	if i >= end || o.token(at).kind != word || !pythonModule(o.at(at)) {
		return
	}
	o.imports(i+1, end, o.dotted(at, i))
}

// star is the names that from module import * gives, of those that the library knows.
func (o *pythonFile) star(module string) {
	switch module {
	case "stat":
		for name := range permissionBits() {
			o.aliases[name] = "stat." + name
		}
	case "os":
		for _, name := range []string{"chmod", "fchmod", "lchmod", "mkdir", "makedirs", "umask", "mkfifo", "mknod", "chown", "lchown", "fchown", "rename", "replace", "remove", "unlink", "path", "O_CREAT", "O_WRONLY", "O_RDWR", "O_EXCL", "O_TRUNC"} {
			o.aliases[name] = "os." + name
		}
	}
}

// pythonModule tells whether the library knows names of a module.
func pythonModule(name string) bool {
	switch name {
	case "os", "posix", "stat", "shutil", "pathlib", "tempfile", "io", "codecs", "subprocess", "aiofiles", "builtins", "path", "distutils", "setuptools", "pathlib2", "anyio":
		return true
	}
	return false
}
