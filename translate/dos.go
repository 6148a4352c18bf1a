package translate

import (
	"ward/legacy/dos"
	classic "ward/legacy/macos"
	"ward/mode"
)

// dosModel is attributes of DOS: they hold everybody, and anybody may change them.
type dosModel struct{}

func dosRights(wanted Rights) (r dos.Rights) {
	for _, p := range [...]struct {
		abstract Rights
		own      dos.Rights
	}{{Read, dos.Read}, {Write | Append, dos.Write}, {Execute, dos.Execute}, {Delete, dos.Delete}} {
		if wanted&p.abstract != 0 {
			r |= p.own
		}
	}
	return r
}

// whole adds that the attributes are of a directory, where they are.
func (dosModel) whole(o Object) dos.Attributes {
	a, _ := o.Value.(dos.Attributes)
	if o.kind() == mode.Directory {
		a |= dos.Directory
	}
	return a
}

func (d dosModel) may(o Object, _ caller, wanted Rights) (r Rights) {
	for _, one := range wanted.each() {
		// To DOS a directory is nothing that is read, written or run; what is in it is
		// open to all.
		if one&(Read|Write|Append|Execute) != 0 && o.kind() == mode.Directory || d.whole(o).Decide(dosRights(one)).Allowed {
			r |= one
		}
	}
	return r
}

func (d dosModel) atOnce(o Object, c caller, wanted Rights) bool {
	return d.may(o, c, wanted) == wanted
}

func (d dosModel) explain(o Object, _ caller, wanted Rights) (string, int) {
	return d.whole(o).Decide(dosRights(wanted)).Reason.String(), -1
}

// dosNames is the attributes that are no access. Archive is the reverse of being backed
// up, which is what Amigas and Mac OS X have.
type dosName struct {
	bit  dos.Attributes
	name string
}

func dosNames() []dosName {
	return []dosName{
		{dos.Hidden, "hidden"},
		{dos.System, "system"},
		{dos.Temporary, "temporary"},
		{dos.Offline, "offline"},
		{dos.NotContentIndexed, "not indexed"},
		{dos.Compressed, "compressed"},
		{dos.Encrypted, "encrypted"},
	}
}

func (dosModel) facts(o Object) (f facts, err error) {
	a, ok := o.Value.(dos.Attributes)
	if !ok {
		return facts{}, wrongValue(o)
	}
	known := dos.ReadOnly | dos.Archive | dos.Directory | dos.Normal
	for _, n := range dosNames() {
		known |= n.bit
		if a&n.bit != 0 {
			f.extras = append(f.extras, Extra{Name: n.name})
		}
	}
	f.extras = append(f.extras, Extra{Name: "archive", Off: a&dos.Archive == 0})
	if a&dos.ReadOnly != 0 && o.kind() == mode.Directory {
		f.extras = append(f.extras, Extra{Name: "read-only mark of a folder"})
	}
	if rest := a &^ known; rest != 0 {
		f.unclear = append(f.unclear, Loss{Effect: Lost, What: rest.Format(), Why: "only Windows has it"})
	}
	return f, nil
}

func (dosModel) build(d draft) []Object {
	var a dos.Attributes
	for _, n := range dosNames() {
		if d.has(n.name) {
			a |= n.bit
		}
	}
	if d.has("archive") || d.knows("backed up") && !d.has("backed up") {
		a |= dos.Archive
	}
	plain := d.object("dos", a)
	locked := d.object("dos", a|dos.ReadOnly)
	if d.kind == mode.Directory && d.has("read-only mark of a folder") {
		return []Object{locked, plain}
	}
	if d.kind == mode.Regular && (d.table.Owner&Write == 0 || d.has("locked")) {
		return []Object{locked}
	}
	return []Object{plain, locked}
}

func (dosModel) names(Principal) bool { return false }

// Classic is a value of classic Mac OS: whether the file is locked, and what the Finder
// keeps of it.
type Classic struct {
	Locked bool
	Finder classic.FinderFlags
}

// classicModel is locked files of classic Mac OS: a lock holds everybody, and anybody may
// take it off.
type classicModel struct{}

func classicRights(wanted Rights) (r classic.Rights) {
	for _, p := range [...]struct {
		abstract Rights
		own      classic.Rights
	}{{Read | Execute, classic.Read}, {Write | Append, classic.Write}, {Delete, classic.Delete}} {
		if wanted&p.abstract != 0 {
			r |= p.own
		}
	}
	return r
}

func (classicModel) file(o Object) classic.File {
	v, _ := o.Value.(Classic)
	directory := o.kind() == mode.Directory
	return classic.File{Locked: v.Locked && !directory, Directory: directory}
}

func (m classicModel) may(o Object, _ caller, wanted Rights) (r Rights) {
	for _, one := range wanted.each() {
		if m.file(o).Decide(classic.Subject{}, classicRights(one), classic.Classic).Allowed {
			r |= one
		}
	}
	return r
}

func (m classicModel) atOnce(o Object, c caller, wanted Rights) bool {
	return m.may(o, c, wanted) == wanted
}

func (m classicModel) explain(o Object, _ caller, wanted Rights) (string, int) {
	return m.file(o).Decide(classic.Subject{}, classicRights(wanted), classic.Classic).Reason.String(), -1
}

func (classicModel) facts(o Object) (f facts, err error) {
	v, ok := o.Value.(Classic)
	if !ok {
		return facts{}, wrongValue(o)
	}
	if v.Locked {
		f.extras = append(f.extras, Extra{Name: "locked"})
	}
	if v.Finder&classic.Invisible != 0 {
		f.extras = append(f.extras, Extra{Name: "hidden"})
	}
	if rest := v.Finder &^ classic.Invisible; rest != 0 {
		f.unclear = append(f.unclear, Loss{Effect: Lost, What: "Finder flags " + rest.Format(), Why: "only classic Mac OS has them"})
	}
	return f, nil
}

func (classicModel) build(d draft) []Object {
	var v Classic
	if d.has("hidden") {
		v.Finder = classic.Invisible
	}
	plain := d.object("mac", v)
	if d.kind == mode.Directory {
		return []Object{plain}
	}
	v.Locked = true
	locked := d.object("mac", v)
	if d.table.Owner&Write == 0 || d.has("locked") {
		return []Object{locked}
	}
	return []Object{plain, locked}
}

func (classicModel) names(Principal) bool { return false }
