package mode

import (
	"errors"
	"fmt"
	"strings"
)

// ParseRequirement reads a mode expression of a policy. It is the language of
// ParseExpr with these differences, which make its meaning independent of who
// applies it and how often:
//
//   - octal, with or without 0o, means all twelve bits exactly, for every kind
//   - a symbolic clause must say who ("a+x" for "+x"), so that no umask enters;
//     a numeric one ("-7000") means all bits and needs none
//   - it must settle: applied twice it does what it does applied once
//
// Errors are of type *SyntaxError.
func ParseRequirement(s string) (Expr, error) {
	digits := s
	if strings.HasPrefix(s, "0o") || strings.HasPrefix(s, "0O") {
		if len(s) == 2 || !octalDigit(s[2]) {
			return Expr{}, syntaxError(s, 2, "0o wants octal digits", "")
		}
		digits = s[2:]
	}
	p := parser{input: digits, strict: true}
	actions, err := p.expression()
	if err != nil {
		return Expr{}, reinput(err, s)
	}
	e := newExpr(s, actions)
	if err := settles(e); err != nil {
		return Expr{}, err
	}
	return e, nil
}

// reinput puts the whole text back into an error about its digits.
func reinput(err error, s string) error {
	var e *SyntaxError
	if errors.As(err, &e) {
		e.Offset += len(s) - len(e.Input)
		e.Input = s
	}
	return err
}

func settles(e Expr) error {
	m, k, again := e.Unsettled()
	if !again {
		return nil
	}
	once := e.Apply(m, k, 0)
	return syntaxError(e.text, 0, fmt.Sprintf("does not settle: it makes %s of %s, and %s of that when applied again",
		once.Format(k), m.Format(k), e.Apply(once, k, 0).Format(k)), "write the clauses that read other bits (X, g=u) after those that set them")
}
