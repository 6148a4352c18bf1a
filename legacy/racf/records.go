package racf

import (
	"fmt"
	"strings"
)

// ReadUnload makes a system of the records of IRRDBU00 (z/OS Security Server RACF Macros
// and Interfaces): groups (0100, 0102, 0120), users (0200, 0205, 0270), data set
// profiles (0400, 0402, 0404), profiles of general resources (0500, 0505, 0507), and
// from 0503 the global table and RACFVARS. The options of SETROPTS are not in the file.
// Records that are not read are handed back.
func ReadUnload(rs []Record) (*System, []Record, error) {
	u := unload{
		system: &System{Groups: map[string]Group{}, Users: map[string]User{}, Variables: map[string][]string{}},
		at:     map[[3]string]int{},
	}
	var left []Record
	for i, r := range rs {
		known, err := u.read(r)
		if err != nil {
			return nil, nil, &DecodeError{Record: i + 1, Problem: err.Error()}
		}
		if !known {
			left = append(left, r)
		}
	}
	return u.system, left, nil
}

type unload struct {
	system *System
	at     map[[3]string]int // profiles by class, name, volume
}

func (u *unload) read(r Record) (known bool, err error) {
	switch r.Type {
	case "0100", "0102", "0120":
		return true, u.group(r)
	case "0200", "0205", "0270":
		return true, u.user(r)
	case "0400", "0500":
		return true, u.profile(r)
	case "0404", "0505":
		return true, u.permit(r)
	case "0402", "0507":
		return true, u.conditional(r)
	case "0503":
		return u.member(r)
	}
	return false, nil
}

// level reads a level; blanks are NONE.
func (r Record) level(c columns) (Level, error) {
	s := r.at(c)
	if s == "" {
		return None, nil
	}
	l, err := ParseLevel(s)
	if err != nil {
		return 0, fmt.Errorf("column %d: %q is no level", c.first, s)
	}
	return l, nil
}

func (u *unload) group(r Record) (err error) {
	name := r.at(columns{6, 13})
	g := u.system.Groups[name]
	switch r.Type {
	case "0100":
		g.Superior, g.Owner = r.at(columns{15, 22}), r.at(columns{35, 42})
		g.UACC, err = r.level(columns{44, 51})
	case "0102":
		var a Authority
		if a, err = ParseAuthority(r.at(columns{24, 31})); err != nil {
			return fmt.Errorf("column 24: %q is no group authority", r.at(columns{24, 31}))
		}
		if g.Members == nil {
			g.Members = map[string]Authority{}
		}
		g.Members[r.at(columns{15, 22})] = a
	case "0120":
		g.GID = r.at(columns{15, 24})
	}
	u.system.Groups[name] = g
	return err
}

func (u *unload) user(r Record) (err error) {
	name := r.at(columns{6, 13})
	d := u.system.Users[name]
	switch r.Type {
	case "0200":
		d.Owner, d.DefaultGroup = r.at(columns{26, 33}), r.at(columns{96, 103})
		d.Special, d.Operations, d.Revoked = r.yes(columns{40, 43}), r.yes(columns{45, 48}), r.yes(columns{50, 53})
		d.Auditor = r.yes(columns{386, 389})
		d.Restricted = strings.Contains(r.at(columns{542, 549}), "RSTD")
	case "0205":
		c := Connection{Owner: r.at(columns{35, 42}), Special: r.yes(columns{84, 87}), Operations: r.yes(columns{89, 92}), Revoked: r.yes(columns{94, 97})}
		c.UACC, err = r.level(columns{64, 71})
		if d.Connections == nil {
			d.Connections = map[string]Connection{}
		}
		d.Connections[r.at(columns{15, 22})] = c
	case "0270":
		d.UID = r.at(columns{15, 24})
	}
	u.system.Users[name] = d
	return err
}

// key is class, name and volume of the profile that a record speaks of.
func (r Record) key() [3]string {
	if r.Type[:2] == "04" {
		return [3]string{Dataset, r.at(columns{6, 49}), r.at(columns{51, 56})}
	}
	return [3]string{r.at(columns{253, 260}), r.at(columns{6, 251}), ""}
}

// of is the profile that a record speaks of. Its basic record can come later.
func (u *unload) of(r Record) *Profile {
	k := r.key()
	i, ok := u.at[k]
	if !ok {
		i = len(u.system.Profiles)
		u.at[k] = i
		u.system.Profiles = append(u.system.Profiles, Profile{Class: k[0], Name: k[1], Volume: k[2], Generic: IsGeneric(k[1])})
	}
	return &u.system.Profiles[i]
}

