package translate

import (
	"ward/acl/macos"
	"ward/acl/nfs4"
	classic "ward/legacy/macos"
	"ward/mode"
)

// MacOS is a value of the model of Mac OS X since 10.4: a list beside a mode, and flags
// that hold everybody.
type MacOS struct {
	ACL   macos.ACL
	Mode  mode.Mode
	Flags classic.BSDFlags
}

// macosModel is lists of Mac OS X.
type macosModel struct{}

func (macosModel) subject(o Object, c caller) macos.Subject {
	s := macos.Subject{IDs: c.idents(o), Name: c.person(o).Name, GroupNames: c.groupNames(o)}
	for _, p := range append([]Principal{c.person(o)}, c.groups...) {
		if g, err := macos.ParseGUID(p.GUID); err == nil {
			s.GUIDs = append(s.GUIDs, g)
		}
	}
	return s
}

func (macosModel) object(o Object) macos.Object {
	v, _ := o.Value.(MacOS)
	return macos.Object{Owner: o.ownerUID(), Group: o.groupGID(), Mode: v.Mode, Kind: o.kind()}
}

// held is what flags keep from everybody (chflags(2)).
func held(f classic.BSDFlags) Rights {
	changing := Write | Append | Delete | DeleteChild | WriteNamed | WriteAttributes | WriteACL | TakeOwnership
	switch {
	case f&(classic.UserImmutable|classic.SystemImmutable) != 0:
		return changing
	case f&(classic.UserAppend|classic.SystemAppend) != 0:
		return changing &^ Append
	}
	return 0
}

func (m macosModel) may(o Object, c caller, wanted Rights) (r Rights) {
	v, _ := o.Value.(MacOS)
	s, obj := m.subject(o, c), m.object(o)
	for _, one := range (wanted &^ held(v.Flags)).each() {
		same, rest := macos.RightsFromNFS4(nfs4.Rights(one))
		if rest == 0 && v.ACL.Decide(s, same, obj).Allowed {
			r |= one
		}
	}
	return sticky(r, v.Mode, o, c)
}

func (m macosModel) atOnce(o Object, c caller, wanted Rights) bool {
	v, _ := o.Value.(MacOS)
	same, _ := macos.RightsFromNFS4(nfs4.Rights(wanted))
	return wanted&held(v.Flags) == 0 && v.ACL.Decide(m.subject(o, c), same, m.object(o)).Allowed
}

func (m macosModel) explain(o Object, c caller, wanted Rights) (string, int) {
	v, _ := o.Value.(MacOS)
	if wanted&held(v.Flags) != 0 {
		return "the flags hold everybody: " + v.Flags.Format(), -1
	}
	same, _ := macos.RightsFromNFS4(nfs4.Rights(wanted))
	d := v.ACL.Decide(m.subject(o, c), same, m.object(o))
	return d.Reason.String(), d.Entry
}

func (m macosModel) facts(o Object) (facts, error) {
	v, ok := o.Value.(MacOS)
	if !ok {
		return facts{}, wrongValue(o)
	}
	f := facts{extras: specialBits(v.Mode)}
	f.order, f.unclear = v.entries()
	f.users, f.groups = gather(f.order)
	f.extras = append(f.extras, bsdExtras(v.Flags)...)
	if v.ACL.Flags&macos.NoInherit != 0 {
		f.extras = append(f.extras, Extra{Name: "protected from inheritance"})
	}
	if len(f.order) > 0 { // what no entry decides is the mode's
		f.order = append(f.order, nfs4Order(nfs4.FromMode(v.Mode, o.kind(), nfs4.RFC8881))...)
	}
	list, rest := inheritable(f.order)
	f.unclear = append(f.unclear, rest...)
	if len(list) > 0 && o.kind() == mode.Directory {
		made := o
		made.Value = MacOS{ACL: m.list(list), Mode: v.Mode &^ mode.Special}
		f.inherited = &made
	}
	return f, nil
}

// entries is the list alone.
func (v MacOS) entries() (order []Entry, unclear []Loss) {
	for i, e := range v.ACL.Entries {
		entry, ok := macosEntry(e)
		if !ok {
			unclear = append(unclear, Loss{Effect: Lost, What: ordinal("entry", i), Why: "it has rights, flags or a kind that only macOS has"})
		}
		order = append(order, entry)
	}
	return order, unclear
}

