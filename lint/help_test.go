package lint

import "testing"

// Every rule is explained at length: here, or where it is written.
func TestEveryRuleIsExplained(t *testing.T) {
	ids := map[string]bool{}
	for _, r := range Catalogue() {
		if ids[r.ID] {
			t.Errorf("%s stands there twice", r.ID)
		}
		ids[r.ID] = true
		if r.Help == "" {
			t.Errorf("%s is not explained at length", r.ID)
		}
		if r.Title == "" || r.Reason == "" || r.Judge == nil {
			t.Errorf("%s wants a title, a reason and a judge", r.ID)
		}
	}
	for _, x := range examples() {
		if !ids["lint/"+x.id] {
			t.Errorf("help for %s, which is no rule", x.id)
		}
	}
}
