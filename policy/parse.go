package policy

import (
	"fmt"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"ward/finding"
)

// rule is one rule as parsed.
type rule struct {
	about      Rule
	when       selector
	candidates []selector // content is read only for these, unless everything is to be read
	need       requirement
	except     []exception
	pos        position
}

type exception struct {
	when  selector
	about Exception
	pos   position
}

// Parse reads a policy file. Problems holds every mistake and every oddity with
// its place; when Problems.Broken, there is no policy. file is the name for
// messages. Nothing is read from outside, so names of users and groups are not
// looked up: Bind does.
func Parse(file string, src []byte) (*Policy, Problems) {
	r := &reader{file: file}
	p := &Policy{file: file, defaults: true}
	root := r.document(src)
	if root != nil {
		r.policy(root, p)
	}
	if root != nil && !r.problems.Broken() {
		r.lint(p)
	}
	if r.problems.sorted().Broken() {
		return nil, r.problems
	}
	return p, r.problems
}

func (r *reader) policy(n *yaml.Node, p *Policy) {
	var rules *yaml.Node
	r.mapping(n, "the policy",
		field{"version", true, func(_, v *yaml.Node) { r.version(v) }},
		field{"name", false, func(_, v *yaml.Node) { p.Name = r.name(v, "name") }},
		field{"title", false, func(_, v *yaml.Node) { p.Title, _ = r.text(v, "title") }},
		field{"description", false, func(_, v *yaml.Node) { p.Description, _ = r.text(v, "description") }},
		field{"exclude", false, func(_, v *yaml.Node) { p.exclude = r.excludes(v) }},
		field{"default-excludes", false, func(_, v *yaml.Node) { p.defaults, _ = r.truth(v, "default-excludes") }},
		field{"lint", false, func(_, v *yaml.Node) { p.linting = r.linting(v) }},
		field{"rules", !hasKey(n, "lint"), func(_, v *yaml.Node) { rules = v }},
	)
	if rules == nil {
		return
	}
	r.list(rules, "rules", func(item *yaml.Node) { p.rules = append(p.rules, r.rule(item, p.Name)) })
	r.duplicates(p.rules)
	if n, ok := r.resolve(rules); ok && n.Kind == yaml.SequenceNode && len(n.Content) == 0 {
		r.warn(at(rules), "", "there are no rules, so everything complies")
	}
}

func (r *reader) version(n *yaml.Node) {
	n, ok := r.resolve(n)
	if ok && (n.Kind != yaml.ScalarNode || n.Value != "1" || !number(n)) {
		r.fail(at(n), "write version: 1, a number without quotes", "version is %s; this ward knows version 1", describe(n))
	}
}

// isName tells whether a text is a name: ASCII letters, digits, and dots, dashes and
// underscores but for the first character.
func isName(text string) bool {
	for i, c := range []byte(text) {
		alphanumeric := 'a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9'
		if !alphanumeric && (i == 0 || c != '.' && c != '-' && c != '_') {
			return false
		}
	}
	return text != ""
}

func (r *reader) name(n *yaml.Node, what string) string {
	text, ok := r.text(n, what)
	if ok && !isName(text) {
		r.fail(at(n), "names are letters, digits, dots, dashes and underscores", "%s: %q is no name", what, shorten(text))
		return ""
	}
	return text
}

func (r *reader) excludes(n *yaml.Node) []pattern {
	if n, ok := r.resolve(n); ok && n.Kind == yaml.SequenceNode && len(n.Content) == 0 {
		return nil
	}
	return r.patterns(n, "exclude")
}

func (r *reader) duplicates(rules []rule) {
	first := map[string]position{}
	for _, rule := range rules {
		name := rule.about.Name
		if before, ok := first[name]; ok && name != "" {
			r.fail(rule.pos, "reports and exceptions tell rules by their names", "a second rule named %q (the first is in line %d)", name, before.line)
			continue
		}
		first[name] = rule.pos
	}
}

var severityWords = []string{"info", "warning", "error", "critical"}

