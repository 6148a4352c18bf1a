package translate

import (
	"ward/access"
	"ward/entry"
	"ward/ident"
	"ward/mode"
)

// unixModel is the twelve bits, as Linux decides (package access). The superuser is none
// of its subjects.
type unixModel struct{}

func (unixModel) state(o Object) entry.State {
	m, _ := o.Value.(mode.Mode)
	return entry.State{Mode: m, UID: ident.UID(o.ownerID()), GID: ident.GID(o.groupID())}
}

// idents is the caller by its numbers.
func (c caller) idents(o Object) ident.Subject {
	s := ident.Subject{UID: ident.UID(c.uid(o)), GID: ident.GID(firstGroup)}
	for _, g := range c.gids(o) {
		s.Groups = append(s.Groups, ident.GID(g))
	}
	return s
}

func (u unixModel) may(o Object, c caller, wanted Rights) Rights {
	s, st := c.idents(o), u.state(o)
	r := byBits(wanted, o.kind(), c.owner, func(bit mode.Rights) bool {
		ok, _ := access.Allows(s, st, o.kind(), bit)
		return ok
	})
	return sticky(r, st.Mode, o, c)
}

// sticky takes from a directory's writers the right to remove what others made in it.
func sticky(r Rights, m mode.Mode, o Object, c caller) Rights {
	if m&mode.Sticky != 0 && o.kind() == mode.Directory && !c.owner {
		r &^= DeleteChild
	}
	return r
}

func (u unixModel) atOnce(o Object, c caller, wanted Rights) bool {
	ok, _ := access.Allows(c.idents(o), u.state(o), o.kind(), unixBits(wanted))
	return ok
}

func (u unixModel) facts(o Object) (facts, error) {
	m, ok := o.Value.(mode.Mode)
	if !ok {
		return facts{}, wrongValue(o)
	}
	return facts{extras: specialBits(m)}, nil
}

func specialBits(m mode.Mode) (list []Extra) {
	for _, bit := range [...]mode.Mode{mode.SetUID, mode.SetGID, mode.Sticky} {
		if m&bit != 0 {
			list = append(list, Extra{Name: mode.SpecialName(bit)})
		}
	}
	return list
}

// special is the bits of a draft.
func (d draft) special() (m mode.Mode) {
	for _, bit := range [...]mode.Mode{mode.SetUID, mode.SetGID, mode.Sticky} {
		if d.has(mode.SpecialName(bit)) {
			m |= bit
		}
	}
	return m
}

// mode is the bits of a draft for the three classes.
func (d draft) mode() mode.Mode {
	m := d.special()
	for _, class := range [...]struct {
		rights Rights
		shift  int
	}{{d.table.Owner, 6}, {d.table.Group, 3}, {d.table.Everyone, 0}} {
		m |= mode.Mode(d.rwx(class.rights)) << class.shift
	}
	return m
}

func (u unixModel) build(d draft) []Object {
	m := d.mode()
	if p, ok := d.source.Value.(POSIX); ok && !d.safe {
		m = p.Access.Mode(p.Mode) // as stat(2) shows it
	}
	return []Object{d.object("unix", m)}
}

func (unixModel) names(Principal) bool { return false }

func (u unixModel) explain(o Object, c caller, wanted Rights) (string, int) {
	_, why := access.Allows(c.idents(o), u.state(o), o.kind(), unixBits(wanted))
	return why.String(), -1
}
