package hpux

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"ward/mode"
)

// Format is the short form that lsacl prints: "(allan.%,rw-)(%.users,r--)(%.%,r--)".
// Entries stand in the order of the list; lsacl's is that of Sorted. Parse reads it back.
func (a ACL) Format() string {
	var s []byte
	for _, e := range a {
		s = fmt.Appendf(s, "(%s.%s,%s)", e.User, e.Group, e.Rights)
	}
	return string(s)
}

// String is Format.
func (a ACL) String() string { return a.Format() }

// FormatOperators is the form that chacl takes most often: "allan.%=rw,%.users=r,%.%=".
func (a ACL) FormatOperators() string {
	parts := make([]string, len(a))
	for i, e := range a {
		parts[i] = fmt.Sprintf("%s.%s=%s", e.User, e.Group, packed(e.Rights))
	}
	return strings.Join(parts, ",")
}

func packed(r mode.Rights) string { return strings.ReplaceAll(r.String(), "-", "") }

// Change is what chacl does to a list: operations, in their order.
type Change []Operation

// Operation is one of them, on the entry for a user and a group.
type Operation struct {
	User, Group ID
	Operator    byte // '=', '+' or '-'
	Rights      mode.Rights
}

// Parse reads a list, in the short form or that of operators (acl(5)). Where it speaks of
// a user and group more than once, that is one entry, made in order; what "+" adds to and
// "-" takes from starts as nothing. Errors are of type *SyntaxError.
func Parse(s string) (ACL, error) {
	c, err := ParseChange(s)
	return c.Apply(nil), err
}

// ParseChange reads what chacl takes: "naomi.users=rw, %.%-w", modes also as digits, or
// the short form, where the comma is "=". "" changes nothing. Errors are of type
// *SyntaxError.
func ParseChange(s string) (Change, error) {
	p := parser{input: s}
	var c Change
	for p.blank(); !p.done(); p.blank() {
		entry, err := p.entry()
		if err != nil {
			return nil, err
		}
		c = append(c, entry...)
	}
	return c, nil
}

// Apply is the list after the change. Entries that are not there begin as nothing.
func (c Change) Apply(a ACL) ACL {
	after := slices.Clone(a)
	for _, op := range c {
		e := Entry{User: op.User, Group: op.Group}
		if at := after.find(e); at >= 0 {
			e = after[at]
		}
		switch op.Operator {
		case '+':
			e.Rights |= op.Rights
		case '-':
			e.Rights &^= op.Rights
		default:
			e.Rights = op.Rights
		}
		after = after.set(e)
	}
	return after
}

// Replace is the list of a file after chacl -r: nothing but what the change says, and the
// three entries of the mode, which allow nothing where it does not speak of them.
func (c Change) Replace(o Object) ACL { return c.Apply(FromMode(0, o)).With(o).Sorted() }

// Format is the change in the form of operators. ParseChange reads it back.
func (c Change) Format() string {
	parts := make([]string, len(c))
	for i, op := range c {
		parts[i] = fmt.Sprintf("%s.%s%c%s", op.User, op.Group, op.Operator, packed(op.Rights))
	}
	return strings.Join(parts, ",")
}

// parser reads a list from left to right.
type parser struct {
	input string
	at    int
	comma bool // an entry of operators has been read, and a comma after it
	any   bool // an entry has been read
	short bool // the entries stand in parentheses
}

func (p *parser) done() bool { return p.at == len(p.input) && !p.comma }

func (p *parser) blank() {
	for p.at < len(p.input) && strings.IndexByte(" \t\r\n", p.input[p.at]) >= 0 {
		p.at++
	}
}

func (p *parser) fail(at int, hint, format string, args ...any) error {
	return syntaxError(p.input, at, fmt.Sprintf(format, args...), hint)
}

// accept takes one of the bytes, after blanks; 0 when another stands there.
func (p *parser) accept(bytes string) byte {
	p.blank()
	if p.at < len(p.input) && strings.IndexByte(bytes, p.input[p.at]) >= 0 {
		p.at++
		return p.input[p.at-1]
	}
	return 0
}

