package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"ward/finding"
	"ward/internal/app"
)

// LintText writes a linting for people: each finding with its line and what to write
// instead, and at the end what can be done about them.
func LintText(w io.Writer, l *app.Linted, style Style) error {
	t := lintText{bufio.NewWriter(w), style, l}
	t.answer()
	for i := range l.Findings {
		t.finding(&l.Findings[i])
	}
	t.ending()
	return t.Flush()
}

type lintText struct {
	*bufio.Writer
	Style
	linted *app.Linted
}

func (t lintText) answer() {
	l := t.linted
	answer := "nothing wrong in " + plural(l.Files, "file")
	switch {
	case len(l.Findings) > 0:
		answer = fmt.Sprintf("%s in %s: %s", plural(int64(len(l.Findings)), "finding"), plural(l.Files, "file"), t.severities())
	case l.Files == 0:
		answer = "there is no file here in a language that ward reads"
	}
	t.WriteString(t.bold(t.wrap("", answer)))
}

// severities is "1 error, 2 warnings", gravest first.
func (t lintText) severities() string {
	var by [finding.Critical + 1]int64
	for i := range t.linted.Findings {
		by[t.linted.Findings[i].Severity]++
	}
	var words []string
	for s := int(finding.Critical); s >= 0; s-- {
		if by[s] > 0 {
			words = append(words, severityCount(by[s], finding.Severity(s)))
		}
	}
	return strings.Join(words, ", ")
}

func (t lintText) finding(f *app.LintFinding) {
	head := fmt.Sprintf("%s:%d:%d: %s: ", Path(f.Path), f.From.Line, f.From.Column, f.Severity)
	fmt.Fprintf(t, "\n%s%s\n", t.severity(f.Severity, head), t.faint(f.Rule.ID))
	t.line(f)
	t.WriteString(t.wrap("  ", f.What+"."))
	for _, words := range []string{labelled("Too much: ", f.Gains), labelled("Too little: ", f.Loses)} {
		t.WriteString(t.wrap("  ", words))
	}
	switch {
	case f.Fix != nil:
		t.WriteString(t.bold(t.wrap("  ", "Fix: "+f.Fix.Words)))
	case f.Meant != "":
		t.WriteString(t.bold(t.wrap("  ", "Probably meant: "+f.Meant)))
	}
	if f.Advice != "" {
		t.WriteString(t.wrap("  ", f.Advice))
	}
}

// line shows the line of a finding and marks the place.
func (t lintText) line(f *app.LintFinding) {
	text, from := f.Source, min(f.From.Column-1, len(f.Source))
	to := len(text)
	if f.To.Line == f.From.Line {
		to = min(max(f.To.Column-1, from+1), len(text))
	}
	indent := len(text) - len(strings.TrimLeft(text, " \t"))
	indent = min(indent, from)
	before, marked, after := printableLine(text[indent:from]), printableLine(text[from:max(from, to)]), printableLine(text[max(from, to):])
	room := t.width() - 6
	if utf8.RuneCountInString(before) > room/2 {
		runes := []rune(before)
		before = "..." + string(runes[len(runes)-room/2+3:])
	}
	shown := []rune(before + marked + after)
	if len(shown) > room {
		shown = append(shown[:room-3], []rune("...")...)
	}
	start := utf8.RuneCountInString(before)
	length := max(1, min(utf8.RuneCountInString(marked), len(shown)-start))
	fmt.Fprintf(t, "  | %s\n  | %s%s\n", strings.TrimRight(string(shown), " "), strings.Repeat(" ", start), t.bold(strings.Repeat("^", length)))
}

// printableLine is a part of a line in which every character takes one column.
func printableLine(s string) string {
	return printable(strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\t", " "))
}

// ending says what is to be done about it all, and what was not read.
func (t lintText) ending() {
	l := t.linted
	safe, rest := 0, 0
	for i := range l.Findings {
		switch f := l.Findings[i].Fix; {
		case f == nil:
		case f.Safe:
			safe++
		default:
			rest++
		}
	}
	if len(l.Findings) > 0 {
		t.WriteByte('\n')
	}
	if safe > 0 {
		t.WriteString(t.wrap("", fmt.Sprintf("`ward lint --fix` mends %d of them.", safe)))
	}
	if rest > 0 {
		t.WriteString(t.wrap("", fmt.Sprintf("`ward lint --diff` shows how %d of them can be mended, `--fix=all` asks and does it.", rest)))
	}
	if len(l.Findings) > 0 {
		t.WriteString(t.wrap("", fmt.Sprintf("`ward rules %s` says more about a rule; the comment ward:ignore RULE reason accepts a line.", l.Findings[0].Rule.ID)))
	}
	if l.Accepted > 0 {
		t.WriteString(t.wrap("", plural(l.Accepted, "known finding")+" not shown"))
	}
	for _, k := range l.Expired {
		t.WriteString(t.wrap("", fmt.Sprintf("known until %s, line %d: %s in %s counts again", k.Until.Format("2006-01-02"), k.Line, k.Rule, k.Path)))
	}
	for _, k := range l.Unmatched {
		t.WriteString(t.wrap("", fmt.Sprintf("known, line %d: %s in %s is gone; the entry can go too", k.Line, k.Rule, k.Path)))
	}
	t.notes()
}

const shownNotes = 5

func (t lintText) notes() {
	notes := t.linted.Notes
	for _, n := range notes[:min(len(notes), shownNotes)] {
		t.WriteString(t.faint(t.wrap("", "note: "+Path(n.Path)+": "+n.Text)))
	}
	if more := len(notes) - shownNotes; more > 0 {
		t.WriteString(t.faint(t.wrap("", fmt.Sprintf("note: %s more; --format json has all", count(int64(more))))))
	}
}
