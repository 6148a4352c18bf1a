package dockerfile

import (
	"bytes"
	"strings"

	"ward/lint/source"
)

// An instruction is one statement of a Dockerfile. Its text has the length of what
// stands in the file, so that an offset in it is one in the file: comments between its
// lines are blanks.
type instruction struct {
	source.Span
	keyword string // in capitals
	flags   []flag
	rest    string // what comes after the flags
	at      int    // where rest begins
	onbuild bool
	here    []heredoc
}

// A flag is --name=value in front of an instruction's arguments.
type flag struct {
	source.Span // of the value
	name, value string
}

// A heredoc is a text that stands below its instruction.
type heredoc struct {
	source.Span // of its contents
	name        string
	text        string
	tabs        bool // leading tabs are taken off
}

// A word is an argument and where it stands.
type word struct {
	source.Span
	text string
}

// flag is the value of a flag, nil without it.
func (in *instruction) flag(name string) *flag {
	for i := range in.flags {
		if in.flags[i].name == name {
			return &in.flags[i]
		}
	}
	return nil
}

// words are the arguments of an instruction that is no command line, without quotes.
func (in *instruction) words() []word { return fields(in.rest, in.at) }

// fields splits a text at blanks outside quotes.
func fields(text string, at int) []word {
	var all []word
	for i := 0; i < len(text); {
		if isBlank(text[i]) {
			i++
			continue
		}
		start, quote := i, byte(0)
		for i < len(text) && (quote != 0 || !isBlank(text[i])) {
			switch c := text[i]; {
			case quote == 0 && (c == '"' || c == '\''):
				quote = c
			case c == quote:
				quote = 0
			}
			i++
		}
		one := word{Span: source.Span{Start: at + start, End: at + i}, text: text[start:i]}
		if n := len(one.text); n > 1 && (one.text[0] == '"' || one.text[0] == '\'') && one.text[n-1] == one.text[0] {
			one.text = one.text[1 : n-1]
			one.Start++
			one.End--
		}
		all = append(all, one)
	}
	return all
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

// A parser goes over the lines of a file, as
// https://docs.docker.com/reference/dockerfile/#format has them.
type parser struct {
	text     []byte
	at       int
	escape   byte
	syntax   string // the image after "# syntax="
	comments []source.Comment
}

// parse is the instructions of a file.
func (p *parser) parse() []instruction {
	p.escape = '\\'
	p.directives()
	var all []instruction
	for p.at < len(p.text) {
		if in, ok := p.instruction(); ok {
			all = append(all, in)
		}
	}
	return all
}

// directives reads "# syntax=…" and "# escape=…", which count only before everything
// else.
func (p *parser) directives() {
	if bytes.HasPrefix(p.text, []byte("\xef\xbb\xbf")) {
		p.at = 3
	}
	for p.at < len(p.text) {
		line := p.peek()
		name, value, ok := strings.Cut(strings.TrimLeft(strings.TrimSpace(string(line)), "#"), "=")
		if !bytes.HasPrefix(bytes.TrimSpace(line), []byte("#")) || !ok || strings.Contains(strings.TrimSpace(name), " ") {
			return
		}
		switch value = strings.TrimSpace(value); strings.ToLower(strings.TrimSpace(name)) {
		case "syntax":
			p.syntax = value
		case "escape":
			if value == "`" {
				p.escape = '`'
			}
		default:
			return
		}
		p.at += len(line)
	}
}

// peek is the line that comes next, with its end.
func (p *parser) peek() []byte {
	rest := p.text[p.at:]
	if end := bytes.IndexByte(rest, '\n'); end >= 0 {
		return rest[:end+1]
	}
	return rest
}

// instruction reads the lines of one instruction; ok is false for a comment or an
// empty line.
func (p *parser) instruction() (instruction, bool) {
	line := p.peek()
	if trimmed := bytes.TrimSpace(line); len(trimmed) == 0 || trimmed[0] == '#' {
		p.comment(line)
		p.at += len(line)
		return instruction{}, false
	}
	start := p.at
	text := p.logicalLine()
	in := split(text, start)
	in.End = start + len(strings.TrimRight(text, " \t\r\n"))
	if in.keyword == "RUN" || in.keyword == "COPY" || in.keyword == "ADD" {
		p.heredocs(&in)
	}
	return in, in.keyword != ""
}

// comment keeps the text of a line that is one.
func (p *parser) comment(line []byte) {
	if i := bytes.IndexByte(line, '#'); i >= 0 && len(bytes.TrimSpace(line[:i])) == 0 {
		text := strings.TrimRight(string(line[i+1:]), "\r\n")
		p.comments = append(p.comments, source.Comment{Span: source.Span{Start: p.at + i, End: p.at + i + 1 + len(text)}, Text: text})
	}
}

// logicalLine is a line with those that continue it. The marks that continue it become
// backslashes at the very end, as a shell wants them; comments and empty lines between
// are blanks.
func (p *parser) logicalLine() string {
	var b strings.Builder
	for first := true; p.at < len(p.text); first = false {
		line := p.peek()
		body, end := bytes.TrimRight(line, " \t\r\n"), len(line)
		trimmed := bytes.TrimLeft(body, " \t")
		switch {
		case !first && (len(trimmed) == 0 || trimmed[0] == '#'):
			p.comment(line)
			b.WriteString(blanks(end))
		case len(body) > 0 && body[len(body)-1] == p.escape:
			b.Write(body[:len(body)-1])
			b.WriteString(blanks(end - len(body) + 1))
		default:
			b.Write(line)
			p.at += end
			return b.String()
		}
		p.at += end
	}
	return b.String()
}

// blanks is n bytes that a shell reads as nothing: blanks and an escaped line end.
func blanks(n int) string {
	if n < 2 {
		return strings.Repeat(" ", n)
	}
	return strings.Repeat(" ", n-2) + "\\\n"
}

// split takes keyword and flags from an instruction that begins at start.
func split(text string, start int) instruction {
	in := instruction{Span: source.Span{Start: start}}
	in.keyword, text, start = firstWord(text, start)
	in.keyword = strings.ToUpper(in.keyword)
	if in.keyword == "ONBUILD" {
		in.onbuild = true
		in.keyword, text, start = firstWord(text, start)
		in.keyword = strings.ToUpper(in.keyword)
	}
	for {
		one, rest, at := firstWord(text, start)
		name, value, ok := strings.Cut(one, "=")
		if !strings.HasPrefix(name, "--") || len(name) < 3 {
			break
		}
		f := flag{name: name[2:], value: value}
		if ok {
			end := at
			f.Span = source.Span{Start: end - len(value), End: end}
			if n := len(value); n > 1 && (value[0] == '"' || value[0] == '\'') && value[n-1] == value[0] {
				f.value, f.Start, f.End = value[1:n-1], f.Start+1, f.End-1
			}
		}
		in.flags = append(in.flags, f)
		text, start = rest, at
	}
	in.rest, in.at = text, start
	return in
}

// firstWord is the first word of a text that begins at start, what comes after it, and
// where that begins.
func firstWord(text string, start int) (first, rest string, at int) {
	i := 0
	for i < len(text) && (isBlank(text[i]) || text[i] == '\\' && i+1 < len(text) && text[i+1] == '\n') {
		i++
	}
	end := i
	for end < len(text) && !isBlank(text[end]) {
		end++
	}
	return text[i:end], text[end:], start + end
}

// heredocs reads the texts below an instruction that its <<NAME words announce.
func (p *parser) heredocs(in *instruction) {
	if !strings.Contains(in.rest, "<<") {
		return
	}
	for _, w := range fields(in.rest, in.at) {
		_, name, ok := strings.Cut(w.text, "<<")
		if !ok || strings.HasPrefix(name, "<") {
			continue
		}
		name, tabs := strings.CutPrefix(name, "-")
		name = strings.Trim(name, `"'`)
		if name == "" || strings.ContainsAny(name, "<>|&;()$`") {
			continue
		}
		in.here = append(in.here, p.heredoc(name, tabs))
	}
	if len(in.here) > 0 {
		in.End = p.at
	}
}

func (p *parser) heredoc(name string, tabs bool) heredoc {
	h := heredoc{Span: source.Span{Start: p.at}, name: name, tabs: tabs}
	for p.at < len(p.text) {
		line := p.peek()
		text := strings.TrimRight(string(line), "\r\n")
		if tabs {
			text = strings.TrimLeft(text, "\t")
		}
		if text == name {
			h.End = p.at
			p.at += len(line)
			h.text = string(p.text[h.Start:h.End])
			return h
		}
		p.at += len(line)
	}
	h.End = p.at
	h.text = string(p.text[h.Start:h.End])
	return h
}
