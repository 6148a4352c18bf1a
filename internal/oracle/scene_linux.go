package oracle

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path"
	"strings"

	"golang.org/x/sys/unix"

	"ward/acl"
	"ward/entry"
	"ward/ident"
	"ward/mode"
)

// The ids are few, so that subjects and objects meet.
var (
	userIDs  = []uint32{0, 61001, 61002, 61003}
	groupIDs = []uint32{0, 62001, 62002, 62003}
)

// Spec is how an object is made.
type Spec struct {
	Kind mode.Kind
	entry.State
	Link    string // what a symbolic link says
	Content []byte // of a regular file
}

// Scene is a small tree, and what it was made of.
type Scene struct {
	Root  string           // the mount as which it is made
	Base  string           // the directory of the scene, below Root
	Specs map[string]*Spec // by path below Base; "" for Base itself

	order []string // in which they were made
}

// anyOf is one of the list.
func anyOf[T any](r *rand.Rand, list ...T) T { return list[r.IntN(len(list))] }

// chance is true n times out of a hundred.
func chance(r *rand.Rand, n int) bool { return r.IntN(100) < n }

func anyUID(r *rand.Rand) ident.UID { return ident.UID(anyOf(r, userIDs...)) }
func anyGID(r *rand.Rand) ident.GID { return ident.GID(anyOf(r, groupIDs...)) }

// NewScene makes a random tree in the directory base below root.
func NewScene(r *rand.Rand, root, base string) (*Scene, error) {
	s := &Scene{Root: root, Base: path.Join(root, base), Specs: map[string]*Spec{}}
	if err := os.Mkdir(s.Base, 0o755); err != nil {
		return nil, err
	}
	s.Specs[""] = &Spec{Kind: mode.Directory, State: entry.State{Mode: 0o755}}
	for _, dir := range []string{"a", "b"} {
		s.plan(dir, anyDirectory(r))
		for _, name := range []string{"f", "g", "h"} {
			s.plan(dir+"/"+name, anyFile(r))
		}
		s.plan(dir+"/d", anyDirectory(r))
		s.plan(dir+"/d/e", anyDirectory(r))
		s.plan(dir+"/d/f", anyFile(r))
		s.planOthers(r, dir)
		s.planPrograms(r, dir)
	}
	for _, name := range s.order {
		if err := s.make(name); err != nil {
			return nil, err
		}
	}
	return s, s.flagAll()
}

func (s *Scene) plan(name string, spec *Spec) {
	s.Specs[name] = spec
	s.order = append(s.order, name)
}

// planOthers adds links and special files.
func (s *Scene) planOthers(r *rand.Rand, dir string) {
	for i, kind := range []mode.Kind{mode.FIFO, mode.Socket, mode.CharDevice, mode.BlockDevice} {
		spec := &Spec{Kind: kind, State: anyState(r)}
		spec.Flags = 0
		s.plan(dir+"/"+string("psck"[i]), spec)
	}
	targets := []string{"f", "d", "../b/g", "../a/d", "d/f", s.Base + "/a/f", s.Base + "/b/d", "gone", "m", "l", "../a/p", "d/gone", "f/"}
	for _, name := range []string{"l", "m", "n"} {
		spec := &Spec{Kind: mode.Symlink, Link: anyOf(r, targets...)}
		spec.UID, spec.GID, spec.Mode = anyUID(r), anyGID(r), 0o777
		s.plan(dir+"/"+name, spec)
	}
}

// planPrograms adds what can be executed, or seems so.
func (s *Scene) planPrograms(r *rand.Rand, dir string) {
	loader := anyOf(r, s.Base+"/"+dir+"/x", s.Base+"/b/x", "/nowhere")
	script := func(to string) []byte {
		return []byte("#!" + anyOf(r, "", " ", "\t") + to + anyOf(r, "\n", " -x\n", "\n#"))
	}
	for i, content := range [][]byte{
		Program(""),
		Program(loader),
		script(anyOf(r, s.Base+"/a/x", s.Base+"/b/x", s.Base+"/b/y", s.Base+"/a/z", s.Base+"/b/z", s.Base+"/a/l", s.Base+"/none", s.Base+"/a/f")),
		anyOf(r, []byte("text\n"), nil, []byte("#!\n"), []byte("#! \t \n"), []byte("\x7fELF"), []byte("#!"+strings.Repeat("/x", 200))),
	} {
		spec := &Spec{Kind: mode.Regular, State: anyState(r), Content: content}
		if chance(r, 70) {
			spec.Mode |= anyOf[mode.Mode](r, 0o111, 0o100, 0o001, 0o010, 0o111)
		}
		if chance(r, 20) {
			spec.Caps = FileCaps
		}
		s.plan(dir+"/"+string("xyzt"[i]), spec)
	}
}

