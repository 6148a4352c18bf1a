package nt

// Truth is what a condition comes to (MS-DTYP, section 2.4.4.17.5): whatever cannot
// be compared is unknown.
type Truth uint8

// The truths.
const (
	Unknown Truth = iota
	False
	True
)

func truth(b bool) Truth {
	if b {
		return True
	}
	return False
}

func (t Truth) not() Truth { return [...]Truth{Unknown: Unknown, False: True, True: False}[t] }

func (t Truth) and(u Truth) Truth {
	switch {
	case t == False || u == False:
		return False
	case t == True && u == True:
		return True
	}
	return Unknown
}

// Facts are what a condition is evaluated over.
type Facts struct {
	Local, User, Device, Resource []Claim
	Member                        func(SID) bool // is the subject in the group?
	DeviceMember                  func(SID) bool
}

// Evaluate says whether the condition holds.
func (c Condition) Evaluate(f Facts) Truth {
	if c.problem() != "" {
		return Unknown
	}
	var stack []operand
	for _, t := range c {
		n := len(stack) - t.Code.arity()
		o := t.evaluate(stack[n:], f)
		stack = append(stack[:n], o)
	}
	return stack[0].truth()
}

// operand is the value of a token: a truth, or values, of which a missing attribute
// has none.
type operand struct {
	result  Truth
	isTruth bool
	missing bool
	exactly bool // text is compared with regard to case
	values  []Value
}

// truth is what an attribute alone comes to: a number other than 0 and a text that
// is not empty are true.
func (o operand) truth() Truth {
	switch {
	case o.isTruth:
		return o.result
	case o.missing || len(o.values) != 1:
		return Unknown
	}
	switch v := o.values[0]; {
	case v.number():
		return truth(v.Int != 0)
	case v.Kind == Text:
		return truth(v.Text != "")
	}
	return Unknown
}

func (t Token) evaluate(operands []operand, f Facts) operand {
	switch c := t.Code; {
	case c == codeList:
		var o operand
		for _, e := range t.List {
			o.values = append(o.values, e.Value)
		}
		return o
	case c.literal():
		return operand{values: []Value{t.Value}}
	case c.attribute():
		return f.attribute(t)
	}
	return operand{isTruth: true, result: t.Code.apply(operands, f)}
}

func (f Facts) attribute(t Token) operand {
	claims := f.Local
	switch t.Code {
	case codeUser:
		claims = f.User
	case codeDevice:
		claims = f.Device
	case codeResource:
		claims = f.Resource
	}
	for _, c := range claims {
		if fold(c.Name) == fold(t.Name) && c.Flags&ClaimDisabled == 0 {
			return operand{values: c.Values, missing: len(c.Values) == 0, exactly: c.Flags&ClaimCaseSensitive != 0}
		}
	}
	return operand{missing: true}
}

func (c Code) apply(operands []operand, f Facts) Truth {
	switch {
	case c == codeNot:
		return operands[0].truth().not()
	case c == codeAnd:
		return operands[0].truth().and(operands[1].truth())
	case c == codeOr:
		return operands[0].truth().not().and(operands[1].truth().not()).not()
	case c == codeExists:
		return truth(!operands[0].missing)
	case c == codeNotExists:
		return truth(operands[0].missing)
	case c.member():
		return c.membership(operands[0], f)
	}
	return c.compare(operands[0], operands[1])
}

// ofDevice reports whether the operator asks for the groups of the device.
func (c Code) ofDevice() bool {
	switch c {
	case 0x8a, 0x8c, 0x91, 0x93:
		return true
	}
	return false
}

// The four kinds of membership follow each other: of all groups, of all by the
// device, of any, of any by the device; then the four that deny it.
func (c Code) membership(o operand, f Facts) Truth {
	kind, negated := c-codeMemberOf, false
	if c >= codeNotMember {
		kind, negated = c-codeNotMember, true
	}
	member := f.Member
	if c.ofDevice() {
		member = f.DeviceMember
	}
	if member == nil {
		return Unknown
	}
	any, all := false, true
	for _, v := range o.values {
		if v.Kind != Account {
			return Unknown
		}
		is := member(v.SID)
		any, all = any || is, all && is
	}
	result := truth(all)
	if kind&2 != 0 {
		result = truth(any)
	}
	if negated {
		return result.not()
	}
	return result
}

func (c Code) compare(a, b operand) Truth {
	if a.missing || b.missing {
		return Unknown
	}
	exactly := a.exactly || b.exactly
	switch c {
	case codeContains:
		return includes(a, b, exactly, true)
	case codeNotContains:
		return includes(a, b, exactly, true).not()
	case codeAnyOf:
		return includes(a, b, exactly, false)
	case codeNotAnyOf:
		return includes(a, b, exactly, false).not()
	case codeEqual:
		return equal(a, b, exactly)
	case codeNotEqual:
		return equal(a, b, exactly).not()
	}
	return c.order(a, b, exactly)
}

// order compares single values.
func (c Code) order(a, b operand, exactly bool) Truth {
	if len(a.values) != 1 || len(b.values) != 1 {
		return Unknown
	}
	n, ok := a.values[0].compare(b.values[0], exactly)
	if !ok || a.values[0].Kind == Account {
		return Unknown
	}
	return truth(c == codeLess && n < 0 || c == codeAtMost && n <= 0 || c == codeGreater && n > 0 || c == codeAtLeast && n >= 0)
}

// equal compares sets of values.
func equal(a, b operand, exactly bool) Truth {
	return includes(a, b, exactly, true).and(includes(b, a, exactly, true))
}

// includes reports whether all, or any, of b's values are among a's.
func includes(a, b operand, exactly, all bool) Truth {
	found := all
	for _, v := range b.values {
		is, comparable := among(v, a.values, exactly)
		if !comparable {
			return Unknown
		}
		if all {
			found = found && is
		} else {
			found = found || is
		}
	}
	return truth(found)
}

func among(v Value, values []Value, exactly bool) (is, comparable bool) {
	comparable = true
	for _, w := range values {
		n, ok := v.compare(w, exactly)
		comparable = comparable && ok
		is = is || ok && n == 0
	}
	return is, comparable
}
