package nfs4

import (
	"fmt"
	"slices"

	"ward/ident"
	"ward/mode"
)

// Rules says whose kernel decides. Systems agree about the order of entries, and
// disagree about what the owner always may, what lists are inherited, and who may
// delete.
type Rules uint8

// The rules.
const (
	RFC8881 Rules = iota // the words of the standard, without the latitude it gives
	FreeBSDRules
	ZFS // OpenZFS on Linux, and illumos
)

// Sessions is the set of ways in which a subject came, for the special names that
// speak of them.
type Sessions uint16

// The sessions. Who is not anonymous is AUTHENTICATED@.
const (
	FromTerminal Sessions = 1 << iota // INTERACTIVE@
	FromNetwork                       // NETWORK@
	FromDialup                        // DIALUP@
	FromBatch                         // BATCH@
	WithoutName                       // ANONYMOUS@
	FromAService                      // SERVICE@
)

// Subject is who asks. Its names are needed only for entries that name somebody by
// a name alone.
type Subject struct {
	IDs        ident.Subject // capabilities do not enter
	Name       string        // "bob@example.org", as the list would have it
	GroupNames []string
	SIDs       []string // its own and those of its groups
	Sessions   Sessions
	Privileged bool // the superuser, as far as the rules know him
}

// Object is what a list belongs to.
type Object struct {
	Owner ident.UID
	Group ident.GID
	Kind  mode.Kind
	Mode  mode.Mode // only its sticky bit is looked at
	Rules Rules
}

// Errno is the symbol of what a refused call answers; "" where it is allowed.
type Errno string

// The answers.
const (
	EACCES Errno = "EACCES"
	EPERM  Errno = "EPERM"
)

// Reason is why a verdict is what it is.
type Reason uint8

// The reasons.
const (
	NothingAsked    Reason = iota // no right is needed
	AllowedByEntry                // the entry gave the last right that was missing
	DeniedByEntry                 // the entry denies a right that nothing before it allowed
	NotAllowed                    // the list ended before all rights were allowed
	OwnerAlways                   // the owner may, whatever the list says
	ByPrivilege                   // the superuser may
	NobodyExecutes                // FreeBSD: a file that nobody may execute by its mode
	ByWriteAccess                 // deleting: the directory may be written, and nothing speaks of deleting
	StickyBit                     // deleting: the directory is sticky, and neither it nor the file is the subject's
	numberOfReasons = iota
)

// String is the reason in words.
func (r Reason) String() string {
	if int(r) >= numberOfReasons {
		return fmt.Sprintf("reason %d", uint8(r))
	}
	return [...]string{
		"no right is needed", "an entry allows it", "an entry denies it", "no entry allows it", "the owner always may",
		"the superuser may", "nobody may execute the file", "the directory may be written, and no entry speaks of deleting",
		"the directory is sticky, and neither it nor the object belongs to who asks",
	}[r]
}

// Verdict is the answer, with the reason.
type Verdict struct {
	Allowed  bool
	Reason   Reason
	Entry    int    // the index of the entry that decided; -1 where none did
	OnParent bool   // of Delete: the entry is one of the directory's list
	Missing  Rights // what was asked for and not given
	Errno    Errno
	// Doubtful says that entries were passed over which name somebody by a name,
	// while the subject states none, or the reverse.
	Doubtful bool
}

// Decide says whether the subject has all the rights on the object that has this
// list: entries are looked at in order, those for somebody else and those that are
// only inherited are skipped, and each right that is still wanted is decided by the
// first entry that has it (RFC 8881, section 6.2.1). What is not allowed in the end
// is denied.
//
// FreeBSD (vaccess_acl_nfs4) lets the owner always read and write list and
// attributes, needs no right to synchronize, takes the right to append to a file for
// the right to write it, and executes no file whose mode has no x. ZFS (zfs_zaccess)
// lets the owner always read list and attributes and write the list, and knows
// inherit-only entries on directories alone.
func (a ACL) Decide(s Subject, wanted Rights, o Object) Verdict {
	needed := o.needed(s, wanted)
	if needed == 0 {
		reason := NothingAsked
		if wanted != 0 && s.IDs.UID == o.Owner {
			reason = OwnerAlways
		}
		return Verdict{Allowed: true, Reason: reason, Entry: -1}
	}
	w := a.walk(s, needed, o)
	v := w.verdict(o, wanted)
	if v.Allowed && o.Rules == FreeBSDRules && wanted&Execute != 0 && o.Kind != mode.Directory && !a.executable(o) {
		v = Verdict{Reason: NobodyExecutes, Entry: -1, Missing: Execute, Errno: EACCES, Doubtful: v.Doubtful}
	}
	if !v.Allowed && s.Privileged && a.privileged(wanted, o) {
		return Verdict{Allowed: true, Reason: ByPrivilege, Entry: -1, Doubtful: v.Doubtful}
	}
	return v
}

