package access

import (
	"ward/entry"
	"ward/mode"
)

// flags are the flags of open(2) that the action stands for.
func (j *judge) flags() OpenFlags {
	f := j.q.With.Open
	switch j.q.Action {
	case Appending:
		f |= OAppend
	case Listing:
		f |= ODirectory
	case Creating:
		if f&OTmpfile == 0 {
			f |= OCreat | OExcl
		}
	}
	return f
}

// open is path_openat, after the way.
func (j *judge) open() {
	flags := j.flags()
	switch {
	case flags&OPath != 0:
		j.openPath(flags)
	case flags&OTmpfile != 0:
		j.openTemporary()
	case flags&OCreat != 0 && j.q.Way != nil && j.q.Way.Slash:
		j.refuse(j.here.atObject(), eISDIR, WrongName)
	case j.here.object == nil && flags&OCreat != 0:
		j.openNew()
	case j.exists(&j.here):
		j.openExisting(flags)
	}
}

// openPath is do_o_path: nothing is asked of the object.
func (j *judge) openPath(flags OpenFlags) {
	if !j.exists(&j.here) || flags&ODirectory != 0 && !j.isDirectory() {
		return
	}
	j.take(j.here.atObject(), allowed(Reason{Rule: NothingAsked}))
}

// openTemporary is do_tmpfile and vfs_tmpfile; the object is the directory.
func (j *judge) openTemporary() {
	if !j.exists(&j.here) || !j.isDirectory() || !j.wantWrite(j.here.atObject(), j.here.object) {
		return
	}
	if r := canOwn(j.c, j.here.object.Mount); r.answer != Allowed && !j.take(j.here.atObject(), r) {
		return
	}
	j.asks(j.here.atObject(), j.here.object, mode.W|mode.X)
}

// openNew is lookup_open with O_CREAT where the name is missing: a file system that
// cannot be written to is told first, then may_o_create.
func (j *judge) openNew() {
	if j.wantWrite(j.here.atParent(), j.here.parent) {
		j.mayCreate(&j.here)
	}
}

// openExisting is do_open.
func (j *judge) openExisting(flags OpenFlags) {
	at, s := j.here.atObject(), j.here.object
	kind := s.Entry.Kind
	if flags&OCreat != 0 && !j.openOld(flags) {
		return
	}
	if flags&ODirectory != 0 && !j.isDirectory() {
		return
	}
	want := j.q.Action.rights()
	if flags&OTrunc != 0 {
		want |= mode.W
		if kind == mode.Regular && !j.wantWrite(at, s) {
			return
		}
	}
	if j.mayOpen(at, s, want, flags) && want&mode.W != 0 && j.writes() {
		j.writeAccess(at, s)
	}
	if j.last.answer != Denied && kind == mode.Socket {
		j.refuse(at, eNXIO, WrongKind)
	}
}

// writes reports whether the descriptor can be written to: O_TRUNC alone asks for
// the right and does not use it.
func (j *judge) writes() bool { return j.q.Action.rights()&mode.W != 0 }

// openOld is what O_CREAT adds where the name is there.
func (j *judge) openOld(flags OpenFlags) bool {
	at := j.here.atObject()
	switch {
	case flags&OExcl != 0:
		return j.refuse(at, eEXIST, Exists)
	case j.here.object.Entry.Kind == mode.Directory:
		return j.refuse(at, eISDIR, IsDirectory)
	}
	if r := j.createInSticky(); r.answer != Allowed {
		return j.take(at, r)
	}
	return true
}

// createInSticky is may_create_in_sticky: fs.protected_regular and
// fs.protected_fifos, which for devices and sockets are always at 1.
func (j *judge) createInSticky() ruling {
	s, dir := j.here.object, j.here.parent
	yes := allowed(Reason{Rule: NothingAsked})
	if dir == nil || dir.Entry.Mode&mode.Sticky == 0 || sameOwner(s, dir) || owns(j.c, s) {
		return yes
	}
	rule, level := j.protection(s.Entry.Kind)
	guarded := dir.Entry.Mode&mode.OtherWrite != 0 && level >= 1 || dir.Entry.Mode&mode.GroupWrite != 0 && level >= 2
	switch {
	case guarded:
		return ruling{reason: Reason{Rule: rule, ID: uint32(s.Entry.UID)}, errno: eACCES, answer: Denied}
	case level < 0 && dir.Entry.Mode&(mode.OtherWrite|mode.GroupWrite) != 0:
		return unknown(HostSettings, Reason{Rule: rule, ID: uint32(s.Entry.UID)})
	}
	return yes
}

