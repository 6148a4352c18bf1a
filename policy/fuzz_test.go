package policy

import (
	"strconv"
	"testing"
	"time"

	"ward/entry"
	"ward/mode"
)

// Parse never panics and never ends without an answer; what it accepts binds or
// says why not, judges without panic, and every problem has a place in the file.
func FuzzParse(f *testing.F) {
	f.Add([]byte(Template()))
	for _, seed := range []string{
		"", "version: 1\nrules: []\n", "- a", "version: 1\nrules: [{name: a, match: {path: '**/*.[a-z]'}, require: {mode: 0o644}}]",
		"version: 1\nrules:\n- &a {name: a, match: {type: dir}, require: {mode: 'u=rwX'}}\n- {<<: *a, name: b}\n",
		"a: &a [*a]\nversion: 1", "version: 1\nrules: [{name: x, require: {acl: 'u:1:rX,d:o::-', flags: [+immutable]}, except: [{path: /a, reason: b, until: 2026-01-01}]}]",
		"version: 1\nrules: [{name: x, match: {size: '1KiB..', links: 2.., acl: 'user:*:w', not: [{owner: unknown}]}, forbid: true}]",
	} {
		f.Add([]byte(seed))
	}
	e := file("a/b.key", mode.Regular, 0o644)
	f.Fuzz(func(t *testing.T, src []byte) {
		timer := time.AfterFunc(3*time.Second, func() { panic("this takes too long: " + strconv.Quote(string(src))) })
		defer timer.Stop()
		p, problems := Parse("p", src)
		if (p == nil) != problems.Broken() {
			t.Fatalf("policy %v with problems %v", p, problems)
		}
		for _, problem := range problems {
			if problem.Line < 0 || problem.Column < 0 || problem.Message == "" {
				t.Fatalf("%#v", problem)
			}
		}
		if p == nil {
			return
		}
		again, _ := Parse("p", src)
		if len(again.rules) != len(p.rules) {
			t.Fatal("two readings differ")
		}
		j, problems := p.Bind(Binding{Accounts: testAccounts})
		if (j == nil) != problems.Broken() {
			t.Fatalf("judge %v with problems %v", j, problems)
		}
		if j == nil {
			return
		}
		bare := *e
		for range 4 {
			o, need := j.Worker().Judge(&bare)
			bare.Denied |= need
			if need == 0 && o.Compliant && changed(&o.Desired, &bare.State) {
				t.Fatalf("compliant, and yet to be changed: %v", o)
			}
			bare.Known = entry.Stat
		}
		j.Explain(e)
	})
}

func FuzzPattern(f *testing.F) {
	f.Add("**/*.key", "a/b.key")
	f.Add("[!a-]x/**/y*", "bx/q/yy")
	f.Fuzz(func(t *testing.T, text, path string) {
		p, err := parsePattern(text)
		if err != nil || path == "" || len(path) > 100 || len(text) > 40 {
			return
		}
		if got, want := automatonFits(p, path, true), plainMatch(p, path, true); got != want && path != "." && len(p.parts) > 0 {
			t.Fatalf("pattern %q, path %q: %v, plainly %v", text, path, got, want)
		}
	})
}
