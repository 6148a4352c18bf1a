package notation_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"ward/notation"
)

func TestBrief(t *testing.T) {
	for name, c := range map[string]struct{ message, want string }{
		"short":                  {"no user \"x\"", "no user \"x\""},
		"many words":             {strings.Repeat("word ", 200), strings.Repeat("word ", 200)},
		"a long word":            {"user " + strings.Repeat("a", 1000) + " twice", "user " + strings.Repeat("a", 60) + "… (1000 bytes) twice"},
		"bytes that are no text": {strings.Repeat("\x80", 1000), "… (1000 bytes)"},
		"a letter cut in two":    {"a" + strings.Repeat("é", 500), "a" + strings.Repeat("é", 29) + "… (1001 bytes)"},
	} {
		if got := notation.Brief(c.message); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

func FuzzBrief(f *testing.F) {
	f.Add(strings.Repeat("\x80", 500) + " x")
	f.Fuzz(func(t *testing.T, message string) {
		got := notation.Brief(message)
		if len(message) > longest && utf8.ValidString(message) && !utf8.ValidString(got) {
			t.Errorf("%q of %q is cut inside a letter", got, message)
		}
		for word := range strings.SplitSeq(got, " ") {
			if len(word) > longest {
				t.Errorf("a word of %d bytes is left", len(word))
			}
		}
	})
}

const longest = 400
