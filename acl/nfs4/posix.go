package nfs4

import (
	"slices"

	"ward/acl"
	"ward/mode"
)

// A Linux server keeps POSIX lists and speaks NFSv4. What is here is what it makes
// of the one and the other (fs/nfsd/nfs4acl.c of Linux 6.1).

// What the server gives everybody, and the owner, without a bit of the list.
const (
	serverAnyone = ReadAttributes | ReadACL | Synchronize
	serverOwner  = WriteAttributes | WriteACL

	serverDefault = FileInherit | DirectoryInherit | InheritOnly
)

// FromPOSIX is what a Linux NFS server shows of an object's two lists
// (nfsd4_get_nfs4_acl). What the mask takes away is gone. Where nobody is in two of
// the groups it allows what the lists allow; who is may do what they allow together.
func FromPOSIX(access, def acl.List, k mode.Kind) ACL {
	s := server{write: serverWrite(k)}
	s.add(access)
	s.flags = serverDefault
	s.add(def)
	return ACL{Entries: s.entries}
}

// serverWrite is what w stands for: on a directory it deletes too.
func serverWrite(k mode.Kind) Rights {
	if k == mode.Directory {
		return WriteData | AppendData | DeleteChild
	}
	return WriteData | AppendData
}

// server writes the entries for one list after the other.
type server struct {
	entries []Entry
	write   Rights
	flags   Flags
}

// summary is what the classes of a list may, under its mask.
type summary struct{ owner, users, group, groups, other, mask mode.Rights }

func summarize(l acl.List) summary {
	s := summary{mask: 7}
	if m, ok := l.MaskRights(); ok {
		s.mask = m
	}
	for _, e := range l {
		switch e.Tag {
		case acl.UserObj:
			s.owner = e.Rights
		case acl.User:
			s.users |= e.Rights & s.mask
		case acl.GroupObj:
			s.group = e.Rights & s.mask
		case acl.Group:
			s.groups |= e.Rights & s.mask
		case acl.Other:
			s.other = e.Rights
		}
	}
	return s
}

// add writes the entries for one list (_posix_to_nfsv4_one): who is named earlier is
// denied what he lacks and a later entry would give him; for groups, of which one may
// be in several, what is denied comes after what is allowed.
func (w *server) add(l acl.List) {
	if len(l) == 0 {
		return
	}
	s := summarize(l)
	w.deny(Special(Owner), 0, ^s.owner&(s.users|s.group|s.groups|s.other))
	w.allow(Special(Owner), 0, s.owner, serverOwner)
	for _, e := range tagged(l, acl.User) {
		w.deny(Number(e.ID), 0, ^(e.Rights&s.mask)&(s.groups|s.group|s.other))
		w.allow(Number(e.ID), 0, e.Rights&s.mask, 0)
	}
	w.allow(Special(Group), 0, s.group, 0)
	for _, e := range tagged(l, acl.Group) {
		w.allow(Number(e.ID), IdentifierGroup, e.Rights&s.mask, 0)
	}
	w.deny(Special(Group), 0, ^s.group&s.other)
	for _, e := range tagged(l, acl.Group) {
		w.deny(Number(e.ID), IdentifierGroup, ^(e.Rights&s.mask)&s.other)
	}
	w.allow(Special(Everyone), 0, s.other, 0)
}

func tagged(l acl.List, t acl.Tag) []acl.Entry {
	var list []acl.Entry
	for _, e := range l {
		if e.Tag == t {
			list = append(list, e)
		}
	}
	return list
}

func (w *server) allow(who Who, f Flags, rwx mode.Rights, more Rights) {
	w.entries = append(w.entries, Entry{Allow, w.flags | f, classMask(rwx, w.write) | serverAnyone | more, who})
}

func (w *server) deny(who Who, f Flags, rwx mode.Rights) {
	if rwx&7 != 0 {
		w.entries = append(w.entries, Entry{Deny, w.flags | f, classMask(rwx, w.write), who})
	}
}

// ToPOSIX is what a Linux NFS server stores when it is given the list
// (nfs4_acl_nfsv4_to_posix). It is careful: w needs all that w stands for, and what
// is denied to a group is denied to everybody who might be in it. Rights without a
// bit are forgotten, and so are audit and alarm entries. def is nil without entries
// that are inherited. It fails, with a *FormatError, where the server answers EINVAL.
func (a ACL) ToPOSIX(k mode.Kind) (access, def acl.List, err error) {
	var now, later states
	for i, e := range a.Entries {
		if !e.Type.decides() {
			continue
		}
		if problem := e.storable(k); problem != "" {
			return nil, nil, &FormatError{Form: inNotation, Index: i, Problem: problem}
		}
		if e.Flags&inheritance != 0 {
			later.add(e)
		}
		if e.Flags&InheritOnly == 0 {
			now.add(e)
		}
	}
	if later.some {
		def = later.list(k)
	}
	return now.list(k), def, nil
}

