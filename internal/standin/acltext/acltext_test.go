package acltext_test

import (
	"errors"
	"io"
	"strings"
	"testing"

	"ward/acl"
	"ward/internal/standin/acltext"
)

func TestQuote(t *testing.T) {
	for _, c := range []struct{ text, chars, want string }{
		{"plain", acltext.InPath, "plain"},
		{`b\s`, acltext.InPath, `b\\s`},
		{"n\nl\r", acltext.InPath, `n\012l\015`},
		{"a b\tc", acltext.InPath, "a b\tc"},
		{"a b\tc", acltext.InHeader, `a\040b\011c`},
		{"a:b,c", acltext.InEntry, `a\072b\054c`},
		{"ü", acltext.InEntry, "ü"},
	} {
		if got := acltext.Quote(c.text, c.chars); got != c.want {
			t.Errorf("%q: %q, want %q", c.text, got, c.want)
		}
		if got := acltext.Unquote(c.want); got != c.text {
			t.Errorf("%q is read as %q, want %q", c.want, got, c.text)
		}
	}
	for text, want := range map[string]string{
		`\061x`: "1x", `\400x`: "", `\08`: `\08`, `\`: `\`, `\\`: `\`, `\\\`: `\\`, `a\000b`: "a", `\777`: "\xff",
	} {
		if got := acltext.Unquote(text); got != want {
			t.Errorf("%q is read as %q, want %q", text, got, want)
		}
	}
}

func FuzzQuote(f *testing.F) {
	f.Add(`a\b` + "\n:, ü")
	f.Fuzz(func(t *testing.T, text string) {
		if strings.IndexByte(text, 0) >= 0 {
			return
		}
		for _, chars := range []string{acltext.InPath, acltext.InHeader, acltext.InEntry, acltext.InTable} {
			quoted := acltext.Quote(text, chars)
			if strings.ContainsAny(quoted, chars) || acltext.Unquote(quoted) != text {
				t.Fatalf("%q is quoted %q", text, quoted)
			}
		}
	})
}

func TestAppendList(t *testing.T) {
	l, _, err := acl.ParseText("u::rwx,u:1001:rwx,g::r-x,m::r--,o::---", nil)
	if err != nil {
		t.Fatal(err)
	}
	names := acltext.Names{User: func(uint32) string { return "bob" }}
	for _, c := range []struct {
		name  string
		style acltext.Style
		want  string
	}{
		{"plain", acltext.Style{}, "user::rwx\nuser:bob:rwx\ngroup::r-x\nmask::r--\nother::---"},
		{"short", acltext.Style{Short: true, Prefix: "d:", Separator: ','}, "d:u::rwx,d:u:bob:rwx,d:g::r-x,d:m::r--,d:o::---"},
		{"what the mask limits", acltext.Style{Effective: acltext.Limited}, "user::rwx\nuser:bob:rwx\t#effective:r--\ngroup::r-x\t#effective:r--\nmask::r--\nother::---"},
		{"aligned", acltext.Style{Effective: acltext.Limited, Align: true, Prefix: "default:"}, "default:user::rwx\ndefault:user:bob:rwx\t\t#effective:r--\ndefault:group::r-x\t\t#effective:r--\ndefault:mask::r--\ndefault:other::---"},
	} {
		if got := string(acltext.AppendList(nil, l, names, c.style)); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestSortedIsStable(t *testing.T) {
	l := acl.List{
		{Tag: acl.UserObj, ID: acl.NoID},
		{Tag: acl.User, ID: 3},
		{Tag: acl.User, ID: 1, Rights: 1},
		{Tag: acl.User, ID: 1, Rights: 2},
		{Tag: acl.GroupObj, ID: acl.NoID},
		{Tag: acl.Mask, ID: acl.NoID},
		{Tag: acl.Other, ID: acl.NoID},
	}
	want := "u::---,u:1:--x,u:1:-w-,u:3:---,g::---,m::---,o::---"
	if got := acltext.Sorted(l).String(); got != want || l[1].ID != 3 {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestLines(t *testing.T) {
	l := acltext.NewLines(strings.NewReader("a\r\n\nb\x00c\n \t\n\nlast"))
	var got []string
	for {
		line, err := l.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		got = append(got, line)
	}
	if strings.Join(got, "|") != "a||b| \t||last" || l.Read != 6 {
		t.Errorf("%q, %d lines", got, l.Read)
	}
	l = acltext.NewLines(strings.NewReader(" \n\r\n\t#x"))
	if c, err := l.Skip(); c != '#' || err != nil || l.Read != 2 {
		t.Errorf("%q, %v, %d lines", c, err, l.Read)
	}
}
