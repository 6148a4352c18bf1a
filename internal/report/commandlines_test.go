package report

import (
	"os/exec"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// Broken lines that are pasted give a shell the very words.
func TestBrokenCommandsPaste(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.SampledFrom([]string{
			"--reuid", "61001", "--groups=1,2,3,4,5,6,7,8,9,10,11,12,13", "it's", "a b", `\`, "", "$x", "é", "--inh-caps", "+dac_read_search", "/srv/" + strings.Repeat("x", 90),
		}), 1, 30).Draw(t, "words")
		args := append([]string{"printf", `%s\n`}, words...)
		lines := commandLines("    ", args)
		for _, l := range lines {
			longest := 0
			for _, w := range strings.Fields(l) {
				longest = max(longest, utf8.RuneCountInString(w))
			}
			if n := utf8.RuneCountInString(l); n > commandWidth && longest < 60 {
				t.Fatalf("%d columns: %q", n, l)
			}
		}
		out, err := exec.Command("sh", "-c", strings.Join(lines, "\n")).Output()
		if err != nil || string(out) != strings.Join(words, "\n")+"\n" {
			t.Fatalf("%q gives %q, %v", lines, out, err)
		}
	})
}
