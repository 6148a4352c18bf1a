package app

import (
	"bytes"
	"fmt"
	"net/url"
	"path"
	"path/filepath"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"ward/finding"
	"ward/lint"
	"ward/lint/effect"
	"ward/lint/read"
	"ward/lint/source"
	"ward/policy"
)

// The parts of the protocol that ward speaks.
type (
	lspParams struct {
		Document struct {
			URI  string `json:"uri"`
			Text string `json:"text"`
		} `json:"textDocument"`
		Changes []struct {
			Text string `json:"text"`
		} `json:"contentChanges"`
		Position lspPosition `json:"position"`
		Range    lspRange    `json:"range"`
	}
	lspPosition struct {
		Line      int `json:"line"`      // from 0
		Character int `json:"character"` // from 0, in units of UTF-16
	}
	lspRange struct {
		Start lspPosition `json:"start"`
		End   lspPosition `json:"end"`
	}
	lspDiagnostic struct {
		Range    lspRange `json:"range"`
		Severity int      `json:"severity"`
		Code     string   `json:"code,omitempty"`
		Source   string   `json:"source"`
		Message  string   `json:"message"`
	}
	lspEdit struct {
		Range lspRange `json:"range"`
		New   string   `json:"newText"`
	}
	lspAction struct {
		Title       string          `json:"title"`
		Kind        string          `json:"kind"`
		Preferred   bool            `json:"isPreferred,omitempty"`
		Diagnostics []lspDiagnostic `json:"diagnostics"`
		Edit        lspChanges      `json:"edit"`
	}
	lspChanges struct {
		Changes map[string][]lspEdit `json:"changes"`
	}
)

// A document is a file as the editor has it.
type document struct {
	file     *source.File
	script   *effect.Script // nil of a policy
	findings []lint.Finding
}

// publish takes the text of a document and says what is wrong in it.
func (s *languageServer) publish(uri, text string) error {
	d := &document{file: &source.File{Path: pathOf(uri), Text: []byte(text)}}
	s.open[uri] = d
	if isPolicy(d.file) {
		return s.diagnostics(uri, policyDiagnostics(d.file))
	}
	head := d.file.Text[:min(len(d.file.Text), 1024)]
	language, dialect, ok := read.For(d.file.Path, head)
	if _, can := s.front[language]; !ok || !can || len(text) > MaxLinted {
		return s.diagnostics(uri, []lspDiagnostic{})
	}
	d.file.Language, d.file.Dialect, d.file.Zone = language, dialect, read.ZoneOf(d.file.Path, head)
	d.script = s.front.Script(d.file)
	d.findings = lint.Check(d.script, s.options)
	all := []lspDiagnostic{}
	for i := range d.findings {
		all = append(all, d.diagnostic(&d.findings[i]))
	}
	return s.diagnostics(uri, all)
}

func (s *languageServer) diagnostics(uri string, all []lspDiagnostic) error {
	return s.send(map[string]any{
		"jsonrpc": "2.0", "method": "textDocument/publishDiagnostics",
		"params": map[string]any{"uri": uri, "diagnostics": all},
	})
}

// pathOf is the path of an address, relative to the current directory where it lies
// below that, so that zones are told as ward lint does.
func pathOf(uri string) string {
	u, err := url.Parse(uri)
	if err != nil || u.Path == "" {
		return uri
	}
	if here, err := filepath.Abs("."); err == nil {
		if rel, err := filepath.Rel(here, filepath.FromSlash(u.Path)); err == nil && filepath.IsLocal(rel) {
			return filepath.ToSlash(rel)
		}
	}
	return u.Path
}

// isPolicy tells whether a document is a policy of ward's: by its name, or by what it
// says in front.
func isPolicy(f *source.File) bool {
	switch base := path.Base(f.Path); {
	case base == ownPolicy, strings.HasSuffix(base, ".ward.yaml"):
		return true
	case strings.HasSuffix(base, ".yaml"), strings.HasSuffix(base, ".yml"):
		return bytes.HasPrefix(f.Text, []byte("# ward policy"))
	}
	return false
}

