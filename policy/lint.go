package policy

import (
	"strings"

	"ward/legacy/dos"
	"ward/mode"
)

// lintPattern warns of patterns that probably do not mean what they say.
func (r *reader) lintPattern(p pattern) {
	if len(p.parts) == 1 && !p.parts[0].anywhere && !strings.Contains(strings.TrimSuffix(p.text, "/"), "/") &&
		p.parts[0].name.shape != literal && p.parts[0].name.text != "*" {
		r.warn(p.pos, `write "**/`+p.text+`" for every directory, "/`+p.text+`" for the root alone`,
			"the pattern %q fits names in the root of the tree only", p.text)
	}
	if open := strings.IndexByte(p.text, '{'); open >= 0 && strings.Contains(p.text[open:], ",") && strings.Contains(p.text[open:], "}") {
		r.warn(p.pos, "write a list of patterns", "braces stand for themselves in the pattern %q", p.text)
	}
}

// lint warns of rules that cannot do what they say.
func (r *reader) lint(p *Policy) {
	excluded := p.exclude
	if p.defaults {
		excluded = append(append([]pattern(nil), excluded...), defaultExcludes()...)
	}
	for i := range p.rules {
		r.lintExcluded(&p.rules[i], excluded)
		r.lintX(p.rules, i)
		r.lintShadow(p.rules, i)
		r.lintKinds(&p.rules[i])
		r.lintMode(&p.rules[i])
		r.lintWhole(&p.rules[i])
	}
}

// lintExcluded warns of patterns that name something below an excluded directory.
func (r *reader) lintExcluded(u *rule, excluded []pattern) {
	for _, p := range u.when.paths {
		for _, x := range excluded {
			if !p.never && below(p, x) {
				r.warn(p.pos, "take the exclude away, or the pattern", "the pattern %q can never match: %q is excluded", p.text, x.text)
				break
			}
		}
	}
}

// below tells whether everything that p fits lies in a directory that x fits,
// judging by literal components alone.
func below(p, x pattern) bool {
	if len(x.parts) == 0 || len(p.parts) == 0 {
		return false
	}
	if len(x.parts) == 1 && x.parts[0].anywhere {
		for i := range p.parts[:len(p.parts)-1] {
			if sure(p.parts[i].name, x.parts[0].name) {
				return true
			}
		}
		return false
	}
	for i, part := range x.parts {
		if part.anywhere || i >= len(p.parts)-1 || p.parts[i].anywhere || !sure(p.parts[i].name, part.name) {
			return false
		}
	}
	return true
}

func sure(name, x nameGlob) bool {
	return name.shape == literal && x.match(name.prefix)
}

// lintX warns of an X that an earlier rule for the same entries makes always false.
func (r *reader) lintX(rules []rule, i int) {
	u := &rules[i]
	if !u.need.mode.expr.HasConditionalX() || u.need.mode.readers {
		return
	}
	if u.when.kinds == kindsOf(mode.Directory) {
		return
	}
	if u.need.mode.expr.XIsDeadAfter(mode.Expr{}) {
		r.warn(u.pos, "write x, or take the X away", "rule %q: its X never gives x to a file, since the clauses before it have taken every x", u.about.Name)
		return
	}
	for j := range rules[:i] {
		if covers(&rules[j].when, &u.when) && u.need.mode.expr.XIsDeadAfter(rules[j].need.mode.expr) && rules[j].need.mode.some {
			r.warn(u.pos, "write x, or take the X away", "rule %q: its X never gives x to a file, since rule %q (line %d) takes every x before",
				u.about.Name, rules[j].about.Name, rules[j].pos.line)
			return
		}
	}
}

// covers tells whether a matches whatever b matches, judging by their texts.
func covers(a, b *selector) bool {
	return a.text == "" && !b.kinds.has(mode.Symlink) || a.text == b.text
}

// lintShadow warns of a rule all of whose bits a later one with the same selector
// decides.
func (r *reader) lintShadow(rules []rule, i int) {
	u := &rules[i]
	if u.about.Forbid {
		return
	}
	for j := i + 1; j < len(rules); j++ {
		later := &rules[j]
		if later.when.text == u.when.text && len(later.candidates) == 0 && len(later.except) == 0 && !later.about.Forbid &&
			outdone(&u.need, &later.need) {
			r.warn(u.pos, "", "rule %q decides nothing: rule %q (line %d) has the same selector and decides all of it later",
				u.about.Name, later.about.Name, later.pos.line)
			return
		}
	}
}

// outdone tells whether b writes everything that a writes, whatever it is.
func outdone(a, b *requirement) bool {
	return a.acl == "" && a.nfs4.IsZero() && a.dos == (dos.Change{}) && a.defaultMode.String() == "" &&
		(a.owner == nil || b.owner != nil) && (a.group == nil || b.group != nil) &&
		(a.set|a.clear)&^(b.set|b.clear) == 0 && (!a.mode.some || b.mode.some && writesAll(&a.mode, &b.mode))
}

func writesAll(a, b *modeRule) bool {
	for _, k := range [...]mode.Kind{mode.Regular, mode.Directory} {
		for m := mode.Mode(0); m <= mode.All; m++ {
			if a.decides(m, k)&^b.decides(a.apply(m, k), k) != 0 {
				return false
			}
		}
	}
	return true
}

// lintKinds warns of demands that the kinds of entries chosen do not have.
func (r *reader) lintKinds(u *rule) {
	links := kindsOf(mode.Symlink)
	if u.when.kinds == links && (u.need.mode.some || u.need.acl != "" || u.need.set|u.need.clear != 0) {
		r.warn(u.pos, "symlinks have an owner and a group, and nothing else", "rule %q asks symlinks for what they do not have", u.about.Name)
	}
	dirs := kindsOf(mode.Directory)
	if u.when.content != 0 && u.when.kinds != 0 && !u.when.kinds.has(mode.Regular) {
		r.warn(u.pos, "", "rule %q can never match: only files have content", u.about.Name)
	}
	if (u.need.defaultMode.String() != "" || u.need.hasDefaultEntries()) && u.when.kinds != 0 && u.when.kinds&dirs == 0 {
		r.warn(u.pos, "", "rule %q asks for a default ACL, which only directories have", u.about.Name)
	}
}

// DefaultExcludes is what a policy leaves out unless it says default-excludes:
// false: version control, virtual environments and caches.
func DefaultExcludes() []string {
	return []string{
		"**/.git/", "**/.hg/", "**/.svn/", "**/.bzr/", "**/_darcs/", "**/CVS/", "**/.jj/", "**/.pijul/",
		"**/.venv/", "**/venv/", "**/.virtualenvs/", "**/.tox/", "**/.nox/",
		"**/__pycache__/", "**/.cache/", "**/.mypy_cache/", "**/.pytest_cache/", "**/.ruff_cache/", "**/.terraform/",
	}
}

func defaultExcludes() []pattern {
	var ps []pattern
	for _, text := range DefaultExcludes() {
		p, _ := parsePattern(text)
		ps = append(ps, p)
	}
	return ps
}
