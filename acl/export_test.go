package acl

import "ward/mode"

// Setfacl is what setfacl -m makes of an object, to the letter: one pass, and a
// mask that is the sum of all that it limits unless it is given. It is put
// together from the parts of Apply, so that comparing it with the program tests
// those.
func Setfacl(s string, access, def List, m mode.Mode, k mode.Kind) (List, List, mode.Mode, error) {
	p := parser{input: s}
	cs, err := p.entries()
	if err != nil {
		return nil, nil, 0, err
	}
	var forAccess, forDefault []change
	for _, c := range cs {
		if c.def {
			forDefault = append(forDefault, c)
		} else {
			forAccess = append(forAccess, c)
		}
	}
	base := access
	if base == nil {
		base = FromMode(m)
	}
	if len(forAccess) > 0 {
		base = remask(base.set(forAccess, k == mode.Directory), forAccess)
	}
	if len(forDefault) > 0 {
		def = remask(complete(def.set(forDefault, true), base), forDefault)
	}
	access, m = base.Fold(m)
	return access, def, m, nil
}

func remask(l List, cs []change) List {
	if l.Minimal() || changed(cs, Mask, NoID) {
		return l
	}
	return l.with(Entry{Mask, NoID, l.union()})
}
