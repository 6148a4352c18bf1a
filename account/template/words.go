package template

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// token is a word or a mark of a line.
type token struct {
	text string
	kind kind
	mark string // of quoted: what stands right before it, "", "@", "!" or "!@"
	at   Position
}

type kind uint8

const (
	word kind = iota
	quoted
	comma
	equals
	opening
	closing
)

// line is one line of a template, with those that continue it.
type line struct {
	tokens []token
	at     Position
}

// longestSource is how long a line of a template may be.
const longestSource = 1 << 20

// lines splits a file into lines of words.
func lines(file, text string) (all []line, problems Problems) {
	var open *line // goes on
	number := 0
	for raw := range strings.Lines(text) {
		number++
		at := Position{File: file, Line: number, Column: 1}
		raw = strings.TrimSuffix(raw, "\n")
		tokens, goesOn, problem := split(raw, at)
		if problem != nil {
			problems = append(problems, *problem)
			open = nil
			continue
		}
		switch {
		case open != nil:
			open.tokens = append(open.tokens, tokens...)
		case len(tokens) > 0:
			all = append(all, line{tokens, tokens[0].at})
			open = &all[len(all)-1]
		}
		if !goesOn {
			open = nil
		}
	}
	return all, problems
}

// split makes tokens of a line.
func split(raw string, at Position) (tokens []token, goesOn bool, problem *Problem) {
	fail := func(column int, message string) *Problem {
		p := at
		p.Column = column + 1
		return &Problem{At: p, Message: message}
	}
	if p := unreadable(raw, fail); p != nil {
		return nil, false, p
	}
	for i := 0; i < len(raw); {
		c := raw[i]
		here := at
		here.Column = i + 1
		switch {
		case c == ' ' || c == '\t':
			i++
			continue
		case c == '#':
			i = len(raw)
			continue
		case c == '\\' && strings.TrimSpace(raw[i+1:]) == "":
			return tokens, true, nil
		case c == '"':
			end := strings.IndexByte(raw[i+1:], '"')
			if end < 0 {
				return nil, false, fail(i, "the quotes are not closed on this line")
			}
			t := token{text: raw[i+1 : i+1+end], kind: quoted, at: here}
			if n := len(tokens); n > 0 && tokens[n-1].isMark() && tokens[n-1].at.Column+len(tokens[n-1].text) == here.Column {
				t.mark, t.at = tokens[n-1].text, tokens[n-1].at
				tokens = tokens[:n-1]
			}
			tokens = append(tokens, t)
			i += end + 2
			continue
		}
		if mark := marks[c]; mark != 0 {
			tokens = append(tokens, token{text: raw[i : i+1], kind: mark, at: here})
			i++
			continue
		}
		end := i + strings.IndexAny(raw[i:]+" ", " \t,=()#\"")
		tokens = append(tokens, token{text: raw[i:end], kind: word, at: here})
		i = end
	}
	last := len(tokens) - 1
	return tokens, last >= 0 && tokens[last].kind == comma, nil
}

func (t token) isMark() bool {
	return t.kind == word && (t.text == "@" || t.text == "!" || t.text == "!@")
}

// marks are the signs, at their bytes; 0 is that there is none.
var marks = [256]kind{',': comma, '=': equals, '(': opening, ')': closing}

// unreadable refuses what nobody can have meant.
func unreadable(raw string, fail func(int, string) *Problem) *Problem {
	switch {
	case len(raw) > longestSource:
		return fail(longestSource, fmt.Sprintf("the line has %d bytes; a line of a template has at most %d", len(raw), longestSource))
	case strings.HasSuffix(raw, "\r"):
		return fail(len(raw)-1, "the line ends with a carriage return: the file was saved with the line ends of DOS")
	case !utf8.ValidString(raw):
		for i, r := range raw {
			if _, size := utf8.DecodeRuneInString(raw[i:]); r == utf8.RuneError && size == 1 {
				return fail(i, fmt.Sprintf("the byte 0x%02x is no UTF-8", raw[i]))
			}
		}
	}
	if i := strings.IndexFunc(raw, func(r rune) bool { return r != '\t' && unicode.IsControl(r) }); i >= 0 {
		return fail(i, fmt.Sprintf("the control character 0x%02x", raw[i]))
	}
	if raw != "" && (raw[0] == '+' || raw[0] == '-') {
		return fail(0, "this is a line of NIS, which a template does not have")
	}
	return nil
}
