package mode_test

import (
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ward/mode"
)

func requirement(t testing.TB, s string) mode.Expr {
	t.Helper()
	e, err := mode.ParseRequirement(s)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestRequirementMeansAllTwelveBitsInOctal(t *testing.T) {
	for _, s := range []string{"755", "0755", "0o755", "00755", "000755"} {
		e := requirement(t, s)
		for _, k := range []mode.Kind{mode.Regular, mode.Directory, mode.Socket} {
			if got := e.Apply(0o7000, k, 0o077); got != 0o755 {
				t.Errorf("%s on a %s: %s", s, k, got.Octal())
			}
			if got := e.Decides(0o755, k); got != mode.All {
				t.Errorf("%s decides %s", s, got.Octal())
			}
		}
	}
}

func TestRequirementErrors(t *testing.T) {
	tests := []struct {
		input  string
		offset int
		says   string
	}{
		{"+x", 0, "write a+x"},
		{"u+x,-w,g+r", 4, "write a-w"},
		{"=u", 0, "write a=u"},
		{"=rw", 0, "write a=rw"},
		{"-rw-r--r--", 0, "write 0644"},
		{"drwxr-xr-x", 0, "'d' is not one of"},
		{"rw-r--r--", 0, "write 0644"},
		{"0o", 2, "0o wants octal digits"},
		{"0o+x", 2, "0o wants octal digits"},
		{"0o888", 2, "octal digits"},
		{"0o758", 4, "8 is no octal digit"},
		{"0888", 1, "8 is no octal digit"},
		{"0o17777", 2, "more than 07777"},
		{"g=u,u=o", 0, "does not settle"},
		{"o+X,u+x", 0, "does not settle"},
	}
	for _, tt := range tests {
		got, err := mode.ParseRequirement(tt.input)
		var e *mode.SyntaxError
		if !errors.As(err, &e) {
			t.Errorf("%q: %v, want a syntax error", tt.input, err)
			continue
		}
		if e.Offset != tt.offset || !strings.Contains(e.Error(), tt.says) || e.Input != tt.input {
			t.Errorf("%q: offset %d, %v; want offset %d and %q", tt.input, e.Offset, e, tt.offset, tt.says)
		}
		if got.String() != "" {
			t.Errorf("%q: an expression comes with the error", tt.input)
		}
	}
}

func TestRequirementThatSettlesIsAccepted(t *testing.T) {
	for _, s := range []string{"u=g,g=u", "u=rwX,go=rX", "go-rwx", "u+x", "u=rw,go=", "g=u", "go=u-w", "a-x,o-w", "ug+x,o-w", "-7000", "=755", "u+x,a+X", "a-x,a+X", "u=o,g=u"} {
		requirement(t, s)
	}
}

// Nine bits prove what Unsettled says of all twelve.
func TestUnsettledAgreesWithAllModes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := anyExpr(t)
		again := false
		for m := mode.Mode(0); m <= mode.All; m++ {
			for _, k := range bothKinds {
				once := e.Apply(m, k, 0)
				again = again || e.Apply(once, k, 0) != once
			}
		}
		m, k, got := e.Unsettled()
		if got != again {
			t.Fatalf("%s: Unsettled says %v, all modes say %v", e, got, again)
		}
		if once := e.Apply(m, k, 0); got && e.Apply(once, k, 0) == once {
			t.Fatalf("%s: %s on a %s is no witness", e, m.Octal(), k)
		}
	})
}

var bothKinds = []mode.Kind{mode.Regular, mode.Directory}

func anyMode(t *rapid.T) mode.Mode {
	return mode.Mode(rapid.Uint16Range(0, 0o7777).Draw(t, "mode"))
}

// anyExpr is an expression that GNU chmod accepts.
func anyExpr(t *rapid.T) mode.Expr {
	e, err := mode.ParseExpr(rapid.StringMatching(`([ugoa]{0,3}([-+=]([rwxXst]{0,3}|[ugo])){1,3})(,[ugoa]{0,3}([-+=]([rwxXst]{0,3}|[ugo])){1,3}){0,2}|[-+=]?[0-7]{1,4}`).Draw(t, "expr"))
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestLawsOfExpressions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e, m, k := anyExpr(t), anyMode(t), rapid.SampledFrom(bothKinds).Draw(t, "kind")
		after, decided := e.Apply(m, k, 0), e.Decides(m, k)
		if (after^m)&^decided != 0 {
			t.Fatalf("%s makes %s of %s, deciding only %s", e, after.Octal(), m.Octal(), decided.Octal())
		}
		if e.Apply(m, k, 0o777)&^mode.All != 0 {
			t.Fatalf("%s leaves the twelve bits", e)
		}
		set, clear := e.Always(k)
		if set&^after != 0 || clear&after != 0 {
			t.Fatalf("%s: always %s and never %s, but makes %s", e, set.Octal(), clear.Octal(), after.Octal())
		}
		next := anyExpr(t)
		if got, want := e.Then(next).Apply(m, k, 0o022), next.Apply(e.Apply(m, k, 0o022), k, 0o022); got != want {
			t.Fatalf("%s then %s: %s, want %s", e, next, got.Octal(), want.Octal())
		}
	})
}

