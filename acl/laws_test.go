package acl_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ward/acl"
	"ward/mode"
)

var rights = rapid.Custom(func(t *rapid.T) mode.Rights { return mode.Rights(rapid.IntRange(0, 7).Draw(t, "rights")) })

// lists is every list that the kernel accepts, and nil.
var lists = rapid.Custom(func(t *rapid.T) acl.List {
	named := func(tag acl.Tag) []acl.Entry {
		return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) acl.Entry {
			return acl.Entry{Tag: tag, ID: rapid.Uint32Range(1001, 1003).Draw(t, "id"), Rights: rights.Draw(t, "named")}
		}), 0, 3).Draw(t, tag.String())
	}
	base := func(tag acl.Tag) acl.Entry { return acl.Entry{Tag: tag, ID: acl.NoID, Rights: rights.Draw(t, "base")} }
	if rapid.IntRange(0, 4).Draw(t, "none") == 0 {
		return nil
	}
	l := append(acl.List{base(acl.UserObj)}, named(acl.User)...)
	l = append(append(l, base(acl.GroupObj)), named(acl.Group)...)
	if len(l) > 2 || rapid.Bool().Draw(t, "mask") {
		l = append(l, base(acl.Mask))
	}
	return append(l, base(acl.Other))
})

// texts is what may stand behind `acl:` in a policy.
var texts = rapid.Custom(func(t *rapid.T) string {
	entries := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) string {
		who := []string{"u::", "u:1001:", "u:1002:", "g::", "g:1001:", "g:1003:", "m::", "o::"}
		rwx := []string{"-", "r", "w", "x", "rw", "rx", "rwx", "X", "rX", "rwX"}
		return rapid.SampledFrom([]string{"", "", "d:"}).Draw(t, "default") +
			rapid.SampledFrom(who).Draw(t, "who") + rapid.SampledFrom(rwx).Draw(t, "rwx")
	}), 1, 5).Draw(t, "entries")
	form := rapid.SampledFrom([]string{"", "", "exactly "}).Draw(t, "form")
	if rapid.IntRange(0, 9).Draw(t, "is none") == 0 {
		return "none"
	}
	return form + strings.Join(entries, ",")
})

// object is a state that a kernel could show.
type state struct {
	access, def acl.List
	mode        mode.Mode
	kind        mode.Kind
}

var states = rapid.Custom(func(t *rapid.T) state {
	s := state{kind: rapid.SampledFrom([]mode.Kind{mode.Regular, mode.Directory}).Draw(t, "kind")}
	m := mode.Mode(rapid.IntRange(0, 0o7777).Draw(t, "mode"))
	s.access, s.mode = lists.Draw(t, "access").Fold(m)
	if s.kind == mode.Directory {
		s.def = lists.Draw(t, "default")
	}
	return s
})

func (s state) apply(spec acl.Spec) (state, error) {
	var err error
	s.access, s.def, s.mode, err = spec.Apply(s.access, s.def, s.mode, s.kind)
	return s, err
}

func (s state) equal(o state) bool {
	return s.access.Equal(o.access) && s.def.Equal(o.def) && s.mode == o.mode
}

func TestApplySettles(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		spec, err := acl.ParseSpec(texts.Draw(t, "spec"), nil)
		if err != nil {
			t.Fatal(err)
		}
		once, err := states.Draw(t, "state").apply(spec)
		if err != nil {
			return
		}
		twice, err := once.apply(spec)
		if err != nil || !once.equal(twice) {
			t.Fatalf("once %+v\ntwice %+v, %v", once, twice, err)
		}
	})
}

func TestApplyLeavesAStateTheKernelCouldShow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		spec, _ := acl.ParseSpec(texts.Draw(t, "spec"), nil)
		before := states.Draw(t, "state")
		after, err := before.apply(spec)
		if err != nil {
			if !after.equal(before) {
				t.Fatalf("%v, yet %+v became %+v", err, before, after)
			}
			return
		}
		if err := errors.Join(after.access.Validate(), after.def.Validate()); err != nil {
			t.Fatal(err)
		}
		if list, m := after.access.Fold(after.mode); after.access != nil && list == nil || m != after.mode {
			t.Fatalf("%v with mode %04o would be stored as %v, %04o", after.access, after.mode, list, m)
		}
		if after.mode&mode.Special != before.mode&mode.Special {
			t.Fatalf("special bits of %04o became %04o", before.mode, after.mode)
		}
	})
}

// TestApplyRaisesNobodyUnasked is the promise about the mask: who is not named in
// the spec has no more than before, unless the spec has a mask.
func TestApplyRaisesNobodyUnasked(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := texts.Draw(t, "spec")
		spec, _ := acl.ParseSpec(text, nil)
		before := states.Draw(t, "state")
		after, err := before.apply(spec)
		if err != nil || strings.Contains(text, "m::") {
			return
		}
		list := before.access
		if list == nil {
			list = acl.FromMode(before.mode)
		}
		for _, e := range after.access {
			named := slices.ContainsFunc(strings.Split(strings.TrimPrefix(text, "exactly "), ","), func(entry string) bool {
				return strings.HasPrefix(entry, e.Tag.String()[:1]+":"+qualifier(e)+":")
			})
			had, _ := list.Find(e.Tag, e.ID)
			old := list.Effective(acl.Entry{Tag: e.Tag, ID: e.ID, Rights: had})
			if e.Tag != acl.Mask && !named && !repeated(list, e) && after.access.Effective(e)&^old != 0 {
				t.Fatalf("%q on %v %04o gives %v more: %v", text, list, before.mode, e, after.access)
			}
		}
	})
}

