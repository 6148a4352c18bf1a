package translate

import (
	"ward/ident"
	"ward/legacy/amiga"
	"ward/mode"
)

// amigaModel is protection of AmigaDOS: with the bits of systems with several users, as
// Linux reads them, or without.
type amigaModel struct {
	id    string
	rules amiga.Rules
}

func amigaRights(wanted Rights, k mode.Kind) (r amiga.Rights) {
	for _, p := range [...]struct {
		abstract Rights
		own      amiga.Rights
	}{{Read, amiga.Read}, {Write | Append, amiga.Write}, {Delete, amiga.Delete}} {
		if wanted&p.abstract != 0 {
			r |= p.own
		}
	}
	if wanted&Execute != 0 { // who may read a directory may pass through it (affs_prot_to_mode)
		r |= map[bool]amiga.Rights{true: amiga.Read, false: amiga.Execute}[k == mode.Directory]
	}
	return r
}

func (a amigaModel) decide(o Object, c caller, wanted Rights) amiga.Verdict {
	p, _ := o.Value.(amiga.Protection)
	s, owner := c.idents(o), o.ownerID()
	if owner == 0 { // that the superuser may all is no question here
		owner = rootNumber
	}
	if s.UID == 0 {
		s.UID = ident.UID(rootNumber)
	}
	obj := amiga.Object{Owner: ident.UID(owner), Group: o.groupGID()}
	return p.Decide(s, amigaRights(wanted, o.kind()), obj, a.rules)
}

func (a amigaModel) may(o Object, c caller, wanted Rights) (r Rights) {
	for _, one := range wanted.each() {
		mine := c.owner || a.rules == amiga.SingleUser || one&(WriteACL|WriteAttributes) == 0
		if mine && a.decide(o, c, one).Allowed {
			r |= one
		}
	}
	return r
}

func (a amigaModel) atOnce(o Object, c caller, wanted Rights) bool {
	return a.decide(o, c, wanted).Allowed
}

func (a amigaModel) explain(o Object, c caller, wanted Rights) (string, int) {
	return a.decide(o, c, wanted).Reason(), -1
}

type amigaName struct {
	bit  amiga.Protection
	name string
}

func amigaNames() []amigaName {
	return []amigaName{{amiga.Pure, "pure"}, {amiga.Script, "script"}, {amiga.Hold, "hold"}}
}

func (a amigaModel) facts(o Object) (f facts, err error) {
	p, ok := o.Value.(amiga.Protection)
	if !ok {
		return facts{}, wrongValue(o)
	}
	known := amiga.Protection(0xff1f)
	for _, n := range amigaNames() {
		known |= n.bit
		if p&n.bit != 0 {
			f.extras = append(f.extras, Extra{Name: n.name})
		}
	}
	f.extras = append(f.extras, Extra{Name: "backed up", Off: p&amiga.Archived == 0})
	if rest := p &^ known; rest != 0 {
		f.unclear = append(f.unclear, Loss{Effect: Lost, What: "bits " + (rest &^ 0xffff).Format(), Why: "nobody knows what they mean"})
	}
	if a.rules == amiga.SingleUser && p&0xff00 != 0 {
		f.unclear = append(f.unclear, Loss{Effect: Lost, What: "bits of group and others", Why: "a system with one user does not look at them"})
	}
	return f, nil
}

// letters is the rights that a table's row gives.
func (d draft) letters(r Rights) (l amiga.Rights) {
	for _, own := range [...]amiga.Rights{amiga.Read, amiga.Write, amiga.Delete} {
		needs := map[amiga.Rights]Rights{amiga.Read: Read, amiga.Write: Write | Append, amiga.Delete: Delete}[own]
		if d.kind == mode.Directory && own == amiga.Read {
			needs |= Execute
		}
		if r&needs == needs {
			l |= own
		}
	}
	if r&Execute != 0 {
		l |= amiga.Execute
	}
	return l
}

func (a amigaModel) build(d draft) []Object {
	p := amiga.Protection(^d.letters(d.table.Owner) & 0xf)
	if a.rules == amiga.MultiUser {
		p |= amiga.Protection(d.letters(d.table.Group))<<8 | amiga.Protection(d.letters(d.table.Everyone))<<12
	}
	for _, n := range amigaNames() {
		if d.has(n.name) {
			p |= n.bit
		}
	}
	if d.has("backed up") || d.knows("archive") && !d.has("archive") {
		p |= amiga.Archived
	}
	return []Object{d.object(a.id, p)}
}

func (amigaModel) names(Principal) bool { return false }
