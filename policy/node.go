package policy

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"ward/finding"
)

// Bounds on what a policy file may be, so that a hostile one ends in a message.
const (
	maxSource = 4 << 20 // bytes
	maxNodes  = 1 << 18 // YAML nodes looked at, aliases counted each time they are followed
	maxDepth  = 32      // selectors and aliases within each other
)

// position is a place in the file; columns count characters.
type position struct{ line, column int }

func at(n *yaml.Node) position { return position{n.Line, n.Column} }

// reader walks the YAML nodes of one file and gathers what is wrong with them.
type reader struct {
	file     string
	lines    []string
	problems Problems
	nodes    int
	tired    bool // maxNodes was passed and has been reported
}

// maxProblems bounds what is reported of one file.
const maxProblems = 1000

func (r *reader) add(severity finding.Severity, p position, message, hint string) {
	if len(r.problems) > maxProblems {
		return
	}
	if len(r.problems) == maxProblems {
		severity, message, hint = finding.Error, "too many problems; the rest is not shown", ""
	}
	r.problems = append(r.problems, Problem{r.file, p.line, p.column, severity, message, hint})
}

func (r *reader) fail(p position, hint, format string, args ...any) {
	r.add(finding.Error, p, fmt.Sprintf(format, args...), hint)
}

func (r *reader) warn(p position, hint, format string, args ...any) {
	r.add(finding.Warning, p, fmt.Sprintf(format, args...), hint)
}

// document is the root node of the one document that a policy file holds.
func (r *reader) document(src []byte) *yaml.Node {
	if len(src) > maxSource {
		r.fail(position{}, "", "the file has %d bytes; a policy has at most %d", len(src), maxSource)
		return nil
	}
	r.lines = strings.Split(string(src), "\n")
	decoder := yaml.NewDecoder(strings.NewReader(string(src)))
	var first, second yaml.Node
	err := decoder.Decode(&first)
	if errors.Is(err, io.EOF) || err == nil && emptyDocument(&first) {
		r.fail(position{}, `a policy starts with "version: 1"; "ward policy init" writes one to begin with`, "the file is empty")
		return nil
	}
	if err != nil {
		r.syntax(err)
		return nil
	}
	if err := decoder.Decode(&second); err == nil {
		r.fail(position{line: second.Line}, "put further rules into the first", "a second YAML document; a policy is one document")
	} else if !errors.Is(err, io.EOF) {
		r.syntax(err)
		return nil
	}
	return first.Content[0]
}

func emptyDocument(n *yaml.Node) bool {
	return len(n.Content) == 0 || n.Content[0].Kind == yaml.ScalarNode && n.Content[0].ShortTag() == "!!null"
}

// syntax reports what the YAML parser says, with a hint for its commonest cause.
func (r *reader) syntax(err error) {
	p, text := r.placeOf(strings.TrimPrefix(err.Error(), "yaml: "))
	hint, alias := "", globOpensAlias()
	for _, line := range r.around(p.line) {
		if alias.MatchString(line) {
			hint = `a pattern that begins with "*" must stand in quotes: "**/*.key"`
		}
	}
	r.fail(p, hint, "this is no YAML: %s", text)
}

// globOpensAlias finds a value that YAML takes for an alias (*name) where a path
// pattern was meant.
var globOpensAlias = expression(`(?:[:\-,\[]\s*|^\s*)\*[*./?]`)

func (r *reader) around(line int) []string {
	low, high := max(line-2, 0), min(line+1, len(r.lines))
	if line == 0 || low > high {
		return r.lines
	}
	return r.lines[low:high]
}

// resolve follows aliases, and counts, so that aliases of aliases of aliases end.
func (r *reader) resolve(n *yaml.Node) (*yaml.Node, bool) {
	for range maxDepth {
		r.nodes++
		if r.nodes > maxNodes {
			if !r.tired {
				r.fail(at(n), "", "the file unfolds to more than %d values", maxNodes)
			}
			r.tired = true
			return n, false
		}
		if n.Kind != yaml.AliasNode {
			return n, true
		}
		n = n.Alias
	}
	r.fail(at(n), "", "aliases of aliases, %d deep", maxDepth)
	return n, false
}

// field is one key that a mapping may have.
type field struct {
	name     string
	required bool
	read     func(key, value *yaml.Node)
}

