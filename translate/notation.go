package translate

import (
	"ward/acl"
	"ward/acl/nt"
	"ward/mode"
)

// Context is what a text does not say of the object that it is about. The zero value is
// a regular file of an owner and a group that are not known.
type Context struct {
	Kind         mode.Kind
	Owner, Group Principal // where the text names none
	Mode         mode.Mode // beside lists that stand beside a mode (macOS, special bits of others)
	Names        acl.Names // names for ids, in writing; nil writes numbers
	Resolver     acl.Resolver
	SDDL         nt.SDDLOptions
	Accounts     nt.Names // names for SIDs, in icacls and the like
	Path         string   // of the object, where the notation has it
}

// Parse reads a text in a notation, by its id or its model's. Errors are those of the
// model's package, with positions, or a *ModelError.
func Parse(id, text string, c Context) (Object, error) {
	m, n, ok := Find(id)
	if !ok {
		return Object{}, unknownNotation(id)
	}
	o := Object{Model: m.ID, Kind: c.Kind, Owner: c.Owner, Group: c.Group}
	var err error
	o.Value, err = parseAs(n.ID, text, c)
	if err != nil {
		return Object{}, err
	}
	return adopt(o), nil
}

// Format writes the object in a notation of its model, by its id or its model's. Parse
// reads it back.
func Format(o Object, id string, c Context) (string, error) {
	m, n, ok := Find(id)
	switch {
	case !ok:
		return "", unknownNotation(id)
	case m.ID != o.Model:
		return "", &ModelError{ID: id, Problem: "it is a notation of " + m.ID + ", and the object is one of " + o.Model}
	}
	return formatAs(n.ID, o, c)
}

func unknownNotation(id string) error {
	var known []string
	for _, m := range Models() {
		known = append(known, m.ID)
		for _, n := range m.Notations {
			known = append(known, n.ID)
		}
	}
	return &ModelError{ID: id, Problem: "there is no such model or notation", Known: known}
}
