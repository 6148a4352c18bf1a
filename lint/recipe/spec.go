package recipe

import (
	"bytes"
	"path"
	"strings"

	"ward/lint/effect"
	"ward/lint/source"
	"ward/mode"
)

// scripts are the sections of a spec file that a shell runs; those that rpm runs when
// the package is installed run as root.
var scripts = [...]struct {
	section string
	asRoot  bool
}{
	{"%prep", false},
	{"%build", false},
	{"%install", false},
	{"%check", false},
	{"%conf", false},
	{"%clean", false},
	{"%pretrans", true},
	{"%posttrans", true},
	{"%preun", true},
	{"%postun", true},
	{"%pre", true},
	{"%post", true},
	{"%triggerin", true},
	{"%triggerun", true},
	{"%triggerpostun", true},
	{"%verifyscript", true},
	{"%filetriggerin", true},
	{"%transfiletriggerin", true},
}

// Spec is what a spec file of rpm does: its scripts, and the modes of %attr and
// %defattr in %files.
func Spec(f *source.File) *effect.Script {
	r := newReader(f)
	section, start, at := "", 0, 0
	for line := range bytes.Lines(f.Text) {
		if name := sectionOf(line); name != "" {
			r.section(section, start, at)
			section, start = name, at+len(line)
		}
		at += len(line)
	}
	r.section(section, start, at)
	return r.script
}

// sectionOf is the name of the section that a line begins, with its options.
func sectionOf(line []byte) string {
	text := strings.TrimRight(string(line), " \t\r\n")
	name, _, _ := strings.Cut(text, " ")
	for _, s := range scripts {
		if name == s.section {
			return text
		}
	}
	switch name {
	case "%files", "%description", "%package", "%changelog", "%sourcelist", "%patchlist", "%preamble":
		return text
	}
	return ""
}

func (r *reader) section(header string, start, end int) {
	name, options, _ := strings.Cut(header, " ")
	if name == "%files" {
		r.files(start, end)
		return
	}
	if strings.Contains(options, "-p ") && !strings.HasSuffix(options, "sh") {
		return // another language
	}
	for _, s := range scripts {
		if s.section == name {
			r.commands(rpmMacros(string(r.text[start:end])), start, name, func(e *effect.Effect) {
				cleaned(e)
				e.AsRoot = e.AsRoot || s.asRoot
			})
		}
	}
}

// rpmMacros is a script in which each macro is a variable of the shell or blank, with
// as many bytes.
func rpmMacros(text string) string {
	out := []byte(text)
	start := 0
	for line := range bytes.Lines([]byte(text)) {
		trimmed := strings.TrimSpace(string(line))
		for _, directive := range [...]string{"%if", "%else", "%endif", "%elif", "%global", "%define", "%autosetup", "%setup", "%patch", "%configure", "%make", "%cmake", "%meson"} {
			if strings.HasPrefix(trimmed, directive) {
				for i := range bytes.TrimRight(line, "\r\n") {
					out[start+i] = ' '
				}
			}
		}
		start += len(line)
	}
	for i := 0; i+2 < len(out); i++ {
		if out[i] != '%' || out[i+1] != '{' {
			continue
		}
		end := bytes.IndexByte(out[i:], '}')
		if end < 3 {
			continue
		}
		for j := i + 2; j < i+end; j++ {
			out[j] = '_'
		}
		out[i] = '$'
		i += end
	}
	return string(out)
}

// files reads %attr(mode, user, group) path and %defattr(files, user, group, directories).
func (r *reader) files(start, end int) {
	at := start
	for line := range bytes.Lines(r.text[start:end]) {
		text := string(line)
		if !strings.HasPrefix(strings.TrimSpace(text), "#") {
			r.attributes(text, at)
		}
		at += len(line)
	}
}

func (r *reader) attributes(line string, at int) {
	for _, macro := range [...]string{"%defattr(", "%attr("} {
		i := strings.Index(line, macro)
		if i < 0 {
			continue
		}
		open := i + len(macro)
		length := strings.IndexByte(line[open:], ')')
		if length < 0 {
			continue
		}
		fields := strings.Split(line[open:open+length], ",")
		kind := mode.Regular
		if macro == "%attr(" {
			kind = mode.Unknown
			if strings.Contains(line, "%dir ") {
				kind = mode.Directory
			}
		}
		code, _, _ := strings.Cut(line[open+length+1:], " #")
		rest := strings.Fields(code)
		r.attribute(macro, fields, 0, at+open, kind, rest)
		if macro == "%defattr(" && len(fields) > 3 {
			r.attribute(macro, fields, 3, at+open, mode.Directory, nil)
		}
	}
}

// attribute is the n-th of the fields that begin at start, a mode.
func (r *reader) attribute(macro string, fields []string, n, start int, k mode.Kind, rest []string) {
	for _, f := range fields[:n] {
		start += len(f) + 1
	}
	text := strings.TrimSpace(fields[n])
	start += strings.Index(fields[n], text)
	if text == "" || text == "-" || strings.Contains(text, "%") {
		return
	}
	span := source.Span{Start: start, End: start + len(text)}
	e := effect.Effect{
		Span: span, Verb: effect.Convey, API: strings.TrimSuffix(macro, "("), Kind: k, Function: -1, AsRoot: true,
		Mode: effect.TextMode(span, text, k),
	}
	if len(rest) > 0 {
		last := rest[len(rest)-1]
		e.Path = effect.Operand{Span: span, Known: last, Name: last, Whole: !strings.Contains(last, "%")}
		if k == mode.Unknown && path.Ext(last) != "" {
			e.Kind = mode.Regular
		}
	}
	if len(fields) > 2 && strings.TrimSpace(fields[2]) != "root" && strings.TrimSpace(fields[2]) != "-" {
		o := e
		o.Verb, o.Mode = effect.Chown, effect.Mode{}
		r.script.Effects = append(r.script.Effects, o)
	}
	r.script.Effects = append(r.script.Effects, e)
}
