package recipe

import (
	"strings"

	"ward/lint/bits"
	"ward/lint/effect"
	"ward/lint/source"
	"ward/mode"
)

// TellingTerraform is Telling for Terraform.
func TellingTerraform() []string { return []string{"local_file", "local_sensitive_file"} }

// Terraform is what the resources local_file and local_sensitive_file of a
// configuration make: file_permission and directory_permission are octal text, and
// without them the provider gives 0777 (local_sensitive_file: 0700). Only attributes
// that stand directly in the resource are read.
func Terraform(f *source.File) *effect.Script {
	r := newReader(f)
	var one *resource
	depth, at, here := 0, 0, ""
	for line := range strings.Lines(string(f.Text)) {
		if here != "" {
			if strings.TrimSpace(line) == here {
				here = ""
			}
			at += len(line)
			continue
		}
		code, comment := uncommented(line)
		if comment >= 0 {
			text := strings.TrimRight(line[comment:], "\r\n")
			r.script.Comments = append(r.script.Comments, source.Comment{Span: source.Span{Start: at + comment, End: at + len(text) + comment}, Text: text})
		}
		switch words := strings.Fields(code); {
		case depth == 0 && len(words) > 2 && words[0] == "resource":
			one = &resource{kind: strings.Trim(words[1], `"`), start: at, attributes: map[string]effect.Operand{}}
		case depth == 1 && one != nil:
			one.attribute(code, at)
		}
		at += len(line)
		here = heredoc(code)
		depth += balance(code)
		if depth <= 0 {
			depth = 0
			if one != nil && strings.Contains(code, "}") {
				one.end = at
				r.resource(one)
				one = nil
			}
		}
	}
	return r.script
}

// A resource is one block of a configuration.
type resource struct {
	kind       string
	start, end int
	attributes map[string]effect.Operand
}

// attribute reads name = value on one line.
func (one *resource) attribute(code string, at int) {
	name, value, ok := strings.Cut(code, "=")
	if !ok {
		return
	}
	start := at + len(name) + 1 + len(value) - len(strings.TrimLeft(value, " \t"))
	value = strings.TrimSpace(value)
	o := effect.Operand{Span: source.Span{Start: start, End: start + len(value)}, Known: value, Name: value}
	if n := len(value); n > 1 && value[0] == '"' && value[n-1] == '"' {
		o.Known, o.Whole = literal(value[1:n-1]), !strings.Contains(value, "${")
		o.Start, o.End = o.Start+1, o.End-1
	}
	one.attributes[strings.TrimSpace(name)] = o
}

// literal is a text without what is put into it.
func literal(text string) string {
	for {
		before, rest, ok := strings.Cut(text, "${")
		if !ok {
			return text
		}
		_, after, _ := strings.Cut(rest, "}")
		text = before + after
	}
}

// heredoc is the word that ends the text that begins after a line, "" if none does.
func heredoc(code string) string {
	_, word, ok := strings.Cut(code, "<<")
	word = strings.TrimSpace(strings.TrimPrefix(word, "-"))
	if !ok || word == "" || strings.ContainsAny(word, " \"'(){}") {
		return ""
	}
	return word
}

// uncommented is a line without its comment, and where that begins, -1 without one.
func uncommented(line string) (code string, comment int) {
	quoted := false
	for i := range len(line) {
		switch {
		case line[i] == '"' && (i == 0 || line[i-1] != '\\'):
			quoted = !quoted
		case !quoted && (line[i] == '#' || strings.HasPrefix(line[i:], "//")):
			return line[:i], i
		}
	}
	return line, -1
}

// balance is how many braces a line opens and does not close, outside quotes.
func balance(code string) int {
	n, quoted := 0, false
	for i := range len(code) {
		switch {
		case code[i] == '"' && (i == 0 || code[i-1] != '\\'):
			quoted = !quoted
		case !quoted && code[i] == '{':
			n++
		case !quoted && code[i] == '}':
			n--
		}
	}
	return n
}

// resource adds what one resource makes.
func (r *reader) resource(one *resource) {
	request := map[string]mode.Mode{"local_file": 0o777, "local_sensitive_file": 0o700}
	m, ok := request[one.kind]
	if !ok {
		return
	}
	e := effect.Effect{
		Span: source.Span{Start: one.start, End: one.end}, Verb: effect.Create, API: one.kind, Function: -1,
		Path: one.attributes["filename"], Data: one.attributes["content"], Kind: mode.Regular, Truncates: true,
	}
	if sensitive := one.attributes["sensitive_content"]; sensitive.Name != "" {
		e.Data = sensitive
	}
	given, written := one.attributes["file_permission"]
	switch {
	case !written:
		e.Mode, e.Default, e.Masked = effect.Mode{Given: true, Value: bits.Of(uint64(m))}, true, true
	case given.Name == given.Known || !given.Whole: // an expression
		e.Mode = effect.Mode{Span: given.Span, Given: true, Written: given.Name, Variable: true}
	default:
		e.Mode = effect.TextMode(given.Span, given.Known, mode.Regular)
	}
	r.script.Effects = append(r.script.Effects, e)
	if d, ok := one.attributes["directory_permission"]; ok && d.Whole {
		e.Verb, e.Kind, e.API, e.Default, e.Masked = effect.MkdirAll, mode.Directory, "directory_permission", false, false
		e.Path, e.Mode = effect.Operand{}, effect.TextMode(d.Span, d.Known, mode.Directory)
		r.script.Effects = append(r.script.Effects, e)
	}
}
