package app

import (
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"ward/account"
	"ward/acl"
	"ward/entry"
	"ward/internal/host/accounts"
	"ward/internal/host/files"
	"ward/mode"
	"ward/policy"
)

// AssertRequest says what one object is expected to be.
type AssertRequest struct {
	Path   string
	Wants  []string // "mode=0600", "owner=app", "group=app", "acl=u:bob:r", "type=file"
	Follow bool     // a symbolic link stands for what it points at
}

// Asserted is what of it does not hold.
type Asserted struct {
	Path   string // as asked for
	Kind   mode.Kind
	Misses []Miss // in the order of the wants
	Names  acl.Names
}

// Miss is an expectation that does not hold.
type Miss struct {
	Attribute string
	Found     string
	Wanted    string // as asked for
	Why       string // where found and wanted do not say it; else ""
}

// Assert compares one object with what is expected of it. Mistakes in a want are a
// *RequestError.
func Assert(q AssertRequest) (*Asserted, error) {
	db, err := accounts.Load()
	if err != nil {
		return nil, err
	}
	wants, err := parseWants(q.Wants, db)
	if err != nil {
		return nil, err
	}
	facts := entry.Stat
	for _, w := range wants {
		facts |= w.facts
	}
	e, err := lookAt(q.Path, q.Follow, facts)
	if err != nil {
		return nil, err
	}
	a := &Asserted{Path: q.Path, Kind: e.Kind, Names: db}
	for _, w := range wants {
		if miss, ok := w.miss(&e); !ok {
			miss.Attribute, miss.Wanted = w.attribute, w.text
			a.Misses = append(a.Misses, miss)
		}
	}
	return a, nil
}

// lookAt examines one object without following a symbolic link at the end of the
// path, unless told to.
func lookAt(path string, follow bool, facts entry.Facts) (entry.Entry, error) {
	dir, name := filepath.Split(filepath.Clean(path))
	if follow || name == "" || name == "." || name == ".." {
		root, err := files.Open(path)
		if err != nil {
			return entry.Entry{}, err
		}
		defer root.Close()
		return denied(root.Entry(facts))
	}
	root, err := files.Open(filepath.Clean(dir))
	if err != nil {
		return entry.Entry{}, err
	}
	defer root.Close()
	o, err := root.Object(name)
	if err != nil {
		return entry.Entry{}, err
	}
	defer o.Close()
	return denied(o.Look(facts))
}

// denied makes an error of a fact that could not be had.
func denied(e entry.Entry, err error) (entry.Entry, error) {
	if err == nil && e.Denied != 0 {
		err = errors.New("some of its facts could not be read")
	}
	return e, err
}

// want is one expectation: miss answers true where it holds.
type want struct {
	attribute string
	text      string
	facts     entry.Facts
	miss      func(*entry.Entry) (Miss, bool)
}

type parseWant func(text string, db *account.Database) (want, error)

// wantOf is how the expectation of an attribute is read; nil for an unknown one.
func wantOf(attribute string) parseWant {
	switch attribute {
	case "mode":
		return wantMode
	case "owner":
		return wantOwner
	case "group":
		return wantGroup
	case "acl":
		return wantACL
	case "type":
		return wantType
	}
	return nil
}

func parseWants(texts []string, db *account.Database) ([]want, error) {
	var wants []want
	for _, text := range texts {
		name, value, ok := strings.Cut(text, "=")
		parse := wantOf(name)
		if !ok || parse == nil {
			return nil, &RequestError{Problem: fmt.Sprintf("%q: expect mode=, owner=, group=, acl= or type=", text), Hint: meant(name)}
		}
		w, err := parse(value, db)
		if err != nil {
			return nil, &RequestError{Problem: text, Err: err}
		}
		w.attribute, w.text = name, value
		wants = append(wants, w)
	}
	return wants, nil
}

// attributes are what can be expected something of.
var attributes = [...]string{"mode", "owner", "group", "acl", "type"}

// AssertAttributes are what Assert can be asked about.
func AssertAttributes() []string { return attributes[:] }

// meant is a hint that names the attribute nearest to what was written, or "".
func meant(name string) string {
	for _, other := range [][2]string{{"user", "owner"}, {"uid", "owner"}, {"gid", "group"}, {"kind", "type"}, {"perm", "mode"}, {"permissions", "mode"}} {
		if name == other[0] {
			return fmt.Sprintf("did you mean %q?", other[1])
		}
	}
	return policy.DidYouMean(name, attributes[:])
}

