package report

import (
	"strings"
	"testing"
	"unicode/utf8"

	"ward/internal/app"
	"ward/mode"
)

// Whatever the mode, its explanation fits into 80 columns, and its JSON can be
// written.
func TestEveryModeIsExplainedInEightyColumns(t *testing.T) {
	kinds := []mode.Kind{mode.Regular, mode.Directory}
	for m := mode.Mode(0); m <= mode.All; m += 5 {
		answers := &app.Modes{Umask: app.Umask{Mask: m & 0o777, Known: true}, Answers: []app.ModeAnswer{{
			Text: "x", Notation: "decimal", Results: []app.ModeResult{{Mode: m, Kinds: kinds}},
			Others: []mode.Reading{{By: "C and Python", Mode: m}, {By: "Go", Mode: m & 0o777}},
		}}}
		var text, document strings.Builder
		if err := ModesText(&text, answers, Style{}); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(text.String()) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > 80 {
				t.Fatalf("%s: %d columns: %s", m.Octal(), n, line)
			}
		}
		if err := ModesJSON(&document, answers); err != nil {
			t.Fatal(err)
		}
	}
}

// No name and no label can write a second line, or colour the rest of the screen.
func TestHostileNamesInListings(t *testing.T) {
	l := app.Looked{Path: "a\n0600 -rw------- root root b\x1b[31m"}
	l.Details.Target, l.Details.Label = "\x1b]0;owned\a", "x\ny"
	for _, k := range []mode.Kind{mode.Regular, mode.Symlink, mode.Directory} {
		l.Entry.Kind = k
		var text strings.Builder
		listing := NewLsText(&text, Style{}, true)
		if err := listing.Write(&app.Listing{Dir: "d\n", Entries: []app.Looked{l}}); err != nil {
			t.Fatal(err)
		}
		if err := StatText(&text, &app.Stats{Objects: []app.Looked{l}}, Style{}); err != nil {
			t.Fatal(err)
		}
		if strings.ContainsAny(text.String(), "\x1b\a") || strings.Contains(text.String(), "\n0600") {
			t.Errorf("%q", text.String())
		}
	}
}
