package macos

import "ward/notation"

// SyntaxError says where and why a text is no flags.
type SyntaxError = notation.SyntaxError

// FormError says where and why bytes are not what they should be.
type FormError = notation.FormError

const inNotation = "flags"

func syntaxError(input string, offset int, problem, hint string) *SyntaxError {
	return &SyntaxError{Notation: inNotation, Input: input, Offset: offset, Problem: problem, Hint: hint}
}
