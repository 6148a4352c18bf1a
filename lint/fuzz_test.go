package lint_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"ward/lint"
	"ward/lint/read"
	"ward/lint/source"
)

// Whatever stands in a file, it is read without a crash, findings and edits lie within
// it, and a fix that is offered can be made.
func FuzzLint(f *testing.F) {
	languages := []source.Language{source.Go, source.Shell, source.Dockerfile, source.YAML, source.JSON}
	seeds, err := filepath.Glob("testdata/corpus/*/*.txtar")
	if err != nil || len(seeds) == 0 {
		f.Fatal("no corpus: ", err)
	}
	for _, path := range seeds {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		for i, language := range languages {
			if filepath.Base(path) == string(language)+".txtar" {
				f.Add(uint8(i), txtar.Parse(text).Files[0].Data)
			}
		}
	}
	front, rules := read.All(), lint.Catalogue()
	f.Fuzz(func(t *testing.T, i uint8, text []byte) {
		file := &source.File{Path: "x", Language: languages[int(i)%len(languages)], Text: text}
		for _, found := range lint.Check(front.Script(file), lint.Options{Rules: rules}) {
			within(t, file, found.Span)
			if found.Fix == nil {
				continue
			}
			for _, e := range found.Fix.Edits {
				within(t, file, e.Span)
			}
			_ = lint.Simulate(&found, front.Script)
		}
	})
}

func within(t *testing.T, f *source.File, s source.Span) {
	t.Helper()
	if s.Start < 0 || s.End < s.Start || s.End > len(f.Text) {
		t.Errorf("%d to %d of %d bytes", s.Start, s.End, len(f.Text))
	}
}