func wantMode(text string, _ *account.Database) (want, error) {
	expr, err := parseModeWant(text)
	if err != nil {
		return want{}, err
	}
	if alwaysHolds(expr) {
		return want{}, errors.New("it holds whatever the mode is; is something missing?")
	}
	kind := listedKind(text)
	return want{miss: func(e *entry.Entry) (Miss, bool) {
		if kind != mode.Unknown && kind != e.Kind {
			return Miss{Found: e.Mode.Octal() + " " + e.Mode.Format(e.Kind), Why: "it is a " + e.Kind.String() + " and no " + kind.String()}, false
		}
		if e.Kind == mode.Symlink {
			return Miss{Found: "symlink", Why: "the mode of a symbolic link does not count; --follow asks for what it points at"}, false
		}
		should := expr.Apply(e.Mode, e.Kind, 0)
		return Miss{Found: e.Mode.Octal() + " " + e.Mode.Format(e.Kind), Why: "it should be " + should.Octal() + " " + should.Format(e.Kind)}, should == e.Mode
	}}, nil
}

// alwaysHolds tells whether an expression changes no mode, so that nothing could be
// missed: "u+$BITS" without bits.
func alwaysHolds(expr mode.Expr) bool {
	for m := mode.Mode(0); m <= mode.All; m++ {
		if expr.Apply(m, mode.Regular, 0) != m || expr.Apply(m, mode.Directory, 0) != m {
			return false
		}
	}
	return true
}

// parseModeWant reads a mode, a chmod expression, atmost:MODE or atleast:MODE.
func parseModeWant(text string) (mode.Expr, error) {
	if rest, ok := strings.CutPrefix(text, "atmost:"); ok {
		m, err := mode.Parse(rest)
		return mode.AtMost(m), err
	}
	if rest, ok := strings.CutPrefix(text, "atleast:"); ok {
		m, err := mode.Parse(rest)
		return mode.AtLeast(m), err
	}
	e, err := mode.ParseRequirement(text)
	if err == nil {
		return e, nil
	}
	if m, plain := mode.Parse(text); plain == nil { // as ls shows it, or constants
		return mode.ParseRequirement(m.Octal())
	}
	return e, err
}

// listedKind is the type that a mode in the form of ls -l begins with; Unknown where
// it is written otherwise.
func listedKind(text string) mode.Kind {
	const withType = len("-rw-r--r--")
	if len(text) < withType {
		return mode.Unknown
	}
	_, kind, _, err := mode.ParseListing(text)
	if err != nil {
		return mode.Unknown
	}
	return kind
}

func wantOwner(text string, db *account.Database) (want, error) {
	id, err := lookUp("user", text, db.IDs().User)
	return want{miss: func(e *entry.Entry) (Miss, bool) {
		return Miss{Found: db.UserName(e.UID)}, uint32(e.UID) == id
	}}, err
}

func wantGroup(text string, db *account.Database) (want, error) {
	id, err := lookUp("group", text, db.IDs().Group)
	return want{miss: func(e *entry.Entry) (Miss, bool) {
		return Miss{Found: db.GroupName(e.GID)}, uint32(e.GID) == id
	}}, err
}

func lookUp(what, text string, find func(string) (uint32, bool)) (uint32, error) {
	if id, ok := find(text); ok {
		return id, nil
	}
	if id, err := strconv.ParseUint(text, 10, 32); err == nil {
		return uint32(id), nil
	}
	return 0, fmt.Errorf("unknown %s %q", what, text)
}

func wantACL(text string, db *account.Database) (want, error) {
	spec, err := acl.ParseSpec(text, db.IDs())
	return want{facts: entry.AccessACL | entry.DefaultACL, miss: func(e *entry.Entry) (Miss, bool) {
		miss := Miss{Found: listText(e.ACL, e.Default, db)}
		access, def, m, err := spec.Apply(e.ACL, e.Default, e.Mode, e.Kind)
		if err != nil {
			miss.Why = err.Error()
			return miss, false
		}
		return miss, access.Equal(e.ACL) && def.Equal(e.Default) && m == e.Mode
	}}, err
}

func listText(access, def acl.List, names acl.Names) string {
	var parts []string
	if len(access) > 0 {
		parts = append(parts, access.Format(names))
	}
	if len(def) > 0 {
		parts = append(parts, def.FormatDefault(names))
	}
	if parts == nil {
		return "none"
	}
	return strings.Join(parts, ",")
}

func wantType(text string, _ *account.Database) (want, error) {
	kind, err := mode.ParseKind(text)
	return want{miss: func(e *entry.Entry) (Miss, bool) {
		return Miss{Found: e.Kind.String()}, e.Kind == kind
	}}, err
}
