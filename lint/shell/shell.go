// Package shell reads shell scripts for the linter, with the parser of mvdan.cc/sh: sh,
// bash, mksh and bats. The words of a command are literal as far as they can be known
// without running anything: a variable that is set once is what it is set to.
package shell

import (
	"bytes"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"ward/lint/effect"
	"ward/lint/source"
)

// Read is what a script does. What the parser cannot read is a note, and the lines
// around it are read one by one.
func Read(f *source.File) *effect.Script {
	r := newReader(f, 0)
	file, err := parse(f.Text, dialect(f))
	if err != nil {
		r.note(err)
		r.lineByLine()
		return r.script
	}
	r.collect(file)
	r.statements(file.Stmts, -1)
	return r.script
}

// Commands is what one command line does that stands in another file: a recipe, a step
// of CI, a RUN. Offsets are moved by at, where the text begins in f.
func Commands(f *source.File, text string, at int) *effect.Script {
	r := newReader(f, at)
	file, err := parse([]byte(text), syntax.LangBash)
	if err != nil {
		r.note(err)
		return r.script
	}
	r.collect(file)
	r.statements(file.Stmts, -1)
	return r.script
}

func parse(text []byte, variant syntax.LangVariant) (*syntax.File, error) {
	return syntax.NewParser(syntax.KeepComments(true), syntax.Variant(variant)).Parse(bytes.NewReader(text), "")
}

// dialect is the language of a script, by its name and its first line. A script that
// says nothing is read as bash, which takes nearly all of POSIX.
func dialect(f *source.File) syntax.LangVariant {
	first, _, _ := strings.Cut(string(f.Text[:min(len(f.Text), 128)]), "\n")
	switch {
	case strings.HasSuffix(f.Path, ".bats") || strings.Contains(first, "bats"):
		return syntax.LangBats
	case strings.HasSuffix(f.Path, ".mksh") || strings.Contains(first, "ksh"):
		return syntax.LangMirBSDKorn
	default:
		return syntax.LangBash
	}
}

// A reader turns a syntax tree into effects.
type reader struct {
	script   *effect.Script
	values   map[string][]value
	commands map[string]command
	wrappers map[string]string
	shift    int
}

func newReader(f *source.File, shift int) *reader {
	return &reader{script: &effect.Script{File: f}, values: map[string][]value{}, commands: commands(), wrappers: wrappers(), shift: shift}
}

// A value is what a variable is set to at one place.
type value struct {
	word     *syntax.Word
	appended bool
}

func (r *reader) note(err error) {
	r.script.Notes = append(r.script.Notes, source.Note{Text: err.Error()})
}

// lineByLine reads each line that is a statement by itself: what is left of a script
// with a construct that the parser refuses.
func (r *reader) lineByLine() {
	start := 0
	for line := range bytes.Lines(r.script.File.Text) {
		if worthReading(line) {
			if file, err := parse(line, syntax.LangBash); err == nil {
				r.shift = start
				r.statements(file.Stmts, -1)
			}
		}
		start += len(line)
	}
}

// Telling are words of which every script has one that does something to permissions.
func Telling() []string {
	return []string{"chmod", "chown", "chgrp", "mkdir", "install", "umask", "mktemp", "mkfifo", ">", "tee", "touch"}
}

// worthReading tells whether a line names a command that changes permissions.
func worthReading(line []byte) bool {
	for _, word := range [...]string{"chmod", "chown", "chgrp", "mkdir", "install", "umask", "mktemp"} {
		if bytes.Contains(line, []byte(word)) {
			return true
		}
	}
	return false
}

func (r *reader) span(n syntax.Node) source.Span {
	return source.Span{Start: int(n.Pos().Offset()) + r.shift, End: int(n.End().Offset()) + r.shift}
}

// collect finds what variables are set to, and the comments.
func (r *reader) collect(file *syntax.File) {
	syntax.Walk(file, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Assign:
			if n.Name != nil {
				r.values[n.Name.Value] = append(r.values[n.Name.Value], value{n.Value, n.Append || n.Array != nil})
			}
		case *syntax.ForClause:
			if over, ok := n.Loop.(*syntax.WordIter); ok {
				for _, w := range over.Items {
					r.values[over.Name.Value] = append(r.values[over.Name.Value], value{w, false})
				}
				if len(over.Items) == 0 {
					r.values[over.Name.Value] = append(r.values[over.Name.Value], value{nil, true})
				}
			}
		case *syntax.Comment:
			r.script.Comments = append(r.script.Comments, source.Comment{Span: r.span(n), Text: n.Text})
		}
		return true
	})
}
