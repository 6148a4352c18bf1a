package effect

import (
	"strconv"
	"strings"

	"ward/lint/bits"
	"ward/lint/source"
	"ward/mode"
)

// TextMode is the mode that a text gives to what reads it as octal digits or as clauses
// of chmod: a flag of a Dockerfile, a quoted value of a configuration. What is neither
// has a number without a value, or clauses that nobody reads.
func TextMode(at source.Span, text string, k mode.Kind) Mode {
	m := Mode{Span: at, Given: true, Written: text, Text: true, Spelling: Octal}
	if n, err := strconv.ParseUint(text, 8, 32); err == nil {
		m.Value = bits.Of(n)
		m.Numbers = []Number{{Span: at, Text: text, Radix: 8, Quoted: true, Value: n}}
		return m
	}
	if text != "" && text[0] >= '0' && text[0] <= '9' && strings.Trim(text, "0123456789abcdefxoABCDEFXO") == "" {
		m.Numbers = []Number{{Span: at, Text: text, Radix: 8, Quoted: true}}
		return m
	}
	m.Symbolic = text
	if e, err := mode.ParseExpr(text); err == nil {
		set, clear := e.Always(k)
		m.Value = bits.Some(uint64(set), uint64(set|clear))
	}
	return m
}
