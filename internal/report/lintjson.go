package report

import (
	"bufio"
	"io"
	"strconv"
	"strings"

	"ward/finding"
	"ward/internal/app"
	"ward/lint"
	"ward/lint/source"
)

// lintHead is everything of the document but the findings, which follow it one a line.
type lintHead struct {
	Version   int              `json:"version"`
	Kind      string           `json:"kind"`
	Seconds   float64          `json:"seconds"`
	Complete  bool             `json:"complete"`
	Files     int64            `json:"files"`
	Bytes     int64            `json:"bytes"`
	Counts    map[string]int64 `json:"counts"`
	Accepted  int64            `json:"accepted"`
	Expired   []knownJSON      `json:"expired"`
	Unmatched []knownJSON      `json:"unmatched"`
	Unseen    unseenJSON       `json:"notLookedAt"`
	Notes     []lintNoteJSON   `json:"notes"`
}

type lintNoteJSON struct {
	jsonPath
	Text string `json:"text"`
}

type lintFindingJSON struct {
	Rule     string `json:"rule"`
	Severity string `json:"severity"`
	jsonPath
	Line        int          `json:"line"`
	Column      int          `json:"column"`
	EndLine     int          `json:"endLine"`
	EndColumn   int          `json:"endColumn"`
	Language    string       `json:"language"`
	Zone        string       `json:"zone"`
	What        string       `json:"what"`
	Executed    string       `json:"executed,omitempty"`
	Meant       string       `json:"meant,omitempty"`
	Gains       []string     `json:"gains"`
	Loses       []string     `json:"loses"`
	Advice      string       `json:"advice,omitempty"`
	Fingerprint string       `json:"fingerprint"`
	Fix         *lintFixJSON `json:"fix,omitempty"`
}

type lintFixJSON struct {
	Words string         `json:"words"`
	Safe  bool           `json:"safe"`
	Edits []lintEditJSON `json:"edits"`
}

type lintEditJSON struct {
	Start int    `json:"start"`
	End   int    `json:"end"`
	New   string `json:"new"`
}

// LintJSON writes a linting as one JSON document.
func LintJSON(w io.Writer, l *app.Linted) error {
	out := bufio.NewWriter(w)
	head := lintHead{
		Version: FormatVersion, Kind: "lint", Seconds: l.Duration.Seconds(), Complete: l.Complete(), Files: l.Files, Bytes: l.Bytes,
		Counts: map[string]int64{}, Accepted: l.Accepted, Expired: knownJSONs(l.Expired), Unmatched: knownJSONs(l.Unmatched),
		Unseen: unseen(&l.Unseen), Notes: []lintNoteJSON{},
	}
	for s := finding.Info; s <= finding.Critical; s++ {
		head.Counts[s.String()] = l.AtLeast(s) - l.AtLeast(s+1)
	}
	for _, n := range l.Notes {
		head.Notes = append(head.Notes, lintNoteJSON{newJSONPath(n.Path), n.Text})
	}
	findings, err := newLines(out, head, "findings")
	if err != nil {
		return err
	}
	for i := range l.Findings {
		if err := findings.add(lintFindingOf(&l.Findings[i])); err != nil {
			return err
		}
	}
	findings.end("]}\n")
	return out.Flush()
}

func lintFindingOf(f *app.LintFinding) lintFindingJSON {
	d := lintFindingJSON{
		Rule: f.Rule.ID, Severity: f.Severity.String(), jsonPath: newJSONPath(f.Path),
		Line: f.From.Line, Column: f.From.Column, EndLine: f.To.Line, EndColumn: f.To.Column,
		Language: string(f.File.Language), Zone: f.File.Zone.String(), What: f.What, Executed: f.Executed, Meant: f.Meant,
		Gains: orEmpty(f.Gains), Loses: orEmpty(f.Loses), Advice: f.Advice, Fingerprint: f.Fingerprint,
	}
	if f.Fix != nil {
		d.Fix = &lintFixJSON{Words: f.Fix.Words, Safe: f.Fix.Safe, Edits: []lintEditJSON{}}
		for _, e := range f.Fix.Edits {
			d.Fix.Edits = append(d.Fix.Edits, lintEditJSON{e.Start, e.End, e.New})
		}
	}
	return d
}

