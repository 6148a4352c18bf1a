package policy

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What go.yaml.in/yaml/v3 says of a text that is none has a line at best: one too
// few where its parser, and not its scanner, stumbled, and none at all for the first
// line, for aliases, and for characters that no text may have.

var (
	yamlLine    = expression(`^line (\d+): `)
	parserSays  = expression(`^did not find expected (?:<|key|'-'|',' or|node content)`)
	noSuchAlias = expression(`^unknown anchor '(.*)' referenced`)
)

// placeOf finds out which place a message is about, and takes it off the message.
func (r *reader) placeOf(message string) (position, string) {
	line := 0
	m := yamlLine().FindStringSubmatch(message)
	if m != nil {
		line, _ = strconv.Atoi(m[1])
		message = message[len(m[0]):]
	}
	if parserSays().MatchString(message) {
		line++
	}
	if line > 1 && line == len(r.lines) && r.lines[line-1] == "" {
		line-- // the end of the file
	}
	if line > 0 {
		return position{line: line}, message
	}
	if m := noSuchAlias().FindStringSubmatch(message); m != nil {
		return r.first(func(text string) int { return strings.Index(text, "*"+m[1]) }), message
	}
	if p := r.first(noText); p.line > 0 {
		return p, message
	}
	return position{line: 1}, message
}

// first is the first place at which find finds something in a line.
func (r *reader) first(find func(line string) int) position {
	for i, line := range r.lines {
		if at := find(line); at >= 0 {
			return position{i + 1, utf8.RuneCountInString(line[:at]) + 1}
		}
	}
	return position{}
}

// noText is where a line has what no text has: control characters, or no UTF-8.
func noText(line string) int {
	for i, c := range line {
		if c == utf8.RuneError && !strings.HasPrefix(line[i:], "\ufffd") || unicode.IsControl(c) && c != '\t' && c != '\r' {
			return i
		}
	}
	return -1
}
