package translate

// Form is a program whose commands set permissions.
type Form struct {
	ID    string // "icacls", "chmod+a"
	Model string // the id of the model whose values it sets
	Shell string // "sh", "cmd", "powershell", "dcl", "tso", "amiga"
}

// Forms is the table of programs. Each call makes a new one.
func Forms() []Form { return nil }

// Commands prints the commands of a form that would give the object at the path these
// permissions, one a line, quoted for the form's shell. The object must be of the form's
// model. It fails where the path or a name cannot be quoted there.
func Commands(o Object, form, path string, c Context) ([]string, error) {
	return nil, &ModelError{ID: form, Problem: "no such command form"}
}
