package report

import (
	"os"
	"reflect"
	"strings"
	"testing"
)

// docs/modes.md names every field of the documents about modes and objects.
func TestModeFormatsAreDocumented(t *testing.T) {
	text, err := os.ReadFile("../../docs/modes.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, document := range []any{
		modesJSON{},
		answerJSON{},
		readingJSON{},
		resultJSON{},
		modeTypeJSON{},
		specialJSON{},
		suspicionJSON{},
		modeDifferenceJSON{},
		typeDifferenceJSON{},
		shiftJSON{},
		turnJSON{},
		statJSON{},
		objectJSON{},
		mountJSON{},
		identityJSON{},
	} {
		for _, field := range fieldsOf(reflect.TypeOf(document)) {
			if !strings.Contains(string(text), "`"+field+"`") {
				t.Errorf("docs/modes.md does not name %q of %T", field, document)
			}
		}
	}
}
