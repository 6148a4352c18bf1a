package access

import (
	"slices"
	"strings"

	"ward/account"
	"ward/acl"
	"ward/entry"
	"ward/ident"
	"ward/mode"
)

// allowing are the styles in which a refusal is mended, each tried first once.
var allowing = []style{
	byEntry, byMask, byOwnBits, byClass, byGroupEntry, byJoining, byActing, byOwning, byRegrouping,
	byMoving, byOption, byFlag, byUnsticking, byCapability,
}

// completing are the styles for what is refused after that.
var completing = []style{byOwnBits, byEntry, byJoining, byOption, byFlag, byOwning}

// component is the step of a check, if its state is known and nothing but a change of
// it is in the way: a connection to a socket is a matter of who serves it, and its
// mode is not to be touched.
func (t *trial) component(c *Check) (*Step, bool) {
	s := t.step(c.Where)
	if s == nil || s.Entry.Known&entry.Stat == 0 || s.Entry.Denied&entry.AccessACL != 0 || s.Entry.Kind == mode.Symlink {
		return nil, false
	}
	if t.Action == Connecting && s.Entry.Kind == mode.Socket {
		return nil, false
	}
	return s, changeable(s)
}

// changeable reports whether somebody could change an object's state by its path: not
// where its owner or group has no id (HAS_UNMAPPED_ID), and not on what is never
// written.
func changeable(s *Step) bool {
	if s.UnmappedUser || s.UnmappedGroup || s.User == Hidden || s.Group == Hidden {
		return false
	}
	m := s.Mount
	return m == nil || !isOneOf(m.FSType, stateless) && (!m.ReadOnly && !m.SuperReadOnly || m.remountable())
}

// remountable reports whether mount(8) can make a mount writable: it gives "idmapped" to
// the kernel as an option, which knows none of that name.
func (m *Mount) remountable() bool { return !m.Idmapped && !isOneOf(m.FSType, neverWritten) }

// neverWritten are file systems that cannot be mounted for writing.
const neverWritten = "squashfs erofs cramfs romfs iso9660 efs qnx4 qnx6"

// stateless are file systems that keep no mode and owner of each file: chmod(2) and
// chown(2) are refused, or do nothing that lasts.
const stateless = "proc vfat msdos exfat ntfs fuseblk hfs"

// isOneOf reports whether a word is one of a list.
func isOneOf(word, list string) bool {
	return word != "" && slices.Contains(strings.Fields(list), word)
}

// holdsUser reports whether an id can be kept where an object lies.
func (s *Step) holdsUser(uid ident.UID) bool { return s.Mount == nil || s.Mount.holdsUser(uid) }

// holdsGroup is holdsUser for a group.
func (s *Step) holdsGroup(gid ident.GID) bool { return s.Mount == nil || s.Mount.holdsGroup(gid) }

// holdsUser: a mount with a map of ids keeps those that it shows, and a file system
// those of the namespace that mounted it.
func (m *Mount) holdsUser(uid ident.UID) bool {
	return (!m.Idmapped || within(m.Users, uint32(uid))) && (m.Owner.IsInitial() || m.Owner.MapsUser(uid))
}

func (m *Mount) holdsGroup(gid ident.GID) bool {
	return (!m.Idmapped || within(m.Groups, uint32(gid))) && (m.Owner.IsInitial() || m.Owner.MapsGroup(gid))
}

// bits is the component where bits or a list refused.
func (t *trial) refusedBits(c *Check) (*Step, bool) {
	if c.Wanted == 0 || c.Reason.Rule < OwnerBits || c.Reason.Rule > OtherBits {
		return nil, false
	}
	return t.component(c)
}

func alter(c *Check, s *Step, after entry.State) []Remedy {
	if sameState(&s.Entry.State, &after) {
		return nil
	}
	return []Remedy{{
		Does: Alter, Where: c.Where, Path: s.Path, Kind: s.Entry.Kind, Mount: s.Mount,
		Before: s.Entry.State, After: after, fixedList: s.fixedList(),
	}}
}

// byEntry gives the caller an entry of his own: on a directory of the way the right
// to search it, and nothing else.
func byEntry(t *trial, c *Check) []Remedy {
	s, ok := t.refusedBits(c)
	if !ok || owns(t.Caller, s) || !keepsLists(s) || !s.holdsUser(t.Caller.UID) {
		return nil
	}
	want := c.Wanted | ownRights(t.Caller, s)
	return alter(c, s, more(s.Entry.State, acl.User, uint32(t.Caller.UID), want))
}