func anyFile(r *rand.Rand) *Spec {
	return &Spec{Kind: mode.Regular, State: anyState(r), Content: []byte("content\n")}
}

// anyDirectory is mostly one that can be gone through.
func anyDirectory(r *rand.Rand) *Spec {
	s := &Spec{Kind: mode.Directory, State: anyState(r)}
	if chance(r, 70) {
		s.Flags = 0
	}
	switch r.IntN(6) {
	case 0:
		s.ACL = nil
		s.Mode = anyOf[mode.Mode](r, 0o1777, 0o3777, 0o1775, 0o1770, 0o1757)
	case 1, 2:
		s.ACL = nil
		s.Mode = anyOf[mode.Mode](r, 0o777, 0o755, 0o775, 0o2775, 0o711, 0o733, 0o1777)
	case 3:
		s.Mode |= 0o111
	}
	if chance(r, 15) {
		s.Default = anyList(r)
	}
	return s
}

func anyState(r *rand.Rand) entry.State {
	st := entry.State{Mode: mode.Mode(r.IntN(0o1000)), UID: anyUID(r), GID: anyGID(r)}
	if chance(r, 40) {
		st.Mode |= 0o444 | mode.Mode(r.IntN(0o1000))
	}
	if chance(r, 25) {
		st.Mode |= mode.Mode(r.IntN(8)) << 9
	}
	if chance(r, 35) {
		st.ACL, st.Mode = anyList(r).Fold(st.Mode)
		if chance(r, 20) {
			st.ACL = st.ACL.WithMode(st.Mode &^ 0o070)
			st.Mode &^= 0o070
		}
	}
	if chance(r, 10) {
		st.Flags = anyOf(r, entry.Immutable, entry.AppendOnly)
	}
	return st
}

func anyList(r *rand.Rand) acl.List {
	rights := func() mode.Rights { return mode.Rights(r.IntN(8)) }
	l := acl.List{{Tag: acl.UserObj, ID: acl.NoID, Rights: rights()}}
	for range r.IntN(3) {
		l = append(l, acl.Entry{Tag: acl.User, ID: uint32(anyUID(r)), Rights: rights()})
	}
	l = append(l, acl.Entry{Tag: acl.GroupObj, ID: acl.NoID, Rights: rights()})
	for range r.IntN(4) {
		l = append(l, acl.Entry{Tag: acl.Group, ID: uint32(anyGID(r)), Rights: rights()})
	}
	mask := anyOf[mode.Rights](r, 7, 7, rights())
	return append(l, acl.Entry{Tag: acl.Mask, ID: acl.NoID, Rights: mask}, acl.Entry{Tag: acl.Other, ID: acl.NoID, Rights: rights()})
}

// at is the place of a name of the scene.
func (s *Scene) at(name string) string { return path.Join(s.Base, name) }

// make makes an object, without its flags.
func (s *Scene) make(name string) error {
	spec, at := s.Specs[name], s.at(name)
	if err := spec.create(at); err != nil {
		return fmt.Errorf("make %s: %w", at, err)
	}
	return s.dress(name)
}

func (s *Spec) create(at string) error {
	switch s.Kind {
	case mode.Directory:
		return os.Mkdir(at, 0o700)
	case mode.Regular:
		return os.WriteFile(at, s.Content, 0o600)
	case mode.Symlink:
		return os.Symlink(s.Link, at)
	}
	return unix.Mknod(at, typeOf[s.Kind]|0o600, deviceOf(s.Kind))
}

// dress gives an object the owner, mode, lists and capabilities of its spec.
func (s *Scene) dress(name string) error {
	spec, at := s.Specs[name], s.at(name)
	if err := os.Lchown(at, int(spec.UID), int(spec.GID)); err != nil || spec.Kind == mode.Symlink {
		return err
	}
	if err := s.setLists(spec, at); err != nil {
		return fmt.Errorf("list of %s: %w", at, err)
	}
	if err := unix.Chmod(at, uint32(spec.Mode)); err != nil {
		return err
	}
	if spec.Caps != "" {
		return unix.Setxattr(at, "security.capability", []byte(spec.Caps), 0)
	}
	return nil
}

func (s *Scene) setLists(spec *Spec, at string) error {
	// What a directory's default list gave is taken off again.
	if err := unix.Removexattr(at, acl.AccessXattr); err != nil && !errors.Is(err, unix.ENODATA) {
		return err
	}
	if spec.ACL != nil {
		if err := unix.Setxattr(at, acl.AccessXattr, spec.ACL.Encode(), 0); err != nil {
			return err
		}
	}
	if spec.Kind != mode.Directory {
		return nil
	}
	if err := unix.Removexattr(at, acl.DefaultXattr); err != nil && !errors.Is(err, unix.ENODATA) {
		return err
	}
	if spec.Default == nil {
		return nil
	}
	return unix.Setxattr(at, acl.DefaultXattr, spec.Default.Encode(), 0)
}

