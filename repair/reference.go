// Package repair says what the objects of a damaged tree should be by a reference
// (what packages, tmpfiles.d, a manifest or an earlier run say of them), and by what
// change each comes back.
//
// A [Builder] makes a Reference of what the sources know. A [Judge] compares one entry
// after the other with it. It never gives anybody a right that he does not have, unless
// told to ([Options].Loosen): what is tighter than the reference is left, and said.
// The exception are the bits that every chmod and chown takes away as a side effect,
// setuid and setgid: they come back to a file that was evidently trampled on, last of
// all and only if its content is known to be right. What no source knows is left alone,
// with a guess ([Guess]) of what it should be.
package repair

import (
	"cmp"
	"fmt"
	"slices"

	"ward/account"
	"ward/entry"
	"ward/ident"
	"ward/mode"
	"ward/packages"
)

// Parts is which parts of a state a reference decides.
type Parts uint8

// The parts.
const (
	Mode Parts = 1 << iota
	User
	Group
	ACL
	Default
	Caps
	Flags
)

// Source is where a reference comes from, by how much it outranks others.
type Source uint8

// The sources, weakest first.
const (
	NoSource Source = iota
	Package
	Tmpfiles
	Override // dpkg-statoverride
	Manifest
	Journal
)

// String names the source.
func (s Source) String() string {
	return [...]string{"nothing", "package", "tmpfiles.d", "statoverride", "manifest", "journal"}[s]
}

// Wanted is what one object should be.
type Wanted struct {
	Parts  Parts
	Kind   mode.Kind // Unknown: anything but a directory
	State  entry.State
	Source Source
	Detail string // the package, file and line, or run: "passwd 1:4.13"
	Digest packages.Digest
	Traits packages.Traits

	// Missing is a user or group that the reference names and the system does not
	// have; "" where all are there.
	Missing string

	// Number counts the objects of a reference from 0, in no order.
	Number int32

	// Doubt is what a maintainer script says otherwise; nil where none does.
	Doubt *Guess
}

// Reference is what all objects should be. It does not change once it is built and may
// be used by several goroutines.
type Reference struct {
	objects map[string]*Wanted
	owned   map[string]string  // path to package, where nothing but that is known
	scripts map[string]*Guess  // what maintainer scripts say of paths that no package has
	near    map[nearby]*common // by directory
	dirs    map[string]bool    // directories that some path of the reference lies in
	db      *account.Database
	system  bool // it is of a whole system, of which some paths are known
}

// Of is what an object should be; nil where the reference does not say.
func (r *Reference) Of(path string) *Wanted { return r.objects[path] }

// Owner is the package of a path of which no more is known; "" where there is none.
func (r *Reference) Owner(path string) string { return r.owned[path] }

// Len is how many objects it knows.
func (r *Reference) Len() int { return len(r.objects) }

// Paths lists the objects that it knows, sorted.
func (r *Reference) Paths() []string {
	all := make([]string, 0, len(r.objects))
	for path := range r.objects {
		all = append(all, path)
	}
	slices.Sort(all)
	return all
}

// Builder gathers what sources say. It is for one goroutine.
type Builder struct {
	ref Reference
	db  *account.Database

	// Resolve is where a path of a source really lies; nil: as it is.
	resolve func(path string, directory bool) string
}

// NewBuilder is for a system with these accounts. resolve says where a path of a
// package really lies, on a system where bin is a link to usr/bin; nil changes nothing.
func NewBuilder(db *account.Database, resolve func(path string, directory bool) string) *Builder {
	b := &Builder{db: db, resolve: resolve}
	b.ref.db = db
	b.ref.objects = map[string]*Wanted{}
	b.ref.owned = map[string]string{}
	b.ref.scripts = map[string]*Guess{}
	b.ref.dirs = map[string]bool{}
	return b
}

// Owners are ids or names: a name counts before an id, as package managers and tar
// have it.
type Owners struct {
	User, Group string
	UID         ident.UID
	GID         ident.GID
}

// AddFile adds a file of a package.
func (b *Builder) AddFile(p packages.Package, f *packages.File) {
	if f.Traits&packages.Absent != 0 {
		return
	}
	path := b.place(f.Path, f.Kind == mode.Directory)
	if !f.ModeKnown {
		if b.ref.owned[path] == "" {
			b.ref.owned[path] = p.String()
		}
		return
	}
	w := &Wanted{
		Parts: Mode | User | Group, Kind: f.Kind, State: entry.State{Mode: f.Mode}, Source: Package,
		Detail: p.String(), Digest: f.Digest, Traits: f.Traits,
	}
	if f.CapsKnown {
		w.setCaps(f.Caps)
	}
	b.own(w, Owners{f.User, f.Group, f.UID, f.GID})
	b.add(path, w)
}

func (w *Wanted) setCaps(text string) {
	c, err := ident.ParseFileCapabilities(text)
	if err != nil {
		return
	}
	w.Parts |= Caps
	if c != (ident.FileCapabilities{}) {
		w.State.Caps = string(c.Encode())
	}
}

// Add adds an object of another source. Its owners are looked up.
func (b *Builder) Add(path string, w Wanted, o Owners) {
	b.own(&w, o)
	b.add(b.place(path, w.Kind == mode.Directory), &w)
}

