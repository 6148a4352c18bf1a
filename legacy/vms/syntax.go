package vms

import "ward/notation"

// SyntaxError says where and why a text is not in one of the notations of OpenVMS.
type SyntaxError = notation.SyntaxError

const inNotation = "OpenVMS text"

func syntaxError(input string, offset int, problem, hint string) *SyntaxError {
	return &SyntaxError{Notation: inNotation, Input: input, Offset: offset, Problem: problem, Hint: hint}
}
