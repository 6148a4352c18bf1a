package repair

import (
	"ward/access"
	"ward/account"
	"ward/entry"
	"ward/ident"
	"ward/mode"
	"ward/packages"
)

// Options say what may be done. The zero value changes only what the reference knows,
// and gives nobody more than he has.
type Options struct {
	// Loosen says whether an object that is tighter than the reference is brought
	// back all the same; nil: none.
	Loosen func(path string, directory bool) bool

	// Guess is the least certainty of guesses that are carried out; NoGuess: none.
	Guess Certainty

	// Accounts tell who gains by a change of access lists; may be nil.
	Accounts *account.Database
}

// Class is what a judge says of an entry.
type Class uint8

// The classes.
const (
	Right     Class = iota // it is as the reference wants it
	Mended                 // it is brought back: After, and Granted in the end
	Tighter                // it gives less than the reference, and is left alone
	Unknown                // no source knows it: Guess
	OtherKind              // another kind of object is in its place
	NoOwner                // its owner is not in the system's accounts
	Local                  // no source knows it, and it is where people keep their own
)

// Verdict is what is to be done about one entry.
type Verdict struct {
	Class  Class
	Wanted *Wanted // nil where the reference does not know it
	Guess  *Guess  // of what no source knows, or of what a script says otherwise

	// Full is what the reference, or the guess, wants.
	Full entry.State

	// After is what the entry is to become at first, and Decided the mode bits of it
	// that a change of owner is to keep. Equal to the state found where nothing is
	// to be done.
	After   entry.State
	Decided mode.Mode

	// Granted is what it becomes in the end, where Grant says that this gives it
	// privileges: setuid, setgid or capabilities.
	Grant   bool
	Granted entry.State

	// Less says that Full gives more than the entry has in the end.
	Less bool

	// Privileged says that Full has privileges.
	Privileged bool
}

// Judge compares entries with a reference. It may be used by several goroutines.
type Judge struct {
	ref     *Reference
	options Options
}

// NewJudge makes a judge.
func NewJudge(r *Reference, o Options) *Judge {
	if o.Loosen == nil {
		o.Loosen = func(string, bool) bool { return false }
	}
	return &Judge{r, o}
}

// Judge says what an entry should become. A non-zero set of facts is to be fetched
// before asking again.
func (j *Judge) Judge(path string, e *entry.Entry) (Verdict, entry.Facts) {
	w := j.ref.Of(path)
	if w == nil {
		return j.unknown(path, e)
	}
	v := Verdict{Wanted: w, Full: e.State, After: e.State, Granted: e.State}
	if !sameKind(w.Kind, e.Kind) {
		v.Class = OtherKind
		return v, 0
	}
	if w.Missing != "" {
		v.Class = NoOwner
		return v, 0
	}
	if need := needs(w.Parts, e); need != 0 {
		return v, need
	}
	if e.Kind == mode.Symlink {
		w = ownersOnly(w)
	}
	j.towards(&v, path, e, target{w.Parts, w.State, w.Traits})
	if w.Doubt != nil {
		j.doubt(&v, path, e)
	}
	return v, 0
}

func ownersOnly(w *Wanted) *Wanted {
	n := *w
	n.Parts &= User | Group
	n.Doubt = nil
	return &n
}

func sameKind(wanted, found mode.Kind) bool {
	if wanted == mode.Unknown {
		return found != mode.Directory
	}
	return wanted == found
}

// needs is the facts that parts are compared with.
func needs(p Parts, e *entry.Entry) (f entry.Facts) {
	if e.Kind == mode.Symlink {
		return 0
	}
	if p&ACL != 0 {
		f |= entry.AccessACL
	}
	if p&Default != 0 && e.Kind == mode.Directory {
		f |= entry.DefaultACL
	}
	if p&Caps != 0 && e.Kind == mode.Regular {
		f |= entry.Caps
	}
	if p&Flags != 0 && (e.Kind == mode.Regular || e.Kind == mode.Directory) {
		f |= entry.Attributes
	}
	return f &^ (e.Known | e.Denied)
}

// target is what an entry is brought towards.
type target struct {
	parts  Parts
	state  entry.State
	traits packages.Traits
}

// towards works out how near to the target the entry may be brought.
func (j *Judge) towards(v *Verdict, path string, e *entry.Entry, t target) {
	v.Full = full(e, t)
	v.Privileged = privileged(&v.Full, e.Kind)
	if j.options.Loosen(path, e.Kind == mode.Directory) {
		v.After = v.Full
	} else {
		v.After = j.narrowed(e, t, v.Full)
	}
	v.Granted = v.After
	j.grant(v, e, t)
	v.Decided = v.After.Mode & mode.Special
	v.Less = !same(&v.Granted, &v.Full)
	switch {
	case !same(&v.After, &e.State) || v.Grant:
		v.Class = Mended
	case v.Less:
		v.Class = Tighter
	}
}

