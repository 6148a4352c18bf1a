package lexed_test

import (
	"strings"
	"testing"

	"ward/lint/lexed"
	"ward/lint/meaning"
	"ward/lint/source"
)

// tolerates holds what a dialect makes of any text against what every unit must be: places
// within the text, in order, functions that exist, no endless value.
func tolerates(t *testing.T, d *lexed.Dialect, library *meaning.Language, text []byte) {
	t.Helper()
	unit := d.Parse(&source.File{Path: "f", Text: text})
	last := 0
	for _, c := range unit.Calls {
		if c.Start < last || c.End <= c.Start || c.End > len(text) {
			t.Fatalf("a call at %d–%d after one at %d", c.Start, c.End, last)
		}
		last = c.Start
		if c.Function >= len(unit.Functions) || c.Function < -1 {
			t.Fatalf("function %d of %d", c.Function, len(unit.Functions))
		}
		for _, a := range c.Args {
			if a.Value.Start < c.Start || a.Value.End > c.End {
				t.Fatalf("argument %d–%d of a call at %d–%d", a.Value.Start, a.Value.End, c.Start, c.End)
			}
		}
	}
	for i, f := range unit.Functions {
		if f.Outer >= i || f.Start > f.End || f.End > len(text) {
			t.Fatalf("function %d: %+v", i, f)
		}
	}
	for _, a := range unit.Assigns {
		if a.Start < 0 || a.End > len(text) || a.Name == "" {
			t.Fatalf("assignment %+v", a)
		}
	}
	meaning.Translate(unit, nil, library)
}

// hostile is texts that make parsers slow or deep.
func hostile() []string {
	const n = 30000
	var all []string
	for _, s := range []string{
		"(", ")", "[", "{", "f(", "a.", "a.b(", "a[0]", "x=", "not ", "-", "1+", "f'{", `f"{a:{`, "if ", "a if b else ", "lambda x, ", "x,", "'", `"`, "`${", "/", "/*",
		"<", "<<A\n", "def f(", "def f():\n ", "#define A(", "#if 1\n{\n#else\n", "f(x).", "(a)", "a?b:", "a ? b ", "{a:", "[[", "\\", "\x00", "\xff", "class A:\n ", "@a(", "=>", "~", "*", "a::", "a->", "//", "''", "x=y=",
	} {
		all = append(all, strings.Repeat(s, n), strings.Repeat(s, n)+"chmod(1, 2)", "f("+strings.Repeat(s, n)+")")
	}
	return append(all, strings.Repeat("f(", n)+strings.Repeat(")", n), strings.Repeat("(", n)+strings.Repeat(")", n), strings.Repeat("[", n)+strings.Repeat("]", n)+".f()",
		"a"+strings.Repeat(".b()", n), "a"+strings.Repeat("[0]", n)+"()", "a"+strings.Repeat("(1)(2)", n), "("+strings.Repeat("(a).b()).c(", n), "x = "+strings.Repeat("a + ", n)+"b")
}

// withstands has a dialect read all of them. With time that grows as the square of the
// length the test would never end.
func withstands(t *testing.T, d *lexed.Dialect, library *meaning.Language) {
	t.Helper()
	for _, text := range hostile() {
		tolerates(t, d, library, []byte(text))
	}
}

func TestHostileText(t *testing.T) {
	withstands(t, lexed.Python(), lexed.PythonLibrary())
	withstands(t, lexed.C(), lexed.CLibrary())
}

func FuzzPython(f *testing.F) {
	for _, s := range []string{"import os\nos.chmod('x', 0o755)\n", "def f(a, *b, c=1, **d):\n  return f'{a!r:>{c}}' % (1, 2)\n", "match x:\n case A(b): pass\n", "x = y = (1 if a else 2)\n"} {
		f.Add([]byte(s))
	}
	d, library := lexed.Python(), lexed.PythonLibrary()
	f.Fuzz(func(t *testing.T, text []byte) { tolerates(t, d, library, text) })
}
