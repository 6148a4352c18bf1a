package lint

import (
	"strings"

	"ward/lint/effect"
)

// mark begins a suppression: ward:ignore RULE reason.
const mark = "ward:ignore"

// A Suppression is a comment that accepts what a rule finds on its own line or, if
// nothing else stands on it, on the next.
type Suppression struct {
	Rule   string
	Reason string
	Line   int // the line it speaks of
}

// Suppressions is those of a file's comments. One without a rule suppresses nothing:
// nobody can tell later what was meant.
func Suppressions(s *effect.Script) []Suppression {
	var all []Suppression
	for _, c := range s.Comments {
		_, rest, ok := strings.Cut(c.Text, mark)
		if !ok {
			continue
		}
		rule, reason, _ := strings.Cut(strings.TrimSpace(rest), " ")
		if rule == "" {
			continue
		}
		line, _ := s.File.Position(c.Start)
		text, start := s.File.Line(c.Start)
		if strings.TrimSpace(text[:c.Start-start]) == "" {
			line++
		}
		all = append(all, Suppression{Rule: rule, Reason: strings.TrimSpace(reason), Line: line})
	}
	return all
}

// unsuppressed is the findings that no comment accepts.
func unsuppressed(found []Finding, s *effect.Script) []Finding {
	accepted := map[Suppression]bool{}
	for _, a := range Suppressions(s) {
		accepted[Suppression{Rule: a.Rule, Line: a.Line}] = true
	}
	if len(accepted) == 0 {
		return found
	}
	kept := found[:0]
	for _, f := range found {
		line, _ := s.File.Position(f.Start)
		if !accepted[Suppression{Rule: f.Rule.ID, Line: line}] {
			kept = append(kept, f)
		}
	}
	return kept
}
