package access

import (
	"ward/acl"
	"ward/entry"
	"ward/ident"
	"ward/mode"
)

// Place is a directory in which somebody makes something. Whether the directory
// lets him is another question (Decide).
type Place struct {
	Caller *Caller
	Dir    *Step // Stat and DefaultACL of its entry must be known
}

// Made is a new object as the kernel leaves it, and what had a say in it.
type Made struct {
	Kind    mode.Kind
	State   entry.State
	Effects []Effect // in the order in which they came about
}

// Effect is what one influence did to the new object. It compares with ==.
type Effect struct {
	By   Influence
	Bits mode.Mode // that were given, or taken away
	ID   uint32    // the owner or group that was given, or that was wanted
}

// Influence is something that has a say in what a new object is like.
type Influence uint8

// The influences. Those of the kernel come first (inode_init_owner in fs/inode.c,
// vfs_prepare_mode in fs/namei.c, posix_acl_create in fs/posix_acl.c), then those
// of programs.
const (
	CallersGroup       Influence = iota + 1 // the group is the creator's
	SetgidDirectory                         // the group is the directory's, which is setgid
	GroupMount                              // the group is the directory's: the mount says grpid, as BSD has it
	SetgidPassedOn                          // a directory in a setgid directory is setgid as well
	SetgidRefused                           // setgid for a group that the creator is not in
	RequestCut                              // bits that the call does not take
	UmaskTook                               // bits of the request that the umask masks
	DefaultListDecides                      // the directory's default list: the umask does not count
	DefaultListTook                         // bits of the request that the default list does not grant
	ListInherited                           // the access list comes from the directory's default list
	DefaultInherited                        // a new directory has the default list too
	NoMode                                  // the mode of a symbolic link means nothing

	Kept             // nothing changes: the object only gets another name
	ModeOfOld        // the object that is there stays, with owner, group, mode and list
	WriteCleared     // set-id bits fall when somebody without CAP_FSETID writes
	CapsCleared      // file capabilities fall when somebody writes, or are not copied
	ModeCopied       // the program sets the source's mode
	ModeSet          // the program sets the mode that it was told
	ListCopied       // the program sets the source's access list
	ListRemoved      // the program removes the inherited list
	DefaultCopied    // the program sets the source's default list
	DefaultRemoved   // the program removes the inherited default list
	OwnerSet         // the program gives the object to ID
	OwnerRefused     // only root may give a file to ID
	GroupSet         // the program gives the object to the group ID
	GroupRefused     // the creator is not in the group ID
	SpecialDropped   // the program drops set-id bits, since the owner is another
	UmaskOfProgram   // the program takes the umask off the mode itself
	CapsCopied       // the program copies the file capabilities
	PrivateTemporary // the program makes a temporary file that nobody else can read
)

// Make is what one system call leaves: open(2) with O_CREAT for a regular file,
// mkdir(2), mknod(2), symlink(2). m is the mode that the program asks for.
func (p Place) Make(k mode.Kind, m mode.Mode) Made {
	d := draft{place: p, Made: Made{Kind: k}}
	d.make(m, p.Caller.Umask)
	return d.Made
}

// draft is an object on its way from the first call of a program to the last.
type draft struct {
	place Place
	Made
}

func (d *draft) note(by Influence, bits mode.Mode, id uint32) {
	d.Effects = append(d.Effects, Effect{By: by, Bits: bits, ID: id})
}

func (d *draft) make(m, umask mode.Mode) {
	d.State.UID = d.place.Caller.UID
	if d.Kind == mode.Symlink {
		d.State.Mode = mode.Permissions
		d.note(NoMode, 0, 0)
		d.group()
		return
	}
	d.State.Mode = d.taken(m)
	d.lists(umask)
	d.group()
}

// taken is the part of the request that the call takes (vfs_mkdir; the open flag
// is masked by build_open_flags), less the setgid that mode_strip_sgid refuses.
// That looks at the request before the umask does.
func (d *draft) taken(m mode.Mode) mode.Mode {
	m &= mode.All
	if d.Kind == mode.Directory {
		if cut := m & (mode.SetUID | mode.SetGID); cut != 0 {
			d.note(RequestCut, cut, 0)
			m &^= cut
		}
		return m
	}
	dir := &d.place.Dir.Entry
	const runsAsGroup = mode.SetGID | mode.GroupExecute
	if m&runsAsGroup == runsAsGroup && dir.Mode&mode.SetGID != 0 && !d.place.keepsSetgid(dir.GID) {
		d.note(SetgidRefused, mode.SetGID, uint32(dir.GID))
		m &^= mode.SetGID
	}
	return m
}

// keepsSetgid is in_group_or_capable. Where it is not known whether the capability
// reaches the directory it is taken not to.
func (p Place) keepsSetgid(g ident.GID) bool {
	if p.Caller.InGroup(g) {
		return true
	}
	j := judge{c: p.Caller}
	return p.Caller.Has(ident.CapFSetID) && j.reaches(p.Dir) == Allowed
}

// lists is posix_acl_create: the umask counts only without a default list.
func (d *draft) lists(umask mode.Mode) {
	def := d.place.Dir.Entry.Default
	wanted := d.State.Mode
	if len(def) == 0 {
		d.State.Mode = wanted.Under(umask)
		if took := wanted &^ d.State.Mode; took != 0 {
			d.note(UmaskTook, took, 0)
		}
		return
	}
	d.note(DefaultListDecides, 0, 0)
	d.State.ACL, d.State.Mode = under(def, wanted).Fold(wanted)
	if took := wanted &^ d.State.Mode; took != 0 {
		d.note(DefaultListTook, took, 0)
	}
	if d.State.ACL != nil {
		d.note(ListInherited, 0, 0)
	}
	if d.Kind == mode.Directory {
		d.State.Default = def
		d.note(DefaultInherited, 0, 0)
	}
}

// under is posix_acl_create_masq: what a default list leaves to an object that is
// asked for with m. The group bits limit the mask, or the owning group's entry
// where there is no mask.
func under(def acl.List, m mode.Mode) acl.List {
	_, hasMask := def.MaskRights()
	l := make(acl.List, len(def))
	for i, e := range def {
		switch {
		case e.Tag == acl.UserObj:
			e.Rights &= m.Owner()
		case e.Tag == acl.Other:
			e.Rights &= m.Other()
		case e.Tag == acl.Mask, e.Tag == acl.GroupObj && !hasMask:
			e.Rights &= m.Group()
		}
		l[i] = e
	}
	return l
}

// group is inode_init_owner, and what ext4 and xfs do instead on mounts with
// grpid: ext4 then forgets about the directory's setgid, xfs does not.
func (d *draft) group() {
	dir := d.place.Dir
	m := dir.Mount
	setgid := dir.Entry.Mode&mode.SetGID != 0
	byMount := m != nil && m.BSDGroups && !(setgid && m.FSType == "xfs")
	if !setgid && !byMount {
		d.State.GID = d.place.Caller.GID
		d.note(CallersGroup, 0, uint32(d.State.GID))
		return
	}
	d.State.GID = dir.Entry.GID
	if byMount {
		d.note(GroupMount, 0, uint32(d.State.GID))
		return
	}
	d.note(SetgidDirectory, 0, uint32(d.State.GID))
	if d.Kind == mode.Directory {
		d.State.Mode |= mode.SetGID
		d.note(SetgidPassedOn, mode.SetGID, 0)
	}
}
