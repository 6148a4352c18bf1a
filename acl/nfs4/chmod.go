package nfs4

import (
	"errors"
	"fmt"

	"ward/mode"
)

// ACLMode is the property aclmode of a ZFS file system: what chmod(2) does to the
// list of an object.
type ACLMode uint8

// The modes. FreeBSD's UFS always discards.
const (
	ModeDiscard     ACLMode = iota // the list becomes that of the mode
	ModeGroupMask                  // entries are kept, and allow no more than the group's bits
	ModePassthrough                // entries are kept as they are
	ModeRestricted                 // a list that says more than a mode is not touched: EPERM
)

// String is the word that zfs(8) uses.
func (m ACLMode) String() string {
	if m > ModeRestricted {
		return fmt.Sprintf("aclmode %d", uint8(m))
	}
	return [...]string{"discard", "groupmask", "passthrough", "restricted"}[m]
}

// ErrRestricted says that aclmode=restricted forbids chmod on an object whose list
// says more than a mode can. The system answers EPERM.
var ErrRestricted = errors.New("aclmode=restricted: the list says more than a mode, and chmod would lose it")

// Chmod is the list after chmod(m) on an object of the kind k (zfs_acl_chmod_setattr).
// Entries for OWNER@, GROUP@ and EVERYONE@ make room for those of the mode; what of
// them a directory hands down stays, for that only. It fails with ErrRestricted.
func (a ACL) Chmod(m mode.Mode, k mode.Kind, r Rules, how ACLMode) (ACL, error) {
	if how == ModeRestricted && !a.Trivial(k, r) {
		return ACL{}, ErrRestricted
	}
	if how == ModeDiscard || r == FreeBSDRules {
		return ACL{a.Flags, FromMode(m, k, r).Entries}, nil
	}
	t := trivialMasks(m, k, r)
	es := t.before()
	for _, e := range a.Entries {
		if e, kept := e.afterChmod(k); kept {
			es = append(es, e.trimmed(t.group, how == ModeGroupMask))
		}
	}
	return ACL{a.Flags, append(es, t.after()...)}, nil
}

// afterChmod is what stays of an entry, and whether anything does.
func (e Entry) afterChmod(k mode.Kind) (Entry, bool) {
	if e.Who.Class < Owner || e.Who.Class > Everyone {
		return e, true
	}
	e.Flags |= InheritOnly
	return e, k == mode.Directory && e.Flags&(FileInherit|DirectoryInherit) != 0
}

// trimmed limits what an entry allows to the group's rights.
func (e Entry) trimmed(group Rights, trim bool) Entry {
	if trim && e.Type == Allow && e.Flags&InheritOnly == 0 {
		e.Rights &= group
	}
	return e
}