// ownRights is what the caller has by bits and list: an entry of his own takes the
// place of all that.
func ownRights(c *Caller, s *Step) mode.Rights {
	who := c.Subject
	who.Caps = 0
	return Rights(who, s.Entry.State, s.Entry.Kind)
}

// keepsLists reports whether the file system has POSIX lists, and setfacl(1) can
// change that of the object.
func keepsLists(s *Step) bool {
	if s.fixedList() {
		return false
	}
	if s.Mount == nil {
		return true
	}
	switch s.Mount.FSType {
	case "vfat", "msdos", "exfat", "ntfs", "iso9660", "udf", "squashfs", "proc", "sysfs", "cgroup", "cgroup2",
		"devpts", "hugetlbfs", "mqueue", "nfs4", "cifs", "smb3", "9p", "ramfs":
		return false
	}
	return true
}

// fixedList: the object has a list of which setfacl can change no entry, and chmod no
// more than three.
func (s *Step) fixedList() bool { return s.UnmappedEntries || repeats(s.Entry.ACL) }

// repeats reports whether a list names somebody twice: the kernel takes such a list
// (posix_acl_valid), and setfacl refuses to touch it.
func repeats(l acl.List) bool {
	for i, e := range l {
		if slices.ContainsFunc(l[:i], func(o acl.Entry) bool { return o.Tag == e.Tag && o.ID == e.ID }) {
			return true
		}
	}
	return false
}

// byMask raises the mask where it cuts what the caller's entries have, and with it
// everybody else's.
func byMask(t *trial, c *Check) []Remedy {
	s, ok := t.refusedBits(c)
	if !ok || owns(t.Caller, s) || len(s.Entry.ACL) == 0 {
		return nil
	}
	mask, ok := s.Entry.ACL.MaskRights()
	if !ok || mask&c.Wanted == c.Wanted {
		return nil
	}
	if s.fixedList() {
		return alter(c, s, withMode(s.Entry.State, s.Entry.Mode|mode.Mode(c.Wanted)<<3))
	}
	list := slices.DeleteFunc(slices.Clone(s.Entry.ACL), func(e acl.Entry) bool { return e.Tag == acl.Mask })
	list = append(list, acl.Entry{Tag: acl.Mask, ID: acl.NoID, Rights: mask | c.Wanted})
	return alter(c, s, stored(s.Entry.State, list))
}

// byOwnBits gives the owner what his bits refuse him.
func byOwnBits(t *trial, c *Check) []Remedy {
	s, ok := t.refusedBits(c)
	if !ok || !owns(t.Caller, s) {
		return nil
	}
	return alter(c, s, withMode(s.Entry.State, s.Entry.Mode|mode.Mode(c.Wanted)<<6))
}

// byClass gives the class that decided what it lacks: the group of the object, a
// named group, or all others, who never get to write.
func byClass(t *trial, c *Check) []Remedy {
	s, ok := t.refusedBits(c)
	if !ok {
		return nil
	}
	st := s.Entry.State
	switch c.Reason.Rule {
	case OwningGroup:
		if len(st.ACL) == 0 {
			return alter(c, s, withMode(st, st.Mode|mode.Mode(c.Wanted)<<3))
		}
		if s.fixedList() {
			return nil
		}
		return alter(c, s, more(st, acl.GroupObj, acl.NoID, c.Wanted))
	case NamedGroup:
		if s.fixedList() {
			return nil
		}
		return alter(c, s, more(st, acl.Group, c.Reason.ID, c.Wanted))
	case OtherBits:
		private := s.Entry.Kind != mode.Directory && st.Mode.Other() == 0 // somebody meant it to be
		if c.Wanted&mode.W == 0 && !private {
			return alter(c, s, withMode(st, st.Mode|mode.Mode(c.Wanted)))
		}
	}
	return nil
}

// more is the state in which an entry has the rights besides its own.
func more(st entry.State, tag acl.Tag, id uint32, want mode.Rights) entry.State {
	rights, _ := listOf(&st).Find(tag, id)
	return raised(st, acl.Entry{Tag: tag, ID: id, Rights: rights | want}, want)
}

