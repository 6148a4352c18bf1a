package app

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"ward/account"
	"ward/acl"
	"ward/acl/nt"
	"ward/internal/host/models"
	"ward/mode"
	"ward/notation"
	"ward/translate"
)

// PermissionSource says where permissions are taken from: texts in a notation, what
// paths have, or what members of an archive have.
type PermissionSource struct {
	From   string   // a notation or a model, in which Args are written; "": Args are paths, or members of In
	Args   []string // "-" is standard input, and so is a name of a file with a text, where the argument is none itself
	In     string   // a zip archive
	Which  string   // of several models that are found the one that counts: an id of a model
	Follow bool
	Facts  PermissionFacts
	Names  PrincipalNames
	Stdin  io.Reader
}

// PermissionFacts is what a text does not say of the object that it is about.
type PermissionFacts struct {
	Kind         mode.Kind
	Owner, Group string // a name, a number, a SID, a UIC; "" where it is not known
	Mode         string // beside lists that stand beside a mode; "" for none
}

// PrincipalNames says by which names users and groups go on several systems.
type PrincipalNames struct {
	Map     string   // a file of rows
	Same    []string // rows
	SIDs    string   // SIDs of numbers that no row has: "", "samba" or "ntfs-3g"
	Numeric bool     // numbers stay numbers
	Domain  string   // the SID of the domain, for the letter pairs of SDDL that mean others in each: DA, DU
}

// Permissions is one set of permissions with its source.
type Permissions struct {
	Source   string   // the text, the path, or the member
	Archive  string   // of a member
	Others   []string // ids of the models of which there are permissions besides, where one set was wanted
	Carrier  string   // of what was found: the attribute, file or field
	Note     string   // what else is to be known of it
	Model    translate.Model
	Notation string // the id of the notation that it is shown in
	Object   translate.Object
	Context  translate.Context
	Raw      []byte
	Err      error // it is there and cannot be read; Object is empty then
}

// TextError says where a text is not in its notation.
type TextError struct{ notation.SyntaxError }

func (e *TextError) Unwrap() error { return &e.SyntaxError }

// Error has the problem, the line and a mark below the place.
func (e *TextError) Error() string {
	return e.Problem + "\n    " + strings.ReplaceAll(e.Mark(), "\n", "\n    ")
}

// permissionReader has what all sources of a request share.
type permissionReader struct {
	PermissionSource
	db        *account.Database
	namesakes namesakes
	known     []translate.Model
}

