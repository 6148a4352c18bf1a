package macos

import "ward/mode"

// Create is the list of a new object of the kind k in a directory with this list
// (kauth_acl_inherit). initial is the list that its creator gave it, or nil: its own
// entries come first, and with NoInherit it gets no others. Of the directory's entries
// a file gets those for files and a directory those for directories; one for files
// alone does not reach the files in it. The mode is not looked at.
func (a ACL) Create(initial *ACL, k mode.Kind) ACL {
	var made ACL
	if initial != nil {
		for _, e := range initial.Entries {
			if e.Flags&Inherited == 0 {
				made.Entries = append(made.Entries, e)
			}
		}
		if initial.Flags&NoInherit != 0 {
			return made
		}
	}
	for _, e := range a.Entries {
		if e, ok := e.handed(k == mode.Directory); ok {
			made.Entries = append(made.Entries, e)
		}
	}
	return made
}

// handed is the entry as a new object gets it, and whether it does.
func (e Entry) handed(dir bool) (Entry, bool) {
	if dir && e.Flags&DirectoryInherit == 0 || !dir && e.Flags&FileInherit == 0 {
		return e, false
	}
	e.Flags = (e.Flags | Inherited) &^ OnlyInherit
	if !dir || e.Flags&LimitInherit != 0 {
		e.Flags &^= inheritControl
	}
	return e, true
}
