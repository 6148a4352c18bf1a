package nfs4

import (
	"errors"
	"slices"
	"strings"

	"ward/acl"
	"ward/mode"
)

// Spec is what a policy wants of a list, in the notation of nfs4-acl-tools. It has
// two forms:
//
//	A::bob@example.org:rxtncy,D:g:guests@example.org:w   these entries
//	exactly A::OWNER@:rwatTnNcCy,A::EVERYONE@:rtncy      the whole list
//
// It is immutable, and its zero value wants nothing.
type Spec struct {
	exactly bool
	entries [2][]Entry // for objects that are no directories, and for directories
}

// ParseSpec reads one of the forms. Errors are of type *SyntaxError, with Input and
// Offset in s. Names stay names.
func ParseSpec(s string) (Spec, error) {
	var spec Spec
	list := strings.TrimLeft(s, " \t")
	if rest, ok := strings.CutPrefix(list, "exactly"); ok && rest != "" && (rest[0] == ' ' || rest[0] == '\t') {
		spec.exactly, list = true, strings.TrimLeft(rest, " \t")
	}
	for i, k := range [...]mode.Kind{mode.Regular, mode.Directory} {
		a, err := Parse(list, Linux, k)
		if err != nil {
			return Spec{}, shifted(err, s, len(s)-len(list))
		}
		spec.entries[i] = a.Entries
	}
	for i, e := range spec.entries[1] {
		for j, earlier := range spec.entries[1][:i] {
			if e.speaksAs(earlier) && !spec.exactly {
				return Spec{}, syntaxError(s, len(s)-len(list)+entryStart(list, i), "this entry is for the same as entry "+ordinal(j), "write one entry with the rights of both")
			}
		}
	}
	return spec, nil
}

// ordinal counts from 1.
func ordinal(i int) string { return Number(uint32(i) + 1).text() }

// entryStart is the byte at which entry i of a list in text starts, be there empty
// ones before it.
func entryStart(list string, i int) int {
	at := 0
	for part := range strings.FieldsFuncSeq(list, func(r rune) bool { return r == ',' || r == '\n' }) {
		start := at + strings.Index(list[at:], part)
		if i == 0 {
			return start
		}
		at = start + len(part)
		i--
	}
	return at
}

// shifted is an error about a part of a text as one about the whole of it.
func shifted(err error, whole string, by int) error {
	var e *SyntaxError
	if !errors.As(err, &e) {
		return err
	}
	return syntaxError(whole, e.Offset+by, e.Problem, e.Hint)
}

// IsZero reports whether the spec wants nothing.
func (s Spec) IsZero() bool { return !s.exactly && len(s.entries[0]) == 0 }

// Resolve gives names their numbers by r, where r knows them: lists of numbers are
// compared with those.
func (s Spec) Resolve(r acl.Resolver) Spec {
	for i := range s.entries {
		a, _ := ACL{Entries: s.entries[i]}.Resolve(r, "")
		s.entries[i] = a.Entries
	}
	return s
}

// For is the entries that an object of a kind is to have. nfs4_setfacl drops from
// files what only directories have, and so does this.
func (s Spec) For(k mode.Kind) []Entry {
	if k == mode.Directory {
		return s.entries[1]
	}
	return s.entries[0]
}

// Apply is what a list becomes. Applied to its own result a Spec changes nothing.
//
// Entries that stand in the list as the spec has them, in its order, stay where
// they are. If one lacks, or has other rights, all of them go to the front, where
// nothing decides before them, and entries for the same go. Entries that were
// inherited are others than those that the spec has. "exactly" makes the list the
// entries of the spec.
func (s Spec) Apply(a ACL, k mode.Kind) ACL {
	want := s.For(k)
	if s.holds(a.Entries, want) {
		return a
	}
	if s.exactly {
		return ACL{a.Flags, slices.Clone(want)}
	}
	rest := slices.DeleteFunc(slices.Clone(a.Entries), func(e Entry) bool { return anySpeaksAs(want, e) })
	return ACL{a.Flags, append(slices.Clone(want), rest...)}
}

// Decides reports whether the spec says what entries for the same as e are to be.
func (s Spec) Decides(e Entry, k mode.Kind) bool { return s.exactly || anySpeaksAs(s.For(k), e) }

// holds reports whether the entries that speak as wanted ones are those.
func (s Spec) holds(es, want []Entry) bool {
	n := 0
	for _, e := range es {
		switch {
		case n < len(want) && e.speaksAs(want[n]) && e.Rights == want[n].Rights:
			n++
		case s.exactly || anySpeaksAs(want, e):
			return false
		}
	}
	return n == len(want)
}

func anySpeaksAs(es []Entry, e Entry) bool { return slices.ContainsFunc(es, e.speaksAs) }

// speaksAs reports whether two entries differ in nothing but their rights.
func (e Entry) speaksAs(o Entry) bool {
	return e.Type == o.Type && e.keyFlags() == o.keyFlags() && e.Who.is(o.Who)
}

// keyFlags are the flags, without the one that not everybody sets for GROUP@.
func (e Entry) keyFlags() Flags {
	if e.Who.Class == Group {
		return e.Flags &^ IdentifierGroup
	}
	return e.Flags
}

// is reports whether two names are of one: by their numbers where both have them.
func (w Who) is(o Who) bool {
	w, o = w.canonical(), o.canonical()
	switch {
	case w.Class != o.Class:
		return false
	case w.Class == Named && w.HasID && o.HasID:
		return w.ID == o.ID
	default:
		return w.Name == o.Name && (w.Name != "" || w.Class.special())
	}
}
