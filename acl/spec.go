package acl

import (
	"slices"
	"strings"

	"ward/mode"
)

// Spec is what a policy wants of an object's lists. It has three forms:
//
//	u:bob:rX,d:g:dev:rwX   these entries, in the language of setfacl -m
//	none                   no list: neither names, nor a mask, nor a default list
//	exactly u:bob:rwX      of named entries these and no others
//
// It is immutable, and its zero value wants nothing.
type Spec struct {
	form   form
	access []change
	def    []change
}

type form uint8

const (
	modify form = iota
	none
	exactly
)

// ParseSpec reads one of the three forms. Where a principal is given twice, the
// last entry counts. Names become numbers by r. Errors are *SyntaxError.
func ParseSpec(s string, r Resolver) (Spec, error) {
	p := parser{input: s, names: r}
	p.blanks()
	if strings.TrimSpace(s) == "none" {
		return Spec{form: none}, nil
	}
	var spec Spec
	if rest, ok := strings.CutPrefix(s[p.at:], "exactly"); ok && rest != "" && (rest[0] == ' ' || rest[0] == '\t') {
		spec.form = exactly
		p.at += len("exactly")
	}
	entries, err := p.entries()
	if err != nil {
		return Spec{}, err
	}
	for _, c := range entries {
		spec = spec.and(c)
	}
	return spec, nil
}

// and is the spec with one more entry, in place of an earlier one for the same
// principal.
func (s Spec) and(c change) Spec {
	list := &s.access
	if c.def {
		list = &s.def
	}
	*list = slices.DeleteFunc(*list, func(old change) bool { return old.matches(c.Tag, c.ID) })
	*list = append(*list, c)
	return s
}

// IsZero reports whether the spec wants nothing.
func (s Spec) IsZero() bool { return s.form == modify && len(s.access)+len(s.def) == 0 }

// String is the spec with numbers for names. ParseSpec reads it back.
func (s Spec) String() string { return s.Format(nil) }

// Format is the spec in the language that ParseSpec reads.
func (s Spec) Format(n Names) string {
	switch s.form {
	case none:
		return "none"
	case exactly:
		return "exactly " + formatChanges(slices.Concat(s.access, s.def), n)
	default:
		return formatChanges(slices.Concat(s.access, s.def), n)
	}
}

func formatChanges(cs []change, n Names) string {
	fields := make([]string, len(cs))
	for i, c := range cs {
		if c.def {
			fields[i] = "d:"
		}
		rights := c.Rights.String()
		if c.condX {
			rights = strings.TrimSuffix(rights, "-") + "X"
		}
		fields[i] += c.Tag.String()[:1] + ":" + c.qualifier(n) + ":" + rights
	}
	return strings.Join(fields, ",")
}

// Apply is what an object's access list, default list and mode become. The lists
// and the mode as found must belong together; where they differ the mode counts.
// Applied to its own result a Spec changes nothing.
//
// Entries are set as setfacl -m sets them: a missing list starts from the mode, a
// default list takes entries that it lacks from the access list, X gives execute
// to directories and where somebody has it already, default entries are for
// directories only, and a symlink has no lists.
//
// The mask differs from setfacl's. Unless the spec has an entry for it:
//   - a list that had no mask gets one that covers named entries and owning group,
//     so that all have what they had;
//   - a mask that covers what the spec wants stays;
//   - else it grows by what the spec wants. If that would give rights to an entry
//     that the spec does not name, nothing is changed and the error is a *MaskError.
//
// "exactly" takes the entries of owner, owning group and others from the object
// unless they are given, and touches only the lists that it has entries for.
// "none" leaves the owning group what it had under the mask, as setfacl -b does.
func (s Spec) Apply(access, def List, m mode.Mode, k mode.Kind) (List, List, mode.Mode, error) {
	if s.IsZero() || k == mode.Symlink {
		return access, def, m, nil
	}
	if s.form == none {
		return nil, nil, withoutList(access.WithMode(m), m), nil
	}
	newAccess, newMode, err := s.applyAccess(access.WithMode(m), m, k)
	if err != nil {
		return access, def, m, err
	}
	newDef, err := s.applyDefault(def, newAccess, newMode, k)
	if err != nil {
		return access, def, m, err
	}
	return newAccess, newDef, newMode, nil
}

// withoutList is the mode when the list goes: the group bits show the mask, and
// become what the mask let the owning group do.
func withoutList(access List, m mode.Mode) mode.Mode {
	rights, ok := access.Find(GroupObj, NoID)
	if !ok {
		return m
	}
	effective := access.Effective(Entry{GroupObj, NoID, rights})
	return m&^0o070 | mode.Mode(effective)<<3
}

func (s Spec) applyAccess(access List, m mode.Mode, k mode.Kind) (List, mode.Mode, error) {
	if len(s.access) == 0 {
		return access, m, nil
	}
	base := access
	if base == nil {
		base = FromMode(m)
	}
	edited, err := s.edit(base, s.access, k)
	if err != nil {
		return access, m, err
	}
	edited, folded := edited.Fold(m)
	return edited, folded, nil
}

func (s Spec) applyDefault(def, access List, m mode.Mode, k mode.Kind) (List, error) {
	if len(s.def) == 0 || k != mode.Directory {
		return def, nil
	}
	if access == nil {
		access = FromMode(m)
	}
	return s.edit(complete(def, access), s.def, k)
}

// complete is the list with the entries of owner, owning group and others that it
// lacks taken from the access list.
func complete(l, access List) List {
	for _, tag := range [...]Tag{UserObj, GroupObj, Other} {
		if _, ok := l.Find(tag, NoID); !ok {
			rights, _ := access.Find(tag, NoID)
			l = l.with(Entry{tag, NoID, rights})
		}
	}
	return l
}

// edit sets the entries, and again until another time would change nothing: by X
// an entry can depend on one that comes after it. Another time can only add
// execute, and once one X has become x all of them do, so this ends.
func (s Spec) edit(found List, cs []change, k mode.Kind) (List, error) {
	always := k == mode.Directory
	edited := found
	if s.form == exactly {
		always = always || found.mayExecute()
		edited = found.withoutNames()
	}
	for before := List(nil); !edited.Equal(before); {
		before, edited = edited, edited.set(cs, always)
	}
	return s.mask(found, edited, cs)
}

// set is one pass of setfacl -m over a list: X gives execute where always says so
// or where any entry, the mask too, has it by then.
func (l List) set(cs []change, always bool) List {
	for _, c := range cs {
		e := c.Entry
		if c.condX && (always || l.mayExecute()) {
			e.Rights |= mode.X
		}
		l = l.with(e)
	}
	return l
}

func (l List) mayExecute() bool {
	return slices.ContainsFunc(l, func(e Entry) bool { return e.Rights&mode.X != 0 })
}

// withoutNames is the list without named entries and mask.
func (l List) withoutNames() List {
	return slices.DeleteFunc(slices.Clone(l), func(e Entry) bool { return e.Tag.Named() || e.Tag == Mask })
}
