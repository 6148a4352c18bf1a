package oracle

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"

	"ward/access"
	"ward/ident"
	"ward/internal/host/lookup"
	"ward/internal/host/mounts"
	"ward/mode"
)

// View is a mount through which a world is looked at.
type View struct {
	Name string // "plain", "ro", "noexec" …
	Dir  string
}

// World is one file system with its views, and the households that ask.
type World struct {
	Views      []View // the first is the plain one
	Households []*Household
	Mounts     *mounts.Table
	Sight      *lookup.Sight
	Host       *access.Host

	known sync.Map // of mounts as they were read, by their pointers
}

// Known is the mount with what no process can see of it and a world knows: that the
// initial namespace mounted it.
func (w *World) Known(m *access.Mount) *access.Mount {
	if m == nil || m.Owner != nil {
		return m
	}
	whole := *m
	whole.Owner = &ident.Namespace{Initial: true}
	kept, _ := w.known.LoadOrStore(m, &whole)
	return kept.(*access.Mount)
}

// options of the views, as mount(2) flags of a bind mount.
var viewFlags = []struct {
	name  string
	flags uintptr
}{
	{"ro", unix.MS_RDONLY}, {"noexec", unix.MS_NOEXEC}, {"nosuid", unix.MS_NOSUID}, {"nodev", unix.MS_NODEV}, {"nosymfollow", unix.MS_NOSYMFOLLOW},
}

// NewWorld makes views of the file system mounted at root, in the directory dir,
// which must be in a private mount namespace.
func NewWorld(root, dir string, idmap *Household) (*World, error) {
	w := &World{Views: []View{{"plain", root}}}
	for _, v := range viewFlags {
		at := filepath.Join(dir, v.name)
		if err := errors.Join(os.Mkdir(at, 0o755), unix.Mount(root, at, "", unix.MS_BIND, ""), unix.Mount("", at, "", unix.MS_REMOUNT|unix.MS_BIND|v.flags, "")); err != nil {
			return nil, fmt.Errorf("view %s: %w", v.name, err)
		}
		w.Views = append(w.Views, View{v.name, at})
	}
	if idmap != nil {
		at := filepath.Join(dir, "idmapped")
		if err := os.Mkdir(at, 0o755); err != nil {
			return nil, err
		}
		switch err := idmapped(root, at, idmap); {
		case err == nil:
			w.Views = append(w.Views, View{"idmapped", at})
		case !errors.Is(err, unix.EINVAL): // this file system cannot
			return nil, err
		}
	}
	return w, w.Reload()
}

// Reload reads the mounts and the rules of the host again.
func (w *World) Reload() (err error) {
	w.Host, w.Sight = lookup.HostRules(), lookup.NewSight()
	w.Mounts, err = mounts.Load()
	return err
}

// idmapped mounts root at a directory with the ids of a household's namespace: what
// is 0 on the file system is shown as what the household's 0 is outside.
func idmapped(root, at string, h *Household) error {
	tree, err := unix.OpenTree(unix.AT_FDCWD, root, unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC)
	if err != nil {
		return err
	}
	defer unix.Close(tree)
	ns, err := os.Open("/proc/" + h.PID() + "/ns/user")
	if err != nil {
		return err
	}
	defer ns.Close()
	attr := unix.MountAttr{Attr_set: unix.MOUNT_ATTR_IDMAP, Userns_fd: uint64(ns.Fd())}
	if err := unix.MountSetattr(tree, "", unix.AT_EMPTY_PATH, &attr); err != nil {
		return err
	}
	return unix.MoveMount(tree, "", unix.AT_FDCWD, at, unix.MOVE_MOUNT_F_EMPTY_PATH)
}

// Subject is somebody who asks: as ward is told, and as a thread.
type Subject struct {
	Caller access.Caller
	Doer   Doer
	house  *Household
}

// AnySubject is a random subject, of the initial namespace or of a household. become
// changes it to somebody's liking; nil leaves it.
func (w *World) AnySubject(r *rand.Rand, become func(*rand.Rand, *Credentials)) *Subject {
	if become == nil && len(w.Households) > 0 && chance(r, 30) {
		return w.anyMember(r, w.Households[r.IntN(len(w.Households))])
	}
	c := Credentials{UID: anyOf(r, userIDs...), GID: anyOf(r, groupIDs...)}
	for range r.IntN(4) {
		c.Groups = append(c.Groups, anyOf(r, groupIDs...))
	}
	c.Caps, c.Unbounded, c.NoNewPrivs = anyPowers(r)
	if become != nil {
		become(r, &c)
	}
	s := &Subject{Doer: Become(c)}
	s.Caller = caller(c)
	return s
}

// looked are the capabilities that decisions look at, and some others; whatever
// root may lack in a container is not among them.
var looked = ident.Set(ident.CapChown, ident.CapDACOverride, ident.CapDACReadSearch, ident.CapFOwner, ident.CapFSetID,
	ident.CapMknod, ident.CapSetFCap, ident.CapSysAdmin, ident.CapLinuxImmutable, ident.CapSetUID, ident.CapKill)

