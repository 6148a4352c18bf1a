package access

import (
	"strings"

	"ward/entry"
	"ward/ident"
	"ward/mode"
)

// create is mkdir(2), mknod(2) and symlink(2): filename_create, then may_create.
func (j *judge) create() {
	if !j.newName(&j.here) || !j.mayCreate(&j.here) {
		return
	}
	device := j.q.With.Kind == mode.CharDevice || j.q.With.Kind == mode.BlockDevice
	if j.q.Action == MakingNode && device {
		j.take(j.here.atParent(), j.everywhere(ident.CapMknod)) // vfs_mknod
	}
}

// newName is filename_create: a name that is there is told before a file system
// that cannot be written to.
func (j *judge) newName(p *place) bool {
	switch {
	case p.object != nil:
		return j.refuse(p.atObject(), eEXIST, Exists)
	case p.slash && j.q.Action != MakingDir:
		return j.refuse(p.atObject(), eNOENT, WrongName)
	}
	return j.wantWrite(p.atParent(), p.parent)
}

// mayCreate is may_create and may_o_create.
func (j *judge) mayCreate(p *place) bool {
	if p.parent == nil {
		return j.take(p.atParent(), unknown(entry.Stat, Reason{Rule: NotSeen}))
	}
	if r := canOwn(j.c, p.parent.Mount); r.answer != Allowed && !j.take(p.atParent(), r) {
		return false
	}
	return j.asks(p.atParent(), p.parent, mode.W|mode.X)
}

// canOwn is fsuidgid_has_mapping: what somebody creates has to have an owner that
// the mount and its file system can hold.
func canOwn(c *Caller, m *Mount) ruling {
	yes := allowed(Reason{Rule: NothingAsked})
	if m == nil || !m.Idmapped && m.Owner.IsInitial() {
		return yes
	}
	if !m.Owner.IsInitial() && !m.Idmapped {
		if m.Owner.MapsUser(c.UID) && m.Owner.MapsGroup(c.GID) {
			return yes
		}
		return denied(eOVERFLOW, UnmappedCaller)
	}
	switch {
	case m.Users == nil || m.Groups == nil:
		return unknown(MountFacts, Reason{Rule: UnmappedCaller})
	case within(m.Users, uint32(c.UID)) && within(m.Groups, uint32(c.GID)):
		return yes
	}
	return denied(eOVERFLOW, UnmappedCaller)
}

// within reports whether a mount shows the id: ranges of a mount say which ids it
// shows (Outside), and what they are on the file system (Inside).
func within(ranges []ident.Range, id uint32) bool {
	for _, r := range ranges {
		if id >= r.Outside && id-r.Outside < r.Count {
			return true
		}
	}
	return false
}

// remove is unlink(2) or rmdir(2), as the object's kind wants it.
func (j *judge) remove() {
	p := &j.here
	if p.parent == nil || dots(p) {
		j.removeOdd(p)
		return
	}
	if !j.wantWrite(p.atParent(), p.parent) || !j.exists(p) {
		return
	}
	if p.slash && p.object.Entry.Kind != mode.Directory {
		j.refuse(p.atObject(), eNOTDIR, NotDirectory)
		return
	}
	if j.mayDelete(p, p.object.Entry.Kind == mode.Directory) {
		j.unmounted(p)
	}
}

func dots(p *place) bool {
	return p.object != nil && (p.object.Entry.Name == "." || p.object.Entry.Name == "..")
}

// removeOdd is what do_rmdir answers for names that are no entries.
func (j *judge) removeOdd(p *place) {
	e := eBUSY
	switch {
	case p.object == nil:
		j.exists(p)
		return
	case p.object.Entry.Name == ".":
		e = eINVAL
	case p.object.Entry.Name == "..":
		e = eNOTEMPTY
	}
	j.refuse(p.atObject(), e, WrongName)
}

// unmounted: a mount point is busy. What was judged is what is mounted there; that
// which lies below is not seen, and it does not matter.
func (j *judge) unmounted(p *place) bool {
	a, b := p.parent.Mount, p.object.Mount
	if a != nil && b != nil && a != b && a.ID != b.ID {
		return j.refuse(p.atObject(), eBUSY, MountPoint)
	}
	return true
}