// entry reads one entry, in the form of the first.
func (p *parser) entry() ([]Operation, error) {
	at := p.at
	if short := p.accept("(") != 0; !p.any {
		p.any, p.short = true, short
	} else if short != p.short {
		return nil, p.fail(at, "write either (u.g,rwx) or u.g=rwx", "the two forms are mixed")
	}
	user, err := p.id(".", "user")
	if err != nil {
		return nil, err
	}
	group, err := p.id(",=+-", "group")
	if err != nil {
		return nil, err
	}
	op := Operation{User: user, Group: group}
	if p.short {
		return p.shortEntry(op)
	}
	return p.operators(op)
}

func (p *parser) shortEntry(op Operation) ([]Operation, error) {
	if p.accept(",") == 0 {
		return nil, p.fail(p.at, "", "a comma should stand before the mode")
	}
	op.Operator = '='
	rights, err := p.rights("-")
	if err != nil {
		return nil, err
	}
	op.Rights = rights
	if p.accept(")") == 0 {
		return nil, p.fail(p.at, "", "a closing parenthesis is missing")
	}
	return []Operation{op}, nil
}

func (p *parser) operators(op Operation) ([]Operation, error) {
	var all []Operation
	for {
		op.Operator = p.accept("=+-")
		if op.Operator == 0 {
			break
		}
		rights, err := p.rights("")
		if err != nil {
			return nil, err
		}
		op.Rights = rights
		all = append(all, op)
	}
	if all == nil {
		return nil, p.fail(p.at, "write =, + or - and a mode", "an operator is missing")
	}
	if p.comma = p.accept(",") != 0; !p.comma && p.at < len(p.input) {
		return nil, p.fail(p.at, "entries are separated by commas", "%q does not belong here", p.input[p.at:p.at+1])
	}
	return all, nil
}

// id reads a user or group, up to one of the bytes in end, which stays unless it is the
// dot.
func (p *parser) id(end, what string) (ID, error) {
	p.blank()
	start := p.at
	n := strings.IndexAny(p.input[start:], ".,=+-()")
	if n < 0 {
		n = len(p.input) - start
	}
	p.at += n
	word := strings.TrimRight(p.input[start:p.at], " \t\r\n")
	if p.at == len(p.input) || strings.IndexByte(end, p.input[p.at]) < 0 {
		return ID{}, p.fail(p.at, "an entry is as user.group=rwx", "%s should end with one of %q", what, end)
	}
	if p.input[p.at] == '.' {
		p.at++
	}
	switch {
	case word == "":
		return ID{}, p.fail(start, "write % for no specific one", "a %s is missing", what)
	case word == "%":
		return ID{}, nil
	case word == "@":
		return ID{Sort: Own}, nil
	case strings.Trim(word, "0123456789") == "":
		number, err := strconv.ParseUint(word, 10, 32)
		if err != nil {
			return ID{}, p.fail(start, "", "the number %s is too large", word)
		}
		return Number(uint32(number)), nil
	}
	return Name(word), nil
}

// rights reads a mode: a digit, or letters, and bytes of also in between.
func (p *parser) rights(also string) (mode.Rights, error) {
	p.blank()
	if p.at < len(p.input) && '0' <= p.input[p.at] && p.input[p.at] <= '9' {
		digit := p.input[p.at] - '0'
		if digit > 7 {
			return 0, p.fail(p.at, "write r, w and x or a digit of 0 to 7", "%d is no mode", digit)
		}
		p.at++
		return mode.Rights(digit), nil
	}
	var r mode.Rights
	for p.at < len(p.input) {
		bit := strings.IndexByte("xw.r", p.input[p.at])
		if strings.IndexByte(also, p.input[p.at]) < 0 && (bit < 0 || bit == 2) {
			break
		}
		if bit >= 0 {
			r |= mode.Rights(bit + 1)
		}
		p.at++
	}
	return r, nil
}