func TestRequirementsIgnoreTheUmaskAndSettle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		written := anyExpr(t).String()
		e, err := mode.ParseRequirement(written)
		if err != nil {
			t.Skip(err)
		}
		m, k := anyMode(t), rapid.SampledFrom(bothKinds).Draw(t, "kind")
		once := e.Apply(m, k, 0)
		if e.Apply(m, k, anyMode(t)) != once || e.Apply(once, k, 0) != once {
			t.Fatalf("%s on %s depends on the umask or does not settle", e, m.Octal())
		}
		gnu, err := mode.ParseExpr(written)
		if octal := written[0] >= '0' && written[0] <= '7'; err != nil || !octal && gnu.Apply(m, k, 0) != once {
			t.Fatalf("%s means something else to chmod (%v)", written, err)
		}
	})
}

func TestDecides(t *testing.T) {
	tests := []struct {
		expr    string
		m       mode.Mode
		k       mode.Kind
		decides mode.Mode
	}{
		{"u+x", 0o644, mode.Regular, 0o100},
		{"u+x", 0o755, mode.Regular, 0o100},
		{"go-rwx", 0o600, mode.Regular, 0o077},
		{"u=rw,go=", 0o600, mode.Regular, mode.All},
		{"g=u", 0o640, mode.Regular, 0o2070},
		{"g=u", 0o640, mode.Directory, 0o070},
		{"g+u", 0o640, mode.Regular, 0o060},
		{"a+X", 0o644, mode.Regular, 0},
		{"a+X", 0o744, mode.Regular, 0o111},
		{"a+X", 0o644, mode.Directory, 0o111},
		{"u=rwX", 0o644, mode.Directory, 0o700},
		{"u=rwX", 0o644, mode.Regular, 0o4700},
		{"o=rx", 0o1777, mode.Directory, 0o1007},
		{"g=s", 0o755, mode.Directory, 0o2070},
		{"-7000", 0o755, mode.Directory, 0o7000},
	}
	for _, tt := range tests {
		if got := requirement(t, tt.expr).Decides(tt.m, tt.k); got != tt.decides {
			t.Errorf("%s on a %s of %s decides %s, want %s", tt.expr, tt.k, tt.m.Octal(), got.Octal(), tt.decides.Octal())
		}
	}
}

func TestAtMostAndAtLeast(t *testing.T) {
	most, least := mode.AtMost(0o640), mode.AtLeast(0o2050)
	for m := mode.Mode(0); m <= mode.All; m++ {
		for _, k := range bothKinds {
			if got := most.Apply(m, k, 0o777); got != m&0o640 {
				t.Fatalf("%s of %s: %s", most, m.Octal(), got.Octal())
			}
			if got := least.Apply(m, k, 0o777); got != m|0o2050 {
				t.Fatalf("%s of %s: %s", least, m.Octal(), got.Octal())
			}
		}
	}
	if most.Decides(0, mode.Regular) != 0o7137 || least.Decides(0, mode.Directory) != 0o2050 {
		t.Errorf("atmost decides %s, atleast %s", most.Decides(0, mode.Regular).Octal(), least.Decides(0, mode.Directory).Octal())
	}
}

func TestXIsDeadAfter(t *testing.T) {
	tests := []struct {
		before, expr string
		dead         bool
	}{
		{"a-x", "a+X", true},
		{"0644", "u=rwX,go=rX", true},
		{"u-x", "a+X", false},
		{"0755", "a+X", false},
		{"a-x", "u+x,a+X", false},
		{"u+x", "a-x,a+X", true},
		{"a-x", "g+r", false},
	}
	for _, tt := range tests {
		if got := requirement(t, tt.expr).XIsDeadAfter(requirement(t, tt.before)); got != tt.dead {
			t.Errorf("%s after %s: dead is %v", tt.expr, tt.before, got)
		}
	}
	if (mode.Expr{}).HasConditionalX() || !requirement(t, "u=rwX").HasConditionalX() {
		t.Error("HasConditionalX")
	}
}

func TestZeroExprChangesNothing(t *testing.T) {
	var e mode.Expr
	if e.Apply(0o4751, mode.Directory, 0o077) != 0o4751 || e.Decides(0o4751, mode.Regular) != 0 {
		t.Error("the zero expression does something")
	}
}
