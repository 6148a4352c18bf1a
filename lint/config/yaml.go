package config

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"ward/lint/source"
)

// A document reader turns the nodes of go.yaml.in/yaml into ours, with offsets for
// lines and columns.
type yamlReader struct {
	text  []byte
	lines []int // where each line begins
	depth int
}

// parseYAML is the documents of a stream, as far as they can be read, and the comments.
// A template is read with its directives blanked: each byte stays in its place.
func parseYAML(text []byte) (documents []*node, comments []source.Comment, err error) {
	r := &yamlReader{text: text, lines: lineStarts(text)}
	documents, err = r.documents(text)
	if err != nil && bytes.Contains(text, []byte("{{")) {
		if again, failed := r.documents(withoutTemplate(text)); len(again) > len(documents) || failed == nil {
			documents, err = again, failed
		}
	}
	return documents, yamlComments(text, r.lines), err
}

func (r *yamlReader) documents(text []byte) (documents []*node, err error) {
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	for {
		var n yaml.Node
		if err := decoder.Decode(&n); err != nil {
			if err.Error() == "EOF" {
				err = nil
			}
			return documents, err
		}
		if len(n.Content) > 0 {
			documents = append(documents, r.node(n.Content[0]))
		}
	}
}

func lineStarts(text []byte) []int {
	starts := []int{0}
	for i, c := range text {
		if c == '\n' {
			starts = append(starts, i+1)
		}
	}
	return starts
}

// offset is the place of a line and a column, both from 1; columns count characters.
func (r *yamlReader) offset(line, column int) int {
	if line < 1 || line > len(r.lines) {
		return len(r.text)
	}
	at := r.lines[line-1]
	if line == 1 && bytes.HasPrefix(r.text, []byte("\xef\xbb\xbf")) {
		at += 3
	}
	for ; column > 1 && at < len(r.text); column-- {
		_, size := utf8.DecodeRune(r.text[at:])
		at += size
	}
	return at
}

// deepest is how far values in values are followed.
const deepest = 200

func (r *yamlReader) node(y *yaml.Node) *node {
	at := r.offset(y.Line, y.Column)
	n := &node{Span: source.Span{Start: at, End: at}}
	if r.depth++; r.depth > deepest {
		r.depth--
		return n
	}
	defer func() { r.depth-- }()
	switch y.Kind {
	case yaml.ScalarNode:
		r.scalar(n, y)
	case yaml.MappingNode:
		n.kind = mapping
		for i := 0; i+1 < len(y.Content); i += 2 {
			p := pair{r.node(y.Content[i]), r.node(y.Content[i+1])}
			n.pairs = append(n.pairs, p)
			n.End = max(n.End, p.value.End)
		}
	case yaml.SequenceNode:
		n.kind = sequence
		for _, c := range y.Content {
			n.items = append(n.items, r.node(c))
			n.End = max(n.End, n.items[len(n.items)-1].End)
		}
	case yaml.AliasNode, yaml.DocumentNode:
		// What an alias stands for is judged where it is written.
	}
	return n
}

// scalar finds where each byte of a scalar's text stands.
func (r *yamlReader) scalar(n *node, y *yaml.Node) {
	n.text = y.Value
	n.quoted = y.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0
	at := r.afterProperties(n.Start)
	switch {
	case y.Style&yaml.LiteralStyle != 0:
		n.offsets = r.block(at, y.Value)
	case y.Style&yaml.FoldedStyle != 0:
		n.offsets = r.flow(r.afterBlanks(r.nextLine(at)), y.Value, false)
	case y.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0:
		n.offsets = r.flow(at+1, y.Value, y.Style&yaml.SingleQuotedStyle != 0)
	default:
		n.offsets = r.flow(at, y.Value, false)
	}
	switch last := len(n.offsets) - 1; {
	case last >= 0:
		n.Span = source.Span{Start: n.offsets[0], End: n.offsets[last] + 1}
	case y.Value == "":
		n.Span = source.Span{Start: at, End: at}
	default:
		n.Span = source.Span{Start: at, End: r.lineEnd(at)}
	}
}

// afterProperties is where a value begins after its tag and anchor.
func (r *yamlReader) afterProperties(at int) int {
	for at < len(r.text) && (r.text[at] == '!' || r.text[at] == '&') {
		for at < len(r.text) && r.text[at] > ' ' {
			at++
		}
		for at < len(r.text) && (r.text[at] == ' ' || r.text[at] == '\t') {
			at++
		}
	}
	return at
}

func (r *yamlReader) lineEnd(at int) int {
	if end := bytes.IndexByte(r.text[at:], '\n'); end >= 0 {
		return at + end
	}
	return len(r.text)
}

