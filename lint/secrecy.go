package lint

import (
	"fmt"
	"strings"

	"ward/finding"
	"ward/lint/effect"
	"ward/mode"
)

// The rules on secrets: of family O, how they are made, and of family R, when they
// are closed.
func secretRules() []*Rule {
	return []*Rule{
		{
			Rule: finding.Rule{
				ID: "lint/write-then-chmod-secret", Severity: finding.Warning, Title: "a secret can be read until it is closed",
				Reason: "Between the two calls anybody may open the file, and what is open stays open.",
			},
			Misread: true, Judge: writeThenChmod,
		},
		{
			Rule: finding.Rule{
				ID: "lint/secret-readable", Severity: finding.Warning, Title: "a secret that others may read",
				Reason: "Who has read a key or a password keeps it; closing the file later does not bring it back.",
			},
			Judge: secretReadable,
		},
		{
			Rule: finding.Rule{
				ID: "lint/secret-without-mode", Severity: finding.Warning, Title: "a secret is made with the mode that the API gives",
				Reason: "That mode is for everybody; under the usual umask everybody may read the file.",
			},
			Judge: secretWithoutMode,
		},
		{
			Rule: finding.Rule{
				ID: "lint/secret-keeps-mode", Severity: finding.Info, Title: "a secret that exists keeps the mode it has",
				Reason: "The mode in a call that creates counts only if the file is not there yet.",
			},
			OptIn: true, Judge: secretKeepsMode,
		},
	}
}

const outside = mode.Permissions &^ (mode.OwnerRead | mode.OwnerWrite | mode.OwnerExecute)

// writeThenChmod finds a secret written with a readable mode and closed afterwards (R1):
// a file that is narrowed to its owner was one.
func writeThenChmod(s *effect.Script, e *effect.Effect) []Finding {
	set, _ := e.Executed()
	if e.Verb != effect.Create || e.API == "touch" || !e.Mode.Given || e.Path.Name == "" || set&(mode.GroupRead|mode.OtherRead) == 0 || privateUmask(s, e) {
		return nil
	}
	for _, later := range s.Function(e) {
		if later.Start <= e.Start || later.Path.Name != e.Path.Name {
			continue
		}
		m, ok := later.Exact()
		if later.Verb == effect.Remove || later.Verb == effect.Create {
			return nil
		}
		if later.Verb != effect.Chmod || !ok || m&outside != 0 || m == 0 || m&mode.OwnerWrite == 0 && !secret(e.Path) {
			continue
		}
		f := found(e, fmt.Sprintf("%s makes it with %s, and %s closes it only afterwards", e.API, executedText(e), later.API))
		f.Span = e.Span
		f.Graver = secret(e.Path)
		f.Related = append(f.Related, later.Span)
		if !e.Default {
			offer(s, e, &f, m)
		} else {
			f.Advice = fmt.Sprintf("Create it with mode %s in the first place.", spell(s, e, m))
		}
		return []Finding{f}
	}
	return nil
}

// privateUmask tells whether a umask that closes everything to others holds where e
// stands.
func privateUmask(s *effect.Script, e *effect.Effect) bool {
	closed := false
	for _, before := range s.Before(e) {
		if before.Verb == effect.Umask {
			n, ok := before.Mode.Value.Exact()
			closed = ok && n&0o077 == 0o077
		}
	}
	return closed
}

// secretReadable finds a key that is given 0644 (O4).
func secretReadable(s *effect.Script, e *effect.Effect) []Finding {
	set, _ := e.Executed()
	open := set & (mode.GroupRead | mode.OtherRead)
	if !setsMode(e) || e.Default || e.Guarded || e.Kind == mode.Directory || open == 0 || !secret(e.Path) || e.Masked && privateUmask(s, e) {
		return nil
	}
	if open == mode.GroupRead && groupOfItsOwn(s, e) {
		return nil
	}
	who := "its group"
	if open&mode.OtherRead != 0 {
		who = "everybody"
	}
	f := found(e, fmt.Sprintf("%s lets %s read what looks like a secret: %s", e.API, who, executedText(e)))
	f.Graver = open&mode.OtherRead != 0
	f.Gains = []string{who + " may read it"}
	if m, ok := e.Exact(); ok {
		offer(s, e, &f, m&^outside)
	}
	return []Finding{f}
}

// groupOfItsOwn tells whether the file is given to somebody beside e, by which the
// group that may read it was chosen: ssl-cert, shadow.
func groupOfItsOwn(s *effect.Script, e *effect.Effect) bool {
	for i := range s.Effects {
		other := &s.Effects[i]
		if other.Verb == effect.Chown && other.Path.Name == e.Path.Name {
			return true
		}
	}
	name := e.Path.Known[strings.LastIndexByte(e.Path.Known, '/')+1:]
	return name == "shadow" || name == "gshadow"
}

// secretWithoutMode finds os.Create on a key (O5).
func secretWithoutMode(s *effect.Script, e *effect.Effect) []Finding {
	set, _ := e.Executed()
	if e.Verb != effect.Create || e.API == "touch" || !e.Default || e.Guarded || set&outside == 0 || !secret(e.Path) || privateUmask(s, e) || inPrivateDirectory(s, e) || preset(s, e) {
		return nil
	}
	f := found(e, fmt.Sprintf("%s makes what looks like a secret with the mode that it gives to everything: %s", e.API, executedText(e)))
	f.Span = e.Span
	f.Gains = []string{"everybody may read it under the usual umask"}
	f.Advice = "Create it with mode 0600."
	return []Finding{f}
}

// inPrivateDirectory tells whether the function makes a directory for its owner alone,
// or a temporary one, before e.
func inPrivateDirectory(s *effect.Script, e *effect.Effect) bool {
	for i := range s.Effects {
		before := &s.Effects[i]
		if before.Start > e.Start || !s.Within(before.Function, e.Function) && !s.Within(e.Function, before.Function) && before.Function >= 0 && e.Function >= 0 {
			continue
		}
		set, clear := before.Executed()
		private := before.Mode.Given && set&outside == 0 && clear&outside == outside
		made := before.Verb == effect.Mkdir || before.Verb == effect.MkdirAll || before.Verb == effect.Temporary
		if made && before.Kind == mode.Directory && private {
			return true
		}
	}
	return false
}

// secretKeepsMode finds a secret that is written over in place (O6).
func secretKeepsMode(s *effect.Script, e *effect.Effect) []Finding {
	set, _ := e.Executed()
	if e.Verb != effect.Create || e.Default || !e.Mode.Given || e.Exclusive || set&outside != 0 || !secret(e.Path) {
		return nil
	}
	for _, other := range s.Function(e) {
		if other.Verb == effect.Chmod || other.Verb == effect.Rename || other.Verb == effect.Remove {
			return nil
		}
	}
	f := found(e, fmt.Sprintf("%s does not change the mode of a file that is there already", e.API))
	f.Advice = "Write a new file with O_EXCL and rename it over the old one, or chmod the descriptor before writing."
	return []Finding{f}
}
