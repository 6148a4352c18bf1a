// Package translate converts permissions from any model to any other: mode bits,
// POSIX lists, NFSv4 and macOS lists, Windows descriptors, DOS attributes, classic
// Mac OS locks, AmigaOS, OpenVMS, RACF and HP-UX.
//
// There is one way for all pairs. The source's own rules are asked what each kind of
// subject may do: the owner, members of the owning group, everybody who is named, the
// members of one or two of the groups that are named, the system's own users, and
// anybody else (Access). From these answers the target is built, and then the target's
// own rules are asked the same questions. Every answer that differs is a Loss, and a
// value under which anybody could do more than before is made narrower until nobody
// can, unless AllowWidening is set. Nothing is listed, or left out, by belief.
//
// Rights are compared one by one. A right of which the target says nothing is Lost:
// what holds there is what its system does with everybody's. So is a right of which a
// system says the same for every object, as Unix does of changing the mode, where it is
// not one of those to the contents. That the source refuses rights together, in one
// request, which it allows one after the other, is no more access: where the target
// allows them together the refusal is Lost.
//
// What is no access (setuid, the archive bit, audit entries, flags of inheritance,
// labels, conditions) is carried where the target has it, and Lost where it has not.
package translate

import "ward/mode"

// Object is permissions in one model, with the facts about the object that has them.
// It is a value; what Value holds must not be changed.
type Object struct {
	Model string    // the id of a Model
	Kind  mode.Kind // Regular or Directory; Unknown counts as Regular
	Owner Principal // the zero Principal where it is not known
	Group Principal // likewise
	// Value is what the model's package has for it: see Model.Value.
	Value any
}

// Options of a conversion. The zero value gives the safe result and lists losses.
type Options struct {
	// AllowWidening takes the usual counterpart though somebody may do more by it.
	// Without it a conversion that cannot but give somebody more fails with a
	// *RefusedError.
	AllowWidening bool
	// Strict makes any loss a *RefusedError.
	Strict bool
	// Mapping knows other names of users and groups: the uid of a SID. nil knows only
	// those that are the same everywhere. Who has no name in the target is a Loss.
	Mapping Mapping
}

// Result is a conversion's.
type Result struct {
	Object Object
	Losses []Loss // those of access first, the widened before the narrowed before the lost
}