func anyPowers(r *rand.Rand) (caps, unbounded uint64, noNewPrivs bool) {
	switch r.IntN(8) {
	case 0:
		caps = uint64(looked)
	case 1:
		caps = uint64(ident.Set(ident.CapDACOverride))
	case 2:
		caps = uint64(ident.Set(ident.CapDACReadSearch))
	case 3:
		caps = uint64(ident.Set(ident.CapFOwner, ident.CapDACOverride))
	case 4:
		// Of the capabilities that are looked at here, every choice.
		caps = r.Uint64() & uint64(looked)
	}
	if chance(r, 12) {
		unbounded = uint64(ident.Set(ident.CapNetRaw))
		caps &^= unbounded
	}
	return caps, unbounded, chance(r, 10)
}

func caller(c Credentials) access.Caller {
	s := ident.Subject{UID: ident.UID(c.UID), GID: ident.GID(c.GID), Caps: ident.Capabilities(c.Caps)}
	for _, g := range c.Groups {
		s.Groups = append(s.Groups, ident.GID(g))
	}
	return access.Caller{Subject: s, NoNewPrivs: c.NoNewPrivs, Unbounded: ident.Capabilities(c.Unbounded)}
}

// anyMember is a subject of a household; the caller that ward is told has outside ids.
func (w *World) anyMember(r *rand.Rand, h *Household) *Subject {
	ns := h.Namespace
	in := Credentials{UID: anyInside(r, ns.Users), GID: anyInside(r, ns.Groups)}
	for range r.IntN(3) {
		in.Groups = append(in.Groups, anyInside(r, ns.Groups))
	}
	in.Caps, in.Unbounded, in.NoNewPrivs = anyPowers(r)
	if chance(r, 40) {
		in.Caps = uint64(looked) &^ in.Unbounded
	}
	out := in
	out.UID, out.GID, out.Groups = outside(ns.Users, in.UID), outside(ns.Groups, in.GID), nil
	for _, g := range in.Groups {
		out.Groups = append(out.Groups, outside(ns.Groups, g))
	}
	s := &Subject{Caller: caller(out), Doer: h.Become(in), house: h}
	s.Caller.Namespace = ns
	return s
}

func anyInside(r *rand.Rand, ranges []ident.Range) uint32 {
	one := ranges[r.IntN(len(ranges))]
	return one.Inside + r.Uint32N(min(one.Count, 4))
}

func outside(ranges []ident.Range, id uint32) uint32 {
	for _, one := range ranges {
		if id-one.Inside < one.Count {
			return one.Outside + id - one.Inside
		}
	}
	panic(id)
}

// unmappedInside is an id that no household maps.
const unmappedInside = 4000000

// inner is an id as the subject names it.
func (s *Subject) innerUID(id uint32) uint32 {
	if s.house == nil || id == ident.NoID {
		return id
	}
	if in, ok := s.house.Namespace.User(ident.UID(id)); ok {
		return uint32(in)
	}
	return unmappedInside
}

func (s *Subject) innerGID(id uint32) uint32 {
	if s.house == nil || id == ident.NoID {
		return id
	}
	if in, ok := s.house.Namespace.Group(ident.GID(id)); ok {
		return uint32(in)
	}
	return unmappedInside
}

// AnyQuestion is a random action on a random path of the scene, in terms of outside ids.
func (w *World) AnyQuestion(r *rand.Rand, s *Scene, a access.Action) (View, Ask) {
	view := w.Views[0]
	if chance(r, 45) {
		view = w.Views[r.IntN(len(w.Views))]
	}
	base := w.base(view, s)
	ask := Ask{Action: a, Mode: uint32(r.IntN(0o1000)), UID: ident.NoID, GID: ident.NoID, Path: anyPath(r, base, a, s)}
	switch a {
	case access.Reading, access.Writing, access.Updating, access.Appending, access.Listing, access.Creating:
		ask.Flags = anyFlags(r, a)
	case access.MakingNode:
		ask.Kind = anyOf(r, mode.Regular, mode.FIFO, mode.Socket, mode.CharDevice, mode.BlockDevice)
	case access.ChangingOwner:
		ask.UID, ask.GID = anyOf(r, userIDs...), anyOf(r, ident.NoID, ident.NoID, anyOf(r, groupIDs...))
	case access.ChangingGroup:
		ask.GID = anyOf(r, groupIDs...)
	case access.SettingTimes:
		ask.Now = chance(r, 50)
	case access.SettingAttribute:
		ask.Attr = anyOf(r, "user.comment", "user.comment", "trusted.comment", "security.comment", "security.capability")
	case access.SettingACL:
		ask.Attr = anyOf(r, "", "", "system.posix_acl_default")
	case access.Linking, access.Renaming:
		ask.Path2 = anyPath(r, base, access.Symlinking, s)
		if a == access.Renaming && chance(r, 50) {
			ask.Path2 = anyPath(r, base, access.Reading, s)
		}
		if chance(r, 4) {
			ask.Path2 = anyPath(r, s.Base, access.Symlinking, s)
		}
		if a == access.Renaming && chance(r, 30) {
			ask.Swap = chance(r, 50)
			ask.Keep = !ask.Swap
		}
	}
	if follows := a.Follows(access.With{}); follows && !isOpen(a) && a != access.ChangingMode && chance(r, 5) && canNotFollow(a) {
		ask.Flags |= access.ONoFollow
	}
	return view, ask
}

