package access

import (
	"cmp"
	"slices"

	"ward/acl"
	"ward/entry"
	"ward/ident"
	"ward/mode"
)

// What programs leave is modelled after those that Linux people have: GNU
// coreutils 9, GNU tar 1.34, GNU sed 4.9. Symbolic links are taken as they are.

// Copying says how cp(1) copies. The zero value is plain cp, for a directory cp -r.
type Copying struct {
	Preserve bool         // -p: mode, access list, owner and group as well
	Archive  bool         // -a: Preserve, and extended attributes with file capabilities
	Onto     *entry.Entry // the file that is there already and is overwritten; nil: none
}

// Copy is what cp leaves of a copy of from. Its lists and capabilities must be
// known where they are to be preserved.
func (p Place) Copy(from *entry.Entry, how Copying) Made {
	d := draft{place: p, Made: Made{Kind: from.Kind}}
	preserve := how.Preserve || how.Archive
	switch {
	case from.Kind == mode.Directory:
		d.copyDirectory(from, preserve)
	case from.Kind == mode.Symlink:
		d.make(mode.Permissions, p.Caller.Umask)
		if preserve {
			d.giveTo(from.UID, from.GID)
		}
	default:
		d.copyFile(from, how)
	}
	return d.Made
}

func (d *draft) copyFile(from *entry.Entry, how Copying) {
	preserve := how.Preserve || how.Archive
	switch {
	case how.Onto != nil:
		d.Kind, d.State = how.Onto.Kind, how.Onto.State
		d.note(ModeOfOld, 0, 0)
		d.written()
	case preserve: // nobody else may get in before all is set
		d.make(from.Mode&0o700, d.place.Caller.Umask)
	default:
		d.make(from.Mode&mode.Permissions, d.place.Caller.Umask)
	}
	if preserve {
		d.preserve(from, how.Onto == nil)
		d.copyCaps(from, how.Archive)
	} else if from.Caps != "" {
		d.note(CapsCleared, 0, 0)
	}
}

// preserve is set_owner and copy_acl of coreutils: where the owner cannot be
// given, set-id bits would speak for somebody else, and fall.
func (d *draft) preserve(from *entry.Entry, fresh bool) {
	m := from.Mode
	if from.Kind == mode.Directory || from.UID != d.State.UID || from.GID != d.State.GID {
		if !fresh && !d.setList(acl.FromMode(d.State.Mode&m&0o700)) {
			return
		}
		if !d.giveTo(from.UID, from.GID) && m&mode.Special != 0 {
			d.note(SpecialDropped, m&mode.Special, 0)
			m &^= mode.Special
		}
	}
	d.copyList(from, m)
}

// copyList is qcopy_acl of gnulib: a mode with special bits is set first, since a
// list cannot carry them.
func (d *draft) copyList(from *entry.Entry, m mode.Mode) {
	if m&mode.Special != 0 && !d.chmod(m) {
		return
	}
	inherited := d.State.ACL != nil
	list := sorted(from.ACL)
	if list == nil {
		list = acl.FromMode(m)
	}
	if !d.setList(list) {
		return
	}
	d.note(ModeCopied, m, 0)
	switch {
	case d.State.ACL != nil:
		d.note(ListCopied, 0, 0)
	case inherited:
		d.note(ListRemoved, 0, 0)
	}
	d.copyDefault(from)
}

func (d *draft) copyDefault(from *entry.Entry) {
	if from.Kind != mode.Directory {
		return
	}
	switch {
	case from.Default != nil:
		d.note(DefaultCopied, 0, 0)
	case d.State.Default != nil:
		d.note(DefaultRemoved, 0, 0)
	}
	d.State.Default = sorted(from.Default)
}

// sorted is a list as libacl hands it on: names in the order of their ids.
func sorted(l acl.List) acl.List {
	l = slices.Clone(l)
	slices.SortStableFunc(l, func(a, b acl.Entry) int {
		return cmp.Or(cmp.Compare(a.Tag, b.Tag), cmp.Compare(a.ID, b.ID))
	})
	return l
}

func (d *draft) copyCaps(from *entry.Entry, archive bool) {
	switch {
	case from.Caps == "":
	case archive && d.place.Caller.Has(ident.CapSetFCap):
		d.State.Caps = from.Caps
		d.note(CapsCopied, 0, 0)
	default:
		d.note(CapsCleared, 0, 0)
	}
}

// giveTo tries owner and group together, and then the group alone, as programs do
// that want to keep what they can.
func (d *draft) giveTo(uid ident.UID, gid ident.GID) bool {
	before := d.State
	if d.chown(uid, gid) {
		d.given(before.UID, before.GID)
		return true
	}
	if before.UID != uid {
		d.note(OwnerRefused, 0, uint32(uid))
	}
	if d.chown(ident.NoUID, gid) {
		d.given(before.UID, before.GID)
	} else {
		d.note(GroupRefused, 0, uint32(gid))
	}
	return false
}

func (d *draft) given(uid ident.UID, gid ident.GID) {
	if d.State.UID != uid {
		d.note(OwnerSet, 0, uint32(d.State.UID))
	}
	if d.State.GID != gid {
		d.note(GroupSet, 0, uint32(d.State.GID))
	}
}

