package access

import (
	"ward/acl"
	"ward/ident"
	"ward/mode"
)

// The calls that programs make on what they have created. A refused call leaves
// everything as it was.

// chmod is chmod_common: the mask follows the group bits, and setgid for a foreign
// group falls silently. Whoever made an object owns it, unless he gave it away.
func (d *draft) chmod(m mode.Mode) bool {
	if !d.owns() {
		return false
	}
	if m&mode.SetGID != 0 && !d.place.keepsSetgid(d.State.GID) {
		d.note(SetgidRefused, mode.SetGID, uint32(d.State.GID))
		m &^= mode.SetGID
	}
	d.State.ACL, d.State.Mode = d.State.ACL.WithMode(m), m
	return true
}

func (d *draft) owns() bool {
	return d.place.Caller.UID == d.State.UID || d.place.Caller.Has(ident.CapFOwner)
}

// setList is posix_acl_update_mode: the nine bits follow the list, and setgid for a
// foreign group falls.
func (d *draft) setList(l acl.List) bool {
	if !d.owns() {
		return false
	}
	m := d.State.Mode
	if m&mode.SetGID != 0 && !d.place.keepsSetgid(d.State.GID) {
		d.note(SetgidRefused, mode.SetGID, uint32(d.State.GID))
		m &^= mode.SetGID
	}
	d.State.ACL, d.State.Mode = l.Fold(m)
	return true
}

// chown is chown_common: root may everything; an owner may give his object to a
// group of his own. On what is no directory setuid falls, and setgid where it
// counts or the caller is not in the group that it was for.
func (d *draft) chown(uid ident.UID, gid ident.GID) bool {
	if !d.mayGive(uid, gid) {
		return false
	}
	if d.Kind != mode.Directory {
		fall := mode.SetUID
		if d.State.Mode&mode.GroupExecute != 0 || !d.place.keepsSetgid(d.State.GID) {
			fall |= mode.SetGID
		}
		d.State.Mode &^= fall
		d.State.Caps = ""
	}
	if uid != ident.NoUID {
		d.State.UID = uid
	}
	if gid != ident.NoGID {
		d.State.GID = gid
	}
	return true
}

// mayGive is chown_ok and chgrp_ok in fs/attr.c.
func (d *draft) mayGive(uid ident.UID, gid ident.GID) bool {
	c := d.place.Caller
	if c.Has(ident.CapChown) {
		return true
	}
	if c.UID != d.State.UID {
		return false
	}
	user := uid == ident.NoUID || uid == d.State.UID
	group := gid == ident.NoGID || gid == d.State.GID || c.InGroup(gid)
	return user && group
}

// written is what a write, or a truncation, of an object that is there does to it
// (setattr_should_drop_suidgid): whoever lacks CAP_FSETID takes set-id bits away,
// and everybody the file capabilities.
func (d *draft) written() {
	if d.State.Caps != "" {
		d.State.Caps = ""
		d.note(CapsCleared, 0, 0)
	}
	if d.place.Caller.Has(ident.CapFSetID) {
		return
	}
	fall := d.State.Mode & mode.SetUID
	if d.State.Mode&mode.GroupExecute != 0 || !d.place.Caller.InGroup(d.State.GID) {
		fall |= d.State.Mode & mode.SetGID
	}
	if fall != 0 {
		d.State.Mode &^= fall
		d.note(WriteCleared, fall, 0)
	}
}