// Adjust is Add for sources that say only some parts, or of objects that others know
// as well (statoverride, tmpfiles.d): what it does not say stays.
func (b *Builder) Adjust(path string, w Wanted, o Owners) {
	b.own(&w, o)
	path = b.place(path, w.Kind == mode.Directory)
	have := b.ref.objects[path]
	if have == nil {
		b.add(path, &w)
		return
	}
	if have.Source > w.Source {
		return
	}
	have.adjust(&w)
}

func (w *Wanted) adjust(o *Wanted) {
	if o.Parts&Mode != 0 {
		w.State.Mode = o.State.Mode
	}
	if o.Parts&User != 0 {
		w.State.UID = o.State.UID
	}
	if o.Parts&Group != 0 {
		w.State.GID = o.State.GID
	}
	w.Parts |= o.Parts
	w.Source, w.Detail = o.Source, o.Detail
	w.Missing = cmp.Or(o.Missing, w.Missing)
	w.Doubt = nil
}

// AddScript adds what a maintainer script says: a doubt where a package says
// otherwise, else a guess.
func (b *Builder) AddScript(path string, parts Parts, m mode.Mode, o Owners, why string) {
	w := Wanted{Parts: parts, State: entry.State{Mode: m}}
	b.own(&w, o)
	if w.Missing != "" {
		return
	}
	path = b.place(path, false)
	b.ref.scripts[path] = &Guess{Parts: w.Parts, State: w.State, Certainty: Likely, Why: why}
}

// place is where a path really lies.
func (b *Builder) place(path string, directory bool) string {
	if b.resolve == nil {
		return path
	}
	return b.resolve(path, directory)
}

// own looks the owners up.
func (b *Builder) own(w *Wanted, o Owners) {
	w.State.UID, w.State.GID = o.UID, o.GID
	if o.User != "" {
		if u, ok := b.db.User(o.User); ok {
			w.State.UID = u.UID
		} else if o.UID == ident.NoUID || !b.nobodys(o.UID) {
			w.Missing = fmt.Sprintf("user %q", o.User)
		}
	}
	if o.Group != "" {
		if g, ok := b.db.Group(o.Group); ok {
			w.State.GID = g.GID
		} else if o.GID == ident.NoGID || b.db.KnowsGroup(o.GID) == account.Yes {
			w.Missing = fmt.Sprintf("group %q", o.Group)
		}
	}
	w.owned(User, w.State.UID != ident.NoUID)
	w.owned(Group, w.State.GID != ident.NoGID)
}

// nobodys reports whether an id may stand for a name that is not there: no other user
// has it.
func (b *Builder) nobodys(uid ident.UID) bool { return b.db.KnowsUser(uid) != account.Yes }

func (w *Wanted) owned(p Parts, known bool) {
	if known {
		w.Parts |= p
		return
	}
	w.Parts &^= p
}

// add keeps an object. Of a directory that several packages have, the package that was
// there first counts, which is base-files for the directories of the system: package
// managers leave a directory as it is that is there already.
func (b *Builder) add(path string, w *Wanted) {
	have := b.ref.objects[path]
	if have != nil && !outranks(w, have) {
		return
	}
	b.ref.objects[path] = w
}

func outranks(w, have *Wanted) bool {
	switch {
	case w.Source != have.Source:
		return w.Source > have.Source
	case w.Source == Manifest || w.Source == Journal:
		return true // the last one counts
	case w.Kind != mode.Directory || have.Kind != mode.Directory:
		return false
	}
	return first(w.Detail) && !first(have.Detail)
}

// first are the packages that make the directories of a system.
func first(detail string) bool {
	for _, name := range []string{"base-files ", "filesystem ", "alpine-baselayout "} {
		if len(detail) > len(name) && detail[:len(name)] == name {
			return true
		}
	}
	return false
}

// Finish is the reference. system says that it is of a whole system, whose other
// objects are worth a guess. The builder is not to be used any more.
func (b *Builder) Finish(system bool) *Reference {
	r := &b.ref
	r.system = system
	for path, g := range r.scripts {
		if w := r.objects[path]; w != nil {
			if w.Source == Package && !g.agrees(w) {
				w.Doubt = g
			}
			delete(r.scripts, path)
		}
	}
	number := int32(0)
	for path, w := range r.objects {
		w.Number = number
		number++
		r.within(path)
	}
	for path := range r.owned {
		if r.objects[path] != nil {
			delete(r.owned, path)
		}
	}
	if system {
		r.near = neighbours(r.objects)
	}
	return r
}

// within remembers the directories above a path.
func (r *Reference) within(path string) {
	for i := len(path) - 1; i > 0; i-- {
		if path[i] == '/' {
			if r.dirs[path[:i]] {
				return
			}
			r.dirs[path[:i]] = true
		}
	}
}

// agrees reports whether a guess wants what the reference wants.
func (g *Guess) agrees(w *Wanted) bool {
	return (g.Parts&Mode == 0 || g.State.Mode == w.State.Mode) &&
		(g.Parts&User == 0 || g.State.UID == w.State.UID) &&
		(g.Parts&Group == 0 || g.State.GID == w.State.GID)
}

// Holds reports whether the reference knows something in a directory, at any depth.
func (r *Reference) Holds(dir string) bool { return dir == "." || r.dirs[dir] }
