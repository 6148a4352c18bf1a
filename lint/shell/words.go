package shell

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"ward/lint/effect"
)

// deepest is how far variables are followed.
const deepest = 4

// operand is a word as far as it is known.
func (r *reader) operand(w *syntax.Word) effect.Operand {
	if w == nil {
		return effect.Operand{}
	}
	known, whole := r.text(w.Parts, 0)
	o := effect.Operand{Span: r.span(w), Known: known, Whole: whole}
	o.Name = r.script.File.At(o.Span)
	return o
}

// text is the literal parts of a word, and whether they are all of it.
func (r *reader) text(parts []syntax.WordPart, depth int) (string, bool) {
	var b strings.Builder
	whole := true
	for _, p := range parts {
		text, all := r.part(p, depth)
		b.WriteString(text)
		whole = whole && all
	}
	return b.String(), whole
}

func (r *reader) part(p syntax.WordPart, depth int) (string, bool) {
	switch p := p.(type) {
	case *syntax.Lit:
		return unescaped(p.Value), true
	case *syntax.SglQuoted:
		return p.Value, !p.Dollar
	case *syntax.DblQuoted:
		return r.text(p.Parts, depth)
	case *syntax.ParamExp:
		return r.parameter(p, depth)
	default:
		return "", false
	}
}

// unescaped is a literal without the backslashes that quote a byte.
func unescaped(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// parameter is the value of a variable that is set once and used as it is.
func (r *reader) parameter(p *syntax.ParamExp, depth int) (string, bool) {
	if p.Param == nil || p.Exp != nil || p.Repl != nil || p.Slice != nil || p.Length || p.Excl || p.Index != nil || depth > deepest {
		return "", false
	}
	values := r.values[p.Param.Value]
	if len(values) != 1 || values[0].appended || values[0].word == nil {
		return "", false
	}
	return r.text(values[0].word.Parts, depth+1)
}