func (j *judge) protection(k mode.Kind) (Rule, int8) {
	switch {
	case k != mode.Regular && k != mode.FIFO:
		return ProtectedRegular, 1
	case j.host == nil && k == mode.FIFO:
		return ProtectedFIFO, Unread
	case j.host == nil:
		return ProtectedRegular, Unread
	case k == mode.FIFO:
		return ProtectedFIFO, j.host.ProtectedFifos
	}
	return ProtectedRegular, j.host.ProtectedRegular
}

// mayOpen is may_open.
func (j *judge) mayOpen(at Where, s *Step, want mode.Rights, flags OpenFlags) bool {
	if r := openable(s, want); r.answer != Allowed && !j.take(at, r) {
		return false
	}
	if !j.asks(at, s, want) {
		return false
	}
	if j.writes() || flags&OTrunc != 0 {
		if r := appendOnly(s, flags, j.writes()); r.answer != Allowed && !j.take(at, r) {
			return false
		}
	}
	if flags&ONoAtime != 0 {
		return j.take(at, j.ownership(s))
	}
	return true
}

// openable is the part of may_open that asks what the object is.
func openable(s *Step, want mode.Rights) ruling {
	switch kind := s.Entry.Kind; {
	case kind == mode.Symlink:
		return denied(eLOOP, IsSymlink)
	case kind == mode.Directory && want&mode.W != 0:
		return denied(eISDIR, IsDirectory)
	case kind == mode.CharDevice || kind == mode.BlockDevice:
		if s.Mount == nil {
			return unknown(MountFacts, Reason{Rule: NotSeen})
		}
		if s.Mount.NoDev || !s.Mount.Owner.IsInitial() {
			return denied(eACCES, NoDevMount)
		}
	}
	if want&mode.X != 0 && s.Entry.Kind != mode.Regular {
		return denied(eACCES, WrongKind)
	}
	return allowed(Reason{Rule: NothingAsked})
}

// appendOnly: what the flag lets through is O_APPEND without O_TRUNC. O_TRUNC is
// nothing to devices, fifos and sockets.
func appendOnly(s *Step, flags OpenFlags, writes bool) ruling {
	truncates := flags&OTrunc != 0 && (s.Entry.Kind == mode.Regular || s.Entry.Kind == mode.Directory)
	breaks := writes && flags&OAppend == 0 || truncates
	switch {
	case !breaks:
		return allowed(Reason{Rule: NothingAsked})
	case s.Entry.Flags&entry.AppendOnly != 0:
		return denied(ePERM, AppendOnlyFlag)
	}
	return allowed(Reason{Rule: NothingAsked}).provided(unflagged(s))
}

// writeAccess is file_get_write_access, which a read-only mount refuses last.
func (j *judge) writeAccess(at Where, s *Step) bool {
	if s.Mount != nil && s.Mount.ReadOnly && held(s.Entry.Kind) {
		return j.refuse(at, eROFS, ReadOnlyMount)
	}
	return true
}

// truncate is vfs_truncate.
func (j *judge) truncate() {
	at, s := j.here.atObject(), j.here.object
	switch s.Entry.Kind {
	case mode.Directory:
		j.refuse(at, eISDIR, IsDirectory)
		return
	case mode.Regular:
	default:
		j.refuse(at, eINVAL, WrongKind)
		return
	}
	if !j.asks(at, s, mode.W) || !j.wantWrite(at, s) {
		return
	}
	if r := appendOnly(s, 0, true); r.answer != Allowed {
		j.take(at, r)
	}
}

// connect is unix_find_bsd: the bits come before the kind.
func (j *judge) connect() {
	at, s := j.here.atObject(), j.here.object
	if j.asks(at, s, mode.W) && s.Entry.Kind != mode.Socket {
		j.refuse(at, eCONNREFUSED, WrongKind)
	}
}
