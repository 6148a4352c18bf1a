package macos

import (
	"fmt"
	"slices"

	"ward/ident"
	"ward/mode"
)

// Subject is who asks. Of GUIDs it needs only those that do not stand for its ids, and
// names only for entries that have no GUID.
type Subject struct {
	IDs        ident.Subject // capabilities do not enter
	GUIDs      []GUID        // its own and those of its groups, from a directory service
	Name       string
	GroupNames []string
	Privileged bool // the superuser
}

// Object is what a list belongs to.
type Object struct {
	Owner ident.UID
	Group ident.GID
	Mode  mode.Mode
	Kind  mode.Kind
}

// Reason is why a verdict is what it is.
type Reason uint8

// The reasons.
const (
	NothingAsked   Reason = iota // no right is needed
	AllowedByEntry               // the entry gave the last right that was missing
	DeniedByEntry                // the entry denies one of the rights asked for
	OwnerAlways                  // the owner may
	AllowedByMode                // no entry decides, and the mode allows
	DeniedByMode                 // no entry decides, and the mode does not allow
	NoModeNeeded                 // no entry decides, and the mode says nothing of it: allowed
	OnlyByEntry                  // no entry allows it, and the mode cannot
	ByPrivilege                  // the superuser may
	NobodyExecutes               // not even the superuser executes a file without an x
	StickyBit                    // deleting: the directory is sticky, and neither it nor the object is the subject's
)

// String is the reason in words.
func (r Reason) String() string {
	if r > StickyBit {
		return fmt.Sprintf("reason %d", uint8(r))
	}
	return [...]string{
		"no right is needed", "an entry allows it", "an entry denies it", "the owner always may", "no entry decides, and the mode allows it",
		"no entry decides, and the mode does not allow it", "no entry decides, and the mode says nothing of it", "no entry allows it, and the mode cannot",
		"the superuser may", "nobody may execute the file", "the directory is sticky, and neither it nor the object belongs to who asks",
	}[r]
}

// Verdict is the answer, with the reason. A denied call answers EACCES, and EPERM to a
// superuser who would execute what nobody may.
type Verdict struct {
	Allowed  bool
	Reason   Reason
	Entry    int    // the index of the entry that decided; -1 where none did
	OnParent bool   // of RemoveFrom: the entry is one of the directory's list
	Missing  Rights // what was asked for and not given
	// Doubtful says that entries were passed over which name somebody by a name,
	// while the subject states none.
	Doubtful bool
}

// Decide says whether the subject has all the rights on the object that has this list
// (vnode_authorize_simple and kauth_acl_evaluate in xnu). Entries are looked at in
// order. One that denies any of the rights asked for ends it, though an entry before it
// allowed that very right: until all of them are allowed none is. What is left at the
// end is the mode's, by the class of the subject, where the mode speaks of it; the owner
// may write attributes, and always the list.
//
// Delete needs the directory too: see RemoveFrom. Here it takes an entry that allows it.
func (a ACL) Decide(s Subject, wanted Rights, o Object) Verdict {
	if s.Privileged {
		return superuser(wanted, o)
	}
	asked := wanted.Expand() &^ (GenericAll | GenericExecute | GenericWrite | GenericRead)
	wanted = o.needed(s, asked)
	switch {
	case asked == 0:
		return Verdict{Allowed: true, Reason: NothingAsked, Entry: -1}
	case wanted == 0:
		return Verdict{Allowed: true, Reason: OwnerAlways, Entry: -1}
	}
	e := a.evaluate(s, wanted, o)
	switch {
	case e.denied >= 0:
		return Verdict{Reason: DeniedByEntry, Entry: e.denied, Missing: a.Entries[e.denied].Rights.Expand() & wanted, Doubtful: e.doubtful}
	case e.residual == 0:
		return Verdict{Allowed: true, Reason: AllowedByEntry, Entry: e.last, Doubtful: e.doubtful}
	}
	v := o.byMode(s, e.residual)
	v.Doubtful = e.doubtful
	return v
}

func superuser(wanted Rights, o Object) Verdict {
	if wanted.Expand()&Execute != 0 && o.Kind == mode.Regular && o.Mode&mode.Execute == 0 {
		return Verdict{Reason: NobodyExecutes, Entry: -1, Missing: Execute}
	}
	return Verdict{Allowed: true, Reason: ByPrivilege, Entry: -1}
}

// needed leaves out what the owner has, and what taking the object brings with it.
func (o Object) needed(s Subject, wanted Rights) Rights {
	if s.IDs.UID == o.Owner || wanted&ChangeOwner != 0 {
		wanted &^= WriteSecurity
	}
	return wanted
}

// evaluation is what one pass over a list found.
type evaluation struct {
	residual     Rights // not allowed by any entry
	denied, last int    // the entry that denied; the last that allowed
	doubtful     bool
}

// evaluate is kauth_acl_evaluate: a denial is held against all that was asked for, a
// permission against what is still missing.
func (a ACL) evaluate(s Subject, wanted Rights, o Object) evaluation {
	v := evaluation{residual: wanted, denied: -1, last: -1}
	for i := range a.Entries {
		e := &a.Entries[i]
		rights := e.Rights.Expand()
		if e.Flags&OnlyInherit != 0 || !e.concerns(rights, wanted, v.residual) {
			continue
		}
		applies, clear := s.is(e.Who, o)
		switch {
		case !clear:
			v.doubtful = true
		case !applies:
		case e.Kind == Deny:
			v.denied = i
			return v
		default:
			v.residual &^= rights
			v.last = i
		}
		if v.residual == 0 {
			break
		}
	}
	return v
}

