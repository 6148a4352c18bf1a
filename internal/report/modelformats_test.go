package report

import (
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"

	"ward/internal/app"
	"ward/translate"
)

// docs/formats.md names every field of the documents about models.
func TestModelFormatsAreDocumented(t *testing.T) {
	text, err := os.ReadFile("../../docs/formats.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, document := range []any{
		conversionsJSON{},
		conversionJSON{},
		lossJSON{},
		principalJSON{},
		permissionsJSON{},
		shownJSON{},
		grantedJSON{},
		oddJSON{},
		modelsJSON{},
		modelJSON{},
		platformJSON{},
		notationJSON{},
		formJSON{},
		modelVerdictsJSON{},
		modelVerdictJSON{},
		stepJSON{},
	} {
		for _, field := range fieldsOf(reflect.TypeOf(document)) {
			if !strings.Contains(string(text), "`"+field+"`") {
				t.Errorf("docs/formats.md does not name %q of %T", field, document)
			}
		}
	}
}

// What comes from files and archives cannot speak to the terminal.
func TestModelsShowNoEscapes(t *testing.T) {
	hostile := "a\x1b[2J\u202e.txt"
	shown := app.Shown{Permissions: app.Permissions{Source: hostile, Carrier: hostile, Note: hostile, Model: translate.Model{ID: "nt"}}, Text: hostile}
	converted := app.Converted{From: shown.Permissions, Text: hostile, Result: translate.Result{Losses: []translate.Loss{
		{Effect: translate.Lost, Principal: translate.Principal{Sort: translate.User, Name: hostile}, What: hostile, Why: hostile},
	}}}
	answer := app.ModelAnswer{Permissions: shown.Permissions, Text: hostile, As: hostile, Action: hostile, Steps: []app.ModelStep{{Text: hostile, Effect: hostile}}}
	var out bytes.Buffer
	for _, write := range []func() error{
		func() error { return PermissionsText(&out, []app.Shown{shown}, Style{}) },
		func() error { return OdditiesText(&out, []app.Shown{shown}, Style{}) },
		func() error { return PermissionsJSON(&out, []app.Shown{shown}) },
		func() error { return ConvertedText(&out, []app.Converted{converted, converted}) },
		func() error { return ConvertedLosses(&out, []app.Converted{converted}, Style{}) },
		func() error { return ConvertedJSON(&out, []app.Converted{converted}) },
		func() error { return ModelVerdictText(&out, []app.ModelAnswer{answer}, Style{}) },
		func() error { return ModelVerdictJSON(&out, []app.ModelAnswer{answer}) },
	} {
		if err := write(); err != nil {
			t.Fatal(err)
		}
	}
	if text := out.String(); strings.ContainsAny(text, "\x1b\u202e") {
		t.Errorf("%q", text)
	}
}

func TestConversionsAsJSON(t *testing.T) {
	var out bytes.Buffer
	refused := app.Converted{Refused: &translate.RefusedError{}, Result: translate.Result{Losses: []translate.Loss{
		{Effect: translate.Widened, Principal: translate.UserID(5), Rights: translate.Read | translate.Delete},
	}}}
	if err := ConvertedJSON(&out, []app.Converted{refused}); err != nil {
		t.Fatal(err)
	}
	var d struct {
		Conversions []struct {
			Text, Refused *string
			Losses        []struct {
				Effect string
				Who    struct {
					Sort string
					ID   *uint32
				}
				Rights []string
			}
		}
	}
	if err := json.Unmarshal(out.Bytes(), &d); err != nil {
		t.Fatal(err)
	}
	c := d.Conversions[0]
	if c.Text != nil || c.Refused == nil || *c.Refused != "widening" || len(c.Losses) != 1 {
		t.Fatalf("%s", out.String())
	}
	l := c.Losses[0]
	if l.Effect != "widened" || l.Who.Sort != "user" || l.Who.ID == nil || *l.Who.ID != 5 || strings.Join(l.Rights, "+") != "read+delete" {
		t.Errorf("%+v", l)
	}
}
