package access

import (
	"strings"

	"ward/entry"
	"ward/ident"
	"ward/mode"
)

// permission is inode_permission: the file system, the flags and the owners, then
// bits, list and capabilities.
func (j *judge) permission(s *Step, want mode.Rights) ruling {
	e := &s.Entry
	if e.Known&entry.Stat == 0 {
		return unknown(entry.Stat, Reason{Rule: NotSeen})
	}
	if m := s.Mount; m != nil {
		switch {
		case m.Private && (m.PrivateUser != j.c.UID || m.PrivateGroup != j.c.GID):
			return ruling{reason: Reason{Rule: PrivateMount, ID: uint32(m.PrivateUser)}, errno: eACCES, answer: Denied}
		case m.ServerDecides:
			return unknown(MountFacts, Reason{Rule: ServerDecides})
		}
	}
	var missing entry.Facts
	if want&mode.W != 0 {
		r := writable(s)
		if r.answer == Denied {
			return r
		}
		missing = r.missing
	}
	return j.generic(s, want).provided(missing)
}

// writable is what sb_permission and inode_permission ask before bits, for writing.
func writable(s *Step) ruling {
	var missing entry.Facts
	switch e := &s.Entry; {
	case s.Mount == nil:
		missing = MountFacts
	case s.Mount.SuperReadOnly && held(e.Kind):
		return denied(eROFS, ReadOnlyFileSystem)
	}
	missing |= unflagged(s)
	switch {
	case s.Entry.Flags&entry.Immutable != 0:
		return ruling{reason: Reason{Rule: ImmutableFlag, Rights: mode.R | mode.X}, errno: ePERM, answer: Denied}
	case s.UnmappedUser || s.UnmappedGroup:
		return denied(eACCES, UnmappedOwner)
	case missing != 0:
		return unknown(missing, Reason{Rule: NotSeen})
	}
	return allowed(Reason{Rule: NothingAsked})
}

// held: writing to the others changes nothing on the file system.
func held(k mode.Kind) bool {
	return k == mode.Regular || k == mode.Directory || k == mode.Symlink
}

// unflagged is Attributes where the flags are not known. Only regular files and
// directories have any that matter, as far as ward and statx(2) tell.
func unflagged(s *Step) entry.Facts {
	if s.Entry.Known&entry.Attributes != 0 || !held(s.Entry.Kind) || s.Entry.Kind == mode.Symlink {
		return 0
	}
	return entry.Attributes
}

// generic is generic_permission.
func (j *judge) generic(s *Step, want mode.Rights) ruling {
	e := &s.Entry
	why, sure := j.bits(s, want)
	if want&^why.Rights == 0 && sure {
		return allowed(why)
	}
	by, can := j.overrides(s, want)
	switch {
	case can == Allowed:
		return allowed(by)
	case !sure && couldAllow(e, want):
		return unknown(entry.AccessACL, Reason{Rule: NotSeen})
	case can == Unknown:
		return unknown(entry.Stat, by)
	}
	return ruling{reason: why, errno: eACCES, answer: Denied}
}

// bits is acl_permission_check. It is not sure where a list that is not known could
// say otherwise.
func (j *judge) bits(s *Step, want mode.Rights) (why Reason, sure bool) {
	e := &s.Entry
	if s.UnmappedUser || s.UnmappedGroup || s.User != Plain || s.Group != Plain {
		return j.bitsOfHidden(s, want)
	}
	listKnown := e.Known&entry.AccessACL != 0 || e.Mode&0o070 == 0 || e.Kind == mode.Symlink || j.c.UID == e.UID
	return discretionary(&j.c.Subject, &e.State, want), listKnown
}

// bitsOfHidden compares with ids that nobody has where the true ones are not known.
func (j *judge) bitsOfHidden(s *Step, want mode.Rights) (Reason, bool) {
	st := s.Entry.State
	if s.UnmappedUser || s.User == Hidden {
		st.UID = ident.NoUID
	}
	if s.UnmappedGroup || s.Group == Hidden {
		st.GID = ident.NoGID
	}
	known := s.Entry.Known&entry.AccessACL != 0 || st.Mode&0o070 == 0 || j.c.UID == st.UID
	return discretionary(&j.c.Subject, &st, want), known
}

// couldAllow: some list with this mask, or the others' bits, would grant it all.
func couldAllow(e *entry.Entry, want mode.Rights) bool {
	return want&^e.Mode.Group() == 0 || want&^e.Mode.Other() == 0
}

// overrides is the part of generic_permission that capabilities decide, which must
// hold in a namespace that maps both of the object's ids.
func (j *judge) overrides(s *Step, want mode.Rights) (Reason, Answer) {
	if j.c.Caps == 0 {
		return Reason{}, Denied
	}
	by, can := overrides(j.c.Caps, s.Entry.Mode, s.Entry.Kind, want)
	if !can {
		return Reason{}, Denied
	}
	return by, j.reaches(s)
}

