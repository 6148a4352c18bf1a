package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"ward/finding"
	"ward/policy"
)

// Known is a finding that somebody accepted: an entry of the file of known ones.
type Known struct {
	Rule   string    // id of the rule
	Path   string    // glob: absolute, or relative to the root of the tree
	Reason string    // why it is accepted
	Until  time.Time // the last day on which it holds; zero: for ever
	Line   int       // where it starts in its file
}

// knownFile is the accepted findings as one worker, or the whole check, meets them.
type knownFile struct {
	entries []knownEntry
	hits    []int64 // by entry: how many findings it fits
}

type knownEntry struct {
	Known
	paths    policy.Paths
	absolute bool
	expired  bool
}

// knownYAML is the file as it is written, in YAML or JSON.
type knownYAML struct {
	Version int         `yaml:"version"`
	Known   []yaml.Node `yaml:"known"`
}

type knownEntryYAML struct {
	Rule   string `yaml:"rule"`
	Path   string `yaml:"path"`
	Reason string `yaml:"reason"`
	Until  string `yaml:"until"`
}

// loadKnown reads a file of accepted findings; "" is one without any.
func loadKnown(ctx context.Context, file string) (*knownFile, error) {
	if file == "" {
		return &knownFile{}, nil
	}
	text, err := readFile(ctx, "read known findings", file)
	if err != nil {
		return nil, err
	}
	k, problems := parseKnown(file, text, now())
	if len(problems) > 0 {
		return nil, &PolicyError{problems}
	}
	return k, nil
}

// parseKnown reads accepted findings. Only their form is examined: a rule that no
// policy has is found when the check reports what no longer exists.
func parseKnown(file string, text []byte, today time.Time) (*knownFile, policy.Problems) {
	var problems policy.Problems
	fail := func(line int, message, hint string) {
		problems = append(problems, policy.Problem{File: file, Line: line, Severity: finding.Error, Message: message, Hint: hint})
	}
	var doc knownYAML
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	if err := d.Decode(&doc); err != nil && !errors.Is(err, io.EOF) {
		var form *yaml.TypeError
		if errors.As(err, &form) {
			fail(0, "these are no known findings: "+plainYAML(form.Errors[0]), "the file has version: 1 and a list known:")
		} else {
			fail(0, "this is no YAML: "+strings.TrimPrefix(err.Error(), "yaml: "), "")
		}
		return nil, problems
	}
	if doc.Version != 1 {
		fail(0, fmt.Sprintf("version is %d", doc.Version), "write version: 1")
	}
	k := &knownFile{}
	for i := range doc.Known {
		e, err := parseKnownEntry(&doc.Known[i], today)
		if err != nil {
			fail(doc.Known[i].Line, err.Error(), "an entry has rule, path, reason and perhaps until: 2027-01-31")
			continue
		}
		k.entries = append(k.entries, e)
	}
	k.hits = make([]int64, len(k.entries))
	return k, problems
}

// plainYAML takes the words for types of this program out of a message.
func plainYAML(message string) string {
	message = strings.Replace(message, " not found in type app.knownYAML", " is unknown", 1)
	message, _, _ = strings.Cut(message, " into ")
	return strings.Replace(message, "cannot unmarshal !!", "misplaced ", 1)
}

func parseKnownEntry(n *yaml.Node, today time.Time) (knownEntry, error) {
	raw, err := decodeStrict(n)
	if err != nil {
		return knownEntry{}, err
	}
	e := knownEntry{Known: Known{Rule: raw.Rule, Path: raw.Path, Reason: raw.Reason, Line: n.Line}}
	for name, value := range map[string]string{"rule": raw.Rule, "path": raw.Path, "reason": raw.Reason} {
		if strings.TrimSpace(value) == "" {
			return e, fmt.Errorf("the entry has no %s", name)
		}
	}
	if raw.Until != "" {
		if e.Until, err = time.Parse(time.DateOnly, raw.Until); err != nil {
			return e, fmt.Errorf("until: %q is no date", raw.Until)
		}
		e.expired = today.Format(time.DateOnly) > raw.Until
	}
	e.absolute = strings.HasPrefix(raw.Path, "/")
	e.paths, err = policy.ParsePaths([]string{raw.Path})
	return e, err
}

func decodeStrict(n *yaml.Node) (raw knownEntryYAML, err error) {
	if n.Kind == yaml.MappingNode {
		for i := 0; i < len(n.Content); i += 2 {
			if key := n.Content[i].Value; !slices.Contains([]string{"rule", "path", "reason", "until"}, key) {
				return raw, fmt.Errorf("unknown key %q", key)
			}
		}
	}
	if n.Kind != yaml.MappingNode {
		return raw, errors.New("the entry is no mapping")
	}
	return raw, n.Decode(&raw)
}

// worker is the same findings for one goroutine.
func (k *knownFile) worker() *knownFile {
	return &knownFile{entries: k.entries, hits: make([]int64, len(k.entries))}
}

func (k *knownFile) merge(o *knownFile) {
	for i, n := range o.hits {
		k.hits[i] += n
	}
}

// accepts reports whether a finding is known, and notes it. An entry whose time is
// over accepts nothing, but is noted.
func (k *knownFile) accepts(rule, path, root string, dir bool) bool {
	accepted := false
	for i := range k.entries {
		e := &k.entries[i]
		if e.Rule != rule || !e.fits(path, root, dir) {
			continue
		}
		k.hits[i]++
		accepted = accepted || !e.expired
	}
	return accepted
}

func (e *knownEntry) fits(path, root string, dir bool) bool {
	if e.absolute {
		path = strings.TrimPrefix(Place(root, path), "/")
	}
	return e.paths.Match(path, dir)
}

// report says what became of the known findings. Whether one no longer exists is
// known only when everything was looked at and every rule asked.
func (k *knownFile) report(a *Checked, b *rulebook) {
	whole := a.Complete() && len(b.judging.Rules)+len(b.judging.Only)+len(b.judging.Exclude) == 0
	for i, e := range k.entries {
		switch {
		case k.hits[i] > 0 && e.expired:
			a.Expired = append(a.Expired, e.Known)
		case k.hits[i] > 0:
			a.Accepted += k.hits[i]
		case whole:
			a.Unmatched = append(a.Unmatched, e.Known)
		}
	}
}
