package oddity_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ward/acl/nfs4"
	"ward/acl/nt"
	"ward/internal/oddity"
	"ward/legacy/dos"
	"ward/mode"
	"ward/translate"
)

// Entries that are said to never take effect take none: without them everybody may do
// what he might before, and nothing is odd about them any more.
func TestWithoutIdleEntriesNobodyGainsOrLoses(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var texts []string
		for range rapid.IntRange(1, 7).Draw(t, "entries") {
			who := rapid.SampledFrom([]string{":OWNER@", "g:GROUP@", ":EVERYONE@", ":bob@example.org", ":ann@example.org", "g:staff@example.org"}).Draw(t, "who")
			texts = append(texts, rapid.SampledFrom([]string{"A", "D"}).Draw(t, "type")+":"+who+":"+rapid.SampledFrom([]string{"r", "w", "rw", "rwx", "x", "tc", ""}).Draw(t, "rights"))
		}
		list, err := nfs4.Parse(strings.Join(texts, ","), nfs4.Linux, mode.Regular)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range oddity.Mendings(list, oddity.Object{Kind: mode.Regular}) {
			if !strings.HasPrefix(m.Title, "without") {
				continue
			}
			if was, is := tableOf(t, "nfs4", list), tableOf(t, "nfs4", m.Value); was != is {
				t.Fatalf("%v\nwas %s\nis  %s", m.Value, was, is)
			}
			for _, odd := range oddity.Of(m.Value, oddity.Object{Kind: mode.Regular}) {
				if odd.Sort == oddity.Idle {
					t.Fatalf("%v: %v", m.Value, odd)
				}
			}
		}
	})
}

// tableOf is what everybody of a fixed universe may; whoever is not named is everybody
// else.
func tableOf(t *rapid.T, model string, value any) string {
	var b strings.Builder
	for _, s := range []translate.Subject{
		{Owner: true},
		{OwningGroup: true},
		{},
		{User: translate.Principal{Sort: translate.User, Name: "bob@example.org"}},
		{User: translate.Principal{Sort: translate.User, Name: "ann@example.org"}, Groups: []translate.Principal{{Sort: translate.Group, Name: "staff@example.org"}}},
		{User: translate.Principal{Sort: translate.User, Name: "ann@example.org"}, OwningGroup: true},
	} {
		for _, wanted := range []translate.Rights{translate.Read, translate.Write, translate.Execute, translate.Read | translate.Write} {
			v, err := translate.Decide(translate.Object{Model: model, Kind: mode.Regular, Value: value}, s, wanted, nil)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprint(&b, v.Allowed, " ")
		}
	}
	return b.String()
}

// An entry that is idle allows nothing, so a denial after it is not late: found at
// random, where the list that was left had an idle entry still.
func TestADenialAfterAnIdleEntryIsIdle(t *testing.T) {
	list := nfs4List(t, "D:g:GROUP@:r,A::OWNER@:r,A:g:GROUP@:r,D:g:GROUP@:r")
	var idle []int
	for _, odd := range oddity.Of(list, oddity.Object{Kind: mode.Regular}) {
		if odd.Sort == oddity.Idle {
			idle = append(idle, odd.Entry)
		}
	}
	if fmt.Sprint(idle) != "[2 3]" {
		t.Errorf("idle are %v, want 2 and 3", idle)
	}
}

func TestMendings(t *testing.T) {
	for _, c := range []struct {
		name  string
		value any
		kind  mode.Kind
		want  []string // "title: value"
	}{
		{"nothing", nfs4List(t, "D::bob@example.org:w,A::EVERYONE@:rw"), mode.Regular, nil},
		{
			"a late denial", nfs4List(t, "A::EVERYONE@:rw,D::bob@example.org:w"), mode.Regular,
			[]string{"if the denials are meant, with them first: D::bob@example.org:w,A::EVERYONE@:rw"},
		},
		{
			"an idle entry", nfs4List(t, "A::EVERYONE@:rw,A::bob@example.org:r"), mode.Regular,
			[]string{"without the entries that never take effect: A::EVERYONE@:rw"},
		},
		{
			"Windows' order", ntList(t, "O:BAG:BAD:(A;;FA;;;WD)(D;;0x2;;;BU)"), mode.Regular,
			[]string{"in the order of the system's own tools: O:BAG:BAD:(D;;DC;;;BU)(A;;FA;;;WD)"},
		},
		{"a mode", mode.Mode(0o646), mode.Regular, []string{"as it was probably meant: 0644", "as it was probably meant: 0666"}},
		{"DOS", dos.Normal | dos.Hidden, mode.Regular, []string{"without the attribute that is for files without any: -H--"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, m := range oddity.Mendings(c.value, oddity.Object{Kind: c.kind}) {
				got = append(got, m.Title+": "+textOf(t, m.Value))
			}
			if fmt.Sprint(got) != fmt.Sprint(c.want) {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

func textOf(t *testing.T, value any) string {
	t.Helper()
	switch v := value.(type) {
	case nfs4.ACL:
		text, err := v.Format(nfs4.Linux, mode.Regular)
		if err != nil {
			t.Fatal(err)
		}
		return text
	case nt.Descriptor:
		text, err := v.FormatSDDL(nt.SDDLOptions{})
		if err != nil {
			t.Fatal(err)
		}
		return text
	case mode.Mode:
		return v.Octal()
	}
	return fmt.Sprint(value)
}
