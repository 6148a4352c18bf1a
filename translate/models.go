package translate

import (
	"ward/acl"
	"ward/acl/nt"
	"ward/mode"
)

// Model is one way to say who may do what, with the systems that have it.
type Model struct {
	ID      string // "nfs4-zfs"
	Name    string // "NFSv4 lists as ZFS decides them"
	Value   string // the type of Object.Value: "nfs4.ACL"
	Systems []Platform
	// Decides is the rights that a value can give and withhold; Fixed is those of which
	// the system says the same for every object. Others are decided elsewhere.
	Decides, Fixed Rights
	// Alone marks models without users: what holds for one holds for all.
	Alone bool
	// Notations is how values are written, the first one by default.
	Notations []Notation
}

// Platform is a system with the versions that have the model.
type Platform struct {
	Name     string
	Versions string // "since 10.4"; "" for all
}

// Notation is one way to write values of a model.
type Notation struct {
	ID      string // "nfs4-freebsd", "sddl"; names the model too
	Name    string // "getfacl and setfacl of FreeBSD"
	Example string // a text that Parse reads
	Where   string // where ward reads it: files, attributes, archives
}

// Context is what a text does not say of the object that it is about.
type Context struct {
	Kind         mode.Kind
	Owner, Group Principal // where the text names none
	Mode         mode.Mode // beside lists that stand beside a mode (macOS, HP-UX)
	Names        acl.Names // names for ids, in writing; nil writes numbers
	Resolver     acl.Resolver
	SDDL         nt.SDDLOptions
}

// Models is the table of models. Each call makes a new one.
func Models() []Model { return nil }

// Find is the model, and the notation, of an id: a model's, which stands for its first
// notation, or a notation's.
func Find(id string) (Model, Notation, bool) { return Model{}, Notation{}, false }

// Parse reads a text in a notation, by its id or its model's. Errors are those of the
// model's package, with positions, or a *ModelError.
func Parse(id, text string, c Context) (Object, error) {
	return Object{}, &ModelError{ID: id, Problem: "no such notation"}
}

// Format writes the object in a notation of its model. Parse reads it back.
func Format(o Object, id string, c Context) (string, error) {
	return "", &ModelError{ID: id, Problem: "no such notation"}
}