func newPermissionReader(s PermissionSource) (*permissionReader, error) {
	r := &permissionReader{PermissionSource: s, known: translate.Models()}
	if !s.Names.Numeric && s.In == "" { // numbers in an archive are another machine's
		r.db = localAccounts()
	}
	rows, err := readNamesakes(s.Names.Map, s.Names.Same)
	if err != nil {
		return nil, err
	}
	sids, ok := sidKinds()[s.Names.SIDs]
	if !ok {
		return nil, &RequestError{Problem: fmt.Sprintf("SIDs of %q", s.Names.SIDs), Hint: "samba and ntfs-3g are known"}
	}
	r.namesakes = namesakes{rows, r.db, sids}
	if s.Which != "" {
		if _, _, err := findModel(s.Which); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// findModel is a model and a notation by an id of either.
func findModel(id string) (translate.Model, translate.Notation, error) {
	m, n, ok := translate.Find(id)
	if ok {
		return m, n, nil
	}
	hint := "`ward models` lists them"
	if near := nearestModel(id); near != "" {
		hint = near + " " + hint
	}
	return m, n, &RequestError{Problem: fmt.Sprintf("%q is no model and no notation", id), Hint: hint}
}

// context is what texts do not say.
func (r *permissionReader) context(kind mode.Kind) (translate.Context, error) {
	c := translate.Context{Kind: kind, Accounts: r.namesakes.accounts()}
	if r.Names.Domain != "" {
		domain, err := nt.ParseSID(r.Names.Domain)
		if err != nil {
			return c, &RequestError{Problem: "--domain", Err: err}
		}
		c.SDDL = nt.SDDLOptions{Machine: domain, Domain: domain, Forest: domain}
	}
	if r.db != nil {
		c.Names, c.Resolver = acl.Names(r.db), r.db.IDs()
	}
	if r.Facts.Owner != "" {
		c.Owner = r.namesakes.Complete(parsePrincipal(translate.User, r.Facts.Owner))
	}
	if r.Facts.Group != "" {
		c.Group = r.namesakes.Complete(parsePrincipal(translate.Group, r.Facts.Group))
	}
	if r.Facts.Mode != "" {
		m, err := mode.Parse(r.Facts.Mode)
		if err != nil {
			return c, &RequestError{Problem: "--mode", Err: err}
		}
		c.Mode = m
	}
	return c, nil
}

// all is every set of permissions of every argument; those that could be read come with
// the errors about the rest.
func (r *permissionReader) all() (all []Permissions, err error) {
	if r.From != "" {
		return r.texts()
	}
	objects, err := r.objects()
	for _, o := range objects {
		all = append(all, r.found(o)...)
	}
	return all, err
}

// sources is one set of permissions for each path or member, and all that texts and
// files with texts hold.
func (r *permissionReader) sources() (all []Permissions, wrong []error) {
	if r.From != "" {
		texts, err := r.texts()
		return texts, asList(err)
	}
	objects, err := r.objects()
	wrong = asList(err)
	for _, o := range objects {
		p, err := r.one(o, r.found(o))
		if err != nil {
			wrong = append(wrong, err)
			continue
		}
		all = append(all, p)
	}
	return all, wrong
}

func asList(err error) []error {
	if err == nil {
		return nil
	}
	return []error{err}
}

// objects are those of the paths, or the members.
func (r *permissionReader) objects() (objects []*models.Object, err error) {
	if r.In != "" {
		return models.GatherZip(r.In, r.Args)
	}
	var wrong []error
	for _, path := range r.Args {
		o, err := models.Gather(path, r.Follow)
		if err != nil {
			wrong = append(wrong, err)
			continue
		}
		objects = append(objects, o)
	}
	return objects, errors.Join(wrong...)
}

func (r *permissionReader) texts() ([]Permissions, error) {
	m, n, err := findModel(r.From)
	if err != nil {
		return nil, err
	}
	c, err := r.context(r.Facts.Kind)
	if err != nil {
		return nil, err
	}
	var all []Permissions
	var wrong []error
	for _, arg := range r.Args {
		found, err := r.text(arg, m, n, c)
		if err != nil {
			wrong = append(wrong, err)
			continue
		}
		all = append(all, found...)
	}
	return all, errors.Join(wrong...)
}

// text reads an argument: standard input, a text, or a file that holds one. A text that
// is one counts as itself though there be a file of that name.
func (r *permissionReader) text(arg string, m translate.Model, n translate.Notation, c translate.Context) ([]Permissions, error) {
	if arg == "-" {
		raw, err := readBounded(r.Stdin)
		if err != nil {
			return nil, fmt.Errorf("read standard input: %w", err)
		}
		return r.content(raw, "standard input", m, n, c)
	}
	o, err := parseText(n, arg, c)
	if err == nil {
		return []Permissions{{Source: arg, Model: m, Notation: n.ID, Object: ofSomething(o), Context: c}}, nil
	}
	f, opening := os.Open(arg)
	if opening != nil {
		if !errors.Is(opening, fs.ErrNotExist) && strings.ContainsRune(arg, os.PathSeparator) {
			return nil, opening
		}
		return nil, err
	}
	defer f.Close()
	raw, err := readBounded(f)
	if err != nil {
		return nil, fmt.Errorf("read the text in %q: %w", arg, err)
	}
	return r.content(raw, arg, m, n, c)
}

// content is what a file holds: a text in the notation, or one of the forms with
// several objects, or bytes, that the model has besides.
func (r *permissionReader) content(raw []byte, source string, m translate.Model, n translate.Notation, c translate.Context) ([]Permissions, error) {
	o, err := parseText(n, decodeText(raw), c)
	if err == nil {
		return []Permissions{{Source: source, Model: m, Notation: n.ID, Object: ofSomething(o), Context: c}}, nil
	}
	held := heldIn(raw, m, c.SDDL)
	if held == nil {
		return nil, err
	}
	all := make([]Permissions, len(held))
	for i, h := range held {
		object := ofSomething(translate.Object{Model: m.ID, Kind: c.Kind, Owner: c.Owner, Group: c.Group, Value: h.value})
		all[i] = Permissions{Source: source, Carrier: h.name, Model: m, Notation: n.ID, Object: object, Context: c}
	}
	return all, nil
}

// readBounded reads a whole file of a bounded length.
func readBounded(r io.Reader) ([]byte, error) {
	const most = 64 << 20 // an unload file of RACF is long
	raw, err := io.ReadAll(io.LimitReader(r, most+1))
	if err == nil && len(raw) > most {
		return nil, fmt.Errorf("it is longer than %d bytes", most)
	}
	return raw, err
}

// IsPermissionText reports whether a text is one in the notation.
func IsPermissionText(notation, text string) bool {
	_, err := translate.Parse(notation, text, translate.Context{})
	return err == nil
}

// parseText reads a text, with the blanks and line breaks that a file has around it or
// without.
func parseText(n translate.Notation, text string, c translate.Context) (translate.Object, error) {
	if says := saysNothing(n, text, c); says {
		return translate.Object{}, &RequestError{
			Problem: "read as " + n.ID + " (" + n.Name + ")", Err: errors.New("there is nothing in it but blanks and comments"),
			Hint: "what makes the text may have failed",
		}
	}
	o, err := translate.Parse(n.ID, text, c)
	if err == nil {
		return o, nil
	}
	if again, trimming := translate.Parse(n.ID, strings.TrimSpace(text), c); trimming == nil {
		return again, nil
	}
	return o, textError(n, err)
}

// saysNothing reports whether a text has nothing but blanks and comments, of which every
// notation would make something: no rights, or no list, which lets everybody in. Only a
// list of macOS without entries is written so, beside a mode.
func saysNothing(n translate.Notation, text string, c translate.Context) bool {
	if m, _, _ := translate.Find(n.ID); m.ID == "macos" && c.Mode != 0 {
		return false
	}
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			return false
		}
	}
	return true
}

// ofSomething is an object of which the text says no kind as a regular file.
func ofSomething(o translate.Object) translate.Object {
	if o.Kind == mode.Unknown {
		o.Kind = mode.Regular
	}
	return o
}

// textError is an error about a text with its place, where the notation tells it.
func textError(n translate.Notation, err error) error {
	var wrong *notation.SyntaxError
	if !errors.As(err, &wrong) {
		return &RequestError{Problem: "read as " + n.ID + " (" + n.Name + ")", Err: err}
	}
	hint := wrong.Hint
	if hint == "" && n.Example != "" && !strings.Contains(n.Example, "\n") {
		hint = "for example: " + n.Example
	}
	return &RequestError{Problem: "read as " + n.ID + " (" + n.Name + ")", Hint: hint, Err: &TextError{*wrong}}
}

// principalOfSID is the account that a SID names.
func principalOfSID(sort translate.Sort, sid nt.SID) translate.Principal {
	if sid.IsZero() {
		return translate.Principal{}
	}
	return translate.Principal{Sort: sort, SID: sid.String(), Name: sid.WellKnownName()}
}