// mayDelete is may_delete.
func (j *judge) mayDelete(p *place, wantDirectory bool) bool {
	victim, dir, at := p.object, p.parent, p.atObject()
	if victim.UnmappedUser || victim.UnmappedGroup {
		return j.refuse(at, eOVERFLOW, UnmappedOwner)
	}
	if !j.asks(p.atParent(), dir, mode.W|mode.X) {
		return false
	}
	if r := flagged(dir, entry.AppendOnly); r.answer != Allowed && !j.take(p.atParent(), r) {
		return false
	}
	if r := j.sticky(dir, victim); r.answer != Allowed && !j.take(at, r) {
		return false
	}
	if r := flagged(victim, entry.AppendOnly|entry.Immutable); r.answer != Allowed && !j.take(at, r) {
		return false
	}
	switch isDirectory := victim.Entry.Kind == mode.Directory; {
	case wantDirectory && !isDirectory:
		return j.refuse(at, eNOTDIR, NotDirectory)
	case !wantDirectory && isDirectory:
		return j.refuse(at, eISDIR, IsDirectory)
	}
	return true
}

// flagged refuses with EPERM where one of the flags is set.
func flagged(s *Step, f entry.Flags) ruling {
	switch set := s.Entry.Flags & f; {
	case set&entry.Immutable != 0:
		return denied(ePERM, ImmutableFlag)
	case set != 0:
		return denied(ePERM, AppendOnlyFlag)
	}
	return allowed(Reason{Rule: NothingAsked}).provided(unflagged(s))
}

// sticky is check_sticky.
func (j *judge) sticky(dir, victim *Step) ruling {
	if dir.Entry.Mode&mode.Sticky == 0 || owns(j.c, victim) || owns(j.c, dir) {
		return allowed(Reason{Rule: NothingAsked})
	}
	r := j.privilege(victim, ident.CapFOwner)
	if r.answer == Denied {
		r.reason = Reason{Rule: StickyDirectory, ID: uint32(victim.Entry.UID)}
	}
	return r
}

// rename is do_renameat2 and vfs_rename, after both ways.
func (j *judge) rename() {
	from, to := &j.here, &j.there
	if !j.sameMount(from, to) || !j.wantWrite(from.atParent(), from.parent) || !j.bothNames(from, to) {
		return
	}
	if to.object != nil && sameObject(from.object, to.object) {
		j.take(to.atObject(), allowed(Reason{Rule: NothingAsked}))
		return
	}
	isDir := from.object.Entry.Kind == mode.Directory
	if !j.mayDelete(from, isDir) || !j.mayReplace(to, isDir) {
		return
	}
	if sameObject(from.parent, to.parent) || j.mayMove(from, to) {
		_ = j.unmounted(from) && to.object != nil && j.unmounted(to)
	}
}

// sameMount is the EXDEV of rename(2) and link(2).
func (j *judge) sameMount(from, to *place) bool {
	if from.parent != nil && to.parent != nil && !j.oneMount(to, from.parent.Mount, to.parent.Mount) {
		return false
	}
	if from.parent == nil || dots(from) {
		return j.refuse(from.atObject(), eBUSY, WrongName)
	}
	if to.parent == nil || dots(to) {
		e := eBUSY
		if j.q.With.Keep {
			e = eEXIST
		}
		return j.refuse(to.atObject(), e, WrongName)
	}
	return true
}

func (j *judge) oneMount(to *place, a, b *Mount) bool {
	switch {
	case a == nil || b == nil:
		return j.take(to.atParent(), unknown(MountFacts, Reason{Rule: NotSeen}))
	case a != b && a.ID != b.ID:
		return j.refuse(to.atParent(), eXDEV, DifferentMount)
	}
	return true
}

// bothNames: the old name must be there, the new one as the flags say, and neither
// may lie below the other.
func (j *judge) bothNames(from, to *place) bool {
	switch {
	case !j.exists(from):
		return false
	case j.q.With.Keep && to.object != nil:
		return j.refuse(to.atObject(), eEXIST, Exists)
	case j.q.With.Swap && to.object == nil:
		return j.exists(to)
	case slashed(from, to, j.q.With.Swap):
		return j.refuse(from.atObject(), eNOTDIR, NotDirectory)
	case below(to, from.object):
		return j.refuse(to.atParent(), eINVAL, IntoItself)
	case to.object != nil && below(from, to.object) && !j.q.With.Swap:
		return j.refuse(from.atParent(), eNOTEMPTY, IntoItself)
	case to.object != nil && below(from, to.object):
		return j.refuse(from.atParent(), eINVAL, IntoItself)
	}
	return true
}

