package report

import (
	"os/exec"
	"testing"

	"pgregory.net/rapid"
	"ward/internal/requires"
)

func TestPathIsSafeToShow(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"ordinary":             {"/srv/app/x.key", "/srv/app/x.key"},
		"inner space":          {"/srv/my file", "/srv/my file"},
		"letters of the world": {"/srv/Grüße/文", "/srv/Grüße/文"},
		"newline":              {"a\nb", `$'a\nb'`},
		"escape sequence":      {"a\x1b[31mb", `$'a\033[31mb'`},
		"invalid UTF-8":        {"a\xff9", `$'a\3779'`},
		"direction override":   {"a\u202egpj", `$'a\342\200\256gpj'`},
		"no-break space":       {"a\u00a0b", `$'a\302\240b'`},
		"trailing space":       {"a ", `$'a '`},
		"looks quoted":         {"$'a'", `$'$\'a\''`},
		"empty":                {"", `$''`},
		"replacement char":     {"a\ufffdb", "a\ufffdb"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Path(c.in); got != c.want {
				t.Errorf("Path(%q) = %s, want %s", c.in, got, c.want)
			}
		})
	}
}

func TestShellQuotesOnlyWhatNeedsIt(t *testing.T) {
	got := Shell([]string{"ward", "apply", "--only", "my dir/it's *.key", "~x", "/srv/a-b_c.d", ""})
	want := `ward apply --only 'my dir/it'\''s *.key' '~x' /srv/a-b_c.d ''`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestShellReadsBackTheSameBytes(t *testing.T) {
	requires.Tool(t, "bash")
	rapid.Check(t, func(t *rapid.T) {
		raw := rapid.SliceOfN(rapid.ByteRange(1, 255), 0, 30).Draw(t, "name")
		out, err := exec.Command("bash", "-c", "printf %s "+Shell([]string{string(raw)})).Output()
		if err != nil || string(out) != string(raw) {
			t.Fatalf("bash read %q as %q (%v)", raw, out, err)
		}
		out, err = exec.Command("bash", "-c", "printf %s "+Path(string(raw))).Output()
		if !harmless(string(raw)) && (err != nil || string(out) != string(raw)) {
			t.Fatalf("bash read path %q as %q (%v)", raw, out, err)
		}
	})
}
