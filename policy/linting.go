package policy

import (
	"go.yaml.in/yaml/v3"

	"ward/finding"
)

// Linting is the lint section of a policy file: how `ward lint` looks at source code.
type Linting struct {
	Rules   []LintRule
	Zones   []LintZone
	Quiet   []string // zones in which only rules that hold anywhere speak; nil: all but production
	Exclude Paths    // left out, with all below
	File    string
}

// A LintRule is what the section says of one rule. Whether there is such a rule is for
// the linter to say.
type LintRule struct {
	ID           string
	Line, Column int
	Off          bool
	Set          bool // Severity counts
	Severity     finding.Severity
}

// A LintZone is files that are of a zone whatever their path suggests.
type LintZone struct {
	Name  string
	Paths Paths
}

// LintZones is the names of zones.
func LintZones() []string {
	return []string{"production", "test", "fixture", "example", "vendored", "generated"}
}

// Linting is the lint section; the zero value if the policy has none.
func (p *Policy) Linting() Linting { return p.linting }

func (r *reader) linting(n *yaml.Node) Linting {
	l := Linting{File: r.file}
	r.mapping(n, "lint",
		field{"rules", false, func(_, v *yaml.Node) { l.Rules = r.lintRules(v) }},
		field{"zones", false, func(_, v *yaml.Node) { l.Zones = r.lintZones(v) }},
		field{"quiet", false, func(_, v *yaml.Node) {
			l.Quiet = []string{}
			if n, ok := r.resolve(v); ok && n.Kind == yaml.SequenceNode && len(n.Content) == 0 {
				return
			}
			r.each(v, "lint.quiet", func(item *yaml.Node) {
				if i, ok := r.word(item, "lint.quiet", LintZones()...); ok {
					l.Quiet = append(l.Quiet, LintZones()[i])
				}
			})
		}},
		field{"exclude", false, func(_, v *yaml.Node) { l.Exclude = Paths{r.excludes(v)} }},
	)
	return l
}

// lintRules reads a mapping of rules to off, on or a severity.
func (r *reader) lintRules(n *yaml.Node) []LintRule {
	var rules []LintRule
	n, ok := r.resolve(n)
	if !ok {
		return nil
	}
	if n.Kind != yaml.MappingNode {
		r.fail(at(n), "write lint/decimal-mode: error, one rule a line", "lint.rules is %s, not a mapping", describe(n))
		return nil
	}
	words := append([]string{"off", "on"}, severityWords...)
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		rule := LintRule{ID: key.Value, Line: key.Line, Column: key.Column}
		if seen[rule.ID] {
			r.fail(at(key), "", "%s stands there twice", shorten(rule.ID))
		}
		seen[rule.ID] = true
		w, ok := r.word(n.Content[i+1], "lint.rules", words...)
		switch {
		case !ok:
			continue
		case w == 0:
			rule.Off = true
		case w > 1:
			rule.Set, rule.Severity = true, finding.Severity(w-2)
		}
		rules = append(rules, rule)
	}
	return rules
}

// lintZones reads a mapping of zones to patterns.
func (r *reader) lintZones(n *yaml.Node) []LintZone {
	var zones []LintZone
	fields := make([]field, 0, len(LintZones()))
	for _, name := range LintZones() {
		fields = append(fields, field{name, false, func(_, v *yaml.Node) {
			zones = append(zones, LintZone{Name: name, Paths: Paths{r.patterns(v, "lint.zones")}})
		}})
	}
	r.mapping(n, "lint.zones", fields...)
	return zones
}

// hasKey tells whether a mapping has a key of its own.
func hasKey(n *yaml.Node, name string) bool {
	if n.Kind == yaml.DocumentNode && len(n.Content) == 1 {
		n = n.Content[0]
	}
	for i := 0; n.Kind == yaml.MappingNode && i < len(n.Content); i += 2 {
		if n.Content[i].Value == name {
			return true
		}
	}
	return false
}
