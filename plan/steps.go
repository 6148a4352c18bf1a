package plan

import (
	"ward/acl"
	"ward/entry"
	"ward/ident"
	"ward/mode"
)

// The order of steps on one object, and why it is the order (after systemd's
// tmpfiles, which narrows first as well):
//
//	clear immutable, append-only   nothing below works before it
//	narrow the mode                so that no moment between old and new owner
//	                               lets anybody do what neither state allows
//	owner and group                clears setuid, setgid and capabilities
//	access list, default list      the class bits of the mode come with it
//	capabilities                   after the chown that would clear them
//	final mode                     where it still differs
//	list of NFS 4                  after the chmod that may change it, and whose mode it may change
//	DOS attributes                 likewise
//	flags                          last: immutable would stop everything else
//
// A step that would change nothing is left out: a change of mode is one chmod, a
// change of owner without special bits one chown.

// Op is what a step does.
type Op uint8

// The operations.
const (
	SetMode Op = iota + 1
	SetOwner
	SetACL
	SetDefaultACL
	SetCaps
	SetFlags
	SetNFS4
	SetDOS
)

// String names the operation as the call that does it.
func (o Op) String() string {
	switch o {
	case SetMode:
		return "chmod"
	case SetOwner:
		return "chown"
	case SetACL:
		return "set the ACL"
	case SetDefaultACL:
		return "set the default ACL"
	case SetCaps:
		return "set the capabilities"
	case SetFlags:
		return "set the inode flags"
	case SetNFS4:
		return "set the NFSv4 list"
	case SetDOS:
		return "set the DOS attributes"
	}
	return "unknown step"
}

// Step is one call on one object. Only the operands of its Op count.
type Step struct {
	Op    Op
	Mode  mode.Mode
	UID   ident.UID // NoUID: leave it
	GID   ident.GID // NoGID: leave it
	List  acl.List  // of SetACL and SetDefaultACL; empty: remove the list
	Caps  string    // "": remove them
	Flags entry.Flags
	Other entry.Stored // of SetNFS4 and SetDOS
}

// locked are the flags that stop every other change (chattr(1); models 12.7).
const locked = entry.Immutable | entry.AppendOnly

// Steps are the calls that turn Before into After, in order.
func Steps(c *Change) []Step { return AppendSteps(nil, c) }

// AppendSteps is Steps into a slice that the caller reuses.
func AppendSteps(dst []Step, c *Change) []Step {
	b := builder{steps: dst, change: c, states: [maxStates]entry.State{c.Before}, n: 1}
	if c.Before.Flags&locked != 0 && !Same(&c.Before, &c.After) {
		b.setFlags(c.Before.Flags &^ locked)
	}
	b.first = len(b.steps)
	if hasMode(c.Kind) {
		b.narrow()
	}
	b.setOwner()
	b.setLists()
	b.setCaps()
	if hasMode(c.Kind) && !followsAttributes(c) {
		b.setMode(c.After.Mode)
	}
	b.setStored()
	b.setFlags(c.After.Flags)
	return b.steps
}

// hasMode is false for symlinks: Linux gives them no mode to change.
func hasMode(k mode.Kind) bool { return k != mode.Symlink }

// builder follows what the kernel may make of each step, so that a step is added
// exactly when the object might not yet be as wanted.
type builder struct {
	steps  []Step
	change *Change
	states [maxStates]entry.State
	n      int
	first  int // where the steps that are not for flags start
}

func (b *builder) add(s Step) {
	b.steps = append(b.steps, s)
	b.n = s.effects(&b.states, b.n, b.change.Kind)
}

// any reports whether one of the possible states meets differs.
func (b *builder) any(differs func(*entry.State) bool) bool {
	for i := range b.n {
		if differs(&b.states[i]) {
			return true
		}
	}
	return false
}

func (b *builder) setMode(m mode.Mode) {
	if b.any(func(s *entry.State) bool { return s.Mode != m }) {
		b.add(Step{Op: SetMode, Mode: m})
	}
}

// narrow takes away what the wanted state does not have, before anything else
// changes. A mode that alone changes needs none: one chmod is atomic. Nor does a
// list that alone changes: it brings its class bits with it.
func (b *builder) narrow() {
	c := b.change
	owner := ownerChanges(c)
	list := listChanges(c)
	if !owner && !list {
		return
	}
	m := c.Before.Mode & c.After.Mode
	switch {
	case !owner && len(c.After.ACL) > 0:
		m |= c.Before.Mode & mode.Permissions // only special bits go first
	case owner && list:
		// Between the chown and the new list the old one would speak for the
		// new group. Nobody but the owner is let in meanwhile.
		m &^= 0o077
	}
	b.setMode(withoutShortcut(m, &c.Before))
}

// withoutShortcut guards against acl_permission_check's shortcut: with an empty
// mask Linux does not look at the list at all, so entries that deny somebody stop
// denying, and others' bits speak instead.
func withoutShortcut(m mode.Mode, s *entry.State) mode.Mode {
	if len(s.ACL) > 0 && m&0o070 == 0 && m != s.Mode {
		m &^= 0o007
	}
	return m
}

func ownerChanges(c *Change) bool {
	return c.Before.UID != c.After.UID || c.Before.GID != c.After.GID
}

// listChanges reports whether the access list changes beyond what the chmod to
// the wanted mode does to it.
func listChanges(c *Change) bool {
	return !sameList(c.Before.ACL.WithMode(c.After.Mode), c.After.ACL)
}

func (b *builder) setOwner() {
	c := b.change
	if !ownerChanges(c) {
		return
	}
	s := Step{Op: SetOwner, UID: ident.NoUID, GID: ident.NoGID}
	if c.Before.UID != c.After.UID {
		s.UID = c.After.UID
	}
	if c.Before.GID != c.After.GID {
		s.GID = c.After.GID
	}
	b.add(s)
}

func (b *builder) setLists() {
	c := b.change
	if listChanges(c) {
		b.add(Step{Op: SetACL, List: c.After.ACL})
	}
	if !sameList(c.Before.Default, c.After.Default) {
		b.add(Step{Op: SetDefaultACL, List: c.After.Default})
	}
}

func (b *builder) setCaps() {
	if want := b.change.After.Caps; b.any(func(s *entry.State) bool { return s.Caps != want }) {
		b.add(Step{Op: SetCaps, Caps: want})
	}
}

// setStored also puts back what a change of mode or owner may have altered: where a
// list of NFS 4 is kept, the mode is made of it.
func (b *builder) setStored() {
	c := b.change
	moved := len(b.steps) > b.first
	if c.After.NFS4 != "" && (moved || c.Before.NFS4 != c.After.NFS4) {
		b.add(Step{Op: SetNFS4, Other: c.After.NFS4})
	}
	if c.After.DOS != "" && (moved || c.Before.DOS != c.After.DOS) {
		b.add(Step{Op: SetDOS, Other: c.After.DOS})
	}
}

func (b *builder) setFlags(f entry.Flags) {
	if b.any(func(s *entry.State) bool { return s.Flags != f }) {
		b.add(Step{Op: SetFlags, Flags: f})
	}
}
