package policy

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"ward/finding"
)

// Problem is one mistake in a policy file, or something in it that looks like one.
type Problem struct {
	File     string
	Line     int              // from 1; 0 when the file as a whole is meant
	Column   int              // in characters, from 1; 0 when the line as a whole is meant
	Severity finding.Severity // Error: there is no policy; Warning: it works, but look
	Message  string
	Hint     string // what to write instead, or ""
}

// String is "ward.yaml:3:9: error: unknown key "requires" (did you mean "require"?)".
func (p Problem) String() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d", p.Line)
		if p.Column > 0 {
			fmt.Fprintf(&b, ":%d", p.Column)
		}
	}
	word := "warning"
	if p.Severity >= finding.Error {
		word = "error"
	}
	fmt.Fprintf(&b, ": %s: %s", word, p.Message)
	if p.Hint != "" {
		fmt.Fprintf(&b, " (%s)", p.Hint)
	}
	return b.String()
}

// Problems are in the order of the file.
type Problems []Problem

// Broken tells whether any of them is an error.
func (ps Problems) Broken() bool {
	return slices.ContainsFunc(ps, func(p Problem) bool { return p.Severity >= finding.Error })
}

// Err is nil unless one of them is an error; its text is one problem a line.
func (ps Problems) Err() error {
	if !ps.Broken() {
		return nil
	}
	return problemsError(ps)
}

type problemsError Problems

func (e problemsError) Error() string {
	lines := make([]string, len(e))
	for i, p := range e {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

func (ps Problems) sorted() Problems {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return ps
}
