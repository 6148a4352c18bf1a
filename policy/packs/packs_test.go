package packs_test

import (
	"testing"

	"ward/policy"
	"ward/policy/packs"
)

func TestPacksAreWhole(t *testing.T) {
	for _, name := range packs.Names() {
		src, err := packs.Source(name)
		if err != nil {
			t.Fatal(err)
		}
		p, problems := policy.Parse(name+".yaml", src)
		for _, problem := range problems {
			t.Errorf("%s", problem)
		}
		if p == nil {
			continue
		}
		if p.Name != name || p.Title == "" {
			t.Errorf("pack %s is called %q, title %q", name, p.Name, p.Title)
		}
		if _, problems := p.Bind(policy.Binding{}); len(problems) > 0 {
			t.Errorf("pack %s does not bind without accounts: %v", name, problems)
		}
		for _, r := range p.Rules() {
			if r.Title == "" || r.Reason == "" || r.Help == "" || r.Forbid && r.Advice == "" {
				t.Errorf("rule %s lacks title, reason, help or advice", r.ID)
			}
		}
	}
}
