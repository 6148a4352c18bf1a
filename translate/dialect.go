package translate

import (
	"ward/acl/nfs4"
	"ward/mode"
)

// dialect is what a model does: it answers, it is taken apart, and it is built.
type dialect interface {
	// may is those of the wanted rights that the caller has, each decided for itself.
	may(o Object, c caller, wanted Rights) Rights
	// atOnce reports whether the caller gets all the rights in one request.
	atOnce(o Object, c caller, wanted Rights) bool
	// facts takes a value apart.
	facts(o Object) (facts, error)
	// build makes values that say what the draft says, the one to be preferred first.
	build(d draft) []Object
	// names reports whether the model has a name for the principal.
	names(p Principal) bool
	// explain is the verdict on a request in the model's own words, with the entry.
	explain(o Object, c caller, wanted Rights) (reason string, entry int)
}

// facts is what a value says beside its answers.
type facts struct {
	users, groups []Principal
	together      [][]Principal // groups that an entry asks for together
	order         []Entry       // of a list in which the first entry that matches decides
	extras        []Extra
	// inherited is what the directory hands down, as the permissions of what is made in
	// it; nil for nothing.
	inherited *Object
	unclear   []Loss // what no other field holds
}

// Entry is an entry of the intermediate's ordered list: the first that speaks of a right
// and a subject decides it. Flags have the numbers of NFSv4.
type Entry struct {
	Type      nfs4.Type
	Principal Principal // Owner, OwningGroup and Everyone for those of the object
	Rights    Rights
	Flags     nfs4.Flags
}

// Extra is something that is no access: a bit, a flag, an attribute.
type Extra struct {
	Name string // "setuid", "hidden", "script"
	Off  bool   // it says that the thing is not so; such are carried, and never Lost
}

// Table is who may what, without groups that add up and entries in an order: the short
// form of an Access.
type Table struct {
	Owner, Group, Everyone, System Rights
	Users, Groups                  []Grant
}

// Grant is what somebody may.
type Grant struct {
	Principal Principal
	Rights    Rights
}

// draft is what is to be built.
type draft struct {
	table        Table
	order        []Entry
	extras       []Extra
	kind         mode.Kind
	owner, group Principal
	source       Object  // for counterparts that systems have made themselves
	inherited    *Object // in the target's own model
	safe         bool    // nobody may get more
}

func (d draft) object(model string, value any) Object {
	return Object{Model: model, Kind: d.kind, Owner: d.owner, Group: d.group, Value: value}
}

func (d draft) has(name string) bool {
	for _, e := range d.extras {
		if e.Name == name {
			return !e.Off
		}
	}
	return false
}

// knows reports whether the draft says whether the thing is so.
func (d draft) knows(name string) bool {
	for _, e := range d.extras {
		if e.Name == name {
			return true
		}
	}
	return false
}

// rwx is the rights as three bits. All that a bit stands for must be there: a program
// that may write may append too, and in a directory that is not sticky remove.
func (d draft) rwx(r Rights) (bits mode.Rights) {
	w := Write | Append
	if d.kind == mode.Directory && !d.has("sticky") {
		w |= DeleteChild
	}
	if r&Read != 0 {
		bits |= mode.R
	}
	if r&w == w {
		bits |= mode.W
	}
	if r&Execute != 0 {
		bits |= mode.X
	}
	return bits
}

// fromRWX is what three bits stand for.
func fromRWX(bits mode.Rights, k mode.Kind) (r Rights) {
	if bits&mode.R != 0 {
		r |= Read
	}
	if bits&mode.W != 0 {
		r |= Write | Append
		if k == mode.Directory {
			r |= DeleteChild
		}
	}
	if bits&mode.X != 0 {
		r |= Execute
	}
	return r
}

// unixBits is what a request in three bits asks for.
func unixBits(r Rights) (bits mode.Rights) {
	if r&Read != 0 {
		bits |= mode.R
	}
	if r&(Write|Append|DeleteChild) != 0 {
		bits |= mode.W
	}
	if r&Execute != 0 {
		bits |= mode.X
	}
	return bits
}

// byBits asks about each of three bits, and about all the others what Unix does.
func byBits(wanted Rights, k mode.Kind, owner bool, may func(mode.Rights) bool) (r Rights) {
	for _, bit := range [...]mode.Rights{mode.R, mode.W, mode.X} {
		if may(bit) {
			r |= fromRWX(bit, k)
		}
	}
	if r&Read != 0 {
		r |= ReadNamed
	}
	if r&Write != 0 {
		r |= WriteNamed
	}
	r |= ReadAttributes | ReadACL | Synchronize
	if owner {
		r |= WriteAttributes | WriteACL
	}
	return r & wanted
}
