// Package config reads YAML and JSON for the linter by what it is: tasks of Ansible,
// manifests of Kubernetes, Compose files, cloud-init, Ignition and Butane, workflows of
// GitHub and pipelines of GitLab, recipes of nfpm and goreleaser. Each program reads
// numbers by rules of its own, so what counts is the text that stands there and who
// reads it.
package config

import (
	"bytes"
	"path"
	"strings"

	"ward/lint/effect"
	"ward/lint/shell"
	"ward/lint/source"
	"ward/mode"
)

// The dialects, as File.Dialect has them.
const (
	Ansible    = "ansible"
	Kubernetes = "kubernetes"
	Compose    = "compose"
	CloudInit  = "cloud-init"
	Ignition   = "ignition"
	Butane     = "butane"
	GitHub     = "github"
	GitLab     = "gitlab"
	Packager   = "nfpm" // goreleaser too
)

// Telling are words of which every such file has one that does something to
// permissions.
func Telling() []string {
	return []string{"ode", "permissions", "umask", "UMask", "chmod", "chown", "mkdir", "install", "copy:", "template:", "artifact", "write_files", "lineinfile", "run:", "script:", "shell:", "command:", "runcmd"}
}

// Read is what a YAML or JSON file does, as far as it is one of those that are known.
// It sets the file's dialect if nobody has.
func Read(f *source.File) *effect.Script {
	r := &reader{script: &effect.Script{File: f}, number: goYAML, function: -1}
	var documents []*node
	var err error
	if f.Language == source.JSON {
		var n *node
		n, err = parseJSON(f.Text)
		documents, r.number = []*node{n}, plainJSON
	} else {
		documents, r.script.Comments, err = parseYAML(f.Text)
	}
	if err != nil {
		r.script.Notes = append(r.script.Notes, source.Note{Text: err.Error()})
	}
	for _, d := range documents {
		dialect := f.Dialect
		if dialect == "" || dialect == Kubernetes {
			dialect = dialectOf(f, d)
		}
		if f.Dialect == "" {
			f.Dialect = dialect
		}
		r.document(dialect, d)
	}
	return r.script
}

// A reader turns values into effects.
type reader struct {
	script   *effect.Script
	number   consumer
	function int
	root     bool // what is met now runs as root
}

func (r *reader) document(dialect string, d *node) {
	r.function = -1
	switch dialect {
	case Ansible:
		r.number = pythonYAML
		r.ansible(d)
	case Kubernetes:
		r.kubernetes(d)
	case Compose:
		r.compose(d)
	case CloudInit:
		r.number = pythonYAML
		r.cloudInit(d)
	case Ignition, Butane:
		r.ignition(d)
	case GitHub:
		r.github(d)
	case GitLab:
		r.gitlab(d)
	case Packager:
		r.packager(d)
	}
}

// dialectOf is what a document is for: by the path of its file where programs look for
// theirs, otherwise by what stands in it.
func dialectOf(f *source.File, d *node) string {
	name, base := f.Path, path.Base(f.Path)
	switch {
	case strings.Contains(name, ".github/workflows/") || d.has("jobs") && d.has("on"):
		return GitHub
	case strings.HasPrefix(base, ".gitlab-ci") || isGitLab(d):
		return GitLab
	case bytes.HasPrefix(f.Text, []byte("#cloud-config")) || d.has("write_files"):
		return CloudInit
	case d.has("apiVersion") && d.has("kind"):
		return Kubernetes
	case d.has("ignition"):
		return Ignition
	case d.has("variant") && d.has("storage"):
		return Butane
	case d.has("services") && d.key("services").kind == mapping && hasAny(d.key("services"), "image", "build", "extends"):
		return Compose
	case d.has("runs") && d.at("runs", "using") != nil:
		return GitHub
	case d.has("nfpms", "archives", "builds") || d.has("contents") && d.has("name"):
		return Packager
	case isAnsible(d):
		return Ansible
	}
	return ""
}

// hasAny tells whether a value of a mapping has one of the keys.
func hasAny(n *node, names ...string) bool {
	for _, p := range n.entries() {
		if p.value.has(names...) {
			return true
		}
	}
	return false
}

func (r *reader) add(e effect.Effect) {
	e.Function = r.function
	r.script.Effects = append(r.script.Effects, e)
}

// enter begins a function: a play, a job, a pod. What follows until leave is in it.
func (r *reader) enter(n *node, name string) (leave func()) {
	outer := r.function
	r.script.Functions = append(r.script.Functions, source.Function{Span: n.Span, Name: name, Outer: outer})
	r.function = len(r.script.Functions) - 1
	return func() { r.function = outer }
}

