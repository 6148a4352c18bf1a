package app

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ward/account"
)

// A walk that was saved, in each form, names the objects of nobody.
func TestSavedWalksNameStrangers(t *testing.T) {
	long := strings.Repeat("0 0 /usr/share/doc/some-package/a-file-of-everybody\n", 400_000) // 20 MB
	for name, text := range map[string]string{
		"find, by lines":  "0 0 /a b\n4242 0 /srv/a\n0 4343 /srv/b c\n",
		"find, by zeros":  "0 0 /a\nb\x004242 0 /srv/a\x000 4343 /srv/b c\x00",
		"no end of line":  "4242 0 /srv/a\n0 4343 /srv/b c",
		"a large listing": long + "4242 0 /srv/a\n0 4343 /srv/b c\n",
		"a manifest":      "#mtree\n./srv type=dir uid=0 gid=0\n./srv/a type=file uid=4242 gid=0\n./srv/b\\040c type=file uid=0 gid=4343\n./srv/nobodys type=file\n",
	} {
		t.Run(name, func(t *testing.T) {
			strays, err := savedWalk(t, text)
			if err != nil || strays != "user srv/a, group srv/b c" {
				t.Errorf("found %q, %v", strays, err)
			}
		})
	}
	for name, x := range map[string]struct{ text, want string }{
		"words":           {"0 0 /a\njunk\n", ":2: \"junk\" is no"},
		"an id too many":  {"99999999999 0 /a\n", ":1: \"99999999999 0 /a\" is no"},
		"a negative id":   {"-1 0 /a\n", ":1: "},
		"an endless line": {"0 0 /a\n" + strings.Repeat("x", 2<<20), ":2: \"a line of more than 1 MiB\""},
		"a bad manifest":  {"#mtree\n./a uid=many\n", "line 2"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := savedWalk(t, x.text); err == nil || !strings.Contains(err.Error(), x.want) {
				t.Errorf("the error is %v, want %q", err, x.want)
			}
		})
	}
}

func savedWalk(t *testing.T, text string) (strays string, err error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "walk")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	g := &accountFacts{db: account.New([]account.User{{Name: "root"}}, []account.Group{{Name: "root"}})}
	err = g.listing(context.Background(), file)
	var found []string
	for _, s := range g.system.Strays {
		kind := "group "
		if s.User {
			kind = "user "
		}
		found = append(found, kind+s.Path)
	}
	return strings.Join(found, ", "), err
}
