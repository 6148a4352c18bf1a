package racf

import "ward/notation"

// SyntaxError says where and why a text is not in one of the notations of RACF.
type SyntaxError = notation.SyntaxError

const inNotation = "RACF text"

func syntaxError(input string, offset int, problem, hint string) *SyntaxError {
	return &SyntaxError{Notation: inNotation, Input: input, Offset: offset, Problem: problem, Hint: hint}
}