// reaches is privileged_wrt_inode_uidgid: capabilities count only for objects
// whose owner and group the caller's namespace maps.
func (j *judge) reaches(s *Step) Answer {
	return both(j.mapsUser(s), j.mapsGroup(s))
}

func (j *judge) mapsUser(s *Step) Answer {
	switch {
	case s.UnmappedUser || s.User == Hidden || !j.c.Namespace.MapsUser(s.Entry.UID):
		return Denied
	case s.User == Doubtful:
		return Unknown
	}
	return Allowed
}

func (j *judge) mapsGroup(s *Step) Answer {
	switch {
	case s.UnmappedGroup || s.Group == Hidden || !j.c.Namespace.MapsGroup(s.Entry.GID):
		return Denied
	case s.Group == Doubtful:
		return Unknown
	}
	return Allowed
}

func both(a, b Answer) Answer {
	switch {
	case a == Denied || b == Denied:
		return Denied
	case a == Unknown || b == Unknown:
		return Unknown
	}
	return Allowed
}

// owns is vfsuid_eq_kuid(owner, fsuid).
func owns(c *Caller, s *Step) bool {
	return s.Entry.UID == c.UID && !s.UnmappedUser && s.User != Hidden
}

// sameOwner compares two owners; ids that are not valid are nobody's.
func sameOwner(a, b *Step) bool {
	return a.Entry.UID == b.Entry.UID && !a.UnmappedUser && !b.UnmappedUser
}

// ownership is inode_owner_or_capable.
func (j *judge) ownership(s *Step) ruling {
	if owns(j.c, s) {
		return allowed(Reason{Rule: Ownership, ID: uint32(s.Entry.UID)})
	}
	if !j.c.Has(ident.CapFOwner) {
		return ruling{reason: Reason{Rule: NotOwner, ID: uint32(s.Entry.UID)}, errno: ePERM, answer: Denied}
	}
	switch j.mapsUser(s) {
	case Allowed:
		return allowed(Reason{Rule: Privilege, ID: uint32(ident.CapFOwner)})
	case Unknown:
		return unknown(entry.Stat, Reason{Rule: NotSeen})
	}
	return denied(ePERM, UnmappedOwner)
}

// privilege is capable_wrt_inode_uidgid.
func (j *judge) privilege(s *Step, c capability) ruling {
	if !j.c.Has(c) {
		return lacks(c)
	}
	switch j.reaches(s) {
	case Allowed:
		return allowed(Reason{Rule: Privilege, ID: uint32(c)})
	case Unknown:
		return unknown(entry.Stat, Reason{Rule: NotSeen})
	}
	return denied(ePERM, UnmappedOwner)
}

// everywhere is capable: the capability must hold in the initial namespace.
func (j *judge) everywhere(c capability) ruling {
	if j.c.Has(c) && j.c.Namespace.IsInitial() {
		return allowed(Reason{Rule: Privilege, ID: uint32(c)})
	}
	return lacks(c)
}

// over is ns_capable for the namespace that mounted the file system.
func (j *judge) over(s *Step, c capability) ruling {
	switch m := s.Mount; {
	case !j.c.Has(c):
		return lacks(c)
	case j.c.Namespace.IsInitial():
		return allowed(Reason{Rule: Privilege, ID: uint32(c)})
	case m == nil:
		return unknown(MountFacts, Reason{Rule: NotSeen})
	case m.Owner == nil && mountedByUsers(m.FSType):
		return unknown(MountFacts, Reason{Rule: NotSeen})
	case m.Owner != nil && m.Owner.Equal(j.c.Namespace):
		return allowed(Reason{Rule: Privilege, ID: uint32(c)})
	}
	return lacks(c)
}

// mountedByUsers reports whether a file system of this type may have been mounted in a
// user namespace (FS_USERNS_MOUNT); all others belong to the initial one.
func mountedByUsers(fsType string) bool {
	switch fsType {
	case "tmpfs", "ramfs", "overlay", "fuse", "proc", "sysfs", "mqueue", "devpts", "cgroup", "cgroup2", "bpf", "binfmt_misc", "aufs", "shiftfs":
		return true
	}
	return strings.HasPrefix(fsType, "fuse.")
}

// wantWrite is mnt_want_write.
func (j *judge) wantWrite(where Where, s *Step) bool {
	switch {
	case s == nil || s.Mount == nil:
		return j.take(where, unknown(MountFacts, Reason{Rule: NotSeen}))
	case s.Mount.SuperReadOnly:
		return j.refuse(where, eROFS, ReadOnlyFileSystem)
	case s.Mount.ReadOnly:
		return j.refuse(where, eROFS, ReadOnlyMount)
	}
	return true
}
