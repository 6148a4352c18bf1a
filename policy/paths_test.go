package policy

import (
	"testing"

	"pgregory.net/rapid"
)

func TestPathsMatch(t *testing.T) {
	for _, c := range []struct {
		glob, path string
		dir, want  bool
	}{
		{"etc/x.key", "etc/x.key", false, true},
		{"etc/x.key", "srv/etc/x.key", false, false},
		{"etc", "etc/x.key", false, false},
		{"etc/**", "etc/a/b", false, true},
		{"etc/**", "etc", true, false},
		{"**/*.key", "x.key", false, true},
		{"**/*.key", "a/b/x.key", false, true},
		{"a/**/b/**/c", "a/x/b/b/y/c", false, true},
		{"a/**/b/**/c", "a/x/y/c", false, false},
		{"build/", "build", true, true},
		{"build/", "build", false, false},
		{".", ".", true, true},
		{"*", ".", true, false},
		{".", "a", false, false},
	} {
		s, err := ParsePaths([]string{c.glob})
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Match(c.path, c.dir); got != c.want {
			t.Errorf("%q matches %q: %v, want %v", c.glob, c.path, got, c.want)
		}
	}
}

func TestLiteralFitsItsPathAlone(t *testing.T) {
	component := rapid.StringMatching(`[!*?\[\]\\a\xff -]{1,4}`)
	rapid.Check(t, func(t *rapid.T) {
		path := component.Draw(t, "directory") + "/" + component.Draw(t, "name")
		s, err := ParsePaths([]string{Literal(path)})
		if err != nil {
			t.Fatalf("%q: %v", Literal(path), err)
		}
		if !s.Match(path, false) {
			t.Fatalf("%q does not fit %q", Literal(path), path)
		}
		if s.Match(path+"a", false) || s.Match("a"+path, false) {
			t.Fatalf("%q fits more than %q", Literal(path), path)
		}
	})
}