// byGroupEntry gives the caller's first group an entry.
func byGroupEntry(t *trial, c *Check) []Remedy {
	s, ok := t.refusedBits(c)
	if !ok || owns(t.Caller, s) || !keepsLists(s) || t.Caller.GID == s.Entry.GID || t.Caller.GID == ident.NoGID || !s.holdsGroup(t.Caller.GID) {
		return nil
	}
	// An entry takes the place of what its members have as others.
	want := c.Wanted | s.Entry.Mode.Other()
	return alter(c, s, more(s.Entry.State, acl.Group, uint32(t.Caller.GID), want))
}

// byJoining makes the caller a member of a group that has what he lacks. A process
// whose user is a member already only has to hear of it.
func byJoining(t *trial, c *Check) []Remedy {
	s := t.step(c.Where)
	if s == nil || c.Wanted == 0 && c.Reason.Rule != NotMember || s.Entry.Denied&entry.AccessACL != 0 {
		return nil
	}
	var list []Remedy
	for _, gid := range groupsWith(s, c) {
		if t.Caller.InGroup(gid) || !t.Caller.Namespace.MapsGroup(gid) { // setgroups(2) takes no others
			continue
		}
		does := Join
		if t.crowd.member(t.Caller.UID, gid) {
			does = Relogin
		}
		list = append(list, Remedy{Does: does, Where: c.Where, GID: gid, UID: t.Caller.UID, Path: s.Path})
	}
	return list
}

// groupsWith are the groups that have what a check wants.
func groupsWith(s *Step, c *Check) (gids []ident.GID) {
	if c.Reason.Rule == NotMember {
		return []ident.GID{ident.GID(c.Reason.ID)}
	}
	list := listOf(&s.Entry.State)
	for _, e := range list {
		gid := ident.GID(e.ID)
		switch {
		case e.Tag == acl.GroupObj:
			gid = s.Entry.GID
		case e.Tag != acl.Group:
			continue
		}
		if c.Wanted&^list.Effective(e) == 0 && gid != 0 { // root's group opens far more than anybody wants
			gids = append(gids, gid)
		}
	}
	return gids
}

// member reports whether the database has the user in the group.
func (c *Crowd) member(uid ident.UID, gid ident.GID) bool {
	return c.Accounts != nil && c.Accounts.Subject(uid).InGroup(gid)
}

// byActing lets the caller act as the one whose the object is, where nobody else
// may: to do in one name what belongs together.
func byActing(t *trial, c *Check) []Remedy {
	s := t.step(c.Where)
	if s == nil || c.Wanted != 0 {
		return nil
	}
	var owner ident.UID
	switch c.Reason.Rule {
	case NotOwner, StickyDirectory, ProtectedSymlink, ProtectedHardlink, ProtectedFIFO, ProtectedRegular, SetIDKept:
		owner = s.Entry.UID
	case NoPrivilege, NotMember:
		owner = 0
	default:
		return nil
	}
	if owner == t.Caller.UID || s.UnmappedUser || s.User != Plain || t.crowd.Accounts.KnowsUser(owner) == account.No {
		return nil
	}
	who := t.crowd.Accounts.Subject(owner)
	ns := t.Caller.Namespace
	if !ns.MapsUser(owner) || !ns.MapsGroup(who.GID) {
		return nil // nobody is that in there
	}
	who.Groups = slices.DeleteFunc(slices.Clone(who.Groups), func(g ident.GID) bool { return !ns.MapsGroup(g) })
	return []Remedy{{Does: ActAs, Where: c.Where, UID: owner, Path: s.Path, subject: who}}
}

// byOwning makes the object the caller's: not a directory on the way to it, whose
// owner rules over far more.
func byOwning(t *trial, c *Check) []Remedy {
	s, ok := t.component(c)
	if !ok || t.Caller.UID == s.Entry.UID || !s.holdsUser(t.Caller.UID) || !t.isObject(c.Where) || protects(c.Reason.Rule) {
		return nil
	}
	after := s.Entry.State
	after.UID = t.Caller.UID
	if s.Entry.Kind != mode.Directory { // chown(2) clears them
		after.Mode &^= mode.SetUID
		if after.Mode&mode.GroupExecute != 0 {
			after.Mode &^= mode.SetGID
		}
		after.Caps = ""
	}
	return alter(c, s, after)
}

// protects: the rule guards against what others put into shared directories. What
// they put there is not adopted.
func protects(r Rule) bool {
	return r == ProtectedSymlink || r == ProtectedHardlink || r == ProtectedFIFO || r == ProtectedRegular
}