func (e *Entry) concerns(rights, wanted, residual Rights) bool {
	return e.Kind == Allow && rights&residual != 0 || e.Kind == Deny && rights&wanted != 0
}

// is reports whether the entry speaks of the subject, and whether that can be told.
func (s *Subject) is(w Who, o Object) (applies, clear bool) {
	if w.GUID == (GUID{}) {
		return s.called(w)
	}
	switch sort, id := w.GUID.Local(); {
	case sort == Group && id == everyoneGID:
		return true, true
	case sort == Group && id == nobodyGID:
		return false, true
	case sort == Group && id == ownerGID:
		return s.IDs.UID == o.Owner, true
	case sort == Group && id == groupGID:
		return s.IDs.InGroup(o.Group), true
	case sort == Group && s.IDs.InGroup(ident.GID(id)), sort == User && s.IDs.UID == ident.UID(id):
		return true, true
	}
	return slices.Contains(s.GUIDs, w.GUID), true
}

func (s *Subject) called(w Who) (applies, clear bool) {
	asUser := w.Sort != Group && s.Name == w.Name
	asGroup := w.Sort != User && slices.Contains(s.GroupNames, w.Name)
	known := (w.Sort == Group || s.Name != "") && (w.Sort == User || s.GroupNames != nil)
	return asUser || asGroup, known || asUser || asGroup
}

// byMode decides what the list left open (the end of vnode_authorize_simple).
func (o Object) byMode(s Subject, residual Rights) Verdict {
	if s.IDs.UID == o.Owner {
		residual &^= WriteAttributes
	}
	if residual == 0 {
		return Verdict{Allowed: true, Reason: OwnerAlways, Entry: -1}
	}
	if only := residual & (ChangeOwner | WriteSecurity | Delete); only != 0 {
		return Verdict{Reason: OnlyByEntry, Entry: -1, Missing: only}
	}
	needed := modeRights(residual)
	switch {
	case needed == 0:
		return Verdict{Allowed: true, Reason: NoModeNeeded, Entry: -1}
	case needed&^o.class(s) != 0:
		return Verdict{Reason: DeniedByMode, Entry: -1, Missing: residual}
	}
	return Verdict{Allowed: true, Reason: AllowedByMode, Entry: -1}
}

// modeRights is the bits of a mode for rights; some have none.
func modeRights(r Rights) mode.Rights {
	var m mode.Rights
	if r&(ReadData|ReadExtattr) != 0 {
		m |= 4
	}
	if r&(WriteData|AppendData|DeleteChild|WriteAttributes|WriteExtattr) != 0 {
		m |= 2
	}
	if r&Execute != 0 {
		m |= 1
	}
	return m
}

// class is the bits of the mode that count for the subject: the owner's, or else the
// group's, or else others'.
func (o Object) class(s Subject) mode.Rights {
	switch {
	case s.IDs.UID == o.Owner:
		return o.Mode.Owner()
	case s.IDs.InGroup(o.Group):
		return o.Mode.Group()
	}
	return o.Mode.Other()
}

// Secured is an object with its list.
type Secured struct {
	ACL    ACL
	Object Object
}

// RemoveFrom says whether the subject may remove the object from the directory
// (vnode_authorize_delete). The first that speaks decides: the list of the object about
// delete, that of the directory about delete_child, the mode of the directory, and its
// sticky bit, which holds back what no entry allows.
func (o Secured) RemoveFrom(dir Secured, s Subject) Verdict {
	if s.Privileged {
		return Verdict{Allowed: true, Reason: ByPrivilege, Entry: -1}
	}
	v, decided := o.byEntries(s, Delete)
	if decided {
		return v
	}
	doubtful := v.Doubtful
	if v, decided = dir.byEntries(s, DeleteChild); !decided {
		v = o.removeByMode(dir, s, v)
	}
	v.OnParent, v.Doubtful = true, v.Doubtful || doubtful
	return v
}

// byEntries is what a list says about one right, and whether it says anything.
func (o Secured) byEntries(s Subject, right Rights) (v Verdict, decided bool) {
	e := o.ACL.evaluate(s, right, o.Object)
	v = Verdict{Entry: -1, Doubtful: e.doubtful}
	switch {
	case e.denied >= 0:
		v.Reason, v.Entry, v.Missing = DeniedByEntry, e.denied, right
	case e.residual == 0:
		v.Allowed, v.Reason, v.Entry = true, AllowedByEntry, e.last
	default:
		return v, false
	}
	return v, true
}

func (o Secured) removeByMode(dir Secured, s Subject, v Verdict) Verdict {
	switch {
	case dir.Object.class(s)&2 == 0:
		v.Reason, v.Missing = DeniedByMode, DeleteChild
	case dir.Object.Mode&mode.Sticky != 0 && s.IDs.UID != dir.Object.Owner && s.IDs.UID != o.Object.Owner:
		v.Reason, v.Missing = StickyBit, DeleteChild
	default:
		v.Allowed, v.Reason = true, AllowedByMode
	}
	return v
}

// Effective is all the rights that the subject has on the object, each decided for
// itself; Delete where an entry of the object allows it.
func (a ACL) Effective(s Subject, o Object) Rights {
	var all Rights
	for bit := ReadData; bit <= Synchronize; bit <<= 1 {
		if bit&(allBits|ChangeOwner|Synchronize) != 0 && a.Decide(s, bit, o).Allowed {
			all |= bit
		}
	}
	return all
}
