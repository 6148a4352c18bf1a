package access

import (
	"ward/entry"
	"ward/mode"
)

// walk goes along a way as link_path_walk does: the right to search a directory is
// asked before each name is looked up in it, and a followed link is judged before
// what it leads to. It reports whether the kernel would come to the end; the last
// component itself may be missing.
func (j *judge) walk(w *Way, number int8, end *place) bool {
	if w == nil {
		return j.take(Where{Way: number}, unknown(entry.Stat, Reason{Rule: NotSeen}))
	}
	end.way = number
	for i := range w.Steps {
		s := &w.Steps[i]
		if s.Parent >= 0 && !j.search(w, s.Parent, number) {
			return false
		}
		if s.Follow && !j.follow(w, i, number) {
			return false
		}
	}
	w.end(end)
	if !end.missing {
		return true
	}
	return j.missing(w, end)
}

// search is may_lookup.
func (j *judge) search(w *Way, step int, number int8) bool {
	s := &w.Steps[step]
	r := j.permission(s, mode.X)
	if j.checks != nil {
		j.note(Where{number, step}, mode.X, r)
	}
	return j.settle(Where{number, step}, r)
}

// follow is may_follow_link, and what pick_link adds to it.
func (j *judge) follow(w *Way, i int, number int8) bool {
	s := &w.Steps[i]
	where := Where{number, i}
	// Who searches a directory looks up a name behind the link, which is then not trailing.
	if s.Trailing && s.Parent >= 0 && j.q.Action != Searching {
		if r := j.protectedSymlink(s, &w.Steps[s.Parent]); r.answer != Allowed && !j.take(where, r) {
			return false
		}
	}
	switch {
	case s.Mount == nil:
		return j.take(where, unknown(MountFacts, Reason{Rule: NotSeen}))
	case s.Mount.NoSymlinks:
		return j.refuse(where, eLOOP, NoSymlinkMount)
	}
	return j.take(where, allowed(Reason{Rule: NothingAsked}))
}

func (j *judge) protectedSymlink(link, dir *Step) ruling {
	yes := allowed(Reason{Rule: NothingAsked})
	if j.host != nil && j.host.ProtectedSymlinks == 0 {
		return yes
	}
	const guarded = mode.Sticky | mode.OtherWrite
	if link.Entry.Known&dir.Entry.Known&entry.Stat == 0 {
		return unknown(entry.Stat, Reason{Rule: NotSeen})
	}
	switch {
	case owns(j.c, link), dir.Entry.Mode&guarded != guarded, sameOwner(dir, link):
		return yes
	case j.host == nil || j.host.ProtectedSymlinks < 0:
		return unknown(HostSettings, Reason{Rule: ProtectedSymlink, ID: uint32(link.Entry.UID)})
	}
	return ruling{reason: Reason{Rule: ProtectedSymlink, ID: uint32(link.Entry.UID)}, errno: eACCES, answer: Denied}
}

// missing is what happens where the way has no object: the right to search the
// directory is asked first, whatever becomes of the name.
func (j *judge) missing(w *Way, end *place) bool {
	at := end.atObject()
	if w.Broken == "ENOTDIR" {
		return j.refuse(Where{end.way, len(w.Steps) - 1}, eNOTDIR, NotDirectory)
	}
	if w.Broken == "ELOOP" {
		return j.refuse(Where{end.way, len(w.Steps) - 1}, eLOOP, TooManyLinks)
	}
	if end.parentStep >= 0 && !j.search(w, end.parentStep, end.way) {
		return false
	}
	switch w.Broken {
	case "":
		return true
	case "ENOENT":
		return j.refuse(at, eNOENT, NoSuchName)
	case "ENAMETOOLONG":
		return j.refuse(at, eNAMETOOLONG, NameTooLong)
	}
	j.take(at, unknown(entry.Stat, Reason{Rule: NotSeen}))
	return false
}

// exists refuses where the last component is missing.
func (j *judge) exists(p *place) bool {
	if p.object != nil {
		return true
	}
	return j.refuse(p.atObject(), eNOENT, NoSuchName)
}

// isDirectory is LOOKUP_DIRECTORY.
func (j *judge) isDirectory() bool {
	if j.here.object.Entry.Kind == mode.Directory {
		return true
	}
	return j.refuse(j.here.atObject(), eNOTDIR, NotDirectory)
}
