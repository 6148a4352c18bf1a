package acl

import "slices"

// Decides reports whether the spec says what the entry is to be, whether or not it
// changes it: of the default list when def, else of the access list. "none"
// decides every entry, "exactly" every named one of the lists that it speaks of.
func (s Spec) Decides(t Tag, id uint32, def bool) bool {
	list := s.access
	if def {
		list = s.def
	}
	switch {
	case s.form == none:
		return true
	case s.form == exactly && len(list) > 0 && t.Named():
		return true
	}
	return slices.ContainsFunc(list, func(c change) bool { return c.matches(t, id) })
}
