package mode

import (
	"fmt"
	"strings"
)

// Parse reads one mode in any of its spellings:
//
//	750 0750 0o750 00750                   octal; a missing digit is a zero before the others
//	rwxr-x--- -rwsr-sr-x drwxrwxrwt+       what ls shows, with or without its type letter
//	S_IRUSR|S_IWUSR                        the constants of <sys/stat.h>
//	u=rwx,g=rx,o=                          a chmod expression that leaves nothing as it was
//	fs.ModeSetuid|0o755                    Go source, as GoSyntax writes it
//	urwxr-xr-x dtrwxrwxrwx                 what Go's fs.FileMode prints
//
// An expression whose result depends on the mode before, or on the umask, is an
// error: ParseExpr reads those. ParseSpelling also tells the notation, and reads
// numbers with a type in them. Errors are of type *SyntaxError.
func Parse(s string) (Mode, error) {
	switch {
	case s == "":
		return 0, syntaxError("", 0, "is empty", "")
	case strings.HasPrefix(s, "0o"), strings.HasPrefix(s, "0O"):
		return parsePrefixed(s)
	case looksLikeConstants(s):
		return parseConstants(s)
	case digit(s[0]) && !strings.Contains(s, ","):
		return parseOctal(s, 0)
	case len(s) == 9:
		if m, err := parseRights(s, 0); err == nil {
			return m, nil
		}
	}
	return parseLetters(s)
}

func parsePrefixed(s string) (Mode, error) {
	if len(s) == 2 {
		return 0, syntaxError(s, 2, "has no digits", "")
	}
	return parseOctal(s, 2)
}

// parseLetters tries the forms that start with a letter or a dash.
func parseLetters(s string) (Mode, error) {
	m, _, _, listing := ParseListing(s)
	if listing == nil {
		return m, nil
	}
	if fromGo, _, err := ParseGo(s); err == nil {
		return fromGo, nil
	}
	m, symbolic := parseSymbolic(s)
	if symbolic != nil && (len(s) == 10 || len(s) == 11) && !strings.ContainsAny(s, "=,") {
		return 0, listing
	}
	if symbolic != nil && meantAsRights(s) {
		return 0, rightsError(s)
	}
	return m, symbolic
}

// meantAsRights tells nine letters of rights, or too few or too many of them, from
// a chmod expression. None of those begins with an r.
func meantAsRights(s string) bool {
	return s[0] == 'r' && len(s) > 5 && !strings.ContainsAny(s, "=,")
}

func rightsError(s string) error {
	if len(s) == 9 {
		_, err := parseRights(s, 0)
		return err
	}
	return syntaxError(s, 0, fmt.Sprintf("has %d letters: the rights of ls are nine, or ten with a letter for the type", len(s)), "")
}

// parseSymbolic reads an expression that gives every file the same mode.
func parseSymbolic(s string) (Mode, error) {
	e, err := ParseExpr(s)
	if err != nil {
		return 0, err
	}
	if f := e.file; f.pure && f.keep == 0 {
		return f.set, nil
	}
	if m, ok := e.constant(); ok {
		return m, nil
	}
	return 0, syntaxError(s, 0, "is a change whose result depends on the mode before it", fmt.Sprintf("write out every class, as in %s", Mode(0o644).Symbolic()))
}

// constant is what an expression with copies (u=rwx,go=u) makes of a file, if that is
// the same for every mode before it and no umask enters.
func (e Expr) constant() (Mode, bool) {
	for i := range e.actions {
		if e.actions[i].who == 0 {
			return 0, false
		}
	}
	made := e.Apply(0, Regular, 0)
	for m := Mode(1); m <= All; m++ {
		if e.Apply(m, Regular, 0) != made {
			return 0, false
		}
	}
	return made, true
}

// Symbolic is the mode as chmod reads it, every class written out:
// "u=rwx,g=rx,o=". On a directory GNU chmod leaves set-id bits alone that such a
// text does not mention; five octal digits clear them.
func (m Mode) Symbolic() string {
	return "u=" + m.Owner().letters() + sign(m&SetUID != 0, "s") +
		",g=" + m.Group().letters() + sign(m&SetGID != 0, "s") +
		",o=" + m.Other().letters() + sign(m&Sticky != 0, "t")
}

func (r Rights) letters() string {
	return strings.ReplaceAll(r.String(), "-", "")
}

func sign(set bool, letter string) string {
	if set {
		return letter
	}
	return ""
}
