package hpux

import "ward/notation"

// SyntaxError says where and why a text is no list, or no change of one.
type SyntaxError = notation.SyntaxError

const inNotation = "HP-UX ACL"

func syntaxError(input string, offset int, problem, hint string) *SyntaxError {
	return &SyntaxError{Notation: inNotation, Input: input, Offset: offset, Problem: problem, Hint: hint}
}