func repeated(l acl.List, e acl.Entry) bool {
	n := 0
	for _, o := range l {
		if o.Tag == e.Tag && o.ID == e.ID {
			n++
		}
	}
	return n > 1
}

func qualifier(e acl.Entry) string { return strings.Split(e.String(), ":")[1] }

func TestEntriesSayWhatTheSpecSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := rights.Draw(t, "rights")
		spec, _ := acl.ParseSpec("u:1001:"+want.String(), nil)
		after, err := states.Draw(t, "state").apply(spec)
		if err != nil {
			return
		}
		got, ok := after.access.Find(acl.User, 1001)
		if !ok || got != want || after.access.Effective(acl.Entry{Tag: acl.User, ID: 1001, Rights: got}) != want {
			t.Fatalf("want %v for user 1001, got %v", want, after.access)
		}
	})
}

func TestListsSurviveTheirNotations(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := lists.Draw(t, "list")
		if back, err := acl.Decode(l.Encode()); err != nil || !back.Equal(l) {
			t.Fatalf("decoded %v, %v", back, err)
		}
		for _, text := range []string{l.Long(nil), l.Format(nil)} {
			if back, def, err := acl.ParseText(text, nil); err != nil || !back.Equal(l) || def != nil {
				t.Fatalf("%q is read as %v, %v, %v", text, back, def, err)
			}
		}
		for _, text := range []string{l.LongDefault(nil), l.FormatDefault(nil)} {
			if access, back, err := acl.ParseText(text, nil); err != nil || !back.Equal(l) || access != nil {
				t.Fatalf("%q is read as %v, %v, %v", text, access, back, err)
			}
		}
	})
}

func TestModeAndListTellTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := lists.Draw(t, "list")
		m := mode.Mode(rapid.IntRange(0, 0o7777).Draw(t, "mode"))
		if got := l.WithMode(m).Mode(m); got != m {
			t.Fatalf("after chmod %04o stat shows %04o", m, got)
		}
		if got := acl.FromMode(m).Mode(0); got != m&mode.Permissions {
			t.Fatalf("%04o as a list shows as %04o", m, got)
		}
	})
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte{})
	f.Add(acl.FromMode(0o640).Encode())
	f.Add([]byte("\x02\x00\x00\x00\x01\x00\x06\x00\xff\xff\xff\xff\x02\x00\x06\x00\xe9\x03\x00\x00\x04\x00\x04\x00\xff\xff\xff\xff\x10\x00\x06\x00\xff\xff\xff\xff\x20\x00\x00\x00\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, xattr []byte) {
		l, err := acl.Decode(xattr)
		if err != nil {
			if l != nil {
				t.Fatalf("both %v and %v", l, err)
			}
			return
		}
		if err := l.Validate(); err != nil {
			t.Fatal(err)
		}
		if back, err := acl.Decode(l.Encode()); err != nil || !back.Equal(l) {
			t.Fatalf("%v comes back as %v, %v", l, back, err)
		}
	})
}

func FuzzParseText(f *testing.F) {
	f.Add("user::rwx\nuser:bob:r--\t#effective:---\ngroup::r-x\nmask::---\nother::r--\ndefault:user::rwx\n")
	f.Add("u::rw-,g::r--,o::---")
	f.Fuzz(func(t *testing.T, text string) {
		access, def, err := acl.ParseText(text, people{})
		if err != nil {
			if access != nil || def != nil {
				t.Fatalf("%q: both %v | %v and %v", text, access, def, err)
			}
			return
		}
		again, againDef, err := acl.ParseText(access.Long(nil)+def.LongDefault(nil), nil)
		if err != nil || !again.Equal(access) || !againDef.Equal(def) {
			t.Fatalf("%q: %v | %v comes back as %v | %v, %v", text, access, def, again, againDef, err)
		}
	})
}

func FuzzParseSpec(f *testing.F) {
	for _, s := range []string{"u:bob:rX,d:g:dev:rwX,m::rx", "none", "exactly u:bob:rwX", `\061001:7`, "u: 1 :r ,", "d::r,:w"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := acl.ParseSpec(text, people{})
		var mistake *acl.SyntaxError
		if err != nil {
			if !errors.As(err, &mistake) || mistake.Offset < 0 || mistake.Offset > len(text) {
				t.Fatalf("error %#v", err)
			}
			return
		}
		if back, err := acl.ParseSpec(s.String(), nil); err != nil || back.String() != s.String() {
			t.Fatalf("%q is %q, and that is %q, %v", text, s, back, err)
		}
	})
}
