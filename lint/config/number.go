package config

import (
	"strconv"
	"strings"

	"ward/lint/bits"
	"ward/lint/effect"
	"ward/mode"
)

// A consumer is how a program reads a mode in its configuration. What each makes of a
// scalar was measured: the decoded value does not tell what was written.
type consumer uint8

const (
	pythonYAML consumer = iota // PyYAML, then int(text, 8) for what is a string: Ansible, cloud-init
	goYAML                     // go.yaml.in/yaml: Kubernetes, Helm, Compose, nfpm, goreleaser, Butane
	plainJSON                  // decimal integers and nothing else: Ignition, Kubernetes
)

// mode is the mode that a scalar gives an object of that kind. A nil or empty one gives
// none.
func (c consumer) mode(n *node, k mode.Kind) effect.Mode {
	if n == nil || n.kind != scalar || n.text == "" || n.text == "preserve" || n.text == "null" || n.text == "~" {
		return effect.Mode{}
	}
	if templated(n.text) {
		return effect.Mode{Span: n.Span, Given: true, Written: n.text, Variable: true}
	}
	if n.quoted {
		return c.textual(n, k)
	}
	value, radix, ok := c.integer(n.text)
	if !ok {
		return c.textual(n, k)
	}
	m := effect.Mode{Span: n.Span, Given: true, Written: n.text, Value: bits.Of(value), Spelling: c.spelling()}
	m.Numbers = []effect.Number{{Span: n.Span, Text: n.text, Radix: radix, Value: value}}
	return m
}

// textual is the mode that a string gives, which all read as octal digits or clauses.
// Python's int(text, 8) takes 0o644 too.
func (c consumer) textual(n *node, k mode.Kind) effect.Mode {
	text := n.text
	if len(text) > 2 && text[0] == '0' && (text[1] == 'o' || text[1] == 'O') {
		text = text[2:]
	}
	m := effect.TextMode(n.Span, text, k)
	m.Written = n.text
	return m
}

func (c consumer) spelling() effect.Spelling {
	return [...]effect.Spelling{pythonYAML: effect.QuotedOctal, goYAML: effect.ZeroOctal, plainJSON: effect.Decimal}[c]
}

// integer is what a plain scalar is worth as a number, and in which base it is read;
// ok is false for what is a string.
func (c consumer) integer(text string) (value uint64, radix int, ok bool) {
	digits := strings.ReplaceAll(text, "_", "")
	switch lower := strings.ToLower(digits); {
	case c == plainJSON:
		radix = 10
	case strings.HasPrefix(lower, "0x"):
		if c == pythonYAML && !strings.HasPrefix(text, "0x") {
			return 0, 0, false
		}
		digits, radix = digits[2:], 16
	case strings.HasPrefix(lower, "0o"):
		if c == pythonYAML {
			return 0, 0, false
		}
		digits, radix = digits[2:], 8
	case len(digits) > 1 && digits[0] == '0':
		radix = 8
	default:
		radix = 10
	}
	value, err := strconv.ParseUint(digits, radix, 32)
	return value, radix, err == nil
}

// templated tells whether a text is filled in before it is read.
func templated(text string) bool {
	return strings.Contains(text, "{{") || strings.Contains(text, "${") || strings.Contains(text, "{%") || strings.Contains(text, "TTTT")
}
