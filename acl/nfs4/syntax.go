package nfs4

import "ward/notation"

// SyntaxError says where and why a text is no list in its notation.
type SyntaxError = notation.SyntaxError

// FormError says where and why bytes are not what they should be.
type FormError = notation.FormError

// FormatError says why a list, or one of its entries, cannot be written in a form.
type FormatError = notation.FormatError

const inNotation = "NFSv4 ACL"

func syntaxError(input string, offset int, problem, hint string) *SyntaxError {
	return &SyntaxError{Notation: inNotation, Input: input, Offset: offset, Problem: problem, Hint: hint}
}
