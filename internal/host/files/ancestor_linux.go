package files

import (
	"ward/acl"
	"ward/entry"
	"ward/ident"
	"ward/internal/host/sys"
	"ward/mode"
)

// ancestor is what CheckAncestors wants to know of the directory here, whose
// entry next the path goes on with. A list that cannot be read is one that lets
// everybody write.
func ancestor(proc *sys.Proc, here found, next *sys.Stat) Ancestor {
	a := Ancestor{
		Path: here.path,
		UID:  ident.UID(here.stat.Uid), GID: ident.GID(here.stat.Gid),
		Mode:    mode.Mode(here.stat.Mode) & mode.All,
		NextUID: ident.UID(next.Uid), NextLink: next.Mode&sys.TypeMask == sys.TypeLink,
	}
	if a.Mode&mode.GroupWrite == 0 {
		return a
	}
	s := subject{root: &Root{proc: proc}, held: here.fd, st: here.stat}
	var e entry.Entry
	setStat(&e, &here.stat)
	if err := s.fetch(&e, entry.AccessACL); err != nil {
		a.ACL = acl.List{{Tag: acl.Other, ID: acl.NoID, Rights: mode.W}}
	} else {
		a.ACL = e.ACL
	}
	return a
}

// owner is who owns the root itself.
func (r *Root) owner() ident.UID { return ident.UID(r.stat.Uid) }
