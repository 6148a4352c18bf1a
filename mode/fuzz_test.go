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

// What is read in any notation is written in every one as something that reads as
// the same; what it says of the type too, where the notation has room for it.
func FuzzParseSpelling(f *testing.F) {
	for _, s := range append(seeds, "33188", "0100644", "2147484141", "0x1ed", "493", "420", "Drw-rw-rw-", "Lrwxrwxrwx", "S_IFDIR|S_IRWXU") {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		x, err := mode.ParseSpelling(s)
		if err != nil {
			wantNothing(t, x.Mode == 0 && x.Notation == 0 && x.Others == nil, err)
			return
		}
		if x.Notation == 0 || x.Mode > mode.All {
			t.Fatalf("%q: %+v", s, x)
		}
		texts := []string{x.Mode.Format(x.Kind), x.Mode.Octal(), x.Mode.Symbolic(), x.Mode.Constants()}
		for i, text := range texts {
			again, err := mode.ParseSpelling(text)
			if err != nil || again.Mode != x.Mode || i == 0 && again.Kind != x.Kind {
				t.Errorf("%q is %s, written %q, read %+v: %v", s, x.Mode.Format(x.Kind), text, again, err)
			}
		}
		if plain, err := mode.Parse(s); err == nil && plain != x.Mode {
			t.Errorf("%q: Parse says %s, ParseSpelling %s", s, plain.Octal(), x.Mode.Octal())
		}
	})
}

// What ParseGo reads, Go prints as it was; errors come without a mode.
func FuzzParseGo(f *testing.F) {
	for _, s := range []string{"-rw-r--r--", "dgrwxr-x---", "ugtrwxrwxrwx", "Dcrw-rw-rw-", "dalTLDpSugct?rwxrwxrwx", "rwxrwxrwx", "--rw-r--r--"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m, k, err := mode.ParseGo(s)
		if err != nil {
			wantNothing(t, m == 0 && k == mode.Unknown, err)
			return
		}
		again, kind, err := mode.ParseGo(m.FileMode(k).String())
		if err != nil || again != m || kind != k {
			t.Errorf("%q is %s %s, written %q", s, m.Octal(), k, m.FileMode(k))
		}
	})
}

// A umask is read as nine bits, and what it leaves reads back.
func FuzzParseUmask(f *testing.F) {
	for _, s := range append(seeds, "027", "u=rwx,g=rx,o=", "1022") {
		f.Add(s, uint16(0o022))
	}
	f.Fuzz(func(t *testing.T, s string, present uint16) {
		mask, err := mode.ParseUmask(s, mode.Mode(present)&mode.Permissions)
		if err != nil {
			wantNothing(t, mask == 0, err)
			return
		}
		again, err := mode.ParseUmask(mode.FormatUmask(mask), 0)
		if mask > mode.Permissions || err != nil || again != mask {
			t.Errorf("%q is %s, which reads back as %s: %v", s, mask.Octal(), again.Octal(), err)
		}
	})
}