func policyDiagnostics(f *source.File) []lspDiagnostic {
	all := []lspDiagnostic{}
	_, problems := policy.Parse(f.Path, f.Text)
	for _, p := range problems {
		at := lspPosition{max(p.Line-1, 0), max(p.Column-1, 0)}
		message := p.Message
		if p.Hint != "" {
			message += " (" + p.Hint + ")"
		}
		all = append(all, lspDiagnostic{Range: lspRange{at, at}, Severity: lspSeverity(p.Severity), Source: "ward", Message: message})
	}
	return all
}

// lspSeverity is 1 for an error, 2 for a warning, 3 for information.
func lspSeverity(s finding.Severity) int {
	return [...]int{3, 2, 1, 1}[min(s, finding.Critical)]
}

func (d *document) diagnostic(f *lint.Finding) lspDiagnostic {
	message := f.What
	switch {
	case f.Meant != "":
		message += "; probably meant: " + f.Meant
	case f.Advice != "":
		message += ". " + f.Advice
	}
	return lspDiagnostic{Range: d.span(f.Span), Severity: lspSeverity(f.Severity), Code: f.Rule.ID, Source: "ward", Message: message}
}

func (d *document) span(s source.Span) lspRange {
	return lspRange{d.position(s.Start), d.position(max(s.Start, s.End))}
}

// position is an offset in the units of the protocol.
func (d *document) position(offset int) lspPosition {
	line, column := d.file.Position(offset)
	character := 0
	for _, r := range string(d.file.Text[offset-column+1 : offset]) {
		character += max(utf16.RuneLen(r), 1)
	}
	return lspPosition{line - 1, character}
}

// offset is the reverse of position; a place behind the end of its line is that end.
func (d *document) offset(p lspPosition) int {
	at := 0
	for range p.Line {
		i := bytes.IndexByte(d.file.Text[at:], '\n')
		if i < 0 {
			return len(d.file.Text)
		}
		at += i + 1
	}
	for n := 0; n < p.Character && at < len(d.file.Text) && d.file.Text[at] != '\n'; {
		r, size := utf8.DecodeRune(d.file.Text[at:])
		n += max(utf16.RuneLen(r), 1)
		at += size
	}
	return at
}

// hover says what the mode at a position means, as it is executed there; nil where none
// is.
func (s *languageServer) hover(p *lspParams) any {
	d := s.open[p.Document.URI]
	if d == nil || d.script == nil {
		return nil
	}
	at := d.offset(p.Position)
	for i := range d.script.Effects {
		e := &d.script.Effects[i]
		m, ok := e.Exact()
		if !ok || at < e.Mode.Start || at >= e.Mode.End || e.Verb == effect.Umask {
			continue
		}
		text := fmt.Sprintf("**%s** `%s`: as %s executes it\n", m.Octal(), m.Format(e.Kind), e.API)
		for _, words := range m.Describe(e.Kind) {
			text += "\n- " + words
		}
		if e.Masked {
			text += "\n\nThe umask takes bits away from it."
		}
		return map[string]any{"contents": map[string]string{"kind": "markdown", "value": text}, "range": d.span(e.Mode.Span)}
	}
	return nil
}

// actions are the fixes that touch a range, each simulated before it is offered.
func (s *languageServer) actions(p *lspParams) []lspAction {
	all := []lspAction{}
	d := s.open[p.Document.URI]
	if d == nil {
		return all
	}
	from, to := d.offset(p.Range.Start), d.offset(p.Range.End)
	for i := range d.findings {
		f := &d.findings[i]
		if f.Fix == nil || f.End < from || f.Start > to || lint.Simulate(f, s.front.Script) != nil {
			continue
		}
		var edits []lspEdit
		for _, e := range f.Fix.Edits {
			edits = append(edits, lspEdit{d.span(e.Span), e.New})
		}
		all = append(all, lspAction{
			Title: f.Fix.Words, Kind: "quickfix", Preferred: f.Fix.Safe, Diagnostics: []lspDiagnostic{d.diagnostic(f)},
			Edit: lspChanges{map[string][]lspEdit{p.Document.URI: edits}},
		})
	}
	return all
}