func (r *reader) rule(n *yaml.Node, policy string) rule {
	u := rule{pos: at(n), about: Rule{Line: n.Line}}
	u.about.Severity = finding.Warning
	text := func(into *string) func(key, v *yaml.Node) {
		return func(key, v *yaml.Node) { *into, _ = r.text(v, key.Value) }
	}
	var require, forbid *yaml.Node
	r.mapping(n, "a rule",
		field{"name", true, func(_, v *yaml.Node) { u.about.Name = r.name(v, "name") }},
		field{"match", false, func(_, v *yaml.Node) { u.when = r.selector(v, "match", 0) }},
		field{"candidates", false, func(_, v *yaml.Node) {
			r.each(v, "candidates", func(item *yaml.Node) { u.candidates = append(u.candidates, r.selector(item, "candidates", 0)) })
		}},
		field{"require", false, func(key, v *yaml.Node) { require, u.need = key, r.requirement(v) }},
		field{"forbid", false, func(key, v *yaml.Node) { forbid = key; u.about.Forbid, _ = r.truth(v, "forbid") }},
		field{"except", false, func(_, v *yaml.Node) {
			r.list(v, "except", func(item *yaml.Node) { u.except = append(u.except, r.exception(item)) })
		}},
		field{"severity", false, func(_, v *yaml.Node) {
			if i, ok := r.word(v, "severity", severityWords...); ok {
				u.about.Severity = finding.Severity(i)
			}
		}},
		field{"title", false, text(&u.about.Title)},
		field{"reason", false, text(&u.about.Reason)},
		field{"advice", false, text(&u.about.Advice)},
		field{"help", false, text(&u.about.Help)},
		field{"fix", false, func(_, v *yaml.Node) {
			i, _ := r.word(v, "fix", "auto", "ask", "never")
			u.about.Fix = Fix(i)
		}},
	)
	r.either(n, require, forbid, &u)
	return u.finished(policy)
}

// either demands either a requirement or a prohibition.
func (r *reader) either(n, require, forbid *yaml.Node, u *rule) {
	switch {
	case n.Kind != yaml.MappingNode:
	case require != nil && forbid != nil:
		r.fail(at(forbid), "", "a rule has require or forbid, not both")
	case require == nil && forbid == nil:
		r.fail(at(n), "say what is wanted (require), or that nothing may match (forbid: true)", "the rule asks for nothing")
	case forbid != nil && !u.about.Forbid:
		r.fail(at(forbid), "leave the rule out instead", "forbid can only be true")
	}
}

// finished fills in what follows from the rest.
func (u rule) finished(policy string) rule {
	u.about.ID = u.about.Name
	if policy != "" {
		u.about.ID = policy + "/" + u.about.Name
	}
	if u.about.Forbid {
		u.about.Fix = Never
	}
	if u.about.Title == "" {
		u.about.Title = strings.ReplaceAll(u.about.Name, "-", " ")
	}
	u.about.Wants, u.about.Selects = u.need.text, u.when.text
	for _, e := range u.except {
		u.about.Keeps = append(u.about.Keeps, e.about)
	}
	return u
}

func (r *reader) exception(n *yaml.Node) exception {
	e := exception{pos: at(n), about: Exception{Line: n.Line}}
	chosen := 0
	r.mapping(n, "an exception",
		field{"path", false, func(_, v *yaml.Node) {
			chosen++
			e.when.paths, e.about.Selects = r.patterns(v, "except.path"), "path: "+flow(v)
		}},
		field{"match", false, func(_, v *yaml.Node) {
			chosen++
			e.when = r.selector(v, "except.match", 0)
			e.about.Selects = e.when.text
		}},
		field{"reason", true, func(_, v *yaml.Node) { e.about.Reason, _ = r.text(v, "except.reason") }},
		field{"until", false, func(_, v *yaml.Node) { e.about.Until = r.date(v) }},
	)
	if n.Kind == yaml.MappingNode && chosen != 1 {
		r.fail(at(n), "", "an exception has path or match, one of them")
	}
	return e
}

func (r *reader) date(n *yaml.Node) time.Time {
	n, ok := r.resolve(n)
	if !ok {
		return time.Time{}
	}
	day, err := time.Parse(time.DateOnly, n.Value)
	if err != nil || n.Kind != yaml.ScalarNode {
		r.fail(at(n), "dates are written as in 2027-03-31", "except.until: %s is no date", describe(n))
		return time.Time{}
	}
	return day
}

// String is the exception on one line.
func (e Exception) String() string {
	if e.Until.IsZero() {
		return fmt.Sprintf("%s (%s)", e.Selects, e.Reason)
	}
	return fmt.Sprintf("%s (%s; until %s)", e.Selects, e.Reason, e.Until.Format(time.DateOnly))
}