// copyDirectory makes the directory narrow, lets its owner in while it is filled,
// and gives what was held back at the end: bits for group and others by the umask
// even where a default list had decided.
func (d *draft) copyDirectory(from *entry.Entry, preserve bool) {
	held := from.Mode & 0o022
	if preserve {
		held = from.Mode & 0o077
	}
	umask := d.place.Caller.Umask
	d.make(from.Mode&^held, umask)
	shut := d.State.Mode&0o700 != 0o700
	final := d.State.Mode
	if shut {
		d.chmod(final | 0o700)
	}
	if preserve {
		d.preserve(from, true)
		return
	}
	if held &^= umask; shut || held&^final != 0 {
		d.note(UmaskOfProgram, held, 0)
		d.chmod(final | held)
	}
}

// Installing says how install(1) installs a file.
type Installing struct {
	Mode mode.Mode // -m; its default is 0755
	UID  ident.UID // -o; ident.NoUID: the installer
	GID  ident.GID // -g; ident.NoGID: as the directory has it
}

// Install is what install leaves of a file: a new one, whatever was there. Its
// inherited list goes, and the mode is the one that was asked for.
func (p Place) Install(how Installing) Made {
	d := draft{place: p, Made: Made{Kind: mode.Regular}}
	d.make(0o600, 0)
	if d.State.ACL != nil {
		d.note(ListRemoved, 0, 0)
	}
	d.setList(acl.FromMode(0o600))
	if how.UID != ident.NoUID || how.GID != ident.NoGID {
		before := d.State
		if !d.chown(how.UID, how.GID) {
			d.refused(how.UID, how.GID)
			return d.Made
		}
		d.given(before.UID, before.GID)
	}
	d.note(ModeSet, how.Mode, 0)
	d.chmod(how.Mode)
	return d.Made
}

func (d *draft) refused(uid ident.UID, gid ident.GID) {
	if uid != ident.NoUID && uid != d.State.UID {
		d.note(OwnerRefused, 0, uint32(uid))
		return
	}
	d.note(GroupRefused, 0, uint32(gid))
}

// Move is what mv(1) leaves. On the same file system it is rename(2): nothing of
// the object changes, whatever the directory says. To another one it is copied,
// with all that can be kept, and removed.
func (p Place) Move(from *entry.Entry, sameFileSystem bool) Made {
	if sameFileSystem {
		return Made{Kind: from.Kind, State: from.State, Effects: []Effect{{By: Kept}}}
	}
	return p.Copy(from, Copying{Archive: true})
}

// Extracting says how tar(1) extracts a member. The zero value is what it does for
// those who are not root, the other two together what it does for root.
type Extracting struct {
	SamePermissions bool // -p: modes as in the archive, whatever the umask
	SameOwner       bool // --same-owner
}

// Extract is what tar leaves of a member of an archive where nothing of its name
// was. Lists and capabilities of the archive count only with options of their own
// and are not looked at.
func (p Place) Extract(member *entry.Entry, how Extracting) Made {
	d := draft{place: p, Made: Made{Kind: member.Kind}}
	umask := p.Caller.Umask
	if how.SamePermissions {
		umask = 0
	}
	ask := member.Mode & mode.Permissions
	if how.SameOwner {
		ask &= 0o700
	}
	if member.Kind == mode.Directory && p.Caller.UID != 0 {
		ask |= 0o300 // so that it can be filled
	}
	d.make(ask, umask)
	if how.SameOwner {
		before := d.State
		if !d.chown(member.UID, member.GID) {
			d.refused(member.UID, member.GID)
			return d.Made
		}
		d.given(before.UID, before.GID)
	}
	if member.Kind != mode.Symlink {
		d.finish(member.Mode, ask.Under(umask), how)
	}
	return d.Made
}

// finish sets what was held back. tar takes it for granted that a new object has
// the mode that it asked for: where a default list has made another of it, and
// nothing was held back, it stays. Only of a directory's special bits it knows that
// they may be others.
func (d *draft) finish(m, assumed mode.Mode, how Extracting) {
	if !how.SamePermissions {
		kept := d.State.Mode & mode.Special
		if special := m & mode.Special &^ kept; special != 0 {
			d.note(SpecialDropped, special, 0)
		}
		m = m.Under(d.place.Caller.Umask)&mode.Permissions | kept
		assumed |= kept
	}
	if m != assumed || how.SamePermissions && d.Kind == mode.Directory {
		d.note(ModeCopied, m, 0)
		d.chmod(m)
	}
}

// Replace is what a program leaves that writes a new file beside the old one and
// renames it over it. Most libraries make the temporary file private and leave it
// so; one that is careful sets owner, mode and list of the old file first (sed -i).
func (p Place) Replace(old *entry.Entry, careful bool) Made {
	d := draft{place: p, Made: Made{Kind: mode.Regular}}
	d.note(PrivateTemporary, 0o600, 0)
	if !careful {
		d.make(0o600, p.Caller.Umask)
		return d.Made
	}
	d.make(0o600, 0o077)
	d.giveTo(old.UID, old.GID)
	d.copyList(old, old.Mode)
	d.written() // what sed holds in its buffer goes out last
	if old.Caps != "" {
		d.note(CapsCleared, 0, 0)
	}
	return d.Made
}
