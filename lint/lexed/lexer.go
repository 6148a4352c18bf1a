package lexed

import (
	"bytes"
	"strings"

	"ward/lint/source"
)

// A kind is what a token is.
type kind uint8

const (
	end      kind = iota
	word          // a name or a keyword
	number        // as it is written
	text          // a string whose contents stand in the text
	piece         // a literal part of a template
	other         // a literal that is nothing here: a regular expression, a character
	operator      // with token.op
	opening       // a bracket, or the beginning of a template
	closing
	newline
)

// A token is a part of the text. Comments and blanks are none.
type token struct {
	kind       kind
	bracket    byte // of opening and closing: ( [ { or ` for a template
	barred     bool // of (: nothing is called here
	start, end int32
	match      int32 // of a bracket: the other one; -1 where there is none
	op         string
}

// deepest is how many brackets may be open, and how deep expressions are followed.
const (
	deepestBracket = 2000
	deepestExpr    = 60
	deepestField   = 20
)

// A lexer makes tokens of a text.
type lexer struct {
	dialect  *Dialect
	text     []byte
	at       int
	unit     *source.Unit
	tokens   []token
	open     []int32 // the brackets that are open
	counts   [128]int
	base     int   // brackets below belong to something around: a template, a directive
	branches []int // how many brackets were open at each #if
	fields   int   // templates within templates

	operators [256][]string
}

// all makes tokens of the whole text.
func (l *lexer) all() {
	l.tokens = make([]token, 0, len(l.text)/5+8)
	for _, op := range l.dialect.operators {
		l.operators[op[0]] = append(l.operators[op[0]], op)
	}
	for l.at < len(l.text) {
		l.one()
	}
	l.closeTo(0)
	l.emit(token{kind: newline, start: int32(len(l.text)), end: int32(len(l.text)), match: -1})
}

// one reads what begins at the lexer's place.
func (l *lexer) one() {
	c := l.text[l.at]
	switch {
	case c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v':
		l.at++
	case c == '\n':
		l.line()
	case c == '\\' && l.at+1 < len(l.text) && (l.text[l.at+1] == '\n' || l.text[l.at+1] == '\r'):
		l.at += 2
		if l.text[l.at-1] == '\r' && l.peek(0) == '\n' {
			l.at++
		}
	case l.comment():
	case l.dialect.literal(l):
	case c >= '0' && c <= '9' || c == '.' && isDigit(l.peek(1)):
		l.number()
	case l.isWord(c):
		l.word()
	default:
		l.symbol(c)
	}
}

// line ends a line.
func (l *lexer) line() {
	if l.dialect.newlines && len(l.open) == l.base {
		l.emit(token{kind: newline, start: int32(l.at), end: int32(l.at + 1), match: -1})
	}
	l.at++
}

// peek is the byte n after the lexer's place; 0 behind the end.
func (l *lexer) peek(n int) byte {
	if l.at+n < len(l.text) {
		return l.text[l.at+n]
	}
	return 0
}

func (l *lexer) has(prefix string) bool {
	return len(l.text)-l.at >= len(prefix) && string(l.text[l.at:l.at+len(prefix)]) == prefix
}

func (l *lexer) emit(t token) { l.tokens = append(l.tokens, t) }

// take makes a token of what stands between start and the lexer's place.
func (l *lexer) take(k kind, start int) {
	l.emit(token{kind: k, start: int32(start), end: int32(l.at), match: -1})
}

// comment skips a comment.
func (l *lexer) comment() bool {
	d := l.dialect
	for _, mark := range d.lineComments {
		if l.has(mark) {
			start := l.at
			l.skipLine()
			l.remark(start, l.at, mark, "")
			return true
		}
	}
	if d.blockOpen == "" || !l.has(d.blockOpen) {
		return false
	}
	start := l.at
	l.skipBlock()
	l.remark(start, l.at, d.blockOpen, d.blockClose)
	return true
}

// skipLine goes to the end of the line.
func (l *lexer) skipLine() {
	if n := bytes.IndexByte(l.text[l.at:], '\n'); n >= 0 {
		l.at += n
	} else {
		l.at = len(l.text)
	}
}

// skipBlock goes behind a block comment.
func (l *lexer) skipBlock() {
	d, depth := l.dialect, 1
	l.at += len(d.blockOpen)
	for l.at < len(l.text) && depth > 0 {
		switch {
		case l.has(d.blockClose):
			depth--
			l.at += len(d.blockClose)
		case d.nested && l.has(d.blockOpen):
			depth++
			l.at += len(d.blockOpen)
		default:
			l.at++
		}
	}
}

