package policy

import (
	"strings"

	"ward/mode"
)

// lintMode warns of modes that do nothing, or more than was probably meant.
func (r *reader) lintMode(u *rule) {
	need := &u.need.mode
	if !need.some || need.readers || u.when.kinds == kindsOf(mode.Symlink) {
		return
	}
	kinds := u.modeKinds()
	if sameEffect(need.expr, mode.Expr{}, kinds) {
		r.warn(u.pos, "", "rule %q: its mode changes nothing", u.about.Name)
		return
	}
	if clause, idle := idleClause(need.exact, kinds); idle {
		r.warn(u.pos, "leave it out, or write what was meant", "rule %q: the clause %q adds nothing to the others", u.about.Name, clause)
	}
	if u.closesDirectories() {
		r.warn(u.pos, "write type: file, or a rule for directories", "rule %q is for directories too, and takes their x from their owners: nothing below can be reached then", u.about.Name)
	}
}

// modeKinds are the kinds that tell whether a mode does something.
func (u *rule) modeKinds() []mode.Kind {
	var kinds []mode.Kind
	for _, k := range [...]mode.Kind{mode.Regular, mode.Directory} {
		if u.when.kinds == 0 || u.when.kinds.has(k) {
			kinds = append(kinds, k)
		}
	}
	if kinds == nil {
		return []mode.Kind{mode.Regular} // X and the rest mean the same for all but directories
	}
	return kinds
}

// closesDirectories tells whether a rule that names no type, and may well be for
// directories, makes 0755 what its owner cannot enter.
func (u *rule) closesDirectories() bool {
	const ordinary = 0o755
	if u.when.kinds != 0 || u.when.content != 0 || u.when.sizes != nil || len(u.when.modes) > 0 || u.namesFiles() {
		return false
	}
	return u.need.mode.apply(ordinary, mode.Directory)&mode.OwnerExecute == 0
}

// namesFiles tells whether the patterns of a rule look like those of files: each
// ends in a plain name, or in one with a suffix.
func (u *rule) namesFiles() bool {
	for _, p := range u.when.paths {
		if len(p.parts) == 0 || p.dirOnly {
			return false
		}
		last := p.parts[len(p.parts)-1].name
		if last.shape != literal && !strings.Contains(last.suffix, ".") {
			return false
		}
	}
	return len(u.when.paths) > 0
}

// idleClause is a clause of an expression that may as well not be there.
func idleClause(e mode.Expr, kinds []mode.Kind) (string, bool) {
	clauses := strings.Split(e.String(), ",")
	if len(clauses) < 2 {
		return "", false
	}
	for i, clause := range clauses {
		others := append(append([]string{}, clauses[:i]...), clauses[i+1:]...)
		rest, err := mode.ParseRequirement(strings.Join(others, ","))
		if err == nil && !strings.Contains(clause, "X") && sameEffect(e, rest, kinds) {
			return clause, true
		}
	}
	return "", false
}

// sameEffect tells whether two expressions make the same of every mode.
func sameEffect(a, b mode.Expr, kinds []mode.Kind) bool {
	for _, k := range kinds {
		for m := mode.Mode(0); m <= mode.All; m++ {
			if a.Apply(m, k, 0) != b.Apply(m, k, 0) {
				return false
			}
		}
	}
	return true
}

// lintWhole warns of a rule that forbids everything, and of patterns of directories
// where no directory is meant.
func (r *reader) lintWhole(u *rule) {
	w := &u.when
	if u.about.Forbid && w.text == "" {
		r.warn(u.pos, "say with match: what is forbidden", "rule %q forbids every entry of the tree", u.about.Name)
	}
	for _, p := range w.paths {
		if p.dirOnly && w.kinds != 0 && !w.kinds.has(mode.Directory) {
			r.warn(p.pos, "leave out the slash at its end, or name type: dir", "the pattern %q can never match: it is for directories, and the rule is not", p.text)
		}
	}
}
