// Package recipe reads recipes of builds for the linter: Makefiles, rpm's spec files and
// Terraform. What a shell runs in them is read as commands of a shell.
package recipe

import (
	"bytes"
	"strings"

	"ward/lint/effect"
	"ward/lint/shell"
	"ward/lint/source"
)

// Telling are words of which every Makefile and spec file has one that does something
// to permissions.
func Telling() []string {
	return []string{"chmod", "chown", "install", "INSTALL", "mkdir", "MKDIR", "umask", "%attr", "%defattr", "touch", "mkfifo"}
}

// A reader turns recipes into effects.
type reader struct {
	script *effect.Script
	text   []byte
}

func newReader(f *source.File) *reader {
	return &reader{script: &effect.Script{File: f}, text: f.Text}
}

// commands reads a piece of the file as commands of a shell, which text is with as many
// bytes.
func (r *reader) commands(text string, at int, name string, adjust func(*effect.Effect)) {
	inner := shell.Commands(&source.File{Path: r.script.File.Path, Language: source.Shell, Text: []byte(text)}, text, 0)
	where := source.Function{Span: source.Span{Start: at, End: at + len(text)}, Name: name, Outer: -1}
	r.script.Embed(inner, where, func(i int) int { return at + i }, adjust)
}

// Makefile is what the recipes of a Makefile do. Each line of a recipe is a shell of
// its own.
func Makefile(f *source.File) *effect.Script {
	r := newReader(f)
	at, start := 0, -1
	for line := range bytes.Lines(f.Text) {
		continues := bytes.HasSuffix(bytes.TrimRight(line, "\r\n"), []byte(`\`))
		if start < 0 && len(line) > 1 && line[0] == '\t' {
			start = at
		}
		if i := bytes.IndexByte(line, '#'); i >= 0 && (i == 0 || line[i-1] <= ' ') {
			text := strings.TrimRight(string(line[i+1:]), "\r\n")
			r.script.Comments = append(r.script.Comments, source.Comment{Span: source.Span{Start: at + i, End: at + i + 1 + len(text)}, Text: text})
		}
		at += len(line)
		if start >= 0 && !continues {
			r.recipe(start, at)
			start = -1
		}
	}
	if start >= 0 {
		r.recipe(start, at)
	}
	return r.script
}

// recipe is one line of a recipe, with those that continue it.
func (r *reader) recipe(start, end int) {
	text := string(r.text[start:end])
	if body := strings.TrimLeft(text, "\t @-+"); body != "" {
		skipped := len(text) - len(body)
		r.commands(makeVariables(body), start+skipped, "recipe", cleaned)
	}
}

// programs are the variables that stand for a command by the habit of the GNU coding
// standards; make writes them as $(INSTALL).
var programs = [...]struct{ variable, command string }{
	{"$(INSTALL_DATA)", "install"},
	{"$(INSTALL_PROGRAM)", "install"},
	{"$(INSTALL)", "install"},
	{"$(MKDIR_P)", "mkdir -p"},
	{"$(MKDIR)", "mkdir"},
	{"$(CHMOD)", "chmod"},
	{"$(CHOWN)", "chown"},
	{"$(SUDO)", "sudo"},
}

// makeVariables is a recipe in which each reference to a variable of make is one of the
// shell, with as many bytes; those that stand for a known command are that command.
// INSTALL_DATA gives -m 644 itself, so that nothing is known of it but where it puts
// things.
func makeVariables(text string) string {
	out := []byte(text)
	for i := 0; i+1 < len(out); i++ {
		if out[i] != '$' {
			continue
		}
		switch out[i+1] {
		case '$':
			out[i] = ' '
			if i > 0 && out[i-1] > ' ' {
				out[i] = '_' // in the middle of a word: no blank may come in
			}
			i++
		case '(', '{':
			i = reference(out, i)
		default:
			if out[i+1] == '@' || out[i+1] == '<' || out[i+1] == '^' || out[i+1] == '*' || out[i+1] == '?' || out[i+1] == '+' {
				out[i+1] = '_'
			}
		}
	}
	return string(out)
}

// reference puts a variable of the shell in the place of one of make that begins at i,
// and returns where it ends.
func reference(out []byte, i int) int {
	for _, p := range programs {
		if bytes.HasPrefix(out[i:], []byte(p.variable)) && p.variable != "$(INSTALL_DATA)" {
			n := copy(out[i:], p.command)
			for j := i + n; j < i+len(p.variable); j++ {
				out[j] = ' '
			}
			return i + len(p.variable) - 1
		}
	}
	end, depth := i+1, 0
	for ; end < len(out) && out[end] != '\n'; end++ {
		switch out[end] {
		case '(', '{':
			depth++
		case ')', '}':
			depth--
		}
		if depth == 0 {
			break
		}
	}
	if end >= len(out) || out[end] == '\n' {
		return i
	}
	for j := i; j <= end; j++ {
		out[j] = '_'
	}
	if end-i < 3 {
		out[i] = '$'
		return end
	}
	out[i], out[i+1], out[end] = '$', '{', '}'
	return end
}

// cleaned takes the variables that stand for those of make out of what is known.
func cleaned(e *effect.Effect) {
	for _, o := range []*effect.Operand{&e.Path, &e.Target, &e.Data} {
		for {
			before, rest, ok := strings.Cut(o.Known, "${_")
			if !ok {
				break
			}
			_, after, _ := strings.Cut(rest, "}")
			o.Known, o.Whole = before+after, false
		}
	}
}