// full is the entry as the target wants it.
func full(e *entry.Entry, t target) entry.State {
	s := e.State
	if t.parts&User != 0 {
		s.UID = t.state.UID
	}
	if t.parts&Group != 0 {
		s.GID = t.state.GID
	}
	if t.parts&Mode != 0 {
		s.Mode = t.state.Mode
		s.ACL = s.ACL.WithMode(s.Mode)
	}
	if t.parts&ACL != 0 && e.Known&entry.AccessACL != 0 {
		s.ACL = t.state.ACL
	}
	if t.parts&Default != 0 && e.Known&entry.DefaultACL != 0 {
		s.Default = t.state.Default
	}
	if t.parts&Caps != 0 && e.Known&entry.Caps != 0 {
		s.Caps = t.state.Caps
	}
	if t.parts&Flags != 0 && e.Known&entry.Attributes != 0 {
		s.Flags = t.state.Flags
	}
	return s
}

// privileged reports whether a state gives who executes the file other rights than his
// own.
func privileged(s *entry.State, k mode.Kind) bool {
	return k == mode.Regular && (s.Mode&mode.SetUID != 0 || s.Mode&mode.SetGID != 0 && s.Mode&mode.Execute != 0 || s.Caps != "")
}

// narrowed is as much of the full state as gives nobody a right that he does not have:
// of the rights those that both have; an owner or group only where it was not root.
func (j *Judge) narrowed(e *entry.Entry, t target, want entry.State) entry.State {
	s := e.State
	if e.UID != 0 || want.UID == 0 {
		s.UID = want.UID
	}
	if e.GID != 0 || want.GID == 0 || want.Mode.Group()&e.Mode.Group() == 0 {
		s.GID = want.GID
	}
	s.Mode = e.Mode&want.Mode&mode.Permissions | special(e, want.Mode)
	s.ACL = s.ACL.WithMode(s.Mode)
	s.Flags = e.Flags | want.Flags
	if want.Caps == "" || subset(want.Caps, e.Caps) {
		s.Caps = want.Caps
	} else if !subset(e.Caps, want.Caps) {
		s.Caps = ""
	}
	if t.parts&(ACL|Default) != 0 {
		j.narrowLists(e, want, &s)
	}
	if len(e.ACL) > 0 && j.widens(e, &s) {
		s.Mode, s.ACL = e.Mode&mode.Permissions|s.Mode&mode.Special, e.ACL
	}
	return s
}

// widens reports whether somebody gains by the lists and rights of a state, owners
// aside. Taking rights from a mask can: where it becomes empty the kernel does not look
// at the list any more (acl_permission_check), and those whom it named get the rights of
// others.
func (j *Judge) widens(e *entry.Entry, s *entry.State) bool {
	before, after := e.State, *s
	before.UID, before.GID = s.UID, s.GID
	before.Mode &= mode.Permissions
	after.Mode &= mode.Permissions
	return access.Compare(before, after, e.Kind, j.options.Accounts).Widens()
}

// special is the bits beyond rights: sticky only narrows, setgid on a directory gives
// nobody anything, and set-id bits of files are taken away here and given later.
func special(e *entry.Entry, want mode.Mode) mode.Mode {
	m := (e.Mode | want) & mode.Sticky
	if want&mode.Write&^mode.OwnerWrite == 0 {
		m = want & mode.Sticky
	}
	if e.Kind == mode.Directory {
		return m | want&(mode.SetGID|mode.SetUID)
	}
	return m | e.Mode&want&(mode.SetUID|mode.SetGID)
}

// narrowLists takes the wanted lists where nobody gains by them; else those found, with
// what is not wanted taken from the mode.
func (j *Judge) narrowLists(e *entry.Entry, want entry.State, s *entry.State) {
	candidate := *s
	candidate.ACL, candidate.Default, candidate.Mode = want.ACL, want.Default, want.Mode&mode.Permissions|s.Mode&mode.Special
	if !j.widens(e, &candidate) {
		*s = candidate
	}
}

// subset reports whether capabilities are all among others.
func subset(some, others string) bool {
	if some == "" {
		return true
	}
	a, err := ident.DecodeFileCapabilities([]byte(some))
	b, err2 := ident.DecodeFileCapabilities([]byte(others))
	if err != nil || err2 != nil {
		return some == others
	}
	return a.Permitted&^b.Permitted == 0 && a.Inheritable&^b.Inheritable == 0 && (!a.Effective || b.Effective) && a.Namespaced == b.Namespaced && a.Root == b.Root
}