// mapping hands each value of a mapping to its field.
func (r *reader) mapping(n *yaml.Node, what string, fields ...field) bool {
	n, ok := r.resolve(n)
	if !ok || r.tired {
		return false
	}
	if n.Kind != yaml.MappingNode {
		r.fail(at(n), "it has keys: "+keys(fields), "%s is %s, not a mapping", what, describe(n))
		return false
	}
	seen := map[string]position{}
	r.pairs(n, what, fields, seen, 0)
	for _, f := range fields {
		if _, ok := seen[f.name]; f.required && !ok {
			r.fail(at(n), "", "%s has no %q", what, f.name)
		}
	}
	return true
}

func (r *reader) pairs(n *yaml.Node, what string, fields []field, seen map[string]position, depth int) {
	var merged []*yaml.Node
	own := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if key.ShortTag() == "!!merge" {
			merged = append(merged, value)
			continue
		}
		r.pair(key, value, what, fields, seen, own)
	}
	for _, m := range merged {
		r.merge(m, what, fields, seen, depth)
	}
}

// merge reads the mappings behind "<<:"; keys that stand already win.
func (r *reader) merge(n *yaml.Node, what string, fields []field, seen map[string]position, depth int) {
	n, ok := r.resolve(n)
	switch {
	case !ok:
	case depth >= maxDepth:
		r.fail(at(n), "", "merged mappings (<<), %d deep", maxDepth)
	case n.Kind == yaml.MappingNode:
		r.pairs(n, what, fields, seen, depth+1)
	case n.Kind == yaml.SequenceNode:
		for _, item := range n.Content {
			r.merge(item, what, fields, seen, depth+1)
		}
	default:
		r.fail(at(n), "", "<< merges mappings, not %s", describe(n))
	}
}

func (r *reader) pair(key, value *yaml.Node, what string, fields []field, seen map[string]position, own map[string]bool) {
	key, ok := r.resolve(key)
	if !ok {
		return
	}
	if key.Kind != yaml.ScalarNode {
		r.fail(at(key), "", "a key of %s is %s", what, describe(key))
		return
	}
	name := key.Value
	if own[name] {
		r.fail(at(key), "", "%q stands twice in %s (first in line %d)", name, what, seen[name].line)
		return
	}
	if _, merged := seen[name]; merged {
		return
	}
	own[name], seen[name] = true, at(key)
	for _, f := range fields {
		if f.name == name {
			f.read(key, value)
			return
		}
	}
	hint := DidYouMean(name, names(fields))
	switch {
	case value.ShortTag() == "!!null" && strings.ContainsAny(name, "=+-:*"):
		hint = fmt.Sprintf("a value with a comma in it needs quotes here, as in \"…,%s\"", name)
	case hint == "":
		hint = "known keys: " + keys(fields)
	}
	r.fail(at(key), hint, "unknown key %q in %s", name, what)
}

func names(fields []field) []string {
	out := make([]string, len(fields))
	for i, f := range fields {
		out[i] = f.name
	}
	return out
}

func keys(fields []field) string { return strings.Join(names(fields), ", ") }

// describe says what a node is, for messages.
func describe(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	case yaml.AliasNode:
		return "an alias"
	}
	switch n.ShortTag() {
	case "!!null":
		return "empty"
	case "!!bool":
		return "a truth value (" + n.Value + ")"
	case "!!int", "!!float":
		return "a number (" + n.Value + ")"
	case "!!timestamp":
		return "a date (" + n.Value + ")"
	}
	return fmt.Sprintf("the text %q", shorten(n.Value))
}

func shorten(s string) string {
	if utf8.RuneCountInString(s) <= 40 {
		return s
	}
	return string([]rune(s)[:40]) + "…"
}

// each reads a list, or one item in its place.
func (r *reader) each(n *yaml.Node, what string, read func(item *yaml.Node)) {
	n, ok := r.resolve(n)
	if !ok {
		return
	}
	if n.Kind != yaml.SequenceNode {
		read(n)
		return
	}
	if len(n.Content) == 0 {
		r.fail(at(n), "leave the key out, or name something", "%s is an empty list", what)
	}
	for _, written := range n.Content {
		if item, ok := r.resolve(written); ok {
			read(item)
		}
	}
}

// list reads a list of which nothing may stand in the place.
func (r *reader) list(n *yaml.Node, what string, read func(item *yaml.Node)) {
	n, ok := r.resolve(n)
	if !ok {
		return
	}
	if n.Kind != yaml.SequenceNode {
		r.fail(at(n), "", "%s is %s, not a list", what, describe(n))
		return
	}
	for _, written := range n.Content {
		if item, ok := r.resolve(written); ok {
			read(item)
		}
	}
}

