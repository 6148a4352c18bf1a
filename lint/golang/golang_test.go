package golang_test

import (
	"testing"

	"ward/lint/golang"
	"ward/lint/meaning"
	"ward/lint/source"
)

// executed is the modes of the calls in a function's body, "?" where they are not known.
func executed(t *testing.T, body string) []string {
	t.Helper()
	text := "package p\nimport (\"os\"; \"io/fs\"; \"golang.org/x/sys/unix\")\nconst perms os.FileMode = 0644\nfunc f(m os.FileMode) {\n" + body + "\n}\n"
	unit := golang.Parse(&source.File{Path: "p.go", Language: source.Go, Text: []byte(text)})
	for _, n := range unit.Notes {
		t.Fatal(n.Text)
	}
	var modes []string
	for _, e := range meaning.Translate(unit, nil, golang.Library()).Effects {
		if !e.Mode.Given {
			continue
		}
		if m, ok := e.Exact(); ok {
			modes = append(modes, m.Octal())
		} else {
			set, clear := e.Executed()
			modes = append(modes, "?"+set.Octal()+"-"+clear.Octal())
		}
	}
	return modes
}

func TestExecutedModes(t *testing.T) {
	for _, c := range []struct{ body, want string }{
		{`os.Chmod("f", 0644)`, "0644"},
		{`os.Chmod("f", 755)`, "0363"},   // 01363, of which Go's os drops the 01000
		{`os.Chmod("d", 01777)`, "0777"}, // likewise
		{`os.Chmod("d", os.ModeSticky|0777)`, "1777"},
		{`os.Chmod("d", fs.FileMode(0o4755))`, "0755"},
		{`unix.Chmod("d", 01777)`, "1777"},
		{`os.MkdirAll("d", perms)`, "0644"},
		{`os.Chmod("f", m|0111)`, "?0111-0000"},
		{`os.Chmod("f", m&^022)`, "?0000-0022"},
		{`os.Chmod("f", m.Perm()|os.ModeSetuid)`, "?4000-3000"},
		{`x := os.FileMode(0600); os.WriteFile("k", nil, x)`, "0600"},
		{`x := os.FileMode(0600); if true { x = 0640 }; os.WriteFile("k", nil, x)`, "?0600-7137"},
		{`os.Create("f")`, "0666"},
		{`os.OpenFile("f", os.O_CREATE|os.O_WRONLY, 0o640)`, "0640"},
	} {
		got := executed(t, c.body)
		if len(got) != 1 || got[0] != c.want {
			t.Errorf("%s: %v, want %s", c.body, got, c.want)
		}
	}
}
