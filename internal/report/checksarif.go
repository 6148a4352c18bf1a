package report

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"ward/finding"
	"ward/internal/app"
)

// MaxSARIF is how many results one SARIF file holds, gravest first: GitHub keeps
// no more of a run, and does not choose them by severity.
const MaxSARIF = 5000

// The parts of SARIF 2.1.0 that ward writes (OASIS, section 3).
type (
	sarifRun struct {
		Tool        sarifTool                `json:"tool"`
		Bases       map[string]sarifArtifact `json:"originalUriBaseIds"`
		Invocations []sarifInvocation        `json:"invocations"`
		ColumnKind  string                   `json:"columnKind"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name    string      `json:"name"`
		Version string      `json:"version,omitempty"`
		Rules   []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID            string         `json:"id"`
		Name          string         `json:"name"`
		Short         sarifText      `json:"shortDescription"`
		Full          *sarifText     `json:"fullDescription,omitempty"`
		Help          *sarifMarkdown `json:"help,omitempty"`
		Configuration sarifLevel     `json:"defaultConfiguration"`
		Properties    map[string]any `json:"properties"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifMarkdown struct {
		Text     string `json:"text"`
		Markdown string `json:"markdown"`
	}
	sarifLevel struct {
		Level string `json:"level"`
	}
	sarifInvocation struct {
		Successful    bool                `json:"executionSuccessful"`
		Started       string              `json:"startTimeUtc,omitempty"`
		Notifications []sarifNotification `json:"toolExecutionNotifications"`
	}
	sarifNotification struct {
		Level   string    `json:"level"`
		Message sarifText `json:"message"`
	}
	sarifArtifact struct {
		URI    string `json:"uri"`
		BaseID string `json:"uriBaseId,omitempty"`
	}
	sarifResult struct {
		RuleID       string            `json:"ruleId"`
		RuleIndex    int               `json:"ruleIndex"`
		Level        string            `json:"level"`
		Message      sarifText         `json:"message"`
		Locations    []sarifLocation   `json:"locations"`
		Fingerprints map[string]string `json:"partialFingerprints"`
		Properties   map[string]any    `json:"properties,omitempty"`
	}
	sarifLocation struct {
		Physical sarifPhysical `json:"physicalLocation"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   sarifRegion   `json:"region"`
	}
	sarifRegion struct {
		StartLine int `json:"startLine"`
	}
)

const sarifOpening = `{"$schema":"https://json.schemastore.org/sarif-2.1.0.json","version":"2.1.0","runs":[`

// CheckSARIF writes a check as SARIF 2.1.0, at most MaxSARIF results of it.
func CheckSARIF(w io.Writer, c *app.Checked, version string) error {
	out := bufio.NewWriter(w)
	s := sarif{check: c, bases: map[string]sarifBase{}, index: map[string]int{}}
	for i, tree := range c.Trees {
		s.bases[tree.Root] = newSARIFBase(i, tree)
	}
	rules, err := s.rules()
	if err != nil {
		return err
	}
	out.WriteString(sarifOpening)
	run := sarifRun{
		sarifTool{sarifDriver{"ward", version, rules}},
		s.originalBases(),
		[]sarifInvocation{s.invocation()},
		"unicodeCodePoints",
	}
	results, err := newLines(out, run, "results")
	if err != nil {
		return err
	}
	if err := s.results(results); err != nil {
		return err
	}
	results.end("]}]}\n")
	return out.Flush()
}

type sarif struct {
	check *app.Checked
	bases map[string]sarifBase // by root
	index map[string]int       // rule id to its place in the driver's rules
}

// sarifBase is what addresses in one tree are relative to, so that they stay the
// same wherever the tree is checked out: its root, or the directory of a tree that
// is a single file.
type sarifBase struct {
	id   string
	dir  string
	self string // address of the root itself
}

func newSARIFBase(i int, t app.Tree) sarifBase {
	b := sarifBase{id: "ROOT", dir: t.Root, self: "."}
	if i > 0 {
		b.id = fmt.Sprintf("ROOT%d", i+1)
	}
	if t.Single {
		b.dir, b.self = filepath.Dir(t.Root), filepath.Base(t.Root)
	}
	return b
}

// address is where a finding is, relative to its base.
func (b sarifBase) address(path string) sarifArtifact {
	if path == "." {
		path = b.self
	}
	return sarifArtifact{uri(path), b.id}
}

func (s *sarif) originalBases() map[string]sarifArtifact {
	all := map[string]sarifArtifact{}
	for _, b := range s.bases {
		all[b.id] = sarifArtifact{URI: "file://" + uri(strings.TrimSuffix(b.dir, "/")) + "/"}
	}
	return all
}

func (s *sarif) rules() ([]sarifRule, error) {
	secure, err := s.security()
	if err != nil {
		return nil, err
	}
	all := []sarifRule{}
	for i, r := range s.check.Every {
		s.index[r.ID] = i
		all = append(all, describeRule(r, secure[r.ID]))
	}
	return all, nil
}

// security tells which rules are about somebody who may do too much: GitHub shows
// every rule with a security severity as a matter of security.
func (s *sarif) security() (map[string]bool, error) {
	secure := map[string]bool{}
	written := 0
	for f, err := range s.check.Findings {
		if err != nil {
			return nil, err
		}
		if written++; written > MaxSARIF {
			break
		}
		secure[f.Rule.ID] = secure[f.Rule.ID] || len(f.Gains) > 0
	}
	return secure, nil
}

func describeRule(r *finding.Rule, secure bool) sarifRule {
	d := sarifRule{
		ID: r.ID, Name: r.ID, Short: sarifText{r.Title},
		Configuration: sarifLevel{sarifLevelOf(r.Severity)},
		Properties:    map[string]any{"tags": []string{"permissions"}},
	}
	if r.Reason != "" {
		d.Full = &sarifText{r.Reason}
	}
	if r.Help != "" {
		d.Help = &sarifMarkdown{r.Help, r.Help}
	}
	if secure {
		d.Properties["tags"] = []string{"permissions", "security"}
		d.Properties["security-severity"] = [...]string{"2.0", "5.0", "7.5", "9.5"}[r.Severity]
	}
	return d
}

func sarifLevelOf(s finding.Severity) string {
	return [...]string{"note", "warning", "error", "error"}[s]
}

// invocation says what could not be looked at, and how many results were left out.
func (s *sarif) invocation() sarifInvocation {
	c := s.check
	v := sarifInvocation{Successful: c.Complete(), Notifications: []sarifNotification{}}
	if !c.Started.IsZero() {
		v.Started = c.Started.UTC().Format("2006-01-02T15:04:05.000Z")
	}
	note := func(level, text string) {
		v.Notifications = append(v.Notifications, sarifNotification{level, sarifText{text}})
	}
	for _, f := range c.Unseen.First {
		note("error", "not looked at: "+Path(f.Path)+": "+f.Err.Error())
	}
	if more := c.Unseen.Count - int64(len(c.Unseen.First)); more > 0 {
		note("error", fmt.Sprintf("not looked at: %d more", more))
	}
	if more := c.AtLeast(finding.Info) - MaxSARIF; more > 0 {
		note("warning", fmt.Sprintf("%d further results are left out; --format json has all", more))
	}
	return v
}

func (s *sarif) results(out *lines) error {
	written := 0
	for f, err := range s.check.Findings {
		if err != nil {
			return err
		}
		if written++; written > MaxSARIF {
			return nil
		}
		if err := out.add(s.result(&f)); err != nil {
			return err
		}
	}
	return nil
}

func (s *sarif) result(f *app.Finding) sarifResult {
	about := f.Rule.ID + "\x00" + f.Path
	if f.Line > 0 { // several findings of a rule may stand in one file, and lines move
		about += "\x00" + f.Member + "\x00" + f.What
	}
	print := sha256.Sum256([]byte(about))
	hash := hex.EncodeToString(print[:16])
	r := sarifResult{
		RuleID: f.Rule.ID, RuleIndex: s.index[f.Rule.ID], Level: sarifLevelOf(f.Rule.Severity),
		Message: sarifText{message(f, s.check)},
		Locations: []sarifLocation{{sarifPhysical{
			s.bases[f.Root].address(f.Path), sarifRegion{max(1, f.Line)},
		}}},
		Fingerprints: map[string]string{"primaryLocationLineHash": hash + ":1", "wardFinding/v1": hash},
	}
	if f.Fix != nil {
		r.Properties = map[string]any{"fix": Shell(f.Fix)}
	}
	return r
}

// uri percent-encodes a path byte by byte (RFC 3986, section 2.3), so that names
// that are no UTF-8 survive and a colon in the first component names no scheme.
func uri(path string) string {
	var b strings.Builder
	for i := range len(path) {
		c := path[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte("/-._~", c) >= 0:
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}
