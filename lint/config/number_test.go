package config

import (
	"testing"

	"go.yaml.in/yaml/v3"
	"pgregory.net/rapid"
)

// What go.yaml.in/yaml decodes as a number is that number here, and what it decodes as
// something else is no number.
func TestNumbersOfGoAreThoseOfItsYAML(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[0-9][0-9_oOxXa-f]{0,5}`).Draw(t, "scalar")
		var decoded any
		if err := yaml.Unmarshal([]byte(text), &decoded); err != nil {
			t.Fatal(err)
		}
		want, isInt := decoded.(int)
		got, _, ok := goYAML.integer(text)
		if ok != isInt || ok && got != uint64(want) {
			t.Fatalf("%s is %d, %v; yaml makes %#v of it", text, got, ok, decoded)
		}
	})
}