func (u *unload) profile(r Record) (err error) {
	p := u.of(r)
	uacc := columns{129, 136}
	if r.Type == "0400" {
		p.Generic, p.Owner, p.Warning = r.yes(columns{58, 61}), r.at(columns{74, 81}), r.yes(columns{484, 487})
		p.Label = r.at(columns{513, 520})
	} else {
		uacc = columns{337, 344}
		p.Generic, p.Owner, p.Warning = r.yes(columns{262, 265}), r.at(columns{282, 289}), r.yes(columns{660, 663})
		p.Label = r.at(columns{1010, 1017})
	}
	p.UACC, err = r.level(uacc)
	if err != nil && r.Type == "0500" {
		p.OtherUACC, err = r.at(uacc), nil
	}
	return err
}

func (u *unload) permit(r Record) (err error) {
	id, level, count := columns{58, 65}, columns{67, 74}, columns{76, 80}
	if r.Type == "0505" {
		id, level, count = columns{262, 269}, columns{271, 278}, columns{280, 284}
	}
	e := Permit{ID: r.at(id), Count: r.count(count)}
	e.Level, err = r.level(level)
	p := u.of(r)
	p.Access = append(p.Access, e)
	return err
}

func (u *unload) conditional(r Record) (err error) {
	shift := 0
	if r.Type == "0507" {
		shift = 262 - 58
	}
	at := func(first, last int) columns { return columns{first + shift, last + shift} }
	e := Conditional{When: Condition{Type: r.at(at(58, 65)), Value: r.at(at(67, 74))}}
	e.ID, e.Count = r.at(at(76, 83)), r.count(at(94, 98))
	e.Level, err = r.level(at(85, 92))
	p := u.of(r)
	p.Conditional = append(p.Conditional, e)
	return err
}

// member reads members of the classes that decisions need.
func (u *unload) member(r Record) (known bool, err error) {
	name, value := r.at(columns{6, 251}), r.at(columns{262, 516})
	switch r.at(columns{253, 260}) {
	case "RACFVARS":
		u.system.Variables[name] = append(u.system.Variables[name], value)
		return true, nil
	case "GLOBAL":
		l, err := r.level(columns{518, 525})
		u.system.Global = append(u.system.Global, Global{Class: name, Name: strings.Trim(value, "'"), Level: l})
		return true, err
	}
	return false, nil
}

// Records are those of the profile, as ReadUnload reads them.
func (p Profile) Records() []Record {
	basic, permit, conditional, shift := "0400", "0404", "0402", 0
	if p.Class != Dataset {
		basic, permit, conditional, shift = "0500", "0505", "0507", 262-58
	}
	rs := []Record{p.basic(basic)}
	for _, e := range p.Conditional {
		r := p.start(conditional)
		r.put(columns{58 + shift, 65 + shift}, e.When.Type)
		r.put(columns{67 + shift, 74 + shift}, e.When.Value)
		r.put(columns{76 + shift, 83 + shift}, e.ID)
		r.put(columns{85 + shift, 92 + shift}, e.Level.String())
		r.put(columns{94 + shift, 98 + shift}, fmt.Sprintf("%05d", e.Count))
		rs = append(rs, r)
	}
	for _, e := range p.Access {
		r := p.start(permit)
		r.put(columns{58 + shift, 65 + shift}, e.ID)
		r.put(columns{67 + shift, 74 + shift}, e.Level.String())
		r.put(columns{76 + shift, 80 + shift}, fmt.Sprintf("%05d", e.Count))
		rs = append(rs, r)
	}
	return rs
}

func (p Profile) start(kind string) Record {
	r := Record{Type: kind, Text: kind}
	if p.Class == Dataset {
		r.put(columns{6, 49}, p.Name)
		r.put(columns{51, 56}, p.Volume)
	} else {
		r.put(columns{6, 251}, p.Name)
		r.put(columns{253, 260}, p.Class)
	}
	return r
}

func (p Profile) basic(kind string) Record {
	yes := map[bool]string{true: "YES", false: "NO"}
	r := p.start(kind)
	generic, owner, uacc, warning, label := columns{58, 61}, columns{74, 81}, columns{129, 136}, columns{484, 487}, columns{513, 520}
	if kind == "0500" {
		generic, owner, uacc, warning, label = columns{262, 265}, columns{282, 289}, columns{337, 344}, columns{660, 663}, columns{1010, 1017}
	}
	r.put(generic, yes[p.Generic])
	r.put(owner, p.Owner)
	r.put(uacc, p.UACC.String())
	if p.OtherUACC != "" {
		r.put(uacc, p.OtherUACC)
	}
	r.put(warning, yes[p.Warning])
	r.put(label, p.Label)
	return r
}
