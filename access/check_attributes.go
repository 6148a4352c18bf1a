package access

import (
	"strings"

	"ward/acl"
	"ward/entry"
	"ward/ident"
	"ward/mode"
)

// change is notify_change for chmod(2), chown(2) and utimensat(2).
func (j *judge) change() {
	at, s := j.here.atObject(), j.here.object
	if !j.wantWrite(at, s) || !j.nameable() || !j.changeable() {
		return
	}
	if s.UnmappedUser && !j.setsUser() || s.UnmappedGroup && !j.setsGroup() {
		j.refuse(at, eOVERFLOW, UnmappedOwner)
		return
	}
	switch a := j.q.Action; {
	case a == ChangingMode:
		j.take(at, j.ownership(s))
	case a == SettingTimes && !j.q.With.Now:
		j.take(at, j.ownership(s))
	case a == ChangingOwner || a == ChangingGroup:
		j.chown()
	}
}

// changeable is may_setattr.
func (j *judge) changeable() bool {
	at, s := j.here.atObject(), j.here.object
	guard := entry.Immutable | entry.AppendOnly
	touch := j.q.Action == SettingTimes && j.q.With.Now
	if touch {
		guard = entry.Immutable
	}
	if r := flagged(s, guard); r.answer != Allowed && !j.take(at, r) {
		return false
	}
	if j.q.Action == ChangingMode && s.Entry.Kind == mode.Symlink {
		return j.refuse(at, eOPNOTSUPP, WrongKind)
	}
	if !touch {
		return true
	}
	if r := j.ownership(s); r.answer == Allowed {
		return j.take(at, r)
	}
	return j.asks(at, s, mode.W)
}

func (j *judge) setsUser() bool {
	return j.q.Action == ChangingOwner && j.q.With.UID != ident.NoUID
}

func (j *judge) setsGroup() bool {
	return (j.q.Action == ChangingOwner || j.q.Action == ChangingGroup) && j.q.With.GID != ident.NoGID
}

// nameable is make_kuid and make_kgid of chown_common: an id that the caller's
// namespace does not map cannot be asked for.
func (j *judge) nameable() bool {
	if j.setsUser() && !j.c.Namespace.MapsUser(j.q.With.UID) || j.setsGroup() && !j.c.Namespace.MapsGroup(j.q.With.GID) {
		return j.refuse(j.here.atObject(), eINVAL, UnmappedWanted)
	}
	return true
}

// chown is the rest of notify_change for a new owner and group, and the part of
// setattr_prepare about them.
func (j *judge) chown() {
	at, s := j.here.atObject(), j.here.object
	if !j.storable() {
		return
	}
	if j.setsUser() && !j.take(at, j.mayGiveUser(s)) {
		return
	}
	if j.setsGroup() && !j.take(at, j.mayGiveGroup(s)) {
		return
	}
	if j.losesSetID(s) {
		// ATTR_KILL_SUID and ATTR_KILL_SGID turn into a change of mode.
		r := j.ownership(s)
		if r.answer == Denied {
			r.reason.Rule = SetIDKept
		}
		j.take(at, r)
	}
}

// storable: the file system must be able to hold the new ids.
func (j *judge) storable() bool {
	m := j.here.object.Mount
	if m == nil || !m.Idmapped && m.Owner.IsInitial() {
		return true
	}
	c := Caller{Subject: ident.Subject{UID: j.here.object.Entry.UID, GID: j.here.object.Entry.GID}}
	if j.setsUser() {
		c.UID = j.q.With.UID
	}
	if j.setsGroup() {
		c.GID = j.q.With.GID
	}
	r := canOwn(&c, m)
	if r.answer == Denied {
		r.reason.Rule = UnmappedWanted
	}
	return r.answer == Allowed || j.take(j.here.atObject(), r)
}

// mayGiveUser is chown_ok.
func (j *judge) mayGiveUser(s *Step) ruling {
	switch {
	case owns(j.c, s) && j.q.With.UID == s.Entry.UID:
		return allowed(Reason{Rule: Ownership, ID: uint32(s.Entry.UID)})
	case s.UnmappedUser:
		return j.over(s, ident.CapChown)
	}
	return j.privilege(s, ident.CapChown)
}

// mayGiveGroup is chgrp_ok.
func (j *judge) mayGiveGroup(s *Step) ruling {
	own := owns(j.c, s)
	kept := j.q.With.GID == s.Entry.GID && !s.UnmappedGroup && s.Group != Hidden
	switch {
	case own && (kept || j.c.InGroup(j.q.With.GID)):
		return allowed(Reason{Rule: Ownership, ID: uint32(s.Entry.UID)})
	case s.UnmappedGroup && j.c.Has(ident.CapChown):
		return j.over(s, ident.CapChown)
	}
	r := j.privilege(s, ident.CapChown)
	if r.answer == Denied && own {
		r.reason = Reason{Rule: NotMember, ID: uint32(j.q.With.GID)}
	}
	return r
}

