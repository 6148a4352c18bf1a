package meaning

import "ward/lint/source"

// A Package is the constants that files see of each other. It finds them when they are
// asked for, so that two goroutines must not use it at once.
type Package struct {
	constants map[string][]foreign
	more      func(name string) []*source.Unit
	asked     map[string]bool
}

// NewPackage is the package of some units. more, if it is not nil, is asked for units
// that may declare a constant which those do not; it is asked once for each name.
func NewPackage(units []*source.Unit, more func(name string) []*source.Unit) *Package {
	p := &Package{constants: map[string][]foreign{}, more: more, asked: map[string]bool{}}
	for _, u := range units {
		p.add(u)
	}
	return p
}

func (p *Package) add(u *source.Unit) {
	for _, a := range u.Assigns {
		if a.Const && a.Function < 0 {
			p.constants[a.Name] = append(p.constants[a.Name], foreign{a, u.File})
		}
	}
}

// constant is the one constant of that name outside file; false if there are none or
// several.
func (p *Package) constant(name string, file *source.File) (foreign, bool) {
	if p.more != nil && !p.asked[name] && len(p.constants[name]) == 0 {
		p.asked[name] = true
		for _, u := range p.more(name) {
			p.add(u)
		}
	}
	var found foreign
	n := 0
	for _, f := range p.constants[name] {
		if f.file != file {
			found = f
			n++
		}
	}
	return found, n == 1
}
