// Package report writes every result of internal/app: as text for people, and as
// JSON, SARIF and rdjsonl for programs. Text is safe to show whatever files are
// called; what programs read is described in docs/formats.md.
package report

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"ward/finding"
)

// Style is how text is laid out. Its zero value is plain and 80 columns wide.
type Style struct {
	Colour bool
	Width  int // columns; 0: 80
}

func (s Style) width() int {
	if s.Width <= 0 {
		return 80
	}
	return max(s.Width, 40)
}

func (s Style) paint(code, text string) string {
	if !s.Colour || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (s Style) bold(text string) string  { return s.paint("1", text) }
func (s Style) faint(text string) string { return s.paint("2", text) }

// severity paints text in the colour of a severity: bold red down to plain.
func (s Style) severity(v finding.Severity, text string) string {
	return s.paint([...]string{"36", "33", "31", "1;31"}[min(v, finding.Critical)], text)
}

// wrap breaks text into lines of the style's width, each with the indent; no text is no line. What
// cannot be printed in text that comes from files is replaced.
func (s Style) wrap(indent, text string) string {
	var b strings.Builder
	room := s.width() - len(indent)
	column := 0
	for _, word := range strings.Fields(printable(text)) {
		length := len([]rune(word))
		switch {
		case column == 0:
			b.WriteString(indent)
		case column+1+length > room:
			b.WriteString("\n" + indent)
			column = 0
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += length
	}
	if b.Len() > 0 {
		b.WriteByte('\n')
	}
	return b.String()
}

// printable replaces what a terminal would take for an order.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) || r == '\n' || r == '\t' {
			return r
		}
		return utf8.RuneError
	}, text)
}
