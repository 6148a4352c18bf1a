package effect

import "ward/lint/source"

// Embed adds what a script does that stands in the text of another file: a command line
// in a Dockerfile, a step of a workflow. It becomes a function of its own, so that its
// umask ends with it. Offset tells where in the file a byte of the inner text stands;
// adjust, if not nil, is given each effect before it is added.
func (s *Script) Embed(inner *Script, where source.Function, offset func(int) int, adjust func(*Effect)) {
	base := len(s.Functions)
	s.Functions = append(s.Functions, where)
	for _, f := range inner.Functions {
		f.Span = moved(f.Span, offset)
		f.Outer = within(f.Outer, base)
		s.Functions = append(s.Functions, f)
	}
	for _, e := range inner.Effects {
		e.Function = within(e.Function, base)
		e.move(s.File, offset)
		if adjust != nil {
			adjust(&e)
		}
		s.Effects = append(s.Effects, e)
	}
	for _, c := range inner.Comments {
		c.Span = moved(c.Span, offset)
		s.Comments = append(s.Comments, c)
	}
	s.Notes = append(s.Notes, inner.Notes...)
}

// within is the index of an inner function among those of the outer script.
func within(function, base int) int {
	if function < 0 {
		return base
	}
	return base + 1 + function
}

// move puts all places of an effect where they stand in f. Names are what f says, which
// the inner text may have replaced by a variable.
func (e *Effect) move(f *source.File, offset func(int) int) {
	e.Span = moved(e.Span, offset)
	for _, o := range []*Operand{&e.Path, &e.Target, &e.Data} {
		if o.Name == "" {
			continue
		}
		o.Span = moved(o.Span, offset)
		o.Name = f.At(o.Span)
	}
	e.Mode.Span = moved(e.Mode.Span, offset)
	if e.Mode.Spelling == AsLanguage {
		e.Mode.Spelling = Octal
	}
	numbers := make([]Number, len(e.Mode.Numbers))
	for i, n := range e.Mode.Numbers {
		n.Span = moved(n.Span, offset)
		numbers[i] = n
	}
	e.Mode.Numbers = numbers
}

func moved(s source.Span, offset func(int) int) source.Span {
	if s == (source.Span{}) {
		return s
	}
	end := offset(s.Start)
	if s.End > s.Start {
		end = offset(s.End-1) + 1
	}
	return source.Span{Start: offset(s.Start), End: end}
}
