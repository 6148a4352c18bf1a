package confd_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ward/manifest/confd"
)

func TestFields(t *testing.T) {
	for line, want := range map[string][]string{
		`u app 33 "Somebody's account" /srv`: {"u", "app", "33", "Somebody's account", "/srv"},
		`u app 33 'The "app"' /srv`:          {"u", "app", "33", `The "app"`, "/srv"},
		`d /srv/a\x20b 0755`:                 {"d", "/srv/a b", "0755"},
		`d "" 0755`:                          {"d", "", "0755"},
		"d\t/srv  0755\r":                    {"d", "/srv", "0755"},
	} {
		got, err := confd.Fields(line)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got)\n%s", line, err, diff)
		}
	}
	for _, line := range []string{`u app "no end`, `d '/srv`, `"" x`} {
		if got, err := confd.Fields(line); err == nil {
			t.Errorf("%s: %q", line, got)
		}
	}
}

func TestParseKeepsWhatCanBeRead(t *testing.T) {
	all, problems := confd.Parse("x.conf", []byte("# a comment\n\na 1\nskip\nb \"2\nfail x\nc 3\n"), func(words []string, n int) (string, bool, error) {
		switch words[0] {
		case "skip":
			return "", false, nil
		case "fail":
			return "", false, errors.New("it fails")
		}
		return fmt.Sprint(words[0], n), true, nil
	})
	if fmt.Sprint(all) != "[a3 c7]" || fmt.Sprint(problems) != "[x.conf:5: a quote is not closed x.conf:6: it fails]" {
		t.Errorf("%v, %v", all, problems)
	}
}

func FuzzFields(f *testing.F) {
	f.Add(`d "/srv/a b" 0755 'x' \x20\`)
	f.Fuzz(func(_ *testing.T, line string) { _, _ = confd.Fields(line) })
}
