package oracle

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"ward/access"
	"ward/account"
	"ward/acl"
	"ward/entry"
	"ward/ident"
	"ward/internal/host/lookup"
	"ward/mode"
)

// Crowd is the others that a fix may let in: the users of a generated database, each
// as he is after login, ids that no account has, and some processes.
type Crowd struct {
	Accounts *account.Database
	Others   []*Other
}

// Other is one of a crowd, as ward counts him and as a thread.
type Other struct {
	Caller access.Caller
	As     Counted
	doer   Doer
}

// Counted says as what a fix counts somebody.
type Counted uint8

// What somebody counts as.
const (
	AsUser Counted = iota
	AsUnlisted
	AsProcess
)

// unlistedIDs have no account: a user of the scenes, and the overflow id that stands
// for owners that a mount does not show.
var unlistedIDs = []ident.UID{61003, 65534}

// NewCrowd makes a random crowd. End ends its threads.
func NewCrowd(r *rand.Rand) *Crowd {
	users := []account.User{{Name: "root"}, {Name: "u61001", UID: 61001, GID: 62001}, {Name: "u61002", UID: 61002, GID: 62002}}
	for uid := ident.UID(61011); uid <= 61014; uid++ {
		users = append(users, account.User{Name: fmt.Sprint("u", uid), UID: uid, GID: anyOf[ident.GID](r, 62001, 62002, 62003, ident.GID(uid))})
	}
	var groups []account.Group
	for _, gid := range groupIDs {
		g := account.Group{Name: fmt.Sprint("g", gid), GID: ident.GID(gid)}
		for _, u := range users[1:] {
			if chance(r, 30) {
				g.Members = append(g.Members, u.Name)
			}
		}
		groups = append(groups, g)
	}
	c := &Crowd{Accounts: account.New(users, groups)}
	for _, u := range users {
		c.join(AsUser, access.Caller{Subject: c.Accounts.Subject(u.UID)})
	}
	for _, uid := range unlistedIDs {
		c.join(AsUnlisted, access.Caller{Subject: ident.Subject{UID: uid, GID: ident.NoGID - 2}})
	}
	for range 3 {
		p := Credentials{UID: anyOf(r, userIDs...), GID: anyOf(r, groupIDs...), Groups: []uint32{anyOf(r, groupIDs...)}}
		p.Caps, p.Unbounded, p.NoNewPrivs = anyPowers(r)
		c.join(AsProcess, caller(p))
	}
	return c
}

func (c *Crowd) join(as Counted, who access.Caller) {
	c.Others = append(c.Others, &Other{Caller: who, As: as, doer: Become(credentials(&who))})
}

// credentials are those of a caller of the initial namespace, root without what he may
// lack in a container.
func credentials(c *access.Caller) Credentials {
	all := Credentials{UID: uint32(c.UID), GID: uint32(c.GID), Caps: uint64(c.Caps & looked), Unbounded: uint64(c.Unbounded), NoNewPrivs: c.NoNewPrivs}
	for _, g := range c.Groups {
		all.Groups = append(all.Groups, uint32(g))
	}
	return all
}

// End ends the threads.
func (c *Crowd) End() {
	for _, o := range c.Others {
		o.doer.End()
	}
}

// Told is the crowd as ward is told of it.
func (c *Crowd) Told(places []*access.Way) access.Crowd {
	told := access.Crowd{Accounts: c.Accounts, Places: places}
	for _, o := range c.Others {
		if o.As == AsProcess {
			told.Processes = append(told.Processes, &o.Caller)
		}
	}
	return told
}

// placeDir is where an object may lie instead, below the root of a file system.
const placeDir = "place"

// MakePlace makes the directory for objects that are to lie elsewhere.
func (w *World) MakePlace() error {
	dir := path.Join(w.Views[0].Dir, placeDir)
	return errors.Join(os.Mkdir(dir, 0o755), os.Chmod(dir, 0o755))
}