func (s *Scene) flagAll() error {
	for name, spec := range s.Specs {
		if err := s.flag(name, spec.Flags); err != nil {
			return fmt.Errorf("flags of %s: %w", s.at(name), err)
		}
	}
	return nil
}

// flag sets the flags of an object that has any.
func (s *Scene) flag(name string, f entry.Flags) error {
	if s.Specs[name].Flags == 0 {
		return nil
	}
	return setFlags(s.at(name), f)
}

func setFlags(at string, f entry.Flags) error {
	fd, err := unix.Open(at, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	const both = entry.Immutable | entry.AppendOnly
	now, err := unix.IoctlGetInt(fd, unix.FS_IOC_GETFLAGS)
	if err != nil {
		return err
	}
	return unix.IoctlSetPointerInt(fd, unix.FS_IOC_SETFLAGS, now&^int(both)|int(f))
}

// Repair makes an object again as it was: what was changed is dressed, what was
// removed is made anew, and a name that the scene never had is removed. anew does so
// with an object that looks the same as well.
func (s *Scene) Repair(name string, anew bool) error {
	if err := s.repair(name, anew); err != nil {
		return fmt.Errorf("repair %s: %w", s.at(name), err)
	}
	return nil
}

func (s *Scene) repair(name string, anew bool) error {
	above := parentOf(name)
	if err := s.flag(above, 0); err != nil {
		return err
	}
	defer func() { _ = s.flag(above, s.Specs[above].Flags) }()
	if !anew && s.Specs[name] != nil && s.same(name) {
		return errors.Join(s.flag(name, 0), s.refresh(name), s.flag(name, s.Specs[name].Flags))
	}
	return s.remake(name)
}

// refresh gives a file its content back as well.
func (s *Scene) refresh(name string) error {
	spec := s.Specs[name]
	if spec.Kind == mode.Regular {
		if err := rewrite(s.at(name), spec.Content); err != nil {
			return err
		}
	}
	return s.dress(name)
}

// rewrite does without O_CREAT, which fs.protected_regular may refuse.
func rewrite(at string, content []byte) error {
	f, err := os.OpenFile(at, os.O_WRONLY|os.O_TRUNC, 0)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	return errors.Join(err, f.Close())
}

// same: an object of that kind, and with one name only, is there.
func (s *Scene) same(name string) bool {
	var st unix.Stat_t
	if unix.Lstat(s.at(name), &st) != nil {
		return false
	}
	spec := s.Specs[name]
	if spec.Kind == mode.Directory {
		return st.Mode&unix.S_IFMT == unix.S_IFDIR && s.childrenThere(name)
	}
	if spec.Kind == mode.Symlink {
		target, err := os.Readlink(s.at(name))
		return err == nil && target == spec.Link && st.Nlink == 1
	}
	return st.Mode&unix.S_IFMT == typeOf[spec.Kind] && st.Nlink == 1
}

func (s *Scene) childrenThere(name string) bool {
	for other := range s.Specs {
		if parentOf(other) == name && other != "" {
			if _, err := os.Lstat(s.at(other)); err != nil {
				return false
			}
		}
	}
	return true
}

func parentOf(name string) string {
	if dir := path.Dir(name); dir != "." {
		return dir
	}
	return ""
}

// remake removes whatever is there, and makes the object with all below it.
func (s *Scene) remake(name string) error {
	s.unflag(name)
	if err := os.RemoveAll(s.at(name)); err != nil || s.Specs[name] == nil {
		return err
	}
	for _, other := range s.order {
		if other == name || strings.HasPrefix(other, name+"/") {
			if err := s.make(other); err != nil {
				return err
			}
			defer func() { _ = s.flag(other, s.Specs[other].Flags) }()
		}
	}
	return nil
}

// unflag clears the flags of what is at a name now, and of what lies below it.
func (s *Scene) unflag(name string) {
	if st, err := os.Lstat(s.at(name)); err != nil || !st.IsDir() && !st.Mode().IsRegular() {
		return
	}
	_ = setFlags(s.at(name), 0)
	names, _ := os.ReadDir(s.at(name))
	for _, n := range names {
		s.unflag(path.Join(name, n.Name()))
	}
}

// Remove takes the whole scene away.
func (s *Scene) Remove() error {
	s.unflag("")
	return os.RemoveAll(s.Base)
}
