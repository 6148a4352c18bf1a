package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"ward/entry"
	"ward/finding"
	"ward/ident"
	"ward/internal/app"
	"ward/mode"
)

var update = flag.Bool("update", false, "write the golden files anew")

type people struct{}

func (people) UserName(id ident.UID) string {
	return map[ident.UID]string{0: "root", 1000: "app"}[id]
}

func (people) GroupName(id ident.GID) string {
	return map[ident.GID]string{0: "root", 1000: "app"}[id]
}

var (
	keyRule = &finding.Rule{
		ID: "baseline/private-key", Severity: finding.Critical,
		Title:  "private key that others can read",
		Reason: "Whoever reads a private key can act as its owner. A key that was readable must be replaced, not only narrowed.",
	}
	programRule = &finding.Rule{
		ID: "baseline/lost-execute", Severity: finding.Warning,
		Title: "program that nobody can start", Reason: "It has a #! line and no x.",
	}
	quietRule = &finding.Rule{
		ID: "baseline/world-writable-file", Severity: finding.Error,
		Title: "file that everyone can write",
	}
)

func owned(m mode.Mode) entry.State { return entry.State{Mode: m, UID: 1000, GID: 1000} }

// sample is a check with one grave finding of an awkward name and twelve plain
// ones, of which ten are kept.
func sample() *app.Checked {
	fix := func(rule, path string) []string {
		return []string{"ward", "apply", "--rule", rule, "--only", path, "/srv/app"}
	}
	keys := []app.Finding{{Root: "/srv/app", Fix: fix(keyRule.ID, "etc/x\n\x1b[31m.key"), Finding: finding.Finding{
		Rule: keyRule, Path: "etc/x\n\x1b[31m.key", Kind: mode.Regular,
		Found: owned(0o644), Wanted: owned(0o600), Gains: []string{"everyone else: read"}, Fixable: true,
	}}}
	var programs []app.Finding
	for i := range 10 {
		path := "bin/run-" + string(rune('a'+i)) + ".sh"
		programs = append(programs, app.Finding{Root: "/srv/app", Fix: fix(programRule.ID, path), Finding: finding.Finding{
			Rule: programRule, Path: path, Kind: mode.Regular, Found: owned(0o644), Wanted: owned(0o755),
			Loses: []string{"user app: execute"}, Fixable: true,
		}})
	}
	return &app.Checked{
		Trees: []app.Tree{{Root: "/srv/app"}},
		Rules: []app.Broken{{Rule: keyRule, Count: 1}, {
			Rule: programRule, Count: 12,
			Fixes: [][]string{{"ward", "apply", "--rule", programRule.ID, "/srv/app"}},
		}},
		Every:    []*finding.Rule{keyRule, programRule, quietRule},
		Unseen:   app.Unseen{Count: 1, First: []app.Failure{{Path: "/srv/app/priv", Err: errors.New("read directory: permission denied")}}},
		Accepted: 2, Entries: 1204, Opened: 12,
		Started: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Duration: 23 * time.Millisecond,
		Names:    people{},
		Findings: all(append(keys, programs...)),
	}
}

func all(findings []app.Finding) iter.Seq2[app.Finding, error] {
	return func(yield func(app.Finding, error) bool) {
		for _, f := range findings {
			if !yield(f, nil) {
				return
			}
		}
	}
}

func TestCheckGolden(t *testing.T) {
	for name, write := range map[string]func(io.Writer, *app.Checked) error{
		"check.txt":     func(w io.Writer, c *app.Checked) error { return CheckText(w, c, Style{}) },
		"check.json":    CheckJSON,
		"check.sarif":   func(w io.Writer, c *app.Checked) error { return CheckSARIF(w, c, "1.0.0") },
		"check.rdjsonl": CheckRDJSONL,
	} {
		t.Run(name, func(t *testing.T) {
			var got bytes.Buffer
			if err := write(&got, sample()); err != nil {
				t.Fatal(err)
			}
			golden(t, name, got.Bytes())
		})
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), string(got)); d != "" {
		t.Errorf("differs from %s (go test -update writes it anew):\n%s", path, d)
	}
}

func TestCheckTextFitsTheTerminal(t *testing.T) {
	var out bytes.Buffer
	if err := CheckText(&out, sample(), Style{}); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(out.String()) {
		commandLine := strings.Contains(line, "ward apply")
		if n := len([]rune(strings.TrimSuffix(line, "\n"))); n > 80 && !commandLine {
			t.Errorf("%d columns: %s", n, line)
		}
	}
	if strings.ContainsRune(out.String(), '\x1b') {
		t.Error("an escape character reached the output")
	}
}

func TestCheckTextColoursOnlyWhenTold(t *testing.T) {
	var out bytes.Buffer
	if err := CheckText(&out, sample(), Style{Colour: true}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "\x1b[1;31mCRITICAL") {
		t.Errorf("no colour:\n%s", out.String())
	}
}

func TestNothingWrong(t *testing.T) {
	c := &app.Checked{Trees: []app.Tree{{Root: "/srv"}}, Entries: 1, Duration: time.Second, Findings: all(nil)}
	var out bytes.Buffer
	if err := CheckText(&out, c, Style{}); err != nil {
		t.Fatal(err)
	}
	if got, want := out.String(), "nothing wrong in /srv\n1 entry, 0 opened, 1.00 s\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// The official schema of the OASIS judges what is written, an empty run included.
func TestSARIFObeysItsSchema(t *testing.T) {
	schema, err := jsonschema.NewCompiler().Compile("testdata/sarif-schema-2.1.0.json")
	if err != nil {
		t.Fatal(err)
	}
	empty := &app.Checked{Trees: []app.Tree{{Root: "/srv/a key", Single: true}, {Root: "/"}}, Findings: all(nil)}
	for name, c := range map[string]*app.Checked{"findings": sample(), "empty": empty} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			if err := CheckSARIF(&out, c, "1.0.0"); err != nil {
				t.Fatal(err)
			}
			document, err := jsonschema.UnmarshalJSON(&out)
			if err != nil {
				t.Fatal(err)
			}
			if err := schema.Validate(document); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestJSONKeepsNamesThatAreNoUTF8(t *testing.T) {
	b, err := json.Marshal(newJSONPath("/srv/a\xff"))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(b), `{"path":"/srv/a`+"\ufffd"+`","pathBase64":"L3Nydi9h/w=="}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestNumbersForPeople(t *testing.T) {
	for _, c := range [][2]string{
		{count(0), "0"},
		{count(999), "999"},
		{count(1204), "1,204"},
		{count(-1234567), "-1,234,567"},
		{plural(1, "finding"), "1 finding"},
		{plural(2, "entry"), "2 entries"},
		{seconds(23 * time.Millisecond), "0.02 s"},
		{seconds(42 * time.Second), "42 s"},
		{seconds(192 * time.Second), "3 min 12 s"},
	} {
		if c[0] != c[1] {
			t.Errorf("got %s, want %s", c[0], c[1])
		}
	}
}