// grant takes privileges out of the first change: a file gets them last, after
// everything else of the tree is in order and its content was looked at. Which it gets
// depends: all that are loosened get them, else those that were trampled on, by a mode
// or an owner that no reference gives, for chmod and chown take privileges away as a
// side effect.
func (j *Judge) grant(v *Verdict, e *entry.Entry, t target) {
	if e.Kind != mode.Regular {
		return
	}
	end := v.After
	if trampled(e, &v.Full) {
		end.Mode |= v.Full.Mode & (mode.SetUID | mode.SetGID)
		if t.parts&Caps != 0 {
			end.Caps = v.Full.Caps
		}
	}
	// a set-id bit is worth only what its owner is, and one for a class that may not
	// execute the file was not meant
	if end.UID != v.Full.UID {
		end.Mode &^= mode.SetUID
	}
	if end.GID != v.Full.GID {
		end.Mode &^= mode.SetGID
	}
	if !gains(&e.State, &end) {
		v.After, v.Granted = end, end
		return
	}
	v.Grant, v.Granted = true, end
	v.After = end
	if e.UID != end.UID || e.GID != end.GID || e.Mode&mode.Special != end.Mode&mode.Special {
		v.After.Mode &^= mode.SetUID | mode.SetGID
	}
	if end.Caps != e.Caps {
		v.After.Caps = ""
		if subset(e.Caps, end.Caps) {
			v.After.Caps = e.Caps
		}
	}
}

// gains reports whether a file gets privileges that it does not have.
func gains(from, to *entry.State) bool {
	const ids = mode.SetUID | mode.SetGID
	return to.Mode&^from.Mode&ids != 0 ||
		to.Mode&mode.SetUID != 0 && from.UID != to.UID || to.Mode&mode.SetGID != 0 && from.GID != to.GID ||
		to.Caps != "" && (to.Caps != from.Caps || from.UID != to.UID || from.GID != to.GID)
}

// trampled reports whether a file has rights or an owner that the reference does not
// give.
func trampled(e *entry.Entry, want *entry.State) bool {
	return e.Mode&^want.Mode&mode.Permissions != 0 || e.UID != want.UID || e.GID != want.GID
}

func same(a, b *entry.State) bool {
	return a.Mode == b.Mode && a.UID == b.UID && a.GID == b.GID && a.Caps == b.Caps && a.Flags == b.Flags &&
		a.ACL.Equal(b.ACL) && a.Default.Equal(b.Default)
}

// doubt is about a file of which its package says one thing and a maintainer script
// another. As found by either it is right. Else only what neither gives is taken away,
// unless guesses as likely as this are carried out.
func (j *Judge) doubt(v *Verdict, path string, e *entry.Entry) {
	w, g := v.Wanted, v.Wanted.Doubt
	said := target{w.Parts | g.Parts, g.over(w.State), w.Traits}
	as := Verdict{Wanted: w, Guess: g}
	j.towards(&as, path, e, said)
	switch {
	case v.Class == Right || as.Class == Right:
		*v = Verdict{Class: Right, Wanted: w, Guess: g, Full: v.Full, After: e.State, Granted: e.State}
		return
	case j.options.Guess != NoGuess && g.Certainty >= j.options.Guess:
		*v = as
		return
	}
	between := v.After
	between.Mode = e.Mode & (v.Full.Mode | as.Full.Mode)
	if as.Full.UID != v.Full.UID {
		between.UID = e.UID
	}
	if as.Full.GID != v.Full.GID {
		between.GID = e.GID
	}
	if between.ACL = between.ACL.WithMode(between.Mode); len(e.ACL) > 0 && j.widens(e, &between) {
		between = e.State
	}
	*v = Verdict{Class: Unknown, Wanted: w, Guess: g, Full: as.Full, After: between, Granted: between, Less: true, Privileged: as.Privileged}
}

// over is a state with what the guess says.
func (g *Guess) over(s entry.State) entry.State {
	if g.Parts&Mode != 0 {
		s.Mode = g.State.Mode
	}
	if g.Parts&User != 0 {
		s.UID = g.State.UID
	}
	if g.Parts&Group != 0 {
		s.GID = g.State.GID
	}
	return s
}

// unknown judges what no source knows.
func (j *Judge) unknown(path string, e *entry.Entry) (Verdict, entry.Facts) {
	v := Verdict{Class: Unknown, Full: e.State, After: e.State, Granted: e.State}
	if !j.ref.system || !j.ref.ours(path) {
		v.Class = Local
		return v, 0
	}
	g, need := j.ref.guess(path, e)
	if need != 0 {
		return v, need
	}
	v.Guess = &g
	if g.Parts == 0 {
		if e.Kind == mode.Symlink || e.UID == 0 && e.Mode&(mode.GroupWrite|mode.OtherWrite) == 0 {
			v.Class = Right // nothing is known of it, and nothing speaks against it
		}
		return v, 0
	}
	t := target{parts: g.Parts, state: g.State}
	if e.Kind == mode.Symlink {
		t.parts &= User | Group
	}
	v.Full = full(e, t)
	if g.Certainty == Unsure { // such a guess takes away at the most
		v.Full = j.narrowed(e, t, v.Full)
		t.state = v.Full
	}
	if same(&v.Full, &e.State) {
		v.Class = Right
		return v, 0
	}
	if j.options.Guess != NoGuess && g.Certainty >= j.options.Guess {
		j.towards(&v, path, e, t)
	}
	return v, 0
}