// operand is a scalar as a path or as contents.
func operand(n *node) effect.Operand {
	if n == nil || n.kind != scalar {
		return effect.Operand{}
	}
	o := effect.Operand{Span: n.Span, Known: n.text, Name: n.text, Whole: !templated(n.text)}
	if !o.Whole {
		o.Known = literalParts(n.text)
	}
	return o
}

// literalParts is a text without what is filled in.
func literalParts(text string) string {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(text, "{{")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		_, text, ok = strings.Cut(rest, "}}")
		if !ok {
			return b.String()
		}
	}
}

// shell reads the commands in a scalar. Where nobody knows the places of its bytes,
// the effects stand at the scalar, and nothing in it is edited.
func (r *reader) shell(n *node, name string) {
	if n == nil || n.kind != scalar || n.text == "" {
		return
	}
	text := withVariables(n.text)
	inner := shell.Commands(&source.File{Path: r.script.File.Path, Language: source.Shell, Text: []byte(text)}, text, 0)
	offset := func(i int) int { return n.offsets[min(i, len(n.offsets)-1)] }
	if len(n.offsets) != len(text) {
		for i := range inner.Effects {
			inner.Effects[i].Mode.Numbers, inner.Effects[i].Mode.Span = nil, source.Span{}
		}
		offset = func(int) int { return n.Start }
	}
	where := source.Function{Span: n.Span, Name: name, Outer: r.function}
	r.script.Embed(inner, where, offset, func(e *effect.Effect) {
		e.AsRoot = e.AsRoot || r.root
		for _, o := range []*effect.Operand{&e.Path, &e.Target, &e.Data} {
			filledIn(o)
		}
	})
}

// filledIn takes the variable that stands for a template out of an operand: in single
// quotes a shell takes it for text.
func filledIn(o *effect.Operand) {
	for {
		before, rest, ok := strings.Cut(o.Known, "${_")
		if !ok {
			return
		}
		_, after, _ := strings.Cut(rest, "}")
		o.Known, o.Whole = before+after, false
	}
}

// command reads a command given as a list of words: that of a shell after -c, or one
// that is run as it stands.
func (r *reader) command(words []*node, name string) {
	for i, w := range words {
		if i > 0 && len(words) > i+1 && strings.HasPrefix(w.text, "-") && strings.HasSuffix(w.text, "c") && strings.HasSuffix(path.Base(words[i-1].text), "sh") {
			r.shell(words[i+1], name)
			return
		}
	}
	if len(words) == 0 {
		return
	}
	joined := &node{Span: source.Span{Start: words[0].Start, End: words[len(words)-1].End}}
	for _, w := range words {
		if w.kind != scalar || len(w.offsets) != len(w.text) || w.text == "" || strings.ContainsAny(w.text, " \t\n'\"\\;&|<>()#*?[`~") {
			return // words that a shell would read otherwise
		}
		joined.text += w.text + " "
		joined.offsets = append(append(joined.offsets, w.offsets...), w.End-1)
	}
	r.shell(joined, name)
}

// withVariables puts a variable of the same length in the place of what a template
// fills in, so that the shell's parser reads it as one.
func withVariables(text string) string {
	if !strings.Contains(text, "{{") && !strings.Contains(text, "{%") {
		return text
	}
	out := []byte(text)
	for i := 0; i+1 < len(out); i++ {
		if out[i] != '{' || out[i+1] != '{' && out[i+1] != '%' {
			continue
		}
		mark := map[byte]string{'{': "}}", '%': "%}"}[out[i+1]]
		length := strings.Index(text[i:], mark)
		if length < 0 {
			break
		}
		start, end := i, i+length+2
		if start > 0 && out[start-1] == '$' {
			start--
		}
		for j := start; j < end; j++ {
			if out[j] = '_'; mark == "%}" {
				out[j] = ' '
			}
		}
		if mark == "}}" {
			out[start], out[start+1], out[end-1] = '$', '{', '}'
		}
		i = end - 1
	}
	return string(out)
}

// made is an effect that makes or changes the file at path.
func made(api string, at source.Span, p effect.Operand, m effect.Mode, k mode.Kind) effect.Effect {
	return effect.Effect{Span: at, Verb: effect.Create, API: api, Path: p, Mode: m, Kind: k, Follows: true, Checked: true}
}
