package mode_test

import (
	"errors"
	"testing"

	"ward/mode"
)

var seeds = []string{
	"644", "0o755", "00755", "u=rwX,go=rX", "a+x", "+x", "g=u-w", "=755,u+s", "-7000", "rwxr-x---", "drwxrwxrwt+",
	"S_IRUSR|S_IWUSR", "dtrwxrwxrwx", "u+,", "755,u+x", "g=u,u=o", "", ",", "10000", "u+\xff", "S_IFREG|0644",
}

// A mode that is read is written, in each notation, as something that reads as
// the same; an error comes without a mode.
func FuzzParse(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m, err := mode.Parse(s)
		if err != nil {
			wantNothing(t, m == 0, err)
			return
		}
		for _, text := range []string{m.Octal(), m.Symbolic(), m.Constants(), m.Format(mode.Regular)} {
			if again, err := mode.Parse(text); err != nil || again != m {
				t.Errorf("%q is %s, written %q, read %s: %v", s, m.Octal(), text, again.Octal(), err)
			}
		}
	})
}

func FuzzParseExpr(f *testing.F)        { fuzzExpr(f, mode.ParseExpr) }
func FuzzParseRequirement(f *testing.F) { fuzzExpr(f, mode.ParseRequirement) }

// An expression that is read is written as something that reads as the same
// function, and errors point into the text.
func fuzzExpr(f *testing.F, parse func(string) (mode.Expr, error)) {
	for _, s := range seeds {
		f.Add(s, uint16(0o4644), uint16(0o022))
	}
	f.Fuzz(func(t *testing.T, s string, before, umask uint16) {
		e, err := parse(s)
		if err != nil {
			wantNothing(t, e.String() == "", err)
			return
		}
		again, err := parse(e.String())
		if err != nil {
			t.Fatalf("%q is written %q: %v", s, e, err)
		}
		for _, k := range bothKinds {
			once := e.Apply(mode.Mode(before), k, mode.Mode(umask))
			if once > mode.All || again.Apply(mode.Mode(before), k, mode.Mode(umask)) != once {
				t.Errorf("%q written %q is another function", s, e)
			}
		}
	})
}

func wantNothing(t *testing.T, nothing bool, err error) {
	t.Helper()
	var e *mode.SyntaxError
	if !errors.As(err, &e) || !nothing || e.Offset < 0 || e.Offset > len(e.Input) {
		t.Errorf("a value with its error, or an error without a place: %#v", err)
	}
}