// base is the scene's directory in a view.
func (w *World) base(v View, s *Scene) string { return v.Dir + strings.TrimPrefix(s.Base, s.Root) }

func canNotFollow(a access.Action) bool {
	switch a {
	case access.Stating, access.ChangingOwner, access.ChangingGroup, access.SettingTimes, access.SettingACL, access.SettingAttribute:
		return true
	}
	return false
}

func isOpen(a access.Action) bool {
	return a >= access.Reading && a <= access.Appending || a == access.Listing || a == access.Creating
}

func anyFlags(r *rand.Rand, a access.Action) access.OpenFlags {
	var f access.OpenFlags
	if a == access.Creating {
		return anyOf(r, 0, 0, 0, access.OTmpfile, access.OTrunc)
	}
	for _, one := range []struct {
		flag    access.OpenFlags
		percent int
	}{{access.OTrunc, 12}, {access.OAppend, 8}, {access.ONoAtime, 8}, {access.ONoFollow, 5}, {access.OPath, 3}, {access.ODirectory, 3}, {access.OCreat, 25}} {
		if chance(r, one.percent) {
			f |= one.flag
		}
	}
	switch {
	case f&access.OPath != 0:
		f &= access.OPath | access.ODirectory | access.ONoFollow
	case f&access.ODirectory != 0 || a == access.Listing:
		f &^= access.OCreat
	}
	return f
}

// anyPath is a path of the scene, mostly to something that is there, sometimes by a
// detour; for actions that make a name, mostly to one that is free.
func anyPath(r *rand.Rand, base string, a access.Action, s *Scene) string {
	name := anyOf(r, s.order...)
	var wanted []mode.Kind
	switch a {
	case access.Executing:
		name = anyOf(r, "a", "b") + "/" + anyOf(r, "x", "y", "z", "z", "t")
	case access.Listing, access.Searching, access.ChangingDir:
		wanted = []mode.Kind{mode.Directory}
	case access.Connecting:
		wanted = []mode.Kind{mode.Socket}
	case access.Truncating, access.Linking:
		wanted = []mode.Kind{mode.Regular}
	case access.Creating, access.MakingDir, access.MakingNode, access.Symlinking:
		if chance(r, 80) {
			name = anyOf(r, "a", "b", "a/d", "b/d", "") + "/new"
		}
	}
	for len(wanted) > 0 && s.Specs[name].Kind != wanted[0] && chance(r, 90) {
		name = anyOf(r, s.order...)
	}
	if chance(r, 3) {
		name = anyOf(r, "a/gone", "b/d/gone", "gone/f", "a/f/g")
	}
	if chance(r, 85) {
		return base + "/" + name
	}
	return base + "/" + detour(r, name)
}

// detour is another way to the name, or to one nearby.
func detour(r *rand.Rand, name string) string {
	dir, last := path.Split(name)
	switch r.IntN(8) {
	case 0:
		return dir + "../" + anyOf(r, "a", "b") + "/" + last
	case 1:
		return "a/../" + name
	case 2:
		return dir + "./" + last
	case 3:
		return anyOf(r, "a", "b") + "/" + anyOf(r, "l", "m", "n") + "/" + last
	case 4:
		return name + "/"
	case 5:
		return name + "/."
	case 6:
		return name + "/.."
	}
	return anyOf(r, "a", "b") + "/" + anyOf(r, "l", "m", "n")
}

// Outcome is what the kernel said, with what does not concern permissions taken
// for success: who writes to a fifo that nobody reads is let in.
func Outcome(errno syscall.Errno, way *access.Way, verdict access.Verdict) string {
	s := way.Object()
	kind := mode.Unknown
	if s != nil {
		kind = s.Entry.Kind
	}
	switch {
	case errno == unix.ENXIO && kind != mode.Socket, errno == unix.ECONNREFUSED && kind == mode.Socket,
		errno == unix.ENOTEMPTY && verdict.Errno != "ENOTEMPTY",
		errno == unix.EEXIST && verdict.Allows(): // xfs says so of a directory that is not empty
		return ""
	case errno == 0:
		return ""
	case errno == unix.EOPNOTSUPP:
		return "EOPNOTSUPP"
	}
	return unix.ErrnoName(errno)
}
