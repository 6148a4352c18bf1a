package notation_test

import (
	"fmt"
	"strings"
	"testing"

	"ward/notation"
)

func ExampleSyntaxError_Mark() {
	err := &notation.SyntaxError{
		Notation: "mode", Input: "u+rwz", Offset: 4,
		Problem: `"z" is no right`, Hint: "rights are r, w, x, X, s and t",
	}
	fmt.Println(err)
	fmt.Println(err.Mark())
	// Output:
	// mode "u+rwz": "z" is no right; rights are r, w, x, X, s and t
	// u+rwz
	//     ^
}

func TestMarkStandsUnderTheProblem(t *testing.T) {
	for _, c := range []struct {
		situation, input string
		offset           int
		want             string
	}{
		{"the beginning", "ab", 0, "ab\n^"},
		{"the end", "ab", 2, "ab\n  ^"},
		{"nothing", "", 0, "\n^"},
		{"a later line", "a\nbc\nd", 3, "bc\n ^"},
		{"the end of a line", "a\nbc\nd", 4, "bc\n  ^"},
		{"characters of several bytes", "é→x", 5, "é→x\n  ^"},
		{"an escape", "\x1b[31mx", 5, "?[31mx\n     ^"},
		{"bytes that are no characters", "\xff\xfex", 2, "??x\n  ^"},
		{"an offset beyond the text", "ab", 9, "ab\n  ^"},
		{"an offset before it", "ab", -1, "ab\n^"},
		{"a tab", "\ta b", 3, " a b\n   ^"},
		{"the end of a long line", strings.Repeat("é", 100) + "!", 200, "…" + strings.Repeat("é", 35) + "!\n" + strings.Repeat(" ", 36) + "^"},
		{"the beginning of one", "!" + strings.Repeat("a", 100), 0, "!" + strings.Repeat("a", 69) + "…\n^"},
		{"the middle of one", strings.Repeat("a", 80) + "!" + strings.Repeat("b", 80), 80, "…" + strings.Repeat("a", 35) + "!" + strings.Repeat("b", 33) + "…\n" + strings.Repeat(" ", 36) + "^"},
	} {
		t.Run(c.situation, func(t *testing.T) {
			e := notation.SyntaxError{Input: c.input, Offset: c.offset}
			if got := e.Mark(); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

func TestErrorsSayWhatAndWhere(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{&notation.SyntaxError{Notation: "flags", Input: "x", Problem: "is no flag"}, `flags "x": is no flag`},
		{&notation.FormError{Form: "AppleDouble", Offset: 4, Problem: "it ends"}, "AppleDouble: byte 4: it ends"},
		{&notation.FormatError{Form: "SDDL", Index: -1, Problem: "there is no owner"}, "SDDL: there is no owner"},
		{&notation.FormatError{Form: "SDDL", Index: 2, Problem: "it has no SID"}, "SDDL, entry 2: it has no SID"},
	} {
		if got := c.err.Error(); got != c.want {
			t.Errorf("%s, want %s", got, c.want)
		}
	}
}