// losesSetID is ATTR_KILL_SUID and setattr_should_drop_sgid: whether a new owner
// takes set-id bits away.
func (j *judge) losesSetID(s *Step) bool {
	m := s.Entry.Mode
	switch {
	case s.Entry.Kind == mode.Directory:
		return false
	case m&mode.SetUID != 0:
		return true
	case m&mode.SetGID == 0:
		return false
	case m&mode.GroupExecute != 0:
		return true
	}
	return !j.member(s) && !(j.c.Has(ident.CapFSetID) && j.reaches(s) == Allowed)
}

// member is vfsgid_in_group_p of the object's group.
func (j *judge) member(s *Step) bool {
	return !s.UnmappedGroup && s.Group != Hidden && j.c.InGroup(s.Entry.GID)
}

// setAttribute is setxattr(2).
func (j *judge) setAttribute() {
	at, s := j.here.atObject(), j.here.object
	if !j.wantWrite(at, s) {
		return
	}
	name := j.q.With.Attr
	switch {
	case j.q.Action == SettingACL, name == acl.AccessXattr, name == acl.DefaultXattr:
		j.setList(name)
	case name == "security.capability":
		// cap_convert_nscap comes before everything else.
		if j.take(at, j.privilege(s, ident.CapSetFCap)) && j.rootStorable() {
			j.writableAttributes()
		}
	case j.writableAttributes():
		j.attributePermission(name)
	}
}

// rootStorable: capabilities are stored with the root of the caller's namespace,
// which the mount must be able to hold.
func (j *judge) rootStorable() bool {
	at, m := j.here.atObject(), j.here.object.Mount
	root, known := j.c.Namespace.Root()
	switch {
	case !known:
		return j.refuse(at, eINVAL, UnmappedCaller)
	case m == nil || !m.Idmapped:
		return true
	case m.Users == nil:
		return j.take(at, unknown(MountFacts, Reason{Rule: UnmappedCaller}))
	case !within(m.Users, uint32(root)):
		return j.refuse(at, eINVAL, UnmappedCaller)
	}
	return true
}

// writableAttributes is may_write_xattr.
func (j *judge) writableAttributes() bool {
	at, s := j.here.atObject(), j.here.object
	if r := flagged(s, entry.Immutable|entry.AppendOnly); r.answer != Allowed && !j.take(at, r) {
		return false
	}
	if s.UnmappedUser || s.UnmappedGroup {
		return j.refuse(at, ePERM, UnmappedOwner)
	}
	return true
}

// attributePermission is the rest of xattr_permission, and of cap_inode_setxattr.
func (j *judge) attributePermission(name string) {
	at, s := j.here.atObject(), j.here.object
	space, _, _ := strings.Cut(name, ".")
	switch space {
	case "security":
		j.take(at, j.over(s, ident.CapSysAdmin))
	case "trusted":
		j.take(at, j.everywhere(ident.CapSysAdmin))
	case "user", "":
		j.userAttribute()
	case "system":
		j.refuse(at, eOPNOTSUPP, WrongName)
	default:
		if j.asks(at, s, mode.W) {
			j.refuse(at, eOPNOTSUPP, WrongName)
		}
	}
}

func (j *judge) userAttribute() {
	at, s := j.here.atObject(), j.here.object
	kind := s.Entry.Kind
	if kind != mode.Regular && kind != mode.Directory {
		j.refuse(at, ePERM, WrongKind)
		return
	}
	if kind == mode.Directory && s.Entry.Mode&mode.Sticky != 0 {
		r := j.ownership(s)
		if r.answer == Denied {
			r.reason.Rule = StickyDirectory
		}
		if !j.take(at, r) {
			return
		}
	}
	j.asks(at, s, mode.W)
}

// setList is vfs_set_acl and set_posix_acl.
func (j *judge) setList(name string) {
	at, s := j.here.atObject(), j.here.object
	if !j.writableAttributes() {
		return
	}
	switch {
	case s.Entry.Kind == mode.Symlink:
		j.refuse(at, eOPNOTSUPP, WrongKind)
	case name == acl.DefaultXattr && s.Entry.Kind != mode.Directory:
		j.refuse(at, eACCES, WrongKind)
	default:
		j.take(at, j.ownership(s))
	}
}