// macosEntry is an entry of the intermediate's list; exact is false where it says more.
func macosEntry(e macos.Entry) (_ Entry, exact bool) {
	rights, moreRights := e.Rights.NFS4()
	flags, moreFlags := e.Flags.NFS4()
	entry := Entry{Type: nfs4.Type(e.Kind) - 1, Rights: Rights(rights), Flags: flags}
	exact = moreRights == 0 && moreFlags == 0 && e.Kind >= macos.Allow && e.Kind <= macos.Alarm
	one, err := macos.ACL{Entries: []macos.Entry{{Kind: macos.Allow, Rights: macos.ReadData, Who: e.Who}}}.ToNFS4()
	if err == nil && len(one.Entries) == 1 {
		entry.Principal = whoIs(one.Entries[0])
	} else {
		entry.Principal = Principal{Sort: Group, Name: e.Who.Name, GUID: e.Who.GUID.String()}
		if e.Who.Sort == macos.User {
			entry.Principal.Sort = User
		}
	}
	return entry, exact
}

func (m macosModel) names(p Principal) bool {
	_, ok := macosWho(p)
	return ok
}

func macosWho(p Principal) (macos.Who, bool) {
	if p.Sort == Special && p.Name == authenticated {
		p = Principal{Sort: Everyone}
	}
	if g, err := macos.ParseGUID(p.GUID); err == nil {
		return macos.Who{GUID: g, Name: p.Name, Sort: map[bool]macos.Sort{true: macos.User, false: macos.Group}[p.Sort == User]}, true
	}
	who, ok := nfs4Who(p)
	if !ok || p.Sort == Special {
		return macos.Who{}, false
	}
	e := nfs4.Entry{Type: nfs4.Allow, Rights: nfs4.ReadData, Who: who}
	if p.Sort == Group || p.Sort == OwningGroup {
		e.Flags = nfs4.IdentifierGroup
	}
	one, err := macos.FromNFS4(nfs4.ACL{Entries: []nfs4.Entry{e}})
	if err != nil || len(one.Entries) != 1 {
		return macos.Who{}, false
	}
	return one.Entries[0].Who, true
}

func (m macosModel) list(order []Entry) (a macos.ACL) {
	for _, e := range order {
		who, ok := macosWho(e.Principal)
		rights, _ := macos.RightsFromNFS4(nfs4.Rights(e.Rights))
		flags, _ := macos.FlagsFromNFS4(e.Flags)
		if ok && rights != 0 {
			a.Entries = append(a.Entries, macos.Entry{Kind: macos.Kind(e.Type) + 1, Flags: flags, Rights: rights, Who: who})
		}
	}
	return a
}

func (m macosModel) build(d draft) (list []Object) {
	flags := bsdFlags(d)
	var listFlags macos.ListFlags
	if d.has("protected from inheritance") {
		listFlags = macos.NoInherit
	}
	if d.inherited == nil && !hasAudit(d.order) {
		list = append(list, d.object("macos", MacOS{Mode: d.mode(), Flags: flags, ACL: macos.ACL{Flags: listFlags}}))
	}
	for _, order := range d.lists() {
		order = withInherited(order, d, func(o Object) []Entry {
			made, _ := o.Value.(MacOS)
			entries, _ := made.entries()
			return entries
		})
		a := m.list(order)
		a.Flags = listFlags
		for _, bits := range [...]mode.Mode{d.mode(), d.special()} {
			list = append(list, d.object("macos", MacOS{ACL: a, Mode: bits, Flags: flags}))
		}
	}
	return list
}

func hasAudit(order []Entry) bool {
	for _, e := range order {
		if !e.decides() {
			return true
		}
	}
	return false
}

// bsdExtras is the flags by their names; what other systems have too has theirs.
func bsdExtras(f classic.BSDFlags) (list []Extra) {
	for _, flag := range bsdNames() {
		if f&flag.bit != 0 {
			list = append(list, Extra{Name: flag.name})
		}
	}
	return list
}

type bsdName struct {
	bit  classic.BSDFlags
	name string
}

func bsdNames() []bsdName {
	return []bsdName{
		{classic.UserImmutable, "locked"},
		{classic.SystemImmutable, "locked by the system"},
		{classic.UserAppend, "append only"},
		{classic.SystemAppend, "append only by the system"},
		{classic.Hidden, "hidden"},
		{classic.Archived, "backed up"},
		{classic.NoDump, "no dump"},
		{classic.Opaque, "opaque"},
	}
}

func bsdFlags(d draft) (f classic.BSDFlags) {
	for _, flag := range bsdNames() {
		if d.has(flag.name) {
			f |= flag.bit
		}
	}
	return f
}
