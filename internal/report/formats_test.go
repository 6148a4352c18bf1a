package report

import (
	"os"
	"reflect"
	"strings"
	"testing"
)

// docs/formats.md names every field that the JSON documents have.
func TestFormatsAreDocumented(t *testing.T) {
	text, err := os.ReadFile("../../docs/formats.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, document := range []any{
		checkHead{},
		ruleJSON{},
		knownJSON{},
		unseenJSON{},
		failureJSON{},
		findingJSON{},
		lintHead{},
		lintNoteJSON{},
		lintFindingJSON{},
		lintFixJSON{},
		lintEditJSON{},
		fixJSON{},
		StateJSON{},
		planHead{},
		planRule{},
		groupJSON{},
		askedJSON{},
		refusedJSON{},
		refusalJSON{},
		changeJSON{},
		logJSON{},
		runJSON{},
		byJSON{},
		policyJSON{},
		loggedJSON{},
		runHead{},
		ruleListJSON{},
		ruleDescription{},
		explainJSON{},
		explainRuleJSON{},
		accessJSON{},
		accessSubjectJSON{},
		accessStepJSON{},
		wayMountJSON{},
		accessCheckJSON{},
		accessOutsideJSON{},
		accessNoteJSON{},
		wayOutJSON{},
		accessRemedyJSON{},
		whoJSON{},
		whoVerdictJSON{},
		whoUserJSON{},
		whoGroupJSON{},
		whoProcessJSON{},
		reachJSON{},
		doorJSON{},
		reachCountsJSON{},
		reachableJSON{},
	} {
		for _, field := range fieldsOf(reflect.TypeOf(document)) {
			if !strings.Contains(string(text), "`"+field+"`") {
				t.Errorf("docs/formats.md does not name %q of %T", field, document)
			}
		}
	}
}

func fieldsOf(t reflect.Type) (names []string) {
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous {
			names = append(names, fieldsOf(f.Type)...)
			continue
		}
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		names = append(names, name)
	}
	return names
}
