package lint_test

import (
	"testing"

	"ward/lint"
	"ward/lint/golang"
	"ward/lint/meaning"
	"ward/lint/source"
)

func check(text string) []lint.Finding {
	file := &source.File{Path: "p.go", Language: source.Go, Text: []byte("package p\nimport \"os\"\n" + text)}
	return lint.Check(meaning.Translate(golang.Parse(file), nil, golang.Library()), lint.Options{})
}

func TestSuppression(t *testing.T) {
	for text, want := range map[string]int{
		`var _ = os.Chmod("f", 755)`:                                               1,
		`var _ = os.Chmod("f", 755) // ward:ignore lint/decimal-mode a year`:       0,
		"// ward:ignore lint/decimal-mode a year\nvar _ = os.Chmod(\"f\", 755)":    0,
		"// ward:ignore lint/other-rule reason\nvar _ = os.Chmod(\"f\", 755)":      1,
		"// ward:ignore\nvar _ = os.Chmod(\"f\", 755)":                             1,
		"// ward:ignore lint/decimal-mode too far\n\nvar _ = os.Chmod(\"f\", 755)": 1,
	} {
		if got := check(text); len(got) != want {
			t.Errorf("%q: %d findings, want %d", text, len(got), want)
		}
	}
}

func TestAFixSaysWhatWasMeant(t *testing.T) {
	got := check(`var _ = os.Chmod("f", 755)`)
	if len(got) != 1 || got[0].Executed != "0363" || got[0].Fix == nil || got[0].Fix.Edits[0].New != "0o755" {
		t.Errorf("%+v", got)
	}
	for _, right := range []string{`var _ = os.Chmod("f", 420)`, `var _ = os.Chmod("f", 493)`, `var _ = os.Chmod("f", 0755)`} {
		if got := check(right); len(got) != 0 {
			t.Errorf("%s: %+v", right, got)
		}
	}
}