// Place is the way to where the object of a way could lie instead; nil where there
// is no object.
func (w *World) Place(from *access.Way, o lookup.Options) (*access.Way, error) {
	object := from.Object()
	if object == nil || object.Entry.Kind == mode.Symlink || object.Entry.Kind == mode.Directory {
		return nil, nil
	}
	to, err := lookup.Gather(path.Join(w.Views[0].Dir, placeDir, filepath.Base(object.Path)), o)
	if err != nil {
		return nil, err
	}
	if to = access.Placed(to, object); to.Missing != "" {
		return nil, nil
	}
	for i := range to.Steps {
		to.Steps[i].Mount = w.Known(to.Steps[i].Mount)
	}
	return to, nil
}

// Doing is a fix that is really put in place.
type Doing struct {
	Fix access.Fix

	world *World
	scene *Scene
	spec  *Spec // of the object that is to lie elsewhere
}

// Command runs the commands that the fix advises, and compares the objects with what
// it says that they are then.
func (d *Doing) Command() error {
	if err := d.place(); err != nil {
		return err
	}
	for _, line := range d.Fix.Commands(nil, "") {
		if slices.Contains([]string{"usermod", "newgrp", "sudo", "setpriv"}, line[0]) {
			continue // the caller is another one then
		}
		if out, err := exec.Command(line[0], line[1:]...).CombinedOutput(); err != nil { //nolint:gosec // what ward advises is what is tried
			return fmt.Errorf("%q: %w: %s", line, err, out)
		}
	}
	return d.stands()
}

// Again puts the fix in place once more, after what it changed was repaired.
func (d *Doing) Again() error {
	if err := d.place(); err != nil {
		return err
	}
	for _, r := range d.Fix.Remedies {
		if r.Does != access.Alter {
			continue
		}
		at, again := d.world.writable(r.Path), put
		if flagsOnly(&r) {
			again = func(at string, _ mode.Kind, st *entry.State) error { return setFlags(at, st.Flags&guards) }
		}
		if err := again(at, r.Kind, &r.After); err != nil {
			return fmt.Errorf("give %s its state again: %w", r.Path, err)
		}
	}
	return nil
}

const guards = entry.Immutable | entry.AppendOnly

// flagsOnly: nothing but its flags changes about an object.
func flagsOnly(r *access.Remedy) bool {
	return r.Before.UID == r.After.UID && r.Before.GID == r.After.GID && r.Before.Mode == r.After.Mode && r.Before.ACL.Equal(r.After.ACL)
}

// Back puts everything back as it was.
func (d *Doing) Back() error {
	var all []error
	for _, r := range d.Fix.Remedies {
		switch r.Does {
		case access.Alter:
			if r.Mount.ReadOnly || r.Mount.SuperReadOnly { // the commands remounted it
				all = append(all, d.world.remount(r.Mount.Point))
			}
		case access.Remount:
			all = append(all, d.world.remount(r.Path))
		case access.MoveTo:
			all = append(all, discard(r.Path))
		}
	}
	for _, r := range d.Fix.Remedies {
		if r.Does == access.Alter && path.Dir(r.Path) != path.Join(d.world.Views[0].Dir, placeDir) {
			all = append(all, d.repair(r.Path))
		}
	}
	return errors.Join(all...)
}

func (d *Doing) repair(at string) error {
	name, ok := d.world.nameIn(d.scene, at)
	if !ok {
		return fmt.Errorf("the fix changes %s, which no scene holds", at)
	}
	return d.scene.Repair(name, false)
}

// place makes the object where the fix has it lie.
func (d *Doing) place() error {
	for _, r := range d.Fix.Remedies {
		if r.Does != access.MoveTo || d.spec == nil {
			continue
		}
		if err := d.makeAt(r.Path); err != nil {
			return fmt.Errorf("make %s: %w", r.Path, err)
		}
	}
	return nil
}

