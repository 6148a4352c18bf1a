package report

import (
	"bufio"
	"encoding/xml"
	"io"

	"ward/internal/app"
)

type checkstyle struct {
	XMLName xml.Name         `xml:"checkstyle"`
	Version string           `xml:"version,attr"`
	Files   []checkstyleFile `xml:"file"`
}

type checkstyleFile struct {
	Name   string            `xml:"name,attr"`
	Errors []checkstyleError `xml:"error"`
}

type checkstyleError struct {
	Line     int    `xml:"line,attr"`
	Column   int    `xml:"column,attr"`
	Severity string `xml:"severity,attr"`
	Message  string `xml:"message,attr"`
	Source   string `xml:"source,attr"`
}

// LintCheckstyle writes a linting in the format of Checkstyle, which Jenkins and other
// servers read.
func LintCheckstyle(w io.Writer, l *app.Linted) error {
	doc := checkstyle{Version: "4.3"}
	for i := range l.Findings {
		f := &l.Findings[i]
		if n := len(doc.Files); n == 0 || doc.Files[n-1].Name != Path(f.Path) {
			doc.Files = append(doc.Files, checkstyleFile{Name: Path(f.Path)})
		}
		file := &doc.Files[len(doc.Files)-1]
		file.Errors = append(file.Errors, checkstyleError{
			Line: f.From.Line, Column: f.From.Column, Severity: lintLevel(f.Severity, [4]string{"info", "warning", "error", "error"}),
			Message: printable(lintMessage(f)), Source: f.Rule.ID,
		})
	}
	out := bufio.NewWriter(w)
	out.WriteString(xml.Header)
	e := xml.NewEncoder(out)
	e.Indent("", "  ")
	if err := e.Encode(doc); err != nil {
		return err
	}
	out.WriteByte('\n')
	return out.Flush()
}

// codeQuality is one issue of GitLab's code quality report.
type codeQuality struct {
	Description string              `json:"description"`
	CheckName   string              `json:"check_name"`
	Fingerprint string              `json:"fingerprint"`
	Severity    string              `json:"severity"`
	Location    codeQualityLocation `json:"location"`
}

type codeQualityLocation struct {
	Path  string           `json:"path"`
	Lines codeQualityLines `json:"lines"`
}

type codeQualityLines struct {
	Begin int `json:"begin"`
}

// LintGitLab writes a linting as a code quality report of GitLab.
func LintGitLab(w io.Writer, l *app.Linted) error {
	issues := []codeQuality{}
	for i := range l.Findings {
		f := &l.Findings[i]
		issues = append(issues, codeQuality{
			Description: lintMessage(f), CheckName: f.Rule.ID, Fingerprint: f.Fingerprint,
			Severity: lintLevel(f.Severity, [4]string{"info", "minor", "major", "critical"}),
			Location: codeQualityLocation{f.Path, codeQualityLines{f.From.Line}},
		})
	}
	e := newEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(issues)
}
