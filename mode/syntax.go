package mode

import "ward/notation"

// SyntaxError says where and why a text is no mode, or no mode expression.
type SyntaxError = notation.SyntaxError

const inNotation = "mode"

func syntaxError(input string, offset int, problem, hint string) *SyntaxError {
	return &SyntaxError{Notation: inNotation, Input: input, Offset: offset, Problem: problem, Hint: hint}
}
