package shell_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ward/lint/effect"
	"ward/lint/shell"
	"ward/lint/source"
)

// effects is what a script does, a line each.
func effects(text string) []string {
	s := shell.Read(&source.File{Path: "s.sh", Language: source.Shell, Text: []byte(text)})
	var lines []string
	for i := range s.Effects {
		e := &s.Effects[i]
		mode := e.Mode.Symbolic
		if m, ok := e.Exact(); ok {
			mode = m.Octal()
		}
		line := fmt.Sprintf("%s %s %s", e.API, mode, e.Path.Known)
		for flag, set := range map[string]bool{" -R": e.Recursive, " root": e.AsRoot} {
			if set {
				line += flag
			}
		}
		lines = append(lines, strings.TrimSpace(line)+unknown(e.Path))
	}
	return lines
}

func unknown(o effect.Operand) string {
	if o.Whole || o.Name == "" {
		return ""
	}
	return "…"
}

func TestEffects(t *testing.T) {
	for text, want := range map[string][]string{
		`chmod 755 a b`:                          {"chmod 0755 a", "chmod 0755 b"},
		`chmod -R u=rwX,go= "$dir/x"`:            {"chmod u=rwX,go= /x -R…"},
		`chmod -x f`:                             {"chmod -x f"},
		`D=/srv; chmod 700 $D/y`:                 {"chmod 0700 /srv/y"},
		`D=/srv; D=/usr; chmod 700 $D/y`:         {"chmod 0700 /y…"},
		`sudo -u root chmod 4755 /bin/x`:         {"chmod 4755 /bin/x root"},
		`find . -type d -exec chmod 755 {} +`:    {"chmod 0755 {}"},
		`find . -print0 | xargs -0 chmod 644`:    {"chmod 0644"},
		`mkdir -p -m 700 a/b`:                    {"mkdir 0700 a/b"},
		`mkdir --mode=700 a`:                     {"mkdir 0700 a"},
		`install -m 4755 x /bin`:                 {"install 4755 /bin"},
		`install -Dm644 x "$pkg/usr/share/x"`:    {"install 0644 /usr/share/x…"},
		`install -d /srv`:                        {"install 0755 /srv"},
		`umask 077; echo a > k`:                  {"umask 0077", "> 0666 k"},
		`umask u=rwx,g=rx,o=`:                    {"umask 0027"},
		`echo > /dev/null 2>err`:                 nil,
		`if x; then chmod 600 k; fi`:             {"chmod 0600 k"},
		`f() { chmod 600 k; }`:                   {"chmod 0600 k"},
		`x=$(umask 0; chmod 600 k)`:              {"umask 0000", "chmod 0600 k"},
		`echo "$(chmod 600 k)"`:                  {"chmod 0600 k"},
		`openssl genrsa | tee key.pem`:           {"tee 0666 key.pem"},
		`chmod --reference=a b`:                  nil,
		`env A=b nice -n 5 chmod 640 f`:          {"chmod 0640 f"},
		`case $1 in start) chmod 1777 /x;; esac`: {"chmod 1777 /x"},
	} {
		if diff := cmp.Diff(want, effects(text)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
}

func TestABrokenScriptIsReadLineByLine(t *testing.T) {
	got := effects("chmod 755 a\nif then fi (\nchmod 600 b\n")
	if diff := cmp.Diff([]string{"chmod 0755 a", "chmod 0600 b"}, got); diff != "" {
		t.Error(diff)
	}
}