// isObject reports whether a place is an object that the question is about: not
// what runs a program, which runs many others.
func (t *trial) isObject(at Where) bool {
	w := t.way(at.Way)
	return w != nil && at.Way < interpreters && w.Object() != nil && at.Step == len(w.Steps)-1
}

// byRegrouping gives the object to the caller's first group, if that has the rights
// then.
func byRegrouping(t *trial, c *Check) []Remedy {
	s, ok := t.refusedBits(c)
	if !ok || !t.isObject(c.Where) || owns(t.Caller, s) || s.Entry.Mode&(mode.SetUID|mode.SetGID) != 0 || t.Caller.GID == ident.NoGID || !s.holdsGroup(t.Caller.GID) {
		return nil
	}
	after := s.Entry.State
	after.GID = t.Caller.GID
	return alter(c, s, after)
}

// byMoving has the object lie where nothing stands against it.
func byMoving(t *trial, c *Check) []Remedy {
	switch c.Reason.Rule {
	case NoExecMount, ProtectedRegular, ProtectedFIFO, ReadOnlyMount, ReadOnlyFileSystem, NoDevMount:
	default:
		return nil
	}
	var list []Remedy
	for _, w := range t.crowd.Places {
		if n := len(w.Steps); n > 0 && w.Broken == "" {
			r := Remedy{Does: MoveTo, Where: c.Where, Path: w.Steps[n-1].Path, place: w}
			if w.Missing != "" {
				r.Path = joined(w.Steps[n-1].Path, w.Missing)
			}
			list = append(list, r)
		}
	}
	return list
}

func joined(dir, name string) string {
	if dir == "/" {
		return dir + name
	}
	return dir + "/" + name
}

// byOption takes the option off a mount that refuses.
func byOption(t *trial, c *Check) []Remedy {
	s := t.step(c.Where)
	if s == nil || s.Mount == nil {
		return nil
	}
	var option string
	switch c.Reason.Rule {
	case ReadOnlyMount, ReadOnlyFileSystem:
		option = "rw"
	case NoExecMount:
		option = "exec"
	case NoDevMount:
		option = "dev"
	case NoSymlinkMount:
		option = "symfollow"
	default:
		return nil
	}
	if !s.Mount.remountable() {
		return nil
	}
	return []Remedy{{Does: Remount, Where: c.Where, Path: s.Mount.Point, Mount: s.Mount, Options: option}}
}

// byFlag takes the flag off that somebody once put on.
func byFlag(t *trial, c *Check) []Remedy {
	s := t.step(c.Where)
	if s == nil || c.Reason.Rule != ImmutableFlag && c.Reason.Rule != AppendOnlyFlag {
		return nil
	}
	after := s.Entry.State
	after.Flags &^= entry.Immutable
	if c.Reason.Rule == AppendOnlyFlag {
		after.Flags &^= entry.AppendOnly
	}
	return alter(c, s, after)
}

// byUnsticking lets all who may write to a directory delete what others own, where
// these are not all the world.
func byUnsticking(t *trial, c *Check) []Remedy {
	victim := t.step(c.Where)
	if victim == nil || c.Reason.Rule != StickyDirectory || victim.Parent < 0 {
		return nil
	}
	at := Where{c.Where.Way, victim.Parent}
	dir := t.step(at)
	if dir.Entry.Mode&mode.OtherWrite != 0 {
		return nil
	}
	return alter(&Check{Where: at}, dir, withMode(dir.Entry.State, dir.Entry.Mode&^mode.Sticky))
}

// byCapability gives the caller the one capability that opens it.
func byCapability(t *trial, c *Check) []Remedy {
	caps := []ident.Capability{ident.CapDACReadSearch, ident.CapDACOverride}
	switch {
	case c.Reason.Rule == NoPrivilege:
		caps = []ident.Capability{ident.Capability(c.Reason.ID)}
	case c.Wanted == 0 && c.Reason.Rule != NotOwner && c.Reason.Rule != StickyDirectory && c.Reason.Rule != SetIDKept &&
		c.Reason.Rule != ProtectedHardlink:
		return nil
	case c.Wanted == 0:
		caps = []ident.Capability{ident.CapFOwner}
	}
	var list []Remedy
	for _, one := range caps {
		if !t.Caller.Has(one) && !t.Caller.Unbounded.Has(one) {
			list = append(list, Remedy{Does: Grant, Where: c.Where, Cap: one, UID: t.Caller.UID, subject: t.Caller.Subject})
		}
	}
	return list
}