// storable says why a Linux server refuses an entry; "" where it does not.
func (e Entry) storable(k mode.Kind) string {
	switch w := e.Who; {
	case e.Flags&^(serverDefault|IdentifierGroup) != 0:
		return "a POSIX list has nothing for the flags " + flagsText(e.Flags&^(serverDefault|IdentifierGroup), SolarisVerbose)
	case e.Flags&inheritance != 0 && k != mode.Directory:
		return "only a directory hands entries down"
	case w.Class > Everyone, w.Class == Named && !w.HasID:
		return "a POSIX list has numbers only, and there is none for " + w.words()
	}
	return ""
}

// state is what is known of one principal: the rights that were allowed before they
// were denied, and the reverse.
type state struct{ allowed, denied Rights }

func (s *state) add(e Entry) {
	if e.Type == Allow {
		s.allowed |= e.Rights &^ s.denied
	} else {
		s.denied |= e.Rights &^ s.allowed
	}
}

// deny takes away what e denies.
func (s *state) deny(r Rights) { s.denied |= r &^ s.allowed }

// states is what is known of everybody (struct posix_acl_state).
type states struct {
	owner, group, other, everyone state // everyone is whom no entry has named yet
	users, groups                 []namedState
	some                          bool
}

type namedState struct {
	id uint32
	state
}

// named finds a principal; a new one starts with what everybody has.
func named(list *[]namedState, id uint32, everyone state) *state {
	i := slices.IndexFunc(*list, func(n namedState) bool { return n.id == id })
	if i < 0 {
		i = len(*list)
		*list = append(*list, namedState{id, everyone})
	}
	return &(*list)[i].state
}

func (s *states) add(e Entry) {
	s.some = true
	switch {
	case e.Who.Class == Owner:
		s.owner.add(e)
	case e.Who.Class == Everyone:
		s.all(func(p *state) { p.add(e) })
		s.other.add(e)
	case e.Who.Class == Group:
		s.group.add(e)
		s.spread(e, s.group.denied)
	case e.group():
		p := named(&s.groups, e.Who.ID, s.everyone)
		p.add(e)
		s.spread(e, p.denied)
	default:
		p := named(&s.users, e.Who.ID, s.everyone)
		p.add(e)
		if e.Type == Deny {
			s.owner.deny(p.denied)
		}
	}
}

// spread denies to everybody but others what a group is denied.
func (s *states) spread(e Entry, denied Rights) {
	if e.Type != Deny {
		return
	}
	if e.Who.Class == Group {
		s.allBut(&s.group, denied)
		return
	}
	s.allBut(nil, denied)
}

func (s *states) allBut(but *state, denied Rights) {
	s.all(func(p *state) {
		if p != but {
			p.deny(denied)
		}
	})
}

func (s *states) all(do func(*state)) {
	do(&s.owner)
	do(&s.group)
	do(&s.everyone)
	for i := range s.users {
		do(&s.users[i].state)
	}
	for i := range s.groups {
		do(&s.groups[i].state)
	}
}

// list is the POSIX list (posix_state_to_acl).
func (s *states) list(k mode.Kind) acl.List {
	bits := func(r Rights) mode.Rights { return lowMode(r, serverWrite(k)) }
	mask := s.group.allowed
	l := acl.List{{Tag: acl.UserObj, ID: acl.NoID, Rights: bits(s.owner.allowed)}}
	l = append(l, namedEntries(s.users, acl.User, bits, &mask)...)
	l = append(l, acl.Entry{Tag: acl.GroupObj, ID: acl.NoID, Rights: bits(s.group.allowed)})
	l = append(l, namedEntries(s.groups, acl.Group, bits, &mask)...)
	if len(s.users)+len(s.groups) > 0 {
		l = append(l, acl.Entry{Tag: acl.Mask, ID: acl.NoID, Rights: bits(mask)})
	}
	return append(l, acl.Entry{Tag: acl.Other, ID: acl.NoID, Rights: bits(s.other.allowed)})
}

func namedEntries(list []namedState, t acl.Tag, bits func(Rights) mode.Rights, mask *Rights) []acl.Entry {
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b namedState) int { return int(int64(a.id) - int64(b.id)) })
	var es []acl.Entry
	for _, n := range list {
		es = append(es, acl.Entry{Tag: t, ID: n.id, Rights: bits(n.allowed)})
		*mask |= n.allowed
	}
	return es
}

// lowMode is the bits of which all rights are there.
func lowMode(r, write Rights) mode.Rights {
	var m mode.Rights
	for _, b := range []struct {
		need Rights
		bit  mode.Rights
	}{{ReadData, 4}, {write, 2}, {Execute, 1}} {
		if r&b.need == b.need {
			m |= b.bit
		}
	}
	return m
}
