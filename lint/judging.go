package lint

import (
	"fmt"
	"strings"

	"ward/lint/effect"
	"ward/lint/source"
	"ward/mode"
)

// setsMode tells whether the effect gives an object a mode, or makes a mode for one.
func setsMode(e *effect.Effect) bool {
	switch e.Verb {
	case effect.Chmod, effect.Create, effect.Mkdir, effect.MkdirAll, effect.Mknod, effect.Copy, effect.Convey, effect.Compute:
		return e.Mode.Given
	}
	return false
}

// plausible tells whether people use m: no class may do more than the one inside it,
// the owner may do something, and nothing is odd about the special bits.
func plausible(m mode.Mode, k mode.Kind) bool {
	owner, group, other := m.Owner(), m.Group(), m.Other()
	if owner == 0 || group&^owner != 0 || other&^group != 0 {
		return false
	}
	if m&mode.Sticky != 0 && (k == mode.Regular || m&mode.OwnerExecute == 0) {
		return false
	}
	return m&(mode.SetUID|mode.SetGID) == 0 || m&mode.OwnerExecute != 0
}

// found is a finding on all of e.
func found(e *effect.Effect, what string) Finding {
	f := Finding{Span: e.Span, What: what, Kind: e.Kind}
	if e.Mode.Given && e.Mode.Span != (source.Span{}) {
		f.Span = e.Mode.Span
	}
	if m, ok := e.Exact(); ok {
		f.Executed = m.Octal()
	}
	return f
}

// executedText is the executed mode in octal and as ls shows it.
func executedText(e *effect.Effect) string {
	m, ok := e.Exact()
	switch {
	case !ok && e.Mode.Symbolic != "":
		return e.Mode.Symbolic
	case !ok:
		return "a mode of which only a part is known"
	}
	return fmt.Sprintf("%s (%s)", m.Octal(), m.Format(e.Kind)[1:])
}

func specialNames(bits mode.Mode) string {
	var names []string
	for _, bit := range []mode.Mode{mode.SetUID, mode.SetGID, mode.Sticky} {
		if bits&bit != 0 {
			names = append(names, mode.SpecialName(bit))
		}
	}
	return strings.Join(names, " and ")
}

// spell is how a mode is written as a number in the place of that of e: as the format
// wants it there, or as the file's language writes it.
func spell(s *effect.Script, e *effect.Effect, m mode.Mode) string {
	switch e.Mode.Spelling {
	case effect.Octal:
		return m.Octal()
	case effect.ZeroOctal:
		return fmt.Sprintf("%#o", uint16(m))
	case effect.QuotedOctal:
		return fmt.Sprintf("%q", m.Octal())
	case effect.Decimal:
		return fmt.Sprintf("%d", m)
	}
	return spellIn(s.File.Language, m)
}

func spellIn(l source.Language, m mode.Mode) string {
	switch l {
	case source.Go:
		return m.GoSyntax()
	case source.Python, source.Rust, source.JavaScript, source.TypeScript, source.Ruby:
		return fmt.Sprintf("0o%o", m)
	case source.Shell, source.Dockerfile, source.Systemd, source.Lines, source.Makefile:
		return m.Octal()
	case source.JSON:
		return fmt.Sprintf("%d", m)
	case source.YAML, source.Terraform, source.Puppet:
		return fmt.Sprintf("%q", m.Octal())
	default:
		return fmt.Sprintf("%#o", uint16(m))
	}
}

// offer proposes another mode for e, and an edit where a single literal in the
// call itself can be replaced by it: a constant may serve others, for whom it is right.
func offer(s *effect.Script, e *effect.Effect, f *Finding, m mode.Mode) {
	f.Meant = spell(s, e, m)
	if len(e.Mode.Numbers) != 1 || e.Mode.Numbers[0].Named != "" || len(e.Mode.Steps) > 0 || e.Mode.Variable {
		return
	}
	n := e.Mode.Numbers[0]
	f.Fix = write(n.Span, f.Meant, m)
}

// write is the fix that puts a mode in the place of a span.
func write(at source.Span, text string, m mode.Mode) *Fix {
	return &Fix{Words: "write " + text, Edits: []Edit{{Span: at, New: text}}, Promised: true, Mode: m}
}
