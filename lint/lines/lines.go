// Package lines reads formats with a statement a line for the linter: systemd's units,
// tmpfiles.d, udev's rules, logrotate's and sudo's configuration.
package lines

import (
	"path"
	"strings"

	"ward/lint/effect"
	"ward/lint/shell"
	"ward/lint/source"
)

// The dialects of source.Lines, as File.Dialect has them.
const (
	Tmpfiles  = "tmpfiles"
	Sysusers  = "sysusers" // says nothing on modes
	Udev      = "udev"
	Logrotate = "logrotate"
	Sudoers   = "sudoers"
)

// Telling are words of which every such file has one that does something to
// permissions.
func Telling() []string {
	return []string{"0", "MODE", "Mode", "UMask", "umask", "create", "chmod", "chown", "install", "mkdir"}
}

// Read is what a file of one statement a line does, by its dialect.
func Read(f *source.File) *effect.Script {
	r := newReader(f)
	if f.Dialect == "" {
		f.Dialect = byName(path.Base(f.Path))
	}
	switch f.Dialect {
	case Tmpfiles:
		r.tmpfiles()
	case Udev:
		r.udev()
	case Logrotate:
		r.logrotate()
	case Sudoers:
		r.sudoers()
	}
	return r.script
}

// byName is the dialect of a file that stands elsewhere than where its program looks:
// debhelper takes debian/PACKAGE.tmpfiles and the like.
func byName(base string) string {
	switch end := strings.TrimPrefix(path.Ext(base), "."); {
	case end == Tmpfiles || end == Sysusers || end == Udev || end == Logrotate || end == Sudoers:
		return end
	case end == "rules":
		return Udev
	case base == Sudoers:
		return Sudoers
	case base == "logrotate.conf":
		return Logrotate
	}
	return ""
}

// A reader turns lines into effects.
type reader struct {
	script   *effect.Script
	function int
	root     bool
}

func newReader(f *source.File) *reader {
	return &reader{script: &effect.Script{File: f}, function: -1, root: true}
}

func (r *reader) add(e effect.Effect) {
	e.Function, e.AsRoot = r.function, r.root
	r.script.Effects = append(r.script.Effects, e)
}

// A word is a part of a line and where it stands, without quotes around it.
type word struct {
	source.Span
	text string
}

func (w word) operand() effect.Operand {
	return effect.Operand{Span: w.Span, Known: w.text, Name: w.text, Whole: !strings.ContainsAny(w.text, "$%*?[")}
}

// part is a piece of a word.
func (w word) part(from, to int) word {
	return word{source.Span{Start: w.Start + from, End: w.Start + to}, w.text[from:to]}
}

// trimmed is a word without blanks around it.
func (w word) trimmed() word {
	left := len(w.text) - len(strings.TrimLeft(w.text, " \t\r\\\n"))
	return w.part(left, max(left, len(strings.TrimRight(w.text, " \t\r\n"))))
}

// fields splits a line at blanks outside quotes.
func (w word) fields() []word {
	var all []word
	for i := 0; i < len(w.text); {
		if c := w.text[i]; c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\\' && i+1 < len(w.text) && w.text[i+1] == '\n' {
			i++
			continue
		}
		start := i
		i = fieldEnd(w.text, i)
		one := w.part(start, i)
		if n := len(one.text); n > 1 && (one.text[0] == '"' || one.text[0] == '\'') && one.text[n-1] == one.text[0] {
			one = one.part(1, n-1)
		}
		all = append(all, one)
	}
	return all
}

// fieldEnd is where the field that begins at i ends: at a blank outside quotes.
func fieldEnd(text string, i int) int {
	quote := byte(0)
	for ; i < len(text); i++ {
		switch c := text[i]; {
		case quote == 0 && (c == ' ' || c == '\t' || c == '\r' || c == '\n'):
			return i
		case c == quote:
			quote = 0
		case quote == 0 && (c == '"' || c == '\''):
			quote = c
		}
	}
	return i
}

// statements is the lines of a file with those that continue them, without comments,
// which begin with one of marks. Lines that continue one keep the backslash and the
// line end between them; comments between are blanks.
func (r *reader) statements(marks string) []word {
	var all []word
	var text strings.Builder
	at, going := 0, false
	end := func() {
		if s := (word{source.Span{Start: at - text.Len(), End: at}, text.String()}).trimmed(); s.text != "" {
			all = append(all, s)
		}
		text.Reset()
		going = false
	}
	for line := range strings.Lines(string(r.script.File.Text)) {
		body := strings.TrimRight(line, "\r\n")
		trimmed := strings.TrimLeft(body, " \t")
		comment := trimmed != "" && strings.IndexByte(marks, trimmed[0]) >= 0
		if comment {
			from := at + len(body) - len(trimmed)
			r.script.Comments = append(r.script.Comments, source.Comment{Span: source.Span{Start: from, End: at + len(body)}, Text: trimmed[1:]})
		}
		at += len(line)
		switch {
		case comment && going:
			text.WriteString(blanks(len(line)))
		case comment:
		default:
			text.WriteString(line)
			if going = strings.HasSuffix(body, "\\"); !going {
				end()
			}
		}
	}
	end()
	return all
}

// blanks is n bytes that a shell reads as nothing.
func blanks(n int) string {
	if n < 2 {
		return strings.Repeat(" ", n)
	}
	return strings.Repeat(" ", n-2) + "\\\n"
}

// commands reads what stands at w as commands of a shell; where it runs sh -c '…', what
// stands in the quotes.
func (r *reader) commands(w word, name string) {
	if script, ok := afterC(w); ok {
		w = script
	}
	inner := shell.Commands(&source.File{Path: r.script.File.Path, Language: source.Shell, Text: []byte(w.text)}, w.text, 0)
	where := source.Function{Span: w.Span, Name: name, Outer: r.function}
	r.script.Embed(inner, where, func(i int) int { return w.Start + i }, func(e *effect.Effect) { e.AsRoot = e.AsRoot || r.root })
}

// afterC is the script in sh -c 'script'.
func afterC(w word) (word, bool) {
	fields := w.fields()
	for i, f := range fields {
		if i > 0 && i+1 < len(fields) && strings.HasPrefix(f.text, "-") && strings.HasSuffix(f.text, "c") && strings.HasSuffix(path.Base(fields[i-1].text), "sh") {
			return fields[i+1], true
		}
	}
	return word{}, false
}
