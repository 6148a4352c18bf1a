package meaning

import (
	"strconv"
	"strings"

	"ward/lint/bits"
	"ward/lint/effect"
	"ward/lint/source"
)

// An evaluation computes one expression and keeps the literals that it met.
type evaluation struct {
	scope    *Scope
	function int
	numbers  []effect.Number
	steps    []effect.Step
	parsed   []effect.Parse
	variable bool
	named    string       // the constant that is being looked into
	file     *source.File // where it stands, if that is not the scope's
}

func (v *evaluation) value(e *source.Expr, depth int) bits.Value {
	if depth > deepest {
		return v.unknown()
	}
	switch e.Kind {
	case source.Number:
		v.numbers = append(v.numbers, effect.Number{
			Span: e.Span, Text: e.Text, Radix: e.Radix, Value: e.Value, Named: v.named, Foreign: v.file != nil,
		})
		return bits.Of(e.Value)
	case source.Name:
		return v.name(e, depth)
	case source.Unary:
		return v.unary(e, depth)
	case source.Binary:
		left, right := v.value(&e.Parts[0], depth+1), v.value(&e.Parts[1], depth+1)
		if v.file == nil {
			v.steps = append(v.steps, effect.Step{Span: e.Span, Op: e.Op, Left: left, Right: right})
		}
		return binary(e.Op, left, right)
	case source.Choice:
		return v.either(e.Parts, depth)
	case source.Invocation:
		return v.invocation(e.Call, depth)
	default:
		return v.unknown()
	}
}

func (v *evaluation) unknown() bits.Value {
	v.variable = true
	return bits.Value{}
}

// name is the value of a variable or constant: of all that is assigned to it, what
// they have in common.
func (v *evaluation) name(e *source.Expr, depth int) bits.Value {
	if n, ok := v.scope.language.Names[e.Text]; ok {
		return bits.Of(n)
	}
	as := v.scope.visible(e.Text, v.function)
	if len(as) == 0 {
		if f, ok := v.scope.others.constant(e.Text, v.scope.unit.File); ok {
			return v.inside(e.Text, -1, f.file, &f.Value, depth)
		}
		return v.unknown()
	}
	var result bits.Value
	for i, a := range as {
		if a.Op != "" {
			return v.unknown()
		}
		one := v.inside(e.Text, a.Function, v.file, &a.Value, depth)
		if i == 0 {
			result = one
		} else {
			result = result.Either(one)
		}
	}
	return result
}

// inside evaluates the value of a name where the name is assigned.
func (v *evaluation) inside(name string, function int, file *source.File, e *source.Expr, depth int) bits.Value {
	outer := *v
	v.named, v.function, v.file = name, function, file
	result := v.value(e, depth+1)
	v.named, v.function, v.file = outer.named, outer.function, outer.file
	return result
}

func (v *evaluation) either(parts []source.Expr, depth int) bits.Value {
	var result bits.Value
	for i := range parts {
		one := v.value(&parts[i], depth+1)
		if i == 0 {
			result = one
		} else {
			result = result.Either(one)
		}
	}
	return result
}

func (v *evaluation) unary(e *source.Expr, depth int) bits.Value {
	x := v.value(&e.Parts[0], depth+1)
	switch e.Op {
	case "~", "^":
		return x.Not()
	case "+", "":
		return x
	case "-":
		return bits.Of(0).Minus(x)
	}
	return v.unknown()
}

func binary(op string, x, y bits.Value) bits.Value {
	switch op {
	case "|":
		return x.Or(y)
	case "&":
		return x.And(y)
	case "^":
		return x.Xor(y)
	case "&^":
		return x.AndNot(y)
	case "+":
		return x.Plus(y)
	case "-":
		return x.Minus(y)
	case "<<", ">>":
		n, ok := y.Exact()
		if !ok || n > 64 {
			return bits.Value{}
		}
		if op == ">>" {
			return x.Shift(-int(n))
		}
		return x.Shift(int(n))
	}
	return bits.Value{}
}

// invocation is the value of a conversion: os.FileMode(0o644), info.Mode().Perm().
func (v *evaluation) invocation(c *source.Call, depth int) bits.Value {
	mask, ok := v.scope.language.Masks[c.Callee]
	if !ok {
		mask, ok = v.scope.language.Masks[method(c.Callee)]
	}
	if !ok {
		v.parses(c)
		return v.unknown()
	}
	if len(c.Args) == 1 {
		return v.value(&c.Args[0].Value, depth+1).And(bits.Of(mask))
	}
	if len(c.Args) == 0 && c.Receiver != nil {
		return v.value(c.Receiver, depth+1).And(bits.Of(mask))
	}
	return v.unknown().And(bits.Of(mask))
}

// parses notes a call that reads a text as a number, where its base is known.
func (v *evaluation) parses(c *source.Call) {
	place, ok := v.scope.language.Parses[c.Callee]
	if !ok {
		return
	}
	p := effect.Parse{Span: c.Span, By: c.Callee, Base: 10}
	if at := place.expr(c); at != nil {
		base, known := v.scope.Value(at, v.function).Exact()
		if !known {
			return
		}
		p.Base = int(base)
	}
	v.parsed = append(v.parsed, p)
}

// method is the last component of a callee, as tables write methods of anything.
func method(callee string) string {
	return callee[strings.LastIndexByte(callee, '.')+1:]
}

// readMode takes a mode that is given as text. octal tells whether the API reads digits as
// octal; where it does not, they have no value here and are a rule's business.
func readMode(m *effect.Mode, text string, at source.Span, octal bool) {
	number := effect.Number{Span: at, Text: text, Quoted: true, Radix: 10}
	digits := strings.TrimPrefix(strings.TrimPrefix(text, "0o"), "0O")
	n, err := strconv.ParseUint(digits, 8, 32)
	switch {
	case digits == "" || strings.Trim(digits, "0123456789") != "":
		m.Symbolic = text
		return
	case err == nil && octal:
		number.Radix, number.Value = 8, n
		m.Value = bits.Of(n)
	}
	m.Numbers = append(m.Numbers, number)
}
