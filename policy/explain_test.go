package policy

import (
	"strings"
	"testing"

	"ward/entry"
	"ward/mode"
)

func TestExplain(t *testing.T) {
	w := worker(t, Binding{},
		"{match: {type: dir}, require: {mode: '0755'}}",
		"{match: {type: file}, require: {mode: '0644'}}",
		"{match: {path: '**/*.key'}, require: {mode: '0600'}}",
		"{match: {owner: bob}, forbid: true}",
		"{require: {mode: 'u+r'}, except: [{path: /other, reason: no}, {path: /a.key, reason: it is wanted so}]}",
		"{match: {content: elf}, require: {mode: 'u+x'}}",
		"{require: {owner: root}}",
	)
	e := file("a.key", mode.Regular, 0o644)
	e.Known &^= entry.Content
	var got []string
	for _, x := range w.judge.Explain(e).Rules {
		got = append(got, strings.Join([]string{x.Verdict.String(), x.Why, strings.Join(x.Decides, "+")}, " | "))
	}
	want := []string{
		"does not match | its type is file | ",
		"overridden | decided later by r2, r4 | ",
		"decides |  | setuid+setgid+sticky+owner wx+group rwx+others rwx",
		"does not match | its owner is root | ",
		"excepted | it is wanted so | owner r",
		"in doubt | it takes its content to tell | ",
		"already holds |  | owner",
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("rule %d: got %q, want %q", i, got[i], want[i])
		}
	}
	if x := w.judge.Explain(file("x/.git/config", mode.Regular, 0o644)); x.Excluded != "**/.git/" {
		t.Errorf("excluded by %q", x.Excluded)
	}
}

func TestSettles(t *testing.T) {
	for _, test := range []struct {
		name  string
		rules []string
		mode  mode.Mode
		want  Unrest
		ok    bool
	}{
		{"settles", []string{"{require: {mode: '0600'}}"}, 0o644, Unrest{}, true},
		{
			"a selector takes turns with what it asks for",
			[]string{"{match: {mode: {any: o+r}}, require: {mode: o-r}}", "{match: {mode: {none: o+r}}, require: {mode: o+r}}"},
			0o644,
			Unrest{0, 1},
			false,
		},
		{
			"one rule wakes another",
			[]string{"{match: {mode: {none: u+x}}, require: {mode: u+x}}", "{match: {mode: {all: u+x}}, require: {mode: g+x}}"},
			0o644,
			Unrest{0, 1},
			false,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := worker(t, Binding{}, test.rules...)
			e := file("a", mode.Regular, test.mode)
			o, _ := w.Judge(e)
			got, ok, need := w.Settles(e, o, o.Desired)
			if got != test.want || ok != test.ok || need != 0 {
				t.Errorf("got %v %v (needs %d), want %v %v", got, ok, need, test.want, test.ok)
			}
		})
	}
}

func TestPartialTakesWhatIsAccepted(t *testing.T) {
	w := worker(t, Binding{}, "{require: {mode: '0600'}}", "{require: {mode: u+x, owner: bob}, fix: ask}")
	e := file("a", mode.Regular, 0o644)
	o, _ := w.Judge(e)
	if got := w.Partial(e, &o, func(rule int) bool { return rule == 0 }); got.Mode != 0o600 || got.UID != 0 {
		t.Errorf("only the first rule: %s, owner %d", got.Mode.Octal(), got.UID)
	}
	if got := w.Partial(e, &o, func(int) bool { return true }); got.Mode != 0o700 || got.UID != 1001 {
		t.Errorf("both: %s, owner %d", got.Mode.Octal(), got.UID)
	}
}

func TestMatchedTellsRulesThatChoseNothing(t *testing.T) {
	w := worker(t, Binding{}, "{match: {type: file}, require: {mode: '0644'}}", "{match: {path: /gone}, require: {mode: '0600'}}", "{match: {path: /a}, require: {mode: u+r}}")
	w.Judge(file("a", mode.Regular, 0o644))
	if got := w.Matched(); !got[0] || got[1] || !got[2] {
		t.Errorf("matched: %v", got)
	}
}

func TestRulesThatLookForFaultsMayChooseNothing(t *testing.T) {
	w := worker(t, Binding{}, "{match: {path: '**/bin/*'}, forbid: true}", "{match: {path: '**/bin/*', mode: {any: go+w}}, require: {mode: go-w}}",
		"{match: {path: '**/bin/*', owner: unknown}, require: {owner: root}}", "{match: {path: '**/bin/*'}, require: {mode: go-w}}")
	w.Judge(file("a", mode.Regular, 0o644))
	if got := w.Matched(); !got[0] || !got[1] || !got[2] || got[3] {
		t.Errorf("matched: %v", got)
	}
}

func TestJudgesShareAWalk(t *testing.T) {
	one := worker(t, Binding{Slot: 0, Slots: 2}, "{match: {path: 'd/**/x*'}, require: {mode: '0600'}}")
	two := worker(t, Binding{Slot: 1, Slots: 2}, "{match: {path: 'e/**/x*'}, require: {mode: '0640'}}")
	root := &entry.Dir{Path: "."}
	d := &entry.Dir{Parent: root, Path: "e"}
	for _, dir := range []*entry.Dir{root, d} {
		one.Enter(dir)
		two.Enter(dir)
	}
	e := file("x1", mode.Regular, 0o644)
	e.Dir = d
	if got := said(one.Judge(e)); got != "0644" {
		t.Errorf("the first: %s", got)
	}
	if got := said(two.Judge(e)); got != "0640 r0:0004" {
		t.Errorf("the second: %s", got)
	}
}

func TestASingleFileHasTheNameItIsGiven(t *testing.T) {
	e := file(".", mode.Regular, 0o644)
	w := worker(t, Binding{RootName: "id_rsa"}, "{match: {path: '**/id_*'}, require: {mode: '0600'}}")
	if got := said(w.Judge(e)); got != "0600 r0:0044" {
		t.Error(got)
	}
}

func TestComplianceDoesNotAllocate(t *testing.T) {
	w := worker(t, Binding{}, append(manyRules(300, "mode: '0644'"), "{match: {type: file, not: {path: '**/*.c'}}, require: {mode: '0644'}}")...)
	root := &entry.Dir{Path: "."}
	w.Enter(root)
	e := file("some.sfx1", mode.Regular, 0o644)
	e.Dir = root
	if n := testing.AllocsPerRun(100, func() { w.Judge(e) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
