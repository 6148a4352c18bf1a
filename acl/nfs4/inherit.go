package nfs4

import (
	"fmt"

	"ward/mode"
)

// ACLInherit is the property aclinherit of a ZFS file system: what new objects get
// of the entries of their directory.
type ACLInherit uint8

// The ways. Restricted is the default.
const (
	InheritRestricted   ACLInherit = iota // entries allow neither to write the list nor to take the object
	InheritDiscard                        // nothing
	InheritNoAllow                        // entries that deny
	InheritPassthrough                    // everything; the mode may come from the entries
	InheritPassthroughX                   // the same, with x only for programs
)

// String is the word that zfs(8) uses.
func (i ACLInherit) String() string {
	if i > InheritPassthroughX {
		return fmt.Sprintf("aclinherit %d", uint8(i))
	}
	return [...]string{"restricted", "discard", "noallow", "passthrough", "passthrough-x"}[i]
}

// Creation is how an object is made. The zero values of Inherit and Mode are the
// defaults of ZFS.
type Creation struct {
	Mode    mode.Mode // as asked for, less the umask
	Object  Object    // what is made: its kind, owner and group, and whose rules
	Inherit ACLInherit
	ACLMode ACLMode
}

// Handed is the entries that an object of the kind k gets from a directory with
// this list, before anything is taken away from them: a file those for files, a
// directory those for directories, and those for files to hand them on; what is not
// handed on further loses its flags; each is marked as inherited (RFC 8881, section
// 6.4.3.2).
func (a ACL) Handed(k mode.Kind) []Entry {
	dir := k == mode.Directory
	var es []Entry
	for _, e := range a.Entries {
		if e.reaches(dir) {
			e.Flags = e.Flags.handed(dir)
			es = append(es, e)
		}
	}
	return es
}

// reaches reports whether a new object gets the entry (zfs_ace_can_use). An entry
// for files alone that is not handed on reaches no directory.
func (e Entry) reaches(dir bool) bool {
	switch {
	case dir && e.Flags&DirectoryInherit != 0:
		return true
	case e.Flags&FileInherit != 0:
		return !dir || e.Flags&NoPropagate == 0
	}
	return false
}

func (f Flags) handed(dir bool) Flags {
	f |= Inherited
	switch {
	case !dir || f&NoPropagate != 0:
		return f &^ inheritance
	case f&DirectoryInherit == 0:
		return f | InheritOnly
	}
	return f &^ InheritOnly
}

// Create is the list and the mode of a new object in a directory with this list
// (zfs_acl_ids_create and zfs_acl_inherit; for FreeBSDRules, which knows neither
// property, acl_nfs4_compute_inherited_acl_psarc).
func (a ACL) Create(c Creation) (ACL, mode.Mode) {
	if c.Object.Rules == FreeBSDRules {
		return a.createFreeBSD(c)
	}
	given, honourMode := a.handedZFS(c)
	if !a.hands() {
		return FromMode(c.Mode, c.Object.Kind, ZFS), c.Mode
	}
	made := ACL{Entries: given}
	if honourMode {
		t := trivialMasks(c.Mode, c.Object.Kind, ZFS)
		trim := c.ACLMode == ModeGroupMask && c.Inherit != InheritPassthrough && c.Inherit != InheritPassthroughX
		made.Entries = t.before()
		for _, e := range given {
			made.Entries = append(made.Entries, e.trimmed(t.group, trim))
		}
		made.Entries = append(made.Entries, t.after()...)
	}
	o := c.Object
	o.Rules = ZFS
	return made, c.Mode&mode.Special | made.Mode(o)
}

// hands reports whether the directory has anything to hand down.
func (a ACL) hands() bool {
	for _, e := range a.Entries {
		if e.Flags&(FileInherit|DirectoryInherit) != 0 {
			return true
		}
	}
	return false
}

// handedZFS is the entries by the property aclinherit, and whether the mode that was
// asked for counts: with passthrough entries for OWNER@, GROUP@ or EVERYONE@ take its
// place, and with aclmode=restricted any entries do.
func (a ACL) handedZFS(c Creation) (es []Entry, honourMode bool) {
	honourMode = true
	k := c.Object.Kind
	if c.Inherit == InheritDiscard || k == mode.Symlink {
		return nil, honourMode
	}
	through := c.Inherit == InheritPassthrough || c.Inherit == InheritPassthroughX
	for _, e := range (ACL{Entries: a.deciding()}).Handed(k) {
		if c.Inherit == InheritNoAllow && e.Type == Allow {
			continue
		}
		counts := k == mode.Regular || k == mode.Directory && e.Flags&InheritOnly == 0
		if through && counts && e.Who.Class >= Owner && e.Who.Class <= Everyone {
			honourMode = false
		}
		es = append(es, e.restricted(c))
	}
	return es, honourMode && (c.ACLMode != ModeRestricted || len(es) == 0)
}

// deciding is the entries of the four types there are.
func (a ACL) deciding() []Entry {
	var es []Entry
	for _, e := range a.Entries {
		if e.Type <= Alarm {
			es = append(es, e)
		}
	}
	return es
}

func (e Entry) restricted(c Creation) Entry {
	switch {
	case e.Type != Allow:
	case c.Inherit == InheritRestricted:
		e.Rights &^= WriteACL | WriteOwner
	case c.Inherit == InheritPassthroughX && c.Object.Kind != mode.Directory && c.Mode&mode.Execute == 0:
		e.Rights &^= Execute
	}
	return e
}

// createFreeBSD hands named entries down, between those of the mode.
func (a ACL) createFreeBSD(c Creation) (ACL, mode.Mode) {
	t := trivialMasks(c.Mode, c.Object.Kind, FreeBSDRules)
	es := t.before()
	for _, e := range a.Handed(c.Object.Kind) {
		if e.Who.Class == Owner || e.Who.Class == Group || e.Who.Class == Everyone {
			continue
		}
		es = append(es, e.limited(c.Mode))
	}
	made := ACL{Entries: append(es, t.after()...)}
	return made, c.Mode&mode.Special | made.Mode(c.Object)
}

// limited takes from an inherited entry what never is inherited, and what the
// group's bits do not allow (acl_nfs4_inherit_entries).
func (e Entry) limited(m mode.Mode) Entry {
	if e.Type != Allow || e.Flags&InheritOnly != 0 {
		return e
	}
	e.Rights &^= WriteACL | WriteOwner | WriteXattr | WriteAttributes
	e.Rights &^= modeBits &^ classMask(m.Group(), WriteData|AppendData)
	return e
}