// slashed: a slash behind a name asks for a directory.
func slashed(from, to *place, swap bool) bool {
	isDir := from.object.Entry.Kind == mode.Directory
	if swap {
		return !isDir && from.slash || to.object.Entry.Kind != mode.Directory && to.slash
	}
	return !isDir && (from.slash || to.slash)
}

// below reports whether the directory in which the way ends is dir or lies below it.
func below(p *place, dir *Step) bool {
	if dir.Entry.Kind != mode.Directory || dir.Path == "" {
		return false
	}
	rest, ok := strings.CutPrefix(p.parent.Path, dir.Path)
	return ok && (rest == "" || rest[0] == '/')
}

// sameObject tells by device and inode, or by the path where they are not known.
func sameObject(a, b *Step) bool {
	switch {
	case a == b:
		return true
	case a == nil || b == nil:
		return false
	case a.Entry.ID.Inode == 0 || b.Entry.ID.Inode == 0:
		return a.Path == b.Path && a.Path != ""
	}
	return a.Entry.ID.Inode == b.Entry.ID.Inode && a.Entry.ID.Device == b.Entry.ID.Device
}

func (j *judge) mayReplace(to *place, wantDirectory bool) bool {
	if to.object == nil {
		return j.mayCreate(to)
	}
	if j.q.With.Swap {
		wantDirectory = to.object.Entry.Kind == mode.Directory
	}
	return j.mayDelete(to, wantDirectory)
}

// mayMove: a directory that gets another parent is itself written to, since its
// ".." changes.
func (j *judge) mayMove(from, to *place) bool {
	if from.object.Entry.Kind == mode.Directory && !j.asks(from.atObject(), from.object, mode.W) {
		return false
	}
	if j.q.With.Swap && to.object.Entry.Kind == mode.Directory {
		return j.asks(to.atObject(), to.object, mode.W)
	}
	return true
}

// link is do_linkat and vfs_link, after both ways.
func (j *judge) link() {
	source, to := &j.here, &j.there
	if !j.newName(to) || !j.oneMount(to, source.object.Mount, to.parent.Mount) || !j.mayLink(source) || !j.mayCreate(to) {
		return
	}
	at := source.atObject()
	if r := flagged(source.object, entry.AppendOnly|entry.Immutable); r.answer != Allowed && !j.take(at, r) {
		return
	}
	if source.object.Entry.Kind == mode.Directory {
		j.refuse(at, ePERM, IsDirectory)
	}
}

// mayLink is may_linkat: fs.protected_hardlinks.
func (j *judge) mayLink(source *place) bool {
	s, at := source.object, source.atObject()
	switch {
	case s.UnmappedUser || s.UnmappedGroup:
		return j.refuse(at, eOVERFLOW, UnmappedOwner)
	case j.host != nil && j.host.ProtectedHardlinks == 0:
		return true
	}
	safe := j.safeSource(s)
	if safe.answer == Allowed {
		return j.take(at, safe)
	}
	r := j.ownership(s)
	switch {
	case r.answer == Allowed:
		return j.take(at, r)
	case j.host == nil || j.host.ProtectedHardlinks < 0:
		return j.take(at, unknown(HostSettings, Reason{Rule: ProtectedHardlink, ID: uint32(s.Entry.UID)}))
	case safe.answer == Unknown:
		return j.take(at, safe)
	case r.answer == Denied:
		r.reason = Reason{Rule: ProtectedHardlink, ID: uint32(s.Entry.UID)}
	}
	return j.take(at, r)
}

// safeSource is safe_hardlink_source.
func (j *judge) safeSource(s *Step) ruling {
	const setgid = mode.SetGID | mode.GroupExecute
	m := s.Entry.Mode
	if s.Entry.Kind != mode.Regular || m&mode.SetUID != 0 || m&setgid == setgid {
		return denied(ePERM, ProtectedHardlink)
	}
	return j.permission(s, mode.R|mode.W)
}