// needed is what has to be looked for in the list.
func (o Object) needed(s Subject, wanted Rights) Rights {
	owner := s.IDs.UID == o.Owner
	switch o.Rules {
	case FreeBSDRules:
		wanted &^= Synchronize
		if owner {
			wanted &^= ReadACL | WriteACL | ReadAttributes | WriteAttributes
		}
		if o.Kind != mode.Directory && wanted&AppendData != 0 {
			wanted = wanted&^AppendData | WriteData
		}
	case ZFS:
		if owner {
			wanted &^= ReadACL | WriteACL | ReadAttributes
		}
	}
	return wanted
}

func (a ACL) executable(o Object) bool { return a.Mode(o)&mode.Execute != 0 }

// privileged is what the superuser may without an entry. FreeBSD gives a request
// that needs the list for one of its rights no privilege for the others.
func (a ACL) privileged(wanted Rights, o Object) bool {
	if o.Rules != FreeBSDRules {
		return wanted&Execute == 0 || o.Kind == mode.Directory || a.executable(o)
	}
	may := ReadData | WriteData | AppendData | DeleteChild | ReadACL | ReadAttributes | WriteACL | WriteAttributes | WriteOwner | Synchronize
	if o.Kind == mode.Directory || a.executable(o) {
		may |= Execute
	}
	return wanted&^may == 0
}

// walk is what one pass over a list found.
type walk struct {
	pending, denied Rights // not decided; denied by an entry
	lastAllow       int
	firstDeny       int
	doubtful        bool
}

func (a ACL) walk(s Subject, wanted Rights, o Object) walk {
	w := walk{pending: wanted, lastAllow: -1, firstDeny: -1}
	for i := range a.Entries {
		if w.pending == 0 {
			break
		}
		e := &a.Entries[i]
		if e.Type.decides() && e.Rights&w.pending != 0 && e.effective(o) {
			w.apply(i, e, s.matches(e, o))
		}
	}
	return w
}

// effective reports whether the entry speaks of the object itself.
func (e *Entry) effective(o Object) bool {
	return e.Flags&InheritOnly == 0 || o.Rules == ZFS && o.Kind != mode.Directory
}

func (w *walk) apply(i int, e *Entry, m match) {
	switch {
	case m == unclear:
		w.doubtful = true
		return
	case m == differs:
		return
	case e.Type == Allow:
		w.lastAllow = i
	default:
		w.denied |= e.Rights & w.pending
		if w.firstDeny < 0 {
			w.firstDeny = i
		}
	}
	w.pending &^= e.Rights
}

func (w walk) verdict(o Object, wanted Rights) Verdict {
	v := Verdict{Missing: w.pending | w.denied, Doubtful: w.doubtful, Entry: -1}
	switch {
	case w.denied != 0:
		v.Reason, v.Entry = DeniedByEntry, w.firstDeny
	case w.pending != 0:
		v.Reason = NotAllowed
	default:
		v.Allowed, v.Reason, v.Entry = true, AllowedByEntry, w.lastAllow
		return v
	}
	v.Errno = EACCES
	if o.Rules == FreeBSDRules && wanted&(WriteACL|WriteAttributes|WriteOwner|DeleteChild|Delete) != 0 {
		v.Errno = EPERM
	}
	return v
}

// match is whether an entry speaks of a subject.
type match uint8

const (
	differs match = iota
	speaks
	unclear
)

func matched(b bool) match {
	if b {
		return speaks
	}
	return differs
}

func (s *Subject) matches(e *Entry, o Object) match {
	switch e.Who.Class {
	case Named:
		return s.named(e)
	case Owner:
		return matched(s.IDs.UID == o.Owner)
	case Group:
		return matched(s.IDs.InGroup(o.Group))
	case Everyone:
		return speaks
	case Authenticated:
		return matched(s.Sessions&WithoutName == 0)
	case SID, AnySID:
		if s.SIDs == nil {
			return unclear
		}
		return matched(slices.Contains(s.SIDs, e.Who.Name))
	}
	return matched(s.Sessions&e.Who.Class.session() != 0)
}

// session is the session of which a special name speaks.
func (c Class) session() Sessions {
	switch c {
	case Interactive:
		return FromTerminal
	case Network:
		return FromNetwork
	case Dialup:
		return FromDialup
	case Batch:
		return FromBatch
	case Anonymous:
		return WithoutName
	case Service:
		return FromAService
	}
	return 0
}

// named compares numbers where the entry has one, else names.
func (s *Subject) named(e *Entry) match {
	switch w := e.Who; {
	case w.HasID && e.group():
		return matched(s.IDs.InGroup(ident.GID(w.ID)))
	case w.HasID:
		return matched(s.IDs.UID == ident.UID(w.ID))
	case e.group():
		if s.GroupNames == nil {
			return unclear
		}
		return matched(slices.Contains(s.GroupNames, w.Name))
	case s.Name == "":
		return unclear
	default:
		return matched(s.Name == w.Name)
	}
}

// Effective is all the rights that the subject has on the object, each decided for
// itself.
func (a ACL) Effective(s Subject, o Object) Rights {
	var all Rights
	for bit := ReadData; bit <= Synchronize; bit <<= 1 {
		if bit&(FullSet|WriteRetention|WriteHold) != 0 && a.Decide(s, bit, o).Allowed {
			all |= bit
		}
	}
	return all
}