func (d *Doing) makeAt(at string) error {
	if err := errors.Join(discard(at), d.spec.create(at)); err != nil {
		return err
	}
	plain := d.spec.State
	plain.Flags = 0
	if err := put(at, d.spec.Kind, &plain); err != nil {
		return err
	}
	if d.spec.Caps != "" {
		if err := unix.Setxattr(at, "security.capability", []byte(d.spec.Caps), 0); err != nil {
			return err
		}
	}
	if d.spec.Flags == 0 {
		return nil
	}
	return setFlags(at, d.spec.Flags)
}

// discard removes an object whatever its flags are.
func discard(at string) error {
	if st, err := os.Lstat(at); err == nil && st.Mode().IsRegular() {
		if err := setFlags(at, 0); err != nil {
			return err
		}
	}
	return os.RemoveAll(at)
}

// stands compares what was altered with what it was to become.
func (d *Doing) stands() error {
	for _, r := range d.Fix.Remedies {
		if r.Does != access.Alter {
			continue
		}
		w, err := lookup.Gather(r.Path, lookup.Options{NoFollow: true})
		if err != nil {
			return err
		}
		s := w.Object()
		if s == nil {
			return fmt.Errorf("%s is gone", r.Path)
		}
		if e := &s.Entry; e.UID != r.After.UID || e.GID != r.After.GID || e.Mode != r.After.Mode || !e.ACL.Equal(r.After.ACL) || (e.Flags^r.After.Flags)&guards != 0 {
			return fmt.Errorf("%s is %04o %d:%d %v flags %x now, and should be %04o %d:%d %v flags %x", r.Path,
				e.Mode, e.UID, e.GID, e.ACL, e.Flags, r.After.Mode, r.After.UID, r.After.GID, r.After.ACL, r.After.Flags)
		}
	}
	return nil
}

// writable is a path of the same object on which changes are possible: that of the
// plain view, unless other ids are shown there.
func (w *World) writable(at string) string {
	for _, v := range w.Views[1:] {
		if rest, ok := strings.CutPrefix(at, v.Dir+"/"); ok && v.Name != "idmapped" {
			return path.Join(w.Views[0].Dir, rest)
		}
	}
	return at
}

// remount gives the view at a point its options again.
func (w *World) remount(point string) error {
	for _, v := range w.Views {
		if v.Dir != point {
			continue
		}
		for _, f := range viewFlags {
			if f.name == v.Name {
				return unix.Mount("", point, "", unix.MS_REMOUNT|unix.MS_BIND|f.flags, "")
			}
		}
		return nil
	}
	return fmt.Errorf("%s is no view", point)
}

// put gives an object a state, and takes its flags off for that. What a change of owner
// clears goes only where the owner changes.
func put(at string, kind mode.Kind, st *entry.State) error {
	if kind == mode.Symlink {
		return os.Lchown(at, int(st.UID), int(st.GID))
	}
	flags := st.Flags & guards
	if kind == mode.Regular || kind == mode.Directory {
		if err := setFlags(at, 0); err != nil {
			return err
		}
	}
	var now unix.Stat_t
	if err := unix.Lstat(at, &now); err != nil {
		return err
	}
	if now.Uid != uint32(st.UID) || now.Gid != uint32(st.GID) {
		if err := os.Lchown(at, int(st.UID), int(st.GID)); err != nil {
			return err
		}
	}
	if err := errors.Join(putList(at, st.ACL), unix.Chmod(at, uint32(st.Mode))); err != nil || flags == 0 {
		return err
	}
	return setFlags(at, flags)
}

func putList(at string, l acl.List) error {
	if l != nil {
		return unix.Setxattr(at, acl.AccessXattr, l.Encode(), 0)
	}
	if err := unix.Removexattr(at, acl.AccessXattr); err != nil && !errors.Is(err, unix.ENODATA) {
		return err
	}
	return nil
}

// nameIn is the name that a path has in a scene, by whatever view.
func (w *World) nameIn(s *Scene, at string) (string, bool) {
	for _, v := range w.Views {
		if rest, ok := strings.CutPrefix(at+"/", w.base(v, s)+"/"); ok {
			return strings.Trim(rest, "/"), true
		}
	}
	return "", false
}
