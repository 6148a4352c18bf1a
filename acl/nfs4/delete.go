package nfs4

import "ward/mode"

// Secured is an object with its list.
type Secured struct {
	ACL    ACL
	Object Object
}

func (o Secured) decide(s Subject, wanted Rights) Verdict { return o.ACL.Decide(s, wanted, o.Object) }

// explicit is what the entries alone say about one right: allowed, denied, or
// nothing.
func (o Secured) explicit(s Subject, right Rights) (allowed, denied bool, entry int) {
	w := o.ACL.walk(s, right, o.Object)
	return w.lastAllow >= 0, w.firstDeny >= 0, max(w.lastAllow, w.firstDeny)
}

// RemoveFrom says whether the subject may remove the object from the directory, by
// the rules of the directory. That the subject may enter the directory is taken for
// granted, except by FreeBSD, which asks again.
//
// RFC 8881, section 6.2.1.3.2: DELETE on the object or DELETE_CHILD on the directory
// is enough, though the other be denied; where neither list speaks of either,
// writing the directory decides, and where that is sticky the owner of one of the
// two may. FreeBSD (ufs_delete_denied) does the same, except that a denied DELETE
// changes nothing. OpenZFS on Linux (zfs_zaccess_delete) asks the object first, and
// takes what it denies for the last word; then the directory, where writing is as
// good as DELETE_CHILD.
func (o Secured) RemoveFrom(dir Secured, s Subject) Verdict {
	v := o.removeFrom(dir, s)
	if !v.Allowed && s.Privileged && v.Errno != "" {
		return Verdict{Allowed: true, Reason: ByPrivilege, Entry: -1}
	}
	return v
}

func (o Secured) removeFrom(dir Secured, s Subject) Verdict {
	switch dir.Object.Rules {
	case FreeBSDRules:
		return o.removeFreeBSD(dir, s)
	case ZFS:
		return o.removeZFS(dir, s)
	}
	return o.removeRFC(dir, s)
}

func (o Secured) removeRFC(dir Secured, s Subject) Verdict {
	ok, denied, entry := o.explicit(s, Delete)
	if ok {
		return Verdict{Allowed: true, Reason: AllowedByEntry, Entry: entry}
	}
	childOK, childDenied, childEntry := dir.explicit(s, DeleteChild)
	switch {
	case childOK:
		return Verdict{Allowed: true, Reason: AllowedByEntry, Entry: childEntry, OnParent: true}
	case denied:
		return Verdict{Reason: DeniedByEntry, Entry: entry, Missing: Delete, Errno: EACCES}
	case childDenied:
		return Verdict{Reason: DeniedByEntry, Entry: childEntry, OnParent: true, Missing: DeleteChild, Errno: EACCES}
	}
	return o.byWriteAccess(dir, s, EACCES)
}

func (o Secured) removeFreeBSD(dir Secured, s Subject) Verdict {
	if v := dir.decide(s, Execute); !v.Allowed {
		v.OnParent = true
		return v
	}
	if ok, _, entry := o.explicit(s, Delete); ok {
		return Verdict{Allowed: true, Reason: AllowedByEntry, Entry: entry}
	}
	ok, denied, entry := dir.explicit(s, DeleteChild)
	switch {
	case ok:
		return Verdict{Allowed: true, Reason: AllowedByEntry, Entry: entry, OnParent: true}
	case denied:
		return Verdict{Reason: DeniedByEntry, Entry: entry, OnParent: true, Missing: DeleteChild, Errno: EPERM}
	}
	return o.byWriteAccess(dir, s, EPERM)
}

// byWriteAccess is the rule of Unix: who may write the directory, unless it is
// sticky.
func (o Secured) byWriteAccess(dir Secured, s Subject, sticky Errno) Verdict {
	v := dir.decide(s, WriteData)
	v.OnParent = true
	if v.Allowed {
		v.Reason = ByWriteAccess
		if o.kept(dir, s) {
			return Verdict{Reason: StickyBit, Entry: -1, OnParent: true, Errno: sticky}
		}
	}
	return v
}

// kept reports whether the sticky bit keeps the object from the subject.
func (o Secured) kept(dir Secured, s Subject) bool {
	return dir.Object.Mode&mode.Sticky != 0 && s.IDs.UID != dir.Object.Owner && s.IDs.UID != o.Object.Owner
}

func (o Secured) removeZFS(dir Secured, s Subject) Verdict {
	if ok, denied, entry := o.explicit(s, Delete); ok {
		return Verdict{Allowed: true, Reason: AllowedByEntry, Entry: entry}
	} else if denied {
		return Verdict{Reason: DeniedByEntry, Entry: entry, Missing: Delete, Errno: EACCES}
	}
	w := dir.ACL.walk(s, DeleteChild|WriteData, dir.Object)
	switch {
	case w.denied != 0:
		return Verdict{Reason: DeniedByEntry, Entry: w.firstDeny, OnParent: true, Missing: w.denied, Errno: EACCES}
	case w.lastAllow < 0:
		return Verdict{Reason: NotAllowed, Entry: -1, OnParent: true, Missing: DeleteChild, Errno: EACCES}
	case o.kept(dir, s) && !o.writable(s): // zfs_sticky_remove_access
		return Verdict{Reason: StickyBit, Entry: -1, OnParent: true, Errno: EACCES}
	}
	return Verdict{Allowed: true, Reason: AllowedByEntry, Entry: w.lastAllow, OnParent: true}
}

// writable is Solaris' way round the sticky bit: who may write the file may remove it.
func (o Secured) writable(s Subject) bool {
	return o.Object.Kind == mode.Regular && o.decide(s, WriteData).Allowed
}
