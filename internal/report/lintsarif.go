package report

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"ward/finding"
	"ward/internal/app"
	"ward/lint/source"
)

type (
	sarifLintResult struct {
		RuleID       string              `json:"ruleId"`
		RuleIndex    int                 `json:"ruleIndex"`
		Level        string              `json:"level"`
		Message      sarifText           `json:"message"`
		Locations    []sarifLintLocation `json:"locations"`
		Fingerprints map[string]string   `json:"partialFingerprints"`
		Fixes        []sarifFix          `json:"fixes,omitempty"`
	}
	sarifLintLocation struct {
		Physical sarifLintPhysical `json:"physicalLocation"`
	}
	sarifLintPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   sarifExtent   `json:"region"`
	}
	sarifExtent struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn"`
		EndLine     int `json:"endLine"`
		EndColumn   int `json:"endColumn"`
	}
	sarifFix struct {
		Description sarifText         `json:"description"`
		Changes     []sarifFileChange `json:"artifactChanges"`
	}
	sarifFileChange struct {
		Artifact     sarifArtifact      `json:"artifactLocation"`
		Replacements []sarifReplacement `json:"replacements"`
	}
	sarifReplacement struct {
		Deleted  sarifExtent `json:"deletedRegion"`
		Inserted sarifText   `json:"insertedContent"`
	}
)

// LintSARIF writes a linting as SARIF 2.1.0, gravest first, at most MaxSARIF results.
func LintSARIF(w io.Writer, l *app.Linted, version string) error {
	out := bufio.NewWriter(w)
	out.WriteString(sarifOpening)
	s := lintSARIF{linted: l, index: map[string]int{}}
	run := sarifRun{
		sarifTool{sarifDriver{"ward", version, s.rules()}},
		map[string]sarifArtifact{},
		[]sarifInvocation{s.invocation()},
		"unicodeCodePoints",
	}
	results, err := newLines(out, run, "results")
	if err != nil {
		return err
	}
	for _, f := range s.gravest() {
		if err := results.add(s.result(f)); err != nil {
			return err
		}
	}
	results.end("]}]}\n")
	return out.Flush()
}

type lintSARIF struct {
	linted *app.Linted
	index  map[string]int
}

func (s *lintSARIF) rules() []sarifRule {
	secure := map[string]bool{}
	for i := range s.linted.Findings {
		f := &s.linted.Findings[i]
		secure[f.Rule.ID] = secure[f.Rule.ID] || len(f.Gains) > 0
	}
	all := []sarifRule{}
	for i, r := range s.linted.Every {
		s.index[r.ID] = i
		all = append(all, describeRule(r, secure[r.ID]))
	}
	return all
}

// gravest is what is written: the first of all findings by severity, then by place.
func (s *lintSARIF) gravest() []*app.LintFinding {
	all := make([]*app.LintFinding, len(s.linted.Findings))
	for i := range all {
		all[i] = &s.linted.Findings[i]
	}
	slices.SortStableFunc(all, func(a, b *app.LintFinding) int { return cmp.Compare(b.Severity, a.Severity) })
	return all[:min(len(all), MaxSARIF)]
}

func (s *lintSARIF) invocation() sarifInvocation {
	l := s.linted
	v := sarifInvocation{Successful: l.Complete(), Notifications: []sarifNotification{}}
	for _, f := range l.Unseen.First {
		v.Notifications = append(v.Notifications, sarifNotification{"error", sarifText{"not looked at: " + Path(f.Path) + ": " + f.Err.Error()}})
	}
	if more := len(l.Findings) - MaxSARIF; more > 0 {
		v.Notifications = append(v.Notifications, sarifNotification{"warning", sarifText{fmt.Sprintf("%d further results are left out; --format json has all", more)}})
	}
	return v
}

func (s *lintSARIF) result(f *app.LintFinding) sarifLintResult {
	r := sarifLintResult{
		RuleID: f.Rule.ID, RuleIndex: s.index[f.Rule.ID], Level: sarifLevelOf(f.Severity), Message: sarifText{lintMessage(f)},
		Locations:    []sarifLintLocation{{sarifLintPhysical{lintAddress(f), codePoints(f.File, f.Span)}}},
		Fingerprints: map[string]string{"primaryLocationLineHash": f.Fingerprint + ":1", "wardLint/v1": f.Fingerprint},
	}
	if f.Fix == nil {
		return r
	}
	change := sarifFileChange{Artifact: lintAddress(f)}
	for _, e := range f.Fix.Edits {
		change.Replacements = append(change.Replacements, sarifReplacement{codePoints(f.File, e.Span), sarifText{e.New}})
	}
	r.Fixes = []sarifFix{{sarifText{f.Fix.Words}, []sarifFileChange{change}}}
	return r
}

// lintAddress is where a file is: relative to where ward runs, which is the root of the
// repository where scanners expect it, or absolute if it was named so.
func lintAddress(f *app.LintFinding) sarifArtifact {
	if strings.HasPrefix(f.Path, "/") {
		return sarifArtifact{URI: "file://" + uri(f.Path)}
	}
	return sarifArtifact{URI: uri(path.Clean(f.Path))}
}

// codePoints is a span with columns in characters.
func codePoints(f *source.File, s source.Span) sarifExtent {
	var x sarifExtent
	x.StartLine, x.StartColumn = characters(f, s.Start)
	x.EndLine, x.EndColumn = characters(f, max(s.Start, s.End))
	return x
}

func characters(f *source.File, offset int) (line, column int) {
	line, column = f.Position(offset)
	return line, utf8.RuneCount(f.Text[offset-column+1:offset]) + 1
}

// lintLevel is a severity in the words of a format, info first.
func lintLevel(s finding.Severity, words [4]string) string { return words[min(s, finding.Critical)] }
