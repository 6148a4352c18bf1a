package policy

import (
	"errors"
	"strings"

	"go.yaml.in/yaml/v3"

	"ward/acl"
	"ward/acl/nfs4"
	"ward/entry"
	"ward/legacy/dos"
	"ward/mode"
)

// requirement is what a rule makes of an entry, in this order: owner, group,
// lists, mode, flags, and what file systems of other models keep.
type requirement struct {
	owner, group *nameRef
	acl          string // the text of an acl.Spec, without names resolved; "" for none
	aclAt        position
	defaultMode  mode.Expr // over the classes of a default list
	mode         modeRule
	set, clear   entry.Flags
	nfs4         nfs4.Spec // with names; zero for none
	dos          dos.Change
	text         string
}

// hasDefaultEntries tells whether the list that is asked for has entries for what is
// created later.
func (q *requirement) hasDefaultEntries() bool {
	for e := range strings.SplitSeq(q.acl, ",") {
		e = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(e), "exactly "))
		if strings.HasPrefix(e, "d:") || strings.HasPrefix(e, "default:") {
			return true
		}
	}
	return false
}

// modeRule is an expression, after which readers may get execute.
type modeRule struct {
	expr    mode.Expr
	exact   mode.Expr // the part of expr that was written under mode:
	readers bool      // who may read may execute
	some    bool      // there is a requirement on the mode
}

func (r *modeRule) apply(m mode.Mode, k mode.Kind) mode.Mode {
	m = r.expr.Apply(m, k, 0)
	if r.readers {
		m |= m & mode.Read >> 2
	}
	return m
}

func (r *modeRule) decides(m mode.Mode, k mode.Kind) mode.Mode {
	bits := r.expr.Decides(m, k)
	if r.readers {
		bits |= r.expr.Apply(m, k, 0) & mode.Read >> 2
	}
	return bits
}

// unsettled is the witness of a mode on which the rule does more when applied
// again.
func (r *modeRule) unsettled() (m mode.Mode, k mode.Kind, again bool) {
	for _, k := range [...]mode.Kind{mode.Regular, mode.Directory} {
		for m := mode.Mode(0); m <= mode.All; m++ {
			if once := r.apply(m, k); r.apply(once, k) != once {
				return m, k, true
			}
		}
	}
	return 0, mode.Unknown, false
}

func (r *reader) requirement(n *yaml.Node) requirement {
	n, _ = r.resolve(n)
	q := requirement{text: flow(n)}
	var exact, least, most mode.Expr
	parts := 0
	expression := func(into *mode.Expr, parse func(*yaml.Node) (mode.Expr, error)) func(_, v *yaml.Node) {
		return func(key, v *yaml.Node) {
			v, ok := r.resolve(v)
			if !ok {
				return
			}
			parts++
			e, err := parse(v)
			if err != nil {
				r.modeError(v, "require."+key.Value, err)
				return
			}
			*into, q.mode.some = e, true
		}
	}
	ok := r.mapping(n, "require",
		field{"mode", false, expression(&exact, modeExpr)},
		field{"atmost", false, expression(&most, bound(mode.AtMost))},
		field{"atleast", false, expression(&least, bound(mode.AtLeast))},
		field{"execute", false, func(_, v *yaml.Node) {
			_, q.mode.readers = r.word(v, "require.execute", "readers")
			q.mode.some = true
			parts++
		}},
		field{"owner", false, func(_, v *yaml.Node) { q.owner = r.one(v, "require.owner") }},
		field{"group", false, func(_, v *yaml.Node) { q.group = r.one(v, "require.group") }},
		field{"acl", false, func(_, v *yaml.Node) { q.acl, q.aclAt = r.aclSpec(v) }},
		field{"default-mode", false, func(key, v *yaml.Node) {
			some := q.mode.some
			expression(&q.defaultMode, modeExpr)(key, v)
			q.mode.some = some
			parts--
		}},
		field{"flags", false, func(_, v *yaml.Node) { q.set, q.clear = r.flags(v) }},
		field{"nfs4", false, func(_, v *yaml.Node) { q.nfs4 = r.nfs4Spec(v) }},
		field{"dos", false, func(_, v *yaml.Node) { q.dos = r.dosChange(v) }},
	)
	q.mode.exact = exact
	q.mode.expr = exact.Then(least).Then(most)
	if parts > 1 {
		r.settles(n, &q.mode)
	}
	if ok && len(n.Content) == 0 {
		r.fail(at(n), "name a mode, owner, group, acl, flags, nfs4 or dos", "require asks for nothing")
	}
	return q
}

