package meaning

import (
	"strings"

	"ward/lint/bits"
	"ward/lint/effect"
	"ward/lint/source"
	"ward/mode"
)

// A Scope knows what the names in a file stand for.
type Scope struct {
	unit     *source.Unit
	language *Language
	local    map[string][]source.Assign // of the file, by name
	others   *Package                   // the constants of other files
}

// foreign is an assignment in another file.
type foreign struct {
	source.Assign
	file *source.File
}

// deepest is how far names are followed: constants of constants.
const deepest = 8

// NewScope is the scope of a unit among those of its package.
func NewScope(unit *source.Unit, pkg *Package, language *Language) *Scope {
	s := &Scope{unit: unit, language: language, local: map[string][]source.Assign{}, others: pkg}
	for _, a := range unit.Assigns {
		s.local[a.Name] = append(s.local[a.Name], a)
	}
	return s
}

// File is the file whose scope it is.
func (s *Scope) File() *source.File { return s.unit.File }

// visible is the assignments to a name that a place in function can mean: those of
// the functions around it from inside out, then those of the file.
func (s *Scope) visible(name string, function int) []source.Assign {
	all := s.local[name]
	for {
		var here []source.Assign
		for _, a := range all {
			if a.Function == function {
				here = append(here, a)
			}
		}
		if len(here) > 0 || function < 0 {
			return here
		}
		function = s.unit.Functions[function].Outer
	}
}

// Mode is the mode that an argument of c gives.
func (s *Scope) Mode(e *source.Expr, c *source.Call) effect.Mode {
	m := effect.Mode{Span: e.Span, Given: true, Written: s.unit.File.At(e.Span)}
	if text, ok := s.constantText(e, c.Function, 0); ok {
		m.Text = true
		readMode(&m, text, e.Span, s.language.Text)
		return m
	}
	v := evaluation{scope: s, function: c.Function}
	m.Value = v.value(e, 0)
	m.Numbers = v.numbers
	m.Variable = v.variable
	m.Steps = v.steps
	m.Parsed = v.parsed
	return m
}

// Value is what is known of an expression in function.
func (s *Scope) Value(e *source.Expr, function int) bits.Value {
	if e == nil {
		return bits.Value{}
	}
	v := evaluation{scope: s, function: function}
	return v.value(e, 0)
}

// Operand is a path or data as far as it is known.
func (s *Scope) Operand(e *source.Expr, c *source.Call) effect.Operand {
	if e == nil {
		return effect.Operand{}
	}
	o := effect.Operand{Span: e.Span, Name: s.unit.File.At(e.Span)}
	o.Known, o.Whole = s.text(e, c.Function, 0)
	return o
}

// constantText is the contents of an expression that is a string and nothing else.
func (s *Scope) constantText(e *source.Expr, function, depth int) (string, bool) {
	switch {
	case e.Kind == source.Text:
		return e.Text, true
	case e.Kind == source.Name && depth < deepest:
		if as := s.visible(e.Text, function); len(as) == 1 && as[0].Op == "" {
			return s.constantText(&as[0].Value, as[0].Function, depth+1)
		}
	}
	return "", false
}

// text is the literal parts of an expression, and whether they are all of it.
func (s *Scope) text(e *source.Expr, function, depth int) (known string, whole bool) {
	if depth > deepest {
		return "", false
	}
	switch e.Kind {
	case source.Text:
		return e.Text, true
	case source.Template:
		return e.Text, false
	case source.Name:
		as := s.visible(e.Text, function)
		if len(as) == 1 && as[0].Op == "" {
			return s.text(&as[0].Value, as[0].Function, depth+1)
		}
		if len(as) == 0 {
			if f, ok := s.others.constant(e.Text, s.unit.File); ok {
				return s.text(&f.Value, -1, depth+1)
			}
		}
		return "", false
	case source.Binary:
		return s.joined(e.Parts, "", function, depth)
	case source.Invocation:
		if e.Call != nil && s.language.Joins[e.Call.Callee] {
			parts := make([]source.Expr, 0, len(e.Call.Args))
			for _, a := range e.Call.Args {
				parts = append(parts, a.Value)
			}
			return s.joined(parts, "/", function, depth)
		}
	}
	return "", false
}

func (s *Scope) joined(parts []source.Expr, with string, function, depth int) (string, bool) {
	var texts []string
	whole := true
	for i := range parts {
		text, all := s.text(&parts[i], function, depth+1)
		texts = append(texts, text)
		whole = whole && all
	}
	return strings.Join(texts, with), whole
}

func exactly(m mode.Mode) bits.Value { return bits.Of(uint64(m)) }