// remark keeps a comment.
func (l *lexer) remark(start, end int, opening, closing string) {
	body := strings.TrimPrefix(string(l.text[start:end]), opening)
	if closing != "" {
		body = strings.TrimSuffix(body, closing)
	}
	l.unit.Comments = append(l.unit.Comments, source.Comment{Span: source.Span{Start: start, End: end}, Text: body})
}

func (l *lexer) isWord(c byte) bool {
	return isLetter(c) || isDigit(c) || strings.IndexByte(l.dialect.wordBytes, c) >= 0
}

func isLetter(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c >= 0x80
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func (l *lexer) word() {
	start := l.at
	for l.at < len(l.text) && l.isWord(l.text[l.at]) {
		l.at++
	}
	l.take(word, start)
}

// number reads a number with its fraction, exponent and suffix. A dot belongs to it
// unless a name or another dot follows: 1.method, 1..10.
func (l *lexer) number() {
	start := l.at
	hex := l.has("0x") || l.has("0X")
	for l.at < len(l.text) {
		c := l.text[l.at]
		next := l.peek(1)
		switch {
		case (c == 'e' || c == 'E') && !hex && (next == '+' || next == '-') && isDigit(l.peek(2)),
			(c == 'p' || c == 'P') && hex && (next == '+' || next == '-'):
			l.at += 2
		case isDigit(c) || isLetter(c) && c < 0x80:
			l.at++
		case c == '.' && (isDigit(next) || next != '.' && !isLetter(next) && !hex || (next == 'e' || next == 'E') && isDigit(l.peek(2))):
			l.at++
		case c == '\'' && l.dialect.casts && isHexDigit(next) && l.at > start: // C++'s 1'000
			l.at++
		default:
			l.take(number, start)
			return
		}
	}
	l.take(number, start)
}

func isHexDigit(c byte) bool {
	return isDigit(c) || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

// symbol reads a bracket or an operator.
func (l *lexer) symbol(c byte) {
	switch c {
	case '(', '[', '{':
		l.at++
		l.opening(c, l.at-1)
		return
	case ')':
		l.closing('(')
		return
	case ']':
		l.closing('[')
		return
	case '}':
		l.closing('{')
		return
	}
	for _, op := range l.operators[c] {
		if l.has(op) {
			l.emit(token{kind: operator, start: int32(l.at), end: int32(l.at + len(op)), match: -1, op: op})
			l.at += len(op)
			return
		}
	}
	l.emit(token{kind: operator, start: int32(l.at), end: int32(l.at + 1), match: -1, op: string(l.text[l.at : l.at+1])})
	l.at++
}

// opening opens a bracket that begins at start and ends at the lexer's place.
func (l *lexer) opening(c byte, start int) {
	l.emit(token{kind: opening, bracket: c, start: int32(start), end: int32(l.at), match: -1})
	if len(l.open) < deepestBracket {
		l.open = append(l.open, int32(len(l.tokens)-1))
		l.counts[c]++
	}
}

// closing closes the innermost bracket of that kind, and with it those within that
// nobody closed; one that closes nothing is nothing.
func (l *lexer) closing(c byte) {
	l.at++
	l.emit(token{kind: closing, bracket: c, start: int32(l.at - 1), end: int32(l.at), match: -1})
	l.pair(c)
}

// pair matches the last token with the bracket that it closes.
func (l *lexer) pair(c byte) {
	if l.counts[c] == 0 {
		return
	}
	at := len(l.open) - 1
	for at >= l.base && l.tokens[l.open[at]].bracket != c {
		at--
	}
	if at < l.base {
		return
	}
	i := l.open[at]
	l.closeTo(at)
	l.tokens[i].match = int32(len(l.tokens) - 1)
	l.tokens[len(l.tokens)-1].match = i
}

// closeTo forgets the open brackets above a depth.
func (l *lexer) closeTo(depth int) {
	for len(l.open) > depth {
		l.counts[l.tokens[l.open[len(l.open)-1]].bracket]--
		l.open = l.open[:len(l.open)-1]
	}
}

// A frame is what is put aside while something with brackets of its own is read.
type frame struct {
	base   int
	counts [128]int
}

// within begins something whose brackets have nothing to do with those around it.
func (l *lexer) within() frame {
	f := frame{l.base, l.counts}
	l.base, l.counts = len(l.open), [128]int{}
	return f
}

// without ends it.
func (l *lexer) without(f frame) {
	l.open = l.open[:l.base]
	l.base, l.counts = f.base, f.counts
}
