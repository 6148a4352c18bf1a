package nfs4_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ward/acl/nfs4"
	"ward/mode"
)

func TestSpecsThatAreWrong(t *testing.T) {
	for text, want := range map[string]struct {
		offset  int
		problem string
	}{
		"":                          {0, ""},
		"exactly":                   {0, ""},
		"exactly ":                  {0, ""},
		"A::bob:q":                  {7, `"q" is no right`},
		"exactly  A::bob:q":         {16, `"q" is no right`},
		" A::bob:r,X::bob:r":        {10, `"X" is no type`},
		"A::bob:r,D::bob:r,A::bob:": {18, "this entry is for the same as entry 1"},
		"A::1:r,,A::1:w":            {8, "this entry is for the same as entry 1"},
		"A::GROUP@:r,A:g:GROUP@:w":  {12, "this entry is for the same as entry 1"},
	} {
		_, err := nfs4.ParseSpec(text)
		var e *nfs4.SyntaxError
		if !errors.As(err, &e) || want.problem != "" && (e.Offset != want.offset || !strings.Contains(e.Problem, want.problem)) || e.Input != text {
			t.Errorf("%q: %#v, want %+v", text, err, want)
		}
	}
}

// A spec is held by its own result, speaks of nothing else, and does not touch what
// it does not decide.
func TestSpecsSettle(t *testing.T) {
	entries := []string{"A::a@x:r", "A::a@x:rw", "D::a@x:w", "A:fd:a@x:r", "A:g:a@x:r", "A::OWNER@:rw", "A:g:GROUP@:r", "A::7:x", "A::EVERYONE@:tc", "U:S:EVERYONE@:w"}
	kinds := rapid.SampledFrom([]mode.Kind{mode.Regular, mode.Directory})
	rapid.Check(t, func(t *rapid.T) {
		k := kinds.Draw(t, "kind")
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(entries), 1, 4).Draw(t, "spec"), ",")
		if rapid.Bool().Draw(t, "exactly") {
			text = "exactly " + text
		}
		spec, err := nfs4.ParseSpec(text)
		if err != nil {
			t.Skip(err)
		}
		found, err := nfs4.Parse(strings.Join(rapid.SliceOfN(rapid.SampledFrom(entries), 1, 6).Draw(t, "found"), ","), nfs4.Linux, k)
		if err != nil {
			t.Fatal(err)
		}
		end := spec.Apply(found, k)
		if again := spec.Apply(end, k); !again.Equal(end) {
			t.Fatalf("%s makes %s of %s, and %s of that", text, end, found, again)
		}
		undecided := func(a nfs4.ACL) []nfs4.Entry {
			return slices.DeleteFunc(slices.Clone(a.Entries), func(e nfs4.Entry) bool { return spec.Decides(e, k) })
		}
		if a, b := undecided(found), undecided(end); !slices.Equal(a, b) {
			t.Fatalf("%s made %v of what it does not decide: %v", text, b, a)
		}
		for _, want := range spec.For(k) {
			if !slices.Contains(end.Entries, want) {
				t.Fatalf("%s: %s lacks %s", text, end, want)
			}
		}
	})
}

func FuzzParseSpec(f *testing.F) {
	for _, s := range []string{"A::bob@x:r", "exactly A::OWNER@:rw,A::EVERYONE@:r", "exactly", " A:fd:b:RX , D::c:w", "A::1:r,,A:g:1:r", "A::GROUP@:r,A:g:GROUP@:w"} {
		f.Add(s, "A::OWNER@:rwatTnNcCy,A::bob@x:w,A::EVERYONE@:r")
	}
	f.Fuzz(func(t *testing.T, s, list string) {
		spec, err := nfs4.ParseSpec(s)
		if err != nil {
			var wrong *nfs4.SyntaxError
			if !errors.As(err, &wrong) || wrong.Offset < 0 || wrong.Offset > len(s) || wrong.Input != s {
				t.Fatalf("%q: %#v", s, err)
			}
			return
		}
		for _, k := range []mode.Kind{mode.Regular, mode.Directory} {
			found, err := nfs4.Parse(list, nfs4.Linux, k)
			if err != nil {
				return
			}
			if end := spec.Apply(found, k); !spec.Apply(end, k).Equal(end) {
				t.Fatalf("%q does not settle on %q", s, list)
			}
		}
	})
}
