package mode_test

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"ward/mode"
)

type vector struct {
	line               int
	expr               string
	umask, before      mode.Mode
	kind               mode.Kind
	after              mode.Mode
	refused            bool
	kindLetter, result string
}

// vectors reads testdata/gnu-chmod.txt.
func vectors(t *testing.T) []vector {
	t.Helper()
	f, err := os.Open("testdata/gnu-chmod.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all []vector
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		if strings.HasPrefix(lines.Text(), "#") {
			continue
		}
		v := vector{line: n}
		var before, umask uint16
		if _, err := fmt.Sscanf(lines.Text(), "%q %o %s %o %s", &v.expr, &umask, &v.kindLetter, &before, &v.result); err != nil {
			t.Fatalf("line %d: %v", n, err)
		}
		v.umask, v.before = mode.Mode(umask), mode.Mode(before)
		v.kind = map[string]mode.Kind{"f": mode.Regular, "d": mode.Directory}[v.kindLetter]
		if v.refused = v.result == "error"; !v.refused {
			after, err := strconv.ParseUint(v.result, 8, 16)
			if err != nil {
				t.Fatalf("line %d: %v", n, err)
			}
			v.after = mode.Mode(after)
		}
		all = append(all, v)
	}
	return all
}

func TestExprAgreesWithGNUVectors(t *testing.T) {
	all := vectors(t)
	if len(all) < 181 {
		t.Fatalf("only %d vectors", len(all))
	}
	for _, v := range all {
		e, err := mode.ParseExpr(v.expr)
		switch {
		case v.refused && err == nil:
			t.Errorf("line %d: %q is accepted, GNU refuses it", v.line, v.expr)
		case v.refused:
		case err != nil:
			t.Errorf("line %d: %v", v.line, err)
		default:
			if got := e.Apply(v.before, v.kind, v.umask); got != v.after {
				t.Errorf("line %d: %q on %s %s under %03o is %s, GNU says %s", v.line, v.expr, v.kind, v.before.Octal(), uint16(v.umask), got.Octal(), v.after.Octal())
			}
		}
	}
}

// The worked example of a program that wants -rwsr-xr-x.
func TestExprOnAProgramThatWantsSetuid(t *testing.T) {
	for expr, want := range map[string]string{
		"a+sx":      "-rwsr-sr-x",
		"u+s,go+x":  "-rwSr-xr-x",
		"u+sx,go+x": "-rwsr-xr-x",
	} {
		e, err := mode.ParseExpr(expr)
		if err != nil {
			t.Fatal(err)
		}
		if got := e.Apply(0o644, mode.Regular, 0o022).Format(mode.Regular); got != want {
			t.Errorf("%s: %s, want %s", expr, got, want)
		}
	}
}

func TestParseExprExplainsWhatIsWrong(t *testing.T) {
	tests := []struct {
		input  string
		offset int
		says   string
	}{
		{"", 0, "is empty"},
		{"8", 0, "no octal digit"},
		{"0o755", 1, "'o' does not belong to an octal mode"},
		{"10000", 0, "more than 07777"},
		{"0100644", 0, "write 0644"},
		{"755,u+x", 3, "write =755,u+x"},
		{"u", 1, "needs +, - or ="},
		{"u+x,,g+x", 4, "needs +, - or ="},
		{"u+x,", 4, "needs +, - or ="},
		{"u+ x", 2, "spaces"},
		{" u+x", 0, "spaces"},
		{"u+R", 2, "write it small"},
		{"u+q", 2, "'q' is not one of r, w, x"},
		{"b+r", 0, "'b' is not one of u, g, o"},
		{"u=644", 2, "takes no who"},
		{"=10000", 1, "more than 07777"},
		{"+1-1", 2, "cannot follow a number"},
		{"g=ur", 3, "stands alone"},
		{"rwxr-x---", 0, "write 0750"},
		{"u+r\x00", 3, "is not one of"},
	}
	for _, tt := range tests {
		_, err := mode.ParseExpr(tt.input)
		var e *mode.SyntaxError
		if !errors.As(err, &e) {
			t.Errorf("%q: %v, want a syntax error", tt.input, err)
			continue
		}
		if e.Offset != tt.offset || !strings.Contains(e.Error(), tt.says) || e.Input != tt.input {
			t.Errorf("%q: offset %d, %v; want offset %d and %q", tt.input, e.Offset, e, tt.offset, tt.says)
		}
	}
}

func TestApplyDoesNotAllocate(t *testing.T) {
	for _, s := range []string{"u=rwX,go=rX", "0644", "g=u,o-w", "-w"} {
		e, err := mode.ParseExpr(s)
		if err != nil {
			t.Fatal(err)
		}
		n := testing.AllocsPerRun(100, func() {
			e.Apply(0o4755, mode.Regular, 0o022)
			e.Decides(0o4755, mode.Directory)
		})
		if n != 0 {
			t.Errorf("%s: %v allocations", s, n)
		}
	}
}

func BenchmarkApply(b *testing.B) {
	for _, s := range []string{"a-x,o-w", "u=rwX,go=rX"} {
		e, err := mode.ParseRequirement(s)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(s, func(b *testing.B) {
			m := mode.Mode(0o644)
			for range b.N {
				m = e.Apply(m, mode.Regular, 0)
			}
		})
	}
}
