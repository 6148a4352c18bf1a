package lint_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"ward/lint"
	"ward/lint/effect"
	"ward/lint/read"
	"ward/lint/source"
)

// A labelled is one case of the corpus: testdata/corpus/RULE/LANGUAGE.txtar holds files
// bad-NAME, in which RULE must find something on exactly the lines that carry the word
// "want", or that come after one with "want next" where the language has no comments at
// the end of a line, and good-NAME, near misses in which it must find nothing. No other rule that
// is on by default may find anything in either, but for those that the archive's own
// comment allows with a line "also: RULE".
type labelled struct {
	rule, language, name string
	text                 []byte
	bad                  bool
	also                 []string
}

func corpus(t *testing.T) []labelled {
	t.Helper()
	files, err := filepath.Glob("testdata/corpus/*/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no corpus: ", err)
	}
	var all []labelled
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		archive := txtar.Parse(text)
		var also []string
		for line := range strings.Lines(string(archive.Comment)) {
			if rule, ok := strings.CutPrefix(line, "also: "); ok {
				also = append(also, strings.TrimSpace(rule))
			}
		}
		for _, f := range archive.Files {
			bad, good := strings.HasPrefix(f.Name, "bad-"), strings.HasPrefix(f.Name, "good-")
			if bad == good {
				t.Fatalf("%s: %s is neither bad- nor good-", path, f.Name)
			}
			all = append(all, labelled{
				rule: "lint/" + filepath.Base(filepath.Dir(path)), language: strings.TrimSuffix(filepath.Base(path), ".txtar"),
				name: path + ": " + f.Name, text: f.Data, bad: bad, also: also,
			})
		}
	}
	return all
}

// read is a case as a script.
func (c *labelled) read(t *testing.T) *effect.Script {
	t.Helper()
	file := &source.File{Path: c.name, Language: source.Language(c.language), Text: c.text}
	if _, ok := read.All()[file.Language]; !ok {
		t.Fatalf("%s: no front end for %s", c.name, c.language)
	}
	return read.All().Script(file)
}

// score counts what a rule found rightly and wrongly, and what it missed.
type score struct{ right, wrong, missed, nearMisses int }

func (s score) precision() float64 { return ratio(s.right, s.right+s.wrong) }
func (s score) recall() float64    { return ratio(s.right, s.right+s.missed) }

func ratio(part, whole int) float64 {
	if whole == 0 {
		return 1
	}
	return float64(part) / float64(whole)
}

func TestLabelledCorpus(t *testing.T) {
	rules, languages := map[string]*score{}, map[string]*score{}
	cases := corpus(t)
	for _, c := range cases {
		if rules[c.rule] == nil {
			rules[c.rule] = &score{}
		}
		if languages[c.language] == nil {
			languages[c.language] = &score{}
		}
		c.judge(t, rules[c.rule], languages[c.language])
	}
	for _, r := range lint.Catalogue() {
		s := rules[r.ID]
		if s == nil || s.right+s.missed < 5 || s.nearMisses < 5 {
			t.Errorf("%s: the corpus wants five mistakes and five near misses at least", r.ID)
			continue
		}
		if !r.OptIn && s.precision() < 0.95 {
			t.Errorf("%s is on by default at a precision of %.2f", r.ID, s.precision())
		}
	}
	report(t, "rule", rules)
	report(t, "language", languages)
	t.Logf("%d cases", len(cases))
}

// judge holds what the rules find in a case against its label.
func (c *labelled) judge(t *testing.T, scores ...*score) {
	t.Helper()
	script := c.read(t)
	rules := lint.Catalogue()
	if !slices.ContainsFunc(rules, func(r *lint.Rule) bool { return r.ID == c.rule }) {
		t.Errorf("%s: there is no rule %s", c.name, c.rule)
		return
	}
	wanted := map[int]bool{}
	line := 0
	for text := range strings.Lines(string(c.text)) {
		if line++; c.bad && strings.Contains(text, "want") {
			at := line
			if strings.Contains(text, "want next") {
				at++
			}
			wanted[at] = true
		}
	}
	if c.bad && len(wanted) == 0 {
		t.Errorf("%s: no line says want", c.name)
	}
	var one score
	front := read.All()
	if !c.bad {
		one.nearMisses++
	}
	for _, f := range lint.Check(script, lint.Options{Rules: rules}) {
		at, _ := f.File.Position(f.Start)
		if f.Fix != nil {
			if err := lint.Simulate(&f, front.Script); err != nil {
				t.Errorf("%s:%d: the fix of %s (%s): %v", c.name, at, f.Rule.ID, f.Fix.Words, err)
			}
		}
		switch {
		case f.Rule.ID == c.rule && wanted[at]:
			one.right++
			delete(wanted, at)
		case f.Rule.ID == c.rule:
			one.wrong++
			t.Errorf("%s:%d: %s, wrongly: %s", c.name, at, f.Rule.ID, f.What)
		case !f.Rule.OptIn && !slices.Contains(c.also, f.Rule.ID):
			t.Errorf("%s:%d: %s speaks too: %s", c.name, at, f.Rule.ID, f.What)
		}
	}
	one.missed = len(wanted)
	for at := range wanted {
		t.Errorf("%s:%d: %s finds nothing", c.name, at, c.rule)
	}
	for _, s := range scores {
		s.right += one.right
		s.wrong += one.wrong
		s.missed += one.missed
		s.nearMisses += one.nearMisses
	}
}

func report(t *testing.T, of string, scores map[string]*score) {
	t.Helper()
	var b strings.Builder
	names := make([]string, 0, len(scores))
	for name := range scores {
		names = append(names, name)
	}
	slices.Sort(names)
	fmt.Fprintf(&b, "%-36s %9s %6s %11s %9s\n", of, "precision", "recall", "near misses", "mistakes")
	for _, name := range names {
		s := scores[name]
		fmt.Fprintf(&b, "%-36s %9.2f %6.2f %11d %9d\n", name, s.precision(), s.recall(), s.nearMisses, s.right+s.missed)
	}
	t.Log("\n" + b.String())
}