// settles refuses requirements that each settle, but not together.
func (r *reader) settles(n *yaml.Node, rule *modeRule) {
	m, k, again := rule.unsettled()
	if !again {
		return
	}
	once := rule.apply(m, k)
	r.fail(at(n), "", "the requirements on the mode do not settle: together they make %s of %s, and %s of that when applied again",
		once.Format(k), m.Format(k), rule.apply(once, k).Format(k))
}

func modeExpr(n *yaml.Node) (mode.Expr, error) {
	if number(n) {
		m, err := mode.FromYAMLNumber(n.Value)
		if err != nil {
			return mode.Expr{}, err
		}
		return mode.ParseRequirement(m.Octal())
	}
	if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!str" {
		return mode.Expr{}, errors.New("is " + describe(n) + ", not a mode")
	}
	return mode.ParseRequirement(n.Value)
}

func bound(make func(mode.Mode) mode.Expr) func(n *yaml.Node) (mode.Expr, error) {
	return func(n *yaml.Node) (mode.Expr, error) {
		if number(n) {
			m, err := mode.FromYAMLNumber(n.Value)
			return make(m), err
		}
		if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!str" {
			return mode.Expr{}, errors.New("is " + describe(n) + ", not a mode")
		}
		m, err := mode.Parse(n.Value)
		return make(m), err
	}
}

func asSyntax(err error) (*mode.SyntaxError, bool) {
	var e *mode.SyntaxError
	ok := errors.As(err, &e)
	return e, ok
}

func (r *reader) one(n *yaml.Node, what string) *nameRef {
	ref, ok := r.nameRef(n, what)
	if !ok {
		return nil
	}
	return &ref
}

// aclSpec reads the entries of a list, as one text or as a list of them. Names
// are looked up later, when the policy is bound.
func (r *reader) aclSpec(n *yaml.Node) (string, position) {
	n, ok := r.resolve(n)
	if !ok {
		return "", at(n)
	}
	var parts []string
	r.each(n, "require.acl", func(item *yaml.Node) {
		text, ok := r.text(item, "require.acl")
		if !ok {
			return
		}
		if _, err := acl.ParseSpec(text, everybody{}); err != nil {
			r.aclError(item, err)
			return
		}
		parts = append(parts, text)
	})
	text := strings.Join(parts, ",")
	if len(parts) > 1 {
		if _, err := acl.ParseSpec(text, everybody{}); err != nil {
			r.fail(at(n), "", "require.acl: %s", err)
			return "", at(n)
		}
	}
	return text, at(n)
}

func (r *reader) aclError(n *yaml.Node, err error) {
	var e *acl.SyntaxError
	if errors.As(err, &e) {
		r.fail(r.inside(n, e.Offset), e.Hint, "require.acl: %s", e.Problem)
		return
	}
	r.fail(at(n), "", "require.acl: %s", err)
}

// everybody is a Resolver that knows every name: for syntax alone.
type everybody struct{}

func (everybody) User(string) (uint32, bool)  { return 0, true }
func (everybody) Group(string) (uint32, bool) { return 0, true }

var flagWords = []string{"immutable", "append-only", "no-dump", "no-atime"}

var flagBits = [...]entry.Flags{entry.Immutable, entry.AppendOnly, entry.NoDump, entry.NoAtime}

// flags reads {immutable: true} or [+immutable, -no-dump].
func (r *reader) flags(n *yaml.Node) (set, clear entry.Flags) {
	n, ok := r.resolve(n)
	if !ok {
		return 0, 0
	}
	decide := func(bit entry.Flags, on bool) {
		if on {
			set |= bit
		} else {
			clear |= bit
		}
	}
	if n.Kind == yaml.MappingNode {
		var fields []field
		for i, name := range flagWords {
			fields = append(fields, field{name, false, func(_, v *yaml.Node) {
				if on, ok := r.truth(v, "require.flags."+name); ok {
					decide(flagBits[i], on)
				}
			}})
		}
		r.mapping(n, "require.flags", fields...)
		return set, clear
	}
	r.each(n, "require.flags", func(item *yaml.Node) {
		name := strings.TrimLeft(item.Value, "+-")
		if len(item.Value)-len(name) != 1 {
			r.fail(at(item), "write +immutable to set it, -immutable to clear it", "require.flags: %s", describe(item))
			return
		}
		plain := *item
		plain.Value = name
		if i, ok := r.word(&plain, "require.flags", flagWords...); ok {
			decide(flagBits[i], item.Value[0] == '+')
		}
	})
	if both := set & clear; both != 0 {
		r.fail(at(n), "", "require.flags sets and clears the same flag")
	}
	return set, clear
}
