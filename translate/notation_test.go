package translate

import (
	"testing"

	"ward/mode"
)

// TestExamples: what the table gives as an example is read, and reads back.
func TestExamples(t *testing.T) {
	for _, m := range Models() {
		for _, n := range m.Notations {
			t.Run(n.ID, func(t *testing.T) {
				c := Context{Kind: mode.Regular, Mode: 0o640}
				o, err := Parse(n.ID, n.Example, c)
				if err != nil {
					t.Fatal(err)
				}
				text, err := Format(o, n.ID, c)
				if err != nil {
					t.Fatal(err)
				}
				back, err := Parse(n.ID, text, c)
				if err != nil {
					t.Fatalf("%q: %v", text, err)
				}
				again, err := Format(back, n.ID, c)
				if err != nil || again != text || text == "" {
					t.Errorf("%q: %q reads back as %q, %v", n.Example, text, again, err)
				}
			})
		}
	}
}
