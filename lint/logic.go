package lint

import (
	"fmt"

	"ward/finding"
	"ward/lint/effect"
	"ward/mode"
)

// The rules of family L: arithmetic that does not do to bits what was meant.
func logicRules() []*Rule {
	return []*Rule{
		{
			Rule: finding.Rule{
				ID: "lint/chmod-replaces-bits", Severity: finding.Warning, Title: "a mode of nothing but x",
				Reason: "chmod sets all the bits. To add one, start from those that the file has.",
			},
			Misread: true, Judge: replacesBits,
		},
		{
			Rule: finding.Rule{
				ID: "lint/and-instead-of-or", Severity: finding.Error, Title: "& of two constants that share no bit",
				Reason: "The result is 0: nobody may do anything. Bits are put together by |.",
			},
			Anywhere: true, Misread: true, Judge: andInsteadOfOr,
		},
		{
			Rule: finding.Rule{
				ID: "lint/arithmetic-mode", Severity: finding.Warning, Title: "bits are added or subtracted as numbers",
				Reason: "0666 - 0027 is 0637, not 0640: subtraction borrows from the next digit. Bits are taken away by & ~.",
			},
			Anywhere: true, Misread: true, Judge: arithmeticMode,
		},
		{
			Rule: finding.Rule{
				ID: "lint/xor-toggle", Severity: finding.Warning, Title: "bits are turned over where they should be set or cleared",
				Reason: "^ sets a bit that is not there and takes away one that is: done twice, it undoes itself.",
			},
			Anywhere: true, Misread: true, Judge: xorToggle,
		},
		{
			Rule: finding.Rule{
				ID: "lint/umask-mode-mixup", Severity: finding.Warning, Title: "a mode where a mask belongs, or the reverse",
				Reason: "A umask names the bits that are taken away, a mode those that stay.",
			},
			Misread: true,
			Judge: func(s *effect.Script, e *effect.Effect) []Finding {
				return append(maskAsMode(s, e), modeAsMask(s, e)...)
			},
		},
	}
}

// replacesBits finds chmod(p, S_IXUSR) (L1).
func replacesBits(s *effect.Script, e *effect.Effect) []Finding {
	m, ok := e.Exact()
	if !ok || e.Verb != effect.Chmod || e.Guarded || m&^mode.Execute != 0 || m&mode.OwnerExecute == 0 || e.Kind == mode.Directory {
		return nil
	}
	f := found(e, fmt.Sprintf("%s leaves nothing but x: %s", e.API, executedText(e)))
	f.Loses = []string{"nobody but root may read or write it; a script cannot even be run"}
	f.Advice = "Set the bits that the file has together with the new one."
	return []Finding{f}
}

// andInsteadOfOr finds S_IRUSR & S_IWUSR (L2).
func andInsteadOfOr(_ *effect.Script, e *effect.Effect) []Finding {
	for _, step := range e.Mode.Steps {
		a, known := step.Left.Exact()
		b, also := step.Right.Exact()
		if step.Op != "&" || !known || !also || a == 0 || b == 0 || a&b != 0 {
			continue
		}
		f := found(e, fmt.Sprintf("%#o & %#o share no bit: the result is 0", a, b))
		f.Span = step.Span
		f.Meant = fmt.Sprintf("%#o | %#o", a, b)
		return []Finding{f}
	}
	return nil
}

// arithmeticMode finds 0666 - umask and + of bits that overlap (L3).
func arithmeticMode(_ *effect.Script, e *effect.Effect) []Finding {
	if !e.Mode.Given {
		return nil
	}
	for _, step := range e.Mode.Steps {
		var what string
		switch {
		case step.Op == "-" && mayBorrow(step):
			what = "a mode is subtracted as a number, which borrows from the next digit"
		case step.Op == "+" && step.Left.Ones()&step.Right.Ones() != 0:
			what = "two modes that share a bit are added, which carries into the next digit"
		default:
			continue
		}
		f := found(e, what)
		f.Span = step.Span
		f.Advice = "Take bits away with & and the complement, put them together with |."
		return []Finding{f}
	}
	return nil
}

// mayBorrow tells whether a bit may be subtracted that is not there. What is not known
// is a mask of nine bits: 0777 - mask is right.
func mayBorrow(step effect.Step) bool {
	may := ^step.Right.Zeros()
	if _, known := step.Right.Exact(); !known {
		may &= uint64(mode.Permissions)
	}
	return may&^step.Left.Ones() != 0
}

// maskAsMode finds chmod(p, 022) (L6): the usual masks leave the owner nothing.
func maskAsMode(s *effect.Script, e *effect.Effect) []Finding {
	m, ok := e.Exact()
	if !ok || e.Verb == effect.Umask || !setsMode(e) || e.Guarded {
		return nil
	}
	switch m {
	case 0o002, 0o022, 0o027, 0o026, 0o007:
	default:
		return nil
	}
	f := found(e, fmt.Sprintf("%s is given %s, which looks like a umask: the owner may do nothing", e.API, m.Octal()))
	offer(s, e, &f, m.Under(0)^mode.Request(e.Kind))
	return []Finding{f}
}

// modeAsMask finds umask(0644) (L6): it takes r and w from the owner of all that is
// made.
func modeAsMask(s *effect.Script, e *effect.Effect) []Finding {
	n, ok := e.Mode.Value.Exact()
	m := mode.Mode(n) & mode.Permissions
	if e.Verb != effect.Umask || !e.Mode.Given || !ok || m&mode.OwnerRead == 0 || m == mode.Permissions {
		return nil
	}
	f := found(e, fmt.Sprintf("%s is given %s, which looks like a mode: the owner will not read what is made", e.API, m.Octal()))
	offer(s, e, &f, ^m&mode.Permissions&^mode.OwnerExecute&0o077)
	return []Finding{f}
}

// xorToggle finds mode ^ 0o111 (L4).
func xorToggle(_ *effect.Script, e *effect.Effect) []Finding {
	if !setsMode(e) {
		return nil
	}
	for _, step := range e.Mode.Steps {
		_, left := step.Left.Exact()
		n, right := step.Right.Exact()
		if step.Op != "^" || left == right || right && (n == 0 || n >= uint64(mode.Permissions)) {
			continue
		}
		f := found(e, "^ turns bits over: what is set is taken away, what is not is given")
		f.Span = step.Span
		f.Advice = "Give bits by |, take them away by & and the complement."
		return []Finding{f}
	}
	return nil
}
