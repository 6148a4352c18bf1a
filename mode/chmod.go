package mode

import (
	"errors"
)

// ParseExpr reads a mode expression as GNU chmod does, to the letter:
//
//	octal   one to four digits leave the set-id bits of a directory alone that
//	        they do not set; five and more digits set all twelve bits
//	clause  [ugoa]* ([-+=] ([rwxXst]* | [ugo]))+, several joined by commas
//	number  [-+=] and octal digits, which stands for all twelve bits
//
// Where who is omitted the umask protects its bits. Errors are of type
// *SyntaxError.
func ParseExpr(s string) (Expr, error) {
	p := parser{input: s}
	actions, err := p.expression()
	if err != nil {
		return Expr{}, err
	}
	return newExpr(s, actions), nil
}

const setID = SetUID | SetGID

// parser reads one expression. In its strict form, that of policies, octal means
// all twelve bits and a symbolic clause must say who.
type parser struct {
	input  string
	at     int
	strict bool
}

func (p *parser) expression() ([]action, error) {
	if p.input == "" {
		return nil, p.problem("is empty")
	}
	if octalDigit(p.input[0]) {
		a, err := p.octal()
		return []action{a}, err
	}
	var actions []action
	for {
		more, err := p.clause()
		if err != nil {
			return nil, err
		}
		actions = append(actions, more...)
		if p.at == len(p.input) {
			return actions, nil
		}
		p.at++ // the comma
	}
}

// octal reads an expression that is one number.
func (p *parser) octal() (action, error) {
	m, err := parseOctal(p.input, 0)
	if err != nil {
		return action{}, p.mixed(err)
	}
	spared := Mode(0)
	if len(p.input) < 5 && !p.strict {
		spared = setID &^ m
	}
	return action{op: '=', who: All, value: m, spared: spared}, nil
}

// mixed explains "755,u+x", which some programs take.
func (p *parser) mixed(err error) error {
	var e *SyntaxError
	if errors.As(err, &e) && e.Offset < len(p.input) && p.input[e.Offset] == ',' {
		e.Problem = "an octal mode stands alone"
		e.Hint = "write =" + p.input
	}
	return err
}

// clause reads who and its actions, up to a comma or the end.
func (p *parser) clause() ([]action, error) {
	start := p.at
	who := p.who()
	if !p.isOp() {
		return nil, p.noOperator()
	}
	var actions []action
	for p.isOp() {
		a, err := p.action(who)
		if err != nil {
			return nil, err
		}
		if a.who == 0 && p.strict {
			return nil, p.whoMissing(start)
		}
		actions = append(actions, a)
	}
	if c := p.peek(); c != 0 && c != ',' || p.at < len(p.input) && c == 0 {
		return nil, p.unknownRight(actions[len(actions)-1])
	}
	return actions, nil
}

// who reads [ugoa]*. GNU counts the sticky bit to o.
func (p *parser) who() Mode {
	var who Mode
	for ; ; p.at++ {
		switch p.peek() {
		case 'u':
			who |= SetUID | 0o700
		case 'g':
			who |= SetGID | 0o070
		case 'o':
			who |= Sticky | 0o007
		case 'a':
			who |= All
		default:
			return who
		}
	}
}

// action reads an operator and its right-hand side.
func (p *parser) action(who Mode) (action, error) {
	a := action{op: p.peek(), who: who}
	p.at++
	switch c := p.peek(); {
	case octalDigit(c):
		return p.number(a)
	case c == 'u' || c == 'g' || c == 'o':
		a.copies = true
		a.value = map[byte]Mode{'u': 0o700, 'g': 0o070, 'o': 0o007}[c]
		p.at++
	default:
		p.rights(&a)
	}
	a.spared = setID &^ a.value
	if a.who != 0 {
		a.spared = setID &^ (a.value & a.who)
	}
	return a, nil
}

// number reads the octal digits of "+0111", which has no who and means all bits.
func (p *parser) number(a action) (action, error) {
	start := p.at
	for octalDigit(p.peek()) {
		if a.value = a.value<<3 | Mode(p.peek()-'0'); a.value > All {
			return a, p.problemAt(start, "is more than 07777")
		}
		p.at++
	}
	if c := p.peek(); c != ',' && p.at < len(p.input) {
		return a, p.problem(quotedAt(p.input, p.at) + " cannot follow a number")
	}
	if a.who != 0 {
		return a, p.problemAt(start, "a number stands for all classes and takes no who")
	}
	a.who = All
	return a, nil
}

// rights reads [rwxXst]*.
func (p *parser) rights(a *action) {
	for ; ; p.at++ {
		switch p.peek() {
		case 'r':
			a.value |= Read
		case 'w':
			a.value |= Write
		case 'x':
			a.value |= Execute
		case 's':
			a.value |= setID
		case 't':
			a.value |= Sticky
		case 'X':
			a.anyX = true
		default:
			return
		}
	}
}

// peek is the next byte, 0 at the end.
func (p *parser) peek() byte {
	if p.at < len(p.input) {
		return p.input[p.at]
	}
	return 0
}

func (p *parser) isOp() bool {
	c := p.peek()
	return c == '+' || c == '-' || c == '='
}
