package repair

import (
	"fmt"
	"path"
	"strings"

	"ward/entry"
	"ward/mode"
)

// Certainty is how sure a guess is.
type Certainty uint8

// The certainties.
const (
	NoGuess Certainty = iota
	Unsure            // by its kind, or by a directory above it
	Likely            // by a maintainer script, or by neighbours that agree
	Sure              // a file that every system of the kind has, with one mode
)

// String is the word for it.
func (c Certainty) String() string { return [...]string{"none", "unsure", "likely", "sure"}[c] }

// ParseCertainty reads the word.
func ParseCertainty(word string) (Certainty, bool) {
	for c := NoGuess; c <= Sure; c++ {
		if c.String() == word {
			return c, true
		}
	}
	return NoGuess, false
}

// Guess is what an object that no source knows probably should be.
type Guess struct {
	Parts     Parts
	State     entry.State
	Certainty Certainty
	Why       string
}

// ours reports whether a path lies where packages and the system itself keep files,
// rather than people.
func (r *Reference) ours(name string) bool {
	for _, own := range []string{"var/tmp", "var/www", "var/mail", "var/spool/mail", "var/local", "var/opt"} {
		if strings.HasPrefix(name, own+"/") {
			return false
		}
	}
	top, _, below := strings.Cut(name, "/")
	switch top {
	case "usr", "etc", "var", "boot", "bin", "sbin", "lib", "lib32", "lib64", "libx32", ".":
		return true
	}
	return !below // home itself, but not what is in it
}

// guess puts together what is known of the likes of an entry: files of every system,
// maintainer scripts, neighbours, its kind. Facts may be asked for.
func (r *Reference) guess(name string, e *entry.Entry) (Guess, entry.Facts) {
	if e.Kind == mode.Symlink {
		g := ownedBy(r.above(name), "as the directory it lies in")
		if g.Parts == User|Group && g.State.UID == 0 {
			g.Certainty = Likely
		}
		return g, 0
	}
	if g, ok := r.scripts[name]; ok {
		return *g, 0
	}
	if g, ok := r.wellKnown(name, e); ok {
		return g, 0
	}
	if g, ok := r.neighbour(name, e.Kind); ok {
		return g, 0
	}
	return r.byKind(name, e)
}

// ownedBy is a guess at the owners alone.
func ownedBy(w *Wanted, why string) Guess {
	if w == nil {
		return Guess{Certainty: Unsure, Why: "nothing is known of it"}
	}
	return Guess{Parts: w.Parts & (User | Group), State: entry.State{UID: w.State.UID, GID: w.State.GID}, Certainty: Unsure, Why: why}
}

// above is the nearest directory above a path that the reference knows.
func (r *Reference) above(name string) *Wanted {
	for dir := path.Dir(name); ; dir = path.Dir(dir) {
		if w := r.objects[dir]; w != nil && w.Kind == mode.Directory {
			return w
		}
		if dir == "." || dir == "/" {
			return nil
		}
	}
}

// byKind is the last resort. Below a directory that belongs to a service, what is there
// belongs to it too, and nothing is known of modes but that they are no wider than the
// directory's. Elsewhere a directory is 0755, a program too, and a file 0644.
func (r *Reference) byKind(name string, e *entry.Entry) (Guess, entry.Facts) {
	if e.Kind != mode.Regular && e.Kind != mode.Directory {
		return Guess{Certainty: Unsure, Why: "nothing is known of it"}, 0
	}
	w := r.above(name)
	if w == nil {
		return Guess{Certainty: Unsure, Why: "nothing is known of it"}, 0
	}
	if e.Kind == mode.Regular && (e.Known|e.Denied)&entry.Content == 0 {
		return Guess{}, entry.Content
	}
	g := ownedBy(w, "by its kind")
	g.Parts |= Mode
	switch {
	case e.Content&(entry.PrivateKey|entry.LockedKey) != 0:
		g.State.Mode, g.Why = 0o600, "it holds a private key"
		if w.State.GID != 0 {
			g.State.Mode = 0o640 // the directory's group is there to read it
		}
	case w.State.UID != 0 || w.State.Mode&mode.OtherExecute == 0:
		g.State.Mode = w.State.Mode & mode.Permissions & e.Mode
		if e.Kind == mode.Regular {
			g.State.Mode &^= mode.Execute
		}
		g.Why = fmt.Sprintf("no wider than the directory of %s above it", w.Detail)
	case e.Kind == mode.Directory, e.Content&(entry.Shebang|entry.ELF) != 0 && !strings.HasPrefix(name, "var/"):
		g.State.Mode = 0o755
	default:
		g.State.Mode = 0o644
	}
	if owner := r.owned[name]; owner != "" {
		g.Why += "; it is of " + owner + ", whose package is not at hand"
	}
	return g, 0
}

// nearby is objects of one kind and suffix in a directory.
type nearby struct {
	dir    string
	kind   mode.Kind
	suffix string
}

// common is what some neighbours have in common.
type common struct {
	state entry.State
	count int
	mixed bool
}

// fewNeighbours is how many must agree.
const fewNeighbours = 3

func neighbours(objects map[string]*Wanted) map[nearby]*common {
	near := map[nearby]*common{}
	for name, w := range objects {
		if w.Kind == mode.Symlink || w.Parts&(Mode|User|Group) != Mode|User|Group || w.State.Mode&(mode.SetUID|mode.SetGID) != 0 {
			continue
		}
		k := nearbyOf(name, w.Kind)
		s := entry.State{Mode: w.State.Mode, UID: w.State.UID, GID: w.State.GID}
		c := near[k]
		if c == nil {
			near[k] = &common{state: s, count: 1}
			continue
		}
		c.count++
		c.mixed = c.mixed || !same(&c.state, &s)
	}
	return near
}

func nearbyOf(name string, k mode.Kind) nearby {
	dir, last := path.Split(name)
	suffix := path.Ext(last)
	if k == mode.Directory || suffix == last {
		suffix = ""
	}
	return nearby{dir, k, suffix}
}

func (r *Reference) neighbour(name string, k mode.Kind) (Guess, bool) {
	c := r.near[nearbyOf(name, k)]
	if c == nil || c.mixed || c.count < fewNeighbours {
		return Guess{}, false
	}
	what := "files"
	if k == mode.Directory {
		what = "directories"
	}
	if suffix := nearbyOf(name, k).suffix; suffix != "" {
		what = suffix + " files"
	}
	return Guess{
		Parts: Mode | User | Group, State: c.state, Certainty: Likely,
		Why: fmt.Sprintf("as all %d %s of packages beside it", c.count, what),
	}, true
}
