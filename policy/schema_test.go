package policy_test

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"ward/finding"
	"ward/policy"
	"ward/policy/packs"
)

func compileSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(policy.Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("ward.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("ward.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// asJSON is what an editor that validates YAML by a JSON Schema sees.
func asJSON(t *testing.T, src []byte) any {
	t.Helper()
	var v any
	if err := yaml.Unmarshal(src, &v); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(dates(v))
	if err != nil {
		t.Fatal(err)
	}
	out, err := jsonschema.UnmarshalJSON(strings.NewReader(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// dates writes as text what YAML takes for a point in time.
func dates(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k := range v {
			v[k] = dates(v[k])
		}
	case []any:
		for i := range v {
			v[i] = dates(v[i])
		}
	case time.Time:
		return v.Format(time.DateOnly)
	}
	return v
}

func TestSchemaAcceptsWhatShips(t *testing.T) {
	s := compileSchema(t)
	sources := map[string][]byte{"policy init": []byte(policy.Template())}
	for _, name := range packs.Names() {
		sources[name], _ = packs.Source(name)
	}
	for _, block := range yamlBlocks(t, "../docs/policy.md") {
		sources["docs/policy.md: "+block] = []byte(block)
	}
	for name, src := range sources {
		if err := s.Validate(asJSON(t, src)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, problems := policy.Parse(name, src); len(problems) > 0 {
			t.Errorf("%s: %v", name, problems)
		}
	}
}

func TestLintSection(t *testing.T) {
	const src = `version: 1
lint:
  rules:
    lint/decimal-mode: critical
    lint/world-writable: off
    lint/secret-keeps-mode: on
  zones:
    test: ["hack/**"]
  quiet: [test]
  exclude: build/
`
	p, problems := policy.Parse("ward.yaml", []byte(src))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	l := p.Linting()
	want := []policy.LintRule{
		{ID: "lint/decimal-mode", Line: 4, Column: 5, Set: true, Severity: finding.Critical},
		{ID: "lint/world-writable", Line: 5, Column: 5, Off: true},
		{ID: "lint/secret-keeps-mode", Line: 6, Column: 5},
	}
	if !slices.Equal(l.Rules, want) || !slices.Equal(l.Quiet, []string{"test"}) {
		t.Errorf("%+v", l)
	}
	if len(l.Zones) != 1 || l.Zones[0].Name != "test" || !l.Zones[0].Paths.Match("hack/a/b.go", false) || !l.Exclude.Match("build", true) {
		t.Errorf("%+v", l)
	}
	if err := compileSchema(t).Validate(asJSON(t, []byte(src))); err != nil {
		t.Error(err)
	}
}

// yamlBlocks is the whole policies that a page shows.
func yamlBlocks(t *testing.T, file string) (blocks []string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range strings.Split(string(text), "```yaml\n")[1:] {
		block, _, _ := strings.Cut(part, "```")
		if strings.HasPrefix(block, "version:") {
			blocks = append(blocks, block)
		}
	}
	if len(blocks) == 0 {
		t.Errorf("%s shows no policy", file)
	}
	return blocks
}

// What is wrong in structure is refused by both.
func TestSchemaRefusesWhatParseRefuses(t *testing.T) {
	s := compileSchema(t)
	for name, src := range map[string]string{
		"no version":            "rules: []",
		"another version":       "{version: 2, rules: []}",
		"no rules":              "version: 1",
		"rules no list":         "{version: 1, rules: {}}",
		"unknown key":           "{version: 1, rules: [], rule: 1}",
		"rule without name":     "{version: 1, rules: [{require: {mode: '0644'}}]}",
		"rule name with spaces": "{version: 1, rules: [{name: 'a b', require: {mode: '0644'}}]}",
		"unknown rule key":      "{version: 1, rules: [{name: a, mode: '0644'}]}",
		"neither":               "{version: 1, rules: [{name: a}]}",
		"both":                  "{version: 1, rules: [{name: a, forbid: true, require: {mode: '0644'}}]}",
		"forbid false":          "{version: 1, rules: [{name: a, forbid: false}]}",
		"requires nothing":      "{version: 1, rules: [{name: a, require: {}}]}",
		"unknown requirement":   "{version: 1, rules: [{name: a, require: {perm: '0644'}}]}",
		"severity":              "{version: 1, rules: [{name: a, severity: high, require: {mode: '0644'}}]}",
		"fix":                   "{version: 1, rules: [{name: a, fix: yes, require: {mode: '0644'}}]}",
		"kind":                  "{version: 1, rules: [{name: a, match: {type: folder}, require: {mode: '0644'}}]}",
		"content":               "{version: 1, rules: [{name: a, match: {content: text}, require: {mode: '0644'}}]}",
		"empty list":            "{version: 1, rules: [{name: a, match: {path: []}, require: {mode: '0644'}}]}",
		"negated pattern":       "{version: 1, rules: [{name: a, match: {path: '!a'}, require: {mode: '0644'}}]}",
		"empty pattern":         "{version: 1, rules: [{name: a, match: {path: ''}, require: {mode: '0644'}}]}",
		"size":                  "{version: 1, rules: [{name: a, match: {size: big}, require: {mode: '0644'}}]}",
		"links with unit":       "{version: 1, rules: [{name: a, match: {links: 2KiB}, require: {mode: '0644'}}]}",
		"mode test no mapping":  "{version: 1, rules: [{name: a, match: {mode: '0644'}, require: {mode: '0644'}}]}",
		"mode test unknown":     "{version: 1, rules: [{name: a, match: {mode: {some: '0644'}}, require: {mode: '0644'}}]}",
		"beside":                "{version: 1, rules: [{name: a, match: {beside: files}, require: {mode: '0644'}}]}",
		"dos without sign":      "{version: 1, rules: [{name: a, require: {dos: r}}]}",
		"dos other letter":      "{version: 1, rules: [{name: a, require: {dos: +x}}]}",
		"dos a list":            "{version: 1, rules: [{name: a, require: {dos: [+r]}}]}",
		"nfs4 empty":            "{version: 1, rules: [{name: a, require: {nfs4: []}}]}",
		"nfs4 a number":         "{version: 1, rules: [{name: a, require: {nfs4: 1}}]}",
		"acl test":              "{version: 1, rules: [{name: a, match: {acl: 'x:y'}, require: {mode: '0644'}}]}",
		"not a mapping":         "{version: 1, rules: [{name: a, match: {not: x}, require: {mode: '0644'}}]}",
		"mode a list":           "{version: 1, rules: [{name: a, require: {mode: ['0644']}}]}",
		"mode true":             "{version: 1, rules: [{name: a, require: {mode: true}}]}",
		"execute":               "{version: 1, rules: [{name: a, require: {execute: all}}]}",
		"owner a list":          "{version: 1, rules: [{name: a, require: {owner: [a]}}]}",
		"flag":                  "{version: 1, rules: [{name: a, require: {flags: [+fast]}}]}",
		"flag without sign":     "{version: 1, rules: [{name: a, require: {flags: [immutable]}}]}",
		"flag no truth":         "{version: 1, rules: [{name: a, require: {flags: {immutable: 1}}}]}",
		"exception, no reason":  "{version: 1, rules: [{name: a, require: {mode: '0644'}, except: [{path: x}]}]}",
		"exception of nothing":  "{version: 1, rules: [{name: a, require: {mode: '0644'}, except: [{reason: x}]}]}",
		"exception of two":      "{version: 1, rules: [{name: a, require: {mode: '0644'}, except: [{path: a, match: {}, reason: x}]}]}",
		"exception, bad date":   "{version: 1, rules: [{name: a, require: {mode: '0644'}, except: [{path: a, reason: x, until: soon}]}]}",
		"excludes a mapping":    "{version: 1, exclude: {}, rules: []}",
		"default-excludes text": "{version: 1, default-excludes: 'no', rules: []}",
		"empty title":           "{version: 1, title: ' ', rules: []}",
		"lint a list":           "{version: 1, lint: []}",
		"lint, unknown key":     "{version: 1, lint: {rule: {}}}",
		"lint rules a list":     "{version: 1, lint: {rules: []}}",
		"lint severity":         "{version: 1, lint: {rules: {lint/decimal-mode: high}}}",
		"lint zone":             "{version: 1, lint: {zones: {tests: [a]}}}",
		"lint zone, no pattern": "{version: 1, lint: {zones: {test: []}}}",
		"lint quiet":            "{version: 1, lint: {quiet: [tests]}}",
	} {
		if p, _ := policy.Parse(name, []byte(src)); p != nil {
			t.Errorf("%s: Parse accepts %s", name, src)
		}
		if s.Validate(asJSON(t, []byte(src))) == nil {
			t.Errorf("%s: the schema accepts %s", name, src)
		}
	}
}