// text reads a string that is not empty.
func (r *reader) text(n *yaml.Node, what string) (string, bool) {
	n, ok := r.resolve(n)
	if !ok {
		return "", false
	}
	if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!str" {
		hint := ""
		if n.Kind == yaml.ScalarNode && n.Value != "" {
			hint = fmt.Sprintf("for the text, write %q in quotes", n.Value)
		}
		r.fail(at(n), hint, "%s is %s, not a text", what, describe(n))
		return "", false
	}
	if strings.TrimSpace(n.Value) == "" {
		r.fail(at(n), "", "%s is empty", what)
		return "", false
	}
	return n.Value, true
}

// scalar reads a text or a plain number as it is written.
func (r *reader) scalar(n *yaml.Node, what string) (string, bool) {
	n, ok := r.resolve(n)
	if ok && number(n) {
		return n.Value, true
	}
	return r.text(n, what)
}

// number tells whether YAML takes a scalar for a number.
func number(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && (n.ShortTag() == "!!int" || n.ShortTag() == "!!float")
}

func (r *reader) truth(n *yaml.Node, what string) (bool, bool) {
	n, ok := r.resolve(n)
	if !ok {
		return false, false
	}
	if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!bool" {
		r.fail(at(n), "write true or false", "%s is %s, not true or false", what, describe(n))
		return false, false
	}
	return strings.HasPrefix(strings.ToLower(n.Value), "t"), true
}

// word reads one of several words.
func (r *reader) word(n *yaml.Node, what string, words ...string) (int, bool) {
	n, ok := r.resolve(n)
	if !ok {
		return 0, false
	}
	if n.Kind == yaml.ScalarNode {
		for i, w := range words {
			if n.Value == w {
				return i, true
			}
		}
	}
	hint := ""
	if n.Kind == yaml.ScalarNode {
		hint = DidYouMean(n.Value, words)
	}
	if hint == "" {
		hint = "one of: " + strings.Join(words, ", ")
	}
	r.fail(at(n), hint, "%s cannot be %s", what, describe(n))
	return 0, false
}

// inside is the position of a byte within a scalar, where the scalar stands in
// the file as it is; else the position of the scalar.
func (r *reader) inside(n *yaml.Node, offset int) position {
	p := at(n)
	if p.line < 1 || p.line > len(r.lines) || offset > len(n.Value) {
		return p
	}
	quote := 0
	if n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0 {
		quote = 1
	}
	line := []rune(r.lines[p.line-1])
	start := p.column - 1 + quote
	if start > len(line) || !strings.HasPrefix(string(line[start:]), n.Value) {
		return p
	}
	p.column += quote + utf8.RuneCountInString(n.Value[:offset])
	return p
}

// flow writes a node on one line, for people.
func flow(n *yaml.Node) string {
	f := flowWriter{left: 2000}
	f.write(n, 0)
	return f.text.String()
}

// flowWriter stops when it has written enough: aliases can unfold without end.
type flowWriter struct {
	text strings.Builder
	left int // values still to be written
}

func (f *flowWriter) write(n *yaml.Node, depth int) {
	for n.Kind == yaml.AliasNode && depth < maxDepth {
		n, depth = n.Alias, depth+1
	}
	f.left--
	if depth >= maxDepth || f.left <= 0 {
		f.text.WriteString("…")
		return
	}
	switch {
	case n.Kind == yaml.SequenceNode:
		f.items(n, depth, "[", "]", 1)
	case n.Kind == yaml.MappingNode && depth > 0:
		f.items(n, depth, "{", "}", 2)
	case n.Kind == yaml.MappingNode:
		f.items(n, depth, "", "", 2)
	default:
		f.text.WriteString(shorten(n.Value))
	}
}

func (f *flowWriter) items(n *yaml.Node, depth int, left, right string, step int) {
	f.text.WriteString(left)
	for i := 0; i+step <= len(n.Content) && f.left > 0; i += step {
		if i > 0 {
			f.text.WriteString(", ")
		}
		if step == 2 {
			f.text.WriteString(n.Content[i].Value + ": ")
		}
		f.write(n.Content[i+step-1], depth+1)
	}
	f.text.WriteString(right)
}