// lintMessage is a finding in one paragraph.
func lintMessage(f *app.LintFinding) string {
	parts := []string{f.What, labelled("too much: ", f.Gains), labelled("too little: ", f.Loses)}
	switch {
	case f.Fix != nil:
		parts = append(parts, "fix: "+f.Fix.Words)
	case f.Meant != "":
		parts = append(parts, "probably meant: "+f.Meant)
	}
	return joinSentences(append(parts, f.Advice))
}

type rdLintDiagnostic struct {
	Message     string         `json:"message"`
	Location    rdLintLocation `json:"location"`
	Severity    string         `json:"severity"`
	Source      rdSource       `json:"source"`
	Code        rdCode         `json:"code"`
	Suggestions []rdSuggestion `json:"suggestions,omitempty"`
}

type rdLintLocation struct {
	Path  string   `json:"path"`
	Range rdExtent `json:"range"`
}

type rdExtent struct {
	Start rdPosition `json:"start"`
	End   rdPosition `json:"end"`
}

type rdSuggestion struct {
	Range rdExtent `json:"range"`
	Text  string   `json:"text"`
}

// LintRDJSONL writes a linting for reviewdog: one diagnostic a line, with what to write
// instead.
func LintRDJSONL(w io.Writer, l *app.Linted) error {
	out := bufio.NewWriter(w)
	lines := newEncoder(out)
	for i := range l.Findings {
		f := &l.Findings[i]
		d := rdLintDiagnostic{
			Message:  lintMessage(f),
			Location: rdLintLocation{f.Path, extent(f.File, f.Span)},
			Severity: [...]string{"INFO", "WARNING", "ERROR", "ERROR"}[f.Severity],
			Source:   rdSource{"ward"},
			Code:     rdCode{f.Rule.ID},
		}
		for _, e := range editsOf(f) {
			d.Suggestions = append(d.Suggestions, rdSuggestion{extent(f.File, e.Span), e.New})
		}
		if err := lines.Encode(d); err != nil {
			return err
		}
	}
	return out.Flush()
}

func editsOf(f *app.LintFinding) []lint.Edit {
	if f.Fix == nil {
		return nil
	}
	return f.Fix.Edits
}

// extent is a span in lines and columns, which reviewdog counts in bytes.
func extent(f *source.File, s source.Span) rdExtent {
	var x rdExtent
	x.Start.Line, x.Start.Column = f.Position(s.Start)
	x.End.Line, x.End.Column = f.Position(max(s.Start, s.End))
	return x
}

// LintGitHub writes a linting as workflow commands of GitHub Actions, which become
// annotations.
func LintGitHub(w io.Writer, l *app.Linted) error {
	out := bufio.NewWriter(w)
	for i := range l.Findings {
		f := &l.Findings[i]
		level := [...]string{"notice", "warning", "error", "error"}[f.Severity]
		x := extent(f.File, f.Span)
		out.WriteString("::" + level + " file=" + property(f.Path))
		for _, p := range []struct {
			name string
			n    int
		}{{"line", x.Start.Line}, {"endLine", x.End.Line}, {"col", x.Start.Column}, {"endColumn", x.End.Column}} {
			out.WriteString("," + p.name + "=" + strconv.Itoa(p.n))
		}
		out.WriteString(",title=" + property(f.Rule.ID) + "::" + commandText(lintMessage(f)) + "\n")
	}
	return out.Flush()
}

// commandText and property escape what a workflow command must not have in its text and
// in a property (actions/toolkit, command.ts: escapeData, escapeProperty).
func commandText(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(printable(s))
}

func property(s string) string {
	return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(commandText(s))
}
