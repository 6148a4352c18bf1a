package report

import (
	"bufio"
	"io"
	"strings"

	"ward/internal/app"
)

// rdDiagnostic is one line of the Reviewdog Diagnostic Format (rdjsonl).
type rdDiagnostic struct {
	Message  string     `json:"message"`
	Location rdLocation `json:"location"`
	Severity string     `json:"severity"`
	Source   rdSource   `json:"source"`
	Code     rdCode     `json:"code"`
}

type rdLocation struct {
	Path  string  `json:"path"`
	Range rdRange `json:"range"`
}

type rdRange struct {
	Start rdPosition `json:"start"`
}

type rdPosition struct {
	Line   int `json:"line"`
	Column int `json:"column"`
}

type rdSource struct {
	Name string `json:"name"`
}

type rdCode struct {
	Value string `json:"value"`
}

// CheckRDJSONL writes a check for reviewdog: one diagnostic a line.
func CheckRDJSONL(w io.Writer, c *app.Checked) error {
	out := bufio.NewWriter(w)
	lines := newEncoder(out)
	for f, err := range c.Findings {
		if err != nil {
			return err
		}
		if err := lines.Encode(rdDocument(&f, c)); err != nil {
			return err
		}
	}
	return out.Flush()
}

func rdDocument(f *app.Finding, c *app.Checked) rdDiagnostic {
	level := [...]string{"INFO", "WARNING", "ERROR", "ERROR"}[f.Rule.Severity]
	return rdDiagnostic{
		Message:  message(f, c),
		Location: rdLocation{f.Place(), rdRange{rdPosition{max(1, f.Line), 1}}},
		Severity: level,
		Source:   rdSource{"ward"},
		Code:     rdCode{f.Rule.ID},
	}
}

// message is a finding in one paragraph, for formats that have no fields of their
// own for its parts.
func message(f *app.Finding, c *app.Checked) string {
	parts := []string{f.Rule.Title}
	for _, d := range Differences(&f.Found, &f.Wanted, f.Kind, c.Names) {
		parts = append(parts, d.Attribute+" "+d.From+" -> "+d.To)
	}
	parts = append(parts, f.What, labelled("too much: ", f.Gains), labelled("too little: ", f.Loses), f.Advice)
	text := joinSentences(parts)
	if f.Fix != nil {
		text += ". Fix: " + Shell(f.Fix)
	}
	return text
}

func labelled(label string, words []string) string {
	if len(words) == 0 {
		return ""
	}
	return label + strings.Join(words, ", ")
}

func joinSentences(parts []string) string {
	var said []string
	for _, p := range parts {
		if p != "" {
			said = append(said, strings.TrimSuffix(p, "."))
		}
	}
	return strings.Join(said, ". ")
}