// afterBlanks is where the first word of a folded block begins.
func (r *yamlReader) afterBlanks(at int) int {
	for at < len(r.text) && (r.text[at] == ' ' || r.text[at] == '\r' || r.text[at] == '\n') {
		at++
	}
	return at
}

func (r *yamlReader) nextLine(at int) int { return min(r.lineEnd(at)+1, len(r.text)) }

// block finds the bytes of a literal block: its lines are those of the file without
// their indentation.
func (r *yamlReader) block(at int, value string) []int {
	offsets := make([]int, 0, len(value))
	at = r.nextLine(at)
	for line := range strings.Lines(value) {
		body := strings.TrimSuffix(line, "\n")
		end := r.lineEnd(at)
		have := strings.TrimSuffix(string(r.text[at:end]), "\r")
		if !strings.HasSuffix(have, body) || strings.Trim(have[:len(have)-len(body)], " ") != "" {
			return nil
		}
		start := at + len(have) - len(body)
		for i := range len(line) {
			offsets = append(offsets, min(start+i, end))
		}
		at = min(end+1, len(r.text))
	}
	return offsets
}

// flow finds the bytes of a scalar whose line ends are folded. What an escape in double
// quotes stands for is not looked for: then the places are unknown.
func (r *yamlReader) flow(at int, value string, single bool) []int {
	offsets := make([]int, 0, len(value))
	for i := 0; i < len(value); i++ {
		c := value[i]
		if c == '\n' || c == ' ' && r.folds(at) {
			start := at
			at = r.afterFold(at)
			if at == start && i+1 < len(value) {
				return nil
			}
			for ; i+1 < len(value) && value[i+1] == '\n'; i++ {
				offsets = append(offsets, min(start, len(r.text)))
			}
			offsets = append(offsets, min(start, len(r.text)))
			continue
		}
		if at >= len(r.text) || r.text[at] != c {
			return nil
		}
		offsets = append(offsets, at)
		at++
		if single && c == '\'' {
			at++
		}
	}
	return offsets
}

// afterFold is where the text goes on after blanks and line ends.
func (r *yamlReader) afterFold(at int) int {
	for at < len(r.text) && (r.text[at] == ' ' || r.text[at] == '\t' || r.text[at] == '\r' || r.text[at] == '\n') {
		at++
	}
	return at
}

// folds tells whether a blank of the value is the end of a line: nothing else comes
// before that, or no blank stands there at all.
func (r *yamlReader) folds(at int) bool {
	if at >= len(r.text) || r.text[at] != ' ' {
		return true
	}
	for at < len(r.text) && (r.text[at] == ' ' || r.text[at] == '\t' || r.text[at] == '\r') {
		at++
	}
	return at < len(r.text) && r.text[at] == '\n'
}

// yamlComments are what comes after a # at the beginning of a word. One in a quoted
// text is taken for a comment too, which harms nobody.
func yamlComments(text []byte, lines []int) []source.Comment {
	var all []source.Comment
	for i, start := range lines {
		end := len(text)
		if i+1 < len(lines) {
			end = lines[i+1] - 1
		}
		line := text[start:end]
		for j, c := range line {
			if c == '#' && (j == 0 || line[j-1] == ' ' || line[j-1] == '\t') {
				all = append(all, source.Comment{Span: source.Span{Start: start + j, End: end}, Text: string(line[j+1:])})
				break
			}
		}
	}
	return all
}

// withoutTemplate is a template of Helm as YAML: lines that are nothing but directives
// are blank, and those within a line are a word of the same length.
func withoutTemplate(text []byte) []byte {
	out := bytes.Clone(text)
	for at := 0; at < len(out); {
		open := bytes.Index(out[at:], []byte("{{"))
		if open < 0 {
			break
		}
		open += at
		end := bytes.Index(out[open:], []byte("}}"))
		if end < 0 {
			break
		}
		end += open + 2
		fill := byte('T')
		if alone(out, open, end) {
			fill = ' '
		}
		for i := open; i < end; i++ {
			if out[i] != '\n' && out[i] != '\r' {
				out[i] = fill
			}
		}
		at = end
	}
	return out
}

// alone tells whether nothing but other directives stands on the lines of one.
func alone(text []byte, open, end int) bool {
	start := bytes.LastIndexByte(text[:open], '\n') + 1
	stop := len(text)
	if i := bytes.IndexByte(text[end:], '\n'); i >= 0 {
		stop = end + i
	}
	rest := bytes.TrimSpace(text[end:stop])
	return len(bytes.TrimSpace(text[start:open])) == 0 && (len(rest) == 0 || bytes.HasPrefix(rest, []byte("{{")) && bytes.HasSuffix(rest, []byte("}}")))
}
