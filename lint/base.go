package lint

import (
	"fmt"
	"strconv"
	"strings"

	"ward/finding"
	"ward/lint/effect"
	"ward/lint/source"
	"ward/mode"
)

// The rules of family B: numbers in the wrong base, and bits that the language drops.
func baseRules() []*Rule {
	return []*Rule{
		{
			Rule: finding.Rule{
				ID: "lint/decimal-mode", Severity: finding.Error, Title: "a mode is written as a decimal number",
				Reason: "The digits were meant as octal. Read as decimal they are another mode, often one with the sticky bit and without the owner's rights.",
			},
			Anywhere: true, Misread: true, Judge: decimalMode,
		},
		{
			Rule: finding.Rule{
				ID: "lint/go-raw-special-bits", Severity: finding.Error, Title: "Go drops setuid, setgid or sticky here",
				Reason: "Package os takes them from fs.ModeSetuid, fs.ModeSetgid and fs.ModeSticky, and ignores 04000, 02000 and 01000.",
			},
			Anywhere: true, Misread: true, Languages: []source.Language{source.Go}, Judge: rawSpecialBits,
		},
	}
}

// decimalMode finds 755 where 0755 was meant. What a number is worth as a mode decides:
// 420 is 0644 and right.
func decimalMode(s *effect.Script, e *effect.Effect) []Finding {
	if !setsMode(e) || e.Mode.Symbolic != "" || len(e.Mode.Numbers) != 1 {
		return nil
	}
	n := e.Mode.Numbers[0]
	meant, ok := octalDigits(n)
	if !ok || n.Radix != 10 || plausible(mode.Mode(n.Value), e.Kind) && n.Value <= 0o7777 {
		return nil
	}
	if m, exact := e.Exact(); !exact || m == meant {
		return nil
	}
	literal := spell(s, e, meant)
	f := found(e, fmt.Sprintf("%s is given %s, a decimal number: it sets %s", e.API, n.Text, executedText(e)))
	f.Meant = literal
	if !n.Foreign {
		f.Span = n.Span
		f.Fix = write(n.Span, literal, meant)
	}
	return []Finding{f}
}

// rawSpecialBits finds 01777 given to os.Chmod, which leaves 0777.
func rawSpecialBits(s *effect.Script, e *effect.Effect) []Finding {
	if e.Mode.Layout != effect.GoMode || !setsMode(e) {
		return nil
	}
	dropped := mode.Mode(e.Mode.Value.Ones()) & mode.Special
	if dropped == 0 {
		return nil
	}
	f := found(e, fmt.Sprintf("%s ignores the %s in %s: it sets %s", e.API, specialNames(dropped), e.Mode.Written, executedText(e)))
	if n, ok := e.Mode.Value.Exact(); ok && n <= uint64(mode.All) {
		f.Meant = mode.Mode(n).GoSyntax()
	}
	return []Finding{f}
}

// octalDigits is the mode that the digits of a number spell in octal, if they do and
// look like one that people use.
func octalDigits(n effect.Number) (mode.Mode, bool) {
	if len(n.Text) < 3 || len(n.Text) > 4 || strings.Trim(n.Text, "01234567") != "" || n.Text[0] == '0' {
		return 0, false
	}
	v, err := strconv.ParseUint(n.Text, 8, 16)
	return mode.Mode(v), err == nil && plausible(mode.Mode(v), mode.Unknown)
}
