package mode

// Shift is what a change of mode does for one class: what it may do afterwards
// and could not before, and the reverse, in words such as "write it".
type Shift struct {
	Who   string // "the owner", "the group", "everybody else"
	From  Rights
	To    Rights
	Gains []string
	Loses []string
}

// Compare says who gains and who loses what when an object of that kind goes from
// one mode to another: a Shift for each class whose rights differ, owner first.
// Rights that do nothing, such as w without x on a directory, are no gain. It
// compares classes, not people: who belongs to which decides the rest.
func Compare(from, to Mode, k Kind) []Shift {
	var all []Shift
	for i, who := range [...]string{"the owner", "the group", "everybody else"} {
		a, b := Rights(from>>(6-3*i)&7), Rights(to>>(6-3*i)&7)
		if a != b {
			all = append(all, Shift{Who: who, From: a, To: b, Gains: beyond(b, a, k), Loses: beyond(a, b, k)})
		}
	}
	return all
}

// beyond is what a allows and b does not.
func beyond(a, b Rights, k Kind) []string {
	var words []string
	for i, able := range abilities(k) {
		if able.by(a) && !able.by(b) {
			words = append(words, abilities(k)[i].words)
		}
	}
	return words
}

// ability is something that a class may do if it has all of the rights.
type ability struct {
	needs Rights
	words string
}

func (a ability) by(r Rights) bool { return r&a.needs == a.needs }

func abilities(k Kind) []ability {
	switch k {
	case Directory:
		return []ability{{R, "list it"}, {X, "reach what lies in it"}, {W | X, "create, delete and rename in it"}}
	case Symlink:
		return nil
	case Regular:
		return []ability{{R, "read it"}, {W, "write it"}, {X, "execute it"}}
	}
	return []ability{{R, "read it"}, {W, "write it"}}
}

// Turn is a special bit that a change sets or clears, and what the bit does.
type Turn struct {
	Bit   Mode
	Set   bool   // it is set by the change; else it is cleared
	Words string // what it does where it is set
}

// Turns lists the special bits that differ between two modes of an object of that
// kind, with what they do on a system (a name as in runtime.GOOS).
func Turns(from, to Mode, k Kind, system string) []Turn {
	var all []Turn
	for _, bit := range [...]Mode{SetUID, SetGID, Sticky} {
		if (from^to)&bit == 0 {
			continue
		}
		has := from
		if to&bit != 0 {
			has = to
		}
		all = append(all, Turn{Bit: bit, Set: to&bit != 0, Words: has.special(bit, k, system)})
	}
	return all
}

// SpecialName is "setuid", "setgid" or "sticky"; "" for any other mode.
func SpecialName(bit Mode) string {
	return map[Mode]string{SetUID: "setuid", SetGID: "setgid", Sticky: "sticky"}[bit]
}
