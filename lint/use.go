package lint

import (
	"fmt"
	"strings"

	"ward/finding"
	"ward/lint/effect"
	"ward/lint/source"
	"ward/mode"
)

// The rules of family U: modes with which nobody can do what the object is for.
func useRules() []*Rule {
	return []*Rule{
		{
			Rule: finding.Rule{
				ID: "lint/dir-without-x", Severity: finding.Error, Title: "a directory that its owner cannot enter",
				Reason: "Without x nothing in a directory can be opened, made or removed, whatever its r and w say.",
			},
			Anywhere: true, Misread: true, Judge: dirWithoutX,
		},
		{
			Rule: finding.Rule{
				ID: "lint/dir-read-without-search", Severity: finding.Info, Title: "a class may list a directory and not enter it",
				Reason: "r without x shows names and refuses everything else; it is seldom meant.",
			},
			OptIn: true, Judge: dirReadWithoutSearch,
		},
		{
			Rule: finding.Rule{
				ID: "lint/script-without-x", Severity: finding.Warning, Title: "a script that cannot be run",
				Reason: "What begins with #! is meant to be started by its name, which needs x.",
			},
			Judge: scriptWithoutX,
		},
		{
			Rule: finding.Rule{
				ID: "lint/closed-then-used", Severity: finding.Info, Title: "a file is used by its name after its owner was shut out",
				Reason: "Without r or w the owner cannot open it again; root can, so that it is not noticed there.",
			},
			OptIn: true, Judge: closedThenUsed,
		},
		{
			Rule: finding.Rule{
				ID: "lint/implausible-order", Severity: finding.Warning, Title: "a class may do less than the one outside it",
				Reason: "The owner falls under the owner's bits alone: where others may more, digits were probably turned round.",
			},
			Judge: implausibleOrder,
		},
	}
}

// dirWithoutX finds MkdirAll(dir, 0o600) (U1). Tests that want to be refused take r
// and w away as well.
func dirWithoutX(s *effect.Script, e *effect.Effect) []Finding {
	if e.Kind != mode.Directory || !setsMode(e) || e.Guarded {
		return nil
	}
	set, clear := e.Executed()
	if clear&mode.OwnerExecute == 0 || set == 0 && e.Mode.Symbolic == "" {
		return nil
	}
	if s.File.Zone != source.Production && set&(mode.OwnerRead|mode.OwnerWrite) != mode.OwnerRead|mode.OwnerWrite {
		return nil
	}
	f := found(e, fmt.Sprintf("%s makes a directory with %s, which its owner cannot enter", e.API, executedText(e)))
	f.Loses = []string{"the owner cannot open, make or remove anything in it"}
	offer(s, e, &f, set|set&mode.Read>>2)
	return []Finding{f}
}

// dirReadWithoutSearch finds 0744 on a directory (U2).
func dirReadWithoutSearch(s *effect.Script, e *effect.Effect) []Finding {
	m, ok := e.Exact()
	if !ok || e.Kind != mode.Directory || !setsMode(e) || m&mode.OwnerExecute == 0 {
		return nil
	}
	without := m & (mode.GroupRead | mode.OtherRead) &^ (m & (mode.GroupExecute | mode.OtherExecute) << 2)
	if without == 0 {
		return nil
	}
	f := found(e, fmt.Sprintf("%s makes a directory with %s: a class may list it and not enter it", e.API, executedText(e)))
	offer(s, e, &f, m|without>>2)
	return []Finding{f}
}

// implausibleOrder finds 0646 (U4), where no other rule knows better.
func implausibleOrder(s *effect.Script, e *effect.Effect) []Finding {
	m, ok := e.Exact()
	if !ok || !setsMode(e) || e.Guarded || inOrder(m) || len(e.Mode.Numbers) == 0 {
		return nil
	}
	f := found(e, fmt.Sprintf("%s sets %s: a class may do less than the one outside it", e.API, executedText(e)))
	f.Advice = "Give a class at least what the one outside it has, or say in a comment why not."
	return []Finding{f}
}

// inOrder tells whether each class may do at least what the one outside it may.
func inOrder(m mode.Mode) bool {
	return m.Group()&^m.Owner() == 0 && m.Other()&^m.Group() == 0
}

// scriptWithoutX finds a file written with #! in front and without x (U3).
func scriptWithoutX(s *effect.Script, e *effect.Effect) []Finding {
	_, clear := e.Executed()
	if e.Verb != effect.Create || !strings.HasPrefix(e.Data.Known, "#!") || clear&mode.Execute != mode.Execute || e.Guarded {
		return nil
	}
	for _, later := range s.Function(e) {
		if later.Start > e.Start && later.Path.Name == e.Path.Name && (later.Verb == effect.Chmod || later.Verb == effect.Rename) {
			return nil
		}
	}
	f := found(e, fmt.Sprintf("%s writes a script with %s: it cannot be run by its name", e.API, executedText(e)))
	f.Loses = []string{"nobody can start it"}
	if m, ok := e.Exact(); ok && !e.Default {
		offer(s, e, &f, m|m&mode.Read>>2)
	}
	return []Finding{f}
}

// closedThenUsed finds Chmod(p, 0400) and then a write to p by its name (U5).
func closedThenUsed(s *effect.Script, e *effect.Effect) []Finding {
	m, ok := e.Exact()
	if !ok || !setsMode(e) || e.Kind == mode.Directory || m&mode.OwnerWrite != 0 || e.Path.Name == "" {
		return nil
	}
	for _, later := range s.Function(e) {
		if later.Start <= e.Start || later.Path.Name != e.Path.Name {
			continue
		}
		if later.Verb == effect.Chmod || later.Verb == effect.Remove || later.Verb == effect.Rename {
			return nil
		}
		reads := later.Verb == effect.Load && m&mode.OwnerRead == 0
		if later.Verb != effect.Create && !reads {
			continue
		}
		f := found(e, fmt.Sprintf("%s sets %s, and %s opens it by its name afterwards", e.API, executedText(e), later.API))
		f.Related = append(f.Related, later.Span)
		f.Advice = "Keep the descriptor open, or close the file to its owner as the last step."
		return []Finding{f}
	}
	return nil
}
